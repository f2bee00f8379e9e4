"""A sheet of paper and the plates that print on it, one ink each, four times as fine as the result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache

from PIL import Image, ImageChops, ImageDraw

from app.demo.prints.chance import chance
from app.demo.prints.inks import WARM, Colour

Point = tuple[float, float]
Field = Sequence[Sequence[float]]
"""Heights on a grid: rows of equal length, spread over the whole sheet."""

SCALE = 4
"""Drawn pixels for each pixel of the print, both ways: what makes edges smooth."""
THINNEST = 238
"""Where the ink lies thinnest, of 255."""
WIDTH = 1600
PORTRAIT, SQUARE, LANDSCAPE = 2000, 1600, 1280
"""Heights of a sheet; all are as wide as pages show pictures at most."""


@cache
def _unevenness(height: int, seed: int) -> Image.Image:
    """Return how ink lies on paper: a mottle that is felt rather than seen, always the same one."""
    luck = chance(seed)
    cloud = Image.frombytes("L", (100, 100), luck.randbytes(10_000))
    cloud = cloud.resize((WIDTH, height), Image.Resampling.BICUBIC)
    grain = Image.frombytes("L", (400, height // 4), luck.randbytes(100 * height))
    grain = grain.resize((WIDTH, height), Image.Resampling.BILINEAR)
    return Image.blend(cloud, grain, 0.5)


class Plate:
    """What one ink will cover. Lengths are pixels of the print; `on=False` takes ink away."""

    def __init__(self, height: int) -> None:
        self.image = Image.new("L", (WIDTH * SCALE, height * SCALE))
        self._draw = ImageDraw.Draw(self.image)
        self._height = height

    def polygon(self, points: Sequence[Point], *, on: bool = True) -> None:
        """Fill a shape given by its corners."""
        self._draw.polygon([(x * SCALE, y * SCALE) for x, y in points], fill=255 * on)

    def rect(self, x: float, y: float, width: float, height: float, *, on: bool = True) -> None:
        """Fill a rectangle given by its upper left corner and its size."""
        if min(width, height) * SCALE >= 1:
            box = (x * SCALE, y * SCALE, (x + width) * SCALE - 1, (y + height) * SCALE - 1)
            self._draw.rectangle(box, fill=255 * on)

    def disc(self, x: float, y: float, radius: float, *, on: bool = True) -> None:
        """Fill a circle."""
        self._draw.ellipse(_box(x, y, radius), fill=255 * on)

    def slice(self, x: float, y: float, radius: float, start: float, end: float, *, on: bool = True) -> None:
        """Fill a sector of a circle, clockwise from `start` to `end` in degrees from three o'clock."""
        self._draw.pieslice(_box(x, y, radius), start, end, fill=255 * on)

    def ring(self, x: float, y: float, radius: float, width: float) -> None:
        """Draw a circle's line, centred on its radius."""
        line = max(1, round(width * SCALE))
        self._draw.ellipse(_box(x, y, radius + width / 2), outline=255, width=line)

    def arc(self, x: float, y: float, radius: float, width: float, start: float, end: float) -> None:
        """Draw a part of a circle's line, clockwise in degrees from three o'clock."""
        line = max(1, round(width * SCALE))
        self._draw.arc(_box(x, y, radius + width / 2), start, end, fill=255, width=line)

    def line(self, points: Sequence[Point], width: float, *, on: bool = True, round_: bool = True) -> None:
        """Draw through points; wide lines get round joints and ends."""
        thick = max(1, round(width * SCALE))
        self._draw.line([(x * SCALE, y * SCALE) for x, y in points], fill=255 * on, width=thick)
        if round_ and thick > 6:
            # A shade smaller than the line, or the joints would show as beads.
            for x, y in points:
                self._draw.ellipse(_box(x, y, (thick / 2 - 0.5) / SCALE), fill=255 * on)

    def ribbon(self, points: Sequence[Point], widths: Sequence[float], *, on: bool = True) -> None:
        """Draw through points with a width that changes on the way, as a brush does."""
        left: list[Point] = []
        right: list[Point] = []
        for index, (x, y) in enumerate(points):
            before, after = points[max(0, index - 1)], points[min(len(points) - 1, index + 1)]
            dx, dy = after[0] - before[0], after[1] - before[1]
            length = (dx * dx + dy * dy) ** 0.5 or 1.0
            nx, ny = -dy / length * widths[index] / 2, dx / length * widths[index] / 2
            left.append((x + nx, y + ny))
            right.append((x - nx, y - ny))
        self.polygon(left + right[::-1], on=on)

    def frame(self, left: float, top: float, right: float, bottom: float) -> None:
        """Take away everything outside a rectangle."""
        self.rect(0, 0, WIDTH, top, on=False)
        self.rect(0, bottom, WIDTH, self._height - bottom, on=False)
        self.rect(0, 0, left, self._height, on=False)
        self.rect(right, 0, WIDTH - right, self._height, on=False)

    def keep(self, other: Plate) -> None:
        """Take away everything that another plate does not cover."""
        self._replace(ImageChops.darker(self.image, other.image))

    def lose(self, other: Plate) -> None:
        """Take away everything that another plate covers."""
        self._replace(ImageChops.subtract(self.image, other.image))

    def flood(self, field: Field, low: float, high: float = 1e9) -> None:
        """Cover where a field's height lies between two levels."""
        rows, columns = len(field), len(field[0])
        flat = Image.new("F", (columns, rows))
        flat.putdata([value for row in field for value in row])
        # Half as fine as the plate is fine enough: the height is smooth and the edge is not.
        size = (WIDTH * SCALE // 2, self._height * SCALE // 2)
        inner = (0.5, 0.5, columns - 0.5, rows - 0.5)
        flat = flat.resize(size, Image.Resampling.BICUBIC, box=inner)
        steep = 150_000.0
        covered = flat.point(lambda value: value * steep + (128 - low * steep)).convert("L")
        if high < 1e9:
            above = flat.point(lambda value: value * steep + (128 - high * steep)).convert("L")
            covered = ImageChops.subtract(covered, above)
        self._replace(
            ImageChops.lighter(self.image, covered.resize(self.image.size, Image.Resampling.NEAREST))
        )

    def _replace(self, image: Image.Image) -> None:
        self.image = image
        self._draw = ImageDraw.Draw(image)


class Sheet:
    """Paper that is printed ink by ink."""

    def __init__(self, height: int = PORTRAIT, paper: Colour = WARM, *, seed: int = 1) -> None:
        self.width, self.height = WIDTH, height
        self._seed = seed
        base = Image.new("RGB", (WIDTH, height), paper)
        tooth = _unevenness(height, 0).point([251 + value // 64 for value in range(256)])
        self.image = ImageChops.multiply(base, Image.merge("RGB", (tooth, tooth, tooth)))

    def plate(self) -> Plate:
        """Return an empty plate; it prints nothing by itself and may mask others."""
        return Plate(self.height)

    @contextmanager
    def ink(self, colour: Colour, *, opaque: bool = False, strength: float = 1.0) -> Iterator[Plate]:
        """Give a plate to draw on, and print it: multiplied with what is there, or over it."""
        plate = Plate(self.height)
        yield plate
        self.print(plate, colour, opaque=opaque, strength=strength)

    def print(self, plate: Plate, colour: Colour, *, opaque: bool = False, strength: float = 1.0) -> None:
        """Print a plate in an ink."""
        self._seed += 1
        inked = plate.image.getbbox()
        if inked is None:
            return
        # Only the part that has ink on it: paper needs no work, and most prints are mostly paper.
        margin = 2 * SCALE
        left, top = (max(0, (edge - margin) // SCALE) for edge in inked[:2])
        right = min(WIDTH, (inked[2] + margin) // SCALE + 1)
        bottom = min(self.height, (inked[3] + margin) // SCALE + 1)
        area, fine = (left, top, right, bottom), (left * SCALE, top * SCALE, right * SCALE, bottom * SCALE)
        size = (right - left, bottom - top)
        cover = plate.image.crop(fine).resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
        table = [round((THINNEST + (255 - THINNEST) * value / 255) * strength) for value in range(256)]
        lies = _unevenness(self.height, self._seed % 3 + 1).crop(area).point(table)
        cover = ImageChops.multiply(cover, lies)
        if opaque:
            self.image.paste(colour, area, cover)
            return
        bands = [
            cover.point([255 - round(value * (255 - band) / 255) for value in range(256)]) for band in colour
        ]
        printed = ImageChops.multiply(self.image.crop(area), Image.merge("RGB", bands))
        self.image.paste(printed, area)


def _box(x: float, y: float, radius: float) -> tuple[float, float, float, float]:
    """Return the corners of a circle's square on the plate; equal corners are a dot."""
    return (
        (x - radius) * SCALE,
        (y - radius) * SCALE,
        max((x + radius) * SCALE - 1, (x - radius) * SCALE),
        max((y + radius) * SCALE - 1, (y - radius) * SCALE),
    )
