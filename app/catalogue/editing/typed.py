"""A product as the desk's form holds it: texts at their places, whatever was typed.

Options and values have keys that stay while their texts are changed, so that a
variant follows the value that it was given when somebody renames it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from app.catalogue.model import Product, ProductStatus, Variant
from app.inventory.model import Policy
from app.money import Money

MAX_OPTIONS = 3
MAX_VARIANTS = 100
"""Shopify's limits: a catalogue that keeps them can be moved there and back."""
TEXT_FIELDS = (
    "title",
    "slug",
    "description",
    "vendor",
    "type",
    "tags",
    "status",
    "seo_title",
    "seo_description",
)


@dataclass(frozen=True)
class TypedValue:
    """One value of an option: `=Oak` was `Oak` when the form was opened, `+1` is new."""

    key: str
    text: str = ""


@dataclass(frozen=True)
class TypedOption:
    """One option with its values, in the order of the form."""

    key: str
    name: str = ""
    values: tuple[TypedValue, ...] = ()


@dataclass(frozen=True)
class TypedVariant:
    """One row of the grid."""

    was: str = ""
    """The SKU that the variant has in the shop; empty where it is new."""
    sku: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    """The key of the value chosen for each option, by the option's key."""
    prices: Mapping[str, str] = field(default_factory=dict)
    compare_at: Mapping[str, str] = field(default_factory=dict)
    barcode: str = ""
    weight: str = ""
    pool: str = ""
    """The stock pool; empty stands for one that is called like the SKU."""
    count: str = ""
    policy: str = Policy.DENY
    cap: str = ""
    is_removed: bool = False


@dataclass(frozen=True)
class TypedProduct:
    """The whole form."""

    title: str = ""
    slug: str = ""
    description: str = ""
    vendor: str = ""
    type: str = ""
    tags: str = ""
    status: str = ProductStatus.DRAFT
    seo_title: str = ""
    seo_description: str = ""
    options: tuple[TypedOption, ...] = ()
    variants: tuple[TypedVariant, ...] = ()

    @property
    def kept(self) -> tuple[TypedVariant, ...]:
        """The rows that are not to be removed."""
        return tuple(row for row in self.variants if not row.is_removed)


def typed(product: Product) -> TypedProduct:
    """Return the form of a product as it is: saved unchanged, it changes nothing."""
    options = _options(product)
    return TypedProduct(
        **{name: lines(str(getattr(product, name))) for name in TEXT_FIELDS if name != "tags"},
        tags=", ".join(product.tags),
        options=options,
        variants=tuple(_row(variant, options) for variant in product.variants),
    )


def lines(text: str) -> str:
    """Return a text with the line ends that are compared; a browser sends others than it was given."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def weight_text(grams: float) -> str:
    """Return a weight as one types it: `250`, `12.5`."""
    return f"{Decimal(str(grams)).normalize():f}" if grams else ""


def fresh_keys(taken: Iterable[str], count: int) -> tuple[str, ...]:
    """Return keys for what is new in the form."""
    numbers = (key[1:] for key in taken if key[:1] == "+" and len(key) < 9)
    known = {int(number) for number in numbers if number.isascii() and number.isdecimal()}
    first = max(known, default=-1) + 1
    return tuple(f"+{number}" for number in range(first, first + count))


def _options(product: Product) -> tuple[TypedOption, ...]:
    """Return the options, and what variants of another program choose beyond them."""
    width = max((len(variant.options) for variant in product.variants), default=0)
    options, keys = [], list[str]()
    for place in range(max(width, len(product.options))):
        known = product.options[place] if place < len(product.options) else None
        texts = [*(known.values if known else ())]
        texts += [variant.options[place] for variant in product.variants if place < len(variant.options)]
        name = known.name if known else ""
        keys.append(_unique(f"={name}", keys))
        values = tuple(TypedValue(f"={text}", text) for text in dict.fromkeys(texts))
        options.append(TypedOption(keys[-1], name, values))
    return tuple(options)


def _unique(key: str, taken: Sequence[str]) -> str:
    return key if key not in taken and key != "=" else f"={len(taken) + 1}: {key[1:]}"


def _row(variant: Variant, options: Sequence[TypedOption]) -> TypedVariant:
    return TypedVariant(
        was=variant.sku,
        sku=variant.sku,
        choices={option.key: f"={value}" for option, value in zip(options, variant.options, strict=False)},
        prices=_amounts(variant.prices),
        compare_at=_amounts(variant.compare_at),
        barcode=variant.barcode,
        weight=weight_text(variant.weight_grams),
        pool=variant.stock_id,
    )


def _amounts(amounts: Mapping[str, int]) -> dict[str, str]:
    return {code: Money(minor, code).decimal for code, minor in sorted(amounts.items())}
