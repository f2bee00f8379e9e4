"""The outbox, whatever keeps it."""

from __future__ import annotations

from dataclasses import replace

from app.effects.model import Delivery, Effect, EffectKind

from .conftest import Stores
from .samples import NOW, later

RECEIPT = Effect.due(EffectKind.RECEIPT, "ord_1", NOW)
NOTICE = Effect.due(EffectKind.MERCHANT_NOTICE, "ord_1", later(seconds=1))


def test_an_effect_is_due_once_however_often_it_is_written(stores: Stores) -> None:
    assert stores.outbox.insert(RECEIPT)
    assert not stores.outbox.insert(replace(RECEIPT, tries=9))
    assert stores.outbox.effect("receipt:ord_1") == RECEIPT
    assert stores.outbox.effect("receipt:ord_2") is None


def test_an_effect_is_written_once_within_a_transaction_too(stores: Stores) -> None:
    stores.outbox.insert(RECEIPT)

    assert stores.transactions.run(lambda: (stores.outbox.insert(RECEIPT), stores.outbox.insert(NOTICE))) == (
        False,
        True,
    )
    assert [effect.id for effect in stores.outbox.of("ord_1")] == ["merchant_notice:ord_1", "receipt:ord_1"]


def test_a_claimed_effect_is_nobody_elses_until_the_claim_ends(stores: Stores) -> None:
    stores.outbox.insert(RECEIPT)

    assert stores.outbox.claim("receipt:ord_1", NOW, later(minutes=1)) == RECEIPT
    assert stores.outbox.claim("receipt:ord_1", later(seconds=59), later(minutes=2)) is None
    assert stores.outbox.due(later(seconds=59)) == []
    assert stores.outbox.claim("receipt:ord_1", later(minutes=1), later(minutes=2)) == RECEIPT


def test_an_effect_that_failed_is_free_again_at_its_next_try(stores: Stores) -> None:
    stores.outbox.insert(RECEIPT)
    stores.outbox.claim("receipt:ord_1", NOW, later(hours=1))
    stores.outbox.mark_failed("receipt:ord_1", "no mail server", next_try_at=later(seconds=5))
    failed = replace(RECEIPT, error="no mail server", tries=1, next_try_at=later(seconds=5))

    assert stores.outbox.claim("receipt:ord_1", later(seconds=4), later(hours=1)) is None
    assert stores.outbox.due(later(seconds=5)) == [failed]
    assert stores.outbox.claim("receipt:ord_1", later(seconds=5), later(hours=1)) == failed


def test_what_is_done_is_never_due_again(stores: Stores) -> None:
    stores.outbox.insert(RECEIPT)
    stores.outbox.mark_done("receipt:ord_1", later(seconds=1))
    stores.outbox.mark_done("receipt:ord_1", later(seconds=2))
    stores.outbox.mark_failed("receipt:ord_1", "late", next_try_at=NOW)
    stores.outbox.give_up("receipt:ord_1", "late", NOW)

    assert stores.outbox.effect("receipt:ord_1") == replace(RECEIPT, done_at=later(seconds=1))
    assert stores.outbox.claim("receipt:ord_1", later(days=1), later(days=2)) is None
    assert stores.outbox.due(later(days=1)) == []
    assert stores.outbox.oldest_due(later(days=1)) is None
    assert stores.outbox.count_given_up() == 0


def test_what_was_given_up_waits_for_a_person(stores: Stores) -> None:
    stores.outbox.insert(RECEIPT)
    stores.outbox.give_up("receipt:ord_1", "no such mailbox", later(days=2))

    given_up = replace(RECEIPT, error="no such mailbox", given_up_at=later(days=2), tries=1)
    assert stores.outbox.effect("receipt:ord_1") == given_up
    assert stores.outbox.claim("receipt:ord_1", later(days=3), later(days=4)) is None
    assert stores.outbox.due(later(days=3)) == []
    assert stores.outbox.count_given_up() == 1
    assert stores.outbox.given_up() == [given_up]


def test_what_was_given_up_is_due_again_once_a_person_has_mended_the_cause(stores: Stores) -> None:
    for effect in (RECEIPT, NOTICE):
        stores.outbox.insert(effect)
    stores.outbox.give_up("receipt:ord_1", "no such mailbox", NOW)
    stores.outbox.mark_done("merchant_notice:ord_1", NOW)
    stores.outbox.reopen("receipt:ord_1", later(days=3))
    stores.outbox.reopen("merchant_notice:ord_1", later(days=3))

    again = replace(RECEIPT, error="no such mailbox", next_try_at=later(days=3))
    assert stores.outbox.due(later(days=3)) == [again]
    assert stores.outbox.given_up() == []
    assert stores.outbox.claim("receipt:ord_1", later(days=3), later(days=4)) == again


def test_due_effects_come_oldest_first(stores: Stores) -> None:
    stores.outbox.insert(NOTICE)
    stores.outbox.insert(RECEIPT)

    assert stores.outbox.due(NOW) == [RECEIPT]
    assert stores.outbox.due(later(seconds=1)) == [RECEIPT, NOTICE]
    assert stores.outbox.due(later(seconds=1), limit=1) == [RECEIPT]
    assert stores.outbox.oldest_due(later(seconds=1)) == NOW


def test_of_many_deliveries_the_newest_twenty_are_kept(stores: Stores) -> None:
    stores.outbox.insert(RECEIPT)
    for number in range(25):
        stores.outbox.log_delivery(RECEIPT.id, Delivery(later(seconds=number), number, 500, f"no {number}"))
    stores.outbox.log_delivery(RECEIPT.id, Delivery(later(minutes=1), 3, error="reset"))

    row = stores.outbox.effect(RECEIPT.id)
    assert row is not None
    assert len(row.deliveries) == 20
    assert [one.answer for one in row.deliveries[:2]] == ["no 6", "no 7"]
    assert row.deliveries[-1] == Delivery(later(minutes=1), 3, 0, "", "reset")


def test_what_is_done_may_be_repeated_and_keeps_its_deliveries(stores: Stores) -> None:
    stores.outbox.insert(RECEIPT)
    stores.outbox.claim(RECEIPT.id, NOW, later(minutes=1))
    stores.outbox.log_delivery(RECEIPT.id, Delivery(NOW, 5, 200))
    stores.outbox.mark_done(RECEIPT.id, NOW)
    stores.outbox.repeat(RECEIPT.id, later(seconds=5))

    again = replace(RECEIPT, next_try_at=later(seconds=5), deliveries=(Delivery(NOW, 5, 200),))
    assert stores.outbox.due(later(seconds=5)) == [again]
    assert stores.outbox.claim(RECEIPT.id, later(seconds=5), later(minutes=1)) == again
    # Whoever tells the partner just now is not joined by a second one.
    stores.outbox.repeat(RECEIPT.id, later(seconds=6))
    assert stores.outbox.claim(RECEIPT.id, later(seconds=6), later(minutes=1)) is None
