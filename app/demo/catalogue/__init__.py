"""The prints of the demo shop and the walls that they hang on: data only."""

from __future__ import annotations

from app.catalogue.model import Collection, Product
from app.demo.catalogue import figures_and_leaves, first_six, maps_and_places, sea_and_sky, woven_and_tiled

_KNOWN = {
    product.slug: product
    for product in (
        first_six.TIDES,
        first_six.SADDLE,
        first_six.LOW_SUN,
        first_six.WARP_AND_WEFT,
        first_six.TURNING_TILES,
        first_six.PAPER_MOONS,
        *sea_and_sky.PRINTS,
        *maps_and_places.PRINTS,
        *woven_and_tiled.PRINTS,
        *figures_and_leaves.PRINTS,
    )
}


def _hang(slugs: str) -> tuple[Product, ...]:
    """Return prints by their slugs, in this order."""
    return tuple(_KNOWN[slug] for slug in slugs.split())


PRODUCTS = _hang("""
    tides cow-parsley low-sun saddle counterweight ebb moon-over-fields limit-disc
    night-windows groundswell one-line-moon turning-tiles far-hills fern paper-moons going-south
    skerry warp-and-weft eddy analemma hill-town pursuit corona strata
    blue-sea seed-head hinge reeds tarn penrose loom-at-rest regatta
    midnight-sun times-two herbarium quarters ikat ninety-years ridge-walk cairo
    pendulum three-strands slack-water interference colonnade blanket star-and-cross houndstooth
""")
"""The order was found by eye: no two neighbours alike, and the first one hangs on the front page."""


def _wall(slug: str, title: str, description: str, prints: tuple[Product, ...]) -> Collection:
    return Collection(
        id=f"col_{slug.replace('-', '_')}",
        slug=slug,
        title=title,
        description=description,
        product_ids=tuple(product.id for product in prints),
    )


COLLECTIONS = (
    # The front page hangs the first collection by title, so this one's must come first in the alphabet.
    _wall(
        "prints",
        "All prints",
        "Everything the studio prints at the moment: forty-eight pictures, each one idea and a few inks.",
        PRODUCTS,
    ),
    _wall(
        "maps-and-mountains",
        "Maps and mountains",
        "Contours, charts and ranges of hills. You cannot go there; each keeps the rules of a place "
        "to which you could.",
        _hang("saddle far-hills skerry strata tarn ridge-walk hill-town"),
    ),
    _wall(
        "pattern",
        "Pattern",
        "Cloth, tiles and other things that repeat, and one floor that never does. Best seen from two "
        "distances.",
        _hang("""
            turning-tiles ebb limit-disc warp-and-weft penrose pursuit ikat blue-sea going-south cairo
            groundswell houndstooth blanket star-and-cross three-strands
        """),
    ),
    _wall(
        "sea-and-sky",
        "Sea and sky",
        "Water, suns and moons, from the last light to the first. Most were drawn within sight of the "
        "estuary that we made up.",
        _hang("""
            tides low-sun moon-over-fields groundswell one-line-moon ebb corona eddy analemma slack-water
            midnight-sun blue-sea skerry regatta paper-moons reeds
        """),
    ),
    _wall(
        "small-works",
        "Small works",
        "A4 and not an inch more, for the narrow wall beside the door.",
        _hang(
            "low-sun night-windows turning-tiles going-south hinge regatta paper-moons "
            "midnight-sun three-strands"
        ),
    ),
)
