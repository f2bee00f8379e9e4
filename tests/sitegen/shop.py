"""A small shop on a real database, its generator, and a watcher that takes one step at a time."""

from __future__ import annotations

import gzip
import itertools
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import brotli
from jinja2.bccache import Bucket, BytecodeCache

from app.adapters.mongo.catalogue import MongoCatalogueStore
from app.adapters.mongo.changes import MongoChangeFeed
from app.adapters.mongo.connection import Database
from app.adapters.mongo.inventory import MongoInventoryStore
from app.adapters.mongo.media import MongoMediaStore
from app.adapters.mongo.publishing import MongoPublishingStore
from app.adapters.mongo.transactions import MongoTransactions
from app.adapters.picture_files import FolderShelf
from app.catalogue.model import (
    Collection,
    ContentPage,
    Market,
    MenuEntry,
    Option,
    Product,
    ProductStatus,
    Redirect,
    ShopSettings,
    Variant,
)
from app.catalogue.service import Catalogue
from app.clock import SystemClock
from app.inventory.model import Policy, StockPool
from app.inventory.service import Inventory
from app.media.service import Media
from app.money import Money
from app.publishing.feed import Batch, OpenFeed
from app.publishing.model import Publication
from app.publishing.service import Publishing
from app.services import Services
from app.settings import Settings, load_settings
from sitegen.generator import Generator
from sitegen.housekeeping import Housekeeping
from sitegen.publisher import LocalPublisher
from sitegen.requests import Requests
from sitegen.search_rows import Row, dump
from sitegen.watcher import Watcher
from tests.fakes import FakeClock, FakeCodec

UNUSED = (
    *("carts", "orders", "checkout", "gateway", "inbox", "effects", "queue", "staff", "second_factor"),
    *("probes", "search"),
)
SHOP_URL = "https://shop.example"
MARKETS = (
    Market("default", "USD", "en", name="United States"),
    Market("de", "EUR", "de", prefix="de", name="Deutschland"),
    Market("jp", "JPY", "ja", prefix="jp", name="日本"),
)


def variant(sku: str, *options: str, pool: str = "", **prices: int) -> Variant:
    """Return a variant; by default its pool is called like its SKU."""
    return Variant(sku, pool or sku, options=options, prices=prices)


LAMP = Product(
    id="prd_lamp",
    slug="lamp",
    title="Reading lamp",
    description="<p>For long evenings.</p>",
    options=(Option("Wood", ("Oak", "Ash")),),
    variants=(
        variant("LAMP-OAK", "Oak", USD=4900, EUR=4500, JPY=7000),
        variant("LAMP-ASH", "Ash", USD=5400, EUR=5000),
    ),
)
POSTER = Product(
    id="prd_poster",
    slug="poster",
    title="Poster",
    variants=(
        variant("POSTER-BARE", "Bare", pool="POSTER", USD=2000, EUR=1800),
        variant("POSTER-FRAMED", "Framed", pool="POSTER", USD=6000),
    ),
)
CARD = Product("prd_card", "card", "Greeting card", (variant("CARD", pool="POSTER", USD=300),))
GUIDE = Product("prd_guide", "guide", "Guide", (variant("GUIDE-PDF", USD=500, EUR=500),))
VASE = Product("prd_vase", "vase", "Vase", (variant("VASE", USD=7000, EUR=6500),), status=ProductStatus.DRAFT)
PRODUCTS = (LAMP, POSTER, CARD, GUIDE, VASE)
POOLS = (
    StockPool("LAMP-OAK", on_hand=10),
    StockPool("LAMP-ASH", on_hand=1),
    StockPool("POSTER", on_hand=30),
    StockPool("GUIDE-PDF", policy=Policy.UNTRACKED),
    StockPool("VASE", on_hand=5),
)
ALL = Collection("col_all", "all", "All goods", "Everything.", tuple(product.id for product in PRODUCTS))
LIGHT = Collection("col_light", "light", "Light", "What shines.", ("prd_lamp", "prd_guide"))
SHIPPING = ContentPage("pag_shipping", "shipping", "Shipping", "We **ship**.")
SHOP = ShopSettings(
    name="Small shop",
    tagline="Few things.",
    email="hello@shop.example",
    menu=(MenuEntry("All goods", "collection", "all"),),
    footer=(MenuEntry("Shipping", "page", "shipping"),),
)


