"""Rules in words: as a form offers them, and as a sentence."""

from __future__ import annotations

from typing import Any

from app.catalogue.rules import Match, Operator, Rule, RuleField, RuleOrder
from app.catalogue.service import plain
from app.web.i18n import gettext as _


def field_words() -> dict[str, str]:
    """Return what each field of a condition is called."""
    return {
        RuleField.TAG: _("Tag"),
        RuleField.TYPE: _("Type"),
        RuleField.VENDOR: _("Vendor"),
        RuleField.TITLE: _("Title"),
        RuleField.PRICE: _("Price"),
        RuleField.OPTION: _("Option value"),
    }


def operator_words() -> dict[str, str]:
    """Return what each operator is called."""
    return {
        Operator.EQUALS: _("is"),
        Operator.NOT_EQUALS: _("is not"),
        Operator.CONTAINS: _("contains"),
        Operator.STARTS_WITH: _("starts with"),
        Operator.GREATER_THAN: _("is more than"),
        Operator.LESS_THAN: _("is less than"),
    }


def order_words() -> dict[str, str]:
    """Return what each order is called."""
    return {
        RuleOrder.NEWEST: _("Newest first"),
        RuleOrder.TITLE: _("By title"),
        RuleOrder.PRICE_UP: _("Cheapest first"),
        RuleOrder.PRICE_DOWN: _("Dearest first"),
    }


def rule_sentence(rule: Rule | Any) -> str:
    """Return a rule, or its plain form from a revision, in one sentence; nothing is a list by hand."""
    if not rule:
        return _("none: products are chosen one by one")
    row = plain(rule) if isinstance(rule, Rule) else rule
    fields, operators = field_words(), operator_words()
    conditions = [
        f"{fields.get(field, field)} {operators.get(operator, operator)} “{value}”"
        for field, operator, value in (
            (one["field"], one["operator"], one["value"]) for one in row["conditions"]
        )
    ]
    between = _(" and ") if row["match"] == Match.ALL else _(" or ")
    return f"{between.join(conditions)} · {order_words().get(row['order'], row['order'])}"
