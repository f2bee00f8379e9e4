"""The errors that rooms raise: they carry data, and the edges turn them into words."""

from __future__ import annotations

from dataclasses import dataclass


class VitrineError(Exception):
    """Anything the shop refuses or finds wrong, with data instead of a sentence."""


class Refusal(VitrineError):
    """A request that was understood and is declined; nothing was changed."""


@dataclass(eq=False)
class NotFound(Refusal):
    """No `kind` is known under `name`."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"There is no {self.kind} {self.name!r}."


@dataclass(eq=False)
class InvalidValue(Refusal):
    """`field` holds a value that can never be right, whatever the state of the shop."""

    field: str
    value: str
    expected: str

    def __str__(self) -> str:
        return f"{self.field} is {self.value!r}, but must be {self.expected}."


@dataclass(eq=False)
class InsufficientStock(Refusal):
    """Fewer units of `sku` are free than were asked for."""

    sku: str
    requested: int
    available: int

    def __str__(self) -> str:
        return f"{self.requested} of {self.sku} were asked for, {self.available} are available."


@dataclass(eq=False)
class UntrackedStock(Refusal):
    """The variant is sold without counting, so there is no count to change."""

    sku: str

    def __str__(self) -> str:
        return f"{self.sku} is sold without counting stock, so there is no count to change."


@dataclass(eq=False)
class VersionConflict(Refusal):
    """Somebody else changed the document after it was read."""

    kind: str
    name: str
    expected: int

    def __str__(self) -> str:
        return (
            f"The {self.kind} {self.name!r} was changed by somebody else after version "
            f"{self.expected}. Load it again and repeat the change."
        )


@dataclass(eq=False)
class StoreUnavailable(VitrineError):
    """The database could not be asked, did not answer, or could not agree in time."""

    reason: str

    def __str__(self) -> str:
        return f"The database did not answer: {self.reason}"
