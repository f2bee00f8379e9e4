"""Writes the whole catalogue as a file that imports to the same catalogue."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TextIO

from app.catalogue.formats.rows import Cells, rows_of
from app.catalogue.formats.writing import CatalogueWriter, header_for
from app.catalogue.model import Product
from app.catalogue.picturing import OwnAddresses
from app.inventory.model import StockPool

BATCH = 200

Pools = Callable[[Sequence[str]], dict[str, StockPool]]


def export_products(
    products: Callable[[], Iterable[Product]],
    pools: Pools,
    addresses: OwnAddresses,
    currency: str,
    file: TextIO,
) -> int:
    """Write every product; return how many there were.

    The products are read twice, because the header names every currency and every
    kept column, and nobody knows them before the last product.

    Args:
        products: yields them, each time it is called.
        pools: returns stock pools by id.
        addresses: of pictures that came from none.
        currency: whose prices stand in the columns without a currency.
        file: opened as text, with line ends left alone.
    """
    used = {column for row in _rows(products(), pools, addresses, currency) for column in row}
    writer = CatalogueWriter(file, header_for(used))
    count = 0
    for row in _rows(products(), pools, addresses, currency):
        writer.write(row)
        count += "Status" in row
    return count


def _rows(
    products: Iterable[Product], pools: Pools, addresses: OwnAddresses, currency: str
) -> Iterator[Cells]:
    remaining = iter(products)
    while batch := list(islice(remaining, BATCH)):
        ids = {variant.stock_id for product in batch for variant in product.variants}
        found = pools(sorted(ids))
        for product in addresses.lent(batch):
            yield from rows_of(product, currency, found)
