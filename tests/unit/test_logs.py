"""Logs: what looks like a key is hidden, wherever it stands."""

from __future__ import annotations

from typing import Any

import pytest

from app.logs import redact


@pytest.mark.parametrize(
    "value",
    [
        "sk_test_1",
        "key=rk_live_2",
        "rk_test_3",
        ["sk_live_4"],
        {"secret": "whsec_5"},
        ValueError("sk_test_6"),
    ],
)
def test_a_key_is_hidden_in_whatever_holds_it(value: object) -> None:
    line: dict[str, Any] = {"event": "failed", "what": value, "order_id": "ord_1"}
    assert redact(None, "error", line) == {
        "event": "failed",
        "what": "[hidden: a line that held a secret]",
        "order_id": "ord_1",
    }
