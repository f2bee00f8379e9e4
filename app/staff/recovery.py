"""Recovery codes: ten ways in without the phone, each for once."""

from __future__ import annotations

import secrets

from app.ids import ALPHABET, token_digest

CODES = 10
GROUPS, LETTERS = 4, 6
"""24 letters of 5 bits: with 120 bits a plain digest is enough (ASVS 5.0 6.5.2 asks for 112)."""
MISREAD = str.maketrans({"o": "0", "i": "1", "l": "1"})


def new_codes() -> tuple[str, ...]:
    """Return ten codes such as `7k2mqa-0d9xw3-hhr4zt-1b8vne`."""
    return tuple("-".join(_group() for _ in range(GROUPS)) for _ in range(CODES))


def code_digest(code: str, member_id: str) -> str:
    """Return what is stored in a code's place; case, dashes, blanks and misread letters do not matter."""
    plain = "".join(char for char in code.casefold() if char.isalnum()).translate(MISREAD)
    return token_digest(plain, "recovery", member_id)


def _group() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LETTERS))
