"""Pictures at the desk: several at once, said file by file, put into order, given to variants."""

from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from app.catalogue.model import Product
from app.catalogue.seeing import seen_digest
from app.media.model import LARGEST_BYTES, picture_id
from app.staff.model import Role
from app.web.contexts.json_ld import plain_text

from .editor_shop import FROM_HERE, DeskShop, open_shop
from .markup import Markup

PAGE = "/editor/products/prd_lamp/pictures"
FRONT, BACK = b"1600x2000 front", b"800x600 back"


@pytest.fixture
def desk(tmp_path: Path) -> DeskShop:
    """A desk with Ann at it, who owns the shop."""
    shop = open_shop(tmp_path)
    shop.sign_in()
    return shop


def lamp(shop: DeskShop) -> Product:
    """Return the lamp as it is."""
    found = shop.services.catalogue.store.product("prd_lamp")
    assert found is not None
    return found


def upload(shop: DeskShop, **files: bytes) -> TestResponse:
    """Send files by the file field; `front_jpg` is called `front.jpg`."""
    sent = [(BytesIO(content), name.replace("_", ".")) for name, content in files.items()]
    answer = shop.client.post(PAGE, data={"pictures": sent}, headers=FROM_HERE)
    # Werkzeug's client leaves the file open that it has put a large body into.
    answer.request.environ["wsgi.input"].close()
    return answer


def arrange(shop: DeskShop, do: str = "save", **changes: object) -> TestResponse:
    """Press a button of the page's form, by default without a change."""
    product = lamp(shop)
    form: dict[str, object] = {
        "seen": seen_digest(product),
        "order": " ".join(image.picture for image in product.images),
        **{f"alt-{image.picture}": image.alt for image in product.images},
        "sku": [variant.sku for variant in product.variants],
        "shows": ["" for _variant in product.variants],
        "do": do,
        **changes,
    }
    return shop.client.post(f"{PAGE}/arrange", data=form, headers=FROM_HERE)


def test_several_pictures_are_taken_at_once_and_a_second_time_changes_nothing(desk: DeskShop) -> None:
    desk.start_watcher()
    for _ in range(2):
        answer = upload(desk, front_jpg=FRONT, back_jpg=BACK)
        assert answer.status_code == 303
        assert answer.headers["Location"] == f"{PAGE}?saved=2"

    images = lamp(desk).images
    assert [(image.picture, image.width, image.height) for image in images] == [
        (picture_id(FRONT), 1600, 2000),
        (picture_id(BACK), 800, 600),
    ]
    assert {image.alt for image in images} == {"Oak lamp"}
    text = desk.get(answer.headers["Location"]).text
    assert Markup.of(text).faults == []
    assert "Saved. Live on 3 pages after 12 ms:" in text
    assert text.count('<img class="picture-list__image" src="/media/') == 2


def test_what_is_no_picture_or_too_large_is_said_by_name_and_the_others_are_taken(desk: DeskShop) -> None:
    answer = upload(desk, front_jpg=FRONT, notes_txt=b"no picture", huge_png=b"9x9 " + b"x" * LARGEST_BYTES)

    assert answer.status_code == 422
    text = plain_text(answer.text)
    assert "front.jpg: taken" in text
    assert "notes.txt is no picture that can be shown" in text
    assert "huge.png has 20.0 MB, and at most 20 MB are taken" in text
    assert [image.picture for image in lamp(desk).images] == [picture_id(FRONT)]


def test_nothing_chosen_or_too_many_is_refused_in_words(desk: DeskShop) -> None:
    assert "Choose one picture or more first." in upload(desk).text
    many = {f"{number}_jpg": b"10x10 %d" % number for number in range(21)}
    answer = upload(desk, **many)

    assert answer.status_code == 422
    assert "At most 20 pictures are taken at once. Nothing was taken." in answer.text
    assert lamp(desk).images == ()


