"""Tides: what water does to a line."""

from __future__ import annotations

from collections.abc import Callable
from math import atan2, cos, hypot, pi, sin, sqrt

from PIL import Image

from app.demo.prints import inks
from app.demo.prints.shapes import Noise, ease, field, steps, streamline
from app.demo.prints.sheet import PORTRAIT, Plate, Point, Sheet


def tides() -> Image.Image:
    """Water parts around a red disc and closes behind it."""
    sheet = Sheet(PORTRAIT)
    cx, cy, radius = 800.0, 790.0, 300.0
    with sheet.ink(inks.VERMILION) as plate:
        plate.disc(cx, cy, radius - 16)
    with sheet.ink(inks.ULTRAMARINE) as plate:
        for psi in (22.0 * index + 11 for index in range(-40, 54)):
            depth = ease((psi + 640) / 1700)
            line = []
            for x in steps(120, 1480, 137):
                y = cy + _around(x - cx, psi, radius)
                calm = ease((hypot(x - cx, y - cy) - radius) / 500)
                line.append((x, y + 15 * depth * calm * sin(x / 117 + psi / 83 + sin(x / 290))))
            plate.ribbon(line, [2.6 + 8.5 * depth] * len(line))
        plate.frame(140, 140, 1460, 1860)
    return sheet.image


def _around(x: float, psi: float, radius: float) -> float:
    """Return the height of a stream's line around a disc, above or below its middle."""
    side, psi = (1, psi) if psi > 0 else (-1, -psi)
    low, high = sqrt(max(0.0, radius * radius - x * x)), psi + radius * 1.2
    for _ in range(22):
        y = (low + high) / 2
        if y * (1 - radius * radius / (x * x + y * y)) > psi:
            high = y
        else:
            low = y
    return side * low


def slack_water() -> Image.Image:
    """Ruled lines and the moon; only in the water do they know of each other."""
    sheet = Sheet(PORTRAIT, inks.CHALK)
    with sheet.ink(inks.STRAW) as plate:
        plate.disc(800, 640, 236)
    wander = Noise(5)
    with sheet.ink(inks.SLATE) as plate:
        for row in range(34):
            t = row / 33
            y = 1010 + 800 * t**1.45
            line, widths = [], []
            for x in steps(180, 1420, 200):
                off = abs(x - 800 - 34 * wander(row * 1.3)) / (236 + 60 * wander(row * 0.9, 4))
                line.append((x, y + 1.2 * wander(x / 150, row * 1.7)))
                widths.append(2.0 + (9 + 8 * t) * ease(1.6 * (1 - off)))
            plate.ribbon(line, widths)
    return sheet.image


def groundswell() -> Image.Image:
    """Forty bands swell and thin out, and a wave walks through all of them."""
    sheet = Sheet(PORTRAIT)

    def wave(plate: Plate, rows: range) -> None:
        for row in rows:
            t = row / 44
            phase = 5.4 * ease(t) + 0.9 * sin(t * pi)
            line, widths = [], []
            for x in steps(150, 1450, 131):
                angle = (x - 150) / 1300 * 2.5 * pi + phase
                line.append((x, 190 + row * 36.8 + 30 * sin(angle)))
                widths.append(4 + 30 * (0.5 + 0.5 * sin(angle + 1.0)) ** 1.6)
            plate.ribbon(line, widths)

    with sheet.ink(inks.INDIGO) as plate:
        wave(plate, range(45))
    return sheet.image


def eddy() -> Image.Image:
    """Strokes follow a current into one slow turn and never cross."""
    sheet = Sheet(PORTRAIT, inks.WARM)
    drift = Noise(21)

    def flow(x: float, y: float) -> Point:
        dx, dy = x - 930, y - 820
        near = 1 / (1 + (hypot(dx, dy) / 420) ** 2)
        bend = 0.35 * drift(x / 700, y / 700)
        return (1 - near) * cos(bend) - dy / 260 * near, (1 - near) * sin(bend) + dx / 260 * near - 0.1 * near

    strokes = _combed(flow, 11.0)
    for colour, is_warm in ((inks.TEAL, False), (inks.ORANGE, True)):
        with sheet.ink(colour) as plate:
            for number, line in enumerate(strokes):
                if (number % 11 == 4) is is_warm:
                    last = len(line) - 1
                    plate.ribbon(line, [1.2 + 7.2 * abs(sin(pi * i / last)) ** 0.6 for i in range(last + 1)])
            plate.frame(150, 150, 1450, 1850)
    return sheet.image


