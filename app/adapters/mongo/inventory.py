"""Stock pools, movements and reservations in MongoDB: counts change by guarded updates only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.adapters.mongo.codec import from_document, readable, to_document
from app.adapters.mongo.connection import Database
from app.adapters.mongo.documents import NEWEST, OLDEST, Document, Filter, Update, by_id
from app.adapters.mongo.errors import Duplicate
from app.errors import VersionConflict
from app.inventory.model import Books, Movement, Policy, Reservation, ReservationState, StockPool

UNWRITTEN = {"version": 0}
"""What a pool has that another program has written: the shop never touched it."""

ASKED_AT_ONCE = 100
"""The embedded database takes ten times as long for a list of ids that is three times as long."""

FREE = {
    "$subtract": [
        {
            "$add": [
                {"$ifNull": ["$on_hand", 0]},
                {"$cond": [{"$eq": ["$policy", Policy.CONTINUE.value]}, {"$ifNull": ["$cap", 0]}, 0]},
            ]
        },
        {"$ifNull": ["$reserved", 0]},
    ]
}
"""`StockPool.available` in the database's words."""


class MongoInventoryStore:
    """Keeps stock pools, their movements, and reservations."""

    def __init__(self, database: Database) -> None:
        self._pools = database.documents("stock_pools")
        self._movements = database.documents("stock_movements")
        self._reservations = database.documents("reservations")

    def pool(self, stock_id: str) -> StockPool | None:
        """Return the pool."""
        document = self._pools.find_one(by_id(stock_id))
        return self._read_pool(document) if document else None

    def pools(self, stock_ids: Sequence[str]) -> dict[str, StockPool]:
        """Return the pools with these ids; unknown ids are left out."""
        found: dict[str, StockPool] = {}
        for begin in range(0, len(stock_ids), ASKED_AT_ONCE):
            part = stock_ids[begin : begin + ASKED_AT_ONCE]
            found |= {pool.id: pool for pool in readable(self._pools.find(by_id(*part)), self._read_pool)}
        return found

    def every_pool(self) -> Iterable[StockPool]:
        """Yield every pool."""
        return readable(self._pools.find({}), self._read_pool)

    def insert_pool(self, pool: StockPool) -> bool:
        """Add an empty-handed pool; say whether it was new."""
        return self._pools.insert_if_absent(to_document(pool))

    def insert_pools(self, pools: Sequence[StockPool]) -> None:
        """Add pools in one go; within a transaction all of them or none.

        Raises:
            VersionConflict: one of them is there already.
        """
        try:
            self._pools.insert_many([to_document(pool) for pool in pools])
        except Duplicate as error:
            raise VersionConflict("stock pool", str(error.fields.get("_id", "")), 0) from error

    def replace_pools(self, pools: Sequence[tuple[StockPool, StockPool]]) -> bool:
        """Bring pools, each as it was read, to new counts on hand and policies.

        Says whether all of them were still as they were read. What is reserved stays.
        """
        changes: list[tuple[Filter, Update]] = []
        for old, new in pools:
            # A document of another program has no version until the shop writes it.
            version = {"$in": [0, None]} if old.version == 0 else old.version
            settings = {"policy": new.policy.value, "cap": new.cap, "low_at": new.low_at}
            counts = {"on_hand": new.on_hand - old.on_hand, "version": 1}
            changes.append(({**by_id(old.id), "version": version}, {"$set": settings, "$inc": counts}))
        return self._pools.update_many(changes) == len(changes)

    def take(self, stock_id: str, quantity: int) -> bool:
        """Add `quantity` to `reserved` if the policy allows it; say whether it was taken."""
        guard = {
            **by_id(stock_id),
            "policy": {"$ne": Policy.UNTRACKED.value},
            "$expr": {"$gte": [FREE, quantity]},
        }
        return self._pools.update(guard, {"$inc": {"reserved": quantity, "version": 1}})

    def move(self, stock_id: str, *, on_hand: int, reserved: int) -> StockPool | None:
        """Add deltas to the counters, whatever they are; return the pool as it is then."""
        deltas = {"on_hand": on_hand, "reserved": reserved, "version": 1}
        document = self._pools.update_and_return(by_id(stock_id), {"$inc": deltas})
        return self._read_pool(document) if document else None

    def insert_movement(self, movement: Movement) -> None:
        """Append a movement."""
        self._movements.insert(to_document(movement))

    def insert_movements(self, movements: Sequence[Movement]) -> None:
        """Append movements in one go."""
        self._movements.insert_many([to_document(movement) for movement in movements])

    def movements(self, stock_id: str, limit: int = 50) -> Sequence[Movement]:
        """Return a pool's movements, newest first."""
        order = [("at", NEWEST), ("_id", NEWEST)]
        found = self._movements.find({"pool": stock_id}, sort=order, limit=limit)
        return [from_document(Movement, document, self._movements.name) for document in found]

    def books(self, stock_id: str) -> Books | None:
        """Return a pool beside the sums of its movements and held reservations."""
        pool = self.pool(stock_id)
        if pool is None:
            return None
        moved = _sums(
            self._movements.aggregate(
                [
                    {"$match": {"pool": stock_id}},
                    {
                        "$group": {
                            "_id": None,
                            "on_hand": {"$sum": "$on_hand"},
                            "reserved": {"$sum": "$reserved"},
                        }
                    },
                ]
            )
        )
        held = self._held_units({"lines.stock_id": stock_id}, {"$match": {"lines.stock_id": stock_id}})
        return Books(pool, int(moved.get("on_hand", 0)), int(moved.get("reserved", 0)), held)

    def insert_reservation(self, reservation: Reservation) -> None:
        """Add a reservation; there is at most one an order."""
        document = to_document(reservation)
        # A list, because the ids of pools may hold characters that no field name should.
        units = [{"stock_id": pool, "quantity": count} for pool, count in document.pop("units").items()]
        self._reservations.insert({"_id": document.pop("order"), "lines": units, **document})

    def reservation(self, order: str) -> Reservation | None:
        """Return the order's reservation."""
        document = self._reservations.find_one(by_id(order))
        return self._read_reservation(document) if document else None

    def change_reservation(self, order: str, *, old: ReservationState, new: ReservationState) -> bool:
        """Change the state if it is still the old one; say whether it was."""
        return self._reservations.update({**by_id(order), "state": old.value}, {"$set": {"state": new.value}})

    def held(self) -> Sequence[Reservation]:
        """Return every reservation that holds units now, the first to end before the others."""
        query = {"state": ReservationState.HELD.value}
        found = self._reservations.find(query, sort=[("expires_at", OLDEST)])
        return list(readable(found, self._read_reservation))

    def held_units(self) -> int:
        """Return how many units all held reservations hold together."""
        return self._held_units({})

    def _held_units(self, of: Mapping[str, Any], *narrowed: Mapping[str, Any]) -> int:
        pipeline: list[Mapping[str, Any]] = [
            {"$match": {"state": ReservationState.HELD.value, **of}},
            {"$unwind": "$lines"},
            *narrowed,
            {"$group": {"_id": None, "held": {"$sum": "$lines.quantity"}}},
        ]
        return int(_sums(self._reservations.aggregate(pipeline)).get("held", 0))

    def _read_pool(self, document: Document) -> StockPool:
        return from_document(StockPool, document, self._pools.name, UNWRITTEN)

    def _read_reservation(self, document: Document) -> Reservation:
        lines = {line["stock_id"]: line["quantity"] for line in document.get("lines", ())}
        flat = {**document, "order": document["_id"], "units": lines}
        return from_document(Reservation, flat, self._reservations.name)


def _sums(rows: Sequence[Document]) -> Document:
    return rows[0] if rows else {}
