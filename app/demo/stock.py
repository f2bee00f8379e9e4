"""The stock behind the prints: most of it plenty, a few low, one gone, one back-ordered, one not counted."""

from __future__ import annotations

from app.catalogue.model import Variant
from app.demo.catalogue import PRODUCTS
from app.inventory.model import Policy, StockPool

PLENTY = {"Unframed": 36, "Oak": 14, "Black": 12}
"""Units by frame; what has no frame at all is plentiful too."""

COUNTS = {
    "TIDES-A4-UNFRAMED": 40,
    "TIDES-A4-OAK": 12,
    "TIDES-A4-BLACK": 12,
    "TIDES-A3-UNFRAMED": 32,
    "TIDES-A3-OAK": 9,
    "TIDES-A3-BLACK": 10,
    "TIDES-A2-UNFRAMED": 18,
    "TIDES-A2-OAK": 6,
    "TIDES-A2-BLACK": 6,
    "SADDLE-A3-UNFRAMED": 25,
    "SADDLE-A3-OAK": 8,
    "SADDLE-A3-BLACK": 8,
    "SADDLE-A2-UNFRAMED": 14,
    "SADDLE-A2-OAK": 5,
    "SADDLE-A2-BLACK": 5,
    "LOW-SUN-A4": 2,
    "WARP-A2": 0,
    "TILES-A4": 21,
    "COW-PARSLEY-A2-OAK": 2,
    "LIMIT-DISC-50CM-OAK": 1,
    "ONE-LINE-MOON-A2-BLACK": 0,
    "STRATA-A3-BLACK": 3,
}
"""Units on hand by SKU, where they are not the usual plenty."""

BACK_ORDERED = {"ONE-LINE-MOON-A2-BLACK": 10}
"""What may be sold although none is left, and how many of it: the framer delivers on Thursday."""
UNTRACKED = {"MOONS-SHEET"}


def _pool(variant: Variant) -> StockPool:
    sku = variant.sku
    if sku in UNTRACKED:
        return StockPool(sku, policy=Policy.UNTRACKED)
    usual = next((PLENTY[value] for value in variant.options if value in PLENTY), PLENTY["Unframed"])
    policy = Policy.CONTINUE if sku in BACK_ORDERED else Policy.DENY
    return StockPool(
        sku, on_hand=COUNTS.get(sku, usual), low_at=3, policy=policy, cap=BACK_ORDERED.get(sku, 0)
    )


POOLS = tuple(_pool(variant) for product in PRODUCTS for variant in product.variants)
