"""What each effect does: a table from its kind to the function that carries it out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.effects.letters import DeliveryLog, Letters, Mailer, PaidOrders, Partner, PartnerRefused
from app.effects.model import Effect, EffectKind
from app.errors import NotFound
from app.orders.model import Order

Handler = Callable[[Effect], None]


def effect_handlers(
    orders: PaidOrders, letters: Letters, mailer: Mailer, partner: Partner | None, log: DeliveryLog
) -> Mapping[EffectKind, Handler]:
    """Return the handler of each kind of effect; without a partner there is none for its notice."""
    carry = _Handlers(orders, letters, mailer)
    handlers: dict[EffectKind, Handler] = {
        EffectKind.RECEIPT: carry.receipt,
        EffectKind.MERCHANT_NOTICE: carry.merchant_notice,
        EffectKind.INVOICE: carry.invoice,
        EffectKind.REFUND_NOTICE: carry.refund_notice,
        EffectKind.INQUIRY_NOTICE: carry.dispute_notice,
        EffectKind.DISPUTE_NOTICE: carry.dispute_notice,
        EffectKind.DISPUTE_OUTCOME: carry.dispute_notice,
    }
    if partner is not None:
        handlers[EffectKind.PARTNER_NOTICE] = lambda effect: _tell(partner, effect, carry.order(effect), log)
    return handlers


def _tell(partner: Partner, effect: Effect, order: Order, log: DeliveryLog) -> None:
    """Tell the partner, and keep what was answered, whatever it was."""
    try:
        delivery = partner.notify(effect, order)
    except PartnerRefused as refused:
        if refused.delivery is not None:
            log.log_delivery(effect.id, refused.delivery)
        raise
    log.log_delivery(effect.id, delivery)


@dataclass(frozen=True)
class _Handlers:
    """The effects of payments and refunds; each may run again and then repeats what it did before."""

    orders: PaidOrders
    letters: Letters
    mailer: Mailer

    def receipt(self, effect: Effect) -> None:
        """Send the buyer the one mail of a payment.

        The invoice number is assigned first, so that the mail names it whichever of
        the two effects comes first, and a repetition is the same mail to the byte.
        """
        self.orders.assign_invoice_number(effect.subject)
        self.mailer.send(self.letters.receipt(self.order(effect)))

    def merchant_notice(self, effect: Effect) -> None:
        """Tell the shop's owner of the sale."""
        self.mailer.send(self.letters.merchant_notice(self.order(effect)))

    def invoice(self, effect: Effect) -> None:
        """Give the order its invoice number."""
        self.orders.assign_invoice_number(effect.subject)

    def refund_notice(self, effect: Effect) -> None:
        """Tell the shopper which money is on its way back, and why."""
        order = self.orders.by_refund(effect.subject)
        refund = order.refund(effect.subject) if order else None
        if order is None or refund is None:
            raise NotFound("refund", effect.subject)
        self.mailer.send(self.letters.refund_notice(order, refund))

    def dispute_notice(self, effect: Effect) -> None:
        """Tell the shop's owner that a bank asks, takes money, or has decided."""
        order = self.orders.by_dispute(effect.subject)
        dispute = order.dispute(effect.subject) if order else None
        if order is None or dispute is None:
            raise NotFound("dispute", effect.subject)
        self.mailer.send(self.letters.dispute_notice(effect.kind, order, dispute))

    def order(self, effect: Effect) -> Order:
        """Return the order that the effect is about.

        Raises:
            NotFound: there is none any more.
        """
        order = self.orders.order(effect.subject)
        if order is None:
            raise NotFound("order", effect.subject)
        return order
