"""What the demo shop is called, where it sells, and what leads where."""

from __future__ import annotations

from app.catalogue.model import Market, MenuEntry, ShopSettings
from app.demo.pages import PAGES

__all__ = ["DEFAULT_MARKET_COUNTRIES", "DEFAULT_MARKET_NAME", "MARKETS", "PAGES", "SETTINGS"]

DEFAULT_MARKET_NAME = "United States"
DEFAULT_MARKET_COUNTRIES = ("US", "CA")

MARKETS = (
    Market(id="de", currency="EUR", locale="de", prefix="de", name="Deutschland", countries=("DE", "AT")),
    Market(id="uk", currency="GBP", locale="en_GB", prefix="uk", name="United Kingdom", countries=("GB",)),
    # There is no Japanese translation of the shop's own texts, so this market speaks English.
    Market(id="jp", currency="JPY", locale="en", prefix="jp", name="Japan", countries=("JP",)),
)
"""The markets beside the default one, which every shop has from its first migration."""

SETTINGS = ShopSettings(
    name="Halftide Prints",
    tagline="Slow pictures for plain walls.",
    email="hello@halftide.example",
    menu=(
        MenuEntry("All prints", "collection", "prints"),
        MenuEntry("Sea and sky", "collection", "sea-and-sky"),
        MenuEntry("Maps and mountains", "collection", "maps-and-mountains"),
        MenuEntry("Pattern", "collection", "pattern"),
        MenuEntry("Small works", "collection", "small-works"),
        MenuEntry("About", "page", "about"),
    ),
    footer=(
        MenuEntry("Delivery", "page", "shipping"),
        MenuEntry("Returns", "page", "returns"),
        MenuEntry("About the studio", "page", "about"),
        MenuEntry("Contact", "page", "contact"),
        MenuEntry("Terms", "page", "terms"),
        MenuEntry("Privacy", "page", "privacy"),
        MenuEntry("Imprint", "page", "imprint"),
    ),
)
