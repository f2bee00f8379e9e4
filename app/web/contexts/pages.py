"""Contexts of the frozen pages: read, record what was read, hand over a dataclass."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import nh3
from flask import url_for
from markupsafe import Markup

from app.catalogue.model import Availability, Collection, ContentPage, Market, Product
from app.catalogue.store import CatalogueStore
from app.inventory.store import InventoryStore
from app.search.model import Sorting
from app.web.contexts import projections
from app.web.contexts.choice import choice_of
from app.web.contexts.json_ld import json_ld, plain_text
from app.web.contexts.layout import Layouts
from app.web.contexts.leads import MARKDOWN, Leads
from app.web.contexts.listing import read_listing
from app.web.contexts.sorting import sorting_label
from app.web.contexts.stock import best, read_availability, stock_view
from app.web.contexts.views import (
    CollectionPage,
    CollectionTeaser,
    HomePage,
    ImageView,
    Link,
    MetaView,
    ProductCard,
    ProductPage,
    TextPage,
    VariantView,
)
from app.web.reads import record

FRONT = "frontpage"
"""Slug of the collection whose products open the front page, as in Shopify; it is not listed there."""
FEATURED = 6
"""Products on the front page: one that opens it, and a wall of five."""


@dataclass(frozen=True)
class Pages:
    """Makes the context of each page of the shop window."""

    catalogue: CatalogueStore
    inventory: InventoryStore
    layouts: Layouts

    def home(self, market: Market) -> HomePage:
        """Return the front page: some products, all collections, and how the shop tells of itself."""
        collections = self.catalogue.collections()
        record(projections.collections_key(), projections.collections_value(collections))
        front = next((collection for collection in collections if collection.slug == FRONT), None)
        cards: tuple[ProductCard, ...] = ()
        if front or collections:
            cards = self._cards(self._first_page(front or collections[0], market)[:FEATURED], market)
        layout = self.layouts.layout(market)
        return HomePage(
            layout=layout,
            meta=self.layouts.meta(
                "storefront.home", market, title=layout.shop_name, description=layout.tagline
            ),
            featured=cards,
            collections=self._teasers([each for each in collections if each is not front], market, cards),
            story=self.leads.story(market),
        )

    def collection(self, market: Market, slug: str, number: int, sort: str = "") -> CollectionPage | None:
        """Return one page of a collection in an order, or nothing where there is none."""
        collection = self.catalogue.collection_by_slug(slug)
        if collection is None:
            return None
        listing = read_listing(self.catalogue, collection, market)
        if not 1 <= number <= listing.page_count or (sort and sort not in listing.sorts):
            return None
        record(projections.collection_key(collection.id), projections.collection_value(collection))
        record(projections.result_key(collection.id, market.id, number, sort), listing.value(number, sort))
        return CollectionPage(
            layout=self.layouts.layout(market),
            meta=self.layouts.meta(
                "storefront.collection",
                market,
                title=collection.title,
                description=collection.description,
                # Another market may have fewer pages; its first one is always there.
                only_in=None if number == 1 and not sort else [market],
                slug=slug,
                # The same products in another order are no page of their own to an index.
                number=1 if sort else number,
            ),
            title=collection.title,
            description=collection.description,
            cards=self._cards(listing.page(number, sort), market),
            number=number,
            pages=tuple(
                Link(str(page), _listing_url(market, slug, page, sort), page == number)
                for page in range(1, listing.page_count + 1)
            ),
            filter_url=_filter_url(market, slug, sort),
            sorts=tuple(
                Link(
                    sorting_label(Sorting(other or Sorting.FEATURED)),
                    _listing_url(market, slug, 1, other),
                    other == sort,
                )
                for other in ("", *listing.sorts)
                if listing.sorts
            ),
        )

    def product(self, market: Market, product: Product) -> ProductPage:
        """Return a product's page; for an editor's preview also that of a draft."""
        record(projections.page_key(product.id), projections.product_value(product))
        variants = product.sold_variants(market)
        availability = read_availability(self.inventory, variants)
        listed_in = self.catalogue.collections_with(product.id)
        # The database has an order of its own; a page must not depend on it.
        collections = sorted(listed_in, key=lambda collection: (collection.title, collection.slug))
        record(projections.crumbs_key(product.id), projections.crumbs_value(collections))
        for collection in collections:
            record(projections.collection_key(collection.id), projections.collection_value(collection))
        meta = self.layouts.meta(
            "storefront.product",
            market,
            title=product.seo_title or product.title,
            description=product.seo_description or plain_text(product.description)[:160],
            only_in=[other for other in self.catalogue.markets() if product.is_sold_in(other)],
            slug=product.slug,
        )
        views = tuple(
            VariantView(
                sku=variant.sku,
                title=variant.title,
                price=price,
                was=variant.was(market.currency),
                stock=stock_view(availability[variant.sku]),
                options=variant.options,
            )
            for variant in variants
            if (price := variant.price(market.currency)) is not None
        )
        images = tuple(view for view in self.layouts.images(product.pictures) if view)
        option_names = tuple(option.name for option in product.options)
        return ProductPage(
            layout=self.layouts.layout(market),
            meta=replace(meta, image=self.layouts.absolute(images[0].url)) if images else meta,
            title=product.title,
            vendor=product.vendor,
            # Sanitised when it was written, and again here: other programs write too.
            description=Markup(nh3.clean(product.description)),  # noqa: S704 - nh3 leaves no script
            images=images,
            option_names=option_names,
            variants=views,
            choice=choice_of(option_names, views),
            promises=self.leads.promises(market),
            collections=tuple(
                self._collection_link(collection, market)
                for collection in collections
                if collection.slug != FRONT
            ),
            json_ld=json_ld(
                product, views, meta.canonical, [self.layouts.absolute(image.url) for image in images]
            ),
        )

    def content(self, market: Market, page: ContentPage) -> TextPage:
        """Return a content page; its Markdown may hold no HTML."""
        record(projections.content_key(page.id), projections.content_value(page))
        return TextPage(
            layout=self.layouts.layout(market),
            meta=self.layouts.meta("storefront.content", market, title=page.title, slug=page.slug),
            title=page.title,
            body=Markup(MARKDOWN.render(page.body)),  # noqa: S704 - HTML in it is escaped
        )

    def message(self, market: Market, title: str, text: str) -> TextPage:
        """Return a page that says one thing and belongs in no index."""
        body = Markup("<p>{}</p>").format(text)
        return TextPage(self.layouts.layout(market), MetaView(title=title), title, body)

    def hits(self, product_ids: Sequence[str], market: Market) -> tuple[ProductCard, ...]:
        """Return what was found, read anew; what is not sold any more is left out."""
        found = self.catalogue.products(product_ids)
        present = [found[product_id] for product_id in product_ids if product_id in found]
        return self._cards([product for product in present if product.is_sold_in(market)], market)

    @property
    def leads(self) -> Leads:
        """What makes the openings of content pages."""
        return Leads(self.catalogue)

    def _first_page(self, collection: Collection, market: Market) -> tuple[Product, ...]:
        listing = read_listing(self.catalogue, collection, market)
        record(projections.result_key(collection.id, market.id, 1), listing.value(1))
        return listing.page(1)

    def _teasers(
        self, collections: Sequence[Collection], market: Market, shown: Sequence[ProductCard]
    ) -> tuple[CollectionTeaser, ...]:
        """Return the collections, each with the first of its pictures that the page has not yet."""
        seen: dict[ImageView, int] = {card.image: 1 for card in shown if card.image}
        teasers = []
        for collection in collections:
            record(projections.collection_key(collection.id), projections.collection_value(collection))
            pictures = list(self._pictures_until_fresh(collection, market, seen))
            # Where all of them hang here already, the one that was shown the fewest times.
            image = min(pictures, key=lambda picture: seen.get(picture, 0), default=None)
            if image:
                seen[image] = seen.get(image, 0) + 1
            link = self._collection_link(collection, market)
            teasers.append(CollectionTeaser(link.title, link.url, collection.description, image))
        return tuple(teasers)

    def _pictures_until_fresh(
        self, collection: Collection, market: Market, seen: Container[ImageView]
    ) -> Iterator[ImageView]:
        for product in self._first_page(collection, market):
            record(
                projections.card_key(product.id, market.currency),
                projections.card_value(product, market.currency),
            )
            image = self.layouts.image_if_any(product.pictures[0]) if product.pictures else None
            if image:
                yield image
            if image and image not in seen:
                return

    def _cards(self, products: Sequence[Product], market: Market) -> tuple[ProductCard, ...]:
        variants = [variant for product in products for variant in product.sold_variants(market)]
        availability = read_availability(self.inventory, variants)
        illustrated = [product for product in products if product.pictures]
        views = self.layouts.images([product.pictures[0] for product in illustrated])
        images = {product.id: view for product, view in zip(illustrated, views, strict=True)}
        return tuple(
            self._card(product, market, availability, images.get(product.id)) for product in products
        )

    def _card(
        self,
        product: Product,
        market: Market,
        availability: dict[str, Availability],
        image: ImageView | None,
    ) -> ProductCard:
        record(
            projections.card_key(product.id, market.currency),
            projections.card_value(product, market.currency),
        )
        variants = product.sold_variants(market)
        cheapest = min(variants, key=lambda variant: variant.prices[market.currency])
        price = cheapest.price(market.currency)
        assert price is not None, "a listing holds only products with a price in its market"  # noqa: S101
        return ProductCard(
            id=product.id,
            url=url_for("storefront.product", market=market.prefix, slug=product.slug),
            title=product.title,
            vendor=product.vendor,
            price=price,
            price_varies=any(variant.prices[market.currency] != price.minor for variant in variants),
            was=cheapest.was(market.currency),
            image=image,
            stock=stock_view(best([availability[variant.sku] for variant in variants])),
        )

    def _collection_link(self, collection: Collection, market: Market) -> Link:
        return Link(collection.title, _listing_url(market, collection.slug, 1))


def _listing_url(market: Market, slug: str, number: int, sort: str = "") -> str:
    values: dict[str, Any] = {"sort": sort} if sort else {}
    return url_for("storefront.collection", market=market.prefix, slug=slug, number=number, **values)


def _filter_url(market: Market, slug: str, sort: str) -> str:
    """Return where the listing can be narrowed, in the order that it has here."""
    # Without an order of its own nothing is said of one: the same question has one address.
    return url_for("facets.page", market=market.prefix, slug=slug, sort=sort or None)
