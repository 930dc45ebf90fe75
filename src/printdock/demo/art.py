"""Sample designs on a transparent ground: sunsets, badges, teams, words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np

from printdock.demo.canvas import CREAM, SHIFT, Canvas, Colour, curve, fixed, gradient, leaf


def retro_sun(canvas: Canvas, x: int, y: int, radius: int, colours: Sequence[Colour], stripes: int = 6) -> None:
    """A disc in a gradient, cut by stripes that widen towards the bottom."""
    side = 2 * radius + 2
    mask = np.zeros((side, side), np.uint8)
    cv2.circle(mask, (radius, radius), radius, (255,), -1, cv2.LINE_AA)
    for stripe in range(stripes):
        top = round(radius * (1.08 + 0.9 * stripe / stripes))
        mask[top : top + round(radius * (0.02 + 0.013 * stripe))] = 0
    canvas.paint(mask, gradient(side, side, colours), x - radius, y - radius)


SUNSET = ((255, 214, 92), (255, 150, 60), (240, 84, 92), (150, 48, 120))


def palm(canvas: Canvas, x: float, y: float, height: float, lean: float, colour: Colour) -> None:
    spine = curve((x, y), (x + lean * 0.1, y - height * 0.6), (x + lean, y - height))
    thick = np.linspace(height * 0.035, height * 0.014, len(spine))
    canvas.polygon(
        [(a - w, b) for (a, b), w in zip(spine, thick, strict=True)]
        + [(a + w, b) for (a, b), w in zip(spine, thick, strict=True)][::-1],
        colour,
    )
    top_x, top_y = spine[-1]
    for angle in (-165, -140, -105, -70, -38, -12, 15, 170):
        reach = height * (0.46 if -150 < angle < -20 else 0.4)
        turn = math.radians(angle)
        tip = (top_x + reach * math.cos(turn), top_y + reach * math.sin(turn) + reach * 0.42)
        bend = (top_x + reach * 0.55 * math.cos(turn), top_y + reach * 0.75 * math.sin(turn) - reach * 0.1)
        rib = curve((top_x, top_y), bend, tip, steps=26)
        canvas.stroke(rib, height * 0.012, colour)
        for (a, b), (c, d) in list(pairwise(rib))[2:]:
            along = math.atan2(d - b, c - a)
            for side in (-0.75, 0.75):
                canvas.polygon(leaf(c, d, along + side, height * 0.085, height * 0.017), colour)


def palm_cove() -> Canvas:
    canvas = Canvas(2000, 2200)
    retro_sun(canvas, 1000, 900, 800, SUNSET)
    dark = (38, 20, 56)
    canvas.polygon([*curve((260, 1560), (640, 1380), (1000, 1470), (1400, 1360), (1740, 1560)), (1000, 1640)], dark)
    palm(canvas, 700, 1510, 980, -170, dark)
    palm(canvas, 1290, 1490, 760, 190, dark)
    for row, span in enumerate((700, 560, 380)):
        y = 1690 + row * 46
        canvas.stroke(
            [(1000 - span + 20 * i, y + 9 * math.sin(i * 0.7 + row)) for i in range(span // 10 + 1)], 14, (240, 84, 92)
        )
    canvas.text("PALM COVE", 1000, 1950, 270, dark, weight=800, spacing=0.06)
    canvas.text("SURF CLUB  ·  CALIFORNIA", 1000, 2125, 82, (240, 84, 92), weight=700, spacing=0.12)
    return canvas


def pine(canvas: Canvas, x: float, y: float, height: float, colour: Colour) -> None:
    canvas.box(x - height * 0.03, y - height * 0.1, height * 0.06, height * 0.12, colour)
    for level in range(5):
        top, wide = y - height * (1 - level * 0.16), height * (0.1 + 0.055 * level)
        canvas.polygon(
            [(x, top), (x + wide, top + height * 0.3), (x, top + height * 0.25), (x - wide, top + height * 0.3)], colour
        )


def mountain_club(year: int) -> Canvas:
    rng = np.random.default_rng(7)
    canvas, disc = Canvas(2200, 2200), np.zeros((2200, 2200), np.uint8)
    cv2.circle(disc, (1100, 900), 800, (255,), -1, cv2.LINE_AA)
    canvas.paint(
        disc, gradient(2200, 2200, ((20, 78, 104), (52, 140, 150), (250, 206, 130), (240, 130, 80), (240, 130, 80)))
    )
    canvas.disc(1100, 800, 250, (255, 240, 200))
    for base, rough, colour in ((1060, 330, (96, 120, 150)), (1230, 260, (52, 84, 110)), (1420, 160, (24, 52, 70))):
        x = np.linspace(250, 1950, 18)
        ridge = base - rough * rng.random(18) * np.where(np.arange(18) % 2, 1, 0.25)
        canvas.polygon([(250, 1800), *zip(x.tolist(), ridge.tolist(), strict=True), (1950, 1800)], colour)
        for i in range(1, 17, 2):
            if base < 1300:
                a, b = float(x[i]), float(ridge[i])
                canvas.polygon(
                    [(a, b), (a + 34, b + 70), (a + 8, b + 52), (a - 14, b + 84), (a - 36, b + 72)], (240, 244, 248)
                )
    for x_, size in (
        (430, 330),
        (560, 420),
        (690, 290),
        (1460, 300),
        (1600, 440),
        (1760, 340),
        (1110, 200),
        (1000, 150),
    ):
        pine(canvas, x_, 1640, size, (12, 34, 44))
    canvas.polygon(
        [*curve((250, 1640), (700, 1540), (1100, 1640), (1500, 1560), (1950, 1640)), (1950, 1800), (250, 1800)],
        (12, 34, 44),
    )
    canvas.keep(disc)
    canvas.text("MOUNTAIN CLUB", 1100, 1870, 208, (20, 62, 84), weight=800, spacing=0.05)
    canvas.text(f"EST. {year}", 1100, 2080, 130, (214, 106, 60), weight=800, spacing=0.2)
    return canvas


def coffee_badge() -> Canvas:
    canvas, brown, tan = Canvas(2000, 2000), (66, 40, 26), (226, 178, 120)
    for radius, colour in ((960, brown), (920, tan), (900, brown), (610, tan), (590, CREAM)):
        canvas.disc(1000, 1000, radius, colour)
    canvas.arc_text("SMALL BATCH ROASTERS", 1000, 1000, 752, 150, CREAM)
    canvas.arc_text("PORTLAND · EST 2019", 1000, 1000, 752, 130, tan, inside=True)
    for side in (-1, 1):
        canvas.disc(1000 + side * 752, 1000, 26, tan)
    body = [
        (720, 900),
        (1210, 900),
        *curve((1210, 900), (1210, 1250), (1090, 1280)),
        *curve((840, 1280), (720, 1250), (720, 900)),
    ]
    handle = curve((1200, 960), (1400, 930), (1390, 1180), (1150, 1200))
    canvas.stroke(handle, 52, brown)
    canvas.polygon(body, brown)
    canvas.polygon(
        [
            (640, 1310),
            (1290, 1310),
            *curve((1290, 1310), (1240, 1370), (1150, 1370)),
            *curve((780, 1370), (690, 1370), (640, 1310)),
        ],
        brown,
    )
    canvas.stroke(curve((780, 950), (770, 1120), (840, 1210)), 20, tan)
    for x in (850, 965, 1080):
        canvas.stroke(curve((x, 850), (x - 90, 770), (x + 90, 690), (x, 590)), 26, brown)
    return canvas


def team(name: str, number: int) -> Canvas:
    canvas, navy, gold = Canvas(2400, 1700), (16, 34, 84), (248, 178, 36)
    canvas.text(str(number).zfill(2), 1200, 880, 1000, (226, 232, 244), weight=800, outline=26, outline_colour=navy)
    canvas.text("TIGERS", 1200, 440, 520, gold, weight=800, spacing=0.02, outline=34, outline_colour=navy)
    swoosh = [*curve((240, 1010), (1000, 800), (2180, 860)), *curve((2180, 860), (1100, 1000), (240, 1010))]
    canvas.polygon(swoosh, navy)
    canvas.text(name, 1200, 1420, 330, navy, weight=800, spacing=0.06, outline=22, outline_colour=gold)
    for side in (-1, 1):
        x, y = 1200 + side * 1000, 1240
        canvas.disc(x, y + 40, 86, navy)
        for toe in (-1.05, -0.36, 0.36, 1.05):
            canvas.disc(x + 130 * math.sin(toe), y - 130 * math.cos(toe) + 30, 42, navy)
    return canvas


def groovy() -> Canvas:
    canvas, rust, pink, mustard = Canvas(2000, 2000), (200, 84, 44), (244, 160, 170), (240, 178, 60)
    for index, (x, y, size) in enumerate(
        ((330, 420, 210), (1660, 380, 230), (1690, 1600, 200), (320, 1620, 230), (1000, 250, 170))
    ):
        colour = (pink, mustard, rust)[index % 3]
        for petal in range(8):
            angle = petal * math.pi / 4 + index
            canvas.disc(x + size * 0.62 * math.cos(angle), y + size * 0.62 * math.sin(angle), size * 0.3, colour)
        canvas.disc(x, y, size * 0.36, CREAM)
    for line, (words, y, colour) in enumerate((("STAY", 720, rust), ("GROOVY", 1080, mustard), ("always", 1440, pink))):
        for depth in range(5, -1, -1):
            tone = colour if depth == 0 else (94, 40, 50)
            canvas.text(
                words, 1000 + depth * 9, y + depth * 9, 370 if line < 2 else 300, tone, weight=800, slant=line == 2
            )
    return canvas


def moon_phases() -> Canvas:
    canvas, gold = Canvas(2600, 1100), (206, 160, 74)
    for index in range(7):
        x, radius = 260 + index * 347, 180 if index == 3 else 130 + 12 * (3 - abs(index - 3))
        canvas.disc(x, 480, radius, gold)
        if index != 3:
            canvas.disc(
                x + (index - 3) * radius * 0.31 + (0.12 if index > 3 else -0.12) * radius, 480, radius * 0.94, None
            )
    for crater_x, crater_y, size in ((1240, 420, 44), (1370, 540, 60), (1290, 600, 26), (1390, 390, 24)):
        canvas.disc(crater_x, crater_y, size, (178, 132, 56))
    for index in range(46):
        x, y = 120 + (index * 379) % 2370, 120 + (index * 211) % 150 + (620 if index % 2 else 0)
        size = 8 + 7 * (index % 4)
        canvas.polygon(
            [
                (x, y - size),
                (x + size / 5, y - size / 5),
                (x + size, y),
                (x + size / 5, y + size / 5),
                (x, y + size),
                (x - size / 5, y + size / 5),
                (x - size, y),
                (x - size / 5, y - size / 5),
            ],
            gold,
        )
    # What a careless eraser leaves behind: invisible on screen, but it defeats a trim that asks for "any alpha".
    for x, y in ((3, 5), (2594, 9), (7, 1093), (2590, 1090)):
        canvas.pixels[y, x] = (0, 0, 0, 1)
    return canvas


def neon_heart() -> Canvas:
    canvas = Canvas(1600, 1500)
    t = np.linspace(0, 2 * math.pi, 160)
    x = 800 + 576 * np.sin(t) ** 3
    y = 690 - 36 * (13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t))
    outline = list(zip(x.tolist(), y.tolist(), strict=True))
    tube = np.zeros((1500, 1600), np.uint8)
    cv2.polylines(tube, [fixed(outline)], True, (255,), 26, cv2.LINE_AA, SHIFT)
    small = cv2.resize(tube, (400, 375), interpolation=cv2.INTER_AREA)
    glow = cv2.GaussianBlur(small, (0, 0), 14).astype(np.float32) * 2.2 + cv2.GaussianBlur(small, (0, 0), 5)
    canvas.paint(np.clip(cv2.resize(glow, (1600, 1500)), 0, 235).astype(np.uint8), (255, 40, 150))
    canvas.paint(tube, (255, 120, 200))
    canvas.stroke(outline, 9, (255, 236, 248), closed=True)
    canvas.text("amor", 800, 700, 250, (255, 236, 248), weight=500, slant=True)
    return canvas


def book_stack() -> Canvas:
    canvas = Canvas(1800, 1900)
    spines = (
        ("ONE MORE CHAPTER", 1180, (188, 76, 70)),
        ("the plot thickens", 1040, (58, 104, 110)),
        ("ALL NIGHT", 900, (232, 168, 72)),
        ("tea & stories", 1080, (112, 92, 142)),
        ("HAPPY ENDINGS", 960, (70, 124, 92)),
    )
    for index, (title, width, colour) in enumerate(spines):
        x, y = 900 - width / 2 + (34, -46, 20, -18, 40)[index], 1640 - index * 206
        dark = (colour[0] * 2 // 3, colour[1] * 2 // 3, colour[2] * 2 // 3)
        canvas.box(x, y, width, 190, colour)
        for at in (40, 70, width - 84, width - 54):
            canvas.box(x + at, y, 14, 190, dark)
        size = 92 if title.isupper() else 104
        canvas.text(title, x + width / 2, y + 95, size, CREAM, weight=700, slant=not title.isupper())
    canvas.polygon(
        [
            (760, 600),
            (1080, 600),
            *curve((1080, 600), (1080, 800), (1010, 812)),
            *curve((830, 812), (760, 800), (760, 600)),
        ],
        (240, 236, 228),
    )
    canvas.stroke(curve((1075, 640), (1200, 620), (1190, 760), (1045, 770)), 34, (240, 236, 228))
    for lobe in (-1, 1):
        canvas.disc(920 + lobe * 26, 680, 32, (188, 76, 70))
    canvas.polygon([(866, 694), (974, 694), (920, 760)], (188, 76, 70))
    for x in (850, 920, 990):
        canvas.stroke(curve((x, 560), (x - 60, 490), (x + 60, 420), (x, 340)), 15, (150, 140, 140))
    return canvas


def paw() -> Canvas:
    canvas, rose = Canvas(260, 240), (214, 92, 120)
    canvas.disc(130, 160, 52, rose)
    for x, y in ((58, 110), (102, 66), (160, 66), (204, 110)):
        canvas.disc(x, y, 25, rose)
    return canvas
