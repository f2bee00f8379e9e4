"""The staff store, whatever keeps it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from app.adapters.mongo.staff import MongoStaffStore
from app.staff.model import Role, StaffMember, StaffSession
from app.staff.store import Attempts, StaffStore
from tests.fakes import Memory
from tests.fakes.staff import FakeStaffStore

from .samples import NOW, later

ANN = StaffMember(
    "stf_ann",
    "ann@shop.example",
    Role.OWNER,
    NOW,
    password_hash="hash 1",
    link_digest="link",
    link_expires_at=later(hours=1),
)


@pytest.fixture(params=["fake", "mongo"])
def staff(request: pytest.FixtureRequest) -> StaffStore:
    """The store under test: once faked, once real."""
    if request.param == "fake":
        return FakeStaffStore(Memory())
    return MongoStaffStore(request.getfixturevalue("database"))


def session(name: str, minutes: int = 0, member: str = ANN.id) -> StaffSession:
    """Return a session that was used some minutes after NOW."""
    return StaffSession(
        id=f"ses_{name}",
        digest=f"digest {name}",
        member_id=member,
        generation=1,
        created_at=NOW,
        seen_at=later(minutes=minutes),
        ends_at=later(days=7),
        expires_at=later(hours=8),
    )


def test_an_address_has_one_account(staff: StaffStore) -> None:
    assert staff.insert_member(ANN)
    assert not staff.insert_member(replace(ANN, id="stf_bob"))
    assert staff.member("stf_bob") is None
    assert staff.member(ANN.id) == ANN
    assert staff.member_by_email(ANN.email) == ANN
    assert staff.member_by_email("bob@shop.example") is None
    assert staff.count_members() == 1


def test_a_link_is_spent_once_and_begins_a_generation(staff: StaffStore) -> None:
    staff.insert_member(ANN)
    assert staff.member_by_link("link") == ANN
    changed = replace(
        ANN, password_hash="hash 2", link_digest="", link_expires_at=None, generation=ANN.generation + 1
    )
    assert staff.spend_link("link", NOW, "hash 2") == changed
    assert staff.spend_link("link", NOW, "hash 3") is None
    assert staff.member(ANN.id) == changed


def test_a_link_that_has_expired_sets_nothing(staff: StaffStore) -> None:
    staff.insert_member(ANN)
    assert staff.spend_link("link", later(hours=1), "hash 2") is None
    assert staff.member(ANN.id) == ANN


def test_a_new_link_takes_the_place_of_the_old_one(staff: StaffStore) -> None:
    staff.insert_member(ANN)
    staff.put_link(ANN.id, "other", later(hours=2))
    assert staff.member_by_link("link") is None
    assert staff.member_by_link("other") == replace(ANN, link_digest="other", link_expires_at=later(hours=2))


def test_a_password_changes_only_where_it_is_still_the_old_one(staff: StaffStore) -> None:
    staff.insert_member(ANN)
    changed = replace(ANN, password_hash="hash 2", link_digest="", link_expires_at=None, generation=2)
    assert staff.change_password(ANN.id, old_hash="hash 1", new_hash="hash 2") == changed
    assert staff.change_password(ANN.id, old_hash="hash 1", new_hash="hash 3") is None
    staff.rehash(ANN.id, old_hash="hash 1", new_hash="hash 3")
    assert staff.member(ANN.id) == changed
    staff.rehash(ANN.id, old_hash="hash 2", new_hash="hash 4")
    assert staff.member(ANN.id) == replace(changed, password_hash="hash 4")


def test_a_generation_begins_on_its_own(staff: StaffStore) -> None:
    staff.insert_member(ANN)
    staff.begin_generation(ANN.id)
    assert staff.member(ANN.id) == replace(ANN, generation=2)


def test_sessions_are_found_by_digest_and_listed_by_use(staff: StaffStore) -> None:
    old, new, other = session("old"), session("new", 5), session("other", member="stf_bob")
    for one in (old, new, other):
        staff.insert_session(one)
    assert staff.session("digest old") == old
    assert staff.session("digest none") is None
    assert staff.sessions(ANN.id) == [new, old]
    staff.touch(old.id, seen_at=later(minutes=9), expires_at=later(hours=9))
    touched = replace(old, seen_at=later(minutes=9), expires_at=later(hours=9))
    assert staff.sessions(ANN.id) == [touched, new]


def test_a_touch_does_not_bring_a_session_back(staff: StaffStore) -> None:
    staff.touch("ses_gone", seen_at=NOW, expires_at=later(hours=8))
    assert staff.sessions(ANN.id) == []


def test_a_member_ends_their_own_sessions_only(staff: StaffStore) -> None:
    for one in (session("a", 3), session("b", 2), session("c", 1), session("other", member="stf_bob")):
        staff.insert_session(one)
    assert not staff.delete_session(ANN.id, "ses_other")
    assert staff.delete_session(ANN.id, "ses_a")
    assert not staff.delete_session(ANN.id, "ses_a")
    assert staff.delete_sessions(ANN.id, keep="ses_b") == 1
    assert [one.id for one in staff.sessions(ANN.id)] == ["ses_b"]
    assert staff.delete_sessions(ANN.id) == 1
    assert [one.id for one in staff.sessions("stf_bob")] == ["ses_other"]


def test_attempts_are_counted_until_their_window_closes(staff: StaffStore) -> None:
    until, step = later(minutes=15), timedelta(minutes=1)
    assert staff.count_attempt("key", NOW, until) == Attempts(1, until)
    assert staff.count_attempt("key", NOW + step, until + step) == Attempts(2, until)
    assert staff.count_attempt("other", NOW, until) == Attempts(1, until)
    assert staff.count_attempt("key", until, until + step) == Attempts(1, until + step)
    staff.forget_attempts("key")
    staff.forget_attempts("never counted")
    assert staff.count_attempt("key", NOW, until) == Attempts(1, until)
