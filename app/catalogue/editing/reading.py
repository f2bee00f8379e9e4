"""Reads the form of a product: the product that it asks for, or every fault at its field.

What was there before may stay as it is, however odd: another program or a file may
have written it, and who corrects a title must not have to mend the rest first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from app.catalogue.editing.options import chosen_texts, read_options
from app.catalogue.editing.rows import Stockroom, read_row
from app.catalogue.editing.typed import (
    MAX_VARIANTS,
    TEXT_FIELDS,
    TypedProduct,
    TypedVariant,
    lines,
    typed,
)
from app.catalogue.editing.words import INVISIBLE, Fault, is_one_line, slug_of
from app.catalogue.model import Product, ProductStatus, Variant, parse_slug
from app.errors import InvalidValue
from app.inventory.model import StockPool

LONGEST = {
    "title": 255,
    "description": 100_000,
    "vendor": 255,
    "type": 255,
    "tags": 5_000,
    "seo_title": 255,
    "seo_description": 1_000,
}
LABELS = {
    "title": "The title",
    "description": "The description",
    "vendor": "The vendor",
    "type": "The type",
    "tags": "The list of tags",
    "seo_title": "The title for search engines",
    "seo_description": "The description for search engines",
}
LONG_TEXTS = frozenset({"description", "seo_description"})
"""These take more than one line."""


@dataclass(frozen=True)
class Surroundings:
    """What a reading must know of the shop beside the product."""

    sanitise: Callable[[str], str]
    owners: Mapping[str, Product] = field(default_factory=dict)
    """Which product has a SKU now, for the SKUs that were typed."""
    slug_owner: Product | None = None
    pools: Mapping[str, StockPool] = field(default_factory=dict)
    """The pools that there are, of those that the form names."""


@dataclass(frozen=True)
class Reading:
    """The product that the form asks for, the pools to open for it, and what is wrong."""

    product: Product
    openings: tuple[StockPool, ...] = ()
    faults: tuple[Fault, ...] = ()


def read(form: TypedProduct, base: Product, around: Surroundings) -> Reading:
    """Lay what was typed over a product; nothing is written.

    Args:
        form: the texts.
        base: the product as it is, or an empty one with the id of the new product.
        around: the rest of the shop.
    """
    before, faults = typed(base), list[Fault]()
    fields = _texts(form, before, base, around, faults)
    options = read_options(form, before, base, faults)
    room = Stockroom(around.pools)
    variants = list[Variant]()
    for number, row in enumerate(form.variants):
        if row.is_removed:
            continue
        was = base.variant(row.was) if row.was else None
        was_row = next((old for old in before.variants if old.was and old.was == row.was), None)
        read_one = read_row(number, row, was, was_row, room, faults)
        variants.append(replace(read_one, options=chosen_texts(number, form, row, was, before, faults)))
    _must_differ(form, variants, base, around, faults)
    _must_be_sellable(form, variants, base, fields, faults)
    product = replace(base, **fields, options=options, variants=tuple(variants))
    return Reading(product, tuple(room.openings.values()), tuple(faults))


def wanted_skus(form: TypedProduct) -> tuple[str, ...]:
    """Return the SKUs that the form names, as the shop would keep them."""
    return tuple(sorted({row.sku.strip().upper() for row in form.kept} - {""}))


def wanted_pools(form: TypedProduct) -> tuple[str, ...]:
    """Return the stock pools that the form names."""
    return tuple(sorted({(row.pool.strip() or row.sku.strip().upper()) for row in form.kept} - {""}))


def _texts(
    form: TypedProduct, before: TypedProduct, base: Product, around: Surroundings, faults: list[Fault]
) -> dict[str, Any]:
    fields = dict[str, Any]()
    for name in TEXT_FIELDS:
        text = lines(getattr(form, name)).strip()
        if _is_same(name, text, getattr(before, name)):
            continue
        longest = LONGEST.get(name)
        if longest is not None and len(text) > longest:
            faults.append(Fault(name, f"{LABELS[name]} has {len(text)} characters: {longest} are taken."))
        if name in LABELS and name not in LONG_TEXTS and not is_one_line(_unblanked(name, text)):
            faults.append(Fault(name, f"{LABELS[name]} {INVISIBLE}"))
        fields[name] = text
    if not form.title.strip():
        faults.append(Fault("title", "Write a title."))
    if "tags" in fields:
        tags = (_unblanked("tags", tag) for tag in fields["tags"].split(","))
        fields["tags"] = tuple(dict.fromkeys(tag for tag in tags if tag))
    if "description" in fields:
        fields["description"] = around.sanitise(fields["description"])
    if "status" in fields:
        if fields["status"] in tuple(ProductStatus):
            fields["status"] = ProductStatus(fields["status"])
        else:
            faults.append(Fault("status", "Choose one of the three states."))
            del fields["status"]
    _slug(form, base, fields, around, faults)
    return fields


def _unblanked(name: str, text: str) -> str:
    """Return a text as it is kept: tags are pasted from anywhere, so any blank of theirs is one blank."""
    return " ".join(text.split()) if name == "tags" else text


def _is_same(name: str, text: str, before: str) -> bool:
    """Say whether nothing was typed; a browser drops the line ends of a field of one line."""
    if name == "description":
        return text == before.strip()
    return text.replace("\n", "") == before.replace("\n", "").strip()


def _slug(
    form: TypedProduct,
    base: Product,
    fields: dict[str, Any],
    around: Surroundings,
    faults: list[Fault],
) -> None:
    if "slug" not in fields and base.slug:
        return
    slug = form.slug.strip() or slug_of(form.title)
    fields["slug"] = slug
    owner = around.slug_owner
    if not slug:
        if form.title.strip():
            faults.append(Fault("slug", "Write a URL name: the title has no letters to make one of."))
        return
    try:
        parse_slug(slug)
    except InvalidValue as error:
        faults.append(Fault("slug", f"“{error.value}” is no URL name: write {error.expected}."))
    if owner is not None and owner.id != base.id:
        faults.append(Fault("slug", f"The URL name {slug} belongs to “{owner.title}”."))


def _must_differ(
    form: TypedProduct, variants: list[Variant], base: Product, around: Surroundings, faults: list[Fault]
) -> None:
    """Note SKUs that stand twice or belong elsewhere, and combinations that stand twice."""
    skus, chosen = dict[str, int](), dict[tuple[str, ...], int]()
    numbers = [number for number, row in enumerate(form.variants) if not row.is_removed]
    for place, (number, variant) in enumerate(zip(numbers, variants, strict=True)):
        if variant.sku:
            owner, first = around.owners.get(variant.sku), skus.setdefault(variant.sku, place)
            if owner is not None and owner.id != base.id:
                text = f"The SKU {variant.sku} belongs to “{owner.title}”."
                faults.append(Fault(f"variant-{number}-sku", text))
            elif first != place:
                text = f"The SKU {variant.sku} stands in row {first + 1} already."
                faults.append(Fault(f"variant-{number}-sku", text))
        first = chosen.setdefault(variant.options, place)
        was = base.variant(form.variants[number].was)
        if first == place or (was is not None and was.options == variant.options and _was_twice(base, was)):
            continue
        what = " / ".join(variant.options) if any(variant.options) else "no options"
        text = f"Row {first + 1} has {what} too: choose something else, or remove one of the two."
        faults.append(Fault(f"variant-{number}-remove", text))


def _was_twice(base: Product, variant: Variant) -> bool:
    return sum(other.options == variant.options for other in base.variants) > 1


def _must_be_sellable(
    form: TypedProduct,
    variants: list[Variant],
    base: Product,
    fields: Mapping[str, Any],
    faults: list[Fault],
) -> None:
    if not variants:
        faults.append(Fault("variants", "Keep at least one variant: it is what one buys."))
    if len(variants) > MAX_VARIANTS and len(variants) > len(base.variants):
        text = f"There are {len(variants)} variants: a product takes {MAX_VARIANTS}. Make a second product."
        faults.append(Fault("variants", text))
    if fields.get("status", base.status) is not ProductStatus.ACTIVE:
        return
    for number, row in enumerate(form.variants):
        if row.is_removed or _has_price(row) or _never_had_one(row, base):
            continue
        text = "Write a price in at least one currency, or keep the product a draft."
        faults.append(Fault(f"variant-{number}-price-{next(iter(row.prices), 'USD')}", text))


def _has_price(row: TypedVariant) -> bool:
    return any(amount.strip() for amount in row.prices.values())


def _never_had_one(row: TypedVariant, base: Product) -> bool:
    """Say whether the row is without a price in the shop too: what was odd there may stay."""
    was = base.variant(row.was) if row.was else None
    return base.status is ProductStatus.ACTIVE and was is not None and not was.prices
