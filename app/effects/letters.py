"""What effects need of the world outside: letters, somebody who posts them, and a partner."""

from __future__ import annotations

from dataclasses import dataclass
from email.message import EmailMessage
from typing import Protocol

from app.effects.model import Delivery, Effect, EffectKind
from app.errors import VitrineError
from app.orders.disputes import Dispute
from app.orders.model import Order
from app.orders.refunds import Refund


@dataclass(eq=False)
class NoRecipient(VitrineError):
    """A letter has nobody to go to."""

    letter: str
    order: str

    def __str__(self) -> str:
        return f"The {self.letter} of order {self.order} has no usable e-mail address: ask the buyer for one."


@dataclass(eq=False)
class MailNotSent(VitrineError):
    """The mail server has not taken a letter, or nobody can say whether it has."""

    server: str
    reason: str

    def __str__(self) -> str:
        return f"The mail server {self.server} has not taken the letter: {self.reason}"


@dataclass(eq=False)
class PartnerRefused(VitrineError):
    """The partner has not confirmed a notice, or must not be asked."""

    reason: str
    delivery: Delivery | None = None
    """The attempt, for its log."""

    def __str__(self) -> str:
        return f"The partner was not told: {self.reason}"


class Letters(Protocol):
    """Writes the letters of the shop; the same order always makes the same letter."""

    def receipt(self, order: Order) -> EmailMessage:
        """Return what the buyer gets once the order is paid.

        Raises:
            NoRecipient: the order has no e-mail address.
        """
        ...

    def refund_notice(self, order: Order, refund: Refund) -> EmailMessage:
        """Return what the shopper gets once money is on its way back.

        Raises:
            NoRecipient: the order has no e-mail address.
        """
        ...

    def merchant_notice(self, order: Order) -> EmailMessage:
        """Return what the shop's owner gets once the order is paid."""
        ...

    def dispute_notice(self, kind: EffectKind, order: Order, dispute: Dispute) -> EmailMessage:
        """Return what the shop's owner gets once a bank asks, takes money, or has decided."""
        ...


class Mailer(Protocol):
    """Hands letters to a mail server."""

    def send(self, message: EmailMessage) -> None:
        """Return once the server has taken the message.

        Raises:
            MailNotSent: it has not, or nobody can say so.
        """
        ...


class Partner(Protocol):
    """A program of somebody else's that wants to know of paid orders."""

    def notify(self, effect: Effect, order: Order) -> Delivery:
        """Return the attempt once the partner has said that it knows.

        Raises:
            PartnerRefused: it has not, or must not be asked.
        """
        ...


class DeliveryLog(Protocol):
    """Keeps what was answered to each attempt to tell a partner."""

    def log_delivery(self, effect_id: str, delivery: Delivery) -> None:
        """Note an attempt."""
        ...


class PaidOrders(Protocol):
    """What effects need of the orders."""

    def order(self, order_id: str) -> Order | None:
        """Return the order with that id."""
        ...

    def by_refund(self, refund_id: str) -> Order | None:
        """Return the order that a refund belongs to."""
        ...

    def by_dispute(self, dispute_id: str) -> Order | None:
        """Return the order that a dispute belongs to."""
        ...

    def assign_invoice_number(self, order_id: str) -> str:
        """Give the order its invoice number, once; return the number that it has."""
        ...
