"""Suns and moons: round things over a line."""

from __future__ import annotations

from math import cos, pi, sin

from PIL import Image

from app.demo.prints import inks
from app.demo.prints.chance import chance
from app.demo.prints.shapes import Noise, circle, ease, steps
from app.demo.prints.sheet import LANDSCAPE, PORTRAIT, SQUARE, Plate, Sheet


def low_sun() -> Image.Image:
    """The last minute before the sun is gone."""
    sheet = Sheet(PORTRAIT, inks.CREAM)
    horizon = 1240.0
    for colour, radius in ((inks.STRAW, 600), (inks.APRICOT, 480), (inks.ORANGE, 360), (inks.VERMILION, 240)):
        with sheet.ink(colour, opaque=True) as plate:
            plate.disc(800, 1100, radius)
            plate.rect(0, horizon, 1600, 800, on=False)
            plate.frame(150, 150, 1450, 1850)
    with sheet.ink(inks.INDIGO) as plate:
        plate.rect(150, horizon, 1300, 610)
    with sheet.ink(inks.VERMILION, opaque=True) as narrow, sheet.ink(inks.APRICOT, opaque=True) as wide:
        luck = chance(3)
        for row in range(14):
            t = row / 14
            y, thick = horizon + 24 + 560 * t**1.25, 5 + 9 * t
            half = 520 * (1 - t) ** 0.8 + 24 + luck.uniform(-30, 30)
            _glint(wide, 800 + luck.uniform(-26, 26), y, half, thick)
            if row < 11:
                _glint(narrow, 800 + luck.uniform(-12, 12), y, half * 0.42, thick)
    return sheet.image


def _glint(plate: Plate, x: float, y: float, half: float, thick: float) -> None:
    """Draw a stroke of light on water, pointed at both ends."""
    places = steps(-1, 1, 41)
    line = [(x + half * t, y + 1.5 * sin(9 * t)) for t in places]
    plate.ribbon(line, [thick * max(0.0, 1 - t * t) ** 0.6 for t in places])


def paper_moons() -> Image.Image:
    """A month of moons, one night of it red."""
    sheet = Sheet(PORTRAIT, inks.CHALK)
    radius = 92.0
    with sheet.ink(inks.BLACK) as black, sheet.ink(inks.VERMILION) as red:
        for night in range(30):
            x, y = 340 + 230 * (night % 5), 345 + 262 * (night // 5)
            phase = (night + 0.5) / 30
            if night == 14:
                red.disc(x, y, radius)
                continue
            black.disc(x, y, radius)
            edge = cos(2 * pi * phase)
            side = 1 if phase < 0.5 else -1
            half = [(x + side * radius * sin(a), y - radius * cos(a)) for a in steps(0, pi, 60)]
            inner = [(x + side * edge * radius * sin(a), y - radius * cos(a)) for a in steps(pi, 0, 60)]
            black.polygon(half + inner, on=False)
            black.ring(x, y, radius - 1, 2.2)
    return sheet.image


def corona() -> Image.Image:
    """An eclipse: the sun is only what surrounds it."""
    sheet = Sheet(SQUARE, inks.WARM)
    breath, fine = Noise(9), Noise(10)
    with sheet.ink(inks.OCHRE) as plate:
        for ray in range(360):
            a = 2 * pi * ray / 360
            u, v = 2.3 * cos(a) + 9, 2.3 * sin(a) + 9
            long = 150 + 190 * max(-0.6, breath(u, v)) + 60 * fine(ray * 0.7) + 70 * (ray % 2)
            near, far = 342.0, 352 + max(24.0, long)
            wide = 1.6 * pi * near / 360 / 1.4
            line = [(800 + r * cos(a), 800 + r * sin(a)) for r in (near, far)]
            plate.ribbon(line, (wide * 1.15, 0.8))
    with sheet.ink(inks.BLACK) as plate:
        plate.disc(800, 800, 322)
    return sheet.image


def moon_over_fields() -> Image.Image:
    """Furrows run to the horizon, and the moon takes its time."""
    sheet = Sheet(PORTRAIT, inks.MIST)
    horizon = 1180.0
    with sheet.ink(inks.SLATE) as plate:
        plate.rect(150, 150, 1300, horizon - 150)
    with sheet.ink((250, 238, 206), opaque=True) as plate:
        plate.disc(800, 850, 270)
    with sheet.ink(inks.BOTTLE) as plate:
        hill = [(x, horizon - 70 - 60 * sin(x / 260 + 0.6) - 20 * sin(x / 97)) for x in steps(150, 1450, 80)]
        plate.polygon([*hill, (1450, horizon + 1), (150, horizon + 1)])
    with sheet.ink(inks.STRAW) as plate:
        plate.rect(150, horizon, 1300, 1850 - horizon)
    with sheet.ink(inks.MOSS) as plate:
        for furrow in range(-24, 25):
            foot = 800 + furrow * 210
            line = [
                (800 + (foot - 800) * (0.06 + 0.94 * t**1.7) + 26 * sin(t * 3) * (1 - t), horizon + 670 * t)
                for t in steps(0, 1.1, 33)
            ]
            plate.ribbon(line, [5 + 95 * t**1.6 for t in steps(0, 1.1, 33)])
        plate.frame(150, horizon, 1450, 1850)
    return sheet.image


def analemma() -> Image.Image:
    """Where the sun stands at noon, once a week for a year."""
    sheet = Sheet(PORTRAIT, inks.CHALK)
    places = []
    for week in range(52):
        day = 2 * pi * (week * 7 + 3) / 365.24
        late = 9.87 * sin(2 * (day - 1.3964)) - 7.53 * cos(day - 1.3964) - 1.5 * sin(day - 1.3964)
        tilt = 23.44 * sin(day - 1.3964)
        places.append((800 + late * 24, 905 - tilt * 24.5, tilt))
    with sheet.ink(inks.OCHRE, strength=0.95) as plate:
        for x, y, _ in places:
            plate.disc(x, y, 25)
    with sheet.ink(inks.VERMILION, strength=0.95) as plate:
        for x, y, tilt in places:
            plate.disc(x, y, 25 * ease((tilt + 6) / 29))
    with sheet.ink(inks.INDIGO) as plate:
        plate.rect(190, 1740, 1220, 5)
        plate.rect(798, 1640, 5, 100)
    return sheet.image


def midnight_sun() -> Image.Image:
    """Nine hours of a night without one: the sun comes down to the sea and goes up again."""
    sheet = Sheet(LANDSCAPE, inks.WARM)
    suns = [(268 + 133 * n, 706 - 330 * ((n - 4) / 4) ** 2) for n in range(9)]
    for colour, start in ((inks.OCHRE, 0), (inks.ORANGE, 1), (inks.ROSE, 2)):
        with sheet.ink(colour, strength=0.86) as plate:
            for x, y in suns[start::3]:
                plate.polygon(circle(x, y, 100))
            plate.rect(0, 760, 1600, 520, on=False)
            plate.frame(150, 150, 1450, 1130)
    with sheet.ink(inks.TEAL) as plate:
        for row in range(17):
            y = 766 + row * 21.5
            plate.line([(x, y + 3 * sin(x / 90 + row * 1.9)) for x in steps(150, 1450, 90)], 3 + row * 0.7)
        plate.frame(150, 0, 1450, 1130)
    return sheet.image


PRINTS = {
    "low-sun": low_sun,
    "paper-moons": paper_moons,
    "corona": corona,
    "moon-over-fields": moon_over_fields,
    "analemma": analemma,
    "midnight-sun": midnight_sun,
}
