"""The pictures that the code draws: one for each product, and the same on every run."""

from __future__ import annotations

import hashlib
import multiprocessing
from collections.abc import Generator
from contextlib import closing
from io import BytesIO

import pytest
from PIL import Image, ImageStat

from app.demo.catalogue import PRODUCTS
from app.demo.prints import gallery, inks
from app.demo.prints.shapes import contour, field
from app.demo.prints.sheet import LANDSCAPE, PORTRAIT, SCALE, SQUARE, Sheet

SAMPLE = ("ebb", "regatta", "hill-town")
"""One with a field, one landscape, one with much chance in it."""
LARGEST = 1_400_000


def test_every_product_has_its_drawing_and_no_drawing_hangs_nowhere() -> None:
    assert sorted(gallery.PRINTS) == sorted(product.slug for product in PRODUCTS)
    assert sum(len(family.PRINTS) for family in gallery.FAMILIES) == len(gallery.PRINTS) == 48


@pytest.fixture(scope="module")
def drawn() -> dict[str, bytes]:
    return {slug: gallery.jpeg_of(slug) for slug in SAMPLE}


def test_another_process_draws_the_same_bytes_and_keeps_the_order(drawn: dict[str, bytes]) -> None:
    again = list(gallery.draw_all(SAMPLE, processes=2))
    assert [slug for slug, _ in again] == list(SAMPLE)
    assert {slug: _digest(content) for slug, content in again} == {
        slug: _digest(content) for slug, content in drawn.items()
    }


def test_a_print_is_a_jpeg_of_the_shops_width_and_not_too_heavy(drawn: dict[str, bytes]) -> None:
    sizes = {slug: Image.open(BytesIO(content)).size for slug, content in drawn.items()}
    assert sizes == {"ebb": (1600, PORTRAIT), "regatta": (1600, LANDSCAPE), "hill-town": (1600, PORTRAIT)}
    assert all(20_000 < len(content) < LARGEST for content in drawn.values())


def test_a_print_keeps_a_margin_of_bare_paper(drawn: dict[str, bytes]) -> None:
    for slug, content in drawn.items():
        image = Image.open(BytesIO(content))
        for box in ((0, 0, 1600, 60), (0, image.height - 60, 1600, image.height), (0, 0, 60, image.height)):
            assert max(ImageStat.Stat(image.crop(box)).stddev) < 3, slug


def test_giving_up_halfway_ends_the_processes(drawn: dict[str, bytes]) -> None:
    prints: Generator[tuple[str, bytes]] = gallery.draw_all(SAMPLE)
    with closing(prints):
        assert next(prints) == ("ebb", drawn["ebb"])
    assert list(prints) == []
    assert multiprocessing.active_children() == []


def test_inks_multiply_where_they_overlap_and_an_opaque_one_covers() -> None:
    sheet = Sheet(SQUARE, inks.CHALK)
    with sheet.ink(inks.OCHRE) as plate:
        plate.rect(200, 200, 400, 400)
    with sheet.ink(inks.CERULEAN) as plate:
        plate.rect(400, 200, 400, 400)
    ochre, both, blue = (_pixel(sheet, x, 400) for x in (300, 500, 700))
    assert all(mixed <= min(one, other) for mixed, one, other in zip(both, ochre, blue, strict=True))
    with sheet.ink(inks.CHALK, opaque=True) as plate:
        plate.rect(450, 350, 100, 100)
    assert min(_pixel(sheet, 500, 400)) > 220


def test_an_empty_plate_prints_nothing() -> None:
    sheet = Sheet(SQUARE)
    before = sheet.image.tobytes()
    with sheet.ink(inks.BLACK):
        pass
    assert sheet.image.tobytes() == before


def test_a_plate_takes_ink_away_where_it_is_told_to() -> None:
    plate = Sheet(SQUARE).plate()
    plate.rect(0, 0, 1600, 1600)
    plate.frame(100, 200, 300, 400)
    assert plate.image.getbbox() == (100 * SCALE, 200 * SCALE, 300 * SCALE, 400 * SCALE)
    hole = Sheet(SQUARE).plate()
    hole.rect(100, 200, 100, 200)
    plate.lose(hole)
    assert plate.image.getbbox() == (200 * SCALE, 200 * SCALE, 300 * SCALE, 400 * SCALE)


def test_a_contour_of_a_slope_is_a_straight_line() -> None:
    slope = field(5, 5, lambda u, _: u)
    pieces = contour(slope, 0.3, 100, 100)
    assert len(pieces) == 4
    assert {round(x, 6) for piece in pieces for x, _ in piece} == {30.0}
    assert contour(slope, 2.0, 100, 100) == []


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _pixel(sheet: Sheet, x: int, y: int) -> tuple[int, ...]:
    pixel = sheet.image.getpixel((x, y))
    assert isinstance(pixel, tuple)
    return pixel
