"""The API over HTTP: who asks, what is asked, done once under its key, answered in Stripe's envelope."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import logging
from dataclasses import replace
from urllib.parse import parse_qsl

from flask import Blueprint, Response, request

from app.ids import new_id
from app.sandbox import expansion, idempotency
from app.sandbox.errors import ApiError, invalid
from app.sandbox.forms import decode
from app.sandbox.idempotency import Answer, Ask
from app.sandbox.routes import ROUTES, Route
from app.sandbox.standin import StandIn
from app.sandbox.store import Document, Record
from app.sandbox.work import API_VERSION, Work

FORCED = "vitrine.sandbox.forced_error"
"""Where the gate puts an error that has to be given, and kept, as if executing had failed."""
MAX_FIELDS = 5000
_log = logging.getLogger(__name__)


def blueprint(standin: StandIn) -> Blueprint:
    """Return every endpoint of the table below one view."""
    api = Blueprint("api", __name__)

    def register(route: Route) -> None:
        def view(subject: str = "") -> Response:
            return _answer(standin, route, subject)

        api.add_url_rule(route.path, f"{route.method} {route.path}", view, methods=[route.method])

    for route in ROUTES:
        register(route)
    api.add_url_rule(
        "/v1/<path:rest>", "unknown", _unknown, methods=["GET", "POST", "DELETE", "PUT", "PATCH"]
    )
    return api


def _unknown(rest: str) -> Response:
    message = (
        f"Unrecognized request URL ({request.method}: /v1/{rest}). The payment stand-in plays a part of "
    )
    return _error(ApiError(404, message + "https://docs.stripe.com/api only."), new_id("req"))


def _answer(standin: StandIn, route: Route, subject: str) -> Response:
    request_id, key = new_id("req"), request.headers.get("Idempotency-Key", "")
    try:
        _authenticate(standin)
        _check_version()
        pairs = _pairs()
        standin.run_due()
        if route.method != "POST" or not key:
            with standin.effect(request_id=request_id, subject=subject) as work:
                return _response(_execute(work, route, pairs), request_id)
        ask = Ask.of(
            key, route.method, request.path, pairs, request_id=request_id, public_url=standin.public_url
        )
        with standin.running.hold(key):
            return _once(standin, ask, route, pairs, subject)
    except ApiError as error:
        return _error(error, request_id, key)


def _once(standin: StandIn, ask: Ask, route: Route, pairs: list[tuple[str, str]], subject: str) -> Response:
    """Execute a request under its key, or replay what it was answered before."""
    of_request = {"request_id": ask.request_id, "idempotency_key": ask.key, "subject": subject}
    try:
        with standin.effect(**of_request) as work:
            kept = idempotency.find(work.tx, ask)
            if kept:
                return _response(kept, ask.request_id, ask.key)
            answer = _execute(work, route, pairs)
            idempotency.keep(work.tx, ask, answer)
            return _response(answer, ask.request_id, ask.key)
    except ApiError as error:
        if error.is_validation or error.type == "idempotency_error":
            raise
        failed = Answer(error.status, _json(error.envelope()))
    except Exception:
        _log.exception("The stand-in failed at %s %s", route.method, route.path)
        failed = Answer(500, _json(server_error().envelope()))
    with standin.effect() as work:
        idempotency.keep(work.tx, ask, failed)
    return _response(failed, ask.request_id, ask.key)


def _execute(work: Work, route: Route, pairs: list[tuple[str, str]]) -> Answer:
    params = route.schema.read(decode(pairs))
    paths = params.pop("expand", [])
    forced = request.environ.get(FORCED)
    if isinstance(forced, ApiError):
        raise forced
    done = route.operation(replace(work, params=params))
    body = expansion.present(work, done) if isinstance(done, Record) else done
    return Answer(200, _json(expansion.expand(work, body, paths)))


def _authenticate(standin: StandIn) -> None:
    given = request.headers.get("Authorization", "")
    scheme, _, rest = given.partition(" ")
    key = rest.strip()
    if scheme.lower() == "basic":
        try:
            key = base64.b64decode(key, validate=True).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            key = ""
    if not key:
        raise ApiError(
            401,
            "You did not provide an API key. You need to provide your API key in the Authorization header, "
            "using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
            is_validation=True,
        )
    if not hmac.compare_digest(key.encode(), standin.keys.secret_key.encode()):
        shown = f"{key[:8]}{'*' * 8}{key[-4:]}" if len(key) > 20 else "*" * 8
        live = " This is a payment stand-in: it never takes a live key." if "_live_" in key[:9] else ""
        raise ApiError(401, f"Invalid API Key provided: {shown}.{live}", is_validation=True)


def _check_version() -> None:
    version = request.headers.get("Stripe-Version", API_VERSION)
    if version != API_VERSION:
        raise invalid(f"The payment stand-in speaks version {API_VERSION} only, not {version[:40]}.")


def _pairs() -> list[tuple[str, str]]:
    """Return the parameters in the order in which they were sent, which `[]` lists depend on."""
    raw = request.query_string
    if request.method == "POST":
        if request.mimetype not in ("application/x-www-form-urlencoded", ""):
            raise invalid(f"Invalid request: send form-encoded parameters, not {request.mimetype}.")
        raw = request.get_data(cache=False) or request.query_string
    try:
        return parse_qsl(
            raw.decode("utf-8"), keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict"
        )
    except ValueError as error:
        raise invalid(f"Invalid request: the parameters cannot be read ({error}).") from error


def server_error() -> ApiError:
    """Return Stripe's answer when Stripe itself is at fault."""
    return ApiError(
        500, "An unknown error occurred. (The payment stand-in was asked to fail.)", type="api_error"
    )


def _json(document: Document) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False)


def _response(answer: Answer, request_id: str, key: str = "") -> Response:
    response = Response(answer.body, answer.status, content_type="application/json; charset=utf-8")
    response.headers["Request-Id"] = request_id
    response.headers["Stripe-Version"] = API_VERSION
    response.headers["Cache-Control"] = "no-store"
    if key:
        response.headers["Idempotency-Key"] = key
    if answer.original:
        response.headers["Original-Request"] = answer.original
        response.headers["Idempotent-Replayed"] = "true"
    return response


def _error(error: ApiError, request_id: str, key: str = "") -> Response:
    response = _response(Answer(error.status, _json(error.envelope())), request_id, key)
    if error.status == 401:
        response.headers["WWW-Authenticate"] = 'Basic realm="Stripe"'
    return response
