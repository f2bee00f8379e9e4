"""What views reach for: the services, the configuration and the makers of contexts, one bundle an app."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from flask import abort, current_app, g

from app.catalogue.model import Market
from app.services import Services
from app.web.assets import AssetMap
from app.web.config import WebConfig
from app.web.contexts.layout import Layouts
from app.web.contexts.pages import Pages

ROOT = Path(__file__).resolve().parents[2]
PAGE_SOURCES = ("templates/*.html", "templates/*.xml", "templates/*.txt", "templates/pages/*")
PAGE_CODE = (
    "templates/components/*",
    "locales/**/*.po",
    "app/web/**/*.py",
    "app/catalogue/*.py",
    "app/media/*.py",
    "app/*.py",
)


@dataclass(frozen=True)
class Shop:
    """Everything a view may use."""

    config: WebConfig
    services: Services
    assets: AssetMap
    layouts: Layouts
    pages: Pages
    code_digest: str

    @classmethod
    def assemble(cls, config: WebConfig, services: Services, assets: AssetMap) -> Shop:
        """Put the bundle together."""
        code = code_digest()
        store = services.catalogue.store
        layouts = Layouts(store, assets, config.shop_url, code, services.media)
        pages = Pages(store, services.inventory.store, layouts)
        return cls(config, services, assets, layouts, pages, code)


def code_digest(root: Path = ROOT) -> str:
    """Name the templates, texts and code that pages are made with: another name, other pages."""
    digest = hashlib.blake2b(digest_size=12)
    for pattern in (*PAGE_SOURCES, *PAGE_CODE):
        for path in sorted(path for path in root.glob(pattern) if path.is_file()):
            digest.update(path.relative_to(root).as_posix().encode() + b"\0")
            digest.update(path.read_bytes())
    return digest.hexdigest()


def current_shop() -> Shop:
    """Return the bundle of the app that handles the request."""
    return cast(Shop, current_app.extensions["vitrine"])


def market_or_404(prefix: str) -> Market:
    """Return the market of a URL prefix, which the request was found to belong to."""
    market: Market | None = g.get("market")
    if market is None or market.prefix != prefix:
        abort(404)
    return market


def market_of_request() -> Market:
    """Return the market that the request belongs to; the default one where its path names none."""
    known: Market | None = g.get("market")
    if known is not None:
        return known
    markets = current_shop().services.catalogue.store.markets()
    return next((market for market in markets if market.is_default), Market("default", "USD", "en"))
