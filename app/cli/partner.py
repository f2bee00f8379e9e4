"""A partner's notice on the command line: what was answered to each delivery, and one more on request."""

from __future__ import annotations

from typing import Any

import click

from app.cli.context import CommandContext, pass_command_context
from app.clock import iso
from app.effects.model import Delivery, Effect
from app.errors import NotFound


@click.command()
@click.argument("number")
@pass_command_context
def redeliver(context: CommandContext, number: str) -> None:
    """Tell the partner of a paid order once more, under the same message id."""
    found = context.services.orders.by_number(number)
    if found is None:
        raise NotFound("order", number)
    notice = context.services.effects.redeliver(found)
    words = f"{notice.id} is due again; `vitrine order {number}` shows what is answered."
    context.answer({"number": number, "message_id": notice.id}, words)


def told(notice: Effect | None) -> dict[str, Any] | None:
    """Return what JSON says of a notice."""
    if notice is None:
        return None
    return {
        "message_id": notice.id,
        "done_at": iso(notice.done_at) if notice.done_at else None,
        "given_up_at": iso(notice.given_up_at) if notice.given_up_at else None,
        "error": notice.error,
        "deliveries": [
            {
                "at": iso(delivery.at),
                "status": delivery.status,
                "ms": delivery.duration_ms,
                "answer": delivery.answer,
                "error": delivery.error,
            }
            for delivery in notice.deliveries
        ],
    }


def lines(notice: Effect | None) -> list[str]:
    """Return a line for each delivery of a notice."""
    return [f"  {iso(one.at)}  partner: {_words(one)}" for one in notice.deliveries] if notice else []


def _words(delivery: Delivery) -> str:
    said = delivery.answer or delivery.error
    return f"{delivery.status or 'no answer'} after {delivery.duration_ms} ms{f'  {said}' if said else ''}"
