"""Geometry, curves, and what grows."""

from __future__ import annotations

from app.demo.catalogue.hanging import FULL, LARGE, ROLLED, SATO, SMALL, SQUARE, hung

COUNTERWEIGHT = hung(
    "counterweight", "Counterweight", FULL,
    text="A large weight near the edge and a small one far from it. We did the sums: the disc's area times "
    "its distance is the square's times its own, so the beam is level and will stay so.",
    inks="Four inks, indigo, vermilion, ochre and black",
    alt="A thin black beam rests on an ochre triangle, a blue disc near it and a small red square far out.",
    tags=("geometry", "blue", "red", "yellow"), by=SATO,
)  # fmt: skip

QUARTERS = hung(
    "quarters", "Quarters", FULL,
    text="Thirteen quarters of a circle on a grid of twenty, and a dot where the fourteenth was for a week. "
    "There is as much paper in it as ink, and it took longer to leave things out than to put them in.",
    inks="Five inks, indigo, vermilion, ochre, sage and black",
    alt="Quarter circles in blue, red, ochre and sage on a grid of bare paper, with one small black dot.",
    tags=("geometry", "blue", "red", "yellow"), by=SATO,
)  # fmt: skip

INTERFERENCE = hung(
    "interference", "Interference", SQUARE,
    text="Two stones, two inks, one pond. The rings are evenly spaced and quite plain; the figure between "
    "them was drawn by nobody.",
    inks="Two inks, cerulean and vermilion",
    alt="Concentric rings in blue and in red overlap, and a pattern of crossing curves appears between them.",
    tags=("geometry", "lines", "blue", "red"), by=SATO,
)  # fmt: skip

HINGE = hung(
    "hinge", "Hinge", SMALL,
    text="A square turns about its corner in twenty-four steps, slowly at first and slowly at last, and "
    "comes to rest. All but the last are outlines.",
    inks="Two inks, black and madder",
    alt="Thin outlines of a square swing around one corner like a fan and end in a solid dark red square.",
    tags=("geometry", "lines", "red", "black"), by=SATO,
)  # fmt: skip

PENDULUM = hung(
    "pendulum", "Pendulum", LARGE,
    text="Two pendulums, nearly two to three, with a pen between them. The ‘nearly’ makes the figure turn, "
    "friction makes it shrink, and in the end both stand still.",
    inks="One ink, indigo, in a single line",
    alt="One fine blue line loops again and again into a shrinking shape like a fish or a folded net.",
    tags=("lines", "geometry", "blue"), by=SATO,
)  # fmt: skip

TIMES_TWO = hung(
    "times-two", "Times Two", SQUARE,
    text="Three hundred pins on a circle, and from each a thread to the pin at twice its number. The heart "
    "comes from the multiplication table. You can see a close relation in a cup of coffee, in the "
    "evening.",
    inks="Two inks, madder and black",
    alt="Fine red chords across a circle of black pins crowd together into the outline of a heart.",
    tags=("lines", "geometry", "red"), by=SATO,
)  # fmt: skip

ONE_LINE_MOON = hung(
    "one-line-moon", "One-Line Moon", FULL,
    text="A single spiral, begun in the middle and left at the rim. The pen never lifts; it only presses "
    "harder where there is night.",
    inks="One ink, indigo",
    alt="A single blue spiral line, thin on one side and thick on the other, looks like a lit sphere.",
    tags=("moon", "lines", "sky", "blue"), by=SATO,
)  # fmt: skip

PURSUIT = hung(
    "pursuit", "Pursuit", FULL,
    text="Four walkers stand at the corners of a square and each goes towards the next. Their paths curl "
    "into the middle; the squares are where they stood, step by step. Twelve such games, every other "
    "one reversed.",
    inks="Two inks, black and very little vermilion",
    alt="Twelve squares filled with turning squares whose corners curl into spirals; one centre is red.",
    tags=("geometry", "lines", "pattern", "black"), by=SATO,
)  # fmt: skip

SEED_HEAD = hung(
    "seed-head", "Seed Head", SQUARE,
    text="A sunflower by its one rule: every seed sits 137.5 degrees on from the last and a little further "
    "out. All the spirals follow from that. Three neighbouring ones are umber, so that the eye has a "
    "way in.",
    inks="Two inks, ochre and umber",
    alt="A thousand ochre dots form the crossing spirals of a sunflower; one band of spirals is brown.",
    tags=("leaves", "geometry", "yellow", "brown"),
)  # fmt: skip

FERN = hung(
    "fern", "Fern", FULL,
    text="One frond, seventy leaflets, and a rule for their length that fits on a postage stamp. It "
    "leans to where the window is.",
    inks="One ink, bottle green",
    alt="A single dark green fern frond with narrow leaflets leans to the right and tapers to a point.",
    tags=("leaves", "green"),
)  # fmt: skip

HERBARIUM = hung(
    "herbarium", "Herbarium", ROLLED,
    text="Twelve leaves, pressed and laid out in rows. They are four shapes and three inks; the autumn came "
    "to one of them first.",
    inks="Three inks, bottle green, moss and vermilion, on cream paper",
    alt="Twelve pressed leaves in three rows, dark green and olive; one of them is bright red.",
    tags=("leaves", "green", "red"),
)  # fmt: skip

COW_PARSLEY = hung(
    "cow-parsley", "Cow Parsley", FULL,
    text="Three stems by a lane in May, before the first mowing. Each umbel is fifteen rays, each ray ends "
    "in eleven more, and the white is printed over the green, thick enough to feel.",
    inks="Two inks, bottle green and opaque white, on grey-green paper",
    alt="Three tall flower umbels on thin dark green stems, edged in white, on pale grey-green paper.",
    tags=("leaves", "green", "white"),
)  # fmt: skip

NINETY_YEARS = hung(
    "ninety-years", "Ninety Years", SQUARE,
    text="The rings of a tree that had some narrow years and a lean to the south. Every tenth is drawn "
    "heavier, for counting. Find the year in which you were born.",
    inks="One ink, umber",
    alt="Ninety uneven brown growth rings of a felled tree, wider to one side, with a dark outer line.",
    tags=("leaves", "lines", "brown"),
)  # fmt: skip

REEDS = hung(
    "reeds", "Reeds", FULL,
    text="Reeds before a low sun; the wind has come from the same side for years. Twenty-six stems, each a "
    "single brushstroke that is thick where the hand was slow.",
    inks="Two inks, vermilion and black",
    alt="Black reeds bend to the right before a round red sun on warm white paper.",
    tags=("leaves", "sun", "black", "red"), is_reduced=True,
)  # fmt: skip

PRINTS = (
    COUNTERWEIGHT, QUARTERS, INTERFERENCE, HINGE, PENDULUM, TIMES_TWO, ONE_LINE_MOON, PURSUIT,
    SEED_HEAD, FERN, HERBARIUM, COW_PARSLEY, NINETY_YEARS, REEDS,
)  # fmt: skip
