"""Products at the desk: found, changed, refused, previewed."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.catalogue.model import Product
from app.inventory.model import StockPool
from app.money import Money
from tests.web.editor_shop import DeskShop, open_shop

HTMX = {"HX-Request": "true"}


@pytest.fixture
def shop(tmp_path: Path) -> DeskShop:
    shop = open_shop(tmp_path)
    shop.sign_in()
    return shop


def lamp(shop: DeskShop) -> Product:
    found = shop.services.catalogue.store.product("prd_lamp")
    assert found is not None
    return found


def pool(shop: DeskShop, stock_id: str) -> StockPool:
    found = shop.services.inventory.store.pool(stock_id)
    assert found is not None
    return found


def price(shop: DeskShop) -> int:
    return lamp(shop).variants[0].prices["USD"]


def form(**changes: object) -> dict[str, object]:
    return {"sku": "LAMP-OAK", "currency": "USD", "amount": "125.50", "version": 1, **changes}


def test_the_list_says_what_there_is_of_each_product(shop: DeskShop) -> None:
    page = shop.get("/editor/").text
    assert page.index("Low Water at Skagen") < page.index("Oak lamp")
    assert "$99.00–$149.00" in page
    assert "Draft" in page
    assert "not counted" in page
    assert "2 × Low" in page
    assert "1–2 of 2" in page


@pytest.mark.parametrize("words", ["lamp-ash", "oak holm", "LAMP", "oak-lamp"])
def test_products_are_found_by_sku_title_vendor_and_url_name(shop: DeskShop, words: str) -> None:
    page = shop.client.get("/editor/", query_string={"q": words}).text
    assert "Oak lamp" in page
    assert "Low Water" not in page


def test_a_search_without_result_says_so_and_repeats_the_words_as_text(shop: DeskShop) -> None:
    page = shop.client.get("/editor/", query_string={"q": "<b>nothing"}).text
    assert "Nothing is called “&lt;b&gt;nothing”." in page


def test_a_price_goes_live_and_the_page_names_pages_and_milliseconds(shop: DeskShop) -> None:
    shop.start_watcher()
    answer = shop.post("/editor/products/prd_lamp/price", **form())
    assert answer.status_code == 303
    assert answer.location == "/editor/products/prd_lamp?sku=LAMP-OAK&saved=price&currency=USD&version=2"
    assert price(shop) == 12550
    page = shop.get(str(answer.location)).text
    assert "LAMP-OAK costs 125.50 USD. Live on 3 pages after 12 ms:" in page
    assert '<a href="/products/oak-lamp/">/products/oak-lamp/</a>' in page
    revision = shop.services.catalogue.store.revisions("prd_lamp")[0]
    assert (revision.who, revision.version) == ("ann@shop.example", 2)


def test_the_address_of_a_result_cannot_claim_what_did_not_happen(shop: DeskShop) -> None:
    shop.start_watcher()
    path = "/editor/products/prd_lamp?sku=LAMP-OAK&saved=price&currency=USD&version="
    for version in ("7", "x", "-1", "9" * 40, ""):
        assert "Live on" not in shop.get(path + version).text


def test_without_a_watcher_the_price_is_saved_and_that_is_said(shop: DeskShop) -> None:
    answer = shop.post("/editor/products/prd_lamp/price", HTMX, **form())
    assert answer.status_code == 200
    assert "LAMP-OAK costs 125.50 USD. No watcher runs" in answer.text
    assert price(shop) == 12550


def test_htmx_gets_the_row_and_the_versions_of_all_others(shop: DeskShop) -> None:
    shop.start_watcher()
    answer = shop.post("/editor/products/prd_lamp/price", HTMX, **form())
    assert answer.text.startswith('<tr class="variant-row" id="variant-LAMP-OAK"')
    assert "Live on 3 pages after 12 ms:" in answer.text
    assert answer.text.count("<tr ") == 1
    for sku in ("LAMP-ASH", "LAMP-ASH-XL"):
        for currency in ("USD", "EUR"):
            name = f'id="version-{currency}-{sku}"'
            assert f'<input type="hidden" {name} name="version" value="2" hx-swap-oob="true">' in answer.text
    assert 'role="status" aria-live="polite" hx-swap-oob="innerHTML">LAMP-OAK costs' in answer.text


def test_a_price_that_somebody_else_has_changed_is_not_overwritten_unseen(shop: DeskShop) -> None:
    shop.services.catalogue.change_price("LAMP-OAK", Money(13000, "USD"), who="bob@shop.example")
    answer = shop.post("/editor/products/prd_lamp/price", **form())
    assert answer.status_code == 409
    assert "Somebody else has changed this product since you opened it." in answer.text
    assert 'name="amount" value="125.50"' in answer.text
    assert "Now: $130.00" in answer.text
    assert price(shop) == 13000
    assert 'name="version" value="2"' in answer.text
    assert shop.post("/editor/products/prd_lamp/price", **form(version=2)).status_code == 303
    assert price(shop) == 12550


@pytest.mark.parametrize("amount", ["", "-1", "12,5", "abc", "1.005", "1e3", "99999999999", "<b>"])
def test_what_is_no_price_is_kept_in_the_form_and_changes_nothing(shop: DeskShop, amount: str) -> None:
    for headers in ({}, HTMX):
        answer = shop.post("/editor/products/prd_lamp/price", headers, **form(amount=amount))
        assert answer.status_code == 422
        assert "is no price: write a plain amount in USD" in answer.text
        assert 'aria-invalid="true"' in answer.text
        assert "<b>" not in answer.text
    assert lamp(shop).version == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"version": "x"},
        {"currency": "usd"},
        {"currency": "$gt"},
        {"sku": ""},
        {"who": "somebody"},
        {"amount": "1" * 41},
    ],
)
def test_a_form_that_is_not_ours_changes_nothing(shop: DeskShop, changes: dict[str, object]) -> None:
    assert shop.post("/editor/products/prd_lamp/price", **form(**changes)).status_code == 422
    assert lamp(shop).version == 1


def test_unknown_products_and_skus_are_not_found(shop: DeskShop) -> None:
    assert shop.post("/editor/products/prd_lamp/price", **form(sku="PRINT-1")).status_code == 404
    assert shop.post("/editor/products/prd_none/price", **form()).status_code == 404
    assert shop.get("/editor/products/prd_none").status_code == 404
    assert shop.get("/editor/nowhere/at/all").status_code == 404


def test_a_count_is_set_added_to_and_taken_off(shop: DeskShop) -> None:
    shop.start_watcher()
    path = "/editor/products/prd_lamp/stock"
    answer = shop.post(path, sku="LAMP-OAK", mode="set", count="20", reason="stocktaking")
    assert answer.location == "/editor/products/prd_lamp?sku=LAMP-OAK&saved=stock&version=2"
    assert "20 units on hand. Live on 3 pages after 12 ms:" in shop.get(str(answer.location)).text
    shop.post(path, sku="LAMP-OAK", mode="add", count="5")
    shop.post(path, sku="LAMP-OAK", mode="remove", count="1")
    assert pool(shop, "LAMP-OAK").on_hand == 24
    newest = shop.services.inventory.store.movements("LAMP-OAK")
    assert sorted(movement.on_hand for movement in newest) == [-1, 5, 9, 11]
    taken = next(movement for movement in newest if movement.on_hand == 11)
    assert (taken.by, taken.reason) == ("ann@shop.example", "stocktaking")


def test_a_shared_pool_shows_its_count_in_every_row(shop: DeskShop) -> None:
    answer = shop.post("/editor/products/prd_lamp/stock", HTMX, sku="LAMP-ASH", mode="set", count="7")
    assert answer.text.startswith('<tr class="variant-row" id="variant-LAMP-ASH"')
    assert '<div class="stock-figures" id="figures-LAMP-ASH-XL" hx-swap-oob="true">' in answer.text
    assert 'id="figures-LAMP-OAK"' not in answer.text


@pytest.mark.parametrize("count", ["", "-1", "1.5", "abc", "9999999999"])
def test_what_is_no_count_changes_nothing(shop: DeskShop, count: str) -> None:
    answer = shop.post("/editor/products/prd_lamp/stock", sku="LAMP-OAK", mode="set", count=count)
    assert answer.status_code == 422
    assert "must be a whole number such as 12" in answer.text
    assert pool(shop, "LAMP-OAK").on_hand == 9


def test_units_that_are_not_there_cannot_be_taken_off(shop: DeskShop) -> None:
    answer = shop.post(
        "/editor/products/prd_lamp/stock", sku="LAMP-OAK", mode="remove", count="10", reason="lost"
    )
    assert answer.status_code == 409
    assert "10 cannot be taken off: only 9 of LAMP-OAK are neither sold nor reserved." in answer.text
    assert 'name="count" value="10"' in answer.text
    assert 'name="reason" value="lost"' in answer.text
    assert '<option value="remove" selected>' in answer.text
    assert pool(shop, "LAMP-OAK").on_hand == 9


def test_stock_that_is_not_counted_has_no_form(shop: DeskShop) -> None:
    assert 'name="count"' not in shop.get("/editor/products/prd_print").text
    answer = shop.post("/editor/products/prd_print/stock", sku="PRINT-1", mode="set", count="3")
    assert answer.status_code == 409


def test_a_draft_is_previewed_in_the_shops_own_template(shop: DeskShop) -> None:
    page = shop.get("/editor/preview/products/low-water")
    assert page.status_code == 200
    assert "Low Water at Skagen" in page.text
    assert "application/ld+json" in page.text
    assert (page.headers["Cache-Control"], page.headers["X-Robots-Tag"]) == ("no-store", "noindex")
    assert shop.get("/products/low-water/").status_code == 404
    assert '<html lang="de">' in shop.get("/editor/preview/products/oak-lamp?market=de").text
    assert shop.get("/editor/preview/products/low-water?market=de").status_code == 404
    assert shop.get("/editor/preview/products/none").status_code == 404
