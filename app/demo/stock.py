"""The stock behind the prints: most of it plenty, one low, one gone, one not counted."""

from __future__ import annotations

from app.inventory.model import Policy, StockPool

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
}
"""Units on hand by SKU; a SKU that is not here is sold without counting."""

POOLS = (
    *(StockPool(sku, on_hand=count, low_at=3) for sku, count in COUNTS.items()),
    StockPool("MOONS-SHEET", policy=Policy.UNTRACKED),
)
