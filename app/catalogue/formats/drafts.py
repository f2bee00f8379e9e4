"""Reads the rows of one product, every cell judged, nothing compared with the shop yet."""

from __future__ import annotations

from app.catalogue.formats import cells
from app.catalogue.formats.columns import OPTION_NAMES, OPTION_VALUES
from app.catalogue.formats.faults import Fault, because
from app.catalogue.formats.records import Group, Record
from app.catalogue.formats.said import DEFAULT_OPTION, DEFAULT_VALUE, ProductDraft, extra_of
from app.catalogue.formats.variants import read_variant, url
from app.catalogue.model import Image, ProductStatus, parse_slug
from app.errors import InvalidValue

STATUSES = {**{status.value: status for status in ProductStatus}, "unlisted": ProductStatus.DRAFT}
VARIANT_SIGNS = (*OPTION_VALUES, "Variant SKU", "Variant Price", "Variant Barcode")


def read_draft(group: Group, currency: str) -> ProductDraft:
    """Read the rows of one product; all that is wrong with them is in `faults`."""
    draft = ProductDraft(group, faults=list(group.faults))
    first = group.records[0]
    draft.slug = group.handle
    try:
        parse_slug(group.handle)
    except InvalidValue as error:
        if group.handle:
            draft.faults.append(Fault(first.row, because(error, "Handle"), "Handle"))
    _read_product(draft, first)
    draft.option_names = _option_names(draft, first)
    for record in group.records:
        is_variant = record is first or any(record.text(column) for column in VARIANT_SIGNS)
        if is_variant:
            draft.variants.append(read_variant(draft, record, currency, is_first=record is first))
            continue
        for column, cell in extra_of(record).items():
            draft.extra.setdefault(column, cell)
        if not record.text("Image Src"):
            reason = "The row names neither a variant (option, SKU or price) nor a picture (Image Src)."
            draft.faults.append(Fault(record.row, reason))
    _read_images(draft)
    return draft


def _read_product(draft: ProductDraft, first: Record) -> None:
    said, fields = draft.group.columns, draft.fields
    texts = {"Title": "title", "Body (HTML)": "description", "Vendor": "vendor", "Type": "type"}
    texts |= {"SEO Title": "seo_title", "SEO Description": "seo_description"}
    for column, name in texts.items():
        if column in said:
            fields[name] = first.cells.get(column, "")
    if "Tags" in said:
        fields["tags"] = cells.tags(first.cells.get("Tags", ""))
    if "Gift Card" in said:
        fields["gift_card"] = draft.read(first, "Gift Card", cells.flag, default=False)
    status = draft.read(first, "Status", _status, None)
    published = draft.read(first, "Published", _flag_or_none, None)
    if status is None and published is not None:
        status = ProductStatus.ACTIVE if published else ProductStatus.DRAFT
    elif status is ProductStatus.ACTIVE and published is False:
        status = ProductStatus.DRAFT
    if status is not None:
        fields["status"] = status
    draft.extra = extra_of(first)


def _flag_or_none(cell: str, column: str) -> bool | None:
    return cells.flag(cell, column)


def _status(cell: str, column: str) -> ProductStatus | None:
    status = STATUSES.get(cell.strip().lower())
    if status is None:
        raise InvalidValue(column, cell, "active, draft or archived")
    return status


def _option_names(draft: ProductDraft, first: Record) -> tuple[str, ...]:
    names = [first.text(column) for column in OPTION_NAMES]
    values = [first.text(column) for column in OPTION_VALUES]
    if names[0] in ("", DEFAULT_OPTION) and values[0] in ("", DEFAULT_VALUE) and not any(names[1:]):
        return ()
    given = [name for name in names if name]
    if names[: len(given)] != given:
        draft.faults.append(
            Fault(first.row, "An option's name is empty before one that is not.", OPTION_NAMES[0])
        )
    if len({name.lower() for name in given}) != len(given):
        draft.faults.append(
            Fault(first.row, f"Two options have one name: {', '.join(given)}.", OPTION_NAMES[0])
        )
    return tuple(given)


def _read_images(draft: ProductDraft) -> None:
    found: list[tuple[int, Image]] = []
    for record in draft.group.records:
        address = draft.read(record, "Image Src", url, "")
        place = draft.read(record, "Image Position", _place, None)
        if address and all(image.source_url != address for _, image in found):
            alt = record.cells.get("Image Alt Text", "")
            found.append((place or len(found) + 1, Image("", alt, 0, 0, source_url=address)))
    draft.images = [image for _, image in sorted(found, key=lambda pair: pair[0])]


def _place(cell: str, column: str) -> int | None:
    return cells.whole(cell, column, least=1)
