"""Cloth and floors: what repeats, and what only seems to."""

from __future__ import annotations

from app.demo.catalogue.hanging import BRANDT, FULL, LARGE, ROLLED, SMALL, SQUARE, hung

HOUNDSTOOTH = hung(
    "houndstooth", "Houndstooth", SQUARE,
    text="Four threads dark, four threads light, both ways, over two and under two: the shape makes itself. "
    "Grown to the size of a hand it stops being a jacket. The red thread is a mistake that was kept.",
    inks="Two inks, black and vermilion, on cream paper",
    alt="A very large black and cream houndstooth check, crossed by a single thin red line.",
    tags=("weave", "pattern", "black"), by=BRANDT, is_reduced=True,
)  # fmt: skip

LOOM_AT_REST = hung(
    "loom-at-rest", "Loom at Rest", FULL,
    text="A warp that is strung and waits. Somebody has begun at the lower edge, ochre, madder, indigo, and "
    "has gone to see who is at the door.",
    inks="Five inks, most of them little",
    alt="Thin vertical threads hang between two brown bars; a few woven rows in ochre, red and blue below.",
    tags=("weave", "lines", "yellow", "blue"), by=BRANDT,
)  # fmt: skip

IKAT = hung(
    "ikat", "Ikat", FULL,
    text="The threads are dyed before they are woven, and each slips a little on the loom. That is all there "
    "is to the soft edge: a hundred and eighty sharp lines that do not quite agree.",
    inks="Two inks, indigo and madder",
    alt="Columns of diamonds in blue and red whose edges fray into fine vertical threads.",
    tags=("weave", "pattern", "blue", "red"), by=BRANDT,
)  # fmt: skip

THREE_STRANDS = hung(
    "three-strands", "Three Strands", SMALL,
    text="The plait that everybody learns first. Three waves, a third of a length apart; each lies on top "
    "while it comes back from an edge and below while it goes to the other.",
    inks="Three inks, ochre, teal and madder",
    alt="Three striped bands in ochre, teal and dark red are braided across a wide sheet.",
    tags=("weave", "lines", "yellow", "green", "red"), by=BRANDT,
)  # fmt: skip

BLANKET = hung(
    "blanket", "Blanket", ROLLED,
    text="Broad stripes of thin ink, laid across each other. We mixed four colours and got eleven, which is "
    "how plaid has always been done and why it keeps so warm.",
    inks="Five inks, rose, straw, sky, clay and indigo",
    alt="A plaid of broad rose, yellow, light blue and clay stripes that mix where they cross.",
    tags=("weave", "pattern", "rose", "blue"), by=BRANDT, is_reduced=True,
)  # fmt: skip

PENROSE = hung(
    "penrose", "Two Rhombs", FULL,
    text="Roger Penrose found in 1974 that these two rhombs fill a plane without ever repeating themselves. "
    "The thin one is teal; the thick one is coloured by the way it lies, and stays paper if it lies "
    "otherwise.",
    inks="Three inks, teal, straw and clay",
    alt="Thin teal and thick yellow, clay and white diamonds form stars and flowers without repeating.",
    tags=("tiles", "pattern", "geometry", "green", "yellow"), by=BRANDT,
)  # fmt: skip

STAR_AND_CROSS = hung(
    "star-and-cross", "Star and Cross", LARGE,
    text="Two squares make a star; stars whose tips touch leave crosses between them. Potters in Kashan "
    "covered whole walls with the pair some seven hundred years ago. Ours has twenty stars and is "
    "easier to dust.",
    inks="Three inks, teal, indigo and ochre",
    alt="Twenty eight-pointed ochre stars outlined in blue stand on teal crosses.",
    tags=("tiles", "pattern", "green", "yellow"), by=BRANDT,
)  # fmt: skip

LIMIT_DISC = hung(
    "limit-disc", "Limit Disc", SQUARE,
    text="A floor of hexagons, four to a corner, which does not fit into a flat plane. In a hyperbolic one "
    "it does: all these triangles are of the same size there, and the edge is infinitely far away.",
    inks="Two inks, indigo and teal",
    alt="A disc of curved blue and teal triangles that grow ever smaller towards its edge.",
    tags=("tiles", "geometry", "blue", "green"), by=BRANDT,
)  # fmt: skip

CAIRO = hung(
    "cairo", "Cairo Pavement", LARGE,
    text="Pentagons do not tile a floor, unless they are these. Four lean together to a long hexagon, the "
    "hexagons lie across each other, and the pavements of Cairo are said to be laid so.",
    inks="Three inks, clay, straw and slate; the fourth colour is paper",
    alt="A pavement of pentagons in clay, straw, slate and white, four of them around each long hexagon.",
    tags=("tiles", "pattern", "red", "yellow", "grey"), by=BRANDT,
)  # fmt: skip

GOING_SOUTH = hung(
    "going-south", "Going South", SMALL,
    text="Flying geese, as quilts have them: ninety triangles, all on the way to the same place. One has "
    "remembered something.",
    inks="Two inks, slate and vermilion, on cream paper",
    alt="Rows of slate triangles point down; a single red one among them points up.",
    tags=("pattern", "geometry", "grey", "red"), by=BRANDT,
)  # fmt: skip

PRINTS = (
    HOUNDSTOOTH, LOOM_AT_REST, IKAT, THREE_STRANDS, BLANKET,
    PENROSE, STAR_AND_CROSS, LIMIT_DISC, CAIRO, GOING_SOUTH,
)  # fmt: skip
