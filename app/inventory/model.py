"""Stock pools, movements and reservations: counts as facts, availability derived."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.catalogue.model import SOLD_OUT, Availability, Band

LOW_AT = 3
"""A new pool says how many are left from this count downwards."""
LARGEST_COUNT = 1_000_000_000
"""More units than any shop has; a larger number is a slip of the hand."""


class Policy(StrEnum):
    """What happens when nothing is left."""

    DENY = "deny"
    CONTINUE = "continue"
    UNTRACKED = "untracked"


class MovementKind(StrEnum):
    """Why a count changed."""

    RECEIPT = "receipt"
    HOLD = "hold"
    RELEASE = "release"
    SALE = "sale"
    RETURN = "return"
    CORRECTION = "correction"
    EXTERNAL = "external"


class ReservationState(StrEnum):
    """What became of the units that were held."""

    HELD = "held"
    SOLD = "sold"
    RELEASED = "released"


@dataclass(frozen=True)
class StockPool:
    """The units that one or more variants are sold from."""

    id: str
    on_hand: int = 0
    reserved: int = 0
    policy: Policy = Policy.DENY
    cap: int = 0
    """Units that policy `continue` may sell beyond those on hand."""
    low_at: int = LOW_AT
    version: int = 1

    @property
    def backing(self) -> int:
        """Units that may be sold beyond those on hand."""
        return self.cap if self.policy is Policy.CONTINUE else 0

    @property
    def available(self) -> int:
        """Units that a customer may still reserve."""
        return max(0, self.on_hand + self.backing - self.reserved)

    @property
    def is_tracked(self) -> bool:
        """Whether units are counted at all."""
        return self.policy is not Policy.UNTRACKED

    def availability(self) -> Availability:
        """Return what a page says about this pool."""
        if not self.is_tracked:
            return Availability(Band.IN_STOCK)
        free = self.on_hand - self.reserved
        if free > self.low_at:
            return Availability(Band.IN_STOCK)
        if free > 0:
            return Availability(Band.LOW_STOCK, free)
        if self.available > 0:
            return Availability(Band.BACK_ORDER)
        return Availability(Band.ALL_RESERVED) if self.on_hand > 0 else SOLD_OUT


@dataclass(frozen=True)
class Movement:
    """One change of a pool's counts; the counts are the sums of their movements."""

    id: str
    pool: str
    kind: MovementKind
    on_hand: int
    reserved: int
    by: str
    at: datetime
    order: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Reservation:
    """Units held for one order: how many of which pool, counted pools only."""

    order: str
    units: Mapping[str, int]
    state: ReservationState
    expires_at: datetime


@dataclass(frozen=True)
class Books:
    """A pool's counters beside the sums that they must equal."""

    pool: StockPool
    moved_on_hand: int
    moved_reserved: int
    held: int

    @property
    def are_closed(self) -> bool:
        """Whether counters, movements and held reservations agree."""
        return (self.pool.on_hand, self.pool.reserved) == (
            self.moved_on_hand,
            self.moved_reserved,
        ) and self.pool.reserved == self.held
