"""Passwords that everybody tries first, and all the others, which are nobody's business."""

from __future__ import annotations

from dataclasses import fields

import argon2
import pytest

from app.adapters.argon2_hasher import Argon2Hasher
from app.errors import InvalidValue
from app.staff.model import Role, SignInRefused, StaffMember
from app.staff.service import Staff
from tests.fakes import FakeClock, Memory
from tests.fakes.staff import FakeStaffStore

EMAIL = "magnolia@lighthouse.example"
FIRST = (
    *("password1234", "Password!!!!", "passwordpassword", "vitrine2026!", "Vitrine-Admin1", "adminadmin123"),
    *("aaaaaaaaaaaa", "121212121212", "123456789012", "qwertyuiop12", "QWERTZUIOP!!", "abcdefghijkl"),
    *("magnolia2026", "MagnoliaMagnolia", "lighthouse111", "letmeinletmein"),
)
OTHERS = (
    *(
        "a quiet red harbour",
        "lampenschirm",
        "839201748362",
        "ÄÖÜ ßß 東京 лампа",
        "        tea      pot        ",
    ),
    *(
        "!§$%&/()=?`*",
        "x" * 20 + "a quiet red one",
        "CORRECT HORSE BATTERY",
        "a" * 3 + "password of my aunt" * 5,
    ),
    "quiet " * 12 + "harbour",
)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def staff(clock: FakeClock) -> Staff:
    return Staff(FakeStaffStore(Memory()), Argon2Hasher(rounds=1, memory_kib=64), clock)


@pytest.mark.parametrize("password", FIRST)
def test_a_password_that_is_guessed_first_is_refused(staff: Staff, password: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        staff.create_with_password(EMAIL, password, Role.EDITOR)
    assert password.casefold() not in f"{refused.value.value} {refused.value.expected}".casefold()
    assert staff.count() == 0

    _, token = staff.add(EMAIL, Role.EDITOR)
    with pytest.raises(InvalidValue):
        staff.set_password(token, password)
    assert staff.member_of_link(token).password_hash == ""


def test_a_password_is_not_changed_to_one_that_is_guessed_first(staff: Staff) -> None:
    staff.create_with_password(EMAIL, OTHERS[0], Role.EDITOR)
    opened = staff.sign_in(EMAIL, OTHERS[0], address="10.0.0.1")
    present = staff.session(opened.token)
    assert present is not None
    with pytest.raises(InvalidValue):
        staff.change_password(present, OTHERS[0], FIRST[0])
    assert staff.session(opened.token) is not None


@pytest.mark.parametrize("password", OTHERS)
def test_whatever_is_long_and_not_guessed_first_is_taken_as_it_is(staff: Staff, password: str) -> None:
    staff.create_with_password(EMAIL, password, Role.EDITOR)
    assert staff.sign_in(EMAIL, password, address="10.0.0.1").member.email == EMAIL


@pytest.mark.parametrize(
    "almost", ["A quiet red harbour", "a quiet red harbour ", " a quiet red harbour", "a quiet red harbou"]
)
def test_a_password_is_compared_as_it_was_typed(staff: Staff, almost: str) -> None:
    staff.create_with_password(EMAIL, "a quiet red harbour", Role.EDITOR)
    with pytest.raises(SignInRefused):
        staff.sign_in(EMAIL, almost, address="10.0.0.1")


def test_a_password_is_good_after_ten_years(staff: Staff, clock: FakeClock) -> None:
    staff.create_with_password(EMAIL, OTHERS[0], Role.EDITOR)
    clock.turn(days=3650)
    assert staff.sign_in(EMAIL, OTHERS[0], address="10.0.0.1").member.email == EMAIL


def test_a_new_shop_has_no_account(staff: Staff) -> None:
    assert staff.count() == 0
    for name in ("admin@shop.example", "root@localhost", "editor@vitrine.example"):
        with pytest.raises(SignInRefused):
            staff.sign_in(name, "", address="10.0.0.1")


def test_an_account_knows_no_question_and_no_hint() -> None:
    names = {field.name for field in fields(StaffMember)}
    assert [name for name in names if "hint" in name or "question" in name or "answer" in name] == []


def test_hashing_costs_what_is_recommended() -> None:
    """OWASP's least is 19 MiB in two passes; the shop takes RFC 9106's second recommendation."""
    parameters = argon2.extract_parameters(Argon2Hasher().hash("a quiet red harbour"))
    assert parameters.type is argon2.Type.ID
    assert parameters.memory_cost >= 65536
    assert parameters.time_cost >= 3
    assert (parameters.salt_len, parameters.hash_len) == (16, 32)
