"""Accounts, sessions, links and attempts, on a store in memory and a clock that stands still."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from app.errors import InvalidValue, NotFound, StoreUnavailable
from app.ids import token_digest
from app.staff.attempts import FROM_ADDRESS, ON_ACCOUNT
from app.staff.model import (
    LinkSpent,
    Permission,
    Role,
    SignedIn,
    SignInRefused,
    TooManyAttempts,
    parse_email,
    parse_role,
)
from app.staff.service import Staff
from tests.fakes import FakeClock, Memory
from tests.fakes.staff import FakeStaffStore

EMAIL, PASSWORD = "ann@shop.example", "a quiet red harbour"


@dataclass
class PlainHasher:
    """Hashes by saying what was hashed; counts how often it was asked to verify."""

    work: int = 1
    verified: int = 0

    def hash(self, password: str) -> str:
        return f"{self.work}|{password}"

    def verify(self, password_hash: str, password: str) -> bool:
        self.verified += 1
        return password_hash.partition("|")[2] == password

    def needs_rehash(self, password_hash: str) -> bool:
        return not password_hash.startswith(f"{self.work}|")

    def dummy(self) -> str:
        return "0|nobody's"


@dataclass
class Room:
    """The service and what it works with."""

    staff: Staff
    store: FakeStaffStore
    hasher: PlainHasher
    clock: FakeClock

    def sign_in(self, password: str = PASSWORD, address: str = "192.0.2.1", email: str = EMAIL) -> SignedIn:
        return self.staff.sign_in(email, password, address=address, browser="Firefox")


@pytest.fixture
def room() -> Room:
    store, hasher, clock = FakeStaffStore(Memory()), PlainHasher(), FakeClock()
    return Room(Staff(store, hasher, clock), store, hasher, clock)


@pytest.fixture
def ann(room: Room) -> Room:
    room.staff.create_with_password(EMAIL, PASSWORD, Role.EDITOR)
    return room


def test_an_account_is_found_whatever_the_case_of_its_address(room: Room) -> None:
    member = room.staff.create_with_password("  Ann@Shop.EXAMPLE ", PASSWORD, Role.OWNER)
    assert member.email == EMAIL
    assert room.sign_in(email="ANN@shop.example").member.id == member.id
    assert room.staff.count() == 1


def test_an_address_gets_no_second_account(ann: Room) -> None:
    with pytest.raises(InvalidValue) as refused:
        ann.staff.add("ANN@shop.example", Role.OWNER)
    assert (refused.value.field, refused.value.value) == ("email", EMAIL)
    assert ann.staff.count() == 1


@pytest.mark.parametrize(
    "text", ["", "ann", "@shop.example", "ann@", "a b@shop.example", "a\x00@b", "a" * 255 + "@b"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue):
        parse_email(text)


def test_an_unknown_role_names_those_that_exist() -> None:
    with pytest.raises(InvalidValue, match="one of owner, editor, viewer"):
        parse_role("king")


def test_a_new_account_opens_only_after_its_link_was_used(room: Room) -> None:
    member, token = room.staff.add(EMAIL, Role.EDITOR)
    assert room.store.member(member.id).link_digest == token_digest(token, "link")  # type: ignore[union-attr]
    with pytest.raises(SignInRefused):
        room.sign_in("")
    assert room.staff.member_of_link(token).email == EMAIL
    room.staff.set_password(token, PASSWORD)
    assert room.sign_in().member.id == member.id
    with pytest.raises(LinkSpent):
        room.staff.set_password(token, "another long password")
    assert room.sign_in().member.id == member.id


def test_a_link_ends_after_two_days(room: Room) -> None:
    _, token = room.staff.add(EMAIL, Role.EDITOR)
    room.clock.turn(hours=48)
    with pytest.raises(LinkSpent):
        room.staff.set_password(token, PASSWORD)
    with pytest.raises(SignInRefused):
        room.sign_in()


def test_a_new_link_sets_a_forgotten_password_and_signs_out(ann: Room) -> None:
    before = ann.sign_in()
    member, token = ann.staff.new_link(EMAIL)
    assert ann.staff.session(before.token) is not None
    ann.staff.set_password(token, "the other harbour wall")
    assert ann.staff.session(before.token) is None
    assert ann.staff.sessions(member.id) == []
    with pytest.raises(SignInRefused):
        ann.sign_in()
    assert ann.sign_in("the other harbour wall").member.id == member.id


def test_a_link_for_nobody_is_refused(room: Room) -> None:
    with pytest.raises(NotFound):
        room.staff.new_link("bob@shop.example")


@pytest.mark.parametrize("password", ["", "eleven char", "x" * 1025])
def test_a_password_out_of_bounds_changes_nothing_and_is_not_repeated(room: Room, password: str) -> None:
    _, token = room.staff.add(EMAIL, Role.EDITOR)
    with pytest.raises(InvalidValue) as refused:
        room.staff.set_password(token, password)
    assert refused.value.value == f"{len(password)} characters long"
    assert room.staff.member_of_link(token).password_hash == ""


def test_twelve_plain_characters_are_enough(room: Room) -> None:
    room.staff.create_with_password(EMAIL, "lampenschirm", Role.VIEWER)
    assert room.sign_in("lampenschirm").member.role is Role.VIEWER


def test_an_unknown_address_costs_a_verification_too(ann: Room) -> None:
    for email in (EMAIL, "bob@shop.example"):
        ann.hasher.verified = 0
        with pytest.raises(SignInRefused):
            ann.sign_in("a wrong password", email=email)
        assert ann.hasher.verified == 1


def test_the_password_of_nobody_opens_nothing(room: Room) -> None:
    with pytest.raises(SignInRefused):
        room.sign_in("nobody's")


def test_a_session_is_kept_by_its_digest_only(ann: Room) -> None:
    signed_in = ann.sign_in()
    assert signed_in.session.digest == token_digest(signed_in.token, "staff")
    assert signed_in.token not in repr(signed_in.session)
    assert len(signed_in.token) == 43
    assert ann.staff.session(signed_in.session.digest) is None
    assert ann.staff.session("") is None


def test_every_sign_in_gets_a_new_token(ann: Room) -> None:
    first, second = ann.sign_in(), ann.sign_in()
    assert first.token != second.token
    assert len(ann.staff.sessions(first.member.id)) == 2


def test_a_session_ends_eight_hours_after_its_last_use(ann: Room) -> None:
    token = ann.sign_in().token
    ann.clock.turn(hours=7, minutes=59)
    assert ann.staff.session(token) is not None
    ann.clock.turn(hours=7, minutes=59)
    assert ann.staff.session(token) is not None
    ann.clock.turn(hours=8)
    assert ann.staff.session(token) is None


def test_a_session_ends_after_seven_days_of_use(ann: Room) -> None:
    token = ann.sign_in().token
    for _ in range(7 * 4 - 1):
        ann.clock.turn(hours=6)
        assert ann.staff.session(token) is not None
    ann.clock.turn(hours=6)
    assert ann.staff.session(token) is None


def test_a_page_that_polls_does_not_write(ann: Room) -> None:
    signed_in = ann.sign_in()
    ann.clock.turn(seconds=59)
    ann.staff.session(signed_in.token)
    assert ann.staff.sessions(signed_in.member.id) == [signed_in.session]
    ann.clock.turn(seconds=1)
    ann.staff.session(signed_in.token)
    assert ann.staff.sessions(signed_in.member.id)[0].seen_at == ann.clock.now()


def test_signing_out_ends_this_session_and_no_other(ann: Room) -> None:
    here, there = ann.sign_in(), ann.sign_in()
    ann.staff.sign_out(here.token)
    ann.staff.sign_out("no token of ours")
    assert ann.staff.session(here.token) is None
    assert ann.staff.session(there.token) is not None


def test_sessions_are_ended_one_by_one_all_others_or_all(ann: Room) -> None:
    one, two, three = ann.sign_in(), ann.sign_in(), ann.sign_in()
    assert ann.staff.revoke(one.member.id, one.session.id)
    assert not ann.staff.revoke("stf_other", two.session.id)
    present = ann.staff.session(two.token)
    assert present is not None
    assert ann.staff.revoke_others(present) == 1
    assert [ann.staff.session(each.token) is not None for each in (one, two, three)] == [False, True, False]
    ann.staff.revoke_all(two.member.id)
    assert ann.staff.session(two.token) is None


def test_a_session_that_was_being_opened_ends_with_all_others(ann: Room) -> None:
    late = ann.sign_in()
    ann.staff.revoke_all(late.member.id)
    ann.store.insert_session(late.session)
    assert ann.staff.session(late.token) is None


def test_a_changed_password_ends_every_other_session(ann: Room) -> None:
    here, there = ann.sign_in(), ann.sign_in()
    present = ann.staff.session(here.token)
    assert present is not None
    renewed = ann.staff.change_password(present, PASSWORD, "the other harbour wall")
    assert ann.staff.session(renewed.token) is not None
    assert ann.staff.session(here.token) is None
    assert ann.staff.session(there.token) is None
    with pytest.raises(SignInRefused):
        ann.sign_in()


def test_a_password_changes_only_for_who_knows_it(ann: Room) -> None:
    present = ann.staff.session(ann.sign_in().token)
    assert present is not None
    with pytest.raises(SignInRefused):
        ann.staff.change_password(present, "a wrong password", "the other harbour wall")
    assert ann.sign_in().member.id == present.member.id


def test_ten_failures_from_an_address_make_it_wait_and_nobody_else(ann: Room) -> None:
    for _ in range(FROM_ADDRESS):
        with pytest.raises(SignInRefused):
            ann.sign_in("a wrong password")
    ann.clock.turn(minutes=5)
    verified = ann.hasher.verified
    with pytest.raises(TooManyAttempts) as refused:
        ann.sign_in()
    assert refused.value.retry_after == 600
    assert ann.hasher.verified == verified
    assert ann.sign_in(address="192.0.2.2").member.email == EMAIL
    ann.clock.turn(minutes=10)
    assert ann.sign_in().member.email == EMAIL


def test_many_addresses_together_meet_a_limit_too(ann: Room) -> None:
    for number in range(ON_ACCOUNT):
        with pytest.raises(SignInRefused):
            ann.sign_in("a wrong password", address=f"192.0.2.{number}")
    with pytest.raises(TooManyAttempts):
        ann.sign_in(address="198.51.100.1")


def test_an_address_without_account_is_limited_alike(room: Room) -> None:
    for _ in range(FROM_ADDRESS):
        with pytest.raises(SignInRefused):
            room.sign_in()
    with pytest.raises(TooManyAttempts):
        room.sign_in()


def test_a_right_password_forgets_the_failures(ann: Room) -> None:
    for _ in range(3):
        for _ in range(FROM_ADDRESS - 1):
            with pytest.raises(SignInRefused):
                ann.sign_in("a wrong password")
        ann.sign_in()


def test_a_database_that_cannot_count_lets_nobody_in(ann: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise StoreUnavailable("gone")

    monkeypatch.setattr(ann.store, "count_attempt", broken)
    with pytest.raises(StoreUnavailable):
        ann.sign_in()
    assert ann.hasher.verified == 0


def test_a_hash_of_less_work_is_renewed_at_sign_in_and_nobody_is_signed_out(ann: Room) -> None:
    before = ann.sign_in()
    ann.hasher.work = 2
    after = ann.sign_in()
    assert ann.store.member(after.member.id).password_hash == f"2|{PASSWORD}"  # type: ignore[union-attr]
    assert ann.staff.session(before.token) is not None
    assert ann.staff.session(after.token) is not None


def test_a_session_of_a_deleted_account_is_over(ann: Room) -> None:
    signed_in = ann.sign_in()
    ann.store._members.clear()
    assert ann.staff.session(signed_in.token) is None


def test_roles_permit_what_they_are_for(room: Room) -> None:
    may = {
        role: {permission for permission in Permission if member.may(permission)}
        for role in Role
        if (member := room.staff.create_with_password(f"{role}@shop.example", PASSWORD, role))
    }
    assert may[Role.OWNER] == set(Permission)
    assert may[Role.EDITOR] == {
        Permission.SEE,
        Permission.EDIT_CATALOGUE,
        Permission.CHANGE_STOCK,
        Permission.REBUILD,
        Permission.SEE_ORDERS,
    }
    assert may[Role.VIEWER] == {Permission.SEE}
