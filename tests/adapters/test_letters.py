"""Letters: what a buyer and an owner read, and that a repetition is the same message."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from app.adapters.letters import TemplateLetters
from app.catalogue.model import ShopSettings
from app.effects.letters import NoRecipient
from app.effects.model import EffectKind
from app.money import Money
from app.orders.disputes import Dispute, DisputeState
from app.orders.refunds import Refund, RefundCause, RefundLine
from tests.adapters.orders import order, paid_order


@pytest.fixture
def letters() -> TemplateLetters:
    """The letters of a shop with a name that needs care in a header."""
    return TemplateLetters(
        "https://shop.example:8443/x", lambda: ShopSettings("Lämp, & Co", email="us@shop.example")
    )


def part(message: EmailMessage, kind: str) -> str:
    """Return the text or HTML of a letter."""
    body = message.get_body((kind,))
    assert body is not None
    text: str = body.get_content()
    return text


def test_a_receipt_goes_to_the_buyer_with_every_line_and_the_total(letters: TemplateLetters) -> None:
    receipt = letters.receipt(paid_order())
    assert receipt["To"] == "buyer@mail.example"
    assert receipt["From"].addresses[0].display_name == "Lämp, & Co"
    assert receipt["From"].addresses[0].addr_spec == "us@shop.example"
    assert receipt["Subject"] == "Your order 1001 at Lämp, & Co"
    assert receipt["Message-ID"] == "<receipt.ord_1@shop.example>"
    assert receipt["Date"].datetime == paid_order().paid_at
    assert receipt["Auto-Submitted"] == "auto-generated"
    text = part(receipt, "plain")
    for expected in ("Lamp, Oak", "$51.00", "Poster <b>", "$63.50", "https://shop.example/orders/token"):
        assert expected in text
    assert "Poster &lt;b&gt;" in part(receipt, "html")
    assert "<b>" not in part(receipt, "html")


def test_the_same_order_makes_the_same_letter_to_the_byte(letters: TemplateLetters) -> None:
    assert letters.receipt(paid_order()).as_bytes() == letters.receipt(paid_order()).as_bytes()


def test_a_receipt_speaks_the_orders_language(letters: TemplateLetters) -> None:
    receipt = letters.receipt(paid_order(locale="de"))
    assert "63,50\xa0$" in part(receipt, "plain")
    assert 'lang="de"' in part(receipt, "html")


@pytest.mark.parametrize(
    "email", ["", "nobody", "a@b.example, c@d.example", "a@b.example\r\nBcc: c@d.example"]
)
def test_a_receipt_without_a_usable_address_says_so(letters: TemplateLetters, email: str) -> None:
    with pytest.raises(NoRecipient, match="receipt of order 1001"):
        letters.receipt(paid_order(email=email))


def test_an_international_domain_is_written_so_that_every_server_understands_it(
    letters: TemplateLetters,
) -> None:
    assert letters.receipt(paid_order(email="a@bücher.example"))["To"] == "a@xn--bcher-kva.example"


def test_the_owner_is_told_what_to_send_where(letters: TemplateLetters) -> None:
    told = letters.merchant_notice(paid_order())
    assert told["To"].addresses[0].addr_spec == "us@shop.example"
    assert told["Message-ID"] == "<merchant_notice.ord_1@shop.example>"
    assert "1001" in told["Subject"]
    text = told.get_content()
    for expected in ("2 × LAMP-OAK", "buyer@mail.example", "Gartenweg 3", "10115 Berlin"):
        assert expected in text


def test_the_owner_hears_of_an_order_that_nothing_is_shipped_for(letters: TemplateLetters) -> None:
    assert "LAMP-OAK" in letters.merchant_notice(order()).get_content()


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (RefundCause.STAFF, "We have refunded money of order 1001."),
        (RefundCause.LATE_PAYMENT, "after the pieces had been given to somebody else"),
        (RefundCause.SECOND_PAYMENT, "Order 1001 was paid twice."),
    ],
)
def test_a_refund_is_told_to_the_buyer_with_its_true_reason(
    letters: TemplateLetters, cause: RefundCause, words: str
) -> None:
    paid = paid_order()
    refund = Refund("rfn_1", "pi_1", Money(1250, "USD"), paid.created_at, "ada", cause=cause)
    notice = letters.refund_notice(paid, refund)
    assert notice["To"] == "buyer@mail.example"
    assert notice["Subject"] == "$12.50 is on its way back to you (order 1001)"
    assert notice["Message-ID"] == "<refund_notice.rfn_1@shop.example>"
    text = part(notice, "plain")
    assert words in text
    assert "Refund: $12.50" in text
    assert "https://shop.example/orders/token" in text
    assert letters.refund_notice(paid, refund).as_bytes() == notice.as_bytes()


def test_a_refund_names_what_came_back_as_the_order_names_it(letters: TemplateLetters) -> None:
    paid = paid_order()
    line = paid.lines[0]
    back = (RefundLine(line.sku, 1), RefundLine("NO-LONGER-KNOWN", 2))
    refund = Refund("rfn_1", "pi_1", Money(1250, "USD"), paid.created_at, "ada", lines=back)
    lines = part(letters.refund_notice(paid, refund), "plain").splitlines()
    title = f"{line.title}, {line.variant}" if line.variant else line.title
    assert lines[lines.index("Refund: $12.50") + 1 :][:2] == [
        f"    1 × {title} ({line.sku})",
        "    2 × NO-LONGER-KNOWN",
    ]


DISPUTE = Dispute(
    "du_1",
    "pi_1",
    Money(6350, "USD"),
    "product_not_received",
    DisputeState.NEEDS_RESPONSE,
    datetime(2026, 11, 28, 9, tzinfo=UTC),
    datetime(2026, 12, 5, 9, tzinfo=UTC),
    is_withdrawn=True,
)


@pytest.mark.parametrize(
    ("kind", "state", "subject", "said"),
    [
        (
            EffectKind.INQUIRY_NOTICE,
            DisputeState.INQUIRY,
            "A bank asks about order 1001",
            "No money was taken",
        ),
        (EffectKind.DISPUTE_NOTICE, DisputeState.NEEDS_RESPONSE, "Order 1001 is disputed", "Do not ship"),
        (EffectKind.DISPUTE_OUTCOME, DisputeState.WON, "The dispute of order 1001 is won", "is yours"),
        (EffectKind.DISPUTE_OUTCOME, DisputeState.LOST, "The dispute of order 1001 is lost", "Stock was not"),
        (EffectKind.DISPUTE_OUTCOME, DisputeState.PREVENTED, "order 1001 was prevented", "Stock was not"),
        (
            EffectKind.DISPUTE_OUTCOME,
            DisputeState.INQUIRY_CLOSED,
            "The inquiry about order 1001",
            "no further",
        ),
    ],
)
def test_the_owner_is_told_of_each_turn_of_a_dispute(
    letters: TemplateLetters, kind: EffectKind, state: DisputeState, subject: str, said: str
) -> None:
    letter = letters.dispute_notice(kind, paid_order(), replace(DISPUTE, state=state))
    assert letter["To"].addresses[0].addr_spec == "us@shop.example"
    assert subject in letter["Subject"]
    assert ("answer by 2026-12-05" in letter["Subject"]) is state.needs_answer
    assert letter["Message-ID"] == f"<{kind}.du_1@shop.example>"
    assert letter["Date"].datetime == DISPUTE.opened_at
    for expected in (said, "$63.50", "product_not_received", "du_1", "pi_1"):
        assert expected in part(letter, "plain")
    again = letters.dispute_notice(kind, paid_order(), replace(DISPUTE, state=state))
    assert again.as_bytes() == letter.as_bytes()
