"""A framed print on a plaster wall, in the light of a window: a photograph drawn from shapes and light."""

from __future__ import annotations

import cv2
import numpy as np

from printdock.demo.canvas import Array, curve, leaf
from printdock.demo.scene import Colouring, Part, painted
from printdock.demo.solids import Camera, Turned
from printdock.demo.studio import Softbox, Studio, blurred, developed, fractal, linear, noise, normals_of, shifted, step

WIDTH, HEIGHT = 2000, 2400

#: Left, top, right, bottom of the print, before the camera stands a little aside.
_PRINT = (506, 330, 1494, 1647)
_MAT, _BAR = 104, 38
_SHELF = 2085  # the back edge of the sideboard

Corners = tuple[tuple[float, float], tuple[float, float], tuple[float, float], tuple[float, float]]

_STUDIO = Studio(
    (Softbox((-0.8, 0.55, 0.6), 0.3, 0.45, (9.5, 9.1, 8.4)),), above=(0.55, 0.56, 0.58), around=(0.4, 0.39, 0.38)
)


def framed_print() -> tuple[Array, Corners, Array]:
    """The photo (RGB, uint8), where the corners of the print are in it, and a mask that hides it behind the leaves."""
    rng = np.random.default_rng(21)
    light = _window(rng)
    picture = _wall(rng) * light
    picture = _hung(picture, light, rng)
    picture, leaves = _sideboard(picture, light, rng)
    seen = np.array([[-46, -30], [WIDTH + 26, 8], [WIDTH + 40, HEIGHT + 6], [-30, HEIGHT + 40]], np.float32)
    whole = np.array([[0, 0], [WIDTH, 0], [WIDTH, HEIGHT], [0, HEIGHT]], np.float32)
    matrix = cv2.getPerspectiveTransform(whole, seen)
    turned = cv2.warpPerspective(
        picture, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    hidden = cv2.warpPerspective(leaves, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR)
    left, top, right, bottom = _PRINT
    corners = np.array([[[left, top]], [[right, top]], [[right, bottom]], [[left, bottom]]], np.float32)
    a, b, c, d = ((round(float(x), 2), round(float(y), 2)) for x, y in cv2.perspectiveTransform(corners, matrix)[:, 0])
    # Half-covered pixels hold some of the white paper: the print goes over those, or the leaves get a bright rim.
    mask = np.rint(255 * (1 - step(hidden - 0.4, 0.5))).astype(np.uint8)
    return developed(turned, rng, exposure=0.86), (a, b, c, d), mask


def _window(rng: np.random.Generator) -> Array:
    """Light on the wall: that of the room, and of a window with a tree before it."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    panes = np.zeros((HEIGHT, WIDTH), np.float32)
    for column in range(3):
        for row in range(4):
            left, top = -380 + column * 640 + row * 150, -260 + row * 640 - column * 210
            pane = [(left, top), (left + 580, top - 190), (left + 716, top + 400), (left + 136, top + 590)]
            cv2.fillPoly(panes, [np.rint(np.asarray(pane) * 16).astype(np.int32)], (1.0,), cv2.LINE_AA, 4)
    tree = np.zeros((HEIGHT, WIDTH), np.float32)
    for _ in range(9):
        bx, by, angle = rng.uniform(200, 2200), rng.uniform(-200, 1500), rng.uniform(2.2, 3.0)
        for k in range(12):
            px, py = bx + np.cos(angle) * k * 68, by + np.sin(angle) * k * 68
            for side in (-0.85, 0.85):
                points = leaf(
                    px, py, angle + side + rng.uniform(-0.25, 0.25), rng.uniform(110, 190), rng.uniform(36, 62)
                )
                cv2.fillPoly(tree, [np.rint(np.asarray(points) * 16).astype(np.int32)], (1.0,), cv2.LINE_AA, 4)
    sun = blurred(panes, 20) * (1 - 0.62 * blurred(tree, 17))
    fall = np.exp(-(((x - 300) / 1900) ** 2 + ((y - 500) / 2100) ** 2))
    sky = np.asarray((0.5, 0.51, 0.53), np.float32) * (0.62 + 0.5 * fall)[..., None]
    return np.asarray(sky + sun[..., None] * np.asarray((0.5, 0.47, 0.42), np.float32), np.float32)


def _wall(rng: np.random.Generator) -> Array:
    heights = fractal(rng, HEIGHT, WIDTH, 90, 5, fall=0.42) * 1.5 + noise(rng, HEIGHT, WIDTH, 2.2) * 0.12
    normal = normals_of(heights)
    relief = 1 + 0.55 * (normal[..., 1] * 0.55 - normal[..., 0])
    return np.asarray(linear((236, 231, 222)) * relief[..., None], np.float32)


def _hung(picture: Array, light: Array, rng: np.random.Generator) -> Array:
    """Shadow, frame, mat and paper."""
    left, top, right, bottom = (
        v + s * (_MAT + _BAR) for v, s in zip(_PRINT, (-1, -1, 1, 1), strict=True)
    )  # fmt: skip
    outer = _box(left, top, right, bottom)
    for shift, sigma, strength in (((4, 8), 5, 0.42), ((20, 30), 17, 0.4), ((46, 74), 56, 0.34)):
        moved = shifted(outer, *shift)
        picture = picture * (1 - strength * blurred(moved, sigma))[..., None]
    picture = _over(picture, outer, _frame(left, top, right, bottom, rng) * light)
    inner = _box(left + _BAR, top + _BAR, right - _BAR, bottom - _BAR)
    board = (
        np.broadcast_to(linear((243, 241, 236)), picture.shape) * (1 + 0.012 * noise(rng, HEIGHT, WIDTH, 3))[..., None]
    )
    board = board * _under(inner, (9, 14), 9, 0.42)[..., None] * _under(inner, (3, 4), 2.5, 0.3)[..., None]
    picture = _over(picture, inner, board * light)
    x0, y0, x1, y1 = _PRINT
    core = _box(x0 - 7, y0 - 7, x1 + 7, y1 + 7)
    picture = _over(picture, core, np.broadcast_to(linear((252, 250, 246)), picture.shape) * light * 1.05)
    paper = _box(x0, y0, x1, y1)
    sheet = np.broadcast_to(linear((238, 236, 231)), picture.shape) * _under(paper, (4, 6), 3.5, 0.35)[..., None]
    picture = _over(picture, paper, sheet * light)
    # The pane throws a little of the room back.
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    pane = step(np.sin((x + y * 0.42) / 520 + 0.6) - 0.35, 0.5) * inner
    return np.asarray(picture + pane[..., None] * 0.018, np.float32)


def _frame(left: int, top: int, right: int, bottom: int, rng: np.random.Generator) -> Array:
    """Oak bars, mitred; each turned otherwise to the light."""
    along = 0.5 + 0.5 * fractal(rng, HEIGHT, WIDTH, 9, 3, 40)
    upright = 0.5 + 0.5 * np.ascontiguousarray(fractal(rng, WIDTH, HEIGHT, 9, 3, 40).T)
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    depths = np.stack([x - left, y - top, right - x, bottom - y])
    side, depth = depths.argmin(axis=0), np.maximum(depths.min(axis=0), 0)
    tone = np.where(side % 2 == 0, upright, along)
    wood = linear((150, 108, 68)) + (linear((204, 162, 112)) - linear((150, 108, 68))) * np.clip(tone, 0, 1)[..., None]
    facing = np.choose(side, [1.02, 1.1, 0.86, 0.8])
    # Rounded: the outer edge looks away, the inner towards its own side.
    bend = np.clip(depth / _BAR, 0, 1)
    edge = np.where(side < 2, 1.16 - 0.36 * bend**2, 0.8 + 0.3 * bend**2)
    edge = edge * (1 - 0.35 * np.exp(-depth / 2.5)) * (1 - 0.4 * np.exp(-np.abs(_BAR - depth) / 2.0))
    mitre = np.sort(depths, axis=0)
    joint = 1 - 0.35 * np.exp(-np.abs(mitre[1] - mitre[0]) / 1.5)
    return np.asarray(wood * (facing * edge * joint)[..., None], np.float32)


def _sideboard(picture: Array, light: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """A sideboard below, with a vase and branches; and where the branches are, 0..1."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    grain = np.clip(0.5 + 0.35 * fractal(rng, HEIGHT, WIDTH, 20, 4, 30) + 0.18 * noise(rng, HEIGHT, WIDTH, 3, 90), 0, 1)
    wood = linear((120, 84, 54)) + (linear((186, 142, 98)) - linear((120, 84, 54))) * grain[..., None]
    front = _SHELF + 92
    picture = picture * (1 - 0.5 * np.exp(-np.maximum(_SHELF - y, 0) / 40) * (y < _SHELF))[..., None]
    facing = np.where(y < front, 1.05, 0.42 - 0.1 * (y - front) / (HEIGHT - front))
    facing = facing * (1 - 0.55 * np.exp(-np.abs(y - front - 1) / 2.2)) + 0.45 * np.exp(-np.abs(y - front + 4) / 3.0)
    gap = np.exp(-np.abs(y - front - 58) / 2.5) + np.exp(-np.abs(x - 1010) / 2.5) * (y > front + 58)
    board = wood * light.mean(axis=(0, 1)) * (facing * (1 - 0.75 * np.clip(gap, 0, 1)))[..., None] * 1.15
    picture = np.asarray(np.where((y >= _SHELF)[..., None], board, picture), np.float32)
    camera = Camera(1650, _SHELF + 50, 0.2)
    base = np.exp(-(((x - 1680) / 190) ** 2 + ((y - _SHELF - 46) / 26) ** 2)) * 0.75 * (y >= _SHELF)
    cast = np.exp(-(((x - 1830) / 120) ** 2 + ((y - 1900) / 190) ** 2)) * 0.3 * (y < _SHELF)
    picture *= (1 - base - cast)[..., None]
    picture, leaves = _branches(picture, rng)
    half = [
        (0, 0),
        (96, 0),
        *curve((96, 0), (190, 70), (188, 250), (66, 300), (58, 372), (84, 392), steps=60),
        (72, 394),
        (44, 370),
        (0, 366),
    ]
    vase = Part(Turned(half, cell=1.5), _glaze(rng), (1400, 1600, 1900, 2200), sheen=0.03, rough=0.45)
    painted(picture, vase, camera, _STUDIO, vase.solid)
    return picture, leaves


def _branches(picture: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """Eucalyptus: leaves on bent stems, and their shadow on what is behind."""
    drawn = np.full_like(picture, -1)
    _draw_branches(drawn, rng)
    cover = (drawn[..., 1] > 0).astype(np.float32)
    moved = shifted(cover, 38, 30)
    behind = picture * (1 - 0.42 * blurred(moved, 11))[..., None]
    soft = cv2.GaussianBlur(cover, (0, 0), 0.9)
    inked = cv2.GaussianBlur(np.where(cover[..., None] > 0, drawn, 0), (0, 0), 0.9) / np.maximum(soft, 1e-3)[..., None]
    return _over(behind, soft, inked), soft


def _draw_branches(picture: Array, rng: np.random.Generator) -> None:
    for bend, reach in ((-300, 560), (-120, 760), (60, 640), (190, 480), (-20, 520)):
        stem = curve((1652, 1740), (1650 + bend * 0.2, 1740 - reach * 0.5), (1650 + bend, 1740 - reach), steps=26)
        for k, (sx, sy) in enumerate(stem):
            if k > 5 and k % 2 == 0:
                for side in (-1, 1):
                    _leaf(picture, sx, sy, -np.pi / 2 + bend / 900 + side * rng.uniform(0.6, 1.3), rng)
        points = np.rint(np.asarray(stem) * 16).astype(np.int32)
        cv2.polylines(picture, [points], False, tuple(map(float, linear((96, 84, 66)) * 0.7)), 5, cv2.LINE_8, 4)


def _leaf(picture: Array, x: float, y: float, angle: float, rng: np.random.Generator) -> None:
    length, breadth = rng.uniform(54, 96), rng.uniform(34, 52)
    colour = linear((112, 132, 108)) * rng.uniform(0.55, 1.15)
    for turn, tone in ((0.0, 1.0), (0.16, 1.25)):  # its two halves
        points = leaf(x, y, angle + turn * 0.4, length, breadth * (1 - turn * 3.2), 0.55)
        cv2.fillPoly(
            picture,
            [np.rint(np.asarray(points) * 16).astype(np.int32)],
            tuple(map(float, colour * tone)),
            cv2.LINE_8,
            4,
        )


def _glaze(rng: np.random.Generator) -> Colouring:
    specks = noise(rng, 1200, 1200, 4)

    def colour(point: Array, normal: Array) -> Array:
        u, v = np.mod(point[..., 0] + 600, 1199).astype(np.float32), np.mod(point[..., 1], 1199).astype(np.float32)
        speck = step(cv2.remap(specks, u, v, cv2.INTER_LINEAR) - 1.15, 0.2)
        return np.asarray(linear((214, 204, 188)) * (1 - 0.55 * speck)[..., None], np.float32)

    return colour


def _box(left: float, top: float, right: float, bottom: float) -> Array:
    mask = np.zeros((HEIGHT, WIDTH), np.float32)
    mask[round(top) : round(bottom), round(left) : round(right)] = 1
    return mask


def _over(picture: Array, mask: Array, paint: Array) -> Array:
    return np.asarray(picture + (paint - picture) * mask[..., None], np.float32)


def _under(mask: Array, shift: tuple[int, int], sigma: float, strength: float) -> Array:
    """The shadow that the edge around ``mask`` throws into it, as a factor."""
    moved = shifted(1 - mask, *shift, beyond=1.0)
    return np.asarray(1 - strength * blurred(moved, sigma), np.float32)
