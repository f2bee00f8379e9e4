"""The points about settings, domain and front, against a web server with a certificate of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.adapters.front_door import DoorShut
from app.cli.live import window
from app.cli.live.inquiry import Inquiry
from app.cli.live.verdict import Verdict

from .going_live import Front, Hands, certified

PAGES = {"/": b"<p>Two boats.</p>", "/sitemap.xml": b"<urlset/>", "/robots.txt": b"User-agent: *\n"}
FILES = {"index.html": PAGES["/"], "sitemap.xml": PAGES["/sitemap.xml"], "robots.txt": PAGES["/robots.txt"]}


@pytest.fixture
def shop(ask: Callable[..., Inquiry], tmp_path: Path) -> Iterator[tuple[Front, Inquiry]]:
    """A front that serves by https what lies in the published folder, and plain http that leads to it."""
    server, client = certified(tmp_path)
    plain = Front({})
    with Front(PAGES).open(server) as front, plain.open(None):
        inquiry = ask(shop_url=front.url)
        inquiry.tls, inquiry.plain, plain.moved_to = client, plain.url, f"{front.url}/"
        inquiry.settings.public.mkdir(parents=True)
        for name, body in FILES.items():
            (inquiry.settings.public / name).write_bytes(body)
        yield front, inquiry


def test_a_front_like_the_shops_own_is_well(shop: tuple[Front, Inquiry]) -> None:
    front, inquiry = shop
    checks = (window.https, window.headers, window.pages, window.counter)

    assert [check(inquiry).verdict for check in checks] == [Verdict.OK] * 4
    assert ("POST", "/webhooks/stripe") in front.asked


def test_only_production_without_test_payments_is_well(ask: Callable[..., Inquiry]) -> None:
    assert window.production(ask()).verdict is Verdict.OK
    assert "development" in window.production(ask(env="development")).detail
    permitted = window.production(ask(allow_test_payments=True))
    assert permitted.verdict is Verdict.WRONG
    assert permitted.todo == "take VITRINE_ALLOW_TEST_PAYMENTS out and restart the processes"


@pytest.mark.parametrize(
    "told",
    [
        {"secret_key": "development-only-secret-key-development", "env": "development"},
        {"secret_key": "a" * 64},
        {"STRIPE_WEBHOOK_SECRET": "whsec_test"},
        {"STRIPE_WEBHOOK_SECRET": "made_up_by_somebody_in_a_hurry"},
    ],
)
def test_what_can_be_guessed_is_no_secret_and_is_never_repeated(
    told: dict[str, str], ask: Callable[..., Inquiry]
) -> None:
    found = window.secrets(ask(**told))

    assert found.verdict is Verdict.WRONG
    assert [value for value in told.values() if value in found.detail + found.todo] == []
    assert window.secrets(ask()).verdict is Verdict.OK


def test_the_domain_must_be_a_name_that_leads_somewhere(ask: Callable[..., Inquiry]) -> None:
    inquiry = ask(shop_url="https://prints.ltd")
    assert window.domain(inquiry).detail == "prints.ltd leads nowhere"
    inquiry.records.hosts["prints.ltd"] = ("203.0.113.7", "2001:db8::7")  # type: ignore[attr-defined]
    found = window.domain(inquiry)
    assert (found.verdict, found.detail) == (Verdict.OK, "prints.ltd leads to 203.0.113.7, 2001:db8::7")


@pytest.mark.parametrize("url", ["https://203.0.113.7", "https://shop.example", "https://localhost"])
def test_an_address_or_a_made_up_name_is_no_domain(url: str, ask: Callable[..., Inquiry]) -> None:
    assert window.domain(ask(shop_url=url)).verdict is Verdict.WRONG


def test_plain_http_is_wrong_as_domain_and_as_https(ask: Callable[..., Inquiry]) -> None:
    inquiry = ask(shop_url="http://prints.ltd", allow_test_payments=True)
    assert window.domain(inquiry).detail == window.https(inquiry).detail == "http://prints.ltd is not https"


def test_a_certificate_that_nobody_vouches_for_shuts_the_door(shop: tuple[Front, Inquiry]) -> None:
    _, inquiry = shop
    inquiry.tls = None

    with pytest.raises(DoorShut, match="CERTIFICATE_VERIFY_FAILED|certificate verify failed"):
        window.https(inquiry)


def test_a_certificate_that_ends_soon_was_not_renewed(shop: tuple[Front, Inquiry]) -> None:
    _, inquiry = shop
    clock = Hands()
    clock.ahead = timedelta(days=60 - window.CERTIFICATE_DAYS, hours=1)
    inquiry.services = replace(inquiry.services, clock=clock)

    found = window.https(inquiry)

    assert found.verdict is Verdict.WRONG
    assert "should have been renewed" in found.detail


def test_browsers_must_be_told_to_come_by_https_alone(shop: tuple[Front, Inquiry]) -> None:
    front, inquiry = shop
    del front.page_headers["Strict-Transport-Security"]
    assert "Strict-Transport-Security" in window.https(inquiry).detail


def test_http_that_leads_elsewhere_or_is_shut_is_wrong(shop: tuple[Front, Inquiry]) -> None:
    front, inquiry = shop
    inquiry.plain = "http://localhost:9/"
    shut = window.https(inquiry)
    assert (shut.verdict, "open port 80" in shut.todo) == (Verdict.WRONG, True)

    elsewhere = Front({})
    with elsewhere.open(None):
        elsewhere.moved_to, inquiry.plain = "https://parked.ltd/", elsewhere.url
        assert "not a redirect to https" in window.https(inquiry).detail
        elsewhere.moved_to = f"{front.url}/"
        assert window.https(inquiry).verdict is Verdict.OK


@pytest.mark.parametrize("name", ["Content-Security-Policy", "Referrer-Policy", "X-Content-Type-Options"])
def test_a_header_that_is_missing_or_says_something_else_than_the_apps_is_found(
    name: str, shop: tuple[Front, Inquiry]
) -> None:
    front, inquiry = shop
    front.page_headers[name] = "something of a CDN"
    assert name.lower() in window.headers(inquiry).detail
    del front.page_headers[name]
    found = window.headers(inquiry)
    assert (found.verdict, found.detail) == (
        Verdict.WRONG, f"the front page comes without the shop's {name.lower()}",
    )  # fmt: skip


def test_a_page_that_may_be_kept_is_wrong(shop: tuple[Front, Inquiry]) -> None:
    front, inquiry = shop
    front.page_headers["Cache-Control"] = "public, max-age=3600"
    assert window.headers(inquiry).detail == "the front page comes without the shop's cache-control"


@pytest.mark.parametrize("path", list(PAGES))
def test_one_byte_that_differs_is_found(path: str, shop: tuple[Front, Inquiry]) -> None:
    front, inquiry = shop
    front.files[path] += b" "
    found = window.pages(inquiry)
    assert (found.verdict, found.detail.split()[0]) == (Verdict.WRONG, path)


def test_a_page_that_is_replaced_between_two_looks_is_looked_at_again(
    shop: tuple[Front, Inquiry], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, inquiry = shop
    looks = iter([b"<p>One boat.</p>"])
    read = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda file: next(looks, None) or read(file))
    assert window.pages(inquiry).verdict is Verdict.OK
    assert next(looks, "looked") == "looked"


def test_a_products_page_is_compared_too(shop: tuple[Front, Inquiry]) -> None:
    front, inquiry = shop
    page = inquiry.settings.public / "products" / "harbour" / "index.html"
    page.parent.mkdir(parents=True)
    page.write_bytes(b"Harbour at Dawn, 24.00")
    front.files["/products/harbour/"] = b"Harbour at Dawn, 19.00"
    assert window.pages(inquiry).detail.startswith("/products/harbour/ is read with other bytes")
    front.files["/products/harbour/"] = page.read_bytes()
    assert window.pages(inquiry).detail.startswith("4 files are read as they were published")


def test_figures_that_everybody_can_read_are_found(shop: tuple[Front, Inquiry]) -> None:
    front, inquiry = shop
    front.statuses["/metrics"] = 200
    assert window.pages(inquiry).detail == "/metrics can be read by everybody"


def test_where_nothing_is_published_nobody_can_tell(ask: Callable[..., Inquiry]) -> None:
    assert window.pages(ask()).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(("path", "status"), [("/healthz", 503), ("/webhooks/stripe", 204)])
def test_a_closed_counter_and_one_that_believes_everything_are_wrong(
    path: str, status: int, shop: tuple[Front, Inquiry]
) -> None:
    front, inquiry = shop
    front.statuses[path] = status
    found = window.counter(inquiry)
    assert found.verdict is Verdict.WRONG
    assert str(status) in found.detail
