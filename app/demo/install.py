"""Hangs the demo catalogue in an empty shop, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from app.catalogue.model import Product, ShopSettings
from app.catalogue.service import Catalogue
from app.demo.catalogue import COLLECTIONS, PRODUCTS
from app.demo.prints.gallery import draw_all
from app.demo.shop import (
    DEFAULT_MARKET_COUNTRIES,
    DEFAULT_MARKET_NAME,
    MARKETS,
    PAGES,
    SETTINGS,
)
from app.demo.stock import POOLS
from app.media.service import Media
from app.services import Services
from app.staff.model import Role

BY = "demo"
REASON = "demo catalogue"
DEMO_EMAIL = "editor@vitrine.example"


@dataclass(frozen=True)
class DemoReport:
    """What was added, by slug, SKU or id; nothing at all where the shop had products."""

    markets: tuple[str, ...] = ()
    pools: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()


Drawing = Callable[[Sequence[str]], Generator[tuple[str, bytes]]]
"""Draws prints by their slugs, and gives each as a picture file with its slug."""


def install_demo(
    services: Services, *, draw: Drawing = draw_all, say: Callable[[str], object] = bool
) -> DemoReport:
    """Add the demo to a shop without products; any other shop is left as it is.

    Everything is one transaction, and whether the shop is empty is asked inside it. So one
    count decides: a run that is killed leaves nothing for the next one to complete, of two
    runs at once one finds the other's products, and an owner's later edits are never undone.
    Documents that stand in an empty shop already (a page, a market, a name) are kept.

    Within the transaction pages' sources come before what leads to them: pools, products,
    collections, pages, and the menu last, for stores that show writes one by one.
    """
    catalogue = services.catalogue
    if catalogue.store.count_products() != 0:
        return DemoReport()
    # Before the transaction: files cannot be undone, and the worker must find the documents.
    # A run that dies here leaves pictures that no product shows, and the next one finds them.
    say(f"drawing {len(PRODUCTS)} prints")
    products = _illustrated(services.media, draw)
    say("hanging them")

    def block() -> DemoReport:
        if catalogue.store.count_products() != 0:
            return DemoReport()
        report = DemoReport(
            markets=_add_markets(catalogue),
            pools=tuple(
                pool.id for pool in POOLS if services.inventory.open_pool(pool, by=BY, reason=REASON)
            ),
            products=tuple(
                catalogue.create_product(product, who=BY, why=REASON).slug for product in products
            ),
            collections=_add_collections(catalogue),
            pages=_add_pages(catalogue),
        )
        if catalogue.store.settings() == ShopSettings():
            catalogue.store.put_settings(SETTINGS)
        return report

    return catalogue.transactions.run(block)


def install_editor(services: Services, password: str) -> bool:
    """Open the demo's account with this password; say whether it was new.

    An account that exists keeps its own password. It is an owner's, so that whoever
    tries the demo can try all of it.

    Raises:
        InvalidValue: the password is too short or too long.
    """
    # Not left to the unique address alone: a hash on every start would take its time.
    if services.staff.store.member_by_email(DEMO_EMAIL) is not None:
        return False
    services.staff.create_with_password(DEMO_EMAIL, password, Role.OWNER)
    return True


def _illustrated(media: Media, draw: Drawing) -> list[Product]:
    """Return the products with their pictures drawn and put into the shop."""
    products = []
    with closing(draw([product.slug for product in PRODUCTS])) as drawn:
        for product, (slug, content) in zip(PRODUCTS, drawn, strict=True):
            picture = media.add(content, f"{slug}.jpg")
            images = (
                replace(image, picture=picture.id, width=picture.width, height=picture.height)
                for image in product.images
            )
            products.append(replace(product, images=tuple(images)))
    return products


def _add_markets(catalogue: Catalogue) -> tuple[str, ...]:
    """Add the markets that are missing, and name the default one if nobody has."""
    present = catalogue.store.markets()
    for market in present:
        if market.is_default and not market.name:
            countries = market.countries or DEFAULT_MARKET_COUNTRIES
            catalogue.store.put_market(replace(market, name=DEFAULT_MARKET_NAME, countries=countries))
    ids, prefixes = {market.id for market in present}, {market.prefix for market in present}
    missing = [market for market in MARKETS if market.id not in ids and market.prefix not in prefixes]
    for market in missing:
        catalogue.store.put_market(market)
    return tuple(market.id for market in missing)


def _add_collections(catalogue: Catalogue) -> tuple[str, ...]:
    """Add the collections whose slugs are free."""
    now = catalogue.clock.now()
    missing = [found for found in COLLECTIONS if catalogue.store.collection_by_slug(found.slug) is None]
    for collection in missing:
        catalogue.store.put_collection(replace(collection, updated_at=now))
    return tuple(collection.slug for collection in missing)


def _add_pages(catalogue: Catalogue) -> tuple[str, ...]:
    """Add the content pages whose slugs are free."""
    now = catalogue.clock.now()
    missing = [page for page in PAGES if catalogue.store.page_by_slug(page.slug) is None]
    for page in missing:
        catalogue.store.put_page(replace(page, updated_at=now))
    return tuple(page.slug for page in missing)
