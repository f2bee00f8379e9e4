"""Leaves: growth, and the few rules that it keeps."""

from __future__ import annotations

from math import atan2, cos, log, pi, sin, sqrt

from PIL import Image

from app.demo.prints import inks
from app.demo.prints.chance import chance
from app.demo.prints.shapes import Noise, bezier, ease, steps, turned
from app.demo.prints.sheet import PORTRAIT, SQUARE, Point, Sheet


def seed_head() -> Image.Image:
    """A sunflower by its one rule: each seed turns 137.5 degrees from the last."""
    sheet = Sheet(SQUARE, inks.CHALK)
    turn = pi * (3 - sqrt(5))
    with sheet.ink(inks.OCHRE) as outer, sheet.ink(inks.UMBER) as inner:
        for n in range(1, 1000):
            r, angle = 19.3 * sqrt(n), n * turn
            plate = inner if n % 21 in (0, 8, 13) else outer
            plate.disc(800 + r * cos(angle), 800 + r * sin(angle), 3.2 + 11.5 * (n / 1000) ** 0.6)
    return sheet.image


def _leaf(long: float, wide: float, belly: float = 0.42, count: int = 40) -> list[Point]:
    """Return the outline of a leaf that grows to the right from the origin."""
    upper = []
    for t in steps(0, 1, count):
        share = t ** (log(0.5) / log(belly))
        upper.append((long * t, -wide * abs(sin(pi * share)) ** 1.15))
    return upper + [(x, -y) for x, y in reversed(upper)]


def fern() -> Image.Image:
    """One frond; each leaflet is half as long again where the frond is widest."""
    sheet = Sheet(PORTRAIT, inks.WARM)
    stem = bezier((640, 1850), (700, 1400), (690, 800), (1010, 230), 200)
    with sheet.ink(inks.BOTTLE) as plate:
        plate.ribbon(stem, [11 - 9 * t for t in steps(0, 1, 200)])
        index, number = 52.0, 0
        while index < 197:
            t = (index - 52) / 147
            x, y = stem[int(index)]
            ahead = atan2(
                stem[int(index)][1] - stem[int(index) - 2][1], stem[int(index)][0] - stem[int(index) - 2][0]
            )
            reach = 400 * (1 - t) ** 0.82 * (0.62 + 0.38 * ease(t * 5)) + 12
            for side in (-1, 1):
                long = reach * (0.97 if (number + side) % 3 else 1.03)
                leaf = [
                    (px, py + side * -0.16 * px * px / long) for px, py in _leaf(long, 5 + reach * 0.052, 0.3)
                ]
                plate.polygon(turned(leaf, ahead + side * (1.2 - 0.35 * t), x, y))
            index += 2.3 + 4.4 * (1 - t)
            number += 1
    return sheet.image