def test_more_than_a_request_may_hold_is_refused_in_words(
    desk: DeskShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.web.editor.pictures.LARGEST_UPLOAD", 1024**2)
    answer = upload(desk, front_jpg=b"9x9 " + b"x" * 1024**2)

    assert answer.status_code == 413
    assert "That was more than 1 MB at once, so nothing was taken." in answer.text
    assert lamp(desk).version == 1


def test_other_forms_stay_as_small_as_they_were(desk: DeskShop) -> None:
    body = b"sku=" + b"x" * (3 * 1024**2)
    kind = "application/x-www-form-urlencoded"
    answer = desk.client.post(
        "/editor/products/prd_lamp/price", data=body, content_type=kind, headers=FROM_HERE
    )

    assert answer.status_code == 413


def test_a_picture_moves_and_goes_by_one_button_that_may_be_pressed_twice(desk: DeskShop) -> None:
    upload(desk, front_jpg=FRONT, back_jpg=BACK)
    back, order = picture_id(BACK), f"{picture_id(FRONT)} {picture_id(BACK)}"
    seen = seen_digest(lamp(desk))
    for _ in range(2):
        answer = arrange(desk, f"up:{back}", seen=seen, order=order)
        assert answer.headers["Location"] == f"{PAGE}?saved=3#picture-{back}"
    assert [image.picture for image in lamp(desk).images] == [back, picture_id(FRONT)]
    arrange(desk, f"remove:{back}")

    assert [image.picture for image in lamp(desk).images] == [picture_id(FRONT)]
    whys = [one.why for one in desk.services.catalogue.store.revisions("prd_lamp")]
    assert whys == ["pictures changed", "pictures changed", "pictures added", ""]


def test_alt_texts_and_the_pictures_of_variants_are_saved_together(desk: DeskShop) -> None:
    upload(desk, front_jpg=FRONT, back_jpg=BACK)
    front, back = picture_id(FRONT), picture_id(BACK)
    answer = arrange(desk, **{f"alt-{front}": " The lamp at dusk ", "shows": [front, back, ""]})

    assert answer.status_code == 303
    assert lamp(desk).images[0].alt == "The lamp at dusk"
    assert [variant.picture for variant in lamp(desk).variants] == [front, back, ""]
    history = plain_text(desk.get("/editor/products/prd_lamp/history").text)
    assert f"Alt text of {front} from Oak lamp → to The lamp at dusk" in history
    page = desk.get(PAGE).text
    assert f'<option value="{back}" selected>2 · Oak lamp</option>' in page


def test_whoever_arranges_second_is_told_and_changes_nothing(desk: DeskShop) -> None:
    seen = seen_digest(lamp(desk))
    upload(desk, front_jpg=FRONT)
    before = lamp(desk)
    answer = arrange(desk, f"remove:{picture_id(FRONT)}", seen=seen)

    assert answer.status_code == 409
    assert "Somebody else has changed this product" in answer.text
    assert lamp(desk) == before
    assert arrange(desk, f"remove:{picture_id(FRONT)}", seen="").status_code == 409
    assert arrange(desk, "burn").status_code == 422


def test_what_a_form_does_not_send_is_left_as_it_is(desk: DeskShop) -> None:
    upload(desk, front_jpg=FRONT, back_jpg=BACK)
    front, back = picture_id(FRONT), picture_id(BACK)
    arrange(desk, **{f"alt-{back}": "The back", "shows": [front, back, ""]})
    before = lamp(desk)

    def press(do: str, **fields: object) -> TestResponse:
        form = {"seen": seen_digest(lamp(desk)), "do": do, **fields}
        return desk.client.post(f"{PAGE}/arrange", data=form, headers=FROM_HERE)

    for fields in ({}, {"order": back.upper()}, {"sku": ["LAMP-OAK", "LAMP-ASH"]}):
        assert press("save", **fields).status_code == 303
        assert lamp(desk) == before
    answer = press("save", sku=["LAMP-OAK", "LAMP-ASH"], shows=[back])
    assert answer.status_code == 422
    assert "one picture for each variant" in answer.text
    assert lamp(desk) == before
    press(f"up:{back}", **{f"alt-{front}": ""})
    assert [(image.picture, image.alt) for image in lamp(desk).images] == [(back, "The back"), (front, "")]
    assert [variant.picture for variant in lamp(desk).variants] == [front, back, ""]
    press(f"remove:{back}")
    assert [image.picture for image in lamp(desk).images] == [front]
    assert [variant.picture for variant in lamp(desk).variants] == [front, "", ""]


def test_what_a_program_wrote_without_counting_the_version_is_not_arranged_over(desk: DeskShop) -> None:
    upload(desk, front_jpg=FRONT, back_jpg=BACK)
    text = desk.get(PAGE).text
    form = dict(re.findall(r'<input type="hidden" name="(seen|version|order)" value="([^"]*)"', text))
    written = replace(lamp(desk), images=lamp(desk).images[:1])
    desk.services.catalogue.store.replace_product(written, expected_version=2)
    answer = arrange(desk, f"remove:{picture_id(FRONT)}", **form)

    assert answer.status_code == 409
    assert "this is how its pictures are now" in answer.text
    assert lamp(desk) == written


def test_a_viewer_sees_pictures_and_changes_none(desk: DeskShop) -> None:
    upload(desk, front_jpg=FRONT)
    desk.hire("vera@shop.example", Role.VIEWER)
    desk.post("/editor/sign-out")
    desk.sign_in("vera@shop.example")
    page = desk.get(PAGE)

    assert page.status_code == 200
    assert 'type="file"' not in page.text
    assert 'value="remove' not in page.text
    assert upload(desk, back_jpg=BACK).status_code == 403
    assert arrange(desk, f"remove:{picture_id(FRONT)}").status_code == 403
    assert len(lamp(desk).images) == 1
