"""What a point of the list comes to: well, wrong with what to do about it, or nobody can tell."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How a point stands."""

    OK = "ok"
    WRONG = "WRONG"
    UNKNOWN = "cannot tell"


@dataclass(frozen=True)
class Finding:
    """A verdict, what was seen, and what to do about it."""

    verdict: Verdict
    detail: str
    todo: str = ""


def ok(detail: str) -> Finding:
    """Say that a point is well."""
    return Finding(Verdict.OK, detail)


def wrong(detail: str, todo: str) -> Finding:
    """Say what is wrong, and how to mend it."""
    return Finding(Verdict.WRONG, detail, todo)


def unknown(detail: str, todo: str) -> Finding:
    """Say why nobody can tell, and how to find out."""
    return Finding(Verdict.UNKNOWN, detail, todo)
