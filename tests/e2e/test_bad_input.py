"""Whatever a stranger sends gets a designed answer, and changes nothing."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

import pytest
import stripe

from tests.shopper import Shopper
from tests.stack import Stack

SHOP_DATA = ("carts", "orders", "stock_pools", "stock_movements", "reservations", "payment_events", "outbox")
MARKUP = "<b>x</b>"
Sent = tuple[int, http.client.HTTPMessage, str]


def dump(stack: Stack) -> dict[str, list[dict[str, Any]]]:
    """Return everything that a request could have changed."""
    return {name: list(stack.db[name].find().sort("_id", 1)) for name in SHOP_DATA}


@pytest.fixture(autouse=True)
def nothing_changes(stack: Stack) -> Iterator[None]:
    """Compare the shop's data before and after."""
    before = dump(stack)
    yield
    assert dump(stack) == before


def send(
    stack: Stack,
    path: str,
    body: bytes | str | dict[str, str] | None = None,
    *,
    method: str = "",
    port: int = 0,
    headers: Mapping[str, str] | None = None,
) -> Sent:
    """Send a request exactly as it is written: no library may tidy it up."""
    if isinstance(body, dict):
        body = urlencode(body)
    sent = body.encode() if isinstance(body, str) else body
    connection = http.client.HTTPConnection("127.0.0.1", port or stack.port, timeout=30)
    try:
        method = method or ("GET" if sent is None else "POST")
        connection.putrequest(method, path, skip_accept_encoding=True)
        given = dict(headers or {})
        if sent is not None:
            kind = {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(sent))}
            given = {**kind, **given}
        for name, value in given.items():
            connection.putheader(name, value)
        connection.endheaders(sent)
        answer = connection.getresponse()
        return answer.status, answer.msg, answer.read().decode("utf-8", "strict")
    finally:
        connection.close()


def is_designed(text: str) -> bool:
    """Say whether an answer is a page of the shop and tells nothing of its inside."""
    return "<h1" in text and "site-header" in text and says_nothing_of_itself(text)


def says_nothing_of_itself(text: str) -> bool:
    """Say whether an answer holds neither a traceback nor what was sent as markup."""
    secrets = ("Traceback", "werkzeug", "pymongo", 'File "/', "mongodb://", MARKUP, "<script>alert")
    return not any(secret in text for secret in secrets)


LINES: dict[str, tuple[dict[str, str], int]] = {
    "an unknown SKU": ({"sku": "NO-SUCH", "quantity": "1"}, 422),
    "a SKU of markup": ({"sku": MARKUP, "quantity": "1"}, 422),
    "no SKU": ({"quantity": "1"}, 422),
    "an empty SKU": ({"sku": "", "quantity": "1"}, 422),
    "a long SKU": ({"sku": "X" * 10_000, "quantity": "1"}, 422),
    "a SKU with a NUL byte": ({"sku": "TIDES-A4-OAK\0", "quantity": "1"}, 422),
    "a SKU that is an operator": ({"sku": "$ne", "quantity": "1"}, 422),
    "an operator in the name": ({"sku[$ne]": "x", "quantity": "1"}, 422),
    "a dotted name": ({"sku.$ne": "x", "quantity": "1"}, 422),
    "a JSON operator": ({"sku": '{"$gt": ""}', "quantity": "1"}, 422),
    "minus one": ({"sku": "TIDES-A4-OAK", "quantity": "-1"}, 422),
    "none": ({"sku": "TIDES-A4-OAK", "quantity": "0"}, 422),
    "a billion": ({"sku": "TIDES-A4-OAK", "quantity": "1000000000"}, 422),
    "a thousand": ({"sku": "TIDES-A4-OAK", "quantity": "1000"}, 422),
    "more than there are": ({"sku": "TIDES-A4-OAK", "quantity": "999"}, 409),
    "letters": ({"sku": "TIDES-A4-OAK", "quantity": "abc"}, 422),
    "a fraction": ({"sku": "TIDES-A4-OAK", "quantity": "1.5"}, 422),
    "nothing": ({"sku": "TIDES-A4-OAK", "quantity": ""}, 422),
    "a power": ({"sku": "TIDES-A4-OAK", "quantity": "1e3"}, 422),
    "other digits": ({"sku": "TIDES-A4-OAK", "quantity": "١"}, 422),
    "five thousand digits": ({"sku": "TIDES-A4-OAK", "quantity": "9" * 5000}, 422),
    "markup as quantity": ({"sku": "TIDES-A4-OAK", "quantity": MARKUP}, 422),
    "an unknown product": ({"product": "nowhere", "option1": "A4", "quantity": "1"}, 422),
    "an impossible combination": ({"product": "tides", "option1": "A4", "option2": "Gold"}, 422),
    "too few options": ({"product": "tides", "option1": "A4"}, 422),
    "a sold-out print": ({"sku": "WARP-A2", "quantity": "1"}, 409),
    "a print without a price here": ({"sku": "LOW-SUN-A4", "quantity": "1", "market": "de"}, 409),
}


