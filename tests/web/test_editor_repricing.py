"""All prices of a product at once, at the desk: seen before they are set."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.catalogue.model import Product
from app.money import Money
from tests.web.browser_form import form_of
from tests.web.editor_shop import DeskShop, open_shop

PATH = "/editor/products/prd_lamp/prices"


@pytest.fixture
def shop(tmp_path: Path) -> DeskShop:
    shop = open_shop(tmp_path)
    shop.sign_in()
    return shop


def lamp(shop: DeskShop) -> Product:
    found = shop.services.catalogue.store.product("prd_lamp")
    assert found is not None
    return found


def rule(shop: DeskShop, **changes: str) -> dict[str, str]:
    return {**form_of(shop.get(PATH).text, "reprice"), **changes}


def test_the_new_prices_are_shown_before_anything_is_saved(shop: DeskShop) -> None:
    page = shop.post(PATH, **rule(shop, direction="down", number="10", rounding="90", do="preview"))
    assert page.status_code == 200
    assert "4 prices, before and after" in page.text
    for old, new in (
        ("€115.00", "€103.90"),
        ("$120.00", "$107.90"),
        ("$99.00", "$88.90"),
        ("$149.00", "$133.90"),
    ):
        row = page.text.partition(old)[2].partition("</tr>")[0]
        assert f"<strong>{new}</strong>" in row
    assert lamp(shop).version == 1


def test_prices_that_were_seen_are_set_as_one_revision(shop: DeskShop) -> None:
    shop.start_watcher()
    fields = rule(shop, direction="down", number="12.5", currency="USD", old_price="compare", why="Sale")
    page = shop.post(PATH, **fields, do="preview")
    answer = shop.post(PATH, **form_of(page.text, "reprice"), do="apply")
    assert answer.location == "/editor/products/prd_lamp?saved=product&version=2"
    assert [variant.prices for variant in lamp(shop).variants] == [
        {"USD": 10500, "EUR": 11500},
        {"USD": 8663},
        {"USD": 13038},
    ]
    assert [variant.compare_at for variant in lamp(shop).variants] == [
        {"USD": 12000},
        {"USD": 9900},
        {"USD": 14900},
    ]
    (revision, _) = shop.services.catalogue.store.revisions("prd_lamp")
    assert (revision.who, revision.why) == ("ann@shop.example", "Sale")
    assert "Live on 3 pages after 12 ms:" in shop.get(str(answer.location)).text


def test_prices_that_changed_after_they_were_seen_are_not_set(shop: DeskShop) -> None:
    page = shop.post(PATH, **rule(shop, number="10", do="preview"))
    shop.services.catalogue.change_price("LAMP-OAK", Money(20000, "USD"), who="bob@shop.example")
    answer = shop.post(PATH, **form_of(page.text, "reprice"), do="apply")
    assert answer.status_code == 409
    assert "Somebody else has changed this product since." in answer.text
    assert "<strong>$220.00</strong>" in answer.text
    assert lamp(shop).version == 2
    assert shop.post(PATH, **form_of(answer.text, "reprice"), do="apply").status_code == 303
    assert lamp(shop).variants[0].prices["USD"] == 22000


@pytest.mark.parametrize("changes", [{"number": "50"}, {"old_price": "compare"}, {"currency": "EUR"}])
def test_only_prices_that_were_shown_are_set(shop: DeskShop, changes: dict[str, str]) -> None:
    fields = rule(shop, direction="down", number="10")
    blind = shop.post(PATH, **fields, do="apply")
    assert blind.status_code == 409
    previewed = form_of(shop.post(PATH, **fields, do="preview").text, "reprice")
    answer = shop.post(PATH, **{**previewed, **changes}, do="apply")
    assert answer.status_code == 409
    assert "The rule is not the one whose prices were shown." in answer.text
    assert "before and after" in answer.text
    assert lamp(shop).version == 1
    # What stands there now was shown, so pressing once more is meant.
    assert shop.post(PATH, **form_of(answer.text, "reprice"), do="apply").status_code == 303
    assert lamp(shop).version == 2


@pytest.mark.parametrize(
    ("changes", "field", "text"),
    [
        ({"number": ""}, "number", "write a percentage above 0"),
        ({"number": "<b>"}, "number", "“&lt;b&gt;” does not do"),
        ({"number": "5", "kind": "amount"}, "currency", "Choose the currency"),
        ({"number": "5", "kind": "amount", "currency": "SEK"}, "currency", "No variant has a price in SEK."),
        ({"number": "1.005", "kind": "amount", "currency": "USD"}, "number", "write a plain amount in USD"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_at_its_field(
    shop: DeskShop, changes: dict[str, str], field: str, text: str
) -> None:
    for do in ("preview", "apply"):
        answer = shop.post(PATH, **rule(shop, **changes), do=do)
        assert answer.status_code == 422
        assert "<title>Error: Change all prices" in answer.text
        error = answer.text.partition(f'id="{field}-error">')[2].partition("</p>")[0]
        assert text in error
        assert form_of(answer.text, "reprice")["number"] == changes["number"]
    assert lamp(shop).version == 1
