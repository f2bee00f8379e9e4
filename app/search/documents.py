"""What the index holds of a product."""

from __future__ import annotations

from collections.abc import Callable

from app.catalogue.model import Product
from app.clock import iso
from app.search.model import Document, Offer


def document_of(product: Product, *, text: str, is_buyable: Callable[[str], bool]) -> Document | None:
    """Return a product as the index holds it, or nothing where no shopper may see it.

    Args:
        product: as it is now.
        text: its description without markup.
        is_buyable: says of a stock pool whether something can be bought from it.
    """
    variants = [variant for variant in product.variants if variant.prices]
    if not product.is_published or not variants:
        return None
    option_names = [option.name for option in product.options]
    values = dict.fromkeys(value for variant in variants for value in variant.options)
    names = [product.vendor, product.type, *product.tags, *values, *(variant.sku for variant in variants)]
    return Document(
        product=product.id,
        slug=product.slug,
        title=product.title,
        title_key=product.title_key,
        names=" ".join(names),
        text=text,
        vendor=product.vendor,
        type=product.type,
        tags=product.tags,
        came_at=iso(product.came_at),
        offers=tuple(
            Offer(
                sku=variant.sku,
                stock_id=variant.stock_id,
                is_buyable=is_buyable(variant.stock_id),
                prices=dict(sorted(variant.prices.items())),
                options=tuple(zip(option_names, variant.options, strict=False)),
            )
            for variant in variants
        ),
    )
