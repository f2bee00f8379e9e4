"""Pictures on pages: there with one JPEG at once, with all files later, and never in a page's way."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest

from app.catalogue.model import Image
from app.media.model import Picture, PictureFormat, PictureState
from sitegen.housekeeping import Housekeeping
from tests.sitegen.shop import SmallShop

LAMP = "/products/lamp/"
ON = ["/de/products/lamp/", "/jp/products/lamp/", LAMP]
EVERYWHERE = {
    *ON,
    *(f"{market}{page}" for market in ("", "/de", "/jp") for page in ("/", "/collections/all/")),
    *("/collections/light/", "/de/collections/light/", "/jp/collections/light/"),
}


def hang(shop: SmallShop) -> Picture:
    """Add a picture and hang it on the lamp, as the desk does."""
    picture = shop.services.media.add(b"1600x2000 a lamp", "lamp.jpg")
    shop.edit("prd_lamp", images=(Image(picture.id, "A lamp that is lit", picture.width, picture.height),))
    return picture


def files(shop: SmallShop) -> set[str]:
    """Return the names of the pictures that readers get."""
    return {name.removeprefix("media/") for name in shop.folder() if name.startswith("media/")}


def named(text: str) -> set[str]:
    """Return the names of the files that a page asks for."""
    return set(re.findall(r"/media/([^ \",]+)", text))


def known(shop: SmallShop, picture: Picture) -> Picture:
    found = shop.services.media.store.picture(picture.id)
    assert found is not None
    return found


def test_a_page_appears_with_one_jpeg_and_later_with_all_formats_and_nothing_shifts(shop: SmallShop) -> None:
    picture = hang(shop)
    assert set(ON) <= set(shop.follow())
    first = shop.text(LAMP)
    assert named(first) == files(shop) == {picture.names[0]}
    assert "<source" not in first
    pixels = 'width="1600" height="2000"'
    assert f'{pixels} fetchpriority="high"' in first
    assert f'class="picture__image tone-21" src="/media/{picture.names[0]}" alt="A lamp that is lit"' in first

    shop.services.media.derive(picture.id)
    assert set(shop.follow()) == EVERYWHERE
    complete, text = known(shop, picture), shop.text(LAMP)
    assert len(complete.names) == 18
    assert named(text) == files(shop) == set(complete.names)
    assert re.findall(r'<source type="image/(\w+)"', text) == ["avif", "webp", "jpeg"]
    assert re.findall(r'<img class="picture__image[^>]*>', text) == re.findall(
        r'<img class="picture__image[^>]*>', first
    )
    assert shop.wrong() == {}
    assert shop.follow() == []


def test_a_published_picture_takes_no_second_place_on_the_disk(shop: SmallShop) -> None:
    picture = hang(shop)
    shop.follow()
    name = picture.names[0]
    original = shop.settings.media / "files" / name
    assert (shop.settings.public / "media" / name).samefile(original)


def test_on_another_volume_it_is_copied(shop: SmallShop, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_self: Path, _target: Path) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    picture = hang(shop)
    shop.follow()
    name = picture.names[0]
    copied, original = shop.settings.public / "media" / name, shop.settings.media / "files" / name
    assert copied.read_bytes() == original.read_bytes()
    assert not copied.samefile(original)


def test_a_file_is_there_before_the_page_that_names_it(
    shop: SmallShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture, seen = hang(shop), list[bool]()
    publish = shop.generator.publisher.publish

    def publishing(path: str, content: bytes, staged: Path | None = None) -> object:
        if picture.names[0].encode() in content:
            seen.append(picture.names[0] in files(shop))
        return publish(path, content, staged)

    monkeypatch.setattr(shop.generator.publisher, "publish", publishing)
    shop.follow()
    assert seen
    assert all(seen)


def test_a_page_without_its_picture_appears_and_heals_when_the_file_is_back(shop: SmallShop) -> None:
    picture = hang(shop)
    lost = shop.settings.media / "files" / picture.names[0]
    content = lost.read_bytes()
    lost.unlink()
    # What a reader gets is what was there before: the placeholder.
    assert set(shop.follow()) == {"/sitemap.xml"}
    assert "/media/" not in shop.text(LAMP)
    assert "picture--blank" in shop.text(LAMP)
    assert shop.generator.manifest.failures.all() == []
    assert shop.wrong() == {}

    lost.write_bytes(content)
    assert LAMP in shop.wrong()
    shop.generator.repair("the file is back")
    assert named(shop.text(LAMP)) == {picture.names[0]}
    assert shop.wrong() == {}


def test_a_file_that_is_lost_later_is_named_no_more_and_the_others_stay(shop: SmallShop) -> None:
    picture = hang(shop)
    shop.services.media.derive(picture.id)
    shop.follow()
    lost = known(shop, picture).of(PictureFormat.AVIF)[3].name
    (shop.settings.media / "files" / lost).unlink()
    shop.generator.repair("something is missing")
    assert named(shop.text(LAMP)) == set(known(shop, picture).names) - {lost}
    assert shop.wrong() == {}


def test_the_audit_brings_back_what_somebody_took_out_of_the_published_folder(shop: SmallShop) -> None:
    picture = hang(shop)
    shop.follow()
    published = shop.settings.public / "media" / picture.names[0]
    published.unlink()
    assert f"names what is not there: media/{picture.names[0]}" in shop.wrong()[LAMP]
    housekeeping = Housekeeping(shop.generator)
    for _ in range(60):
        housekeeping._prove_some(may_alarm=True)
    assert published.is_file()
    assert shop.wrong() == {}


def test_prune_keeps_what_pages_name_and_what_an_open_page_may_still_ask_for(shop: SmallShop) -> None:
    picture = hang(shop)
    shop.follow()
    name = picture.names[0]
    # The file is one with the shop's own: its age says when the picture was made, not when it was shown.
    os.utime(shop.settings.public / "media" / name, (1, 1))
    assert shop.generator.prune() == []
    shop.edit("prd_lamp", images=())
    shop.follow()
    assert shop.generator.prune() == []
    assert (files(shop), shop.wrong()) == ({name}, {})
    superseded = shop.generator.manifest._db
    superseded.execute("UPDATE superseded SET since = '2020-01-01T00:00:00.000Z'")
    assert shop.wrong() == {}
    assert shop.generator.prune() == [f"media/{name}"]
    assert files(shop) == set()
    assert (shop.settings.media / "files" / name).is_file()


def test_a_picture_that_hangs_again_is_not_removed_with_the_week_of_its_first_time(shop: SmallShop) -> None:
    picture = hang(shop)
    shop.follow()
    shop.edit("prd_lamp", images=())
    shop.follow()
    shop.generator.prune()
    shop.generator.manifest._db.execute("UPDATE superseded SET since = '2020-01-01T00:00:00.000Z'")
    shop.edit("prd_lamp", images=(Image(picture.id, "Lit again", picture.width, picture.height),))
    shop.follow()
    assert shop.generator.prune() == []
    assert files(shop) == {picture.names[0]}
    assert shop.wrong() == {}


def test_a_picture_that_is_deleted_leaves_a_placeholder(shop: SmallShop) -> None:
    picture = hang(shop)
    shop.follow()
    shop.external("media").delete_one({"_id": picture.id})
    assert LAMP in shop.follow()
    assert "picture--blank" in shop.text(LAMP)
    assert shop.wrong() == {}


def test_a_failed_derivation_changes_no_page(shop: SmallShop) -> None:
    picture = hang(shop)
    shop.follow()
    shop.services.media.store.note_failure(picture.id, "out of memory", is_final=True)
    assert known(shop, picture) == replace(
        picture, state=PictureState.FAILED, reason="out of memory", version=2
    )
    assert shop.follow() == []
