"""Orders in MongoDB: each change is one compare-and-set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from app.adapters.mongo.codec import encode, from_document, readable, to_document
from app.adapters.mongo.connection import Database
from app.adapters.mongo.documents import NEWEST, OLDEST, Document, by_id
from app.adapters.mongo.documents import Order as SortOrder
from app.adapters.mongo.errors import Duplicate
from app.adapters.mongo.transactions import MongoTransactions
from app.errors import NotFound
from app.orders.disputes import Dispute
from app.orders.model import Address, Fulfilment, OpenOrderExists, Order, OrderState, Payment, TimelineEntry
from app.orders.refunds import Refund, RefundState

FIRST_NUMBER = 1001
FIRST_INVOICE = 1
PAID_BEFORE = (OrderState.PAID, OrderState.PARTIALLY_REFUNDED, OrderState.REFUNDED)
"""From here an order may become paid again, because a refund has failed; that is no new payment."""
DISPUTED: Mapping[str, Any] = {"disputed": True}
NEWEST_FIRST: SortOrder = [("created_at", NEWEST), ("number", NEWEST)]


class MongoOrderStore:
    """Keeps orders.

    Beside the order's own fields a document holds `open`, on which the unique
    index over open orders rests, `disputed` where a dispute is open, and `total`,
    for people who read the database.
    """

    def __init__(self, database: Database) -> None:
        self._orders = database.documents("orders")
        self._counters = database.documents("counters")
        self._transactions = MongoTransactions(database)

    def next_number(self) -> str:
        """Return the next order number, such as `1001`; a number is never given twice."""
        return str(self._counters.count_up("order", first=FIRST_NUMBER, alone=True))

    def insert(self, order: Order) -> None:
        """Add an order.

        Raises:
            OpenOrderExists: the cart has an order already that waits for money.
        """
        derived = {"open": order.state.is_open, "total": encode(order.total)}
        try:
            self._orders.insert({**to_document(order), **derived})
        except Duplicate as error:
            if "cart_id" in error.fields:
                raise OpenOrderExists(order.cart_id) from error
            raise

    def order(self, order_id: str) -> Order | None:
        """Return the order with that id."""
        return self._one(by_id(order_id))

    def by_token(self, token: str) -> Order | None:
        """Return the order whose page the token opens."""
        return self._one({"token": token}) if token else None

    def by_number(self, number: str) -> Order | None:
        """Return the order with that number."""
        return self._one({"number": number})

    def by_session(self, session_id: str) -> Order | None:
        """Return the order one of whose attempts opened the session."""
        return self._one({"attempts.session_id": session_id}) if session_id else None

    def open_of_cart(self, cart_id: str) -> Order | None:
        """Return the order that still waits for the money of this cart."""
        return self._one({"cart_id": cart_id, "open": True})

    def known_email(self, cart_id: str) -> str:
        """Return the e-mail address of the cart's newest order that has one; empty where none does."""
        found = self._many({"cart_id": cart_id, "email": {"$gt": ""}}, NEWEST_FIRST, 1)
        return found[0].email if found else ""

    def list(
        self, *, state: OrderState | None = None, limit: int = 0, skip: int = 0, disputed: bool = False
    ) -> Sequence[Order]:
        """Return orders, newest first, after the first so many; all of them where the limit is 0."""
        query = {**({"state": state.value} if state else {}), **(DISPUTED if disputed else {})}
        return self._many(query, NEWEST_FIRST, limit, skip)

    def open_before(self, moment: datetime, limit: int = 100) -> Sequence[Order]:
        """Return orders that wait for money though their hold ended before the moment."""
        return self._many({"open": True, "hold_until": {"$lt": moment}}, [("hold_until", OLDEST)], limit)

    def unknown_before(self, moment: datetime, limit: int = 100) -> Sequence[Order]:
        """Return open orders created before the moment whose last attempt has no outcome yet."""
        query = {
            "open": True,
            "created_at": {"$lt": moment},
            "attempts": {"$elemMatch": {"session_id": "", "refused": ""}},
        }
        found = self._many(query, [("created_at", OLDEST)], 0)
        return [order for order in found if order.attempt.is_unknown][:limit]

    def count_open(self, client: str) -> int:
        """Return how many open orders a client holds units with."""
        return self._orders.count({"client": client, "open": True})

    def attach_session(self, order_id: str, attempt: int, session_id: str, payment_url: str) -> None:
        """Note the session that an attempt has opened; a session already noted is kept."""
        without = {**by_id(order_id), "attempts": {"$elemMatch": {"number": attempt, "session_id": ""}}}
        noted = {"attempts.$.session_id": session_id, "attempts.$.payment_url": payment_url}
        self._orders.update(without, {"$set": noted})

    def refuse_attempt(self, order_id: str, attempt: int, reason: str) -> None:
        """Note that Stripe has definitely refused an attempt."""
        without = {**by_id(order_id), "attempts": {"$elemMatch": {"number": attempt, "session_id": ""}}}
        self._orders.update(without, {"$set": {"attempts.$.refused": reason}})

    def change_state(
        self,
        order_id: str,
        *,
        old: OrderState,
        new: OrderState,
        note: TimelineEntry,
        payment: Payment | None = None,
        email: str = "",
        shipping: Address | None = None,
    ) -> bool:
        """Move the order if it is still in the old state; say whether it was.

        A payment is appended, and e-mail and address are noted, in the same step. An
        order is paid for the first time only once: a later return to `paid` keeps `paid_at`.
        """
        fields: Document = {"state": new.value, "open": new.is_open}
        pushed: Document = {"timeline": encode(note)}
        if new is OrderState.PAID and old not in PAID_BEFORE:
            fields["paid_at"] = note.at
        if not new.is_open:
            fields["client"] = ""
        if payment is not None:
            pushed["payments"] = encode(payment)
        if email:
            fields["email"] = email
        if shipping is not None:
            fields["shipping"] = encode(shipping)
        return self._orders.update({**by_id(order_id), "state": old.value}, {"$set": fields, "$push": pushed})

    def change_fulfilment(
        self,
        order_id: str,
        *,
        state: OrderState,
        old: Fulfilment,
        new: Fulfilment,
        note: TimelineEntry,
        despite_dispute: bool = False,
    ) -> bool:
        """Move the shipment if payment and shipment are still in these states; say whether they were."""
        change = {"$set": {"fulfilment": new.value}, "$push": {"timeline": encode(note)}}
        guard = {**by_id(order_id), "state": state.value, "fulfilment": old.value}
        if not despite_dispute:
            guard["disputed"] = {"$ne": True}
        return self._orders.update(guard, change)

    def put_dispute(self, order_id: str, dispute: Dispute, note: TimelineEntry, *, is_disputed: bool) -> None:
        """Note what Stripe says of a dispute, in the transaction that read the order."""
        fields: Document = {"disputed": is_disputed}
        pushed: Document = {"timeline": encode(note)}
        is_known = self._orders.update(
            {**by_id(order_id), "disputes.id": dispute.id},
            {"$set": {**fields, "disputes.$": encode(dispute)}, "$push": pushed},
        )
        if not is_known:
            pushed["disputes"] = encode(dispute)
            self._orders.update(by_id(order_id), {"$set": fields, "$push": pushed})

    def by_dispute(self, dispute_id: str) -> Order | None:
        """Return the order that a dispute belongs to."""
        return self._one({"disputes.id": dispute_id}) if dispute_id else None

    def disputed(self, limit: int = 100) -> Sequence[Order]:
        """Return orders with a dispute that is open, oldest first; all of them where the limit is 0."""
        return self._many(DISPUTED, [("created_at", OLDEST)], limit)

    def count_disputed(self) -> int:
        """Return how many orders have a dispute that is open."""
        return self._orders.count(DISPUTED)

    def by_payment_intent(self, payment_intent: str) -> Order | None:
        """Return the order that a payment was made for."""
        return self._one({"payments.payment_intent": payment_intent}) if payment_intent else None

    def by_refund(self, refund_id: str) -> Order | None:
        """Return the order that a refund belongs to."""
        return self._one({"refunds.id": refund_id}) if refund_id else None

    def refunds_requested_before(self, moment: datetime, limit: int = 100) -> Sequence[Order]:
        """Return orders with a refund that was requested before the moment and has no outcome yet."""
        waiting = {"$elemMatch": {"state": RefundState.REQUESTED.value, "at": {"$lt": moment}}}
        return self._many({"refunds": waiting}, [("created_at", OLDEST)], limit)

    def refunds_pending(self, limit: int = 100) -> Sequence[Order]:
        """Return orders with a refund that Stripe has taken and whose end is not known yet, oldest first."""
        return self._many({"refunds.state": RefundState.PENDING.value}, [("created_at", OLDEST)], limit)

    def add_refund(self, order_id: str, refund: Refund, note: TimelineEntry, *, known: int) -> bool:
        """Append a refund if the order still has as many as are known; say whether it had."""
        # Orders of earlier versions have no list at all, which `$size` would not match.
        as_known = {f"refunds.{known}": {"$exists": False}}
        if known:
            as_known[f"refunds.{known - 1}"] = {"$exists": True}
        change = {"$push": {"refunds": encode(refund), "timeline": encode(note)}}
        return self._orders.update({**by_id(order_id), **as_known}, change)

    def change_refund(
        self,
        order_id: str,
        refund_id: str,
        *,
        old: RefundState,
        new: RefundState,
        stripe_id: str = "",
        error: str = "",
    ) -> bool:
        """Move a refund if it is still in the old state; say whether it was."""
        guard = {**by_id(order_id), "refunds": {"$elemMatch": {"id": refund_id, "state": old.value}}}
        fields = {"refunds.$.state": new.value, "refunds.$.error": error}
        if stripe_id:
            fields["refunds.$.stripe_id"] = stripe_id
        return self._orders.update(guard, {"$set": fields})

    def assign_invoice_number(self, order_id: str) -> str:
        """Give the order the next invoice number, once; return the number that it has.

        Invoice numbers have no gaps, so counter and order change in one transaction.

        Raises:
            NotFound: there is no such order.
        """

        def block() -> str:
            order = self.order(order_id)
            if order is None:
                raise NotFound("order", order_id)
            if order.invoice_number:
                return order.invoice_number
            number = str(self._counters.count_up("invoice", first=FIRST_INVOICE))
            self._orders.update(by_id(order_id), {"$set": {"invoice_number": number}})
            return number

        return self._transactions.run(block)

    def counts(self) -> dict[OrderState, int]:
        """Return how many orders there are in each state."""
        rows = self._orders.aggregate([{"$group": {"_id": "$state", "orders": {"$sum": 1}}}])
        return {OrderState(row["_id"]): int(row["orders"]) for row in rows}

    def _one(self, query: Mapping[str, Any]) -> Order | None:
        document = self._orders.find_one(query)
        return self._read(document) if document else None

    def _many(self, query: Mapping[str, Any], sort: SortOrder, limit: int, skip: int = 0) -> Sequence[Order]:
        # One damaged order must not hide the others from a sweep.
        return [*readable(self._orders.find(query, sort=sort, limit=limit, skip=skip), self._read)]

    def _read(self, document: Document) -> Order:
        return from_document(Order, document, self._orders.name)
