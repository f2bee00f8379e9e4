"""Rules: collections that list whatever meets their conditions, instead of what an editor has put in.

The rule is pure, so that the database, the generator and the desk cannot disagree
on what it finds: whoever asks a database takes its answer as candidates and lets
`matches` decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from app.errors import InvalidValue
from app.money import Money, parse_currency

if TYPE_CHECKING:
    from app.catalogue.model import Product

MOST_CONDITIONS = 20
LONGEST_VALUE = 200


class RuleField(StrEnum):
    """What of a product a condition looks at."""

    TAG = "tag"
    TYPE = "type"
    VENDOR = "vendor"
    TITLE = "title"
    PRICE = "price"
    OPTION = "option"


class Operator(StrEnum):
    """How a condition compares what it looks at with its value."""

    EQUALS = "equals"
    NOT_EQUALS = "not_equals"
    CONTAINS = "contains"
    STARTS_WITH = "starts_with"
    GREATER_THAN = "greater_than"
    LESS_THAN = "less_than"


class Match(StrEnum):
    """How many of its conditions a product must meet."""

    ALL = "all"
    ANY = "any"


class RuleOrder(StrEnum):
    """In which order a rule lists what it finds, and shoppers may have any listing."""

    NEWEST = "newest"
    TITLE = "title"
    PRICE_UP = "price-up"
    PRICE_DOWN = "price-down"


TEXT_OPERATORS = (Operator.EQUALS, Operator.NOT_EQUALS, Operator.CONTAINS, Operator.STARTS_WITH)
PRICE_OPERATORS = (Operator.EQUALS, Operator.NOT_EQUALS, Operator.GREATER_THAN, Operator.LESS_THAN)


def operators(field: RuleField) -> tuple[Operator, ...]:
    """Return the operators that fit a field."""
    return PRICE_OPERATORS if field is RuleField.PRICE else TEXT_OPERATORS


def fold(text: str) -> str:
    """Return a text as conditions compare it: trimmed, every letter for itself in lower case."""
    # Letter by letter, because a whole text's lower case depends on what stands beside a letter.
    return "".join(map(str.lower, text.strip()))


@dataclass(frozen=True)
class Condition:
    """One condition; a price is written with its currency: `50.00 USD`.

    Where a product has several values of the field, one of them is enough; `not_equals`
    is the opposite of `equals`, so there none may be equal.

    Raises:
        InvalidValue: the operator does not fit the field, or the value is none.
    """

    field: RuleField
    operator: Operator
    value: str

    def __post_init__(self) -> None:
        """Refuse what no product could be held against."""
        if self.operator not in operators(self.field):
            fitting = ", ".join(operators(self.field))
            raise InvalidValue("operator", self.operator, f"one of {fitting} for a {self.field}")
        is_text = bool(self.value.strip()) and self.value.isprintable()
        if not is_text or len(self.value) > LONGEST_VALUE:
            raise InvalidValue(self.field, self.value[:LONGEST_VALUE], f"1 to {LONGEST_VALUE} characters")
        if self.field is RuleField.PRICE:
            _ = self.price

    @property
    def price(self) -> Money:
        """The amount of a condition on the price."""
        amount, _, currency = self.value.strip().rpartition(" ")
        if not amount:
            raise InvalidValue("price", self.value, "an amount with its currency, such as 50.00 USD")
        return Money.parse(amount, parse_currency(currency))

    def is_met_by(self, product: Product) -> bool:
        """Say whether a product meets the condition."""
        if self.operator is Operator.NOT_EQUALS:
            return not any(self._compare(Operator.EQUALS, product))
        return any(self._compare(self.operator, product))

    def _compare(self, operator: Operator, product: Product) -> Iterator[bool]:
        if self.field is RuleField.PRICE:
            price = self.price
            for variant in product.variants:
                found = variant.prices.get(price.currency)
                if found is not None:
                    yield _compare_amounts(operator, found, price.minor)
            return
        wanted = fold(self.value)
        for text in _texts(self.field, product):
            yield _compare_texts(operator, fold(text), wanted)


@dataclass(frozen=True)
class Rule:
    """Conditions, how many of them must be met, and the order of what is found.

    Raises:
        InvalidValue: there is no condition, or more than anybody can read.
    """

    conditions: tuple[Condition, ...]
    match: Match = Match.ALL
    order: RuleOrder = RuleOrder.NEWEST

    def __post_init__(self) -> None:
        """Refuse a rule without conditions: it would list the whole shop by mistake."""
        if not 1 <= len(self.conditions) <= MOST_CONDITIONS:
            raise InvalidValue(
                "conditions", str(len(self.conditions)), f"1 to {MOST_CONDITIONS}, each with a value"
            )

    def matches(self, product: Product) -> bool:
        """Say whether the rule lists a product."""
        met = (condition.is_met_by(product) for condition in self.conditions)
        return all(met) if self.match is Match.ALL else any(met)

    def found(self, products: Iterable[Product]) -> list[Product]:
        """Return those products that the rule lists, in its order where that is the same everywhere."""
        return self.ordered(product for product in products if self.matches(product))

    def ordered(self, products: Iterable[Product], currency: str = "") -> list[Product]:
        """Return products in the rule's order; prices are those in the market's currency."""
        return in_order(products, self.order, currency)


def in_order(products: Iterable[Product], order: RuleOrder, currency: str = "") -> list[Product]:
    """Return products in an order; prices are those in the currency.

    Equals stand by URL name, so that no order depends on the editor's or on the database's.
    """
    by_slug = sorted(products, key=lambda product: product.slug)
    match order:
        case RuleOrder.NEWEST:
            return sorted(by_slug, key=lambda product: product.came_at, reverse=True)
        case RuleOrder.TITLE:
            return sorted(by_slug, key=lambda product: product.title_key)
        case RuleOrder.PRICE_UP:
            return sorted(by_slug, key=lambda product: _lowest(product, currency))
        case RuleOrder.PRICE_DOWN:
            return sorted(by_slug, key=lambda product: -_lowest(product, currency))


def _lowest(product: Product, currency: str) -> int:
    return min((v.prices[currency] for v in product.variants if currency in v.prices), default=0)


def _texts(field: RuleField, product: Product) -> Iterable[str]:
    match field:
        case RuleField.TAG:
            return product.tags
        case RuleField.OPTION:
            return [value for variant in product.variants for value in variant.options]
        case _:
            return (str(getattr(product, field)),)


def _compare_texts(operator: Operator, found: str, wanted: str) -> bool:
    match operator:
        case Operator.CONTAINS:
            return wanted in found
        case Operator.STARTS_WITH:
            return found.startswith(wanted)
        case _:
            return found == wanted


def _compare_amounts(operator: Operator, found: int, wanted: int) -> bool:
    match operator:
        case Operator.GREATER_THAN:
            return found > wanted
        case Operator.LESS_THAN:
            return found < wanted
        case _:
            return found == wanted
