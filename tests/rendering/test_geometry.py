"""Dots land where the formula says; nothing is shifted by half a pixel; edges cover what they cover."""

from __future__ import annotations

import numpy as np
import pytest

from printdock.rendering.coverage import coverage
from printdock.rendering.types import (
    AlignX,
    AlignY,
    AreaFit,
    Cylinder,
    Interpolation,
    Mesh,
    Point,
    Polygon,
    PrintArea,
    Quad,
)
from tests.rendering.scenes import dot_errors, dots, flat, poster, shares, shot

BLACK = flat(1000, 900, (0, 0, 0))
NEAR = 0.1  # px


def test_dots_on_a_quad_lie_in_perspective() -> None:
    corners = np.array([(150.3, 100.7), (830.2, 210.4), (760.9, 700.1), (90.5, 810.6)])
    picture = shot(BLACK, Quad(tuple(map(tuple, corners))), dots(2000, 2000, 18))
    # The 8 equations of a plane projective map, solved here from scratch.
    rows, right = [], []
    for (u, v), (x, y) in zip([(0, 0), (1, 0), (1, 1), (0, 1)], corners, strict=True):
        rows += [[u, v, 1, 0, 0, 0, -u * x, -v * x], [0, 0, 0, u, v, 1, -u * y, -v * y]]
        right += [x, y]
    h = np.append(np.linalg.solve(np.array(rows, float), right), 1).reshape(3, 3)
    u, v = shares()
    x, y, w = h @ np.array([u, v, np.ones_like(u)])
    assert dot_errors(picture, np.stack([x / w, y / w], 1), 11).max() < NEAR


def test_dots_on_a_cylinder_are_uniform_along_its_circumference() -> None:
    cylinder = Cylinder((510, 150), (490, 750), 380, arc=160, bulge=50, end_radius=340, end_bulge=70)
    picture = shot(BLACK, cylinder, dots(2000, 1600, 10))
    u, v = shares()
    angle = (u - 0.5) * np.deg2rad(160)
    down = np.array([-20, 600]) / np.hypot(20, 600)
    along, across = np.array([490, 750]) - [510, 150], np.array([down[1], -down[0]])
    radius, bulge = 380 + (340 - 380) * v, 50 + (70 - 50) * v
    points = np.array([510, 150]) + v[:, None] * along + (radius * np.sin(angle))[:, None] * across
    points = points + (bulge * np.cos(angle))[:, None] * down
    # Towards the silhouette a dot of some px is seen so slantingly that its centre of mass is not its centre.
    front = np.abs(angle) < np.deg2rad(65)
    errors = dot_errors(picture, points, 7)
    assert errors[front].max() < NEAR and errors.max() < 0.3


def test_a_full_wrap_shows_its_front_half() -> None:
    picture = shot(BLACK, Cylinder((500, 150), (500, 750), 300, arc=360), dots(4000, 1200, 20))
    u, v = shares()
    angle = (u - 0.5) * 2 * np.pi
    seen = np.abs(angle) < np.deg2rad(60)
    points = np.stack([500 + 300 * np.sin(angle), 150 + 600 * v], 1)[seen]
    assert dot_errors(picture, points, 8).max() < NEAR


