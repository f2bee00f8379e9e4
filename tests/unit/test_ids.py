"""Identifiers and tokens: readable, different every time, and of no use once digested."""

from __future__ import annotations

import re

from app.ids import is_id, new_id, new_token, token_digest


def test_an_id_names_its_kind_and_avoids_letters_that_look_like_digits() -> None:
    assert re.fullmatch(r"ord_[0-9a-hjkmnp-tv-z]{20}", new_id("ord"))


def test_an_id_is_known_by_its_look() -> None:
    assert is_id(new_id("col"), "col")
    assert is_id("col_0123456789abcdefghjk", "col")
    for odd in (
        "prd_0123456789abcdefghjk",
        "col_0123456789abcdefghj",
        "col_0123456789abcdefghjkm",
        "col_0123456789abcdefghji",
        "col_0123456789ABCDEFGHJK",
        "col_0123456789abcdefgh/k",
        "col_0123456789abcdefghj\n",
        "col_0123456789abcdefghj٣",
        "",
    ):
        assert not is_id(odd, "col"), odd


def test_ids_and_tokens_never_repeat() -> None:
    assert len({new_id("ord") for _ in range(200)}) == 200
    assert len({new_token() for _ in range(200)}) == 200


def test_a_token_goes_into_a_url_as_it_is() -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", new_token())


def test_a_digest_is_the_same_every_time_and_holds_nothing_of_the_token() -> None:
    assert token_digest("secret") == token_digest("secret")
    assert token_digest("secret") == "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"


def test_one_token_has_another_digest_in_every_scope() -> None:
    digests = {token_digest("secret"), token_digest("secret", "default"), token_digest("secret", "japan")}
    assert len(digests) == 3
