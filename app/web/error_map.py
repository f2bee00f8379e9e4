"""An error map: every refusal as a status and a sentence, by its class or the nearest one above."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.errors import VitrineError

Sentence = Callable[[Any], str]


@dataclass(frozen=True)
class ErrorMap:
    """What one audience is told: shoppers and staff need different words for the same refusal."""

    entries: Mapping[type[VitrineError], tuple[int, Sentence]]
    otherwise: tuple[int, Sentence]
    """For errors that no entry names."""

    def status_of(self, error: VitrineError) -> int:
        """Return the HTTP status of a refusal."""
        return self._entry(error)[0]

    def sentence(self, error: VitrineError) -> str:
        """Return what is read of it."""
        return self._entry(error)[1](error)

    def _entry(self, error: VitrineError) -> tuple[int, Sentence]:
        found = (self.entries[kind] for kind in type(error).__mro__ if kind in self.entries)
        return next(found, self.otherwise)
