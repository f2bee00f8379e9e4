"""From the rows of a file to its products, whichever dialect it is written in."""

from __future__ import annotations

from collections.abc import Iterator

from app.catalogue.formats.columns import Dialect, Header
from app.catalogue.formats.records import Group, records_of, shopify_groups
from app.catalogue.formats.table import Row
from app.catalogue.formats.woocommerce import woo_groups


def groups_of(rows: Iterator[Row], header: Header) -> Iterator[Group]:
    """Yield the products of a file, one after the other."""
    records = records_of(rows, header)
    if header.dialect is Dialect.WOOCOMMERCE:
        return woo_groups(records, header.columns)
    return shopify_groups(records, header.columns)
