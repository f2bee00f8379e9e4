"""`/_sandbox/faults`: arming and disarming faults, as JSON for tests and as a page to look at."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request

from app.sandbox import faults
from app.sandbox.errors import ApiError
from app.sandbox.faults import FaultRefused
from app.sandbox.standin import StandIn, act_now


def blueprint(standin: StandIn) -> Blueprint:
    """Return the control endpoints."""
    control = Blueprint("control", __name__)

    @control.get("/_sandbox/faults")
    def show() -> str | Response:
        state = _state(standin)
        if request.accept_mimetypes.best_match(["application/json", "text/html"]) == "text/html":
            return render_template("sandbox/faults.html", state=state)
        return jsonify(state)

    @control.post("/_sandbox/faults")
    def change() -> tuple[Response, int] | Response:
        try:
            armed = _apply(standin, request.get_json(silent=True))
            return jsonify({**_state(standin), "armed": armed})
        except (FaultRefused, ApiError) as refusal:
            known = {name: _known(name) for name in faults.KNOWN}
            return jsonify({"error": {"message": str(refusal)}, "known": known}), 400

    @control.delete("/_sandbox/faults")
    def clear() -> Response:
        _apply(standin, {"clear": True})
        return jsonify(_state(standin))

    return control


def _apply(standin: StandIn, body: Any) -> list[int]:
    """Do what a POST asks for, as a whole or not at all; return the numbers of the armed faults."""
    if not isinstance(body, dict):
        raise FaultRefused('Send JSON with Content-Type: application/json, such as {"fault": "reset"}.')
    if "clear" in body:
        if not isinstance(body["clear"], int):
            raise FaultRefused('"clear" is true, for all of them, or the number of one armed fault.')
        with standin.effect() as work:
            faults.disarm(work.tx, None if body["clear"] is True else body["clear"])
        return []
    wishes = body["faults"] if isinstance(body.get("faults"), list) else [body]
    checked = [faults.check(wish) for wish in wishes]
    armed = []
    with standin.effect() as work:
        for name, options in checked:
            if name in faults.AT_ONCE:
                act_now(work, name, options)
            else:
                armed.append(faults.arm(work.tx, name, options))
    standin.run_due()
    return armed


def _state(standin: StandIn) -> dict[str, Any]:
    with standin.effect() as work:
        waiting = work.tx.execute(
            "SELECT COUNT(*) AS number FROM deliveries WHERE state = 'pending'"
        ).fetchone()
        return {
            "faults": faults.armed(work.tx),
            "clock_offset_seconds": standin.clock.offset_seconds,
            "now": work.now,
            "pending_deliveries": waiting["number"],
            "known": {name: _known(name) for name in faults.KNOWN},
        }


def _known(name: str) -> dict[str, Any]:
    does, options = faults.KNOWN[name]
    return {"does": does, "options": options}
