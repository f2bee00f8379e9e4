"""Geometry: few shapes, placed until they hold still."""

from __future__ import annotations

from math import pi

from PIL import Image

from app.demo.prints import inks
from app.demo.prints.shapes import ease, turned
from app.demo.prints.sheet import LANDSCAPE, PORTRAIT, SQUARE, Plate, Sheet


def counterweight() -> Image.Image:
    """A large weight near the edge and a small one far from it: the beam is level, and the sums are right."""
    sheet = Sheet(PORTRAIT, inks.WARM)
    beam, edge = 1240.0, 520.0
    with sheet.ink(inks.INDIGO) as plate:
        plate.disc(edge - 160, beam - 190, 190)
    with sheet.ink(inks.VERMILION) as plate:
        # The disc's area times its distance, over the distance of the square: a side of 150.
        plate.rect(edge + 800 - 75, beam - 150, 150, 150)
    with sheet.ink(inks.OCHRE) as plate:
        plate.polygon(((edge, beam + 12), (edge + 165, beam + 298), (edge - 165, beam + 298)))
    with sheet.ink(inks.BLACK) as plate:
        plate.rect(150, beam, 1300, 12)
    return sheet.image


def quarters() -> Image.Image:
    """Quarters of a circle on a grid of twenty, and as much paper as there is ink."""
    sheet = Sheet(PORTRAIT, inks.CHALK)
    side = 310.0
    pieces = (
        (inks.INDIGO, ((0, 0, 2), (1, 1, 0), (3, 2, 3), (0, 4, 1))),
        (inks.VERMILION, ((2, 0, 3), (1, 3, 2))),
        (inks.OCHRE, ((3, 0, 2), (0, 2, 1), (2, 3, 0), (3, 4, 0))),
        (inks.SAGE, ((2, 1, 1), (0, 3, 0), (2, 4, 3))),
    )
    corners = ((0, 0, 0), (1, 0, 90), (1, 1, 180), (0, 1, 270))
    for colour, placed in pieces:
        with sheet.ink(colour) as plate:
            for column, row, turn in placed:
                dx, dy, angle = corners[turn]
                x, y = 180 + side * (column + dx), 225 + side * (row + dy)
                plate.slice(x, y, side, angle, angle + 90)
    with sheet.ink(inks.BLACK) as plate:
        plate.disc(180 + side * 1.5, 225 + side * 2.5, 42)
    return sheet.image


def interference() -> Image.Image:
    """Two stones, two inks, one pond."""
    sheet = Sheet(SQUARE, inks.CHALK)
    for colour, x, y in ((inks.CERULEAN, 708, 800), (inks.VERMILION, 892, 800)):
        with sheet.ink(colour) as plate:
            for number in range(1, 33):
                plate.ring(x, y, number * 17.5, 8)
    return sheet.image


def hinge() -> Image.Image:
    """A square turns about its corner in twenty-four steps and comes to rest."""
    sheet = Sheet(PORTRAIT, inks.WARM)
    shape = ((0.0, 0.0), (600.0, 0.0), (600.0, -600.0), (0.0, -600.0), (0.0, 0.0))
    angles = [-pi / 2 * 1.06 * (1 - ease(n / 24)) for n in range(25)]
    with sheet.ink(inks.BLACK) as plate:
        for angle in angles[:-1]:
            plate.line(turned(shape, angle, 760, 1330), 2.2)
        plate.polygon(turned(shape, 0, 760, 1330), on=False)
    with sheet.ink(inks.MADDER) as plate:
        plate.polygon(turned(shape, 0, 760, 1330))
    with sheet.ink(inks.BLACK) as plate:
        plate.rect(160, 1330, 1200, 4)
        plate.disc(760, 1332, 13)
    return sheet.image


def colonnade() -> Image.Image:
    """Arches, four a floor, from morning on the left to evening on the right."""
    sheet = Sheet(LANDSCAPE, inks.CREAM)
    shadow, light, wall = sheet.plate(), sheet.plate(), sheet.plate()
    wall.rect(150, 150, 1300, 980)

    def arch(plate: Plate, x: float, y: float, *, on: bool = True) -> None:
        plate.disc(x, y + 62, 62, on=on)
        plate.rect(x - 62, y + 62, 124, 170, on=on)

    for row in range(3):
        for column in range(7):
            x, y = 290 + column * 170, 214 + row * 304
            arch(wall, x, y, on=False)
            arch(light, x, y)
            arch(shadow, x, y)
    for row in range(3):
        for column in range(7):
            x, y = 290 + column * 170, 214 + row * 304
            moved_x = x + (column - 3) * 27 + (6 if column == 3 else 0)
            arch(shadow, moved_x, y + 20, on=False)
    shadow.keep(light)
    sheet.print(wall, inks.CLAY)
    light.lose(shadow)
    sheet.print(light, inks.STRAW)
    sheet.print(shadow, inks.INDIGO)
    return sheet.image


PRINTS = {
    "counterweight": counterweight,
    "quarters": quarters,
    "interference": interference,
    "hinge": hinge,
    "colonnade": colonnade,
}
