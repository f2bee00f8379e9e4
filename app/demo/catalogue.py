"""The prints of the demo shop: data only, every SKU and price written out."""

from __future__ import annotations

from collections.abc import Mapping

from app.catalogue.model import Collection, Image, Option, Product, Variant

STUDIO = "Halftide Studio"
PRINT = "Art print"
SHEET = "Print-at-home sheet"
FRAMES = Option("Frame", ("Unframed", "Oak", "Black"))


def _image(alt: str) -> tuple[Image, ...]:
    """Return the place of a picture, which is drawn and put in when the demo is installed."""
    return (Image(picture="", alt=alt, width=1200, height=1500),)


def _variant(sku: str, *options: str, was: Mapping[str, int] | None = None, **prices: int) -> Variant:
    """Return a variant with a pool of its own; prices are minor units by currency."""
    return Variant(sku=sku, stock_id=sku, options=options, prices=prices, compare_at=was or {})


TIDES = Product(
    id="prd_tides",
    slug="tides",
    title="Tides",
    vendor=STUDIO,
    type=PRINT,
    tags=("lines", "sea", "blue"),
    description=(
        "<p>Water parts around a red disc and closes again behind it. Every line follows the path that a "
        "calm stream would take, worked out point by point and drawn once.</p>"
        "<ul><li>Two inks, ultramarine and vermilion, on warm white cotton paper</li>"
        "<li>The picture is 4:5 and keeps a white margin all round</li>"
        "<li>Frames are solid wood, with a mount and acrylic glass</li></ul>"
    ),
    options=(Option("Size", ("A4", "A3", "A2")), FRAMES),
    images=_image("Fine blue lines run across the sheet like water and part around a red disc."),
    variants=(
        _variant("TIDES-A4-UNFRAMED", "A4", "Unframed", USD=3200, EUR=2900, GBP=2500),
        _variant("TIDES-A4-OAK", "A4", "Oak", USD=7400, EUR=6800, GBP=5900),
        _variant("TIDES-A4-BLACK", "A4", "Black", USD=7000, EUR=6400, GBP=5600),
        _variant("TIDES-A3-UNFRAMED", "A3", "Unframed", USD=4800, EUR=4400, GBP=3800),
        _variant("TIDES-A3-OAK", "A3", "Oak", USD=10800, EUR=9900, GBP=8600),
        _variant("TIDES-A3-BLACK", "A3", "Black", USD=10200, EUR=9400, GBP=8200),
        _variant("TIDES-A2-UNFRAMED", "A2", "Unframed", USD=7800, EUR=7200, GBP=6200),
        _variant("TIDES-A2-OAK", "A2", "Oak", USD=16800, EUR=15500, GBP=13500),
        _variant("TIDES-A2-BLACK", "A2", "Black", USD=15800, EUR=14500, GBP=12600),
    ),
)

SADDLE = Product(
    id="prd_saddle",
    slug="saddle",
    title="Saddle",
    vendor=STUDIO,
    type=PRINT,
    tags=("contours", "mountains", "green"),
    description=(
        "<p>Two summits, and the easiest way between them. The mountain does not exist; its contour lines "
        "keep every rule of a map, and every fifth one is drawn heavier.</p>"
        "<ul><li>Eight colours on matt paper, 240 g/m²</li>"
        "<li>The picture is 4:5 and keeps a white margin all round</li>"
        "<li>Frames are solid wood, with a mount and acrylic glass</li></ul>"
    ),
    options=(Option("Size", ("A3", "A2")), FRAMES),
    images=_image("A contour map of two summits, rising from dark green through ochre to orange and white."),
    variants=(
        _variant("SADDLE-A3-UNFRAMED", "A3", "Unframed", USD=5200, EUR=4800),
        _variant("SADDLE-A3-OAK", "A3", "Oak", USD=11200, EUR=10300),
        _variant("SADDLE-A3-BLACK", "A3", "Black", USD=10600, EUR=9800),
        _variant("SADDLE-A2-UNFRAMED", "A2", "Unframed", USD=8400, EUR=7700),
        _variant("SADDLE-A2-OAK", "A2", "Oak", USD=17400, EUR=16000),
        _variant("SADDLE-A2-BLACK", "A2", "Black", USD=16400, EUR=15000),
    ),
)

