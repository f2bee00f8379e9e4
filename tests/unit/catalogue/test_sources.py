"""An `Image Src` names a file, whatever else stands in it."""

from __future__ import annotations

import pytest

from app.catalogue.sources import file_name_of


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("https://cdn.example/s/files/1/Oak%20lamp.JPG?v=1543#top", "Oak lamp.JPG"),
        ("HTTP://cdn.example/cr%C3%A8me.png", "crème.png"),
        ("https://cdn.example/a%2F..%2F..%2Fetc%2Fpasswd", "passwd"),
        ("https://cdn.example/..%5C..%5Cboot.ini", "boot.ini"),
        ("https://cdn.example/", ""),
        ("https://[broken/lamp.jpg", ""),
        ("lamp.jpg", "lamp.jpg"),
        ("pictures/50%.jpg", "50%.jpg"),
        ("C:\\pictures\\lamp.jpg", "lamp.jpg"),
    ],
)
def test_the_name_of_a_file_is_the_last_part_of_its_address(source: str, name: str) -> None:
    assert file_name_of(source) == name