@pytest.mark.parametrize("name", LINES)
def test_a_line_that_cannot_be_added_is_refused(stack: Stack, name: str) -> None:
    form, status = LINES[name]
    market = form.get("market", "")
    path = f"/{market}/cart/lines" if market else "/cart/lines"
    for headers in ({}, {"HX-Request": "true"}):
        code, sent, text = send(stack, path, form, headers=headers)
        assert code == status
        assert "Set-Cookie" not in sent
        assert "notice__text--error" in text
        assert says_nothing_of_itself(text)
        assert is_designed(text) is not bool(headers)


UNCHANGEABLE = (
    ("/cart/lines/NO-SUCH", "quantity=2"),
    ("/cart/lines/NO-SUCH", "quantity=0"),
    ("/cart/lines/NO-SUCH/remove", ""),
    ("/cart/lines/TIDES-A4-OAK", "quantity=1000"),
    ("/cart/lines/a/../b", "quantity=2"),
    ("/cart/lines/%3Cb%3Ex%3C%2Fb%3E", "quantity=2"),
)


@pytest.mark.parametrize(("path", "body"), UNCHANGEABLE)
def test_a_line_that_is_not_in_the_cart_cannot_be_changed(stack: Stack, path: str, body: str) -> None:
    code, sent, text = send(stack, path, body)
    assert (code, "Set-Cookie" in sent) == (422, False)
    assert is_designed(text)


@pytest.mark.parametrize("path", ["/cart/lines/TIDES-A4-OAK", "/cart/lines/TIDES-A4-OAK/remove"])
def test_taking_out_what_is_not_there_is_no_mistake_and_makes_no_cart(stack: Stack, path: str) -> None:
    code, sent, _ = send(stack, path, "quantity=0")
    assert (code, sent["Location"], "Set-Cookie" in sent) == (303, "/cart", False)


def test_a_quantity_of_a_line_is_checked_like_that_of_a_new_one(stack: Stack) -> None:
    with Shopper(stack.shop) as shopper:
        shopper.add("turning-tiles", "TILES-A4", 2)
        before = dump(stack)
        url = f"{stack.shop}/cart/lines/TILES-A4"
        for quantity in ("-1", "1000000000", "abc", "1.5", "", "1000"):
            assert shopper.http.post(url, {"quantity": quantity}, timeout=10).status_code == 422
        assert shopper.http.post(url, {"quantity": "999"}, timeout=10).status_code == 409
        assert dump(stack) == before
        assert shopper.http.post(f"{url}/remove", timeout=10).status_code == 200
        digest = {row["_id"] for row in dump(stack)["carts"]} - {row["_id"] for row in before["carts"]}
        assert digest == set()
        emptied = [row for row in dump(stack)["carts"] if row not in before["carts"]]
        assert [row["lines"] for row in emptied] == [[]]
        stack.db.carts.delete_one({"_id": emptied[0]["_id"]})


COOKIES = {
    "a token of nobody": "cart=" + "A" * 43,
    "an operator": 'cart={"$ne": ""}',
    "markup": f"cart={MARKUP}",
    "an empty one": "cart=",
    "a path": "cart=../../etc/passwd",
    "a NUL byte": "cart=%00",
    "eight thousand letters": "cart=" + "A" * 8000,
    "a thousand cookies": "; ".join(f"c{number}=1" for number in range(1000)),
    "bytes that are no text": "cart=\xff\xfe",
    "two of them": "cart=one; cart=two",
}


@pytest.mark.parametrize("name", COOKIES)
def test_a_forged_cookie_opens_an_empty_cart(stack: Stack, name: str) -> None:
    for path in ("/cart", "/_fragments/cart", "/_fragments/cart-badge"):
        code, sent, text = send(stack, path, headers={"Cookie": COOKIES[name]})
        assert code == 200
        assert says_nothing_of_itself(text)
        assert "cart-line__title" not in text
        assert "Set-Cookie" not in sent
    code, sent, _ = send(stack, "/checkout", "", headers={"Cookie": COOKIES[name]})
    assert (code, sent["Location"]) == (303, "/cart")


