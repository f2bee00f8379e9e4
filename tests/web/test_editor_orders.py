"""Orders at the desk."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.money import Money
from app.orders.disputes import Dispute, DisputeState
from app.orders.model import TimelineEntry
from tests.web.editor_shop import AT, DeskShop, open_shop


@pytest.fixture
def shop(tmp_path: Path) -> DeskShop:
    shop = open_shop(tmp_path)
    shop.sign_in()
    return shop


def test_orders_are_listed_newest_first_and_filtered_by_state(shop: DeskShop) -> None:
    page = shop.get("/editor/orders").text
    assert page.index('href="/editor/orders/1001"') < page.index('href="/editor/orders/1002"')
    assert "All · 2" in page
    review = shop.get("/editor/orders?state=payment_review").text
    assert 'href="/editor/orders/1002"' in review
    assert 'href="/editor/orders/1001"' not in review
    assert 'href="/editor/orders/1001"' in shop.get("/editor/orders?state=nonsense").text
    assert "There are no orders here yet." in shop.get("/editor/orders?state=refunded").text


def test_an_order_that_needs_a_person_is_said_on_every_page(shop: DeskShop) -> None:
    for path in ("/editor/", "/editor/pages", "/editor/account"):
        page = shop.get(path).text
        assert "1 order needs a person: its payment does not match." in page
        assert 'href="/editor/orders?state=payment_review"' in page


def test_an_orders_page_shows_lines_payments_attempts_and_timeline(shop: DeskShop) -> None:
    page = shop.get("/editor/orders/1002").text
    assert "Payment review" in page
    assert "The payment does not match what was agreed." in page
    assert "buyer1002@example.com" in page
    assert "LAMP-OAK" in page
    assert "Total <strong>$240.00</strong> · paid <strong>$1.00</strong>" in page
    assert "<code>pi_1002</code>" in page
    assert "Payment page opened<br><code>cs_1002</code>" in page
    assert page.index("became payment_review") < page.index("order placed")
    assert 'href="/orders/token-1002"' in page
    assert "does not match what was agreed" not in shop.get("/editor/orders/1001").text


def test_an_unknown_order_is_not_found(shop: DeskShop) -> None:
    assert shop.get("/editor/orders/9999").status_code == 404


@pytest.mark.parametrize("page", ["0", "-1", "99", "x", "9" * 30])
def test_a_page_that_does_not_exist_shows_the_nearest(shop: DeskShop, page: str) -> None:
    answer = shop.get(f"/editor/orders?page={page}")
    assert answer.status_code == 200
    assert "1–2 of 2" in answer.text


def test_a_dispute_is_shown_in_the_list_and_on_the_page_with_its_deadline(shop: DeskShop) -> None:
    assert "Disputed" not in shop.get("/editor/orders").text
    dispute = Dispute(
        "du_1",
        "pi_1001",
        Money(24000, "USD"),
        "product_not_received",
        DisputeState.NEEDS_RESPONSE,
        AT,
        AT + timedelta(days=7),
        is_withdrawn=True,
    )
    note = TimelineEntry(AT, "disputed", "stripe")
    shop.services.orders.put_dispute("ord_1001", dispute, note, is_disputed=True)

    listed = shop.get("/editor/orders").text
    assert "Disputed, answer by Dec" in listed
    assert "Disputed · 1" in listed
    only = shop.get("/editor/orders?state=disputed").text
    assert 'href="/editor/orders/1001"' in only
    assert 'href="/editor/orders/1002"' not in only
    page = shop.get("/editor/orders/1001").text
    assert "Disputed: $240.00, answer by Dec" in page
    assert "product not received · the bank has the money" in page
    assert 'action="/editor/orders/1001/refund"' not in page
    assert "Disputes" not in shop.get("/editor/orders/1002").text

    lost = replace(dispute, state=DisputeState.LOST)
    shop.services.orders.put_dispute("ord_1001", lost, note, is_disputed=False)
    page = shop.get("/editor/orders/1001").text
    assert '<span class="badge badge--dispute_lost">Lost</span>' in page
    assert "answer by" not in page
    assert "Disputed" not in shop.get("/editor/orders").text
