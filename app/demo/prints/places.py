"""Places: horizons, houses and what lies under them."""

from __future__ import annotations

from collections.abc import Callable
from math import pi, sin

from PIL import Image

from app.demo.prints import inks
from app.demo.prints.chance import chance
from app.demo.prints.shapes import Noise, ease, steps
from app.demo.prints.sheet import LANDSCAPE, PORTRAIT, Plate, Point, Sheet


def far_hills() -> Image.Image:
    """One blue ink, printed seven times; each range of hills is nearer than the last."""
    sheet = Sheet(PORTRAIT, inks.WARM)
    with sheet.ink(inks.ORANGE) as plate:
        plate.disc(1060, 560, 120)
    for layer in range(7):
        shape = Noise(60 + layer)
        base, tall = 760 + 158 * layer, 230 - 18 * layer
        line = [
            (x, base - tall * (0.5 + 0.75 * shape(x / (520 - 20 * layer), 3) + 0.1 * shape(x / 97, 9)))
            for x in steps(150, 1450, 160)
        ]
        with sheet.ink((122, 152, 178), strength=0.5 + 0.06 * layer) as plate:
            plate.polygon([*line, (1450, 1850), (150, 1850)])
            plate.frame(150, 150, 1450, 1850)
    return sheet.image


def hill_town() -> Image.Image:
    """A town that was built where there was room; the last house has its shutters open."""
    sheet = Sheet(PORTRAIT, inks.CREAM)
    luck = chance(41)
    houses: list[tuple[float, float, float, float, int]] = []
    for row in range(8):
        y = 700 + row * 150
        half = 130 + 74 * row
        x = 800.0 - half
        while x < 800 + half - 60:
            wide = luck.choice((88.0, 104.0, 120.0, 140.0))
            tall = luck.uniform(120, 215)
            houses.append((x, y + luck.uniform(-24, 24) + 90, wide, tall, luck.randrange(4)))
            x += wide + luck.choice((0.0, 0.0, 8.0))
    walls = [sheet.plate() for _ in range(3)]
    roofs, windows, shutters = sheet.plate(), sheet.plate(), sheet.plate()
    everything = (*walls, roofs, windows)
    walls[0].rect(757, 470, 86, 330)
    roofs.polygon(((749, 472), (851, 472), (800, 350)))
    windows.rect(785, 520, 30, 56)
    for x, foot, wide, tall, kind in houses:
        top = foot - tall
        for plate in everything:
            plate.rect(x - 2, top - 3, wide + 4, 2100 - top, on=False)
            plate.polygon(((x - 10, top + 2), (x + wide + 10, top + 2), (x + wide / 2, top - 50)), on=False)
        if kind < 3:
            walls[kind].rect(x, top, wide, 2000 - top)
        roof = ((x - 7, top), (x + wide + 7, top), (x + wide - 12, top - 34), (x + 12, top - 34))
        roofs.polygon(roof if kind % 2 else ((x - 7, top), (x + wide + 7, top), (x + wide / 2, top - 44)))
        for level in (34, 92):
            for step in range(2):
                windows.rect(x + wide * (0.24 + 0.34 * step), top + level, wide * 0.17, 28)
    x, foot, wide, tall, _ = houses[-5]
    shutters.rect(x + wide * 0.24, foot - tall + 34, wide * 0.17, 28)
    windows.lose(shutters)
    for plate, colour in zip(walls, (inks.APRICOT, inks.STRAW, inks.ROSE), strict=True):
        plate.frame(0, 0, 1600, 1790)
        sheet.print(plate, colour)
    for plate, colour in ((roofs, inks.CLAY), (windows, inks.INDIGO), (shutters, inks.VERMILION)):
        plate.frame(0, 0, 1600, 1790)
        sheet.print(plate, colour)
    return sheet.image


def strata() -> Image.Image:
    """Ten beds of stone, one fault, and the very thin layer on which we live."""
    sheet = Sheet(PORTRAIT, inks.WARM)
    bend = Noise(17)
    beds = (
        (inks.MOSS, 560, 0), (inks.UMBER, 585, 1), (inks.OCHRE, 700, 2), (inks.CLAY, 790, 0),
        (inks.SLATE, 960, 3), (inks.OCHRE, 1050, 0), (inks.UMBER, 1210, 2), (inks.SLATE, 1270, 1),
        (inks.CLAY, 1440, 3), (inks.UMBER, 1600, 0), (inks.SLATE, 1660, 2),
    )  # fmt: skip

    def depth(x: float, y: float) -> float:
        fault = 940 - (y - 600) * 0.22
        slip = 96.0 if x > fault else 0.0
        return y + slip + 60 * bend(x / 640, 2 + y / 2600) + 24 * sin(x / 300 + y / 700)

    for colour in dict.fromkeys(colour for colour, _, _ in beds):
        with sheet.ink(colour) as plate:
            for (own, y, texture), below in zip(beds, [bed[1] for bed in beds[1:]] + [1990], strict=True):
                if own != colour:
                    continue
                for ends in ((150.0, 0.0), (0.0, 1450.0)):
                    _bed(plate, depth, y, below - 9, texture, ends)
            plate.frame(150, 300, 1450, 1850)
    return sheet.image


