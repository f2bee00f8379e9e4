"""The second factor's rules, on a store in memory and a clock that stands still."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import pyotp
import pytest

from app.adapters.otp_codes import OtpCodes
from app.adapters.vault import KeyedVault
from app.errors import NotFound
from app.staff.attempts import CODES_ON_ACCOUNT, FROM_ADDRESS
from app.staff.model import (
    CodeRefused,
    FactorRequired,
    FactorUnreadable,
    HalfSignInOver,
    Present,
    Proof,
    Role,
    SignedIn,
    SignInRefused,
    TooManyAttempts,
)
from app.staff.recovery import code_digest, new_codes
from app.staff.second_factor import SecondFactor
from app.staff.service import Staff
from tests.fakes import FakeClock, Memory
from tests.fakes.staff import FakeStaffStore

EMAIL, PASSWORD = "ann@shop.example", "a quiet red harbour"
HERE, THERE = "192.0.2.1", "192.0.2.99"


class PlainHasher:
    """Hashes by saying what was hashed."""

    def hash(self, password: str) -> str:
        return f"hash of {password}"

    def verify(self, password_hash: str, password: str) -> bool:
        return password_hash == self.hash(password)

    def needs_rehash(self, password_hash: str) -> bool:
        return False

    def dummy(self) -> str:
        return "nobody's"


@dataclass
class Room:
    """Ann, her phone, and what she meets."""

    factor: SecondFactor
    store: FakeStaffStore
    clock: FakeClock
    secret: str = ""
    recovery: Sequence[str] = ()

    @property
    def staff(self) -> Staff:
        return self.factor.staff

    def code(self, steps: int = 0) -> str:
        """Return what the phone shows, some steps later."""
        return pyotp.TOTP(self.secret).at(self.clock.now(), counter_offset=steps)

    def later(self) -> None:
        """Wait for the next code."""
        self.clock.turn(seconds=30)

    def password(self, password: str = PASSWORD, address: str = HERE) -> SignedIn:
        return self.staff.sign_in(EMAIL, password, address=address, browser="Firefox")

    def present(self, signed_in: SignedIn) -> Present:
        known = self.staff.session(signed_in.token)
        assert known is not None
        return known

    def enrol(self) -> SignedIn:
        """Set the second factor up, and wait until its first code is past."""
        signed_in = self.password()
        self.factor.begin(self.present(signed_in), Proof(PASSWORD))
        enrolment = self.factor.enrolment(self.present(signed_in), "Halftide")
        assert enrolment is not None
        self.secret = enrolment.secret
        signed_in, self.recovery = self.factor.confirm(self.present(signed_in), self.code())
        self.later()
        return signed_in

    def give(self, token: str, code: str = "", recovery: str = "", address: str = HERE) -> SignedIn:
        return self.factor.complete(token, Proof(code=code, recovery=recovery), address=address)


@pytest.fixture
def ann() -> Room:
    store, clock = FakeStaffStore(Memory()), FakeClock()
    staff = Staff(store, PlainHasher(), clock)
    staff.create_with_password(EMAIL, PASSWORD, Role.OWNER)
    return Room(SecondFactor(staff, OtpCodes(), KeyedVault("the shop's secret key")), store, clock)


def test_nothing_counts_before_the_first_code(ann: Room) -> None:
    signed_in = ann.password()
    ann.factor.begin(ann.present(signed_in), Proof(PASSWORD))
    assert not ann.password().session.awaits_code
    with pytest.raises(CodeRefused):
        ann.factor.confirm(ann.present(signed_in), "000000")
    assert not ann.present(signed_in).member.has_second_factor


def test_beginning_takes_the_password_again(ann: Room) -> None:
    signed_in = ann.password()
    with pytest.raises(SignInRefused):
        ann.factor.begin(ann.present(signed_in), Proof("a wrong password"))
    assert ann.factor.enrolment(ann.present(signed_in), "Halftide") is None


def test_a_waiting_secret_is_seen_by_its_own_session_only(ann: Room) -> None:
    here, there = ann.password(), ann.password()
    ann.factor.begin(ann.present(here), Proof(PASSWORD))
    assert ann.factor.enrolment(ann.present(there), "Halftide") is None
    with pytest.raises(HalfSignInOver):
        ann.factor.confirm(ann.present(there), "123456")
    ann.factor.cancel(ann.present(here))
    assert ann.factor.enrolment(ann.present(here), "Halftide") is None


def test_an_enrolment_names_shop_and_account_for_the_phone(ann: Room) -> None:
    signed_in = ann.password()
    ann.factor.begin(ann.present(signed_in), Proof(PASSWORD))
    enrolment = ann.factor.enrolment(ann.present(signed_in), "Halftide & Sons")
    assert enrolment is not None
    read = pyotp.parse_uri(enrolment.address)
    assert isinstance(read, pyotp.TOTP)
    assert (read.secret, read.name, read.issuer) == (enrolment.secret, EMAIL, "Halftide & Sons")
    assert (read.digits, read.interval, len(enrolment.secret)) == (6, 30, 32)
    assert enrolment.secret not in repr(enrolment)


def test_the_first_code_turns_it_on_and_signs_every_other_browser_out(ann: Room) -> None:
    other = ann.password()
    signed_in = ann.enrol()
    assert ann.staff.session(other.token) is None
    member = ann.present(signed_in).member
    assert member.has_second_factor
    assert member.totp_since == ann.clock.now() - timedelta(seconds=30)
    assert len(member.recovery_digests) == 10
    assert ann.secret not in repr(ann.store._members) + repr(ann.store._sessions)
    assert ann.secret not in member.totp_secret


def test_a_right_password_alone_opens_nothing(ann: Room) -> None:
    ann.enrol()
    half = ann.password()
    assert half.session.awaits_code
    assert ann.staff.session(half.token) is None
    assert [each.awaits_code for each in ann.staff.sessions(half.member.id)] == [False]
    whole = ann.give(half.token, ann.code())
    assert whole.token != half.token
    assert ann.staff.session(whole.token) is not None
    assert ann.staff.half(half.token) is None
    with pytest.raises(HalfSignInOver):
        ann.give(half.token, ann.code(1))


def test_a_password_waits_ten_minutes_for_its_code(ann: Room) -> None:
    ann.enrol()
    half = ann.password()
    ann.clock.turn(minutes=9, seconds=59)
    assert ann.staff.half(half.token) is not None
    ann.clock.turn(seconds=1)
    with pytest.raises(HalfSignInOver):
        ann.give(half.token, ann.code())


@pytest.mark.parametrize(("steps", "is_taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_one_step_before_and_after_is_taken(ann: Room, steps: int, is_taken: bool) -> None:
    ann.enrol()
    ann.clock.turn(minutes=5)
    half = ann.password()
    if is_taken:
        assert ann.staff.session(ann.give(half.token, ann.code(steps)).token) is not None
    else:
        with pytest.raises(CodeRefused):
            ann.give(half.token, ann.code(steps))


def test_a_code_is_taken_once_and_none_before_it_after_it(ann: Room) -> None:
    ann.enrol()
    ann.clock.turn(minutes=5)
    ann.give(ann.password().token, ann.code())
    for steps in (0, -1):
        with pytest.raises(CodeRefused):
            ann.give(ann.password().token, ann.code(steps))
    ann.give(ann.password().token, ann.code(1))
    ann.later()
    with pytest.raises(CodeRefused):
        ann.give(ann.password().token, ann.code())


def test_the_code_that_turned_it_on_does_not_sign_in(ann: Room) -> None:
    ann.enrol()
    with pytest.raises(CodeRefused):
        ann.give(ann.password().token, ann.code(-1))


@pytest.mark.parametrize(
    "code", ["", "0", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "12345\x00", "-12345", "1" * 5000]
)
def test_what_is_no_code_is_refused(ann: Room, code: str) -> None:
    ann.enrol()
    with pytest.raises(CodeRefused):
        ann.give(ann.password().token, code)


def test_a_code_may_be_typed_in_two_groups(ann: Room) -> None:
    ann.enrol()
    code = ann.code()
    assert ann.give(ann.password().token, f" {code[:3]} {code[3:]} ").member.email == EMAIL


def test_a_recovery_code_opens_once_however_it_is_typed(ann: Room) -> None:
    ann.enrol()
    first, second = ann.recovery[:2]
    ann.give(ann.password().token, recovery=first)
    with pytest.raises(CodeRefused):
        ann.give(ann.password().token, recovery=first)
    sloppy = second.upper().replace("-", " ").replace("0", "O").replace("1", "l")
    signed_in = ann.give(ann.password().token, recovery=sloppy)
    assert len(ann.present(signed_in).member.recovery_digests) == 8


def test_recovery_codes_are_long_unlike_and_kept_as_digests(ann: Room) -> None:
    signed_in = ann.enrol()
    codes = new_codes()
    assert len(set(codes)) == 10
    assert {len(code.replace("-", "")) for code in codes} == {24}
    kept = ann.present(signed_in).member
    assert kept.recovery_digests == tuple(code_digest(code, kept.id) for code in ann.recovery)
    assert code_digest(codes[0], "stf_ann") != code_digest(codes[0], "stf_bob")


def test_new_recovery_codes_take_the_place_of_the_old_ones(ann: Room) -> None:
    signed_in, before = ann.enrol(), ann.recovery
    with pytest.raises(CodeRefused):
        ann.factor.renew_codes(ann.present(signed_in), Proof(PASSWORD))
    with pytest.raises(SignInRefused):
        ann.factor.renew_codes(ann.present(signed_in), Proof("a wrong password", ann.code()))
    after = ann.factor.renew_codes(ann.present(signed_in), Proof(PASSWORD, ann.code()))
    assert not set(before) & set(after)
    with pytest.raises(CodeRefused):
        ann.give(ann.password().token, recovery=before[0])
    assert ann.give(ann.password().token, recovery=after[0]).member.email == EMAIL


def test_turning_off_takes_password_and_code_and_ends_other_sessions(ann: Room) -> None:
    signed_in = ann.enrol()
    for proof in (Proof(PASSWORD), Proof("", ann.code()), Proof("a wrong password", ann.code())):
        with pytest.raises((SignInRefused, CodeRefused)):
            ann.factor.turn_off(ann.present(signed_in), proof)
    other = ann.give(ann.password().token, recovery=ann.recovery[0])
    renewed = ann.factor.turn_off(ann.present(signed_in), Proof(PASSWORD, ann.code()))
    assert not ann.present(renewed).member.has_second_factor
    assert ann.present(renewed).member.recovery_digests == ()
    assert ann.staff.session(other.token) is None
    assert ann.staff.session(signed_in.token) is None
    assert not ann.password().session.awaits_code


def test_another_phone_takes_a_code_of_this_one_and_this_one_holds_until_then(ann: Room) -> None:
    signed_in, old = ann.enrol(), ann.secret
    with pytest.raises(CodeRefused):
        ann.factor.begin(ann.present(signed_in), Proof(PASSWORD, "000000"))
    ann.factor.begin(ann.present(signed_in), Proof(PASSWORD, ann.code()))
    ann.later()
    ann.give(ann.password().token, ann.code())
    enrolment = ann.factor.enrolment(ann.present(signed_in), "Halftide")
    assert enrolment is not None
    ann.secret = enrolment.secret
    assert ann.secret != old
    ann.factor.confirm(ann.present(signed_in), ann.code())
    ann.later()
    assert ann.give(ann.password().token, ann.code()).member.email == EMAIL
    ann.secret = old
    with pytest.raises(CodeRefused):
        ann.give(ann.password().token, ann.code(1))


def test_a_role_that_needs_one_owes_it_and_cannot_turn_it_off(ann: Room) -> None:
    strict = replace(ann, factor=replace(ann.factor, required=frozenset({Role.OWNER})))
    assert strict.factor.is_owed(strict.present(strict.password()).member)
    signed_in = strict.enrol()
    assert not strict.factor.is_owed(strict.present(signed_in).member)
    with pytest.raises(FactorRequired):
        strict.factor.turn_off(strict.present(signed_in), Proof(PASSWORD, strict.code()))
    assert strict.present(signed_in).member.has_second_factor


def test_codes_count_as_attempts_on_the_account(ann: Room) -> None:
    ann.enrol()
    half = ann.password()
    for _ in range(FROM_ADDRESS - 1):
        with pytest.raises(CodeRefused):
            ann.give(half.token, "000000")
    with pytest.raises(TooManyAttempts) as refused:
        ann.give(half.token, ann.code())
    assert refused.value.retry_after == 900
    with pytest.raises(TooManyAttempts):
        ann.password()


def test_the_right_password_does_not_forget_wrong_codes(ann: Room) -> None:
    ann.enrol()
    for _ in range(FROM_ADDRESS // 2):
        with pytest.raises(CodeRefused):
            ann.give(ann.password().token, "000000")
    with pytest.raises(TooManyAttempts):
        ann.password()


def test_who_knows_the_password_and_has_many_addresses_gets_twenty_guesses(ann: Room) -> None:
    ann.enrol()
    for number in range(CODES_ON_ACCOUNT):
        address = f"192.0.2.{number}"
        with pytest.raises(CodeRefused):
            ann.give(ann.password(address=address).token, "000000", address=address)
    with pytest.raises(TooManyAttempts):
        ann.give(ann.password(address=THERE).token, ann.code(), address=THERE)


def test_a_right_code_forgets_the_failures(ann: Room) -> None:
    ann.enrol()
    for _ in range(5):
        half = ann.password()
        for _ in range(FROM_ADDRESS - 2):
            with pytest.raises(CodeRefused):
                ann.give(half.token, "000000")
        ann.later()
        ann.give(half.token, ann.code())


def test_a_changed_password_keeps_the_second_factor(ann: Room) -> None:
    signed_in = ann.enrol()
    ann.staff.change_password(ann.present(signed_in), PASSWORD, "the other harbour wall")
    assert ann.password("the other harbour wall").session.awaits_code
    _, token = ann.staff.new_link(EMAIL)
    ann.staff.set_password(token, PASSWORD)
    assert ann.password().session.awaits_code


def test_a_reset_leaves_the_password_and_no_session(ann: Room) -> None:
    signed_in = ann.enrol()
    half = ann.password()
    member, ended = ann.factor.reset(EMAIL)
    assert (member.has_second_factor, ended) == (False, 2)
    assert ann.staff.session(signed_in.token) is None
    assert ann.staff.half(half.token) is None
    assert not ann.password().session.awaits_code
    with pytest.raises(NotFound):
        ann.factor.reset("bob@shop.example")


def test_under_another_key_codes_are_not_checked_and_recovery_codes_open(ann: Room) -> None:
    ann.enrol()
    moved = replace(ann, factor=replace(ann.factor, vault=KeyedVault("another secret key")))
    with pytest.raises(FactorUnreadable):
        moved.give(moved.password().token, moved.code())
    assert moved.give(moved.password().token, recovery=moved.recovery[0]).member.email == EMAIL


def test_what_is_sealed_opens_for_its_owner_under_its_key_and_not_when_it_was_changed() -> None:
    vault = KeyedVault("the shop's secret key")
    sealed = vault.seal("JBSWY3DP", "stf_ann")
    assert vault.open(sealed, "stf_ann") == "JBSWY3DP"
    assert vault.seal("JBSWY3DP", "stf_ann") != sealed
    assert vault.open(sealed, "stf_bob") is None
    assert KeyedVault("another").open(sealed, "stf_ann") is None
    for changed in ("", "1.", sealed[:-6], "2." + sealed[2:], sealed[:10] + "A" + sealed[11:], "1.ü", "JBSW"):
        assert changed == sealed or vault.open(changed, "stf_ann") is None


def test_the_picture_is_a_drawing_without_script_or_style() -> None:
    drawn = OtpCodes().picture("otpauth://totp/x?secret=JBSWY3DP").decode()
    assert drawn.startswith("<svg ")
    assert not {word for word in ("<script", "style=", "href", "otpauth") if word in drawn}
