"""`vitrine doctor`: every promise that the data can break, checked one by one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import click

from app.cli.context import CommandContext, pass_command_context
from app.errors import VitrineError
from app.inventory.model import Policy, Reservation, ReservationState
from app.orders.model import OrderState
from app.publishing.model import Scope
from app.services import Services
from sitegen import cli as generator

GRACE_SECONDS = 60
"""What waits for a worker or a sweep may wait this long; older is a fault."""
EXTERNAL_GRACE_SECONDS = 2.0
"""A write from outside gets its movement within a second."""
FAR_FUTURE = timedelta(days=3650)
EVERY = 1_000_000
SHOWN = 5

Faults = Iterator[str]


@dataclass(frozen=True)
class Check:
    """A named promise and how to find what breaks it."""

    name: str
    find: Callable[[CommandContext], Faults]


@click.command()
@click.option(
    "--repair", is_flag=True, help="Write recorded corrections, finish what is overdue, build pages."
)
@pass_command_context
def doctor(context: CommandContext, repair: bool) -> None:
    """Check ledger, orders, inbox, outbox, reservations and pages."""
    if repair:
        _repair(context)
    results = [_run(check, context) for check in CHECKS]
    is_ok = all(result["ok"] for result in results)
    lines = [
        f"{'ok   ' if result['ok'] else 'WRONG'}  {result['name']}  {result['detail']}".rstrip()
        for result in results
    ]
    data = {"ok": is_ok, "checks": results}
    if not is_ok:
        context.refuse("\n".join(lines), data)
    context.answer(data, "\n".join(lines))


def _run(check: Check, context: CommandContext) -> dict[str, object]:
    try:
        faults = list(check.find(context))
    except VitrineError as error:
        faults = [str(error)]
    shown = "; ".join(faults[:SHOWN]) + (f"; and {len(faults) - SHOWN} more" if len(faults) > SHOWN else "")
    return {"name": check.name, "ok": not faults, "detail": shown}


def _ledger(context: CommandContext) -> Faults:
    """Each pool's counters are the sums of its movements, and reserved is what is held."""
    store = context.services.inventory.store
    open_books = [pool.id for pool in store.every_pool() if not _are_closed(context.services, pool.id)]
    if open_books:
        time.sleep(EXTERNAL_GRACE_SECONDS)
    for stock_id in open_books:
        books = store.books(stock_id)
        if books is not None and not _are_closed(context.services, stock_id):
            yield (
                f"{stock_id}: on hand {books.pool.on_hand}, movements say {books.moved_on_hand}; reserved "
                f"{books.pool.reserved}, movements say {books.moved_reserved}, {books.held} are held"
            )


def _are_closed(services: Services, stock_id: str) -> bool:
    books = services.inventory.store.books(stock_id)
    return books is None or not books.pool.is_tracked or books.are_closed


def _bounds(context: CommandContext) -> Faults:
    """Nothing is promised twice: reserved units are backed by units on hand, or by the cap."""
    for pool in context.services.inventory.store.every_pool():
        backing = pool.on_hand + (pool.cap if pool.policy is Policy.CONTINUE else 0)
        if pool.is_tracked and not 0 <= pool.reserved <= max(0, backing):
            yield f"{pool.id}: {pool.reserved} reserved, {backing} to back them"


def _reservations(context: CommandContext) -> Faults:
    """Every held reservation belongs to an order that can still be paid."""
    for reservation in _held(context.services):
        order = context.services.orders.order(reservation.order)
        if order is None or not order.state.is_open:
            yield f"units are held for {order.number if order else reservation.order}, which is not open"


def _held(services: Services) -> list[Reservation]:
    return list(services.inventory.store.lapsed(services.clock.now() + FAR_FUTURE, limit=EVERY))


def _orders(context: CommandContext) -> Faults:
    """Open orders hold their units; paid ones have sold them, are paid in full, and have their effects."""
    services = context.services
    for order in services.orders.list():
        reservation = services.inventory.store.reservation(order.id)
        state = reservation.state if reservation else None
        if order.state.is_open and state is not ReservationState.HELD:
            yield f"{order.number} is {order.state}, but its units are {state}"
        if order.state is OrderState.PAYMENT_REVIEW:
            yield f"{order.number} needs a person: its payment does not match"
        if order.state is not OrderState.PAID:
            continue
        if state is not ReservationState.SOLD:
            yield f"{order.number} is paid, but its units are {state}"
        if [payment.amount for payment in order.payments] != [order.total]:
            yield f"{order.number} was paid {len(order.payments)} times or not in full"
        due = {effect.kind for effect in services.effects.outbox.of(order.id)}
        missing = set(services.effects.handlers) - due
        if missing:
            yield f"{order.number} is paid, but lacks {', '.join(sorted(missing))}"


def _overdue(context: CommandContext) -> Faults:
    """No hold outlives its end."""
    services = context.services
    for order in services.orders.open_before(services.clock.now() - timedelta(seconds=GRACE_SECONDS)):
        yield f"{order.number} still holds its units after its end"


def _inbox(context: CommandContext) -> Faults:
    """No payment event waits."""
    services = context.services
    before = services.clock.now() - timedelta(seconds=GRACE_SECONDS)
    for row in services.inbox.unhandled(before):
        yield f"{row.event.id} ({row.event.type}) waits: {row.error or 'no worker took it'}"


def _outbox(context: CommandContext) -> Faults:
    """No effect waits, and none was given up."""
    services = context.services
    for effect in services.effects.outbox.due(services.clock.now() - timedelta(seconds=GRACE_SECONDS)):
        yield f"{effect.id} waits: {effect.error or 'no worker took it'}"
    given_up = services.effects.outbox.count_given_up()
    if given_up:
        yield f"{given_up} effects were given up and need a person"


def _pages(context: CommandContext) -> Faults:
    """Every published page equals what the database would render now."""
    for url, fault in generator.verify(context.settings, context.services).wrong.items():
        yield f"{url}: {fault}"


def _watcher(context: CommandContext) -> Faults:
    """Somebody follows the database."""
    if not context.services.publishing.watcher_runs():
        yield "no watcher runs: start `vitrine up` or `vitrine site watch`"


CHECKS = (
    Check("ledger", _ledger),
    Check("stock bounds", _bounds),
    Check("reservations", _reservations),
    Check("orders", _orders),
    Check("overdue holds", _overdue),
    Check("inbox", _inbox),
    Check("outbox", _outbox),
    Check("pages", _pages),
    Check("watcher", _watcher),
)


def _repair(context: CommandContext) -> None:
    """Do what the shop would do by itself, now: corrections are written as movements, never as counters."""
    services = context.services
    for pool in services.inventory.store.every_pool():
        services.inventory.settle_external(pool.id)
    services.checkout.sweep()
    services.effects.sweep()
    services.publishing.request_rebuild((), by="doctor", scope=Scope.STALE)
