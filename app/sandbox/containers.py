"""Parameters that hold others: hashes, lists and metadata, each name checked before anything is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.sandbox.errors import ApiError, invalid, unsupported
from app.sandbox.parameters import Reader

MAX_METADATA_KEYS = 50


@dataclass(frozen=True)
class Metadata:
    """Up to 50 texts under names of the caller (https://docs.stripe.com/metadata)."""

    keeps_empty: bool = False
    """Updates need the empty values: they take a name away."""

    def read(self, value: Any, path: str) -> dict[str, str]:
        """Return the texts by name."""
        if value == "":
            return {}
        if not isinstance(value, dict):
            raise invalid("Invalid hash", path)
        if len(value) > MAX_METADATA_KEYS:
            raise invalid(
                f"Metadata can have at most {MAX_METADATA_KEYS} keys; you passed {len(value)}.", path
            )
        for name, text in value.items():
            if len(name) > 40:
                message = (
                    f"Metadata keys can be at most 40 characters long, and '{name[:50]}' has {len(name)}."
                )
                raise invalid(message, path)
            if not isinstance(text, str):
                raise invalid(f"Metadata values must be strings; '{name}' is not.", f"{path}[{name}]")
            if len(text) > 500:
                message = "Metadata values can have up to 500 characters, but you passed in a value that is "
                raise invalid(
                    f"{message}{len(text)} characters. Invalid value: {text[:20]}...", f"{path}[{name}]"
                )
        return {name: text for name, text in value.items() if text or self.keeps_empty}


@dataclass(frozen=True)
class Unsupported:
    """Something of Stripe's that the stand-in does not play; refused instead of silently ignored."""

    def read(self, value: Any, path: str) -> Any:
        """Refuse."""
        raise unsupported(path)


@dataclass(frozen=True)
class Gone:
    """A parameter that Stripe has taken away in this version."""

    message: str
    code: str

    def read(self, value: Any, path: str) -> Any:
        """Refuse with Stripe's reason."""
        raise ApiError(400, self.message, self.code, path, is_validation=True)


@dataclass(frozen=True)
class ListOf:
    """Several of a kind."""

    each: Reader
    most: int = 100
    least: int = 0

    def read(self, value: Any, path: str) -> list[Any]:
        """Return what each one is read as."""
        if value == "" and not self.least:
            return []
        if not isinstance(value, dict) or not all(name.isascii() and name.isdigit() for name in value):
            raise invalid("Invalid array", path)
        if not self.least <= len(value) <= self.most:
            raise invalid(f"Array {path} must have between {self.least} and {self.most} elements.", path)
        elements = [value[name] for name in sorted(value, key=int)]
        return [self.each.read(inner, f"{path}[{place}]") for place, inner in enumerate(elements)]


@dataclass(frozen=True)
class Hash:
    """Named parameters; a name that is not listed is refused."""

    fields: Mapping[str, Reader]
    required: tuple[str, ...] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)

    def read(self, value: Any, path: str = "") -> dict[str, Any]:
        """Return what was given, read, with the defaults of what was not."""
        if not isinstance(value, dict):
            raise invalid("Invalid object", path or None)
        unknown = [_inner(path, name) for name in value if name not in self.fields]
        if unknown:
            names = f"parameter{'s' if unknown[1:] else ''}: {', '.join(unknown)}"
            raise invalid(f"Received unknown {names}", unknown[0], "parameter_unknown")
        for name in self.required:
            if name not in value:
                inner = _inner(path, name)
                raise invalid(f"Missing required param: {inner}.", inner, "parameter_missing")
        read = {name: self.fields[name].read(inner, _inner(path, name)) for name, inner in value.items()}
        return {**self.defaults, **read}


def _inner(path: str, name: str) -> str:
    return f"{path}[{name}]" if path else name
