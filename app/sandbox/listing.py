"""Lists: newest first, in pages, filtered as each endpoint allows."""

from __future__ import annotations

import json
from collections.abc import Callable

from app.sandbox.errors import missing_resource, unsupported
from app.sandbox.expansion import listed, present
from app.sandbox.store import Document, Record
from app.sandbox.work import Work

Condition = tuple[str, list[object]]
BOUNDS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def by_parent(value: object) -> Condition:
    """Filter by what an object hangs below."""
    return "parent = ?", [value]


def by_field(path: str) -> Callable[[object], Condition]:
    """Return a filter by one field of the object."""
    return lambda value: (f"json_extract(body, '$.{path}') = ?", [value])


def by_type(value: object) -> Condition:
    """Filter events by a type, or a group such as `charge.*`."""
    return "parent GLOB ?", [str(value).replace("[", "[[]").replace("?", "[?]")]


def by_types(value: object) -> Condition:
    """Filter events by several types."""
    return "parent IN (SELECT value FROM json_each(?))", [json.dumps(value)]


def by_delivery(value: object) -> Condition:
    """Filter events by whether every endpoint has taken them."""
    waiting = "SELECT 1 FROM deliveries WHERE event_id = objects.id AND state <> 'delivered'"
    return f"{'NOT ' if value else ''}EXISTS ({waiting})", []  # noqa: S608 - no value of a caller is in it


def by_buyer(value: object) -> Condition:
    """Filter sessions by `customer_details[email]`."""
    if not isinstance(value, dict):
        raise unsupported("customer_details")
    return "json_extract(body, '$.customer_details.email') = ?", [value["email"]]


FILTERS: dict[str, dict[str, Callable[[object], Condition]]] = {
    "checkout.session": {
        "payment_intent": by_field("payment_intent"), "status": by_field("status"),
        "customer_details": by_buyer,
    },
    "payment_intent": {},
    "charge": {"payment_intent": by_parent},
    "refund": {"charge": by_parent, "payment_intent": by_field("payment_intent")},
    "dispute": {"charge": by_parent, "payment_intent": by_field("payment_intent")},
    "event": {"type": by_type, "types": by_types, "delivery_success": by_delivery},
    "coupon": {},
    "shipping_rate": {"active": by_field("active"), "currency": by_field("fixed_amount.currency")},
    "webhook_endpoint": {},
    "product": {"active": by_field("active")},
    "price": {"active": by_field("active"), "product": by_field("product")},
}  # fmt: skip


def page(work: Work, kind: str, url: str) -> Document:
    """Return one page of the objects of a kind.

    Raises:
        ApiError: `starting_after` or `ending_before` names no object of that kind.
    """
    params, conditions, values = work.params, ["kind = ?"], [kind]
    for name, make in FILTERS[kind].items():
        if name in params:
            sql, added = make(params[name])
            conditions.append(sql)
            values += [str(value) if not isinstance(value, int) else value for value in added]  # type: ignore[misc]
    for bound, moment in params.get("created", {}).items():
        conditions.append(f"created {BOUNDS[bound]} ?")
        values.append(moment)
    is_backwards = "ending_before" in params
    for name, sign in (("starting_after", "<"), ("ending_before", ">")):
        if name in params:
            conditions.append(f"seq {sign} ?")
            values.append(_place(work, kind, params[name], name))  # type: ignore[arg-type]
    rows = work.tx.execute(
        f"SELECT body, private FROM objects WHERE {' AND '.join(conditions)} "  # noqa: S608 - fixed texts only
        f"ORDER BY seq {'ASC' if is_backwards else 'DESC'} LIMIT ?",
        *values, params["limit"] + 1,
    ).fetchall()  # fmt: skip
    shown = rows[: params["limit"]]
    records = [Record(json.loads(row["body"]), json.loads(row["private"])) for row in shown]
    data = [present(work, record) for record in (reversed(records) if is_backwards else records)]
    return {"object": "list", "data": data, "has_more": len(rows) > len(shown), "url": url}


def _place(work: Work, kind: str, identifier: str, param: str) -> int:
    row = work.tx.execute("SELECT seq FROM objects WHERE id = ? AND kind = ?", identifier, kind).fetchone()
    if row is None:
        raise missing_resource(kind, identifier, param, status=400)
    return int(row["seq"])


def line_items(work: Work) -> Document:
    """Return a page of a session's lines, in the order in which they were given."""
    record = work.require("checkout.session", work.subject, "session")
    lines, url = record.private["lines"], f"/v1/checkout/sessions/{record.id}/line_items"
    places = {line["id"]: place for place, line in enumerate(lines)}
    for name in ("starting_after", "ending_before"):
        if name in work.params and work.params[name] not in places:
            raise missing_resource("item", work.params[name], name, status=400)
    limit = work.params["limit"]
    if "ending_before" in work.params:
        end = places[work.params["ending_before"]]
        chosen = lines[max(0, end - limit) : end]
        return {**listed(chosen, url, limit), "has_more": end > limit}
    start = places[work.params["starting_after"]] + 1 if "starting_after" in work.params else 0
    return listed(lines[start:], url, limit)