def herbarium() -> Image.Image:
    """Twelve leaves, pressed in rows; the autumn came to one of them first."""
    sheet = Sheet(PORTRAIT, inks.CREAM)
    kinds = ((330, 62, 0.4), (330, 92, 0.36), (330, 42, 0.5), (330, 112, 0.44))
    plates = {inks.BOTTLE: sheet.plate(), inks.MOSS: sheet.plate(), inks.VERMILION: sheet.plate()}
    for row in range(3):
        for column in range(4):
            long, wide, belly = kinds[(column + 2 * row + row // 2) % 4]
            colour = (
                inks.VERMILION if (row, column) == (1, 2) else (inks.BOTTLE, inks.MOSS)[(row + column) % 2]
            )
            plate = plates[colour]
            x, y = 290 + 340 * column, 610 + 530 * row
            up = -pi / 2 + 0.06 * (1, -1, 0.5, -0.6)[(column + row) % 4]
            plate.polygon(turned(_leaf(long, wide, belly), up, x, y))
            plate.line(turned(((-58, 0), (8, 0)), up, x, y), 5)
            plate.line(turned(((8, 0), (long * 0.97, 0)), up, x, y), 3.4, on=False)
            for vein in range(1, 10):
                start = long * (0.08 + 0.09 * vein)
                for way in (-1, 1):
                    end = (start + wide * 0.75, way * wide * 1.05)
                    plate.line(turned(((start, 0), end), up, x, y), 2.4, on=False)
    for colour, plate in plates.items():
        sheet.print(plate, colour)
    return sheet.image


def cow_parsley() -> Image.Image:
    """Three stems by a lane in May."""
    sheet = Sheet(PORTRAIT, inks.MIST)
    stems = ((700, 1850, 560, 560, 300), (800, 1850, 1020, 800, 235), (600, 1850, 430, 1080, 150))
    luck = chance(19)
    with sheet.ink(inks.BOTTLE) as stalk, sheet.ink((252, 250, 242), opaque=True) as bloom:
        for foot_x, foot_y, x, y, size in stems:
            curve = bezier((foot_x, foot_y), (foot_x, foot_y - 330), (x, y + 420), (x, y), 60)
            stalk.ribbon(curve, [9 - 4.5 * t for t in steps(0, 1, 60)])
            for ray in range(15):
                lean = (ray - 7) / 7
                tip = (x + size * sin(lean * 1.25), y - size * 0.92 * cos(lean * 1.1) + size * 0.12)
                arm = bezier((x, y), (x + size * 0.12 * lean, y - size * 0.4), tip, tip, 24)
                stalk.ribbon(arm, [3.6 - 1.6 * t for t in steps(0, 1, 24)])
                small = size * 0.2
                for twig in range(11):
                    bend = (twig - 5) / 5 * 1.5 + lean * 0.7
                    end = (tip[0] + small * sin(bend), tip[1] - small * cos(bend) * 0.8)
                    stalk.line((tip, end), 1.5)
                    for _ in range(3):
                        dx, dy = luck.uniform(-9, 9), luck.uniform(-9, 9)
                        bloom.disc(end[0] + dx, end[1] + dy, size * 0.02 + luck.uniform(1.2, 3.4))
    return sheet.image


def ninety_years() -> Image.Image:
    """Ninety rings of a tree that had some narrow years and a lean to the south."""
    sheet = Sheet(SQUARE, inks.WARM)
    bark, years = Noise(44), chance(5)
    radius = 0.0
    with sheet.ink(inks.UMBER) as plate:
        for year in range(1, 91):
            radius += 6.3 * (0.55 + 0.95 * years.random())
            ring = []
            for n in range(241):
                a = 2 * pi * n / 240
                grown = ease(year / 90)
                uneven = 1 + 0.07 * cos(a - 1) + 0.13 * grown * bark(1.5 * cos(a) + 5, 1.5 * sin(a) + 5)
                uneven += 0.012 * bark(7 * cos(a) + 20, 7 * sin(a) + year / 9)
                ring.append((785 + radius * uneven * cos(a), 785 + radius * uneven * sin(a)))
            plate.line(ring, 4.6 if year % 10 == 0 else 2.0 if year < 90 else 9, round_=False)
    return sheet.image


def reeds() -> Image.Image:
    """Reeds before a sun; the wind has been the same for years."""
    sheet = Sheet(PORTRAIT, inks.WARM)
    luck = chance(23)
    with sheet.ink(inks.VERMILION) as plate:
        plate.disc(980, 640, 230)
    with sheet.ink(inks.BLACK) as plate:
        for _ in range(26):
            foot = luck.gauss(660, 190)
            tall = luck.uniform(650, 1480)
            lean = tall * luck.uniform(0.16, 0.34)
            top = (foot + lean, 1860 - tall)
            stem = bezier(
                (foot, 1860), (foot, 1860 - tall * 0.5), (foot + lean * 0.35, top[1] + tall * 0.2), top, 60
            )
            plate.ribbon(stem, [6.5 - 4.5 * t for t in steps(0, 1, 60)])
            if luck.random() < 0.6:
                plate.ribbon(stem[-11:-2], [19 * sin(pi * t) ** 0.5 + 1 for t in steps(0.02, 0.98, 9)])
            for at in (luck.randrange(8, 22), luck.randrange(22, 38)):
                x, y = stem[at]
                long = tall * luck.uniform(0.22, 0.38)
                blade = bezier(
                    (x, y),
                    (x + long * 0.2, y - long * 0.8),
                    (x + long * 0.7, y - long * 0.8),
                    (x + long, y - long * 0.25),
                    30,
                )
                plate.ribbon(blade, [15 * sin(pi * t**0.6) + 0.6 for t in steps(0.01, 0.99, 30)])
        plate.rect(0, 1850, 1600, 150, on=False)
    return sheet.image


PRINTS = {
    "seed-head": seed_head,
    "fern": fern,
    "herbarium": herbarium,
    "cow-parsley": cow_parsley,
    "ninety-years": ninety_years,
    "reeds": reeds,
}
