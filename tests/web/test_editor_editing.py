"""Products made and edited at the desk: whole, once, previewed, and never over somebody's head."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from app.catalogue.model import Image, Product, ProductStatus
from app.inventory.model import Policy, StockPool
from app.money import Money
from app.staff.model import Role
from tests.web.browser_form import form_of
from tests.web.editor_shop import DeskShop, open_shop
from tests.web.markup import Markup

HTMX = {"HX-Request": "true"}
EDIT = "/editor/products/prd_lamp/edit"


@pytest.fixture
def shop(tmp_path: Path) -> DeskShop:
    shop = open_shop(tmp_path)
    shop.sign_in()
    return shop


def product(shop: DeskShop, product_id: str = "prd_lamp") -> Product:
    found = shop.services.catalogue.store.product(product_id)
    assert found is not None
    return found


def send(shop: DeskShop, path: str, fields: dict[str, str], **changes: str) -> TestResponse:
    return shop.post(
        path, **{**fields, "do": "save", **{name.replace("__", "-"): text for name, text in changes.items()}}
    )


def fresh(shop: DeskShop, **changes: str) -> dict[str, str]:
    """Return the form of a new print, filled in."""
    fields = form_of(shop.get("/editor/products/new").text)
    fields |= {"title": "Tides", "variant-0-sku": "TIDES", "variant-0-price-USD": "34"}
    return fields | {name.replace("__", "-"): text for name, text in changes.items()}


def created(shop: DeskShop) -> list[Product]:
    known = ("prd_lamp", "prd_print")
    return [one for one in shop.services.catalogue.store.every_product() if one.id not in known]


def test_a_product_is_created_with_its_pool_and_a_revision_that_says_why(shop: DeskShop) -> None:
    shop.start_watcher()
    answer = send(shop, "/editor/products", fresh(shop), variant__0__count="12", why="Spring range")
    (tides,) = created(shop)
    assert answer.location == f"/editor/products/{tides.id}?saved=product&version=1"
    assert (tides.slug, tides.status, tides.variants[0].prices) == (
        "tides",
        ProductStatus.DRAFT,
        {"USD": 3400},
    )
    pool = shop.services.inventory.store.pool("TIDES")
    assert pool == StockPool("TIDES", on_hand=12)
    (receipt,) = shop.services.inventory.store.movements("TIDES")
    assert (receipt.kind, receipt.on_hand, receipt.by) == ("receipt", 12, "ann@shop.example")
    (revision,) = shop.services.catalogue.store.revisions(tides.id)
    assert (revision.who, revision.why, revision.version) == ("ann@shop.example", "Spring range", 1)
    assert "Tides is created. Live on 3 pages after 12 ms:" in shop.get(str(answer.location)).text


def test_the_same_form_sent_twice_creates_one_product(shop: DeskShop) -> None:
    fields = fresh(shop)
    first, second = (send(shop, "/editor/products", fields) for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location
    assert len(created(shop)) == 1
    assert shop.services.inventory.store.pool("TIDES") == StockPool("TIDES")


def test_who_goes_back_and_types_something_else_makes_another_product_only_when_told_so(
    shop: DeskShop,
) -> None:
    fields = fresh(shop)
    send(shop, "/editor/products", fields)
    again = send(shop, "/editor/products", fields, title="Ebb", variant__0__sku="EBB")
    assert again.status_code == 409
    assert "This form has made “Tides” already. Create makes another product." in again.text
    assert len(created(shop)) == 1
    kept = form_of(again.text)
    assert kept["key"] != fields["key"]
    assert send(shop, "/editor/products", kept).status_code == 303
    assert sorted(one.title for one in created(shop)) == ["Ebb", "Tides"]


def test_a_product_of_a_hundred_variants_and_a_long_text_fits_into_the_form(shop: DeskShop) -> None:
    values = {f"option-0-value-{n}": f"Nº {n}" for n in range(100)}
    keys = {f"option-0-value-{n}-key": f"+{n}" for n in range(100)}
    fields = fresh(shop) | {"option-0-key": "+0", "option-0-name": "Number"} | values | keys
    page = shop.post("/editor/products", **{**fields, "do": "combine"})
    assert "99 variants added." in page.text
    sent = send(shop, "/editor/products", form_of(page.text), description="潮" * 100_000)
    assert sent.status_code == 303
    (tides,) = created(shop)
    assert (len(tides.variants), len(tides.description)) == (100, 100_000)


def test_all_faults_are_said_at_once_and_what_was_typed_stays(shop: DeskShop) -> None:
    fields = fresh(shop, title="", slug="A slug", variant__0__sku="lamp-oak", variant__0__price__USD="12,5")
    answer = send(shop, "/editor/products", fields, vendor="<b>Holm")
    assert answer.status_code == 422
    assert "<title>Error: New product" in answer.text
    assert "4 things are not right yet. Nothing was saved." in answer.text
    for field, text in (
        ("title", "Write a title."),
        ("slug", "“A slug” is no URL name: write lower-case letters, digits and single hyphens."),
        ("variant-0-sku", "The SKU LAMP-OAK belongs to “Oak lamp”."),
        ("variant-0-price-USD", "“12,5” is no price"),
    ):
        assert f'<p class="field-line__error" id="{field}-error">{text}' in answer.text
        assert f'href="#{field}"' in answer.text
    kept = form_of(answer.text)
    assert (kept["vendor"], kept["slug"], kept["variant-0-price-USD"]) == ("<b>Holm", "A slug", "12,5")
    assert kept["key"] == fields["key"]
    assert created(shop) == []


def test_a_form_that_is_saved_unchanged_writes_nothing(shop: DeskShop) -> None:
    answer = send(shop, EDIT, form_of(shop.get(EDIT).text))
    assert answer.location == "/editor/products/prd_lamp?notice=unchanged"
    assert product(shop).version == 1
    assert "Nothing was different, so nothing was saved." in shop.get(str(answer.location)).text


def test_an_edit_is_one_revision_and_says_how_fast_it_was_live(shop: DeskShop) -> None:
    shop.start_watcher()
    before, fields = product(shop), form_of(shop.get(EDIT).text)
    answer = send(
        shop, EDIT, fields, title="Oak lamp II", tags="new, lamp", why="Renamed", variant__0__price__USD="125"
    )
    assert answer.location == "/editor/products/prd_lamp?saved=product&version=2"
    changed = product(shop)
    assert (changed.title, changed.tags, changed.slug) == ("Oak lamp II", ("new", "lamp"), "oak-lamp")
    assert changed.variants[0].prices == {"USD": 12500, "EUR": 11500}
    assert changed.variants[1:] == before.variants[1:]
    revision = shop.services.catalogue.store.revisions("prd_lamp")[0]
    assert (revision.who, revision.why) == ("ann@shop.example", "Renamed")
    assert set(revision.diff) == {"title", "tags", "variants"}
    assert "Saved: 3 fields changed. Live on 3 pages after 12 ms:" in shop.get(str(answer.location)).text


def test_a_slug_that_is_renamed_is_renamed_and_one_that_is_taken_is_refused(shop: DeskShop) -> None:
    fields = form_of(shop.get(EDIT).text)
    taken = send(shop, EDIT, fields, slug="low-water")
    assert taken.status_code == 422
    assert "The URL name low-water belongs to “Low Water at Skagen”." in taken.text
    assert send(shop, EDIT, fields, slug="lamp-of-oak").status_code == 303
    assert product(shop).slug == "lamp-of-oak"


def test_html_is_made_safe_and_comes_back_as_it_was_typed(shop: DeskShop) -> None:
    body = "<p>Two lines &amp;\nmore</p>\n<script>x()</script>"
    send(shop, EDIT, form_of(shop.get(EDIT).text), description=body)
    assert product(shop).description == "<p>Two lines &amp;\nmore</p>\n"
    again = send(shop, EDIT, form_of(shop.get(EDIT).text))
    assert str(again.location).endswith("notice=unchanged")


def test_options_are_added_named_and_combined_without_saving_anything(shop: DeskShop) -> None:
    fields = fresh(shop, variant__0__price__EUR="31")
    page = shop.post("/editor/products", **{**fields, "do": "option"})
    assert page.status_code == 200
    fields = form_of(page.text) | {
        "option-0-name": "Size",
        "option-0-value-0": "A4",
        "option-0-value-1": "A3",
    }
    fields = form_of(shop.post("/editor/products", **{**fields, "do": "option"}).text)
    fields |= {"option-1-name": "Frame", "option-1-value-0": "Oak", "option-1-value-1": "Black"}
    page = shop.post("/editor/products", **{**fields, "do": "combine"})
    assert "3 variants added." in page.text
    fields = form_of(page.text)
    skus = [fields[f"variant-{number}-sku"] for number in range(4)]
    assert skus == ["TIDES", "TIDES-A4-BLACK", "TIDES-A3-OAK", "TIDES-A3-BLACK"]
    assert created(shop) == []
    fields |= {"variant-2-count": "7", "variant-3-policy": "continue", "variant-3-cap": "5"}
    assert send(shop, "/editor/products", fields).status_code == 303
    (tides,) = created(shop)
    assert [(one.options, one.prices) for one in tides.variants] == [
        (options, {"USD": 3400, "EUR": 3100})
        for options in (("A4", "Oak"), ("A4", "Black"), ("A3", "Oak"), ("A3", "Black"))
    ]
    pools = shop.services.inventory.store.pools(skus)
    assert pools["TIDES-A3-OAK"] == StockPool("TIDES-A3-OAK", on_hand=7)
    assert pools["TIDES-A3-BLACK"] == StockPool("TIDES-A3-BLACK", policy=Policy.CONTINUE, cap=5)


def test_htmx_gets_the_form_alone_and_what_is_read_aloud(shop: DeskShop) -> None:
    answer = shop.post("/editor/products", HTMX, **{**fresh(shop), "do": "row"})
    assert answer.text.startswith('<form class="product-form" id="product-form"')
    assert "<html" not in answer.text
    assert 'hx-swap-oob="innerHTML">A row more' in answer.text
    assert 'name="variant-1-sku"' in answer.text
    assert re.search(r'id="variant-1-sku"[^>]* autofocus', answer.text)


def test_a_removed_variant_keeps_its_stock_pool_and_that_is_said(shop: DeskShop) -> None:
    answer = send(shop, EDIT, form_of(shop.get(EDIT).text), variant__0__remove="1")
    assert [one.sku for one in product(shop).variants] == ["LAMP-ASH", "LAMP-ASH-XL"]
    assert shop.services.inventory.store.pool("LAMP-OAK") == StockPool("LAMP-OAK", on_hand=9)
    text = shop.get(str(answer.location)).text
    assert "from this stock pool any more; it stays: LAMP-OAK (9 on hand)." in text


def test_somebody_else_in_between_is_shown_and_nothing_typed_is_lost(shop: DeskShop) -> None:
    fields = form_of(shop.get(EDIT).text)
    shop.services.catalogue.change_price(
        "LAMP-OAK", Money(13000, "USD"), who="bob@shop.example", why="Oak is dear"
    )
    answer = send(shop, EDIT, fields, title="Oak lamp II", variant__0__price__USD="125.00", why="Mine")
    assert answer.status_code == 409
    assert "<title>Error: Edit Oak lamp" in answer.text
    assert "bob@shop.example</strong>" in answer.text
    assert "“Oak is dear”" in answer.text
    row = answer.text.partition('href="#variant-0-price-USD">LAMP-OAK, price in USD')[2].partition("</tr>")[0]
    assert [text for text in ("120.00", "130.00", "125.00") if text in row] == ["120.00", "130.00", "125.00"]
    assert product(shop).variants[0].prices["USD"] == 13000
    rebased = form_of(answer.text)
    assert (rebased["title"], rebased["variant-0-price-USD"], rebased["why"]) == (
        "Oak lamp II",
        "125.00",
        "Mine",
    )
    assert send(shop, EDIT, rebased).status_code == 303
    assert (product(shop).title, product(shop).variants[0].prices["USD"]) == ("Oak lamp II", 12500)
    assert product(shop).version == 3


def test_theirs_is_taken_for_one_field_and_mine_for_the_others(shop: DeskShop) -> None:
    fields = form_of(shop.get(EDIT).text)
    shop.services.catalogue.change_price("LAMP-OAK", Money(13000, "USD"), who="bob@shop.example")
    met = send(shop, EDIT, fields, title="Oak lamp II", variant__0__price__USD="125.00")
    page = shop.post(EDIT, **{**form_of(met.text), "do": "theirs:variant:price-USD:LAMP-OAK"})
    assert page.status_code == 200
    assert "No field holds two different answers" in page.text
    assert send(shop, EDIT, form_of(page.text)).status_code == 303
    assert (product(shop).title, product(shop).variants[0].prices["USD"]) == ("Oak lamp II", 13000)


def test_what_only_the_other_changed_is_taken_over(shop: DeskShop) -> None:
    fields = form_of(shop.get(EDIT).text)
    shop.services.catalogue.change_price("LAMP-ASH", Money(10500, "USD"), who="bob@shop.example")
    met = send(shop, EDIT, fields, title="Oak lamp II")
    assert met.status_code == 409
    assert "taken over" in met.text
    assert "Take theirs" not in met.text
    send(shop, EDIT, form_of(met.text))
    assert (product(shop).title, product(shop).variants[1].prices["USD"]) == ("Oak lamp II", 10500)


def test_what_a_program_wrote_without_counting_versions_is_a_conflict_too(shop: DeskShop) -> None:
    fields, store = form_of(shop.get(EDIT).text), shop.services.catalogue.store
    lamp = product(shop)
    shop.clock.turn(minutes=1)
    store._products["prd_lamp"] = replace(lamp, title="Lamp by script")  # type: ignore[attr-defined]
    met = send(shop, EDIT, fields, title="Oak lamp II")
    assert met.status_code == 409
    assert product(shop).title == "Lamp by script"
    assert "Lamp by script" in met.text
    send(shop, EDIT, form_of(met.text))
    assert product(shop).title == "Oak lamp II"
    assert [one.who for one in store.revisions("prd_lamp", 2)] == ["ann@shop.example", "external"]


def test_the_second_click_on_save_is_no_conflict_with_oneself(shop: DeskShop) -> None:
    fields = form_of(shop.get(EDIT).text)
    answers = [send(shop, EDIT, fields, title="Oak lamp II") for _ in range(2)]
    assert [answer.location for answer in answers] == [
        "/editor/products/prd_lamp?saved=product&version=2"
    ] * 2
    assert product(shop).version == 2


@pytest.mark.parametrize(
    ("step", "changes", "skus"),
    [
        (
            "row",
            {"variant__3__sku": "lamp-elm", "variant__3__count": "4", "variant__3__choice__0": "+0"},
            ["LAMP-OAK", "LAMP-ASH", "LAMP-ASH-XL", "LAMP-ELM"],
        ),
        ("", {"variant__0__sku": "LAMP-SMOKED"}, ["LAMP-SMOKED", "LAMP-ASH", "LAMP-ASH-XL"]),
        (
            "",
            {"variant__0__sku": "LAMP-ASH", "variant__1__sku": "LAMP-OAK"},
            ["LAMP-ASH", "LAMP-OAK", "LAMP-ASH-XL"],
        ),
    ],
    ids=["a variant more", "a SKU renamed", "two SKUs exchanged"],
)
def test_the_second_click_on_save_knows_new_and_renamed_variants_again(
    shop: DeskShop, step: str, changes: dict[str, str], skus: list[str]
) -> None:
    fields = form_of(shop.get(EDIT).text) | {"option-0-name": "Wood"}
    fields |= {"option-0-value-9": "Elm", "option-0-value-9-key": "+0"}
    if step:
        fields = form_of(shop.post(EDIT, **{**fields, "do": step}).text)
    answers = [send(shop, EDIT, fields, **changes) for _ in range(2)]
    assert [answer.location for answer in answers] == [
        "/editor/products/prd_lamp?saved=product&version=2"
    ] * 2
    assert [variant.sku for variant in product(shop).variants] == skus
    assert product(shop).version == 2
    assert [one.version for one in shop.services.catalogue.store.revisions("prd_lamp")] == [2, 1]


def test_a_preview_shows_what_is_typed_in_the_shops_own_template_and_writes_nothing(shop: DeskShop) -> None:
    fields = form_of(shop.get(EDIT).text) | {"title": "Lamp of tomorrow", "variant-0-price-USD": "1.25"}
    page = shop.post("/editor/products/prd_lamp/preview", **fields, market="")
    assert page.status_code == 200
    assert "<h1" in page.text
    assert "Lamp of tomorrow" in page.text
    assert "$1.25" in page.text
    assert (page.headers["Cache-Control"], page.headers["X-Robots-Tag"]) == ("no-store", "noindex")
    assert '<html lang="de">' in shop.post("/editor/products/prd_lamp/preview", **fields, market="de").text
    assert product(shop).version == 1


def test_a_preview_of_a_new_product_has_the_stock_that_it_would_have(shop: DeskShop) -> None:
    fields = fresh(shop, variant__0__count="2")
    page = shop.post("/editor/products/new/preview", **fields, market="")
    assert page.status_code == 200
    assert "schema.org/LimitedAvailability" in page.text
    assert created(shop) == []
    assert shop.services.inventory.store.pool("TIDES") is None
    faulty = shop.post("/editor/products/new/preview", **{**fields, "title": ""}, market="")
    assert faulty.status_code == 422
    assert "Write a title." in faulty.text
    assert faulty.headers["X-Robots-Tag"] == "noindex"
    no_euro = shop.post("/editor/products/new/preview", **fields, market="de")
    assert "No variant has a price in EUR" in no_euro.text


def test_a_copy_is_a_draft_with_skus_of_its_own_and_the_same_pictures(shop: DeskShop) -> None:
    store = shop.services.catalogue.store
    pictures = (Image("", "An oak lamp", 10, 10, "https://elsewhere.example/lamp.jpg"),)
    store._products["prd_lamp"] = replace(product(shop), images=pictures)  # type: ignore[attr-defined]
    fields = form_of(shop.get("/editor/products/new?copy=prd_lamp").text)
    assert (fields["title"], fields["status"], fields["variant-0-sku"]) == (
        "Oak lamp (copy)",
        "draft",
        "LAMP-OAK-COPY",
    )
    assert created(shop) == []
    answer = send(shop, "/editor/products", fields | {"option-0-name": "Wood"})
    assert answer.status_code == 303
    (copy,) = created(shop)
    assert (copy.slug, copy.images, copy.status) == ("oak-lamp-copy", pictures, ProductStatus.DRAFT)
    assert [one.stock_id for one in copy.variants] == ["LAMP-OAK-COPY", "LAMP-ASH-COPY", "LAMP-ASH-XL-COPY"]


def test_archiving_changes_the_status_alone_and_is_taken_back(shop: DeskShop) -> None:
    path = "/editor/products/prd_lamp/status"
    assert shop.get("/products/oak-lamp/").status_code == 200
    answer = shop.post(path, status="archived")
    assert answer.location == "/editor/products/prd_lamp?saved=product&version=2"
    assert "Archived: its pages answer that it is gone." in shop.get(str(answer.location)).text
    assert shop.get("/products/oak-lamp/").status_code == 410
    assert shop.post(path, status="archived").location == answer.location
    assert product(shop).version == 2
    shop.post(path, status="draft")
    assert product(shop).status is ProductStatus.DRAFT
    assert shop.post(path, status="gone").status_code == 422


def test_the_button_that_publishes_asks_what_the_form_asks(shop: DeskShop) -> None:
    path = "/editor/products/prd_lamp/status"
    bare = send(shop, EDIT, form_of(shop.get(EDIT).text), status="draft", variant__1__price__USD="")
    assert bare.status_code == 303
    answer = shop.post(path, status="active")
    assert answer.status_code == 422
    assert "price is “LAMP-ASH”, but must be given in at least one currency" in answer.text
    shop.post(path, status="archived")
    answer = shop.post(path, status="active")
    assert answer.status_code == 422
    assert "status is “archived”, but must be a draft before it is published." in answer.text
    assert (product(shop).status, product(shop).version) == (ProductStatus.ARCHIVED, 3)


def test_the_list_is_narrowed_by_status_and_keeps_the_words(shop: DeskShop) -> None:
    page = shop.client.get("/editor/", query_string={"status": "draft", "q": "low"}).text
    assert "Low Water" in page
    assert '<input type="hidden" name="status" value="draft">' in page
    assert 'href="/editor/?q=low&amp;status=draft" aria-current="true">Draft 1</a>' in page
    assert "Oak lamp" not in page
    assert "No product here has this status." in shop.get("/editor/?status=archived").text


def test_who_may_only_see_finds_no_way_to_change_anything(shop: DeskShop) -> None:
    shop.hire("vic@shop.example", Role.VIEWER)
    fields = fresh(shop)
    shop.post("/editor/sign-out")
    shop.sign_in("vic@shop.example")
    for path in ("/editor/", "/editor/products/prd_lamp"):
        text = shop.get(path).text
        assert "Oak lamp" in text
        for word in ("New product", "Archive", "Duplicate", '/edit"', "Change all prices"):
            assert word not in text.replace("Archived", "")
    for path in ("/editor/products/new", EDIT, "/editor/products/prd_lamp/prices"):
        assert shop.get(path).status_code == 403
    for path in (
        "/editor/products",
        EDIT,
        "/editor/products/prd_lamp/status",
        "/editor/products/prd_lamp/preview",
    ):
        assert shop.post(path, **fields).status_code == 403
    assert created(shop) == []


@pytest.mark.parametrize("name", ["variants", "variant-0-$gt", "variant-1000-sku", "version", "who"])
def test_a_field_that_is_none_of_the_forms_is_refused(shop: DeskShop, name: str) -> None:
    assert shop.post(EDIT, **{**form_of(shop.get(EDIT).text), name: "1"}).status_code == 422
    assert shop.post(EDIT, **{**form_of(shop.get(EDIT).text), "do": "nonsense:1"}).status_code == 422
    assert product(shop).version == 1


@pytest.mark.parametrize("keys", [("+0", "+0"), ("+0", ""), ("", "+0")])
def test_options_without_a_key_of_their_own_are_refused(shop: DeskShop, keys: tuple[str, str]) -> None:
    fields = fresh(shop)
    for place, key in enumerate(keys):
        fields |= {f"option-{place}-name": f"Size {place}", f"option-{place}-key": key}
        fields |= {f"option-{place}-value-0": f"A{place}", f"option-{place}-value-0-key": f"+{place}"}
    for do in ("combine", "save"):
        assert shop.post("/editor/products", **{**fields, "do": do}).status_code == 422
    assert created(shop) == []


def test_the_pages_are_sound_html_in_every_state(shop: DeskShop) -> None:
    fields = form_of(shop.get(EDIT).text)
    shop.services.catalogue.change_price("LAMP-OAK", Money(13000, "USD"), who="bob@shop.example")
    pages = [
        shop.get("/editor/"),
        shop.get("/editor/products/prd_lamp"),
        shop.get(EDIT),
        shop.get("/editor/products/new"),
        send(shop, "/editor/products", fresh(shop, title="")),
        send(shop, EDIT, fields, variant__0__price__USD="1.00", title=""),
        shop.get("/editor/products/prd_lamp/prices"),
        shop.post("/editor/products/prd_lamp/prices", number="10"),
    ]
    for page in pages:
        markup = Markup.of(page.text)
        ids = markup.values("id")
        assert markup.faults == []
        assert len(ids) == len(set(ids))
        assert set(markup.values("for")) <= set(ids)
        described = {part for value in markup.values("aria-describedby") for part in value.split()}
        assert described | set(markup.values("aria-labelledby")) <= set(ids)
        anchors = {value[1:] for value in markup.values("href") if value.startswith("#")}
        assert anchors <= set(ids)
        assert [tag.name for tag in markup.tags].count("h1") == 1
