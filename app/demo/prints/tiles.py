"""Tiles: one or two shapes that fill a floor."""

from __future__ import annotations

from cmath import exp, rect
from math import atan2, cos, pi, sqrt

from PIL import Image

from app.demo.prints import inks
from app.demo.prints.sheet import PORTRAIT, SQUARE, Plate, Point, Sheet


def turning_tiles() -> Image.Image:
    """Twenty tiles that are all the same, three arcs around a corner, turned by hand."""
    sheet = Sheet(PORTRAIT)
    side, left, top = 320.0, 160.0, 200.0
    turns = ((1, 3, 2, 3), (2, 0, 1, 0), (1, 3, 2, 3), (3, 1, 0, 1), (1, 3, 2, 3))
    colours = ("bbrr", "bbrr", "bbbb", "gbbb", "gggg")
    with sheet.ink(inks.STRAW) as plate:
        plate.rect(left + 2 * side, top, 2 * side, 2 * side)
        plate.rect(left, top + 3 * side, side, 2 * side)
    corners = ((0, 0, 0), (1, 0, 90), (1, 1, 180), (0, 1, 270))
    for letter, colour in (("b", inks.INDIGO), ("r", inks.VERMILION), ("g", inks.BOTTLE)):
        with sheet.ink(colour) as plate:
            for row, line in enumerate(turns):
                for column, turn in enumerate(line):
                    dx, dy, angle = corners[turn]
                    x, y = left + (column + dx) * side, top + (row + dy) * side
                    if colours[row][column] == letter:
                        for radius in (64, 160, 256):
                            plate.arc(x, y, radius, 62, angle, angle + 90)
    return sheet.image


def penrose() -> Image.Image:
    """Two rhombs that never repeat, shaded by the way they lie."""
    sheet = Sheet(PORTRAIT, inks.CHALK)
    golden = (1 + sqrt(5)) / 2
    triangles: list[tuple[int, complex, complex, complex]] = []
    for i in range(10):
        b, c = rect(1500, (2 * i - 1) * pi / 10), rect(1500, (2 * i + 1) * pi / 10)
        triangles.append((0, 0j, c, b) if i % 2 == 0 else (0, 0j, b, c))
    for _ in range(6):
        finer: list[tuple[int, complex, complex, complex]] = []
        for kind, a, b, c in triangles:
            if kind == 0:
                p = a + (b - a) / golden
                finer += [(0, c, p, b), (1, p, c, a)]
            else:
                q, r = b + (a - b) / golden, b + (c - b) / golden
                finer += [(1, r, c, a), (1, q, r, b), (0, r, q, a)]
        triangles = finer
    shades = ((inks.TEAL, {0}), (inks.STRAW, {2, 4}), (inks.CLAY, {5}))
    for colour, chosen in shades:
        with sheet.ink(colour) as plate:
            for kind, a, b, c in triangles:
                lies = round(atan2((b - c).imag, (b - c).real) / (pi / 5)) % 5
                shade = 0 if kind == 0 else (2, 4, 5, 3, 1)[lies]
                if shade in chosen:
                    plate.polygon(_placed(a, b, c))
            for _, a, b, c in triangles:
                plate.line(_placed(c, a, b), 3.2, on=False)
            plate.frame(150, 150, 1450, 1850)
    return sheet.image


def _placed(*points: complex) -> list[Point]:
    return [(800 + point.real, 1000 + point.imag) for point in points]


def star_and_cross() -> Image.Image:
    """Eight-pointed stars whose tips touch, and the crosses that this leaves between them."""
    sheet = Sheet(PORTRAIT, inks.CHALK)
    half = 162.5
    centres = [(150 + half * (2 * i + 1), 187.5 + half * (2 * j + 1)) for j in range(5) for i in range(4)]

    def star(plate: Plate, x: float, y: float, radius: float, *, on: bool = True) -> None:
        for turn in (0.0, pi / 4):
            corners = [rect(radius, turn + k * pi / 2) for k in range(4)]
            plate.polygon([(x + c.real, y + c.imag) for c in corners], on=on)

    with sheet.ink(inks.TEAL) as plate:
        plate.rect(150, 187.5, 1300, 1625)
        for x, y in centres:
            star(plate, x, y, half + 4, on=False)
    with sheet.ink(inks.INDIGO) as plate:
        for x, y in centres:
            star(plate, x, y, half - 15)
            star(plate, x, y, half - 27, on=False)
            star(plate, x, y, 74)
            star(plate, x, y, 58, on=False)
    with sheet.ink(inks.OCHRE) as plate:
        for x, y in centres:
            star(plate, x, y, half - 33)
            star(plate, x, y, 82, on=False)
            star(plate, x, y, 50)
    return sheet.image


