"""What the desk shows of a partner's notice: each delivery, and what was answered."""

from __future__ import annotations

from flask import url_for

from app.effects.model import Delivery, Effect
from app.orders.model import Order
from app.web.editor.contexts_orders import DeliveryRow, PartnerField
from app.web.editor.words import label
from app.web.shop import current_shop


def partner_field(found: Order) -> PartnerField | None:
    """Return what is known of an order's notice; nothing where no partner is told and none was."""
    effects = current_shop().services.effects
    notice = effects.partner_notice(found)
    if not found.is_sold or (notice is None and not effects.has_partner):
        return None
    return PartnerField(
        action=url_for("editor.redeliver", number=found.number) if effects.has_partner else "",
        message_id=notice.id if notice else "",
        state=_state(notice),
        state_label=label(f"notice_{_state(notice)}"),
        error=notice.error if notice else "",
        deliveries=tuple(_row(delivery) for delivery in reversed(notice.deliveries)) if notice else (),
    )


def _state(notice: Effect | None) -> str:
    if notice is None:
        return "none"
    if notice.done_at:
        return "done"
    return "given_up" if notice.given_up_at else "waiting"


def _row(delivery: Delivery) -> DeliveryRow:
    return DeliveryRow(
        at=delivery.at,
        status=delivery.status,
        ms=delivery.duration_ms,
        answer=delivery.answer or delivery.error,
        is_confirmed=delivery.is_confirmed,
    )
