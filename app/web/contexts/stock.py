"""Availability for pages: read from the pools, recorded as bands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.catalogue.model import SOLD_OUT, Availability, Band, Variant
from app.inventory.model import StockPool
from app.inventory.store import InventoryStore
from app.web.contexts.projections import band_key
from app.web.contexts.views import StockView
from app.web.reads import record

SCHEMA = {
    Band.IN_STOCK: "https://schema.org/InStock",
    Band.LOW_STOCK: "https://schema.org/LimitedAvailability",
    Band.ALL_RESERVED: "https://schema.org/OutOfStock",
    Band.BACK_ORDER: "https://schema.org/BackOrder",
    Band.SOLD_OUT: "https://schema.org/OutOfStock",
}
BEST_FIRST = (Band.IN_STOCK, Band.LOW_STOCK, Band.BACK_ORDER, Band.ALL_RESERVED, Band.SOLD_OUT)


def read_availability(store: InventoryStore, variants: Sequence[Variant]) -> dict[str, Availability]:
    """Return each variant's availability by SKU, and record the band of every pool that was read."""
    pools = store.pools(sorted({variant.stock_id for variant in variants}))
    found = {}
    for variant in variants:
        availability = availability_of(pools, variant.stock_id)
        record(band_key(variant.stock_id), availability.recorded)
        found[variant.sku] = availability
    return found


def availability_of(pools: Mapping[str, StockPool], stock_id: str) -> Availability:
    """Return what a page says of a pool; one that does not exist has nothing to sell."""
    pool = pools.get(stock_id)
    return pool.availability() if pool else SOLD_OUT


def stock_view(availability: Availability) -> StockView:
    """Return an availability as templates see it."""
    return StockView(
        band=availability.band,
        count=availability.count,
        is_buyable=availability.is_buyable,
        schema_url=SCHEMA[availability.band],
    )


def best(availabilities: Sequence[Availability]) -> Availability:
    """Return the availability that a listing shows for a product of several variants.

    A count is shown only where a single variant is left to choose from, because
    the counts of several would have to be added up.
    """
    if not availabilities:
        return SOLD_OUT
    ranked = min(availabilities, key=lambda availability: BEST_FIRST.index(availability.band))
    return ranked if len(availabilities) == 1 else Availability(ranked.band)
