"""Files of pictures, as the app sends them where the front has none."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any, cast

import pytest

from app.catalogue.model import Image
from app.media.model import tone_of
from app.web.assets import STATIC
from app.web.fragments import render
from app.web.headers import PICTURE_POLICY
from tests.web import samples
from tests.web.markup import Markup

from .editor_shop import ORIGIN
from .shop import WebShop

NAME = "0123456789abcdef-320.avif"


@pytest.fixture
def file(shop: WebShop) -> str:
    """The path of a file that readers may get; beside it lie two that they may not."""
    for name in (f"files/{NAME}", "files/notes.txt", "originals/pic_1"):
        path = shop.folder / "media" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"the bytes of a picture")
    return f"/media/{NAME}"


def test_a_file_is_sent_to_be_kept_for_a_year(shop: WebShop, file: str) -> None:
    answer = shop.get(file)
    assert (answer.status_code, answer.data) == (200, b"the bytes of a picture")
    assert answer.headers["Content-Type"] == "image/avif"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Set-Cookie" not in answer.headers
    answer.close()


def test_a_browser_may_lay_a_picture_out_that_is_opened_by_itself_and_do_nothing_else(
    shop: WebShop, file: str
) -> None:
    """A browser makes a page of its own around it, with a style in it; refused, it complains."""
    answer = shop.get(file)
    again = shop.get(file, If_Modified_Since=answer.headers["Last-Modified"])
    for one in (answer, again):
        one.close()
    policy = answer.headers["Content-Security-Policy"]
    assert policy == PICTURE_POLICY == "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    assert (again.status_code, again.headers["Content-Security-Policy"]) == (304, PICTURE_POLICY)
    # What is said where there is no picture is a page of the shop.
    for path in ("/media/0123456789abcdef-640.avif", "/"):
        assert "style-src 'self'" in shop.get(path).headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "path",
    [
        *("/media/notes.txt", "/media/0123456789abcdef-640.avif", "/media/", "/media/pic_1"),
        *("/media/../originals/pic_1", "/media/..%2foriginals%2fpic_1", f"/media/{NAME}%0a"),
        *(f"/media/{NAME}/", f"/media/{NAME.upper()}", f"/de/media/{NAME}"),
    ],
)
def test_nothing_else_is_sent(shop: WebShop, file: str, path: str) -> None:
    answer = shop.get(path)
    assert answer.status_code == 404
    assert b"bytes of a picture" not in answer.data
    assert "immutable" not in answer.headers["Cache-Control"]


def test_a_picture_stands_on_page_card_and_cart_and_is_told_to_machines(shop: WebShop) -> None:
    picture = shop.services.media.add(b"1600x2000 lamp", "lamp.jpg")
    table = shop.parts.memory.tables["products"]
    images = (Image("pic_lost", "Gone", 10, 10), Image(picture.id, "A lamp that is lit", 9, 9))
    table["prd_lamp"] = replace(table["prd_lamp"], images=images[::-1])
    url = f"/media/{picture.names[0]}"
    shown = f'src="{url}" alt="A lamp that is lit" width="1600" height="2000"'

    page = shop.get("/products/lamp/").text
    assert f'{shown} fetchpriority="high">' in page
    assert page.count('class="picture"') == 1
    assert f'<meta property="og:image" content="{ORIGIN}{url}">' in page
    assert json.loads(page.split('<script type="application/ld+json">')[1].split("</script>")[0])[
        "image"
    ] == [f"{ORIGIN}{url}"]
    shop.add("LAMP-OAK")
    assert f'{shown} loading="lazy" decoding="async">' in shop.get("/cart").text

    cast(Any, shop.services.media.shelf).files.clear()
    without = shop.get("/products/lamp/")
    assert without.status_code == 200
    assert "/media/" not in without.text
    assert "picture--blank" in without.text


@pytest.mark.parametrize(("eager", "loading"), [(True, 'fetchpriority="high"'), (False, 'loading="lazy"')])
def test_every_format_is_offered_with_how_wide_it_is_shown(
    shop: WebShop, *, eager: bool, loading: str
) -> None:
    image = samples.image(1)
    with shop.app.app_context():
        text = str(render("picture", image, "Lamp", eager=eager, sizes="50vw"))
    markup = Markup.of(text)
    assert markup.faults == []
    sources = [tag.attributes for tag in markup.tags if tag.name == "source"]
    assert [source["type"] for source in sources] == ["image/avif", "image/webp", "image/jpeg"]
    assert {source["sizes"] for source in sources} == {"50vw"}
    (picture,) = [tag.attributes for tag in markup.tags if tag.name == "img"]
    assert (picture["width"], picture["height"]) == (str(image.width), str(image.height))
    assert picture["class"] == "picture__image tone-01"
    assert loading in text
    assert ("loading" in picture) is not eager


def test_every_tone_is_a_class_with_a_colour_of_its_own() -> None:
    sheet = (STATIC / "css" / "components" / "tone.css").read_text("utf-8")
    rules = dict(re.findall(r"\.tone-(\d\d) { background-color: (#[0-9a-f]{6}); }", sheet))
    assert sorted(rules) == [f"{number:02}" for number in range(64)]
    for number, colour in rules.items():
        red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
        assert tone_of(red, green, blue) == int(number)
