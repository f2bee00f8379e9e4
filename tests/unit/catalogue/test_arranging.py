"""Pictures of a product: added once, put into order, given to variants, taken away."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.catalogue.arranging import Arrangement, add_images, arrange_images, arranged, key_of
from app.catalogue.model import Image, Product, Variant
from app.catalogue.seeing import seen_digest
from app.catalogue.service import Catalogue
from app.errors import InvalidValue, VersionConflict
from tests.fakes import FakeCatalogueStore, FakeClock, FakeTransactions, Memory

FRONT, BACK = Image("pic_front", "The front", 1200, 1500), Image("pic_back", "The back", 1200, 1500)
ELSEWHERE = Image("", "Worn", 0, 0, "https://old.example/worn.jpg")
TIDES = Product(
    "prd_tides",
    "tides",
    "Tides",
    (
        Variant("TIDES-OAK", "TIDES-OAK", ("Oak",), image_url=ELSEWHERE.source_url),
        Variant("TIDES-ASH", "TIDES-ASH", ("Ash",), picture="pic_back"),
    ),
    images=(FRONT, BACK, ELSEWHERE),
)


@pytest.fixture
def catalogue() -> Catalogue:
    """A catalogue with one print."""
    memory = Memory()
    catalogue = Catalogue(FakeCatalogueStore(memory), FakeTransactions(memory), FakeClock())
    catalogue.create_product(TIDES, who="ada")
    return catalogue


def test_a_variant_is_shown_by_the_picture_that_an_import_or_the_desk_has_named() -> None:
    oak, ash = TIDES.variants
    assert TIDES.image_of(oak) == ELSEWHERE
    assert TIDES.image_of(ash) == BACK
    # An import that names another picture afterwards has the last word.
    assert TIDES.image_of(replace(ash, image_url=ELSEWHERE.source_url)) == ELSEWHERE
    assert TIDES.image_of(Variant("X", "X")) is None
    assert TIDES.image_of(replace(oak, image_url="https://old.example/lost.jpg")) is None


def test_pictures_are_added_behind_the_others_and_each_only_once(catalogue: Catalogue) -> None:
    side = Image("pic_side", "Tides", 10, 10)
    for _ in range(2):
        saved = add_images(catalogue, "prd_tides", [BACK, side, side], who="ann")
        assert [key_of(image) for image in saved.images][:2] == ["pic_front", "pic_back"]
        assert saved.images[3:] == (side,)
        assert saved.version == 2
    assert saved.images[1].alt == "The back"
    assert [one.why for one in catalogue.store.revisions("prd_tides")] == ["pictures added", ""]


def test_a_product_has_no_more_pictures_than_a_page_can_show(catalogue: Catalogue) -> None:
    many = [Image(f"pic_{number}", "", 1, 1) for number in range(98)]

    with pytest.raises(InvalidValue):
        add_images(catalogue, "prd_tides", many, who="ann")
    assert catalogue.store.product("prd_tides") == replace(
        TIDES, updated_at=catalogue.clock.now(), created_at=catalogue.clock.now()
    )


def test_order_texts_and_variants_are_what_the_form_says() -> None:
    worn = key_of(ELSEWHERE)
    wanted = Arrangement(
        (worn, "pic_unknown", "pic_front"),
        {worn: "Worn at sea", "pic_front": "The front", "pic_unknown": "?"},
        {"TIDES-OAK": "pic_front", "TIDES-ASH": "pic_back", "OTHER": "pic_front"},
        removed="pic_back",
    )
    new = arranged(TIDES, wanted)

    assert new.images == (replace(ELSEWHERE, alt="Worn at sea"), FRONT)
    oak, ash = new.variants
    assert (oak.picture, oak.image_url) == ("pic_front", "")
    # Its picture was taken away.
    assert (ash.picture, ash.image_url) == ("", "")
    back = arranged(new, Arrangement(of_variants={"TIDES-ASH": worn}))
    assert (back.variants[1].picture, back.variants[1].image_url) == ("", ELSEWHERE.source_url)
    assert back.variants[0].picture == "pic_front"


def test_what_is_not_named_stays_as_it_is_and_only_what_is_removed_goes() -> None:
    assert arranged(TIDES, Arrangement()) == TIDES
    back_first = arranged(TIDES, Arrangement(("pic_back",), {"pic_back": "Its back"}))
    assert back_first == replace(TIDES, images=(replace(BACK, alt="Its back"), FRONT, ELSEWHERE))
    without = arranged(TIDES, Arrangement(removed="pic_back"))
    assert without.images == (FRONT, ELSEWHERE)
    # The variant that it showed, of which nothing is said, does not name it any more.
    assert [variant.picture for variant in without.variants] == ["", ""]
    assert without.variants[0] == TIDES.variants[0]
    assert arranged(TIDES, Arrangement(of_variants={"TIDES-ASH": "pic_unknown"})) == TIDES
    twice = replace(TIDES, images=(FRONT, ELSEWHERE, ELSEWHERE))
    assert arranged(twice, Arrangement()) == twice


def test_a_variant_keeps_the_name_of_a_picture_that_is_not_there_yet() -> None:
    lost = replace(TIDES.variants[0], image_url="https://old.example/lost.jpg")
    product = replace(TIDES, variants=(lost,))

    assert arranged(product, Arrangement(of_variants={"TIDES-OAK": ""})).variants == (lost,)


def test_what_is_sent_twice_is_one_change_and_what_is_stale_is_none(catalogue: Catalogue) -> None:
    wanted = Arrangement(("pic_back", "pic_front", key_of(ELSEWHERE)))
    seen = seen_digest(TIDES)
    for _ in range(2):
        saved = arrange_images(catalogue, "prd_tides", wanted, who="ann", seen=seen)
        assert saved.version == 2
    stale = Arrangement(removed="pic_back")

    with pytest.raises(VersionConflict):
        arrange_images(catalogue, "prd_tides", stale, who="ann", seen=seen)
    with pytest.raises(InvalidValue):
        arrange_images(
            catalogue,
            "prd_tides",
            Arrangement(alts={"pic_front": "x" * 501}),
            who="ann",
            seen=seen_digest(saved),
        )
    known = catalogue.store.product("prd_tides")
    assert known is not None
    assert known.images == (BACK, FRONT, ELSEWHERE)


def test_what_a_program_wrote_without_counting_the_version_is_not_written_over(catalogue: Catalogue) -> None:
    written = replace(TIDES, images=(FRONT, BACK), version=1)
    assert catalogue.store.replace_product(written, expected_version=1)
    wanted = Arrangement(("pic_back", "pic_front"))

    with pytest.raises(VersionConflict):
        arrange_images(catalogue, "prd_tides", wanted, who="ann", seen=seen_digest(TIDES))
    assert catalogue.store.product("prd_tides") == written
