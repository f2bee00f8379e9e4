"""Woven: threads over and under each other."""

from __future__ import annotations

from math import pi, sin

from PIL import Image

from app.demo.prints import inks
from app.demo.prints.chance import chance
from app.demo.prints.inks import Colour
from app.demo.prints.shapes import Noise, ease, steps
from app.demo.prints.sheet import LANDSCAPE, PORTRAIT, SQUARE, Plate, Point, Sheet

STITCH = 1 / 2**0.5


def _bar(plate: Plate, along: float, across: float, length: float, width: float, *, on: bool = True) -> None:
    """Fill a bar on the diagonal: distances along and across it, from the sheet's middle."""
    corners = (
        (along, across - width / 2),
        (along + length, across - width / 2),
        (along + length, across + width / 2),
        (along, across + width / 2),
    )
    plate.polygon([(800 + (a - c) * STITCH, 1000 + (a + c) * STITCH) for a, c in corners], on=on)


def warp_and_weft() -> Image.Image:
    """A plain weave, set on its corner and looked at from very near."""
    sheet = Sheet(PORTRAIT)
    pitch, band = 150.0, 116.0
    rising = (inks.MADDER, inks.OCHRE, inks.ROSE)
    falling = (inks.INDIGO, inks.INDIGO, inks.SEA)
    span = range(-11, 12)
    for number, colour in enumerate((*rising, inks.INDIGO, inks.SEA)):
        with sheet.ink(colour) as plate:
            for i in span:
                if number > 2 and falling[i % 3] == colour:
                    for j in span:
                        if (i + j) % 2:
                            _bar(plate, j * pitch - 87, i * pitch, 174, band)
                    for stripe in (-band / 6, band / 6):
                        _bar(plate, -2000, i * pitch + stripe, 4000, 7, on=False)
                if number < 3 and i % 3 == number:
                    for j in span:
                        if (i + j) % 2 == 0:
                            x, middle = i * pitch - band / 2, j * pitch
                            for k in range(3):
                                _bar(plate, x + k * (band + 7) / 3, middle, band / 3 - 5, 174)
            plate.frame(140, 140, 1460, 1860)
    return sheet.image


def houndstooth() -> Image.Image:
    """The herdsman's check, four threads dark and four light, grown to the size of a hand."""
    sheet = Sheet(SQUARE, inks.CREAM)
    thread = 35.0
    with sheet.ink(inks.BLACK) as plate:
        for row in range(36):
            for column in range(36):
                warp, weft = column % 8 < 4, row % 8 < 4
                is_warp_up = (column - row) % 4 < 2
                if warp if is_warp_up else weft:
                    plate.rect(170 + column * thread, 170 + row * thread, thread + 0.25, thread + 0.25)
    with sheet.ink(inks.VERMILION) as plate:
        plate.rect(170, 170 + 16 * thread - 6, 1260, 12)
    return sheet.image


def loom_at_rest() -> Image.Image:
    """A warp that is strung and waits; somebody has begun at the lower edge."""
    sheet = Sheet(PORTRAIT, inks.CHALK)
    luck = chance(12)
    count = 61
    xs = steps(250, 1350, count)
    with sheet.ink(inks.SLATE) as plate:
        for x in xs:
            plate.line(((x, 230), (x + luck.uniform(-1, 1), 1780)), 2.4)
    rows = ((inks.OCHRE, range(0, 9)), (inks.MADDER, range(9, 13)), (inks.INDIGO, range(13, 22)))
    for colour, lines in rows:
        with sheet.ink(colour) as plate:
            for row in lines:
                y = 1640 - row * 17
                for index in range(count):
                    if (index + row) % 2:
                        plate.line(((xs[index] - 10, y), (xs[index] + 10, y)), 13)
                reach = 1350 if row < 21 else 940
                plate.line(((244, y), (reach, y)), 4)
    with sheet.ink(inks.INDIGO) as plate:
        loose = [(940 + 50 * t, 1283 - 120 * ease(t / 6) + 26 * sin(t * 1.6)) for t in steps(0, 6, 60)]
        plate.line(loose, 4)
    with sheet.ink(inks.UMBER) as plate:
        plate.rect(210, 212, 1180, 22)
        plate.rect(210, 1774, 1180, 22)
    return sheet.image


