"""What the shop would have after an import: a draft laid over the product that is there."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from app.catalogue.formats.columns import OPTION_NAMES, OPTION_VALUES, currency_of
from app.catalogue.formats.faults import Fault, because
from app.catalogue.formats.said import ProductDraft, StockDraft, VariantDraft, is_kept_only
from app.catalogue.model import SKU_LENGTH, Image, Option, Product, Variant, parse_sku
from app.errors import InvalidValue
from app.ids import new_id

DIGEST_LENGTH = 12
OPTIONS = frozenset((*OPTION_NAMES, *OPTION_VALUES))

Extra = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class StockWish:
    """What a row wants of the stock pool behind a variant."""

    row: int
    stock_id: str
    stock: StockDraft
    is_new: bool
    """Whether the variant takes its units from another pool than before, which is opened if need be."""

    @property
    def is_opening(self) -> bool:
        """Whether a pool that is not there is opened; a file that hardly speaks of stock opens none."""
        return self.is_new or self.stock.is_tracked is not None or self.stock.quantity is not None


@dataclass
class Merged:
    """A product as it would be, the stock behind it, and what is wrong with it."""

    product: Product
    wishes: list[StockWish] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def derived_sku(slug: str, options: tuple[str, ...]) -> str:
    """Make a SKU where the file has none, the same one at every import.

    One that would be too long ends in a digest of what it lacks.

    Raises:
        InvalidValue: an option's value holds unprintable characters.
    """
    sku = "-".join((slug, *options)).upper()
    if len(sku) > SKU_LENGTH:
        digest = hashlib.blake2b(sku.encode(), digest_size=DIGEST_LENGTH // 2).hexdigest().upper()
        sku = f"{sku[: SKU_LENGTH - DIGEST_LENGTH - 1].rstrip()}-{digest}"
    return parse_sku(sku)


def merge(
    draft: ProductDraft,
    current: Product | None,
    owner: Callable[[str], str | None],
    sanitise: Callable[[str], str],
) -> Merged:
    """Lay a draft over the product that is there; what the file does not speak of stays.

    Args:
        draft: what the file says.
        current: the product with that slug, if there is one.
        owner: returns the slug of the product that has a SKU.
        sanitise: leaves of a text in HTML what is safe.
    """
    base = current or Product(new_id("prd"), draft.slug, "", ())
    fields = dict(draft.fields)
    if fields.get("description", base.description) != base.description:
        fields["description"] = sanitise(fields["description"])
    merged = Merged(replace(base, **fields))
    if not merged.product.title.strip():
        merged.faults.append(Fault(draft.group.row, "Title is empty.", "Title"))
    says_options = OPTION_NAMES[0] in draft.group.columns or current is None
    pairs = [_variant(draft, one, base, merged, owner, says_options) for one in draft.variants]
    misread = {fault.row for fault in draft.faults if fault.column in OPTIONS}
    _must_differ(pairs, base, misread, merged.faults)
    variants = tuple(variant for _, variant in pairs)
    said = {column for column in draft.group.columns if is_kept_only(column)}
    merged.product = replace(
        merged.product,
        variants=variants,
        options=_options(draft.option_names, variants, base) if says_options else base.options,
        images=_images(draft, base) if "Image Src" in draft.group.columns else base.images,
        extra=_extra(base.extra, draft.extra, said),
    )
    return merged


def _variant(
    draft: ProductDraft,
    said: VariantDraft,
    base: Product,
    merged: Merged,
    owner: Callable[[str], str | None],
    says_options: bool,
) -> tuple[int, Variant]:
    sku = said.sku
    if not sku:
        same = base.chosen(said.options) if says_options else next(iter(base.variants), None)
        try:
            sku = same.sku if same else derived_sku(draft.slug, said.options)
        except InvalidValue as error:
            merged.faults.append(Fault(said.row, because(error, "The SKU made of handle and options")))
    other = owner(sku) if sku else None
    if other not in (None, draft.slug):
        reason = f"The SKU {sku} belongs to the product {other!r}."
        merged.faults.append(Fault(said.row, reason, "Variant SKU"))
    known = base.variant(sku)
    was = known or Variant(sku, sku)
    prices, compare_at = _amounts(was.prices, said, False), _amounts(was.compare_at, said, True)
    is_misread = any(fault.row == said.row and _is_price(fault.column) for fault in draft.faults)
    if not prices and (known is None or was.prices) and not is_misread:
        reason = "Variant Price is empty: a variant without a price cannot be sold."
        merged.faults.append(Fault(said.row, reason, "Variant Price"))
    kept = {column for column in draft.group.columns if is_kept_only(column)}
    variant = replace(
        was,
        stock_id=was.stock_id if said.pool is None else said.pool or sku,
        options=said.options if says_options else was.options,
        prices=prices,
        compare_at=compare_at,
        extra=_extra(was.extra, said.extra, kept),
        **said.fields,
    )
    is_new = known is None or variant.stock_id != known.stock_id
    merged.wishes.append(StockWish(said.row, variant.stock_id, said.stock, is_new))
    return said.row, variant


def _is_price(column: str) -> bool:
    _, is_compare_at = currency_of(column) or ("", column != "Variant Price")
    return not is_compare_at


def _amounts(was: Mapping[str, int], said: VariantDraft, is_compare_at: bool) -> dict[str, int]:
    amounts = dict(was)
    for (currency, kind), minor in said.amounts.items():
        if kind is not is_compare_at:
            continue
        if minor is None:
            amounts.pop(currency, None)
        else:
            amounts[currency] = minor
    return amounts


def _must_differ(
    pairs: list[tuple[int, Variant]], base: Product, misread: set[int], faults: list[Fault]
) -> None:
    skus, chosen = dict[str, int](), dict[tuple[str, ...], int]()
    for row, variant in pairs:
        first = skus.setdefault(variant.sku, row)
        if first != row and variant.sku:
            faults.append(twice(variant.sku, row, first))
            continue
        if row in misread:
            continue
        first = chosen.setdefault(variant.options, row)
        # Other programs write variants without options; those that are there already may stay.
        if first != row and not (base.variant(variant.sku) and not variant.options):
            what = f"the options {' / '.join(variant.options)}" if variant.options else "no options"
            faults.append(Fault(row, f"The variant has {what}, as that of row {first} has."))


def twice(sku: str, row: int, first: int) -> Fault:
    """Say that a row names a SKU which a row above has named."""
    return Fault(row, f"The SKU {sku} stands in row {first} already.", "Variant SKU")


def _options(names: tuple[str, ...], variants: tuple[Variant, ...], base: Product) -> tuple[Option, ...]:
    options = []
    for place, name in enumerate(names):
        values = tuple(dict.fromkeys(v.options[place] for v in variants if place < len(v.options)))
        was = next((option for option in base.options if option.name == name), None)
        # An editor's order of the values stays as long as they are the same values.
        options.append(was if was and set(was.values) == set(values) else Option(name, values))
    return tuple(options)


def _images(draft: ProductDraft, base: Product) -> tuple[Image, ...]:
    known = {image.source_url or image.picture: image for image in base.images}
    says_alt = "Image Alt Text" in draft.group.columns
    found = []
    for image in draft.images:
        was = known.get(image.source_url)
        found.append(replace(was, alt=image.alt if says_alt else was.alt) if was else image)
    return tuple(found)


def _extra(was: Extra, said: Mapping[str, str], columns: set[str]) -> Extra:
    kept = {column: cell for column, cell in was if column not in columns} | dict(said)
    return was if dict(was) == kept else tuple(kept.items())
