"""Idempotency keys: replayed, refused when they contradict, kept only once something was executed."""

from __future__ import annotations

import sqlite3
import threading

import pytest
import stripe

from .running import Running


def test_the_same_request_under_the_same_key_is_replayed(sandbox: Running) -> None:
    first = sandbox.open(key="order:1:attempt:1", metadata={"a": "1"})
    again = sandbox.open(key="order:1:attempt:1", metadata={"a": "1"})
    assert again.id == first.id
    assert "Idempotent-Replayed" not in first.last_response.headers
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    assert again.last_response.headers["Original-Request"] == first.last_response.headers["Request-Id"]
    assert len(sandbox.v1.checkout.sessions.list().data) == 1


def test_a_key_with_other_parameters_or_at_another_endpoint_is_an_idempotency_error(sandbox: Running) -> None:
    session = sandbox.open(key="k", metadata={"a": "1"})
    with pytest.raises(stripe.IdempotencyError, match="same parameters they were first used with") as refused:
        sandbox.open(key="k", metadata={"a": "2"})
    assert refused.value.http_status == 400
    with pytest.raises(stripe.IdempotencyError, match="same endpoint they were first used for"):
        sandbox.v1.checkout.sessions.expire(session.id, options={"idempotency_key": "k"})
    assert sandbox.open(key="k", metadata={"a": "1"}).id == session.id


def test_bad_parameters_leave_the_key_free(sandbox: Running) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        sandbox.open(key="k", success_url="nonsense")
    assert sandbox.open(key="k").status == "open"


def test_a_refusal_that_was_executed_is_replayed(sandbox: Running) -> None:
    session = sandbox.paid()
    for replayed in (None, "true"):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            sandbox.v1.checkout.sessions.expire(session.id, options={"idempotency_key": "e"})
        assert refused.value.headers is not None
        assert refused.value.headers.get("Idempotent-Replayed") == replayed


def test_a_key_can_have_255_characters(sandbox: Running) -> None:
    assert sandbox.open(key="k" * 255).status == "open"
    with pytest.raises(stripe.InvalidRequestError, match="255 characters"):
        sandbox.open(key="k" * 256)


def test_a_second_request_in_progress_under_one_key_meets_a_conflict(sandbox: Running) -> None:
    with sandbox.app.extensions["standin"].running.hold("k"):
        with pytest.raises(stripe.APIError) as refused:
            sandbox.open(key="k")
        assert refused.value.http_status == 409
        assert refused.value.error is not None
        assert refused.value.error.code == "idempotency_key_in_use"
        assert sandbox.open(key="another").status == "open"
    assert sandbox.open(key="k").status == "open"
    assert len(sandbox.v1.checkout.sessions.list().data) == 2


def test_one_key_sent_by_many_at_once_has_one_effect(sandbox: Running) -> None:
    answers: list[int] = []

    def ask() -> None:
        answers.append(sandbox.raw("POST", "/v1/coupons", "percent_off=5", Idempotency_Key="k").status_code)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(answers) <= {200, 409}
    assert 200 in answers
    assert len(sandbox.v1.coupons.list().data) == 1


def test_a_key_is_forgotten_after_a_day(sandbox: Running) -> None:
    first = sandbox.open(key="k")
    store = sandbox.app.extensions["standin"].store
    with store.transaction() as tx:
        tx.execute("UPDATE idempotency SET kept_at = kept_at - 86401")
    assert sandbox.open(key="k").id != first.id


def test_an_effect_that_breaks_half_way_leaves_nothing(sandbox: Running) -> None:
    sandbox.open(key="k")
    store = sandbox.app.extensions["standin"].store

    def break_half_way() -> None:
        with store.transaction() as tx:
            tx.execute("DELETE FROM idempotency")
            tx.execute("INSERT INTO idempotency (key) VALUES ('half')")

    with pytest.raises(sqlite3.IntegrityError):
        break_half_way()
    with store.transaction() as tx:
        assert [row["key"] for row in tx.execute("SELECT key FROM idempotency")] == ["k"]
