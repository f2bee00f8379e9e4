"""Jobs about effects: carrying out what became due."""

from __future__ import annotations

from app.logs import bind
from jobs import runtime


def carry_out_effect(effect_id: str) -> None:
    """Carry out an effect if it is due; a failure is noted in its row, which says when to try again."""
    bind(effect_id=effect_id)
    runtime.services().effects.carry_out(effect_id)
