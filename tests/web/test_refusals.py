"""Every refusal of cart, stock, orders and payment is a sentence that its reader understands."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterator

import pytest

from app.cart.model import Cart, CartFull, Gone, ImpossibleCombination, PricedCart
from app.checkout.model import CartBlocked, PaymentPending, PaymentRefused, TooManyHolds, UnknownOrder
from app.errors import (
    InsufficientStock,
    InvalidValue,
    NotFound,
    Refusal,
    StoreUnavailable,
    UntrackedStock,
    VersionConflict,
    VitrineError,
)
from app.orders.model import ImpossibleTransition, OpenOrderExists, OrderState
from app.orders.refunds import NotRefundable, RefundRefused, RefundTooLarge
from app.payments.model import GatewayUnavailable, UnverifiedEvent
from app.texts import use_locale
from app.web import sentences
from app.web.editor import words
from tests.builders import order, usd

ROOMS = (
    "app.errors",
    "app.cart.model",
    "app.checkout.model",
    "app.inventory.model",
    "app.orders.model",
    "app.orders.refunds",
    "app.payments.model",
)
EMPTY = PricedCart(Cart("cart_1", "default", "USD"), ())

FOR_SHOPPERS: list[VitrineError] = [
    InsufficientStock("LAMP-OAK", 3, 0),
    InsufficientStock("LAMP-OAK", 3, 1),
    InsufficientStock("LAMP-OAK", 9, 4),
    InvalidValue("quantity", "0", "a whole number from 1 to 999"),
    InvalidValue("options", "Oak", "one of the options"),
    NotFound("SKU", "LAMP-ELM"),
    Gone("LAMP-OAK"),
    ImpossibleCombination("Reading lamp", ("Oak",)),
    CartFull(),
    VersionConflict("cart", "cart_1", 3),
    UntrackedStock("GUIDE-PDF"),
    CartBlocked(EMPTY),
    TooManyHolds(2),
    PaymentRefused(order(), "amount_too_small"),
    PaymentPending(order(), "connection reset"),
    GatewayUnavailable("connection refused"),
    StoreUnavailable("connection refused"),
]
FOR_STAFF: list[VitrineError] = [
    *FOR_SHOPPERS,
    ImpossibleTransition("1001", OrderState.PAYMENT_REVIEW, OrderState.CANCELLED),
    RefundTooLarge("1001", usd(9801), usd(9800)),
    RefundTooLarge("1001", usd(1), usd(0)),
    NotRefundable("1001", "nothing was paid for it."),
    RefundRefused("1001", "The charge is disputed."),
]
FOR_LOGS: list[VitrineError] = [
    UnknownOrder("cs_1", "ord_gone"),
    OpenOrderExists("cart_1"),
    UnverifiedEvent("its body is not JSON"),
]
"""What only workers, other programs and the shop itself meet: each is caught before somebody reads it."""

SENTENCE = re.compile(r"[\w“„].*\s.*[.]", re.DOTALL)
OURS = re.compile(r"[a-z]_[a-z]|\bNone\b|<|object at|Error\b")
"""What is of the code and not of the language: names with underscores, classes, nothing at all."""
THIRD_PARTY = (PaymentRefused, RefundRefused)
"""What quotes Stripe's own reason to staff."""


def classes() -> Iterator[type[VitrineError]]:
    """Yield every error of these rooms."""
    for name in ROOMS:
        for _, found in inspect.getmembers(importlib.import_module(name), inspect.isclass):
            if issubclass(found, VitrineError) and found not in (VitrineError, Refusal):
                yield found


def named(error: VitrineError) -> str:
    return type(error).__name__


def test_every_error_of_these_rooms_has_its_reader() -> None:
    read = {type(error) for error in (*FOR_STAFF, *FOR_LOGS)}
    assert {found.__name__ for found in classes()} == {found.__name__ for found in read}


@pytest.mark.parametrize("error", FOR_SHOPPERS, ids=named)
def test_a_shopper_reads_a_sentence_in_english_and_in_german(error: VitrineError) -> None:
    assert type(error) in sentences.ENTRIES, "the sentence for whatever has no other is none"
    with use_locale("en"):
        english = sentences.sentence(error)
    with use_locale("de"):
        german = sentences.sentence(error)
    assert english != german
    for said in (english, german):
        assert SENTENCE.fullmatch(said), said
        assert not OURS.search(said), said


@pytest.mark.parametrize("error", FOR_STAFF, ids=named)
def test_an_editor_reads_a_sentence(error: VitrineError) -> None:
    with use_locale("en"):
        said = words.sentence(error)
    assert SENTENCE.fullmatch(said), said
    assert type(error) in THIRD_PARTY or not OURS.search(said), said


@pytest.mark.parametrize("error", FOR_LOGS, ids=named)
def test_what_is_only_logged_is_a_sentence_too(error: VitrineError) -> None:
    assert SENTENCE.fullmatch(str(error)), str(error)


@pytest.mark.parametrize(
    "error", [GatewayUnavailable("connection refused"), PaymentPending(order(), "reset")], ids=named
)
def test_what_will_pass_says_to_try_again(error: VitrineError) -> None:
    with use_locale("en"):
        assert "ry again" in words.sentence(error)
