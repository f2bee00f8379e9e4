"""The hosted payment page: plain forms that work without JavaScript and take test cards only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, make_response, redirect, render_template, request, send_file
from werkzeug.wrappers import Response as BaseResponse

from app.sandbox import payform, payments
from app.sandbox.amounts import shown
from app.sandbox.payform import Needs, Reading
from app.sandbox.standin import StandIn
from app.sandbox.store import Document, Record
from app.sandbox.work import Work

STYLESHEET = Path(__file__).resolve().parents[2] / "static" / "css" / "sandbox.css"
HINTS = (
    ("4242 4242 4242 4242", "is accepted"),
    ("4000 0000 0000 0002", "is declined"),
    ("4000 0000 0000 9995", "has insufficient funds"),
    ("4000 0027 6000 3184", "asks you to approve first"),
)


@dataclass(frozen=True)
class Row:
    """One line of the summary, ready to be read."""

    label: str
    amount: str
    detail: str = ""


@dataclass(frozen=True)
class Shipping:
    """One way of shipping that can be chosen."""

    rate: str
    label: str
    amount: str


@dataclass(frozen=True)
class PayPage:
    """What the payment form shows."""

    session: str
    total: str
    lines: tuple[Row, ...]
    sums: tuple[Row, ...]
    rates: tuple[Shipping, ...]
    needs: Needs
    values: dict[str, str]
    errors: dict[str, str]
    declined: str
    cancel_url: str | None
    button: str
    note: str
    countries: tuple[tuple[str, str], ...]
    all_countries: tuple[tuple[str, str], ...] = tuple(payform.COUNTRIES.items())
    hints: tuple[tuple[str, str], ...] = HINTS


def blueprint(standin: StandIn) -> Blueprint:
    """Return the shopper's pages."""
    hosted = Blueprint("hosted", __name__)

    @hosted.get("/_sandbox/sandbox.css")
    def stylesheet() -> Response:
        return send_file(STYLESHEET, mimetype="text/css", max_age=300)

    @hosted.get("/c/pay/<identifier>")
    def form(identifier: str) -> Response:
        standin.run_due()
        with standin.effect() as work:
            record = work.tx.find("checkout.session", identifier)
            if record is None or record.body["status"] != "open":
                return _closed(record)
            return _form(work, record, Reading(), _last_refusal(work, record))

    @hosted.post("/c/pay/<identifier>")
    def pay(identifier: str) -> Response | BaseResponse:
        standin.run_due()
        with standin.effect() as work:
            record = work.tx.find("checkout.session", identifier)
            if record is None or record.body["status"] != "open":
                return _back(record)
            today = datetime.fromtimestamp(work.now, UTC)
            needs = Needs.of(record.body)
            reading = payform.read(request.form, needs, (today.year, today.month))
            if reading.buyer is None:
                return _form(work, record, reading, status=422)
            outcome = payments.pay(work, record, reading.buyer, reading.card)
            if outcome.result == "declined":
                return _form(work, record, reading, outcome.message, status=402)
            if outcome.result == "needs_approval":
                return redirect(f"/c/pay/{identifier}/authenticate", 303)
            return _back(record)

    @hosted.get("/c/pay/<identifier>/authenticate")
    def question(identifier: str) -> Response | BaseResponse:
        standin.run_due()
        with standin.effect() as work:
            record = work.tx.find("checkout.session", identifier)
            if record is None or record.body["status"] != "open":
                return _closed(record)
            if "card" not in record.private:
                return redirect(f"/c/pay/{identifier}", 303)
            total = shown(record.body["amount_total"], record.body["currency"])
            last4 = record.private["card"]["last4"]
            page = render_template("sandbox/authenticate.html", session=identifier, total=total, last4=last4)
            return _guarded(make_response(page), record.body)

    @hosted.post("/c/pay/<identifier>/authenticate")
    def decide(identifier: str) -> Response | BaseResponse:
        standin.run_due()
        with standin.effect() as work:
            record = work.tx.find("checkout.session", identifier)
            if record is None or record.body["status"] != "open":
                return _back(record)
            is_approved = request.form.get("decision") == "approve"
            outcome = payments.authenticate(work, record, is_approved=is_approved)
            if outcome.result == "complete":
                return _back(record)
            return redirect(f"/c/pay/{identifier}", 303)

    return hosted


