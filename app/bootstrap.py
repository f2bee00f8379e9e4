"""The composition root: the one place where protocols meet the adapters that fulfil them."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from urllib.parse import urlsplit

from app.adapters.age import AgeCipher
from app.adapters.argon2_hasher import Argon2Hasher
from app.adapters.letters import TemplateLetters
from app.adapters.mongo.carts import MongoCartStore
from app.adapters.mongo.catalogue import MongoCatalogueStore
from app.adapters.mongo.changes import MongoChangeFeed
from app.adapters.mongo.connection import Database
from app.adapters.mongo.dumping import MongoSource
from app.adapters.mongo.inbox import MongoInbox
from app.adapters.mongo.inventory import MongoInventoryStore
from app.adapters.mongo.loading import MongoTarget
from app.adapters.mongo.media import MongoMediaStore
from app.adapters.mongo.migrations import MigrationPlan, MigrationReport, migrate, plan
from app.adapters.mongo.orders import MongoOrderStore
from app.adapters.mongo.outbox import MongoOutbox
from app.adapters.mongo.publishing import MongoPublishingStore
from app.adapters.mongo.staff import MongoStaffStore
from app.adapters.mongo.transactions import MongoTransactions
from app.adapters.mongo.versions import refuse_half_restored, refuse_other_version
from app.adapters.otp_codes import OtpCodes
from app.adapters.partner import SignedPartner
from app.adapters.picture_files import FolderShelf
from app.adapters.pillow_codec import PillowCodec
from app.adapters.redis_inspection import RedisInspection
from app.adapters.rq_queue import RqQueue
from app.adapters.search_index import SqliteSearchIndex
from app.adapters.shelf import StoreShelf
from app.adapters.smtp import SmtpMailer
from app.adapters.stripe_gateway import StripeGateway
from app.adapters.vault import KeyedVault
from app.backup.service import Backups
from app.cart.service import Carts
from app.catalogue.service import Catalogue
from app.checkout.abandon import Abandon
from app.checkout.cancel import Cancel
from app.checkout.dispute import Disputes
from app.checkout.reconcile import Reconcile
from app.checkout.refund import Refunds
from app.checkout.service import Checkout
from app.checkout.settle import Settle
from app.checkout.start import Start
from app.checkout.sweep import Sweep
from app.clock import Clock, SystemClock
from app.effects.handlers import effect_handlers
from app.effects.queue import DERIVE_PICTURE
from app.effects.service import Effects
from app.errors import StoreUnavailable
from app.inventory.service import Inventory
from app.media.service import Media
from app.orders.store import OrderStore
from app.payments.gateway import Gateway
from app.publishing.service import Publishing
from app.search.service import Search
from app.services import Services
from app.settings import LIVE_KEYS, Settings
from app.staff.model import Role
from app.staff.second_factor import SecondFactor
from app.staff.service import Staff
from app.transactions import Transactions

RECONCILE_PAUSE_SECONDS = 0.2
"""Before each request of a reconciliation: it has time, and shoppers' own requests have not."""
MIGRATION_SOCKET_MS = 3_600_000
"""An index on a large collection takes as long as it takes; that the server is gone is found out earlier."""


def build_services(settings: Settings) -> Services:
    """Put the shop together; nothing is connected before it is used."""
    clock = SystemClock()
    database = Database(settings.mongo_uri)
    transactions = MongoTransactions(database)
    catalogue = Catalogue(MongoCatalogueStore(database), transactions, clock)
    inventory = Inventory(MongoInventoryStore(database), transactions, clock)
    orders = MongoOrderStore(database)
    shelf = StoreShelf(catalogue.store, inventory.store, orders)
    carts = Carts(MongoCartStore(database), shelf, clock, settings.cart_days)
    queue = RqQueue(settings.redis_url)
    gateway = _gateway(settings)
    effects = _effects(settings, database, catalogue, orders, queue, clock)
    staff = Staff(MongoStaffStore(database), Argon2Hasher(), clock)
    return Services(
        catalogue=catalogue,
        inventory=inventory,
        media=_media(settings, database, queue, clock),
        carts=carts,
        orders=orders,
        checkout=_checkout(settings, carts, inventory, orders, gateway, effects, transactions, clock),
        gateway=gateway,
        inbox=MongoInbox(database),
        effects=effects,
        queue=queue,
        publishing=Publishing(MongoPublishingStore(database), clock),
        search=Search(SqliteSearchIndex(settings.search_index)),
        feed=MongoChangeFeed(database),
        staff=staff,
        second_factor=_second_factor(settings, staff),
        clock=clock,
        probes={"mongo": database.ping, "redis": queue.ping},
    )


