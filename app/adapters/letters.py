"""Letters composed from templates: the same order makes the same message, to the byte.

A letter that is sent twice, because a worker was killed before it could note that
the first one went out, carries the same Message-ID, so that mail programs show one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, select_autoescape

from app.catalogue.model import ShopSettings
from app.effects.letters import NoRecipient
from app.effects.model import EffectKind
from app.orders.disputes import Dispute
from app.orders.model import Order
from app.orders.refunds import Refund
from app.texts import SOURCE_LOCALE, configure_environment, use_locale

About = Refund | Dispute | None
"""What a letter is about beside its order."""
TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "email"


@dataclass(frozen=True)
class LetterView:
    """What the template of a letter sees, under the name `mail`."""

    order: Order
    order_url: str
    shop_name: str
    shop_email: str
    refund: Refund | None = None
    """The refund that the letter is about, if it is about one."""
    dispute: Dispute | None = None
    """The dispute that the letter is about, if it is about one."""


class TemplateLetters:
    """Writes the letters of the shop with the templates under `templates/email/`."""

    def __init__(self, shop_url: str, shop: Callable[[], ShopSettings], templates: Path = TEMPLATES) -> None:
        """Prepare the templates; none is read.

        Args:
            shop_url: the shop's address; its host signs the Message-IDs.
            shop: returns the shop's settings as they are now.
            templates: the folder of the templates.
        """
        self._host = urlsplit(shop_url).hostname or "localhost"
        self._shop = shop
        self._environment = Environment(
            loader=FileSystemLoader(templates), autoescape=select_autoescape(["html"])
        )
        configure_environment(self._environment)

    def receipt(self, order: Order) -> EmailMessage:
        """Return what the buyer gets once the order is paid, in the language of the order."""
        shop = self._shop()
        message = self._message(EffectKind.RECEIPT, order, shop, to=_recipient("receipt", order))
        with use_locale(order.locale):
            self._write(message, "receipt", order, shop)
        return message

    def refund_notice(self, order: Order, refund: Refund) -> EmailMessage:
        """Return what the shopper gets once money is on its way back, in the language of the order."""
        shop = self._shop()
        message = self._message(
            EffectKind.REFUND_NOTICE, order, shop, _recipient("refund notice", order), refund
        )
        with use_locale(order.locale):
            self._write(message, "refund_notice", order, shop, refund)
        return message

    def merchant_notice(self, order: Order) -> EmailMessage:
        """Return what the shop's owner gets once the order is paid."""
        shop = self._shop()
        to = Address(shop.name, addr_spec=shop.email)
        message = self._message(EffectKind.MERCHANT_NOTICE, order, shop, to)
        with use_locale(SOURCE_LOCALE):
            self._write(message, "merchant_notice", order, shop)
        return message

    def dispute_notice(self, kind: EffectKind, order: Order, dispute: Dispute) -> EmailMessage:
        """Return what the shop's owner gets once a bank asks, takes money, or has decided."""
        shop = self._shop()
        to = Address(shop.name, addr_spec=shop.email)
        message = self._message(kind, order, shop, to, dispute)
        with use_locale(SOURCE_LOCALE):
            self._write(message, kind, order, shop, dispute)
        return message

    def _message(
        self, kind: EffectKind, order: Order, shop: ShopSettings, to: Address, about: About = None
    ) -> EmailMessage:
        message = EmailMessage(policy=SMTP)
        message["Message-ID"] = f"<{kind}.{about.id if about else order.id}@{self._host}>"
        message["Date"] = format_datetime(_moment(order, about))
        message["From"] = Address(shop.name, addr_spec=shop.email)
        message["To"] = to
        # So that nobody's absence notice answers a machine (RFC 3834).
        message["Auto-Submitted"] = "auto-generated"
        return message

    def _write(
        self, message: EmailMessage, name: str, order: Order, shop: ShopSettings, about: About = None
    ) -> None:
        view = LetterView(
            order,
            order.attempt.return_url,
            shop.name,
            shop.email,
            refund=about if isinstance(about, Refund) else None,
            dispute=about if isinstance(about, Dispute) else None,
        )
        message["Subject"] = self._render(f"{name}_subject.txt", view).strip()
        message.set_content(self._render(f"{name}.txt", view), cte="quoted-printable")
        if f"{name}.html" in self._environment.list_templates():
            html = self._render(f"{name}.html", view)
            message.add_alternative(html, subtype="html", cte="quoted-printable")
            # Python would draw the line between the parts at random.
            message.set_boundary(f"=_{name}.{order.id}")

    def _render(self, template: str, view: LetterView) -> str:
        return self._environment.get_template(template).render(mail=view)


def _moment(order: Order, about: About) -> datetime:
    """Return when a letter was due, which stays the same however often it is written."""
    match about:
        case Refund():
            return about.at
        case Dispute():
            return about.opened_at
        case None:
            return order.paid_at or order.created_at


def _recipient(letter: str, order: Order) -> Address:
    local, _, domain = order.email.rpartition("@")
    if not local or not domain:
        raise NoRecipient(letter, order.number)
    try:
        # Mail servers everywhere understand the ASCII form of an international domain.
        return Address(addr_spec=f"{local}@{domain.encode('idna').decode()}")
    except (ValueError, IndexError) as error:
        raise NoRecipient(letter, order.number) from error
