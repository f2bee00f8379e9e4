"""Pictures come in by the names of their files, stay what they are, and go out by an address."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.catalogue.model import Image, Product
from app.catalogue.picturing import Hanging
from app.catalogue.sources import PictureUnavailable
from app.media.model import picture_id
from tests.import_desk import Desk, counts, faults, lamp

OAK, ASH = b"3000x4000 oak", b"800x600 ash"
SRC = "https://cdn.example/s/Oak%20lamp.JPG?v=2"


class Box:
    """A folder in memory; reading is counted."""

    def __init__(self, **files: bytes) -> None:
        self.files = {name.replace("_", " ") + ".jpg": content for name, content in files.items()}
        self.read: list[str] = []

    def has(self, name: str) -> bool:
        return name.lower() in self.files

    def content(self, name: str) -> bytes:
        self.read.append(name)
        content = self.files[name.lower()]
        if content == b"gone":
            raise PictureUnavailable(name, "it cannot be read")
        return content


@pytest.fixture
def desk() -> Desk:
    return Desk()


def bring(desk: Desk, **files: bytes) -> Box:
    """Bring pictures to the next import."""
    box = Box(**files)
    desk.hanging = Hanging(box, desk.media)
    return box


def hung(desk: Desk, slug: str = "lamp") -> list[tuple[str, int, int, str, str]]:
    """Return a product's images."""
    return [
        (image.picture, image.width, image.height, image.alt, image.source_url)
        for image in desk.product(slug).images
    ]


def test_a_picture_is_hung_by_the_name_that_its_address_ends_in(desk: Desk) -> None:
    box = bring(desk, oak_lamp=OAK)

    report = desk.take([lamp(**{"Image Src": SRC, "Image Alt Text": "An oak lamp"})])

    assert counts(report) == (1, 0, 0, 0)
    assert hung(desk) == [(picture_id(OAK), 3000, 4000, "An oak lamp", SRC)]
    assert desk.media.store.picture(picture_id(OAK)) is not None
    assert box.read == ["Oak lamp.JPG"]


def test_the_next_import_changes_nothing_and_reads_no_picture(desk: Desk) -> None:
    bring(desk, oak_lamp=OAK)
    rows = [lamp(**{"Image Src": SRC})]
    desk.take(rows)
    before = desk.state

    for files in ({"oak_lamp": OAK}, {"oak_lamp": ASH}, {}):
        box = bring(desk, **files)
        assert counts(desk.take(rows)) == (0, 0, 1, 0)
        assert box.read == []
    desk.hanging = None
    assert counts(desk.take(rows)) == (0, 0, 1, 0)
    assert desk.state == before


def test_pictures_that_are_brought_later_are_hung_on_products_that_are_the_same(desk: Desk) -> None:
    rows = [lamp(**{"Image Src": SRC})]
    desk.take(rows)
    assert hung(desk) == [("", 0, 0, "", SRC)]
    bring(desk, oak_lamp=OAK)

    dry = desk.take(rows, dry_run=True)
    assert (counts(dry), hung(desk)[0][0]) == ((0, 1, 0, 0), "")
    assert desk.media.store.picture(picture_id(OAK)) is None

    report = desk.take(rows)
    assert counts(report) == (0, 1, 0, 0)
    assert report.change_set
    assert hung(desk) == [(picture_id(OAK), 3000, 4000, "", SRC)]