def test_a_cookie_that_is_larger_than_any_browsers_is_refused(stack: Stack) -> None:
    code, _, text = send(stack, "/cart", headers={"Cookie": "cart=" + "A" * 2_000_000})
    assert code in (400, 431)
    assert says_nothing_of_itself(text)


def test_a_stranger_reads_nobodys_cart_and_nobodys_order(stack: Stack) -> None:
    with Shopper(stack.shop) as owner:
        owner.add("turning-tiles", "TILES-A4")
        [cart] = stack.db.carts.find({"lines.sku": "TILES-A4"}).sort("expires_at", -1).limit(1)
        # The database knows a digest only: that is no key.
        code, _, text = send(stack, "/cart", headers={"Cookie": f"cart={cart['_id']}"})
        assert (code, "cart-line__title" in text) == (200, False)
        stack.db.carts.delete_one({"_id": cart["_id"]})
    for token in ("x", "A" * 43, "A" * 5000, "..%2f..%2fcart", "%00", "{$ne:1}"):
        code, sent, text = send(stack, f"/orders/{token}?session_id=cs_test_1")
        assert code == 404
        assert is_designed(text)
        assert sent["Cache-Control"] == "no-store"


def signed(stack: Stack, body: str, *, at: int | None = None, secret: str = "") -> str:
    """Return a signature as Stripe makes it."""
    moment = int(time.time()) if at is None else at
    secret = secret or stack.stack["webhook_secret"]
    return f"t={moment},v1={stripe.WebhookSignature._compute_signature(f'{moment}.{body}', secret)}"


WRONGLY = {"Stripe-Signature": "t=1,v1=x"}


def test_a_webhook_that_cannot_be_trusted_is_refused_with_the_reason(stack: Stack) -> None:
    event = json.dumps({"id": "evt_forged", "object": "event", "type": "checkout.session.completed"})
    now = int(time.time())
    refused = {
        "has no Stripe-Signature header": (event, {}),
        "with none of the webhook secrets": (event, {"Stripe-Signature": signed(stack, event, secret="w")}),
        "with none of the webhook": (event + " ", {"Stripe-Signature": signed(stack, event)}),
        "signed more than 300 seconds": (event, {"Stripe-Signature": signed(stack, event, at=now - 3600)}),
        "none of": (event, {"Stripe-Signature": "t=1,v1=x"}),
        "signature": (event, {"Stripe-Signature": "nonsense"}),
    }
    for reason, (body, headers) in refused.items():
        code, _, text = send(stack, "/webhooks/stripe", body, headers=headers)
        assert (code, reason in text) == (400, True), (reason, text)
        assert says_nothing_of_itself(text)
    for body in ("this is no JSON", "[]", "null", "{}", '{"id": 5}', '"evt_1"', '{"id": {"$ne": 1}}'):
        code, _, text = send(
            stack, "/webhooks/stripe", body, headers={"Stripe-Signature": signed(stack, body)}
        )
        assert code == 400, body
        assert says_nothing_of_itself(text)
    assert send(stack, "/webhooks/stripe", b"\xff\xfe", headers=WRONGLY)[0] == 400
    assert send(stack, "/webhooks/stripe", b" " * 1_100_000, headers=WRONGLY)[0] == 413
    assert send(stack, "/webhooks/stripe")[0] == 405


