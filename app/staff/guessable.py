"""Passwords that are tried first: what is left of one without the words that stand in every list of them."""

from __future__ import annotations

import re

from app.errors import InvalidValue

WORDS = (
    *("vitrine", "shop", "store", "desk", "editor", "owner", "viewer", "staff", "admin", "root", "user"),
    *("password", "passwort", "passphrase", "secret", "welcome", "letmein", "login", "changeme", "default"),
    *("summer", "winter", "spring", "autumn", "monday", "iloveyou", "dragon", "monkey", "football", "test"),
)
"""Of this shop, of its roles, and of everybody; told in docs/security.md."""
RUNS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "qwertzuiop",
    "asdfghjkl",
    "zxcvbnm",
    "yxcvbnm",
)
"""Neighbours in the alphabet, among the digits and on keyboards, read either way."""
SHORTEST_RUN = 4
FEWEST_LEFT = 5
"""Different characters that must remain."""


def must_not_be_guessed_first(password: str, email: str) -> None:
    """Raise `InvalidValue`, which never repeats the password, where it is among the first to be tried.

    No kind of character is asked for or forbidden: length and this are the only rules.
    """
    left = password.casefold()
    own = [part for part in re.split(r"[\W_]+", email.casefold()) if len(part) >= SHORTEST_RUN]
    for word in sorted((*WORDS, *own), key=len, reverse=True):
        left = left.replace(word, "")
    for run in (*RUNS, *(run[::-1] for run in RUNS)):
        for length in range(len(run), SHORTEST_RUN - 1, -1):
            for start in range(len(run) - length + 1):
                left = left.replace(run[start : start + length], "")
    if len(set(left)) < FEWEST_LEFT:
        expected = "something else than words and runs that everybody tries first"
        raise InvalidValue("password", "one that is tried first", expected)
