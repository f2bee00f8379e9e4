"""A rule as a query: it finds at least what the rule lists, and little besides."""

from __future__ import annotations

import re
from typing import Any

from app.adapters.mongo.documents import Filter
from app.catalogue.rules import Condition, Match, Operator, Rule, RuleField, fold

PATHS = {
    RuleField.TAG: "tags",
    RuleField.TYPE: "type",
    RuleField.VENDOR: "vendor",
    RuleField.TITLE: "title",
    RuleField.OPTION: "variants.options",
}
COMPARISONS = {Operator.EQUALS: "$eq", Operator.GREATER_THAN: "$gt", Operator.LESS_THAN: "$lt"}
TWINS = {"i": "\u0130", "k": "\u212a"}
"""Letters beyond ASCII whose lower case begins with one of ASCII's (Unicode: SpecialCasing, UnicodeData)."""


def candidates(rule: Rule) -> Filter:
    """Return a query that finds every product which the rule lists; `matches` leaves out the rest."""
    parts = [_candidates(condition) for condition in rule.conditions]
    if rule.match is Match.ANY:
        # One condition that the database cannot narrow down leaves nothing to narrow.
        return {"$or": [part for part in parts if part]} if all(parts) else {}
    narrowing = [part for part in parts if part]
    return {"$and": narrowing} if narrowing else {}


def _candidates(condition: Condition) -> dict[str, Any] | None:
    """Return a query for one condition; nothing where any product may meet it."""
    if condition.operator is Operator.NOT_EQUALS:
        return None
    if condition.field is RuleField.PRICE:
        price = condition.price
        path = f"variants.prices.{price.currency}"
        return {path: {COMPARISONS[condition.operator]: price.minor}}
    path = PATHS[condition.field]
    # Where in the text it stands is left to the rule: what a blank is, servers know differently.
    found = {path: {"$regex": "".join(map(_either_case, fold(condition.value)))}}
    # A product that another program has left without a title is called like its address.
    return {"$or": [found, {path: None}]} if condition.field is RuleField.TITLE else found


def _either_case(letter: str) -> str:
    if not letter.isascii():
        # The database folds other alphabets in its own way; whatever stands there is a candidate.
        return r"[\s\S]?"
    if letter.isalpha():
        return f"[{letter}{letter.upper()}{TWINS.get(letter, '')}]"
    return re.escape(letter)