def migrate_database(settings: Settings) -> MigrationReport:
    """Bring validators, indexes and data to the code's version."""
    database = Database(settings.mongo_uri, socket_ms=MIGRATION_SOCKET_MS)
    try:
        return migrate(database)
    finally:
        database.close()


def plan_migration(settings: Settings) -> MigrationPlan:
    """Say what a migration would do; nothing is written."""
    database = Database(settings.mongo_uri, socket_ms=MIGRATION_SOCKET_MS)
    try:
        return plan(database)
    finally:
        database.close()


def check_database(settings: Settings) -> None:
    """Refuse to start on a database that is no whole shop, or one of another version of the code.

    A database that does not answer is no reason: the shop starts without it, and waits.

    Raises:
        RestoreUnfinished: a restore was cut off, or is under way.
        DataTooOld: the data waits for its migration.
        DataTooNew: newer code has written the data.
    """
    database = Database(settings.mongo_uri)
    try:
        refuse_half_restored(database)
        refuse_other_version(database)
    except StoreUnavailable:
        return
    finally:
        database.close()


def build_backups(settings: Settings) -> Backups:
    """Put together what writes and reads backups; nothing is connected before it is used."""
    database = Database(settings.mongo_uri)
    shelf = FolderShelf(settings.media.absolute())
    return Backups(MongoSource(database), MongoTarget(database), shelf, AgeCipher(), SystemClock())


def heart_of(settings: Settings, process: str) -> Callable[[datetime], None]:
    """Return what a process calls again and again, with the present moment, to be known to live."""
    return partial(RedisInspection(settings.redis_url).beat, process)


def _media(settings: Settings, database: Database, queue: RqQueue, clock: Clock) -> Media:
    return Media(
        MongoMediaStore(database),
        FolderShelf(settings.media.absolute()),
        PillowCodec(),
        clock,
        partial(queue.enqueue, DERIVE_PICTURE),
    )


def _second_factor(settings: Settings, staff: Staff) -> SecondFactor:
    whose = {"owners": frozenset({Role.OWNER}), "everyone": frozenset(Role)}
    vault = KeyedVault(settings.secret_key.get_secret_value())
    return SecondFactor(staff, OtpCodes(), vault, whose.get(settings.totp_is_for, frozenset()))


def _gateway(settings: Settings) -> StripeGateway:
    return StripeGateway(
        settings.stripe_secret_key.get_secret_value(),
        [secret.get_secret_value() for secret in settings.stripe_webhook_secrets],
        settings.stripe_api_base,
    )


def _effects(
    settings: Settings,
    database: Database,
    catalogue: Catalogue,
    orders: OrderStore,
    queue: RqQueue,
    clock: Clock,
) -> Effects:
    partner = None
    if settings.partner_url:
        partner = SignedPartner(
            settings.partner_url,
            settings.partner_secret.get_secret_value(),
            clock,
            is_production=settings.is_production,
        )
    letters = TemplateLetters(settings.shop_url, catalogue.store.settings)
    mailer = SmtpMailer(settings.smtp_url, urlsplit(settings.shop_url).hostname or "localhost")
    outbox = MongoOutbox(database)
    handlers = effect_handlers(orders, letters, mailer, partner, outbox)
    return Effects(outbox, handlers, queue, clock)


def _checkout(
    settings: Settings,
    carts: Carts,
    inventory: Inventory,
    orders: OrderStore,
    gateway: Gateway,
    effects: Effects,
    transactions: Transactions,
    clock: Clock,
) -> Checkout:
    cancel = Cancel(inventory, orders, transactions, clock)
    refunds = Refunds(inventory, orders, gateway, effects, transactions, clock)
    settle = Settle(
        carts=carts,
        inventory=inventory,
        orders=orders,
        gateway=gateway,
        effects=effects,
        transactions=transactions,
        clock=clock,
        cancel=cancel,
        refunds=refunds,
        livemode=settings.stripe_secret_key.get_secret_value().startswith(LIVE_KEYS),
    )
    abandon = Abandon(orders, gateway, settle, cancel)
    start = Start(
        carts=carts,
        inventory=inventory,
        orders=orders,
        gateway=gateway,
        transactions=transactions,
        clock=clock,
        settle=settle,
        abandon=abandon,
        cancel=cancel,
        checkout_minutes=settings.checkout_minutes,
        hold_grace_minutes=settings.hold_grace_minutes,
        holds_per_client=settings.holds_per_address,
    )
    sweep = Sweep(orders, start, abandon, clock)
    disputes = Disputes(orders, gateway, effects, transactions, clock)
    reconcile = Reconcile(
        orders,
        gateway,
        settle,
        refunds,
        disputes,
        session_minutes=settings.checkout_minutes,
        pause=partial(time.sleep, RECONCILE_PAUSE_SECONDS),
    )
    return Checkout(start, settle, abandon, refunds, sweep, disputes, reconcile)
