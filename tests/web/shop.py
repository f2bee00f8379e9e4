"""The shop that a browser sees in tests: the real app over fakes, with a range and two markets."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from flask import Flask
from flask.testing import FlaskClient
from stripe import WebhookSignature
from werkzeug.test import TestResponse

from app.adapters.argon2_hasher import Argon2Hasher
from app.adapters.otp_codes import OtpCodes
from app.adapters.search_index import SqliteSearchIndex
from app.adapters.stripe_gateway import StripeGateway
from app.adapters.vault import KeyedVault
from app.cart.model import Cart
from app.catalogue.model import Collection, ContentPage, Market, Product, ProductStatus, Redirect
from app.errors import StoreUnavailable
from app.ids import token_digest
from app.inventory.model import StockPool
from app.money import Money
from app.orders.model import Order
from app.payments.model import PaymentEvent
from app.publishing.service import Publishing
from app.search.service import Search
from app.services import Services
from app.settings import load_settings
from app.staff.second_factor import SecondFactor
from app.staff.service import Staff
from app.web.factory import create_app
from tests import builders
from tests.fakes import FakeInbox, FakePublishingStore
from tests.fakes.gateway import FakeGateway
from tests.fakes.staff import FakeStaffStore

from .compiled import share_templates
from .editor_shop import FROM_HERE, ORIGIN

GERMANY = Market("de", "EUR", "de", prefix="de", name="Deutschland", countries=("DE",))
ODD_SKU = "A/B//Ü %2F?#.REMOVE"
WEBHOOK_SECRET = "whsec_of_the_tests"
HTMX = {"HX-Request": "true"}


class SignedGateway(FakeGateway):
    """The fake, which verifies webhooks as Stripe's own adapter does."""

    def verify_event(self, body: bytes, signature: str) -> PaymentEvent:
        return StripeGateway("sk_test_1", [WEBHOOK_SECRET]).verify_event(body, signature)


class AwayStore:
    """A store whose database does not answer; it counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __getattr__(self, name: str) -> Any:
        def refuse(*_arguments: object, **_options: object) -> None:
            self.asked += 1
            raise StoreUnavailable(f"nobody answers {name}")

        return refuse


@dataclass
class WebShop:
    """The app, its parts, and a browser."""

    app: Flask
    parts: builders.Shop
    services: Services
    client: FlaskClient
    folder: Path
    settings: dict[str, Any] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(path, headers=_named(headers))

    def post(self, path: str, headers: Mapping[str, str] | None = None, **form: object) -> TestResponse:
        return self.client.post(path, data=form, headers={**FROM_HERE, **(headers or {})})

    def send(self, path: str, method: str = "POST", form: Any = None, **headers: str) -> TestResponse:
        """Send a request whose headers are exactly these: no cookie is kept, no origin is named."""
        browser = self.app.test_client(use_cookies=False)
        return browser.open(path, method=method, data=form, headers=_named(headers))

    def add(self, sku: str = "LAMP-OAK", quantity: int = 1, prefix: str = "") -> str:
        """Put units into the browser's cart; return the token that opens it."""
        answer = self.post(f"{prefix}/cart/lines", sku=sku, quantity=quantity)
        assert answer.status_code == 303, answer.text
        return self.token

    @property
    def token(self) -> str:
        """The cart's token in the browser, or nothing."""
        cookie = self.client.get_cookie("cart")
        return cookie.value if cookie else ""

    def lines(self, market: Market = builders.US, token: str = "") -> dict[str, int]:
        """Return what the browser's cart holds, by SKU."""
        cart = self.carts.get(token_digest(token or self.token, market.id))
        return {line.sku: line.quantity for line in cart.lines} if cart else {}

    def order(self) -> Order:
        """Start the checkout of one lamp; return the order."""
        self.add()
        assert self.post("/checkout").status_code == 303
        return next(iter(self.orders.values()))

    def deliver(self, event: object = None, body: bytes | None = None, signature: str = "") -> TestResponse:
        """Send a webhook as Stripe does, signed if no other signature is given."""
        payload = json.dumps(event).encode() if body is None else body
        header = signature or signed(payload)
        return self.client.post("/webhooks/stripe", data=payload, headers={"Stripe-Signature": header})

    def snapshot(self) -> dict[str, dict[str, Any]]:
        """Return everything that the stores hold."""
        return {name: dict(table) for name, table in self.parts.memory.tables.items() if table}

    def without_database(self) -> AwayStore:
        """Take the database away."""
        away = AwayStore()
        for owner in (self.services.catalogue, self.services.carts, self.services.publishing):
            object.__setattr__(owner, "store", away)
        shop = self.app.extensions["vitrine"]
        gone = cast(Any, away)
        object.__setattr__(shop.layouts, "catalogue", gone)
        services = replace(shop.services, orders=gone, inbox=gone, probes={"mongo": away.ping})
        self.app.extensions["vitrine"] = replace(shop, services=services)
        return away

    @property
    def carts(self) -> dict[str, Cart]:
        return self.parts.memory.tables["carts"]

    @property
    def orders(self) -> dict[str, Order]:
        return self.parts.memory.tables["orders"]

    @property
    def queue(self) -> list[tuple[str, str]]:
        """Every wake-up that was given, in order."""
        return self.parts.queue.asked

    @property
    def gateway(self) -> FakeGateway:
        return self.parts.gateway


