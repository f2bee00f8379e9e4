"""What the demo shop says around its prints: its name, its markets, its menu and its pages."""

from __future__ import annotations

from app.catalogue.model import ContentPage, Market, MenuEntry, ShopSettings

DEFAULT_MARKET_NAME = "United States"
DEFAULT_MARKET_COUNTRIES = ("US", "CA")

MARKETS = (
    Market(id="de", currency="EUR", locale="de", prefix="de", name="Deutschland", countries=("DE", "AT")),
    Market(id="uk", currency="GBP", locale="en_GB", prefix="uk", name="United Kingdom", countries=("GB",)),
)
"""The markets beside the default one, which every shop has from its first migration."""

SHIPPING = """\
**Halftide Prints is a demonstration.** No real card is charged and no parcel leaves the house. \
What follows is what the studio would promise if it existed.

## Delivery

| what | how it travels | how long it takes |
|---|---|---|
| unframed prints | rolled, in a stiff tube | 3 to 6 working days |
| framed prints | flat, in a double box | 5 to 9 working days |
| print-at-home sheets | as a file | no parcel at all |

Delivery is included in every price. Each market of the shop delivers to its own countries: \
the United States and Canada, Germany and Austria, the United Kingdom.

## Returns

Hang it, look at it for thirty days, and send it back if the wall disagrees. \
You get back what you paid. A print that arrives bent or a frame that arrives cracked \
is replaced; a photograph of the damage is enough.
"""

ABOUT = """\
Halftide Studio is a printing house with one press, two people and a view of the estuary. \
It is also made up: **this shop exists to show how the software behind it works.**

The pictures are real. Each was drawn by a few lines of geometry: streamlines around a disc, \
the heights of an invented mountain, a weave, a tile, a month. You may keep them.

Try the shop as you like. Fill a cart, pay with a test card, \
or change a price at the desk and watch this window follow.
"""

PAGES = (
    ContentPage(id="pag_shipping", slug="shipping", title="Delivery and returns", body=SHIPPING),
    ContentPage(id="pag_about", slug="about", title="About the studio", body=ABOUT),
)

SETTINGS = ShopSettings(
    name="Halftide Prints",
    tagline="Slow pictures for plain walls.",
    email="hello@halftide.example",
    menu=(
        MenuEntry("All prints", "collection", "prints"),
        MenuEntry("Small works", "collection", "small-works"),
        MenuEntry("About", "page", "about"),
    ),
    footer=(
        MenuEntry("Delivery and returns", "page", "shipping"),
        MenuEntry("About the studio", "page", "about"),
    ),
)
