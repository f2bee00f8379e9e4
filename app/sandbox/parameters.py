"""What a parameter may be: small readers that turn text into values or refuse it in Stripe's words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol
from urllib.parse import urlsplit

from app.errors import InvalidValue
from app.money import UNSUPPORTED, parse_currency
from app.sandbox.errors import invalid, unsupported

EMAIL = re.compile(r"^[^@\s,;<>]+@[^@\s,;<>.]+(\.[^@\s,;<>.]+)+$")


class Reader(Protocol):
    """Whatever reads one parameter; `path` is its full name, as messages show it."""

    def read(self, value: Any, path: str) -> Any:
        """Return the value as the stand-in keeps it, or raise an `ApiError`."""
        ...


def _text(value: Any, path: str) -> str:
    if not isinstance(value, str):
        raise invalid(f"Invalid string: {path} must be a single value.", path)
    if value == "":
        raise invalid(
            f"You passed an empty string for '{path}'. We assume empty values are an attempt to unset a "
            f"parameter; however '{path}' cannot be unset. You should remove '{path}' from your request or "
            "supply a non-empty value.", path, "parameter_invalid_empty",
        )  # fmt: skip
    return value


@dataclass(frozen=True)
class Text:
    """A text, of at most so many characters."""

    limit: int = 5000

    def read(self, value: Any, path: str) -> str:
        """Return the text as it is."""
        text = _text(value, path)
        if len(text) > self.limit:
            raise invalid(
                f"Invalid string: {text[:20]}...{text[-10:]}; must be at most {self.limit} characters", path
            )
        return text


@dataclass(frozen=True)
class Choice:
    """One of a few words."""

    words: tuple[str, ...]
    played: tuple[str, ...] = ()
    """The words that the stand-in can play, if not all that Stripe knows."""

    def read(self, value: Any, path: str) -> str:
        """Return the word."""
        text = _text(value, path)
        if text not in self.words:
            known = ", ".join(self.words[:-1]) + f", or {self.words[-1]}" if self.words[1:] else self.words[0]
            raise invalid(f"Invalid {path}: must be one of {known}", path)
        if self.played and text not in self.played:
            raise unsupported(f"{path}={text}")
        return text


@dataclass(frozen=True)
class Whole:
    """A whole number between two bounds."""

    least: int | None = None
    most: int | None = None

    def read(self, value: Any, path: str) -> int:
        """Return the number."""
        text = _text(value, path)
        if not re.fullmatch(r"-?[0-9]{1,18}", text):
            raise invalid(f"Invalid integer: {text[:40]}", path, "parameter_invalid_integer")
        number = int(text)
        if self.least is not None and number < self.least:
            message = f"This value must be greater than or equal to {self.least}."
            raise invalid(message, path, "parameter_invalid_integer")
        if self.most is not None and number > self.most:
            message = f"This value must be less than or equal to {self.most}."
            raise invalid(message, path, "parameter_invalid_integer")
        return number


@dataclass(frozen=True)
class Number:
    """A decimal above nothing and up to a bound."""

    most: Decimal

    def read(self, value: Any, path: str) -> Decimal:
        """Return the decimal."""
        text = _text(value, path)
        try:
            number = Decimal(text)
        except InvalidOperation:
            raise invalid(f"Invalid decimal: {text[:40]}", path) from None
        if not number.is_finite() or not 0 <= number <= self.most:
            raise invalid(f"Invalid decimal: {text[:40]}; must be between 0 and {self.most}", path)
        return number


@dataclass(frozen=True)
class Flag:
    """`true` or `false`."""

    refuses_true: bool = False

    def read(self, value: Any, path: str) -> bool:
        """Return the truth value."""
        text = _text(value, path)
        if text not in ("true", "false"):
            raise invalid(f"Invalid boolean: {text[:40]}", path)
        if text == "true" and self.refuses_true:
            raise unsupported(f"{path}=true")
        return text == "true"


@dataclass(frozen=True)
class Currency:
    """An ISO code, kept in lower case as Stripe keeps it."""

    def read(self, value: Any, path: str) -> str:
        """Return the code."""
        text = _text(value, path)
        try:
            return text.lower() if text.upper() in UNSUPPORTED else parse_currency(text).lower()
        except InvalidValue:
            raise invalid(f"Invalid currency: {text[:20].lower()}. See https://docs.stripe.com/currencies",
                          path) from None  # fmt: skip


@dataclass(frozen=True)
class Url:
    """An absolute http or https address."""

    limit: int = 5000

    def read(self, value: Any, path: str) -> str:
        """Return the address as it was sent."""
        text = Text(self.limit).read(value, path)
        try:
            parts = urlsplit(text)
            is_valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            is_valid = False
        if not is_valid or re.search(r"[\s\x00-\x1f\"<>\\]", text):
            raise invalid("Not a valid URL", path, "url_invalid")
        return text


@dataclass(frozen=True)
class Email:
    """An e-mail address."""

    def read(self, value: Any, path: str) -> str:
        """Return the address."""
        text = Text(800).read(value, path)
        if not EMAIL.match(text):
            raise invalid(f"Invalid email address: {text[:80]}", path, "email_invalid")
        return text
