"""Sample designs on a transparent ground: flowers and fruit."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from printdock.demo.canvas import CREAM, Canvas, Colour, curve, leaf

ROSES = ((226, 120, 130), (246, 178, 160), (190, 70, 96), (252, 214, 196))
LAVENDER = ((150, 124, 200), (186, 166, 226), (108, 84, 168), (220, 206, 240))
SAGE = ((92, 124, 96), (132, 160, 126), (66, 98, 80))


def flower_outline(canvas: Canvas, x: float, y: float, radius: float, petals: int, colour: Colour, turn: float) -> None:
    for ring, count in ((1.0, petals), (0.66, petals - 2)):
        for petal in range(count):
            shape = leaf(
                x, y, turn * ring + 2 * math.pi * petal / count, radius * ring, radius * ring * 0.7, belly=0.66
            )
            canvas.polygon(shape, None)
            canvas.stroke(shape, 9, colour, closed=True)
    canvas.disc(x, y, radius * 0.2, colour)
    for dot in range(9):
        angle = dot * 2.4
        canvas.disc(x + radius * 0.13 * math.cos(angle), y + radius * 0.13 * math.sin(angle), radius * 0.022, None)


def bouquet(colour: Colour) -> Canvas:
    canvas = Canvas(1800, 2400)
    heads = [(900, 560, 330, 11), (480, 800, 250, 9), (1330, 780, 260, 10), (720, 1120, 200, 8), (1130, 1090, 190, 9)]
    for index, (x, y, _, _) in enumerate(heads):
        stem = curve(
            (x, y), (x + (900 - x) * 0.3, y + 500), (900 + (index - 2) * 14, 1650), (900 - (x - 900) * 0.35, 2330)
        )
        canvas.stroke(stem, 9, colour)
        for step in (14, 19):
            a, b = stem[step]
            side = -1 if (index + step) % 2 else 1
            shape = leaf(a, b, math.pi / 2 - side * 1.25, 230, 84)
            canvas.polygon(shape, None)
            canvas.stroke(shape, 8, colour, closed=True)
            canvas.stroke([(a, b), shape[20]], 5, colour)
    for spray, (x, y) in enumerate(((250, 420), (1560, 400), (140, 1080), (1660, 1120))):
        canvas.stroke(curve((x, y), (x + (900 - x) * 0.5, y + 350), (900, 1500)), 6, colour)
        for bud in range(9):
            a, b = curve((x, y), (x + (900 - x) * 0.5, y + 350), (900, 1500))[bud * 2]
            canvas.polygon(leaf(a, b, -math.pi / 2 + (0.9 if bud % 2 else -0.9) + spray * 0.05, 90, 40), colour)
    for index, (x, y, radius, petals) in enumerate(heads):
        flower_outline(canvas, x, y, radius, petals, colour, 0.3 * index)
    bow = [
        curve((900, 1640), (640, 1500), (560, 1720), (900, 1660)),
        curve((900, 1640), (1160, 1500), (1240, 1720), (900, 1660)),
    ]
    for loop in bow:
        canvas.polygon(loop, None)
        canvas.stroke(loop, 11, colour, closed=True)
    for end in (-1, 1):
        canvas.stroke(
            curve((900, 1660), (900 + end * 60, 1800), (900 + end * 190, 1840), (900 + end * 170, 1980)), 11, colour
        )
    canvas.disc(900, 1652, 34, colour)
    return canvas


def bloom(canvas: Canvas, x: float, y: float, radius: float, colour: Colour, turn: float) -> None:
    """A filled flower: petals in three shades of one colour."""
    for ring, (size, shade) in enumerate(((1.0, 0.86), (0.78, 1.0), (0.5, 1.14))):
        tone = (
            min(255, round(colour[0] * shade)),
            min(255, round(colour[1] * shade)),
            min(255, round(colour[2] * shade)),
        )
        for petal in range(6):
            angle = turn + ring * 0.5 + petal * math.pi / 3
            reach = radius * size
            canvas.disc(x + reach * 0.55 * math.cos(angle), y + reach * 0.55 * math.sin(angle), reach * 0.42, tone)
    canvas.disc(x, y, radius * 0.2, (250, 208, 110))
    canvas.disc(x, y, radius * 0.1, (190, 120, 50))


def wreath(flowers: Sequence[Colour], greens: Sequence[Colour]) -> Canvas:
    rng = np.random.default_rng(11)
    canvas = Canvas(2200, 2200)
    for index in range(96):
        angle = index * 2 * math.pi / 96
        reach = 800 + float(rng.uniform(-40, 40))
        x, y = 1100 + reach * math.cos(angle), 1100 + reach * math.sin(angle)
        lean = angle + math.pi / 2 + (0.75 if index % 2 else -0.75) + float(rng.uniform(-0.2, 0.2))
        length = float(rng.uniform(170, 270))
        shape = leaf(x, y, lean, length, length * 0.36)
        canvas.polygon(shape, greens[index % len(greens)])
        canvas.stroke([(x, y), shape[21]], 4, CREAM)
    for index in range(14):
        angle = index * 2 * math.pi / 14 + 0.12
        reach = 800 + (55 if index % 2 else -45)
        radius = (175, 120, 145)[index % 3]
        bloom(
            canvas,
            1100 + reach * math.cos(angle),
            1100 + reach * math.sin(angle),
            radius,
            flowers[index % len(flowers)],
            angle,
        )
    for index in range(42):
        angle, reach = index * 0.4488 + 0.2, 800 + (150 if index % 2 else -165) + 20 * (index % 3)
        canvas.disc(
            1100 + reach * math.cos(angle),
            1100 + reach * math.sin(angle),
            15 + 4 * (index % 3),
            flowers[(index + 1) % len(flowers)],
        )
    canvas.text("Bloom", 1100, 1010, 300, greens[0], weight=600, slant=True)
    canvas.text("WHERE YOU ARE", 1100, 1240, 90, greens[0], weight=600, spacing=0.18)
    return canvas


def lemons() -> Canvas:
    canvas = Canvas(2000, 1500)
    for x, y, angle in (
        (360, 760, -2.4),
        (1000, 1130, 1.4),
        (1640, 720, -0.6),
        (980, 380, -1.2),
        (1480, 1120, 0.7),
        (500, 1130, 2.4),
    ):
        canvas.polygon(leaf(x, y, angle, 340, 130), (74, 132, 62))
        canvas.stroke([(x, y), (x + 300 * math.cos(angle), y + 300 * math.sin(angle))], 7, (124, 172, 92))
    for x, y, radius, turn in ((540, 620, 330, 0.2), (1430, 560, 380, 0.5), (1010, 1010, 350, 0.0)):
        for size, colour in ((1.0, (240, 186, 28)), (0.93, (255, 246, 206))):
            canvas.disc(x, y, radius * size, colour)
        for segment in range(9):
            angle = turn + segment * 2 * math.pi / 9
            wedge = [
                (x + radius * r * math.cos(angle + a), y + radius * r * math.sin(angle + a))
                for r, a in ((0.07, 0.0), (0.78, -0.27), (0.84, -0.14), (0.85, 0.0), (0.84, 0.14), (0.78, 0.27))
            ]
            canvas.polygon(wedge, (255, 214, 66))
            canvas.stroke([wedge[0], wedge[3]], 5, (255, 232, 130))
    return canvas
