"""The form of a product on the wire: its field names, and what a browser sent under them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.catalogue.editing.typed import TEXT_FIELDS, TypedOption, TypedProduct, TypedValue, TypedVariant
from app.errors import InvalidValue

OPTION = re.compile(r"option-(\d{1,2})-(key|name)\Z")
VALUE = re.compile(r"option-(\d{1,2})-value-(\d{1,3})(-key)?\Z")
AMOUNT = re.compile(r"variant-(\d{1,3})-(price|compare)-([A-Z]{3})\Z")
CHOICE = re.compile(r"variant-(\d{1,3})-choice-(\d{1,2})\Z")
CELL = re.compile(r"variant-(\d{1,3})-(was|sku|barcode|weight|pool|count|policy|cap|remove)\Z")
AROUND = ("do", "seen", "since", "key", "source", "why", "market")
LONGEST_REASON = 200
PRODUCT_KEY = re.compile(r"prd_[0-9a-z]{20}\Z")


@dataclass(frozen=True)
class Sent:
    """What came with the form beside the product's own fields."""

    form: TypedProduct
    do: str = "save"
    """The button: `save`, or a step with its places such as `value-up:0:2`."""
    seen: str = ""
    """Digest of the state that the form was made from."""
    since: str = ""
    """Digest of the state in which the edit began, after somebody else came in between."""
    key: str = ""
    """The id of the product that is to be created: sent twice, it is created once."""
    source: str = ""
    """The product that a new one is a copy of."""
    why: str = ""
    market: str = ""


def read_sent(fields: Mapping[str, str]) -> Sent:
    """Return what a browser sent.

    Raises:
        InvalidValue: a field is none of the form's.
    """
    texts, around = dict[str, str](), dict[str, str]()
    options: dict[int, dict[str, str]] = defaultdict(dict)
    values: dict[int, dict[int, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    rows: dict[int, dict[str, Any]] = defaultdict(lambda: {"prices": {}, "compare_at": {}, "chosen": {}})
    for name, text in fields.items():
        if name in TEXT_FIELDS:
            texts[name] = text
        elif name in AROUND:
            around[name] = text
        elif found := OPTION.match(name):
            options[int(found[1])][found[2]] = text
        elif found := VALUE.match(name):
            values[int(found[1])][int(found[2])]["key" if found[3] else "text"] = text
        elif found := AMOUNT.match(name):
            rows[int(found[1])]["prices" if found[2] == "price" else "compare_at"][found[3]] = text
        elif found := CHOICE.match(name):
            rows[int(found[1])]["chosen"][int(found[2])] = text
        elif found := CELL.match(name):
            rows[int(found[1])][found[2]] = text
        else:
            raise InvalidValue(name[:40], "…", "a field of this form")
    typed_options = tuple(_option(options[place], values[place]) for place in sorted(options))
    if len({option.key for option in typed_options} - {""}) < len(typed_options):
        raise InvalidValue("option key", "…", "one for each option, as the form came with it")
    keys = {place: option.key for place, option in zip(sorted(options), typed_options, strict=True)}
    form = TypedProduct(
        **texts,
        options=typed_options,
        variants=tuple(_row(rows[place], keys) for place in sorted(rows)),
    )
    return Sent(
        form,
        do=around.get("do", "save"),
        seen=around.get("seen", ""),
        since=around.get("since", ""),
        key=_key(around.get("key", "")),
        source=around.get("source", ""),
        why=" ".join(around.get("why", "").split())[:LONGEST_REASON],
        market=around.get("market", ""),
    )


def _option(fields: Mapping[str, str], values: Mapping[int, Mapping[str, str]]) -> TypedOption:
    return TypedOption(
        fields.get("key", ""),
        fields.get("name", ""),
        tuple(
            TypedValue(values[place].get("key", ""), values[place].get("text", ""))
            for place in sorted(values)
        ),
    )


def _row(fields: Mapping[str, Any], keys: Mapping[int, str]) -> TypedVariant:
    texts = {name: text for name, text in fields.items() if name not in ("remove", "chosen")}
    choices = {keys[place]: key for place, key in fields["chosen"].items() if place in keys and key}
    return TypedVariant(**texts, choices=choices, is_removed=bool(fields.get("remove")))


def _key(text: str) -> str:
    if text and not PRODUCT_KEY.match(text):
        raise InvalidValue("key", "…", "one that the form came with")
    return text
