"""What the shopper types on the hosted page: read, checked, and refused in sentences that help."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.sandbox.cards import PresentedCard, find_card
from app.sandbox.parameters import EMAIL
from app.sandbox.payments import Buyer
from app.sandbox.store import Document

COUNTRIES = {
    "AT": "Austria", "AU": "Australia", "BE": "Belgium", "BR": "Brazil", "CA": "Canada", "CH": "Switzerland",
    "CN": "China", "CZ": "Czechia", "DE": "Germany", "DK": "Denmark", "ES": "Spain", "FI": "Finland",
    "FR": "France", "GB": "United Kingdom", "GR": "Greece", "HK": "Hong Kong", "HU": "Hungary",
    "IE": "Ireland", "IN": "India", "IT": "Italy", "JP": "Japan", "LU": "Luxembourg", "MX": "Mexico",
    "NL": "Netherlands", "NO": "Norway", "NZ": "New Zealand", "PL": "Poland", "PT": "Portugal",
    "RO": "Romania", "SE": "Sweden", "SG": "Singapore", "US": "United States",
}  # fmt: skip
"""Names for the countries shops sell to most; another one is shown by its code."""
ADDRESS_FIELDS = ("line1", "line2", "city", "state", "postal_code", "country")
NEEDED = {"line1": "Enter the street and number.", "city": "Enter the town or city."}
SCRIPTED_ADDRESS = {
    "line1": "1 Test Street",
    "line2": "",
    "city": "Testville",
    "state": "",
    "postal_code": "00000",
}
"""Where a purchase goes whose form came without any field of an address."""
WITHOUT_POSTAL_CODE = frozenset({"AE", "HK", "IE", "QA"})
ONLY_TEST_CARDS = (
    "This is a test payment page: it takes test cards only, such as 4242 4242 4242 4242. "
    "Never type a real card number here."
)
SECRET = frozenset({"card_number", "cvc"})
"""Fields that are never shown again, let alone kept."""


@dataclass(frozen=True)
class Needs:
    """What a session asks its shopper for."""

    card: bool
    phone: bool
    billing: bool
    shipping_countries: tuple[str, ...]
    rates: tuple[str, ...]
    locked_email: str

    @classmethod
    def of(cls, session: Document) -> Needs:
        """Read what a session collects."""
        collection = session["shipping_address_collection"]
        return cls(
            card=session["amount_total"] > 0,
            phone=session["phone_number_collection"]["enabled"],
            billing=session["billing_address_collection"] == "required",
            shipping_countries=tuple(collection["allowed_countries"]) if collection else (),
            rates=tuple(option["shipping_rate"] for option in session["shipping_options"]),
            locked_email=session["customer_email"] or "",
        )


@dataclass
class Reading:
    """The form as it was sent: what can be shown again, what is wrong, and who pays with what."""

    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    buyer: Buyer | None = None
    card: PresentedCard | None = None


def read(form: Mapping[str, str], needs: Needs, now: tuple[int, int]) -> Reading:
    """Read the form of a session.

    Args:
        form: the fields as they were sent.
        needs: what the session collects.
        now: the present year and month, against which the card's date is checked.
    """
    sent = {name: value.strip()[:500] for name, value in form.items()}
    reading = Reading({name: value for name, value in sent.items() if name not in SECRET})
    errors = reading.errors
    email = needs.locked_email or sent.get("email", "")
    if not EMAIL.match(email):
        errors["email"] = "Enter an e-mail address such as name@example.com."
    if needs.phone and not re.fullmatch(r"\+?[0-9 ()./-]{5,30}", sent.get("phone", "")):
        errors["phone"] = "Enter a phone number such as +1 555 010 9999."
    shipping = _address(sent, "", needs.shipping_countries, errors) if needs.shipping_countries else None
    billing = _billing(sent, needs, shipping, errors)
    if needs.card:
        if not sent.get("name"):
            errors["name"] = "Enter the name on the card."
        reading.card = _card(sent, now, errors)
    rate = sent.get("shipping_rate", needs.rates[0] if needs.rates else "")
    if needs.rates and rate not in needs.rates:
        errors["shipping_rate"] = "Choose one of the ways of shipping."
    if not errors:
        reading.buyer = Buyer(
            email, sent.get("name", ""), sent.get("phone", ""), billing, shipping,
            sent.get("shipping_name") or sent.get("name", ""), rate,
        )  # fmt: skip
    return reading


def _billing(
    sent: dict[str, str], needs: Needs, shipping: dict[str, Any] | None, errors: dict[str, str]
) -> dict[str, Any] | None:
    if not needs.billing:
        return None
    has_own = any(sent.get(f"billing_{name}") for name in ADDRESS_FIELDS if name != "country")
    if needs.shipping_countries and not has_own:
        return shipping
    return _address(sent, "billing_", (), errors)


def _address(
    sent: dict[str, str], prefix: str, countries: tuple[str, ...], errors: dict[str, str]
) -> dict[str, Any]:
    if not any(prefix + name in sent for name in ADDRESS_FIELDS):
        # A browser sends every field of the form, empty or not; only a script leaves them all out.
        return {**SCRIPTED_ADDRESS, "country": countries[0] if countries else "US"}
    values = {name: sent.get(prefix + name, "") for name in ADDRESS_FIELDS}
    for name, sentence in NEEDED.items():
        if not values[name]:
            errors[prefix + name] = sentence
    values["country"] = values["country"].upper() or (countries[0] if len(countries) == 1 else "")
    if not re.fullmatch(r"[A-Z]{2}", values["country"]):
        errors[prefix + "country"] = "Choose a country."
    elif countries and values["country"] not in countries:
        errors[prefix + "country"] = "The shop does not ship to this country. Choose one of the list."
    elif not values["postal_code"] and values["country"] not in WITHOUT_POSTAL_CODE:
        errors[prefix + "postal_code"] = "Enter the postal code."
    return values


def _card(sent: dict[str, str], now: tuple[int, int], errors: dict[str, str]) -> PresentedCard | None:
    digits = re.sub(r"[\s-]", "", sent.get("card_number", ""))
    card = find_card(digits)
    if not digits:
        errors["card_number"] = "Enter the number of a test card, such as 4242 4242 4242 4242."
    elif card is None:
        errors["card_number"] = ONLY_TEST_CARDS
    date = re.fullmatch(r"(0?[1-9]|1[0-2])\s*/\s*(?:20)?([0-9]{2})", sent.get("exp", ""))
    if not date:
        errors["exp"] = "Enter the date until which the card is valid as MM/YY, such as 12/34."
    elif (2000 + int(date.group(2)), int(date.group(1))) < now:
        errors["exp"] = "The card's date is in the past. Any date in the future will do, such as 12/34."
    length = 4 if card and card.brand == "amex" else 3
    if not re.fullmatch(rf"[0-9]{{{length}}}", sent.get("cvc", "")):
        errors["cvc"] = f"Enter the security code: any {length} digits."
    if card is None or not date:
        return None
    return card.until(int(date.group(1)), 2000 + int(date.group(2)))
