"""What is wrong with a file, told by its row."""

from __future__ import annotations

from dataclasses import dataclass

from app.errors import InvalidValue, Refusal


@dataclass(frozen=True)
class Fault:
    """A row, as a spreadsheet counts them (the header is row 1), and what is wrong with it."""

    row: int
    reason: str
    column: str = ""
    """The column that it stands in, by the shop's own name, where it is about one."""


@dataclass(eq=False)
class UnreadableFile(Refusal):
    """The file cannot be read beyond a row."""

    row: int
    reason: str

    def __str__(self) -> str:
        return f"Row {self.row}: {self.reason}"

    @property
    def fault(self) -> Fault:
        """The same, as a fault beside others."""
        return Fault(self.row, self.reason)


def because(error: InvalidValue, column: str = "") -> str:
    """Return an error's sentence, about the column that the value stands in."""
    return f"{column or error.field} is {error.value!r}, but must be {error.expected}."
