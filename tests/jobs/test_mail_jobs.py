"""From a row in the outbox to one letter at the mail server, by the real worker and real servers."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from app.adapters.mongo.connection import Database
from app.adapters.mongo.orders import MongoOrderStore
from app.adapters.mongo.outbox import MongoOutbox
from app.adapters.rq_queue import RqQueue
from app.clock import SystemClock
from app.effects.model import Effect, EffectKind
from app.effects.queue import CARRY_OUT_EFFECT
from tests.adapters.orders import paid_order
from tests.jobs.workers import RunningWorker
from tests.servers import MongoServer


class Mailbox:
    """Keeps the letters that arrive."""

    def __init__(self) -> None:
        self.arrived: list[bytes] = []

    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:  # noqa: N802
        """Keep the letter."""
        self.arrived.append(envelope.content)
        return "250 kept"


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, str]]:
    """An empty mailbox and the address of its server."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, f"smtp://127.0.0.1:{port}"
    controller.stop()


def test_a_due_receipt_is_one_letter_with_the_invoice_number_assigned(
    database: Database,
    mongo_server: MongoServer,
    redis_url: str,
    mailbox: tuple[Mailbox, str],
    work: Callable[..., RunningWorker],
) -> None:
    box, smtp_url = mailbox
    orders, outbox = MongoOrderStore(database), MongoOutbox(database)
    orders.insert(replace(paid_order(), invoice_number="", countries=("DE", "AT")))
    effect = Effect.due(EffectKind.RECEIPT, "ord_1", SystemClock().now())
    outbox.insert(effect)
    for _ in range(2):
        RqQueue(redis_url).enqueue(CARRY_OUT_EFFECT, effect.id)
    worker = work(redis_url, "mail", mongo_uri=mongo_server.uri(database.name), smtp_url=smtp_url)
    worker.sees(lambda: (row := outbox.effect(effect.id)) and row.done_at, "the receipt is done")
    assert [b"<receipt.ord_1@127.0.0.1>" in letter for letter in box.arrived] == [True]
    kept = orders.order("ord_1")
    assert kept is not None
    assert kept.invoice_number
    assert kept.countries == ("DE", "AT")