def _bed(
    plate: Plate, depth: Callable[[float, float], float], top: float, below: float, texture: int, ends: Point
) -> None:
    """Fill one side of a bed, solid or in lines."""
    start, end = ends
    cut_top, cut_low = 940 - (top - 600) * 0.22, 940 - (below - 600) * 0.22
    side = -2.0 if end == 0 else 2.0
    upper = [(x, depth(x, top)) for x in steps(start or cut_top + side, end or cut_top + side, 60)]
    lower = [(x, depth(x, below)) for x in steps(start or cut_low + side, end or cut_low + side, 60)]
    if texture == 0:
        plate.polygon(upper + lower[::-1])
        return
    count = max(2, round((below - top) / (13, 13, 20, 9)[texture]))
    for n in range(count + 1):
        t = n / count
        line = [
            (a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t) for a, b in zip(upper, lower, strict=True)
        ]
        if texture == 2:
            for k in range(n % 2, 59, 2):
                plate.line(line[k : k + 2], 6)
        else:
            plate.line(line, 4.2 if texture == 1 else 3.0)


def night_windows() -> Image.Image:
    """A quarter past two: three people cannot sleep."""
    sheet = Sheet(PORTRAIT, inks.CREAM)
    lit = {(2, 3), (5, 8), (1, 11)}
    with sheet.ink(inks.INDIGO) as wall:
        wall.rect(200, 200, 1200, 1600)
        for row in range(14):
            for column in range(8):
                if (column, row) in lit:
                    wall.rect(269 + 138 * column, 254 + 110 * row, 96, 62, on=False)
    with sheet.ink(inks.BLACK, strength=0.5) as dark:
        for row in range(14):
            for column in range(8):
                if (column, row) not in lit:
                    dark.rect(269 + 138 * column, 254 + 110 * row, 96, 62)
    with sheet.ink(inks.OCHRE) as light:
        for column, row in lit:
            light.rect(269 + 138 * column, 254 + 110 * row, 96, 62)
    with sheet.ink(inks.INDIGO) as bars:
        for column, row in lit:
            bars.rect(269 + 138 * column + 46, 254 + 110 * row, 4, 62)
    return sheet.image


def regatta() -> Image.Image:
    """Eleven sails on one tack, and one that knows better."""
    sheet = Sheet(LANDSCAPE, inks.CHALK)
    luck = chance(8)
    with sheet.ink(inks.INDIGO) as blue, sheet.ink(inks.VERMILION) as red, sheet.ink(inks.CERULEAN) as sea:
        for number in range(12):
            t = ease(number / 11)
            x = 265 + 1090 * ((number * 0.618 + 0.12) % 1)
            y, size = 450 + 500 * t, 70 + 190 * t
            way, plate = (-1, red) if number == 7 else (1, blue)
            plate.polygon(((x, y), (x, y - size), (x + way * size * 0.52, y - size * 0.03)))
            plate.polygon(
                (
                    (x - way * size * 0.05, y),
                    (x - way * size * 0.05, y - size * 0.82),
                    (x - way * size * 0.3, y),
                )
            )
            hull = (
                (x - size * 0.36, y + size * 0.04),
                (x + size * 0.5, y + size * 0.04),
                (x + size * 0.36, y + size * 0.13),
                (x - size * 0.26, y + size * 0.13),
            )
            plate.polygon(hull)
            for n in range(4):
                half = size * (0.4 - 0.08 * n) * luck.uniform(0.8, 1.2)
                line = [(x + half * s, y + size * (0.2 + 0.07 * n)) for s in steps(-1, 1, 9)]
                sea.ribbon(line, [0.035 * size * sin(pi * s) + 0.4 for s in steps(0, 1, 9)])
        sea.rect(150, 376, 1300, 4)
    return sheet.image


PRINTS = {
    "far-hills": far_hills,
    "hill-town": hill_town,
    "strata": strata,
    "night-windows": night_windows,
    "regatta": regatta,
}