def test_names_without_a_file_and_files_without_a_picture_are_told(desk: Desk) -> None:
    bring(desk, text=b"no picture", lost=b"gone", oak=OAK)
    pictures = ["none.jpg", "text.jpg", "lost.jpg", "oak.jpg"]
    rows = [lamp(**{"Image Src": "oak.jpg"}), *({"Handle": "lamp", "Image Src": one} for one in pictures)]

    report = desk.take(rows)

    assert (faults(report), counts(report)) == ([], (1, 0, 0, 0))
    assert desk.hanging is not None
    assert (desk.hanging.missing, desk.hanging.found) == ({"none.jpg"}, {"text.jpg", "lost.jpg", "oak.jpg"})
    assert desk.hanging.refused == {
        "lost.jpg": "lost.jpg: it cannot be read",
        "text.jpg": "text.jpg is no picture that can be shown. "
        "Save it as JPEG, PNG, WebP, AVIF, GIF or TIFF and upload it again.",
    }
    assert [(bool(picture), source) for picture, *_, source in hung(desk)] == [
        (True, "oak.jpg"),
        (False, "none.jpg"),
        (False, "text.jpg"),
        (False, "lost.jpg"),
    ]


def test_a_file_that_many_products_name_is_read_once(desk: Desk) -> None:
    box = bring(desk, oak_lamp=OAK)

    desk.take([lamp(**{"Handle": f"p-{n}", "Variant SKU": f"P-{n}", "Image Src": SRC}) for n in range(3)])

    assert box.read == ["Oak lamp.JPG"]
    assert {hung(desk, f"p-{n}")[0][0] for n in range(3)} == {picture_id(OAK)}


def test_a_bad_row_brings_in_no_picture(desk: Desk) -> None:
    box = bring(desk, oak_lamp=OAK)

    report = desk.take([lamp(**{"Image Src": SRC, "Variant Price": "x"})])

    assert (report.failed, box.read) == (1, [])
    assert desk.media.store.picture(picture_id(OAK)) is None


def with_upload(desk: Desk) -> Product:
    """Give the lamp a picture that somebody uploaded, behind one that came from an address."""
    picture = desk.media.add(OAK)
    product = desk.product("lamp")
    uploaded = Image(picture.id, "Uploaded", picture.width, picture.height)
    changed = replace(product, images=(*product.images, uploaded), version=product.version + 1)
    assert desk.catalogue.store.replace_product(changed, expected_version=product.version)
    return desk.product("lamp")


def test_a_picture_from_no_address_goes_out_by_the_shops_own(desk: Desk) -> None:
    desk.take([lamp(**{"Image Src": SRC})])
    with_upload(desk)
    largest = desk.media.store.pictures([picture_id(OAK)])[picture_id(OAK)].largest
    assert largest is not None

    assert [row["Image Src"] for row in desk.given()] == [SRC, f"https://shop.example/media/{largest.name}"]


def test_the_export_comes_in_again_and_changes_nothing(desk: Desk) -> None:
    desk.take([lamp(**{"Image Src": SRC})])
    with_upload(desk)
    early = desk.give()
    desk.media.derive(picture_id(OAK))
    late, before = desk.give(), desk.state
    elsewhere = early.replace("https://shop.example", "https://old.example")

    assert early != late, "the largest file has come in between"
    for file in (early, late, elsewhere):
        assert counts(desk.take(file)) == (0, 0, 1, 0)
    assert desk.state == before


def test_a_change_beside_an_uploaded_picture_keeps_the_picture_and_no_address(desk: Desk) -> None:
    desk.take([lamp(**{"Image Src": SRC})])
    images = with_upload(desk).images

    report = desk.take(desk.give().replace(",Lamp,", ",Oak lamp,").replace("Uploaded", "Seen from above"))

    assert counts(report) == (0, 1, 0, 0)
    after = desk.product("lamp")
    assert after.title == "Oak lamp"
    assert after.images == (images[0], replace(images[1], alt="Seen from above"))


def test_a_picture_whose_document_is_gone_keeps_its_place(desk: Desk) -> None:
    desk.take([lamp()])
    with_upload(desk)
    del desk.memory.tables["media"][picture_id(OAK)]
    file = desk.give()

    assert f",https://shop.example/media/{picture_id(OAK)}," in file
    assert counts(desk.take(file)) == (0, 0, 1, 0)
    assert hung(desk) == [(picture_id(OAK), 3000, 4000, "Uploaded", "")]