LOW_SUN = Product(
    id="prd_low_sun",
    slug="low-sun",
    title="Low Sun",
    vendor=STUDIO,
    type=PRINT,
    tags=("sun", "sea", "red", "small"),
    description=(
        "<p>The last minute before the sun is gone, when the sea holds more of it than the sky. Flat colour, "
        "four reds and yellows against one deep blue.</p>"
        "<ul><li>A4, unframed, on heavy matt paper</li>"
        "<li>From an edition of sixty, numbered in pencil on the back</li></ul>"
    ),
    images=_image("A red sun in rings of orange and yellow sets into a dark blue sea that mirrors it."),
    variants=(_variant("LOW-SUN-A4", USD=3600, GBP=2800),),
)

WARP_AND_WEFT = Product(
    id="prd_warp_and_weft",
    slug="warp-and-weft",
    title="Warp and Weft",
    vendor=STUDIO,
    type=PRINT,
    tags=("weave", "pattern", "red", "blue"),
    description=(
        "<p>A plain weave, set on its corner and looked at from very near: over one, under one, in madder, "
        "ochre, indigo and sea green.</p>"
        "<ul><li>A2, unframed, on uncoated paper that shows its grain</li>"
        "<li>Printed in small runs; this one is sold out until the next</li></ul>"
    ),
    images=_image("Striped bands in red, ochre, pink, blue and green, woven diagonally over and under."),
    variants=(_variant("WARP-A2", USD=6800, EUR=6200),),
)

TURNING_TILES = Product(
    id="prd_turning_tiles",
    slug="turning-tiles",
    title="Turning Tiles",
    vendor=STUDIO,
    type=PRINT,
    tags=("tiles", "geometry", "small"),
    description=(
        "<p>Twenty tiles that are all the same, three arcs around a corner, turned by hand until they made "
        "targets, bends and one long S.</p>"
        "<ul><li>A4, unframed, on heavy matt paper</li>"
        "<li>Cheaper, because the red of the first printing came out a shade dark</li></ul>"
    ),
    images=_image(
        "Concentric arcs in red, blue and green join into circles and bends across tiles.",
    ),
    variants=(_variant("TILES-A4", was={"USD": 3600, "GBP": 2900}, USD=2800, GBP=2200),),
)

PAPER_MOONS = Product(
    id="prd_paper_moons",
    slug="paper-moons",
    title="Paper Moons",
    vendor=STUDIO,
    type=SHEET,
    tags=("moon", "geometry", "digital", "small"),
    description=(
        "<p>A month of moons for your own printer, from a thin crescent to the dark. "
        "One night in it is red.</p>"
        "<ul><li>One page for A4 paper; a file, not a parcel</li>"
        "<li>Never runs out, so its stock is not counted</li>"
        "<li>This demonstration takes the order and sends no file</li></ul>"
    ),
    images=_image(
        "Thirty moons in rows wax and wane in black on grey; the full moon is orange-red.",
    ),
    variants=(_variant("MOONS-SHEET", USD=600, EUR=550),),
)

PRODUCTS = (TIDES, SADDLE, LOW_SUN, WARP_AND_WEFT, TURNING_TILES, PAPER_MOONS)

COLLECTIONS = (
    # The front page hangs the first collection by title, so this one's must come first in the alphabet.
    Collection(
        id="col_prints",
        slug="prints",
        title="All prints",
        description="Everything the studio prints at the moment.",
        product_ids=tuple(product.id for product in PRODUCTS),
    ),
    Collection(
        id="col_small_works",
        slug="small-works",
        title="Small works",
        description="A4 and not an inch more, for the narrow wall beside the door.",
        product_ids=(LOW_SUN.id, TURNING_TILES.id, PAPER_MOONS.id),
    ),
)