class CompiledTemplates(BytecodeCache):
    """Keeps compiled templates for the whole run: every test opens an app of its own."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._code:
            bucket.bytecode_from_string(self._code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key] = bucket.bytecode_to_string()


COMPILED = CompiledTemplates()


class QuietHousekeeping(Housekeeping):
    """Settles external writes, but starts nothing by the clock: tests call what they want to see."""

    def after(self, events: object) -> None:
        """Do nothing."""


@dataclass
class SmallShop:
    """The shop, its published folder, and whoever keeps it right."""

    database: Database
    services: Services
    settings: Settings
    generator: Generator
    housekeeping: QuietHousekeeping = field(init=False)
    watcher: Watcher = field(init=False)
    _feed: OpenFeed | None = None
    _batches: Iterator[Batch] | None = None
    _markers: Iterator[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        self.housekeeping = QuietHousekeeping(self.generator)
        self.watcher = Watcher(self.generator, Requests(self.generator), self.housekeeping)

    # What the published folder holds.

    def folder(self) -> dict[str, bytes]:
        """Return every published file by its path."""
        public = self.settings.public
        return {
            path.relative_to(public).as_posix(): path.read_bytes()
            for path in public.rglob("*")
            if path.is_file()
        }

    def pages(self) -> dict[str, bytes]:
        """Return the published pages, without assets and pictures; every sibling holds what its page does."""
        folder = self.folder()
        for name, content in folder.items():
            if name.endswith((".br", ".gz")):
                decode = brotli if name.endswith(".br") else gzip
                assert decode.decompress(content) == folder[name[:-3]], name
        return {
            name: content for name, content in folder.items() if not name.startswith(("assets/", "media/"))
        }

    def text(self, path: str) -> str:
        """Return a published page as text."""
        return (self.settings.public / path.lstrip("/") / "index.html").read_text("utf-8")

    def has(self, url: str) -> bool:
        """Say whether a page is published."""
        return (self.settings.public / url.lstrip("/") / "index.html").is_file()

    def inodes(self) -> dict[str, tuple[int, int]]:
        """Return each published file's inode and time of change."""
        public = self.settings.public
        found = {path.relative_to(public).as_posix(): path.stat() for path in public.rglob("*.html")}
        return {name: (stat.st_ino, stat.st_mtime_ns) for name, stat in found.items()}

    # The watcher, step by step.

    def open(self) -> None:
        """Start the watcher: open the feed, repair what is stale, remember where it is."""
        token = self.generator.manifest.meta("resume_token")
        self._feed = self.services.feed.open(token or None)
        self.generator.repair("the watcher started", compares_everything=not token)
        self.generator.manifest.set_meta("resume_token", token or self._feed.token)
        self._batches = self._feed.batches()

    def follow(self) -> list[str]:
        """Let the watcher take everything that was written; return what it published but sorted pages."""
        return [url for url in self.follow_all() if not is_sorted(url)]

    def follow_all(self) -> list[str]:
        """Let the watcher take everything that was written; return the URLs that it published."""
        if self._batches is None:
            self.open()
        assert self._batches is not None
        known = {publication.id for publication in self.publications()}
        # An event of a document that no page shows tells that everything before it was reported.
        marker = f"/marker/{next(self._markers)}"
        self.services.catalogue.store.put_redirect(Redirect(marker, "/"))
        for batch in self._batches:
            self.watcher.take(batch)
            if any(event.id == marker for event in batch.events):
                break
        new = [found for found in reversed(self.publications()) if found.id not in known]
        return [page.url for publication in new for page in publication.pages]

    def close(self) -> None:
        """Stop the watcher."""
        if self._feed is not None:
            self._feed.close()
        self._feed = self._batches = None

    def publications(self) -> list[Publication]:
        """Return publication records, newest first."""
        return list(self.services.publishing.store.publications(1000))

    # Edits.

    def product(self, product_id: str) -> Product:
        """Return a product as it is."""
        found = self.services.catalogue.store.product(product_id)
        assert found is not None
        return found

    def edit(self, product_id: str, **changes: Any) -> None:
        """Change fields of a product, as the desk does."""
        catalogue, old = self.services.catalogue, self.product(product_id)
        new = replace(old, **changes, version=old.version + 1, updated_at=catalogue.clock.now())
        assert catalogue.store.replace_product(new, expected_version=old.version)

    def price(self, sku: str, minor: int, currency: str = "USD") -> None:
        """Change a price."""
        self.services.catalogue.change_price(sku, Money(minor, currency), who="ada")

    def count(self, stock_id: str, count: int) -> None:
        """Correct a count."""
        self.services.inventory.set_count(stock_id, count, by="ada")

    def put(self, thing: Collection | ContentPage | Market | ShopSettings) -> None:
        """Add or replace a document of the shop window."""
        store = self.services.catalogue.store
        match thing:
            case Collection():
                store.put_collection(thing)
            case ContentPage():
                store.put_page(thing)
            case Market():
                store.put_market(thing)
            case ShopSettings():
                store.put_settings(thing)

    def external(self, collection: str) -> Any:
        """Return a database collection, as another program sees it."""
        return self.database.driver[collection]

    # Proof.

    def clean_build(self, folder: Path) -> dict[str, bytes]:
        """Return the pages of a full build into an empty folder."""
        if self.settings.media.exists():
            shutil.copytree(self.settings.media, folder / "media", dirs_exist_ok=True)
        other = open_shop(self.database, folder)
        assert other.generator.rebuild_all("proof").failed == []
        return other.pages()

    def wrong(self) -> dict[str, str]:
        """Return what a verification finds, at the first look."""
        audit = replace(self.generator.audit, patience_seconds=0)
        return audit.verify().wrong


