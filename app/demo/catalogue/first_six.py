"""The six prints that the studio began with; every SKU and price is written out."""

from __future__ import annotations

from collections.abc import Mapping

from app.catalogue.model import Option, Product, Variant
from app.demo.catalogue.hanging import FRAMED, FRAMES, PRINT, SHEET, STUDIO, described, picture


def _variant(sku: str, *options: str, was: Mapping[str, int] | None = None, **prices: int) -> Variant:
    """Return a variant with a pool of its own; prices are minor units by currency."""
    return Variant(sku=sku, stock_id=sku, options=options, prices=prices, compare_at=was or {})


TIDES = Product(
    id="prd_tides",
    slug="tides",
    title="Tides",
    vendor=STUDIO,
    type=PRINT,
    tags=("sea", "sun", "lines", "blue", "red"),
    description=described(
        "Water parts around a red disc and closes again behind it. Every line follows the path that a "
        "calm stream would take, worked out point by point and drawn once; they grow heavier towards "
        "the foot of the sheet, where a swell sets in.",
        "Two inks, ultramarine and vermilion, on warm white cotton paper",
        "The picture is 4:5 and keeps a white margin all round",
        FRAMED,
    ),
    options=(Option("Size", ("A4", "A3", "A2")), Option("Frame", FRAMES)),
    images=picture("Fine blue lines run across the sheet like water and part around a red disc."),
    variants=(
        _variant("TIDES-A4-UNFRAMED", "A4", "Unframed", USD=3200, EUR=2900, GBP=2500, JPY=4800),
        _variant("TIDES-A4-OAK", "A4", "Oak", USD=7400, EUR=6800, GBP=5900, JPY=11000),
        _variant("TIDES-A4-BLACK", "A4", "Black", USD=7000, EUR=6400, GBP=5600, JPY=10500),
        _variant("TIDES-A3-UNFRAMED", "A3", "Unframed", USD=4800, EUR=4400, GBP=3800, JPY=7200),
        _variant("TIDES-A3-OAK", "A3", "Oak", USD=10800, EUR=9900, GBP=8600, JPY=16000),
        _variant("TIDES-A3-BLACK", "A3", "Black", USD=10200, EUR=9400, GBP=8200, JPY=15200),
        _variant("TIDES-A2-UNFRAMED", "A2", "Unframed", USD=7800, EUR=7200, GBP=6200, JPY=11800),
        _variant("TIDES-A2-OAK", "A2", "Oak", USD=16800, EUR=15500, GBP=13500, JPY=25000),
        _variant("TIDES-A2-BLACK", "A2", "Black", USD=15800, EUR=14500, GBP=12600, JPY=23500),
    ),
)

SADDLE = Product(
    id="prd_saddle",
    slug="saddle",
    title="Saddle",
    vendor=STUDIO,
    type=PRINT,
    tags=("mountains", "maps", "lines", "green", "orange"),
    description=described(
        "Two summits, and the easiest way between them. The mountain does not exist; its contour lines "
        "keep every rule of a map, and every fifth one is drawn heavier.",
        "Five inks from bottle green to orange on matt paper, 240 g/m²",
        "The picture is 4:5 and keeps a white margin all round",
        FRAMED,
    ),
    options=(Option("Size", ("A3", "A2")), Option("Frame", FRAMES)),
    images=picture(
        "A contour map of two summits, rising from dark green through sage and straw to orange and white."
    ),
    variants=(
        _variant("SADDLE-A3-UNFRAMED", "A3", "Unframed", USD=5200, EUR=4800, JPY=7800),
        _variant("SADDLE-A3-OAK", "A3", "Oak", USD=11200, EUR=10300, JPY=16600),
        _variant("SADDLE-A3-BLACK", "A3", "Black", USD=10600, EUR=9800, JPY=15800),
        _variant("SADDLE-A2-UNFRAMED", "A2", "Unframed", USD=8400, EUR=7700, JPY=12600),
        _variant("SADDLE-A2-OAK", "A2", "Oak", USD=17400, EUR=16000, JPY=26000),
        _variant("SADDLE-A2-BLACK", "A2", "Black", USD=16400, EUR=15000, JPY=24400),
    ),
)

LOW_SUN = Product(
    id="prd_low_sun",
    slug="low-sun",
    title="Low Sun",
    vendor=STUDIO,
    type=PRINT,
    tags=("sun", "sea", "red", "yellow"),
    description=described(
        "The last minute before the sun is gone, when the sea holds more of it than the sky. Flat colour, "
        "four reds and yellows against one deep blue.",
        "A4, unframed, on heavy matt paper",
        "From an edition of sixty, numbered in pencil on the back",
    ),
    images=picture("A red sun in rings of orange and yellow sets into a dark blue sea that mirrors it."),
    variants=(_variant("LOW-SUN-A4", USD=3600, GBP=2800),),
)

WARP_AND_WEFT = Product(
    id="prd_warp_and_weft",
    slug="warp-and-weft",
    title="Warp and Weft",
    vendor=STUDIO,
    type=PRINT,
    tags=("weave", "pattern", "red", "blue"),
    description=described(
        "A plain weave, set on its corner and looked at from very near: over one, under one, in madder, "
        "ochre, rose, indigo and sea green.",
        "A2, unframed, on uncoated paper that shows its grain",
        "Printed in small runs; this one is sold out until the next",
    ),
    images=picture("Striped bands in red, ochre, pink, blue and green, woven diagonally over and under."),
    variants=(_variant("WARP-A2", USD=6800, EUR=6200, JPY=10400),),
)

TURNING_TILES = Product(
    id="prd_turning_tiles",
    slug="turning-tiles",
    title="Turning Tiles",
    vendor=STUDIO,
    type=PRINT,
    tags=("tiles", "pattern", "geometry", "blue", "red"),
    description=described(
        "Twenty tiles that are all the same, three arcs around a corner, turned by hand until they made "
        "a target, an arch and one long road that never meets itself.",
        "A4, unframed, on heavy matt paper",
        "Cheaper, because the red of the first printing came out a shade dark",
    ),
    images=picture("Triple arcs in blue, red and green join into a winding road, a target and an arch."),
    variants=(_variant("TILES-A4", was={"USD": 3600, "GBP": 2900}, USD=2800, GBP=2200),),
)

PAPER_MOONS = Product(
    id="prd_paper_moons",
    slug="paper-moons",
    title="Paper Moons",
    vendor=STUDIO,
    type=SHEET,
    tags=("moon", "geometry", "digital", "black"),
    description=described(
        "A month of moons for your own printer, from the dark through a thin crescent and back. "
        "One night in it is red.",
        "One page for A4 paper; a file, not a parcel",
        "Never runs out, so its stock is not counted",
        "This demonstration takes the order and sends no file",
    ),
    images=picture("Thirty moons in rows wax and wane in black on white paper; the full one is red."),
    variants=(_variant("MOONS-SHEET", USD=600, EUR=550, JPY=900),),
)
