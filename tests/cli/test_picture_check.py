"""What `vitrine doctor` says of pictures."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

from app.catalogue.model import Image
from app.cli.checks import CHECKS
from tests import builders


def faults(shop: builders.Shop) -> list[str]:
    """Return what the check finds, in words."""
    (check,) = [check for check in CHECKS if check.name == "pictures"]
    services = SimpleNamespace(media=shop.media, catalogue=shop.catalogue)
    return [fault.text for fault in check.find(cast(Any, SimpleNamespace(services=services)))]


def hang(shop: builders.Shop, *pictures: str) -> None:
    """Hang pictures on the lamp."""
    table = shop.memory.tables["products"]
    images = tuple(Image(picture, "A lamp", 800, 600) for picture in pictures)
    table["prd_lamp"] = replace(table["prd_lamp"], images=images)


def test_a_shop_whose_pictures_are_there_is_well() -> None:
    shop = builders.Shop()
    hang(shop, shop.media.add(b"800x600 lamp", "lamp.jpg").id, "")
    assert faults(shop) == []


def test_lost_files_and_unknown_pictures_are_named_with_what_to_do() -> None:
    shop = builders.Shop()
    picture = shop.media.add(b"800x600 lamp", "lamp.jpg")
    hang(shop, picture.id, "pic_unknown")
    cast(Any, shop.media.shelf).files.clear()
    assert faults(shop) == [
        f"{picture.id} (lamp.jpg) lacks {picture.names[0]}: "
        "`vitrine doctor --repair`, or upload the file again",
        "lamp shows pic_unknown, which is not there: upload it again",
    ]