def everything(path: Path) -> list[Row]:
    """Return everything that a search index holds."""
    with closing(sqlite3.connect(path)) as db:
        return list(dump(db))


def is_sorted(url: str) -> bool:
    """Say whether a page shows a collection in another order than the editor's."""
    return "/sort/" in url


def open_shop(database: Database, folder: Path, publisher: LocalPublisher | None = None) -> SmallShop:
    """Return the shop of a database, published into a folder of its own."""
    settings = load_settings(folder, shop_url=SHOP_URL)
    services = real_services(database, folder)
    generator = Generator.assemble(settings, services)
    generator.freezer.app.jinja_env.bytecode_cache = COMPILED
    if publisher is not None:
        builder = replace(generator.builder, publisher=publisher)
        audit = replace(generator.audit, publisher=publisher)
        generator = replace(generator, publisher=publisher, builder=builder, audit=audit)
    return SmallShop(database, services, settings, generator)


def furnish(services: Services) -> None:
    """Put the goods into the shop, always at the same moment."""
    catalogue = replace(services.catalogue, clock=FakeClock())
    for market in MARKETS:
        catalogue.store.put_market(market)
    for pool in POOLS:
        services.inventory.open_pool(pool, by="ada")
    for product in PRODUCTS:
        catalogue.create_product(product, who="ada")
    now = catalogue.clock.now()
    for collection in (ALL, LIGHT):
        catalogue.store.put_collection(replace(collection, updated_at=now))
    catalogue.store.put_page(replace(SHIPPING, updated_at=now))
    catalogue.store.put_settings(SHOP)


def real_services(database: Database, folder: Path) -> Services:
    """Return what the generator needs of the shop, kept in this database; the rest is missing."""
    clock, transactions = SystemClock(), MongoTransactions(database)
    return Services(
        catalogue=Catalogue(MongoCatalogueStore(database), transactions, clock),
        inventory=Inventory(MongoInventoryStore(database), transactions, clock),
        media=Media(
            MongoMediaStore(database), FolderShelf(folder / "media"), FakeCodec(), clock, wake=lambda _: None
        ),
        publishing=Publishing(MongoPublishingStore(database), clock),
        feed=MongoChangeFeed(database),
        clock=clock,
        **{name: cast(Any, None) for name in UNUSED},
    )