def _combed(flow: Callable[[float, float], Point], apart: float) -> list[list[Point]]:
    """Return lines along a flow that keep their distance from each other."""
    taken: dict[tuple[int, int], int] = {}
    lines: list[list[Point]] = []

    def is_free(x: float, y: float, own: int) -> bool:
        column, row = int(x / apart), int(y / apart)
        around = (taken.get((column + i, row + j), own) for i in (-1, 0, 1) for j in (-1, 0, 1))
        return 150 < x < 1450 and 150 < y < 1850 and all(other == own for other in around)

    for seed in range(5000):
        start = (150 + (seed * 0.6180339887 % 1) * 1300, 150 + (seed * 0.7548776662 % 1) * 1700)
        if not is_free(*start, seed):
            continue
        line = []
        for point in streamline(start, flow, 110, 8):
            if not is_free(*point, seed):
                break
            line.append(point)
            taken[int(point[0] / apart), int(point[1] / apart)] = seed
        if len(line) > 7:
            lines.append(line)
    return lines


def ebb() -> Image.Image:
    """Ripples that the sea left in the sand; here and there two become one."""
    sheet = Sheet(PORTRAIT, inks.CREAM)
    soft = Noise(8)
    forks = (
        (0.3, 0.22, 1),
        (0.7, 0.4, -1),
        (0.42, 0.6, 1),
        (0.2, 0.78, -1),
        (0.82, 0.74, 1),
        (0.6, 0.12, -1),
    )

    def ripple(u: float, v: float) -> float:
        phase = 2 * pi * 24 * (v + 0.055 * soft(u * 2.1, v * 2.3) + 0.03 * sin(3 * u + 2 * v))
        phase += sum(sign * atan2(v - y, u - x) for x, y, sign in forks)
        return sin(phase) + 0.25 * soft(u * 5 + 9, v * 7)

    with sheet.ink(inks.CLAY, strength=0.92) as plate:
        plate.flood(field(170, 300, ripple), 0.22)
        plate.frame(150, 150, 1450, 1850)
    return sheet.image


def blue_sea() -> Image.Image:
    """The old pattern of scales for a calm sea, with one wave that caught the sun."""
    sheet = Sheet(PORTRAIT, inks.CHALK)
    radius = 130.0
    rows = [(row, column) for row in range(0, 30) for column in range(-1, 6)]
    inner = (0.93, 0.66, 0.42, 0.2)

    def scales(plate: Plate, chosen: Callable[[int, int], bool]) -> None:
        for row, column in rows:
            x = 150 + radius * (2 * column + 1 + row % 2)
            y = 150 + radius * 0.5 * (row + 1)
            plate.disc(x, y, radius, on=False)
            if chosen(row, column):
                for index, share in enumerate(inner):
                    plate.disc(x, y, radius * share)
                    plate.disc(x, y, radius * (share - 0.13), on=False)
                    if index == 3:
                        plate.disc(x, y, radius * share)
        plate.frame(150, 150, 1450, 1850)

    sunny = {(12, 3), (13, 2), (14, 3)}
    with sheet.ink(inks.INDIGO) as plate:
        scales(plate, lambda row, column: (row, column) not in sunny)
    with sheet.ink(inks.VERMILION) as plate:
        scales(plate, lambda row, column: (row, column) in sunny)
    return sheet.image


PRINTS = {
    "tides": tides,
    "slack-water": slack_water,
    "groundswell": groundswell,
    "eddy": eddy,
    "ebb": ebb,
    "blue-sea": blue_sea,
}
