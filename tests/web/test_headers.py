"""The table of headers, asked of the app: every route, in every way that it can be answered."""

from __future__ import annotations

from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from app.staff.model import Role
from app.web.config import WebConfig
from app.web.headers import TABLE, Answer, headers_of, kind_of

from .routes import path_of, rules
from .shop import HTMX, WebShop, open_web_shop

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE")
SECURE_URL = "https://shop.example"
BESIDES = {
    *("Content-Type", "Content-Length", "Location", "Allow", "X-Request-Id", "Set-Cookie", "HX-Redirect"),
    *("HX-Replace-Url", "HX-Push-Url", "Vary", "Retry-After", "Date", "Last-Modified"),
    *("Accept-Ranges", "Content-Disposition"),
}
"""Names that the table does not speak of."""
VALUES: dict[str, str | int] = {
    "market": "de",
    "slug": "lamp",
    "collection": "all",
    "number": 2,
    "sort": "newest",
    "sku": "LAMP-OAK",
    "product_id": "prd_lamp",
    "collection_id": "col_all",
    "name": "0123456789abcdef-320.avif",
}


def config_of(shop: WebShop) -> WebConfig:
    config: WebConfig = shop.app.extensions["vitrine"].config
    return config


def must_match(answer: TestResponse, kind: Answer, config: WebConfig, said: str) -> None:
    """Compare an answer with its row: every governed header as written, and none beside."""
    expected = headers_of(kind, config)
    governed = {name for row in TABLE.values() for name in row} | set(headers_of(kind, config))
    governed -= {"Retry-After"}
    sent = {name: answer.headers.get(name) for name in governed if name in answer.headers}
    assert sent == {name: value for name, value in expected.items() if name in governed}, said
    assert {name for name, _ in answer.headers} - governed <= BESIDES, said
    once = [name for name, _ in answer.headers if name != "Set-Cookie"]
    assert len(once) == len(set(once)), said


def expected_kind(endpoint: str) -> Answer:
    """Return the row of an endpoint, by the room that it belongs to: not the app's way to it."""
    room, _, name = endpoint.partition(".")
    match room, name:
        case _, "drawer" | "badge" | "fragment":
            return Answer.FRAGMENT
        case "editor", "set_password" | "set_password_post":
            return Answer.LINK
        case "editor", _:
            return Answer.DESK
        case "orders", _:
            return Answer.ORDER
        case "search" | "facets", _:
            return Answer.FOUND
        case "webhooks", _:
            return Answer.WEBHOOK
        case "health", _:
            return Answer.MACHINE
        case _:
            return Answer.LIVE


@pytest.fixture
def whole(tmp_path: Path) -> WebShop:
    """A shop by https with an order and a picture."""
    shop = open_web_shop(tmp_path, shop_url=SECURE_URL)
    picture = tmp_path / "media" / "files" / str(VALUES["name"])
    picture.parent.mkdir(parents=True, exist_ok=True)
    picture.write_bytes(b"the bytes of a picture")
    return shop


def test_every_route_answers_every_method_with_the_headers_of_its_row(whole: WebShop) -> None:
    config, seen = config_of(whole), set()
    for rule in rules(whole.app):
        row = expected_kind(rule.endpoint)
        for values in (VALUES, {"market": "de", "number": 99, "sort": "newest"}):
            path = path_of(rule, values)
            for method in METHODS:
                for headers in ({"Origin": SECURE_URL}, {"Origin": "https://evil.example"}, HTMX):
                    answer = whole.send(path, method, **{k.replace("-", "_"): v for k, v in headers.items()})
                    kind = row
                    if rule.endpoint == "media.file" and answer.status_code < 300:
                        kind = Answer.PICTURE
                    must_match(answer, kind, config, f"{method} {path} {headers} {answer.status}")
                    assert answer.status_code < 500, (method, path)
                    seen.add((kind, answer.status_code // 100))
                    answer.close()

    assert seen >= {(kind, 4) for kind in TABLE if kind not in OF_THE_FRONT | {Answer.PICTURE}}
    assert seen >= {(Answer.PICTURE, 2), (Answer.LIVE, 2), (Answer.LIVE, 3), (Answer.FOUND, 2)}
    assert seen >= {(Answer.FRAGMENT, 2), (Answer.MACHINE, 2), (Answer.DESK, 2), (Answer.DESK, 3)}


OF_THE_FRONT = {Answer.PAGE, Answer.ASSET, Answer.MISSING, Answer.REFUSED, Answer.CLOSED}


def test_what_goes_well_behind_a_token_carries_its_row_too(shop: WebShop) -> None:
    order = shop.order()
    _, link = shop.services.staff.add("ann@shop.example", Role.OWNER)
    for path, row in (
        (f"/orders/{order.token}", Answer.ORDER),
        (f"/orders/{order.token}/payment", Answer.ORDER),
        (f"/editor/set-password/{link}", Answer.LINK),
    ):
        answer = shop.get(path)
        assert answer.status_code < 400, path
        must_match(answer, row, config_of(shop), path)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        *(("/none", Answer.LIVE), ("/editorial", Answer.LIVE), ("/ordersheet", Answer.LIVE)),
        *(("/orders/a/b/c", Answer.ORDER), ("/de/orders/a", Answer.ORDER), ("/orders/a\nb", Answer.ORDER)),
        *(("/_fragments/none", Answer.FRAGMENT), ("/de-at/_fragments/", Answer.FRAGMENT)),
        *(("/webhooks/none", Answer.WEBHOOK), ("/editor/none/none", Answer.DESK), ("/editor", Answer.DESK)),
        *(("/media/none", Answer.LIVE), ("/products/_fragments/", Answer.LIVE)),
    ],
)
def test_an_address_without_a_route_is_refused_with_its_room_s_headers(
    shop: WebShop, path: str, kind: Answer
) -> None:
    answer = shop.get(path.replace("\n", "%0a"))
    assert answer.status_code in (303, 308, 404)
    assert kind_of(path, answer.status_code) is kind
    must_match(answer, kind, config_of(shop), path)


@pytest.mark.parametrize("path", ["/cart", "/products/lamp/", "/orders/none", "/webhooks/stripe"])
def test_an_answer_without_the_database_carries_its_row(shop: WebShop, path: str) -> None:
    shop.without_database()
    answer = (
        shop.get(path) if path != "/webhooks/stripe" else shop.deliver({"id": "evt_1", "object": "event"})
    )
    assert answer.status_code in (503, 400)
    must_match(answer, kind_of(path, 503), config_of(shop), path)


def test_a_fault_of_ours_carries_the_headers(shop: WebShop, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(*_: object) -> None:
        raise RuntimeError("a fault of ours")

    shop.app.testing = False
    monkeypatch.setattr(shop.services.orders, "by_token", break_down)
    answer = shop.get("/orders/tok")
    assert answer.status_code == 500
    must_match(answer, Answer.ORDER, config_of(shop), "/orders/tok")


def test_every_row_forbids_sniffing_framing_and_foreign_readers(shop: WebShop) -> None:
    for kind in Answer:
        headers = headers_of(kind, config_of(shop))
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy, kind
        assert "frame-ancestors 'none'" in policy or policy.endswith("sandbox"), kind
        assert headers["X-Content-Type-Options"] == "nosniff", kind
        assert "script-src 'unsafe" not in policy, kind
        assert ("public" in headers["Cache-Control"]) is (kind in (Answer.ASSET, Answer.PICTURE)), kind
