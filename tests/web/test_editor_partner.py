"""A partner's notice at the desk: its deliveries, for owners, and one more on request."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest

from app.effects.model import Delivery, Effect, EffectKind
from app.effects.queue import CARRY_OUT_EFFECT
from app.staff.model import Role
from tests.fakes.gateway import FakeQueue
from tests.web.editor_shop import AT, PASSWORD, DeskShop, open_shop

REDELIVER, NOTICE = "/editor/orders/1001/redeliver", "partner_notice:ord_1001"


@pytest.fixture
def shop(tmp_path: Path) -> DeskShop:
    """A shop whose partner has confirmed order 1001 at the second attempt."""
    shop = open_shop(tmp_path)
    shop.sign_in()
    cast("dict[EffectKind, object]", shop.services.effects.handlers)[EffectKind.PARTNER_NOTICE] = print
    outbox = shop.services.effects.outbox
    outbox.insert(Effect.due(EffectKind.PARTNER_NOTICE, "ord_1001", AT))
    outbox.log_delivery(NOTICE, Delivery(AT, 31, 500, "<b>no</b>"))
    outbox.log_delivery(NOTICE, Delivery(AT + timedelta(seconds=5), 12, 204))
    outbox.mark_done(NOTICE, AT)
    return shop


def notice(shop: DeskShop) -> Effect:
    """Return the notice of order 1001."""
    found = shop.services.effects.outbox.effect(NOTICE)
    assert found is not None
    return found


def test_an_owner_sees_each_delivery_newest_first(shop: DeskShop) -> None:
    page = shop.get("/editor/orders/1001").text
    assert f"<code>{NOTICE}</code>" in page
    assert '<span class="badge badge--notice_done">Confirmed</span>' in page
    confirmed = '<span class="badge badge--delivery_confirmed">204</span>'
    refused = '<span class="badge badge--delivery_refused">500</span>'
    assert page.index(confirmed) < page.index(refused)
    assert "31 ms</span><br><code>&lt;b&gt;no&lt;/b&gt;</code>" in page


def test_a_click_makes_the_same_notice_due_once_more(shop: DeskShop) -> None:
    answer = shop.post(REDELIVER)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/editor/orders/1001#partner")
    assert (notice(shop).done_at, notice(shop).next_try_at) == (None, AT)
    assert cast(FakeQueue, shop.services.queue).asked == [(CARRY_OUT_EFFECT, NOTICE)]
    assert "badge--notice_waiting" in shop.get("/editor/orders/1001").text
    assert len(notice(shop).deliveries) == 2


def test_an_order_that_was_never_paid_is_not_told(shop: DeskShop) -> None:
    answer = shop.post("/editor/orders/1002/redeliver")
    assert answer.status_code == 409
    assert "Order 1002 was never paid" in answer.text
    assert "Redeliver" not in shop.get("/editor/orders/1002").text


def test_without_a_partner_old_deliveries_are_shown_and_there_is_no_button(shop: DeskShop) -> None:
    cast("dict[EffectKind, object]", shop.services.effects.handlers).clear()
    page = shop.get("/editor/orders/1001").text
    assert NOTICE in page
    assert "Redeliver" not in page
    answer = shop.post(REDELIVER)
    assert answer.status_code == 409
    assert "VITRINE_PARTNER_URL" in answer.text


@pytest.mark.parametrize("role", [Role.EDITOR, Role.VIEWER])
def test_only_an_owner_sees_and_redelivers(shop: DeskShop, role: Role) -> None:
    shop.hire("eve@shop.example", role)
    shop.client.delete_cookie("staff")
    shop.sign_in("eve@shop.example", PASSWORD)
    assert shop.post(REDELIVER).status_code == 403
    assert NOTICE not in shop.get("/editor/orders/1001").text
    assert notice(shop).done_at == AT
