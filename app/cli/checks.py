"""What the doctor looks at: each promise that the data can break, and how to find what breaks it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from app.cli.context import CommandContext
from app.clock import iso
from app.effects.model import EffectKind
from app.inventory.model import ReservationState
from app.orders.model import OrderState
from app.orders.refunds import RefundState
from sitegen import cli as generator

DISPUTE_NOTICE_DAYS = 3
"""So many days before its last one, a dispute that nobody has answered is a fault."""
GRACE_SECONDS = 60
"""What waits for a worker or a sweep may wait this long; older is a fault."""
ALWAYS_DUE = frozenset({EffectKind.RECEIPT, EffectKind.MERCHANT_NOTICE, EffectKind.INVOICE})
"""A partner may come and go, so that an order may have been paid without one."""


class Fault(NamedTuple):
    """Something wrong: what it is about, by which it is known again, and a sentence."""

    about: str
    text: str


Faults = Iterator[Fault]


@dataclass(frozen=True)
class Check:
    """A named promise and how to find what breaks it."""

    name: str
    find: Callable[[CommandContext], Faults]


def _ledger(context: CommandContext) -> Faults:
    """Each pool's counters are the sums of its movements, and reserved is what is held."""
    store = context.services.inventory.store
    for pool in store.every_pool():
        books = store.books(pool.id)
        if books is not None and books.pool.is_tracked and not books.are_closed:
            yield Fault(
                pool.id,
                f"{pool.id}: on hand {books.pool.on_hand}, movements say {books.moved_on_hand}; reserved "
                f"{books.pool.reserved}, movements say {books.moved_reserved}, {books.held} are held",
            )


def _bounds(context: CommandContext) -> Faults:
    """Nothing is promised twice: reserved units are backed by units on hand, or by the cap."""
    for pool in context.services.inventory.store.every_pool():
        backing = pool.on_hand + pool.backing
        if pool.is_tracked and not 0 <= pool.reserved <= max(0, backing):
            yield Fault(pool.id, f"{pool.id}: {pool.reserved} reserved, {backing} to back them")


def _reservations(context: CommandContext) -> Faults:
    """Every held reservation belongs to an order that waits for its money, or for a person's word on it."""
    services = context.services
    for reservation in services.inventory.store.held():
        order = services.orders.order(reservation.order)
        if order is None or not (order.state.is_open or order.state is OrderState.PAYMENT_REVIEW):
            number = order.number if order else reservation.order
            yield Fault(reservation.order, f"units are held for {number}, which is not open")


def _orders(context: CommandContext) -> Faults:
    """Open orders hold their units; paid ones have sold them, are paid in full, and have their effects."""
    services = context.services
    before = services.clock.now() - timedelta(seconds=GRACE_SECONDS)
    for order in services.orders.list():
        reservation = services.inventory.store.reservation(order.id)
        state = reservation.state if reservation else None
        if order.state.is_open and state is not ReservationState.HELD:
            yield Fault(order.id, f"{order.number} is {order.state}, but its units are {state}")
        if order.state is OrderState.PAYMENT_REVIEW:
            yield Fault(order.id, f"{order.number} needs a person: its payment does not match")
        if order.state is not order.state_after_refunds():
            yield Fault(
                order.id, f"{order.number} is {order.state}, but its payments and refunds say otherwise"
            )
        for refund in order.refunds:
            if refund.state is RefundState.REQUESTED and refund.at < before:
                yield Fault(refund.id, f"{order.number} waits to learn what became of its refund {refund.id}")
        if not order.is_sold:
            continue
        if state is not ReservationState.SOLD:
            yield Fault(order.id, f"{order.number} is {order.state}, but its units are {state}")
        if not order.is_paid_as_agreed:
            yield Fault(order.id, f"{order.number} was paid {len(order.payments)} times or not in full")
        due = {effect.kind for effect in services.effects.outbox.of(order.id)}
        missing = ALWAYS_DUE - due
        if missing:
            yield Fault(order.id, f"{order.number} is paid, but lacks {', '.join(sorted(missing))}")


def _disputes(context: CommandContext) -> Faults:
    """No dispute is lost because nobody answered it."""
    services = context.services
    until = services.clock.now() + timedelta(days=DISPUTE_NOTICE_DAYS)
    for order in services.orders.disputed(limit=0):
        for dispute in order.disputes:
            if dispute.answer_by and dispute.answer_by < until:
                yield Fault(
                    dispute.id,
                    f"{order.number} is disputed ({dispute.reason}): answer {dispute.id} in Stripe's "
                    f"dashboard by {iso(dispute.answer_by)}",
                )


def _overdue(context: CommandContext) -> Faults:
    """No hold outlives its end."""
    services = context.services
    for order in services.orders.open_before(services.clock.now() - timedelta(seconds=GRACE_SECONDS)):
        yield Fault(order.id, f"{order.number} still holds its units after its end")


def _inbox(context: CommandContext) -> Faults:
    """No payment event waits."""
    services = context.services
    before = services.clock.now() - timedelta(seconds=GRACE_SECONDS)
    for row in services.inbox.unhandled(before):
        yield Fault(
            row.event.id, f"{row.event.id} ({row.event.type}) waits: {row.error or 'no worker took it'}"
        )


def _outbox(context: CommandContext) -> Faults:
    """No effect waits, and none was given up."""
    services = context.services
    for effect in services.effects.outbox.due(services.clock.now() - timedelta(seconds=GRACE_SECONDS)):
        yield Fault(effect.id, f"{effect.id} waits: {effect.error or 'no worker took it'}")
    for effect in services.effects.outbox.given_up():
        text = f"{effect.id} was given up: {effect.error}. Mend the cause, then `vitrine doctor --repair`"
        yield Fault(effect.id, text)


def _pictures(context: CommandContext) -> Faults:
    """Every picture that a product names is known, and its files are there."""
    media, catalogue = context.services.media, context.services.catalogue
    known = set()
    for picture in media.store.every_picture():
        known.add(picture.id)
        missing = media.missing_files(picture)
        if missing:
            text = f"{picture.id} ({picture.name or 'no name'}) lacks {', '.join(missing)}"
            yield Fault(picture.id, f"{text}: `vitrine doctor --repair`, or upload the file again")
    for product in catalogue.store.every_product():
        for image in product.pictures:
            if image.picture not in known:
                yield Fault(
                    f"{product.id} {image.picture}",
                    f"{product.slug} shows {image.picture}, which is not there: upload it again",
                )


def _pages(context: CommandContext) -> Faults:
    """Every published page equals what the database would render now."""
    for url, fault in generator.verify(context.settings, context.services).wrong.items():
        yield Fault(url, f"{url}: {fault}")


def _watcher(context: CommandContext) -> Faults:
    """Somebody follows the database."""
    if not context.services.publishing.watcher_runs():
        yield Fault("watcher", "no watcher runs: start `vitrine up` or `vitrine site watch`")


CHECKS = (
    Check("ledger", _ledger),
    Check("stock bounds", _bounds),
    Check("reservations", _reservations),
    Check("orders", _orders),
    Check("disputes", _disputes),
    Check("overdue holds", _overdue),
    Check("inbox", _inbox),
    Check("outbox", _outbox),
    Check("pictures", _pictures),
    Check("pages", _pages),
    Check("watcher", _watcher),
)