FOREIGN = (
    {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1:1"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
)


@pytest.mark.parametrize(
    "path", ["/cart/lines", "/checkout", "/de/cart/lines", "/cart/accept", "/orders/x/release"]
)
def test_what_another_site_sends_is_refused(stack: Stack, path: str) -> None:
    for headers in FOREIGN:
        code, sent, text = send(stack, path, {"sku": "TILES-A4", "quantity": "1"}, headers=headers)
        assert code == 403
        assert is_designed(text)
        assert "Set-Cookie" not in sent


def test_the_desk_takes_no_post_without_a_proof_of_its_origin(stack: Stack) -> None:
    form = {"email": "editor@vitrine.example", "password": "x"}
    for headers in ({}, *FOREIGN):
        code, sent, text = send(stack, "/editor/sign-in", form, headers=headers)
        assert (code, "Set-Cookie" in sent) == (403, False)
        assert says_nothing_of_itself(text)


PATHS = {
    "/products/../../../etc/passwd": 404,
    "/../../etc/passwd": 404,
    "/%2e%2e/%2e%2e/etc/passwd": 404,
    "/products/%2e%2e%2f%2e%2e%2fmanifest.sqlite": 404,
    "/..%2fmanifest.sqlite": 404,
    "/assets/..%2f..%2fsecrets.json": 404,
    "/assets/../../stack.json": 404,
    "/products/..%5c..%5csecrets.json": 404,
    "/products/%00/": 404,
    "/products/tides/%00": 404,
    "/products/%ff%fe/": 404,
    "/products/$ne/": 404,
    "/products/%3Cb%3Ex%3C%2Fb%3E/": 404,
    "/collections/%7B%22$gt%22:%22%22%7D/": 404,
    "/products/" + "x" * 4000 + "/": 404,
    "/nowhere/": 404,
    "/xx/": 404,
    "/xx/products/tides/": 404,
    "/fr/cart": 404,
    "/DE/products/tides/": 404,
    "/products/tides/index.html.br": 404,
    "/products/.index.html.new": 404,
    "/.env": 404,
    "/metrics": 404,
    "/readyz": 404,
    "/metrics/": 404,
    "//metrics": 404,
    "/%6detrics": 404,
    "/readyz?x=1": 404,
    "/_fragments/nothing": 404,
    "/editor/../metrics": 404,
}


@pytest.mark.parametrize("path", PATHS)
def test_an_address_that_leads_nowhere_says_so(stack: Stack, path: str) -> None:
    code, _, text = send(stack, path)
    assert code == PATHS[path]
    assert says_nothing_of_itself(text)
    if code == 404:
        assert is_designed(text)
    assert "root:" not in text
    assert "secret_key" not in text


def test_what_is_not_public_at_the_front_answers_at_the_app(stack: Stack) -> None:
    port = int(stack.stack["app"].rpartition(":")[2])
    code, _, text = send(stack, "/metrics", port=port)
    assert (code, "vitrine_freshness_lag_seconds" in text) == (200, True)
    code, _, text = send(stack, "/readyz", port=port)
    assert (code, json.loads(text)["ok"]) == (200, True)
    assert json.loads(text)["dependencies"].keys() >= {"mongo", "redis"}
    assert send(stack, "/healthz")[0] == 200


@pytest.mark.parametrize("path", ["/", "/products/tides/", "/404.html", "/robots.txt", "/sitemap.xml"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_a_page_can_only_be_read(stack: Stack, path: str, method: str) -> None:
    code, sent, text = send(stack, path, "x=1", method=method)
    assert (code, sent["Allow"]) == (405, "GET, HEAD")
    assert says_nothing_of_itself(text)


def test_a_method_that_a_live_address_does_not_take_is_refused(stack: Stack) -> None:
    for path in ("/cart/lines", "/checkout", "/cart/lines/TILES-A4/remove"):
        code, sent, text = send(stack, path)
        assert (code, "POST" in sent["Allow"]) == (405, True)
        assert is_designed(text)
    code, _, text = send(stack, "/cart", "x=1", method="DELETE")
    assert code == 405
    assert is_designed(text)


BODIES = {
    "bytes that are no text": (b"sku=\xff\xfe&quantity=\xff", 422),
    "NUL bytes": (b"sku=\0\0&quantity=\0", 422),
    "half an escape": (b"sku=%&quantity=%zz", 422),
    "a thousand fields": ("&".join(f"f{number}=1" for number in range(1000)).encode(), 422),
    "the same field twice": (b"sku=NO-SUCH&sku=TILES-A4&quantity=1", 422),
    "three megabytes": (b"sku=" + b"A" * 3_000_000, 413),
    "nothing at all": (b"", 422),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_is_no_form_is_refused(stack: Stack, name: str) -> None:
    body, status = BODIES[name]
    code, _, text = send(stack, "/cart/lines", body)
    assert code == status
    assert is_designed(text)


def test_a_body_of_another_kind_is_no_form(stack: Stack) -> None:
    line = json.dumps({"sku": "TILES-A4", "quantity": 1})
    kinds = {"application/json": line, "text/plain": "sku=TILES-A4&quantity=1", "multipart/form-data": line}
    for kind, body in kinds.items():
        code, _, text = send(stack, "/cart/lines", body, headers={"Content-Type": kind})
        assert code in (400, 422), kind
        assert is_designed(text)


def test_fragments_are_kept_by_nobody(stack: Stack) -> None:
    for path in ("/_fragments/cart", "/_fragments/cart-badge", "/de/_fragments/cart"):
        code, sent, _ = send(stack, path)
        assert (code, sent["Cache-Control"], sent["X-Robots-Tag"]) == (200, "no-store", "noindex")
