"""Chance that is the same every time."""

from __future__ import annotations

from random import Random


def chance(seed: int) -> Random:
    """Return numbers that only look random: a picture is drawn alike on every machine."""
    return Random(seed)  # noqa: S311 - nothing secret hangs on a picture
