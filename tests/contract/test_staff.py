"""The staff store, whatever keeps it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from app.adapters.mongo.connection import Database
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


def enrolled(staff: StaffStore, step: int = 100) -> StaffMember:
    """Give Ann a second factor with two recovery codes."""
    staff.insert_member(ANN)
    member = staff.put_factor(ANN, secret="sealed", since=NOW, step=step, digests=["one", "two"])
    assert member is not None
    return member


def test_a_second_factor_comes_into_force_once_and_begins_a_generation(staff: StaffStore) -> None:
    member = enrolled(staff)
    assert member == replace(
        ANN,
        totp_secret="sealed",
        totp_since=NOW,
        totp_step=100,
        recovery_digests=("one", "two"),
        generation=2,
    )
    assert staff.put_factor(ANN, secret="other", since=NOW, step=101, digests=[]) is None
    stale = replace(member, generation=1)
    assert staff.put_factor(stale, secret="other", since=NOW, step=101, digests=[]) is None
    assert staff.member(ANN.id) == member
    moved = staff.put_factor(member, secret="other", since=later(hours=1), step=101, digests=["three"])
    assert moved is not None
    assert (moved.totp_secret, moved.recovery_digests, moved.generation) == ("other", ("three",), 3)


def test_an_account_from_before_there_were_second_factors_gets_one(database: Database) -> None:
    staff = MongoStaffStore(database)
    staff.insert_member(ANN)
    gone = {"totp_secret": "", "totp_since": "", "totp_step": "", "recovery_digests": ""}
    database.documents("staff").update({"_id": ANN.id}, {"$unset": gone})
    assert staff.member(ANN.id) == ANN
    member = staff.put_factor(ANN, secret="sealed", since=NOW, step=100, digests=["one"])
    assert member is not None
    assert member.has_second_factor


def test_a_time_step_is_spent_once_and_none_before_it(staff: StaffStore) -> None:
    enrolled(staff, step=100)
    spent = [
        staff.spend_step(ANN.id, secret="sealed", step=step) for step in (99, 100, 101, 101, 100, 103, 102)
    ]
    assert spent == [False, False, True, False, False, True, False]
    assert not staff.spend_step(ANN.id, secret="other", step=200)
    assert not staff.spend_step("stf_bob", secret="sealed", step=200)
    member = staff.member(ANN.id)
    assert member is not None
    assert member.totp_step == 103


def test_of_many_who_give_the_same_code_one_is_let_in(staff: StaffStore) -> None:
    enrolled(staff, step=100)
    with ThreadPoolExecutor(8) as crowd:
        codes = list(crowd.map(lambda _: staff.spend_step(ANN.id, secret="sealed", step=101), range(8)))
        backups = list(crowd.map(lambda _: staff.spend_recovery(ANN.id, "one"), range(8)))
    assert (codes.count(True), backups.count(True)) == (1, 1)


def test_a_recovery_code_is_spent_once_and_only_its_own(staff: StaffStore) -> None:
    enrolled(staff)
    assert not staff.spend_recovery(ANN.id, "three")
    assert not staff.spend_recovery("stf_bob", "one")
    assert staff.spend_recovery(ANN.id, "one")
    assert not staff.spend_recovery(ANN.id, "one")
    member = staff.member(ANN.id)
    assert member is not None
    assert member.recovery_digests == ("two",)


def test_recovery_codes_are_replaced_where_the_secret_is_still_the_same(staff: StaffStore) -> None:
    enrolled(staff)
    assert not staff.put_recovery(ANN.id, secret="other", digests=["three"])
    assert staff.put_recovery(ANN.id, secret="sealed", digests=["three", "four"])
    assert not staff.spend_recovery(ANN.id, "one")
    assert staff.spend_recovery(ANN.id, "four")


def test_a_second_factor_goes_with_all_that_belongs_to_it(staff: StaffStore) -> None:
    enrolled(staff)
    assert staff.drop_factor(ANN.id) == replace(ANN, generation=3)
    assert staff.member(ANN.id) == replace(ANN, generation=3)
    assert not staff.spend_recovery(ANN.id, "one")
    assert staff.drop_factor("stf_bob") is None


def test_a_secret_waits_in_one_session(staff: StaffStore) -> None:
    here, there = replace(session("here"), awaits_code=True), session("there")
    for one in (here, there):
        staff.insert_session(one)
    staff.put_pending(here.id, "sealed")
    staff.put_pending("ses_gone", "sealed")
    assert staff.session("digest here") == replace(here, pending_secret="sealed")
    assert staff.session("digest there") == there
    staff.put_pending(here.id, "")
    assert staff.session("digest here") == here
    assert len(staff.sessions(ANN.id)) == 2
