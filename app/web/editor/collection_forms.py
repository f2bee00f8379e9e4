"""A collection's form as it was typed: it holds all that is not saved yet, so buttons work without script."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from flask import request
from pydantic import ValidationError
from werkzeug.exceptions import RequestEntityTooLarge

from app.catalogue.model import Collection
from app.catalogue.rules import (
    MOST_CONDITIONS,
    Condition,
    Match,
    Operator,
    Rule,
    RuleField,
    RuleOrder,
)
from app.catalogue.seeing import seen_digest
from app.errors import InvalidValue, Refusal
from app.web.editor.forms import Form

LONGEST_DESCRIPTION = 10_000
LONGEST_LIST = 1_500_000
"""Characters of the chosen products' ids: some 60,000 products."""
LARGEST_SENT = 2 * 1024 * 1024
"""Bytes of the whole form: the longest list, and long texts in letters of four bytes, percent-encoded."""


@dataclass(eq=False)
class FormTooLarge(Refusal):
    """More was sent than any collection's form holds, so none of it was read."""

    most_mb: int

    def __str__(self) -> str:
        return f"The form has more than {self.most_mb} MB."


class _Head(Form):
    """The fields that stand once in the form."""

    id: str = ""
    seen: str = ""
    title: str = ""
    slug: str = ""
    description: str = ""
    why: str = ""
    kind: Literal["list", "rule"] = "list"
    match: Match = Match.ALL
    order: RuleOrder = RuleOrder.NEWEST
    q: str = ""
    do: str = "save"


@dataclass(frozen=True)
class Typed:
    """What was typed."""

    id: str
    seen: str
    """Digest of the state that the form was made from; empty for one that is not there yet."""
    title: str
    slug: str
    description: str
    kind: str = "list"
    product_ids: tuple[str, ...] = ()
    conditions: tuple[tuple[str, str, str], ...] = ()
    """Field, operator and value of each row, blank ones too."""
    match: Match = Match.ALL
    order: RuleOrder = RuleOrder.NEWEST
    why: str = ""
    query: str = ""
    do: str = "save"
    """What the button that was pressed is for, and on what: `up:prd_…`."""

    @property
    def deed(self) -> str:
        """What the button is for; the Enter key searches where something is sought, else it saves."""
        if self.do == "enter":
            return "search" if self.query.strip() else "save"
        return self.do.partition(":")[0]

    @property
    def target(self) -> str:
        """What it is to be done to."""
        return self.do.partition(":")[2]

    def rule(self) -> Rule:
        """Return the rule; rows without a value are left out.

        Raises:
            InvalidValue: a row makes no sense, or there is none.
        """
        conditions = tuple(
            Condition(RuleField(field), Operator(operator), value.strip())
            for field, operator, value in self.conditions
            if value.strip()
        )
        return Rule(conditions, self.match, self.order)

    def collection(self, like: Collection) -> Collection:
        """Return the collection that was typed; what the form does not hold is taken from `like`.

        Raises:
            InvalidValue: the rule makes no sense.
        """
        return replace(
            like,
            title=self.title.strip(),
            slug=self.slug.strip(),
            description=self.description.replace("\r\n", "\n").strip(),
            product_ids=self.product_ids,
            rule=self.rule() if self.kind == "rule" else None,
        )

    def worked(self) -> Typed:
        """Return the form after the button that was pressed has done its work."""
        ids, at = list(self.product_ids), self.target
        match self.deed:
            case "add" if at and at not in ids:
                ids.append(at)
            case "remove" if at in ids:
                ids.remove(at)
            case "up" | "down" | "top" if at in ids:
                place = ids.index(at)
                ids.remove(at)
                ids.insert({"up": max(0, place - 1), "down": place + 1, "top": 0}[self.deed], at)
        return replace(self, product_ids=tuple(ids))


FIELDS = frozenset(_Head.model_fields)
PARTS = FIELDS | {"products", "field", "operator", "value"}


def typed(collection: Collection) -> Typed:
    """Return the form of a collection as it is kept."""
    rule = collection.rule
    rows = [(one.field.value, one.operator.value, one.value) for one in rule.conditions] if rule else []
    return Typed(
        collection.id,
        seen_digest(collection),
        collection.title,
        collection.slug,
        collection.description,
        "rule" if rule else "list",
        collection.product_ids,
        tuple(rows),
        rule.match if rule else Match.ALL,
        rule.order if rule else RuleOrder.NEWEST,
    )


def read() -> Typed:
    """Return the form that was posted.

    Raises:
        InvalidValue: a field is unknown, too long or of the wrong kind.
        FormTooLarge: it is larger than any form of a collection.
    """
    request.max_content_length = request.max_form_memory_size = LARGEST_SENT
    try:
        request.form  # noqa: B018 - what is too large is refused when it is read for the first time.
    except RequestEntityTooLarge:
        raise FormTooLarge(LARGEST_SENT // 1024**2) from None
    unknown = sorted(set(request.form) - PARTS)
    if unknown:
        raise InvalidValue(unknown[0], "…", "a field of this form")
    try:
        head = _Head.model_validate({name: request.form[name] for name in request.form if name in FIELDS})
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise InvalidValue(str(first["loc"][0]), "…", first["msg"].lower()) from None
    products = request.form.get("products", "")
    if len(head.description) > LONGEST_DESCRIPTION:
        raise InvalidValue("description", "…", f"at most {LONGEST_DESCRIPTION} characters")
    if len(products) > LONGEST_LIST:
        raise InvalidValue("products", "…", f"a list of at most {LONGEST_LIST:,} characters")
    columns = [request.form.getlist(name) for name in ("field", "operator", "value")]
    rows = list(zip(*columns, strict=False))[: MOST_CONDITIONS + 1]
    if any(field not in set(RuleField) or operator not in set(Operator) for field, operator, _ in rows):
        raise InvalidValue("field", "…", "a field and an operator that conditions have")
    return Typed(
        head.id[:80],
        head.seen[:40],
        head.title[:300],
        head.slug[:200],
        head.description,
        head.kind,
        tuple(dict.fromkeys(products.split())),
        tuple((field, operator, value) for field, operator, value in rows),
        head.match,
        head.order,
        head.why[:200],
        head.q[:100],
        head.do[:120],
    )