def ikat() -> Image.Image:
    """Diamonds dyed into the threads before the weaving; each thread slipped a little."""
    sheet = Sheet(PORTRAIT, inks.WARM)
    slip, luck = Noise(31), chance(77)
    threads = [(150 + 7.22 * n, 20 * slip(n / 5.1) + 20 * luck.uniform(-1, 1)) for n in range(180)]

    def dye(plate: Plate, outer: float, inner: float, width: float) -> None:
        for x, moved in threads:
            u = abs((x - 150) % 433 - 216.5) / 216.5
            middles = (490, 830, 1170, 1510) if 433 <= x - 150 < 866 else (320, 660, 1000, 1340, 1680)
            for middle in middles:
                reach, hole = 172 * (outer - u), 172 * (inner - u)
                y = middle + moved
                if reach > 0:
                    plate.rect(x, y - reach, width, reach - max(0.0, hole))
                    plate.rect(x, y + max(0.0, hole), width, reach - max(0.0, hole))

    with sheet.ink(inks.INDIGO) as plate:
        dye(plate, 1.0, 0.62, 6.2)
        plate.frame(150, 150, 1450, 1850)
    with sheet.ink(inks.MADDER) as plate:
        dye(plate, 0.5, 0.17, 6.2)
        plate.frame(150, 150, 1450, 1850)
    return sheet.image


def three_strands() -> Image.Image:
    """The plait that everybody learns first, in three ropes of five lines."""
    sheet = Sheet(LANDSCAPE, inks.WARM)
    colours = (inks.OCHRE, inks.TEAL, inks.MADDER)
    plates = [sheet.plate() for _ in colours]
    period, high, width = 960.0, 270.0, 184.0

    def strand(number: int, start: float, end: float) -> list[Point]:
        return [
            (period * (turn - number / 3), 640 + high * sin(2 * pi * turn)) for turn in steps(start, end, 24)
        ]

    # A strand lies on top while it comes back from an edge, and below while it goes to the other.
    for first in (0.25, 0.0):
        for number in range(3):
            for half in range(-1, 8):
                start = first + half / 2
                for plate in plates:
                    plate.ribbon(strand(number, start, start + 0.25), [width + 24] * 24, on=False)
                line = strand(number, start - 0.005, start + 0.255)
                for gap in (-74, -37, 0, 37, 74):
                    plates[number].ribbon(_beside(line, gap), [26.0] * 24)
    for plate, colour in zip(plates, colours, strict=True):
        plate.frame(160, 160, 1440, 1120)
        sheet.print(plate, colour)
    return sheet.image


def _beside(line: list[Point], distance: float) -> list[Point]:
    """Return a line that keeps its distance from another."""
    found = []
    for (x, y), (before, after) in zip(
        line, zip([line[0], *line[:-1]], [*line[1:], line[-1]], strict=True), strict=True
    ):
        dx, dy = after[0] - before[0], after[1] - before[1]
        length = (dx * dx + dy * dy) ** 0.5
        found.append((x - dy / length * distance, y + dx / length * distance))
    return found


def blanket() -> Image.Image:
    """Broad stripes of thin ink cross; where two meet there is a third colour."""
    sheet = Sheet(PORTRAIT, inks.CHALK)
    across: tuple[tuple[Colour, tuple[tuple[float, float], ...]], ...] = (
        (inks.ROSE, ((150, 250), (640, 120), (1200, 250))),
        (inks.STRAW, ((820, 250),)),
    )
    down: tuple[tuple[Colour, tuple[tuple[float, float], ...]], ...] = (
        (inks.SKY, ((150, 180), (560, 330), (1520, 330))),
        (inks.CLAY, ((1010, 90), (1220, 180))),
    )
    for colour, bars in across:
        with sheet.ink(colour, strength=0.9) as plate:
            for x, width in bars:
                plate.rect(x, 150, width, 1700)
    for colour, bars in down:
        with sheet.ink(colour, strength=0.8) as plate:
            for y, width in bars:
                plate.rect(150, y, 1300, width)
    with sheet.ink(inks.INDIGO, strength=0.9) as plate:
        for x in (418, 430, 760, 1092, 1104, 1180):
            plate.rect(x, 150, 4, 1700)
        for y in (348, 360, 908, 1124, 1136, 1480):
            plate.rect(150, y, 1300, 4)
    return sheet.image


PRINTS = {
    "warp-and-weft": warp_and_weft,
    "houndstooth": houndstooth,
    "loom-at-rest": loom_at_rest,
    "ikat": ikat,
    "three-strands": three_strands,
    "blanket": blanket,
}
