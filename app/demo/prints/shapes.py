"""Geometry that several families share: curves, soft noise, contour lines, streamlines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import cos, floor, hypot, pi, sin

from app.demo.prints.chance import chance
from app.demo.prints.sheet import Field, Point


def ease(t: float) -> float:
    """Return a share of 0 to 1 that starts and ends slowly."""
    t = min(1.0, max(0.0, t))
    return t * t * (3 - 2 * t)


def steps(start: float, end: float, count: int) -> list[float]:
    """Return `count` numbers from start to end, both included."""
    return [start + (end - start) * index / (count - 1) for index in range(count)]


def circle(x: float, y: float, radius: float, count: int = 180) -> list[Point]:
    """Return a closed circle as points."""
    return [
        (x + radius * cos(2 * pi * i / count), y + radius * sin(2 * pi * i / count)) for i in range(count + 1)
    ]


def turned(points: Sequence[Point], angle: float, x: float = 0, y: float = 0, size: float = 1) -> list[Point]:
    """Return points scaled and turned around the origin, then moved."""
    c, s = cos(angle) * size, sin(angle) * size
    return [(x + px * c - py * s, y + px * s + py * c) for px, py in points]


def bezier(a: Point, b: Point, c: Point, d: Point, count: int = 40) -> list[Point]:
    """Return a cubic curve as points."""
    found = []
    for t in steps(0, 1, count):
        u = 1 - t
        k = (u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t)
        found.append(
            (
                k[0] * a[0] + k[1] * b[0] + k[2] * c[0] + k[3] * d[0],
                k[0] * a[1] + k[1] * b[1] + k[2] * c[1] + k[3] * d[1],
            )
        )
    return found


class Noise:
    """Smooth chance on a plane: values around zero, between -1 and 1, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        luck = chance(seed)
        self._values = [[luck.uniform(-1, 1) for _ in range(64)] for _ in range(64)]

    def __call__(self, x: float, y: float = 0.0) -> float:
        """Return the value at a place; it changes over a distance of about one."""
        column, row = floor(x), floor(y)
        u, v = ease(x - column), ease(y - row)
        above, below = self._values[row % 64], self._values[(row + 1) % 64]
        left, right = column % 64, (column + 1) % 64
        top = above[left] + (above[right] - above[left]) * u
        low = below[left] + (below[right] - below[left]) * u
        return top + (low - top) * v


def field(columns: int, rows: int, height: Callable[[float, float], float]) -> Field:
    """Return heights over a grid; `height` gets shares of 0 to 1 across and down."""
    return [[height(i / (columns - 1), j / (rows - 1)) for i in range(columns)] for j in range(rows)]


def contour(heights: Field, level: float, width: float, height: float) -> list[tuple[Point, Point]]:
    """Return the line of one level over a field, as short pieces (marching squares)."""
    rows, columns = len(heights), len(heights[0])
    dx, dy = width / (columns - 1), height / (rows - 1)
    pieces: list[tuple[Point, Point]] = []
    for j in range(rows - 1):
        upper, lower = heights[j], heights[j + 1]
        for i in range(columns - 1):
            a, b, c, d = upper[i], upper[i + 1], lower[i + 1], lower[i]
            if (a > level) is (b > level) is (c > level) is (d > level):
                continue
            cuts: list[Point] = []
            if (a > level) != (b > level):
                cuts.append(((i + (level - a) / (b - a)) * dx, j * dy))
            if (b > level) != (c > level):
                cuts.append(((i + 1) * dx, (j + (level - b) / (c - b)) * dy))
            if (d > level) != (c > level):
                cuts.append(((i + (level - d) / (c - d)) * dx, (j + 1) * dy))
            if (a > level) != (d > level):
                cuts.append((i * dx, (j + (level - a) / (d - a)) * dy))
            pieces.extend(zip(cuts[::2], cuts[1::2], strict=False))
    return pieces


def streamline(
    start: Point, flow: Callable[[float, float], Point], count: int, step: float = 8.0
) -> list[Point]:
    """Follow a flow from a point, by Runge and Kutta's midpoint."""
    x, y = start
    points = [start]
    for _ in range(count):
        u, v = flow(x, y)
        length = hypot(u, v) or 1.0
        u, v = flow(x + u / length * step / 2, y + v / length * step / 2)
        length = hypot(u, v) or 1.0
        x, y = x + u / length * step, y + v / length * step
        points.append((x, y))
    return points