def wave(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return np.stack([100 + 780 * u + 40 * np.sin(2 * v), 80 + 700 * v + 60 * u * u - 30 * u], -1)


def _grid(rows: int, columns: int) -> tuple[tuple[Point, ...], ...]:
    v, u = np.mgrid[0 : 1 : rows * 1j, 0 : 1 : columns * 1j]
    return tuple(tuple((float(x), float(y)) for x, y in row) for row in wave(u, v))


def test_a_smooth_mesh_follows_the_surface_its_points_lie_on() -> None:
    picture = shot(BLACK, Mesh(_grid(7, 5)), dots(2000, 2000, 18))
    # Catmull-Rom follows a curve through its points to the third order only: 0.1 px here.
    assert dot_errors(picture, wave(*shares()), 12).max() < 0.15


def test_a_bilinear_mesh_is_straight_between_its_points() -> None:
    picture = shot(BLACK, Mesh(_grid(4, 4), Interpolation.BILINEAR), dots(2000, 2000, 18))
    u, v = shares()
    grid = np.array(_grid(4, 4))
    column, row = np.minimum((u * 3).astype(int), 2), np.minimum((v * 3).astype(int), 2)
    s, t = (u * 3 - column)[:, None], (v * 3 - row)[:, None]
    top = grid[row, column] * (1 - s) + grid[row, column + 1] * s
    bottom = grid[row + 1, column] * (1 - s) + grid[row + 1, column + 1] * s
    assert dot_errors(picture, top * (1 - t) + bottom * t, 12).max() < NEAR


def test_a_bezier_mesh_of_one_patch_is_the_bernstein_surface() -> None:
    grid = np.array(_grid(4, 4))
    grid[1, 1] += (90, -60)
    picture = shot(
        BLACK, Mesh(tuple(tuple(map(tuple, row)) for row in grid), Interpolation.BEZIER), dots(2000, 2000, 18)
    )
    u, v = shares()
    bernstein = lambda t: np.stack([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3])  # noqa: E731
    points = np.einsum("in,jn,ijk->nk", bernstein(v), bernstein(u), grid)
    assert dot_errors(picture, points, 10).max() < NEAR


@pytest.mark.parametrize("fit", [AreaFit.CONTAIN, AreaFit.COVER])
@pytest.mark.parametrize("align_x, share_x", [(AlignX.LEFT, 0), (AlignX.CENTER, 0.5), (AlignX.RIGHT, 1)])
@pytest.mark.parametrize("align_y, share_y", [(AlignY.TOP, 0), (AlignY.MIDDLE, 0.5), (AlignY.BOTTOM, 1)])
def test_a_polygon_holds_or_is_filled(
    fit: AreaFit, align_x: AlignX, share_x: float, align_y: AlignY, share_y: float
) -> None:
    box, size = np.array([[100.5, 150.25], [900.5, 650.25]]), np.array([1800, 1200])
    area = Polygon(((100.5, 150.25), (900.5, 150.25), (900.5, 650.25), (100.5, 650.25)), fit, align_x, align_y)
    picture = shot(BLACK, area, dots(1800, 1200, 14))
    room = box[1] - box[0]
    scale = (room / size).min() if fit is AreaFit.CONTAIN else (room / size).max()
    corner = box[0] + (room - size * scale) * [share_x, share_y]
    points = corner + np.stack(shares(), 1) * size * scale
    whole = ((points > box[0] + 12) & (points < box[1] - 12)).all(axis=1)
    assert dot_errors(picture, points[whole], 11).max() < NEAR


def test_points_are_of_the_photo_whatever_size_the_mockup_has() -> None:
    from printdock.rendering.design import Design
    from printdock.rendering.render import prepare, render
    from printdock.rendering.types import BaseImage

    area = Quad(((300, 200), (2600, 500), (2500, 2200), (200, 2400)))
    base = BaseImage(3000, 2700, (PrintArea(area),))
    large = shot(BLACK, Quad(tuple((x / 3, y / 3) for x, y in area.corners)), dots(2000, 2000, 18))
    small = render(prepare(base, flat(3000, 2700, (0, 0, 0)), longest_side=1000), Design(dots(2000, 2000, 18)))
    assert np.abs(large.astype(int) - small).max() <= 1


@pytest.mark.parametrize("kind", ["quad", "polygon", "mesh", "cover"])
def test_a_design_of_the_areas_size_at_whole_pixels_is_reproduced(kind: str) -> None:
    art, photo = poster(400, 250), flat(600, 400, (90, 110, 70))
    corners = ((50.0, 60.0), (450.0, 60.0), (450.0, 310.0), (50.0, 310.0))
    grid = tuple(tuple((50 + 400 * k / 4, 60 + 250 * j / 4) for k in range(5)) for j in range(5))
    shapes = {
        "quad": Quad(corners),
        "polygon": Polygon(corners),
        "cover": Polygon(corners, AreaFit.COVER),
        "mesh": Mesh(grid),
    }
    picture = shot(photo, shapes[kind], art)
    alpha = art[..., 3:] / 255
    expected = photo[..., :3].astype(float)
    expected[60:310, 50:450] = art[..., :3] * alpha + expected[60:310, 50:450] * (1 - alpha)
    assert np.abs(picture - expected).max() <= (1.01 if kind != "mesh" else 2.01)


def test_a_polygon_paints_its_last_row_and_column() -> None:
    corners = ((50.0, 60.0), (450.0, 60.0), (450.0, 310.0), (50.0, 310.0))
    picture = shot(flat(600, 400, (0, 0, 0)), Polygon(corners, AreaFit.COVER), flat(400, 250, (255, 255, 255)))
    assert (picture[60:310, 50:450] == 255).all()
    assert picture.astype(int).sum() == 250 * 400 * 3 * 255


def test_coverage_is_the_area_inside() -> None:
    turn = np.linspace(0, 2 * np.pi, 181)[:-1]
    star = np.stack([60, 50] + np.stack([np.cos(turn), np.sin(turn)], 1) * (30 + 8 * np.sin(5 * turn))[:, None], 0)
    found = coverage(star, 120, 100)
    following = np.roll(star, -1, axis=0)
    area = abs((star[:, 0] * following[:, 1] - following[:, 0] * star[:, 1]).sum()) / 2
    assert found.sum() == pytest.approx(area, rel=1e-5)
    assert np.array_equal(found, coverage(star[::-1], 120, 100))
    # The same polygon half out of the picture: what is inside stays as it was.
    assert np.allclose(coverage(star - [50, 40], 70, 60), found[40:, 50:], atol=1e-6)
