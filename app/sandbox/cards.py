"""Stripe's test cards, each with its documented outcome (https://docs.stripe.com/testing); no others."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

MESSAGES = {
    "card_declined": "Your card was declined.",
    "insufficient_funds": "Your card has insufficient funds.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
    "card_velocity_exceeded": "Your card was declined for making repeated attempts too frequently.",
}
AUTHENTICATION_FAILED = (
    "We are unable to authenticate your payment method. "
    "Please choose a different payment method and try again."
)


@dataclass(frozen=True)
class PresentedCard:
    """What the stand-in remembers of a card: how it ends, whose it is, how it behaves; never its number."""

    brand: str
    last4: str
    funding: str = "credit"
    country: str = "US"
    code: str = ""
    """The error code it is declined with; empty if it is accepted."""
    decline_code: str = ""
    needs_approval: bool = False
    """Whether the shopper must approve on a page of the bank (3-D Secure)."""
    dispute_reason: str = ""
    is_inquiry: bool = False
    refund: Literal["", "pending", "fails"] = ""
    exp_month: int = 0
    exp_year: int = 0
    is_authenticated: bool = False

    @property
    def decline_message(self) -> str:
        """The sentence that the shopper reads."""
        return MESSAGES.get(self.decline_code) or MESSAGES[self.code]

    def until(self, month: int, year: int) -> PresentedCard:
        """Return the card with the date it is valid until."""
        return replace(self, exp_month=month, exp_year=year)

    def authenticated(self) -> PresentedCard:
        """Return the card after its holder has approved."""
        return replace(self, is_authenticated=True, needs_approval=False)

    def to_document(self) -> dict[str, Any]:
        """Return what is kept between two steps of a payment."""
        return asdict(self)


def _cards() -> dict[str, PresentedCard]:
    accepted = {
        "4242424242424242": ("visa", "credit", "US"), "4000056655665556": ("visa", "debit", "US"),
        "4000008260000000": ("visa", "credit", "GB"), "4000002760000016": ("visa", "credit", "DE"),
        "4000002500000003": ("visa", "credit", "FR"), "5555555555554444": ("mastercard", "credit", "US"),
        "2223003122003222": ("mastercard", "credit", "US"), "5200828282828210": ("mastercard", "debit", "US"),
        "5105105105105100": ("mastercard", "prepaid", "US"), "378282246310005": ("amex", "credit", "US"),
        "371449635398431": ("amex", "credit", "US"), "6011111111111117": ("discover", "credit", "US"),
        "3056930009020004": ("diners", "credit", "US"), "36227206271667": ("diners", "credit", "US"),
        "3566002020360505": ("jcb", "credit", "JP"), "6200000000000005": ("unionpay", "credit", "CN"),
    }  # fmt: skip
    special: dict[str, dict[str, Any]] = {
        "4000000000000002": {"code": "card_declined", "decline_code": "generic_decline"},
        "4000000000009995": {"code": "card_declined", "decline_code": "insufficient_funds"},
        "4000000000009987": {"code": "card_declined", "decline_code": "lost_card"},
        "4000000000009979": {"code": "card_declined", "decline_code": "stolen_card"},
        "4000000000000069": {"code": "expired_card"},
        "4000000000000127": {"code": "incorrect_cvc"},
        "4000000000000119": {"code": "processing_error"},
        "4000000000006975": {"code": "card_declined", "decline_code": "card_velocity_exceeded"},
        "4000000000000341": {"code": "card_declined", "decline_code": "generic_decline"},
        "4000002500003155": {"needs_approval": True},
        "4000002760003184": {"needs_approval": True},
        "4000000000003220": {"needs_approval": True},
        "4000008400001629": {
            "needs_approval": True, "code": "card_declined", "decline_code": "generic_decline"
        },
        "4000000000000259": {"dispute_reason": "fraudulent"},
        "4000000000002685": {"dispute_reason": "product_not_received"},
        "4000000000001976": {"dispute_reason": "fraudulent", "is_inquiry": True},
        "4000000000007726": {"refund": "pending"},
        "4000000000005126": {"refund": "fails"},
    }  # fmt: skip
    plain = {
        number: PresentedCard(brand, number[-4:], funding, country)
        for number, (brand, funding, country) in accepted.items()
    }
    return plain | {number: PresentedCard("visa", number[-4:], **how) for number, how in special.items()}


TEST_CARDS = _cards()


def find_card(digits: str) -> PresentedCard | None:
    """Return the test card of that number; nothing for every other number in the world."""
    return TEST_CARDS.get(digits)
