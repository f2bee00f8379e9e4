"""Maps: mountains, islands and rivers that are on no other map."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from math import exp, hypot, sin

from PIL import Image

from app.demo.prints import inks
from app.demo.prints.shapes import Noise, circle, contour, ease, field, steps
from app.demo.prints.sheet import PORTRAIT, SQUARE, WIDTH, Field, Plate, Sheet


def _hill(u: float, v: float, x: float, y: float, wide: float, high: float = 1.0) -> float:
    """Return the height that one hill adds; a sheet is 1 wide and 1.25 high."""
    return high * exp(-(((u - x) / wide) ** 2) - ((v * 1.25 - y) / wide) ** 2)


def _levels(plate: Plate, heights: Field, height: int, levels: list[float], width: float) -> None:
    """Draw the contour lines of some levels."""
    for level in levels:
        for start, end in contour(heights, level, WIDTH, height):
            plate.line((start, end), width, round_=False)


@cache
def _saddle() -> Field:
    rough = Noise(14)

    def height(u: float, v: float) -> float:
        bent = u + 0.05 * rough(u * 3, v * 4), v + 0.05 * rough(u * 3 + 20, v * 4)
        found = _hill(*bent, 0.37, 0.42, 0.24) + _hill(*bent, 0.66, 0.82, 0.22, 0.88)
        found += _hill(*bent, 0.86, 0.3, 0.22, 0.34) + _hill(*bent, 0.12, 0.95, 0.25, 0.36)
        return found + 0.05 * rough(u * 7, v * 9)

    return field(121, 151, height)


def saddle() -> Image.Image:
    """Two summits, the easiest way between them, and every fifth line heavier."""
    sheet, heights = Sheet(PORTRAIT, inks.WARM), _saddle()
    bands = ((inks.BOTTLE, 0.14), (inks.SAGE, 0.3), (inks.STRAW, 0.52), (inks.ORANGE, 0.74))
    for number, (colour, low) in enumerate(bands):
        high = bands[number + 1][1] if number + 1 < len(bands) else 0.94
        with sheet.ink(colour, strength=0.94) as plate:
            plate.flood(heights, -9 if number == 0 else low, high)
            plate.frame(140, 140, 1460, 1860)
    thin, heavy = steps(0.02, 1.1, 28), steps(0.1, 1.1, 6)
    with sheet.ink(inks.BLACK, strength=0.75) as plate:
        _levels(plate, heights, PORTRAIT, thin, 1.5)
        _levels(plate, heights, PORTRAIT, heavy, 3.6)
        plate.frame(140, 140, 1460, 1860)
    return sheet.image


def skerry() -> Image.Image:
    """An island, and the depths around it in thinner and thinner blue."""
    sheet = Sheet(PORTRAIT, inks.CHALK)
    rough = Noise(33)

    def height(u: float, v: float) -> float:
        u, v = u + 0.06 * rough(u * 5, v * 6), v + 0.06 * rough(u * 5 + 30, v * 6)
        ragged = 0.1 * rough(u * 6, v * 7) + 0.07 * rough(u * 15, v * 18)
        main = _hill(u, v, 0.6, 0.45, 0.21) + _hill(u, v, 0.42, 0.74, 0.16, 0.62)
        return main + _hill(u, v, 0.26, 1.0, 0.09, 0.5) + ragged - 0.35 * hypot(u - 0.52, v * 1.25 - 0.6)

    heights = field(121, 151, height)
    for high, strength in ((0.29, 0.26), (0.1, 0.3), (-0.06, 0.36), (-0.2, 0.42)):
        with sheet.ink(inks.CERULEAN, strength=strength) as plate:
            plate.flood(heights, -9, high)
            plate.frame(140, 140, 1460, 1860)
    with sheet.ink(inks.OCHRE) as plate:
        plate.flood(heights, 0.3)
    with sheet.ink(inks.INDIGO) as plate:
        _levels(plate, heights, PORTRAIT, [0.29], 4.2)
        _levels(plate, heights, PORTRAIT, steps(-0.28, 0.2, 10), 1.3)
        plate.frame(140, 140, 1460, 1860)
    with sheet.ink(inks.UMBER) as plate:
        _levels(plate, heights, PORTRAIT, steps(0.4, 1.1, 9), 1.8)
    return sheet.image


def tarn() -> Image.Image:
    """One brown ink for the mountain, one blue for the lake that lies in it."""
    sheet = Sheet(SQUARE, inks.WARM)
    rough = Noise(4)

    def height(u: float, v: float) -> float:
        u, v = u + 0.07 * rough(u * 3, v * 3), v + 0.07 * rough(u * 3 + 20, v * 3)
        far = hypot(u - 0.5, v - 0.52)
        rim = exp(-(((far - 0.3) / 0.15) ** 2))
        return rim * (1 + 0.5 * rough(u * 2.6, v * 2.6 + 8)) + 0.09 * rough(u * 8, v * 8) - 0.2 * far

    heights = field(141, 141, height)
    lake = sheet.plate()
    lake.polygon(circle(800, 820, 330))
    with sheet.ink(inks.CERULEAN) as plate:
        plate.flood(heights, -9, 0.09)
        plate.keep(lake)
    with sheet.ink(inks.UMBER) as plate:
        _levels(plate, heights, SQUARE, steps(-0.5, 1.2, 44), 1.7)
        _levels(plate, heights, SQUARE, steps(-0.5, 1.2, 44)[::5], 3.8)
        water = sheet.plate()
        water.flood(heights, -9, 0.085)
        water.keep(lake)
        plate.lose(water)
        plate.frame(170, 170, 1430, 1430)
    with sheet.ink(inks.INDIGO) as plate:
        _levels(plate, heights, SQUARE, [0.09], 3.2)
        plate.keep(lake)
    return sheet.image


def ridge_walk() -> Image.Image:
    """A range in profile lines; the red one is the way that somebody walked."""
    sheet = Sheet(PORTRAIT, inks.WARM)
    rough = Noise(71)

    def ridges() -> Iterator[list[tuple[float, float]]]:
        for row in range(46):
            line = []
            for x in steps(190, 1410, 160):
                u = (x - 190) / 1220
                middle = 0.5 + 0.16 * sin(row / 9.0)
                high = exp(-(((u - middle) / 0.24) ** 2)) * ease(row / 12) * ease((46 - row) / 9)
                bumps = 1.0 + 0.9 * rough(u * 7, row / 4.4) + 0.3 * rough(u * 19, row / 2.2)
                line.append((x, 430 + row * 28.5 - 205 * high * bumps - 2.5 * rough(u * 30, row)))
            yield line

    with sheet.ink(inks.BOTTLE) as green, sheet.ink(inks.VERMILION) as red:
        for row, line in enumerate(ridges()):
            below = [*line, (1410.0, 1990.0), (190.0, 1990.0)]
            green.polygon(below, on=False)
            red.polygon(below, on=False)
            if row == 29:
                red.line(line, 5.0)
            else:
                green.line(line, 2.8)
    return sheet.image


PRINTS = {
    "saddle": saddle,
    "skerry": skerry,
    "tarn": tarn,
    "ridge-walk": ridge_walk,
}
