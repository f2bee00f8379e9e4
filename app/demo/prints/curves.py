"""Curves: what a pendulum, a thread or a compass draws when it is left alone."""

from __future__ import annotations

from math import cos, exp, pi, sin, sqrt

from PIL import Image

from app.demo.prints import inks
from app.demo.prints.shapes import circle
from app.demo.prints.sheet import PORTRAIT, SQUARE, Point, Sheet


def pendulum() -> Image.Image:
    """Two pendulums, nearly three to two, and the pen between them until both stand still."""
    sheet = Sheet(PORTRAIT, inks.WARM)
    line = []
    for n in range(9000):
        t = n / 26
        fade = exp(-t / 150)
        x = 600 * sin(2.0 * t + 0.55)
        y = 760 * sin(3.006 * t)
        line.append((800 + fade * x, 1000 + fade * y))
    with sheet.ink(inks.INDIGO) as plate:
        plate.line(line, 1.5, round_=False)
    return sheet.image


def times_two() -> Image.Image:
    """Three hundred pins; each is tied to the one at twice its number."""
    sheet = Sheet(SQUARE, inks.WARM)
    pins, radius = 300, 600.0

    def pin(number: float) -> Point:
        angle = 2 * pi * number / pins + pi / 2
        return 800 + radius * cos(angle), 800 - radius * sin(angle)

    with sheet.ink(inks.MADDER) as plate:
        for number in range(pins):
            plate.line((pin(number), pin(2 * number)), 1.5)
    with sheet.ink(inks.BLACK) as plate:
        plate.line(circle(800, 800, radius), 2)
        for number in range(0, pins, 5):
            plate.disc(*pin(number), 5)
    return sheet.image


def one_line_moon() -> Image.Image:
    """A single spiral from the middle to the rim; where it is thick there is night."""
    sheet = Sheet(PORTRAIT, inks.CHALK)
    radius, pitch = 560.0, 15.0
    light = (-0.62, -0.4, 0.68)
    turns = radius / pitch

    def shade(u: float, v: float) -> float:
        depth = sqrt(max(0.0, 1 - u * u - v * v))
        lit = u * light[0] + v * light[1] + depth * light[2]
        return min(1.0, max(0.0, 1.02 - 1.12 * max(0.0, lit)))

    with sheet.ink(inks.INDIGO) as plate:
        for turn in range(int(turns)):
            line, widths = [], []
            count = 40 + 7 * turn
            for n in range(count + 2):
                share = min(float(int(turns)), turn + n / count)
                r, angle = pitch * share, 2 * pi * share
                u, v = r * cos(angle) / radius, r * sin(angle) / radius
                line.append((800 + radius * u, 960 + radius * v))
                widths.append((1.4 + 12.2 * shade(u, v)) * min(1.0, (int(turns) - share) * 2 + 0.04))
            plate.ribbon(line, widths)
    return sheet.image


def pursuit() -> Image.Image:
    """Four walkers follow each other from the corners of a square; twelve such squares lean together."""
    sheet = Sheet(PORTRAIT, inks.WARM)
    side = 410.0
    with sheet.ink(inks.BLACK) as plate:
        for row in range(4):
            for column in range(3):
                x, y = 185 + side * column, 180 + side * row
                corners = [(x, y), (x + side, y), (x + side, y + side), (x, y + side)]
                if (row + column) % 2:
                    corners.reverse()
                for _ in range(26):
                    plate.line([*corners, corners[0]], 2.0, round_=False)
                    corners = [
                        (a[0] + (b[0] - a[0]) * 0.085, a[1] + (b[1] - a[1]) * 0.085)
                        for a, b in zip(corners, [*corners[1:], corners[0]], strict=True)
                    ]
                if (row, column) == (1, 1):
                    centre = corners
    with sheet.ink(inks.VERMILION) as plate:
        plate.polygon(centre)
    return sheet.image


PRINTS = {
    "pendulum": pendulum,
    "times-two": times_two,
    "one-line-moon": one_line_moon,
    "pursuit": pursuit,
}