def _form(work: Work, record: Record, reading: Reading, declined: str = "", status: int = 200) -> Response:
    page = _page(work, record, reading, declined)
    return _guarded(make_response(render_template("sandbox/pay.html", page=page), status), record.body)


def _page(work: Work, record: Record, reading: Reading, declined: str) -> PayPage:
    session, currency = record.body, record.body["currency"]
    lines = tuple(
        Row(
            line["description"] or "", shown(line["amount_subtotal"], currency),
            f"{line['quantity']} × {_unit(line)}",
        )
        for line in record.private["lines"]
    )  # fmt: skip
    details = session["total_details"]
    sums = [Row("Subtotal", shown(session["amount_subtotal"], currency))]
    if details["amount_discount"]:
        sums.append(Row("Discount", "− " + shown(details["amount_discount"], currency)))
    if session["shipping_cost"]:
        sums.append(Row("Shipping", shown(details["amount_shipping"], currency)))
    rates = [
        work.require("shipping_rate", option["shipping_rate"]).body for option in session["shipping_options"]
    ]
    needs = Needs.of(session)
    total = shown(session["amount_total"], currency)
    note = session["custom_text"]["submit"]
    known = session["customer_details"] or {}
    values = {
        "country": needs.shipping_countries[0] if needs.shipping_countries else "US",
        "email": known.get("email") or "", "name": known.get("name") or "", **reading.values,
    }  # fmt: skip
    if session["shipping_cost"]:
        values.setdefault("shipping_rate", session["shipping_cost"]["shipping_rate"])
    return PayPage(
        session=record.id, total=total, lines=lines, sums=tuple(sums) if sums[1:] else (),
        rates=tuple(
            Shipping(rate["id"], rate["display_name"], shown(rate["fixed_amount"]["amount"], currency))
            for rate in rates
        ),
        needs=needs, values=values, errors=reading.errors, declined=declined,
        cancel_url=session["cancel_url"], note=note["message"] if note else "",
        button=_button(session, total, needs),
        countries=tuple((code, payform.COUNTRIES.get(code, code)) for code in needs.shipping_countries),
    )  # fmt: skip


def _button(session: Document, total: str, needs: Needs) -> str:
    """Return what the button says: the total, unless the choice of shipping may still change it."""
    if not needs.card:
        return "Complete the order"
    verb = {"book": "Book", "donate": "Donate"}.get(session["submit_type"] or "", "Pay")
    return verb if needs.rates[1:] else f"{verb} {total}"


def _unit(line: Document) -> str:
    price = line["price"]
    if price["unit_amount"] is None:
        return f"{price['unit_amount_decimal']} (minor units)"
    return shown(price["unit_amount"], line["currency"])


def _last_refusal(work: Work, record: Record) -> str:
    """Return why the last try failed, for a shopper who comes back from the bank's page."""
    if record.body["payment_intent"] is None:
        return ""
    error = work.require("payment_intent", record.body["payment_intent"]).body["last_payment_error"]
    return str(error["message"]) if error else ""


def _back(record: Record | None) -> Response | BaseResponse:
    """Send the shopper of a paid session to the shop; everybody else is told where they stand."""
    if record is None or record.body["status"] != "complete":
        return _closed(record)
    response = redirect(success_url(record.body), 303)
    return _guard(response, record.body)


def success_url(session: Document) -> str:
    """Return where a paid session leads, with its identifier filled in."""
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def _closed(record: Record | None) -> Response:
    session: dict[str, Any] = record.body if record else {}
    state = session.get("status", "unknown")
    onward = success_url(session) if state == "complete" else session.get("cancel_url")
    status = {"complete": 200, "expired": 410}.get(state, 404)
    page = render_template("sandbox/closed.html", state=state, onward=onward)
    return _guarded(make_response(page, status), session)


def _guarded(response: Response, session: Document) -> Response:
    _guard(response, session)
    return response


def _guard(response: BaseResponse, session: Document) -> BaseResponse:
    """Add the policy of the page; browsers apply `form-action` to the redirect after a POST as well."""
    addresses = [session.get("success_url"), session.get("cancel_url")]
    origins = sorted({f"{urlsplit(url).scheme}://{urlsplit(url).netloc}" for url in addresses if url})
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'; "
        + " ".join(["form-action 'self'", *origins])
    )
    response.headers["Cache-Control"] = "no-store"
    return response
