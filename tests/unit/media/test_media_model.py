"""Sizes, names and tones of pictures."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.media.model import (
    FILE_NAME,
    PictureFormat,
    file_name,
    height_at,
    picture_id,
    tone_of,
    widths_of,
)


@pytest.mark.parametrize(
    ("width", "widths"),
    [
        (100, (100,)),
        (320, (320,)),
        (321, (320, 321)),
        (1500, (320, 480, 640, 960, 1280, 1500)),
        (1600, (320, 480, 640, 960, 1280, 1600)),
        (2399, (320, 480, 640, 960, 1280, 1600, 2399)),
        (6000, (320, 480, 640, 960, 1280, 1600, 2400)),
    ],
)
def test_no_rendition_is_wider_than_its_picture(width: int, widths: tuple[int, ...]) -> None:
    assert widths_of(width) == widths


def test_names_are_made_of_content() -> None:
    assert picture_id(b"tides") == "pic_0e714fd92f7538e3531b61c0eeb7f9c7"
    name = file_name(b"tides", 320, PictureFormat.JPEG)
    assert name.endswith("-320.jpg")
    assert FILE_NAME.match(name)
    assert file_name(b"tides!", 320, PictureFormat.JPEG) != name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "../../etc/passwd",
        "0123456789abcdef-320.svg",
        "0123456789abcdef-0.jpg",
        "0123456789abcdef-320.jpg\n",
    ],
)
def test_no_other_name_is_a_files(name: str) -> None:
    assert not FILE_NAME.match(name)


def test_a_colour_has_the_nearest_of_64_tones() -> None:
    assert [tone_of(0, 0, 0), tone_of(255, 255, 255), tone_of(63, 64, 255)] == [0, 63, 7]


def test_heights_are_in_proportion_and_never_nothing() -> None:
    assert height_at(320, 1600, 2000) == 400
    assert height_at(320, 16000, 10) == 1


def test_one_place_says_how_large_a_picture_may_be() -> None:
    root = Path(__file__).resolve().parents[3]
    defined = [
        path.relative_to(root).as_posix()
        for path in sorted((root / "app").rglob("*.py"))
        if re.search(r"^LARGEST_BYTES\b.*=", path.read_text("utf-8"), re.MULTILINE)
    ]
    assert defined == ["app/media/model.py"]
