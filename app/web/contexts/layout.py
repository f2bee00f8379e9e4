"""What every page shows around its own content, and what it says about itself to machines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from app.catalogue.model import Image, Market, MenuEntry
from app.catalogue.store import CatalogueStore
from app.media.service import Media
from app.web.assets import AssetMap
from app.web.contexts import projections
from app.web.contexts.pictures import image_view
from app.web.contexts.views import ImageView, LayoutView, Link, MarketView, MetaView
from app.web.reads import Key, record

ENDPOINTS = {
    "home": "storefront.home",
    "collection": "storefront.collection",
    "page": "storefront.content",
    "product": "storefront.product",
}


def language(locale: str) -> str:
    """Return a locale as HTML and hreflang want it: `de-AT`."""
    return locale.replace("_", "-")


def spoken_in(market: Market) -> str:
    """Return what hreflang calls a market: its language, with the country if that is the only one.

    Two markets may speak the same language; machines must still tell their pages apart.
    """
    spoken = language(market.locale)
    return spoken if "-" in spoken or len(market.countries) != 1 else f"{spoken}-{market.countries[0]}"


@dataclass(frozen=True)
class Layouts:
    """Makes the frame of each page."""

    catalogue: CatalogueStore
    assets: AssetMap
    shop_url: str
    code_digest: str
    media: Media

    def layout(self, market: Market) -> LayoutView:
        """Return the frame of a page in a market."""
        settings, markets = self.catalogue.settings(), self.catalogue.markets()
        record(projections.LAYOUT, projections.layout_value(settings, markets, self.shop_url))
        record(projections.CODE, self.code_digest)
        return LayoutView(
            shop_name=settings.name,
            tagline=settings.tagline,
            email=settings.email,
            market=MarketView(
                id=market.id,
                name=market.name,
                currency=market.currency,
                lang=language(market.locale),
                home_url=url_for("storefront.home", market=market.prefix),
                cart_url=url_for("cart.page", market=market.prefix),
                badge_url=url_for("cart.badge", market=market.prefix),
                cart_lines_url=url_for("cart.add", market=market.prefix),
                search_url=url_for("search.page", market=market.prefix),
                search_fragment_url=url_for("search.fragment", market=market.prefix),
            ),
            menu=tuple(self._entry(entry, market) for entry in settings.menu),
            footer=tuple(self._entry(entry, market) for entry in settings.footer),
            markets=self._market_links(markets, market) if len(markets) > 1 else (),
        )

    def meta(
        self,
        endpoint: str,
        market: Market,
        *,
        title: str,
        description: str = "",
        only_in: Sequence[Market] | None = None,
        **values: Any,
    ) -> MetaView:
        """Return a page's title, its one true address, and the same page in other markets."""
        markets = self.catalogue.markets() if only_in is None else only_in
        alternates = [
            Link(spoken_in(other), self.absolute(url_for(endpoint, market=other.prefix, **values)))
            for other in markets
        ]
        return MetaView(
            title=title,
            description=description,
            canonical=self.absolute(url_for(endpoint, market=market.prefix, **values)),
            alternates=tuple(alternates) if len(alternates) > 1 else (),
        )

    def absolute(self, path: str) -> str:
        """Return a path of the shop as a whole URL."""
        return self.shop_url + path

    def static_url(self, name: str) -> str:
        """Return the path of an asset, and record that the page depends on it."""
        asset = self.assets[name]
        record(Key("asset", name, ""), asset.published_name)
        return asset.url

    def image_if_any(self, image: Image) -> ImageView | None:
        """Return a picture as templates see it, or nothing as long as it has no file."""
        return self.images([image])[0]

    def images(self, images: Sequence[Image]) -> list[ImageView | None]:
        """Return pictures in the order asked for, read in one go; nothing for those that have no file.

        No page fails for want of a picture: it records what was there, and is rendered again when more is.
        """
        shown = self.media.showable(image.picture for image in images)
        views = []
        for image in images:
            picture = shown.get(image.picture)
            record(projections.picture_key(image.picture), projections.picture_value(picture))
            views.append(image_view(image, picture) if picture else None)
        return views

    def _entry(self, entry: MenuEntry, market: Market) -> Link:
        values: dict[str, Any] = {"slug": entry.slug} if entry.slug else {}
        if entry.kind == "collection":
            values["number"] = 1
        return Link(entry.title, url_for(ENDPOINTS[entry.kind], market=market.prefix, **values))

    def _market_links(self, markets: Sequence[Market], current: Market) -> tuple[Link, ...]:
        return tuple(
            Link(
                f"{market.name} ({market.currency})",
                url_for("storefront.home", market=market.prefix),
                market.id == current.id,
            )
            for market in markets
        )
