"""The hasher, with little work."""

from __future__ import annotations

from app.adapters.argon2_hasher import Argon2Hasher

QUICK = {"rounds": 1, "memory_kib": 64}


def test_a_hash_is_argon2id_salted_and_verifies_its_password_only() -> None:
    hasher = Argon2Hasher(**QUICK)
    first, second = hasher.hash("a quiet red harbour"), hasher.hash("a quiet red harbour")
    assert first.startswith("$argon2id$v=19$m=64,t=1,")
    assert first != second
    assert hasher.verify(first, "a quiet red harbour")
    assert not hasher.verify(first, "a quiet red harbor")
    assert not hasher.verify("no hash at all", "a quiet red harbour")


def test_a_hash_with_less_work_than_today_is_noticed() -> None:
    assert Argon2Hasher().needs_rehash(Argon2Hasher(**QUICK).hash("x"))
    assert not Argon2Hasher(**QUICK).needs_rehash(Argon2Hasher(**QUICK).hash("x"))


def test_the_dummy_is_made_once_and_matches_nothing() -> None:
    hasher = Argon2Hasher(**QUICK)
    assert hasher.dummy() == hasher.dummy()
    assert not hasher.verify(hasher.dummy(), "")
