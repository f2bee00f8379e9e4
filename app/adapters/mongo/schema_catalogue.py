"""The shape of what pages are made of: the collections that other programs may write to."""

from __future__ import annotations

from app.adapters.mongo.shapes import (
    COUNT,
    FLAG,
    MEASURE,
    MOMENT,
    MOMENT_OR_NONE,
    NAME,
    OWN_OR_DRIVERS_ID,
    PRICES,
    SKU_TEXT,
    SLUG_TEXT,
    TEXT,
    TEXTS,
    CollectionShape,
    index,
    many,
    one_of,
    thing,
)
from app.catalogue.model import ProductStatus
from app.media.model import PictureFormat, PictureState

EXTRA = many(TEXTS)
VARIANT = thing(
    "sku",
    sku=SKU_TEXT,
    stock_id=NAME,
    options=TEXTS,
    prices=PRICES,
    compare_at=PRICES,
    weight_grams=MEASURE,
    barcode=TEXT,
    taxable=FLAG,
    requires_shipping=FLAG,
    image_url=TEXT,
    extra=EXTRA,
)
RENDITION = thing(
    "format",
    "width",
    "height",
    "name",
    format=one_of(*PictureFormat),
    width=COUNT,
    height=COUNT,
    name=NAME,
    size=COUNT,
)
IMAGE = thing(picture=TEXT, alt=TEXT, width=COUNT, height=COUNT, source_url=TEXT)

SHOP_WINDOW = (
    CollectionShape(
        "products",
        thing(
            "slug",
            "variants",
            _id=OWN_OR_DRIVERS_ID,
            slug=SLUG_TEXT,
            variants=many(VARIANT),
            title=TEXT,
            description=TEXT,
            vendor=TEXT,
            type=TEXT,
            tags=TEXTS,
            images=many(IMAGE),
            seo_title=TEXT,
            seo_description=TEXT,
            gift_card=FLAG,
            extra=EXTRA,
            status=one_of(*ProductStatus),
            version=COUNT,
            updated_at=MOMENT_OR_NONE,
        ),
        (
            index("slug", unique=True),
            index("variants.sku", unique=True, sparse=True),
        ),
    ),
    CollectionShape(
        "collections",
        thing("slug", _id=OWN_OR_DRIVERS_ID, slug=SLUG_TEXT, title=TEXT, product_ids=TEXTS, version=COUNT),
        (index("slug", unique=True), index("product_ids")),
    ),
    CollectionShape(
        "pages",
        thing("slug", _id=OWN_OR_DRIVERS_ID, slug=SLUG_TEXT, title=TEXT, body=TEXT, version=COUNT),
        (index("slug", unique=True),),
    ),
    CollectionShape(
        "markets",
        thing(
            "currency",
            "locale",
            _id=NAME,
            currency={"bsonType": "string", "pattern": "^[A-Z]{3}$"},
            locale=NAME,
            prefix={"bsonType": "string", "pattern": "^([a-z]{2}(-[a-z]{2})?)?$"},
            countries=TEXTS,
        ),
        (index("prefix", unique=True),),
    ),
    CollectionShape("settings", thing(_id=NAME, name=TEXT, email=TEXT)),
    CollectionShape("redirects", thing("target", _id=NAME, target=TEXT)),
    CollectionShape(
        "media",
        thing(
            "width",
            "height",
            "renditions",
            "state",
            _id=NAME,
            width=COUNT,
            height=COUNT,
            tone=COUNT,
            renditions=many(RENDITION),
            state=one_of(*PictureState),
            tries=COUNT,
            created_at=MOMENT_OR_NONE,
            tried_at=MOMENT_OR_NONE,
            version=COUNT,
        ),
        (index("state", "tried_at"), index("-created_at")),
    ),
    CollectionShape(
        "revisions",
        thing(
            "document", "version", "who", "at", document=NAME, version=COUNT, who=TEXT, why=TEXT, at=MOMENT
        ),
        (index("document", "-version"), index("change_set")),
    ),
)
