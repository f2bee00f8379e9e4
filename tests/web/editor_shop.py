"""A shop with a desk for tests: fakes behind the real app, a watcher that answers at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.adapters.argon2_hasher import Argon2Hasher
from app.adapters.otp_codes import OtpCodes
from app.adapters.vault import KeyedVault
from app.catalogue.model import Market, Product, ProductStatus, Variant
from app.catalogue.service import Catalogue
from app.checkout.refund import Refunds
from app.checkout.service import Checkout
from app.checkout.settle import Settle
from app.effects.service import Effects
from app.inventory.model import Policy, StockPool
from app.inventory.service import Inventory
from app.money import Money
from app.orders.model import Attempt, Order, OrderLine, OrderState, Payment, TimelineEntry
from app.publishing.model import DocumentChange, PageLive, Publication, WatcherState
from app.publishing.service import Publishing
from app.services import Services
from app.settings import load_settings
from app.staff.model import Role
from app.staff.second_factor import SecondFactor
from app.staff.service import Staff
from app.web.factory import create_app
from tests.fakes import (
    FakeCatalogueStore,
    FakeClock,
    FakeInventoryStore,
    FakeOrderStore,
    FakeOutbox,
    FakePublishingStore,
    FakeTransactions,
    Memory,
    fake_media,
)
from tests.fakes.gateway import FakeGateway, FakeQueue
from tests.fakes.staff import FakeStaffStore

from .compiled import share_templates

PASSWORD = "a quiet red harbour"
ORIGIN = "http://127.0.0.1:8000"
FROM_HERE = {"Origin": ORIGIN}
AT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class QuickPublishing(Publishing):
    """Publishes each change that it is asked to wait for: a page for it after 12 ms."""

    pages: tuple[str, ...] = ("/products/oak-lamp/", "/collections/all/", "/")

    def wait_for(
        self, change: DocumentChange, *, since: datetime, seconds: float = 5.0
    ) -> Publication | None:
        if self.watcher_runs():
            number = len(self.store.publications(1000)) + 1
            pages = tuple(PageLive(url, 10 + place) for place, url in enumerate(self.pages))
            why = f"{change.collection} {change.id} version {change.version}"
            self.store.insert_publication(Publication(f"pub_{number:04}", since, why, (change,), pages))
        return self.store.publication_of(change.collection, change.id, change.version)


@dataclass
class DeskShop:
    """The app, its parts, and a browser."""

    app: Flask
    services: Services
    clock: FakeClock
    client: FlaskClient

    @property
    def gateway(self) -> FakeGateway:
        """Stripe as far as the desk sees it."""
        return cast(FakeGateway, self.services.gateway)

    def sign_in(self, email: str = "ann@shop.example", password: str = PASSWORD) -> TestResponse:
        return self.post("/editor/sign-in", email=email, password=password)

    def post(self, path: str, headers: dict[str, str] | None = None, **form: object) -> TestResponse:
        return self.client.post(path, data=form, headers={**FROM_HERE, **(headers or {})})

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(path, headers=headers)

    def start_watcher(self) -> None:
        state = WatcherState(self.clock.now(), pages=42, latency_ms_p50=4.2, latency_ms_p99=9.8)
        self.services.publishing.store.beat(state)

    def hire(self, email: str, role: Role) -> None:
        self.services.staff.create_with_password(email, PASSWORD, role)


def open_shop(folder: Path, must_have: frozenset[Role] = frozenset(), **settings: Any) -> DeskShop:
    """Open a shop with two products, two orders, and Ann, who owns it.

    Args:
        must_have: the roles that need a second factor.
    """
    memory, clock = Memory(), FakeClock(AT)
    transactions = FakeTransactions(memory)
    inventory = Inventory(FakeInventoryStore(memory), transactions, clock)
    orders, gateway, queue = FakeOrderStore(memory), FakeGateway(), FakeQueue()
    effects = Effects(FakeOutbox(memory), {}, queue, clock)
    staff = Staff(FakeStaffStore(memory), Argon2Hasher(rounds=1, memory_kib=64), clock)
    known = load_settings(folder, **{"shop_url": ORIGIN, **settings})
    services = Services(
        catalogue=Catalogue(FakeCatalogueStore(memory), transactions, clock),
        media=fake_media(memory, clock),
        inventory=inventory,
        orders=orders,
        checkout=money_only(Refunds(inventory, orders, gateway, effects, transactions, clock)),
        gateway=gateway,
        effects=effects,
        queue=queue,
        publishing=QuickPublishing(FakePublishingStore(memory), clock),
        staff=staff,
        second_factor=SecondFactor(staff, OtpCodes(), KeyedVault("a key of the tests"), must_have),
        clock=clock,
        **{name: cast(Any, None) for name in UNUSED},
    )
    app = share_templates(create_app(known, services))
    app.testing = True
    fill(services)
    return DeskShop(app, services, clock, app.test_client())


UNUSED = ("carts", "inbox", "feed", "probes", "search")


def money_only(refunds: Refunds) -> Checkout:
    """Return a checkout that can refund and accept: what the desk asks of it."""
    nobody = cast(Any, None)
    settle = Settle(
        carts=cast(Any, FakeCarts()),
        inventory=refunds.inventory,
        orders=refunds.orders,
        gateway=refunds.gateway,
        effects=refunds.effects,
        transactions=refunds.transactions,
        clock=refunds.clock,
        cancel=nobody,
        refunds=refunds,
        livemode=False,
    )
    return Checkout(nobody, settle, nobody, refunds, nobody, nobody, nobody)


class FakeCarts:
    """Carts that nobody looks at."""

    def drop_bought(self, cart_id: str, bought: dict[str, int]) -> None:
        """Forget nothing."""


def fill(services: Services) -> None:
    """Put goods, orders and an owner into the shop."""
    store, inventory = services.catalogue.store, services.inventory
    store.put_market(Market("de", "EUR", "de", prefix="de", name="Deutschland"))
    lamp = Product(
        "prd_lamp",
        "oak-lamp",
        "Oak lamp",
        (
            Variant("LAMP-OAK", "LAMP-OAK", ("Oak",), {"USD": 12000, "EUR": 11500}),
            Variant("LAMP-ASH", "LAMP-ASH", ("Ash",), {"USD": 9900}),
            Variant("LAMP-ASH-XL", "LAMP-ASH", ("Ash XL",), {"USD": 14900}),
        ),
        vendor="Holm & Sons",
    )
    draft = Product(
        "prd_print",
        "low-water",
        "Low Water at Skagen",
        (Variant("PRINT-1", "PRINT-1", (), {"USD": 4500}),),
        status=ProductStatus.DRAFT,
    )
    for product in (lamp, draft):
        services.catalogue.create_product(product, who="import")
    for pool in (
        StockPool("LAMP-OAK", on_hand=9, reserved=0),
        StockPool("LAMP-ASH", on_hand=2, reserved=0),
        StockPool("PRINT-1", policy=Policy.UNTRACKED),
    ):
        inventory.open_pool(pool, by="import")
    services.orders.insert(order("1001", OrderState.PAID, Money(24000, "USD")))
    services.orders.insert(order("1002", OrderState.PAYMENT_REVIEW, Money(100, "USD")))
    services.staff.create_with_password("ann@shop.example", PASSWORD, Role.OWNER)


def order(number: str, state: OrderState, paid: Money) -> Order:
    """Return an order of two lamps whose payment was `paid`."""
    return Order(
        id=f"ord_{number}",
        number=number,
        token=f"token-{number}",
        market="default",
        locale="en",
        currency="USD",
        lines=(OrderLine("LAMP-OAK", "LAMP-OAK", "Oak lamp", "Oak", 2, Money(12000, "USD")),),
        cart_id=f"cart-{number}",
        state=state,
        created_at=AT - timedelta(minutes=int(number) % 1000),
        attempts=(
            Attempt(1, f"ord_{number}:attempt:1", AT, "digest", "/r", "/c", session_id=f"cs_{number}"),
        ),
        hold_until=AT,
        email=f"buyer{number}@example.com",
        payments=(Payment(f"cs_{number}", f"pi_{number}", paid, AT),),
        timeline=(
            TimelineEntry(AT, "order placed", "checkout"),
            TimelineEntry(AT, f"became {state}", "stripe"),
        ),
        paid_at=AT if state is OrderState.PAID else None,
    )