def limit_disc() -> Image.Image:
    """Hexagons, four to a corner, in a plane with more room than ours; the edge is never reached."""
    sheet = Sheet(SQUARE, inks.WARM)
    p, q = 6, 4
    radius = sqrt(cos(pi / p + pi / q) / cos(pi / p - pi / q))
    away = (radius * radius + 1) / (2 * radius * cos(pi / p))
    bend = sqrt(away * away - 1)
    side: list[complex] = []
    for k in range(2 * p):
        # A twelfth: from the middle to a corner, along the side to its middle, and back.
        middle, turn = away * exp(1j * pi * (2 * (k // 2) + 1) / p), k % 2
        corner = radius * exp(2j * pi * (k // 2 + turn) / p)
        foot = middle * (1 - bend / away)
        rim = []
        for n in range(7):
            straight = corner + (foot - corner) * n / 6
            rim.append(middle + (straight - middle) / abs(straight - middle) * bend)
        twelfth = [*(corner * n / 5 for n in range(5)), *rim, *(foot * n / 5 for n in range(4, 0, -1))]
        side.extend(twelfth)
    each = len(side) // (2 * p)
    circles = [away * exp(1j * pi * (2 * k + 1) / p) for k in range(p)]

    found = {(0, 0)}
    queue = [(side, 0)]
    for points, depth in queue:
        if depth == 6:
            continue
        for middle in circles:
            other = [middle + bend * bend / (point - middle).conjugate() for point in points]
            centre = other[0]
            key = (round(centre.real * 2000), round(centre.imag * 2000))
            if key not in found and abs(other[4] - other[0]) > 0.004:
                found.add(key)
                queue.append((other, depth + 1))
    for colour, parity in ((inks.INDIGO, 0), (inks.TEAL, 1)):
        with sheet.ink(colour) as plate:
            for points, depth in queue:
                if depth % 2 == parity:
                    for k in range(parity, 2 * p, 2):
                        part = points[k * each : (k + 1) * each]
                        plate.polygon([(800 + 630 * z.real, 800 + 630 * z.imag) for z in part])
            if parity == 0:
                plate.ring(800, 800, 634, 5)
    return sheet.image


def cairo() -> Image.Image:
    """A pavement of pentagons, four of which lean together to a long hexagon."""
    sheet = Sheet(PORTRAIT, inks.WARM)
    cell, inset = 130.0, 0.23
    plates = [sheet.plate() for _ in range(3)]

    def corner(i: float, j: float) -> Point:
        return (150 + cell * i, 150 + cell * j)

    for j in range(-1, 15):
        for i in range(-1, 12):
            x, y = i + 0.5, j + 0.5
            if (i + j) % 2 == 0:
                p, q = (x - inset, y), (x + inset, y)
                right = (q, (i + 1, j), (x + 1, y - inset), (x + 1, y + inset), (i + 1, j + 1))
                below = (p, (i, j + 1), (x, y + 1 - inset), (i + 1, j + 1), q)
                left = (p, (i, j), (x - 1, y - inset), (x - 1, y + inset), (i, j + 1))
                for number, shape in ((0, right), (1, below), (2, left)):
                    plates[number].polygon([corner(*point) for point in shape])
    for plate, colour in zip(plates, (inks.CLAY, inks.STRAW, inks.SLATE), strict=True):
        for j in range(-1, 15):
            for i in range(-1, 12):
                x, y = i + 0.5, j + 0.5
                if (i + j) % 2 == 0:
                    a, b = (x - inset, y), (x + inset, y)
                    joints = ((i, j), a, (i, j + 1)), ((i + 1, j), b, (i + 1, j + 1)), (a, b)
                else:
                    a, b = (x, y - inset), (x, y + inset)
                    joints = ((i, j), a, (i + 1, j)), ((i, j + 1), b, (i + 1, j + 1)), (a, b)
                for joint in joints:
                    plate.line([corner(*point) for point in joint], 7, on=False)
        plate.frame(150, 150, 1450, 1850)
        sheet.print(plate, colour)
    return sheet.image


def going_south() -> Image.Image:
    """Flying geese, as quilts have them; one has remembered something."""
    sheet = Sheet(PORTRAIT, inks.CREAM)
    wide, high = 216.0, 108.0
    with sheet.ink(inks.SLATE) as flock, sheet.ink(inks.VERMILION) as single:
        for column in range(6):
            for row in range(15):
                x, y = 152 + column * wide, 190 + row * high
                if (column, row) == (4, 5):
                    single.polygon(((x + 8, y + high - 8), (x + wide - 8, y + high - 8), (x + wide / 2, y)))
                else:
                    flock.polygon(((x + 8, y), (x + wide - 8, y), (x + wide / 2, y + high - 8)))
    return sheet.image


PRINTS = {
    "turning-tiles": turning_tiles,
    "penrose": penrose,
    "star-and-cross": star_and_cross,
    "limit-disc": limit_disc,
    "cairo": cairo,
    "going-south": going_south,
}