def open_web_shop(folder: Path, **settings: Any) -> WebShop:
    """Open the shop; by default it knows nobody's address, as in production."""
    parts = builders.Shop()
    parts.gateway.__class__ = SignedGateway
    staff = Staff(FakeStaffStore(parts.memory), Argon2Hasher(rounds=1, memory_kib=64), parts.clock)
    services = Services(
        search=Search(SqliteSearchIndex(folder / "search.sqlite")),
        catalogue=parts.catalogue,
        inventory=parts.inventory,
        media=parts.media,
        carts=parts.carts,
        orders=parts.orders,
        checkout=parts.checkout,
        gateway=parts.gateway,
        inbox=FakeInbox(parts.memory),
        effects=parts.effects,
        queue=parts.queue,
        publishing=Publishing(FakePublishingStore(parts.memory), parts.clock),
        feed=cast(Any, None),
        staff=staff,
        second_factor=SecondFactor(staff, OtpCodes(), KeyedVault("a key of the tests")),
        clock=parts.clock,
        probes={"mongo": lambda: None, "redis": lambda: None},
    )
    known = {"shop_url": ORIGIN, **settings}
    told = load_settings(folder, **{"redis_url": "redis://127.0.0.1:6379/0", **known})
    if "redis_url" not in known:
        # Rates are counted in this process; no environment may ask for that, so it is not asked for.
        told = told.model_copy(update={"redis_url": "memory://"})
    app = share_templates(create_app(told, services))
    stock(parts)
    return WebShop(app, parts, services, app.test_client(), folder, known)


def stock(parts: builders.Shop) -> None:
    """Add to the range what only the web cares about: markets, texts, addresses, an odd SKU."""
    store = parts.catalogue.store
    store.put_market(GERMANY)
    parts.catalogue.change_price("LAMP-OAK", Money(4500, "EUR"), who="ada")
    odd = Product("prd_odd", "odd", "Odd <b>thing</b>", (builders.variant(ODD_SKU, 100),))
    gone = Product(
        "prd_gone", "gone", "Gone", (builders.variant("GONE", 100),), status=ProductStatus.ARCHIVED
    )
    draft = Product(
        "prd_draft", "draft", "Draft", (builders.variant("DRAFT", 100),), status=ProductStatus.DRAFT
    )
    for product in (odd, gone, draft):
        parts.catalogue.create_product(product, who="ada")
    parts.inventory.open_pool(StockPool(ODD_SKU, on_hand=5), by="ada")
    store.put_collection(Collection("col_all", "all", "All", product_ids=("prd_lamp", "prd_poster")))
    store.put_page(ContentPage("pag_1", "shipping", "Shipping", "We pack *flat*."))
    for path, target in (
        ("/products/old-lamp/", "/products/lamp/"),
        ("/collections/old/", "/collections/all/"),
        ("/pages/old/", "/pages/shipping/"),
        ("/products/burnt/", ""),
        ("/collections/closed/", ""),
    ):
        store.put_redirect(Redirect(path, target))


def signed(body: bytes, secret: str = WEBHOOK_SECRET, at: int = 0) -> str:
    """Return the header that Stripe sends with a body."""
    moment = at or int(time.time())
    made = WebhookSignature._compute_signature(f"{moment}.{body.decode()}", secret)
    return f"t={moment},v1={made}"


def _named(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
