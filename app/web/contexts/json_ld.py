"""What a product page tells machines: schema.org's `Product`, and its text without markup."""

from __future__ import annotations

import json
from collections.abc import Sequence

import nh3
from markupsafe import Markup

from app.catalogue.model import Product
from app.web.contexts.views import VariantView


def plain_text(html: str) -> str:
    """Return the text of a piece of HTML on one line."""
    spaced = html.replace("<", " <")
    return " ".join(Markup(nh3.clean(spaced, tags=set())).unescape().split())  # noqa: S704


def json_ld(product: Product, variants: Sequence[VariantView], url: str, images: Sequence[str]) -> str:
    """Return schema.org's `Product` with an `Offer` a variant, safe inside a script element."""
    document: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": product.title,
        "description": plain_text(product.description),
        "url": url,
    }
    if product.vendor:
        document["brand"] = {"@type": "Brand", "name": product.vendor}
    if images:
        document["image"] = list(images)
    document["offers"] = [
        {
            "@type": "Offer",
            "sku": variant.sku,
            "name": variant.title or product.title,
            "price": variant.price.decimal,
            "priceCurrency": variant.price.currency,
            "availability": variant.stock.schema_url,
            "url": url,
        }
        for variant in variants
    ]
    # A text that holds `</script>` or `<!--` must not end the element that it stands in.
    return json.dumps(document, ensure_ascii=False).replace("<", "\\u003c")
