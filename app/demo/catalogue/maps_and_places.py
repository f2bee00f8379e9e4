"""Mountains, islands and houses that are on no other map."""

from __future__ import annotations

from app.demo.catalogue.hanging import FULL, LARGE, ROLLED, SMALL, SQUARE, VALE, hung

SKERRY = hung(
    "skerry", "Skerry", FULL,
    text="An island with one hill and a rock off its southern point, as a chart would have it: shallow water "
    "pale, deep water dark, a line for every fathom. Nobody has landed there.",
    inks="Four tones of one blue, ochre, and two thin lines",
    alt="A chart of an ochre island and a small rock in bands of blue that darken with the depth.",
    tags=("maps", "sea", "blue", "yellow"), by=VALE,
)  # fmt: skip

TARN = hung(
    "tarn", "Tarn", SQUARE,
    text="A lake that a glacier left in the hollow which it had made for itself. Forty-four contour lines, "
    "every fifth one heavier, and one small surface that is level.",
    inks="Three inks, umber, cerulean and indigo",
    alt="Fine brown contour lines crowd and spread over a square; in a hollow lies one small blue lake.",
    tags=("maps", "mountains", "lines", "brown", "blue"), by=VALE,
)  # fmt: skip

RIDGE_WALK = hung(
    "ridge-walk", "Ridge Walk", LARGE,
    text="A range of hills cut into forty-six slices and seen from the south; what lies behind is hidden, as "
    "it is. The red slice is the way that somebody walked, over two tops and down.",
    inks="Two inks, bottle green and vermilion",
    alt="Stacked green profile lines rise to a mountain range; one line across them is red.",
    tags=("mountains", "lines", "green", "red"), by=VALE,
)  # fmt: skip

FAR_HILLS = hung(
    "far-hills", "Far Hills", FULL,
    text="One grey-blue ink, printed seven times. Each range is drawn to the foot of the sheet and lies over "
    "the ones behind it, so the nearest carries all seven layers and is almost black. The sun was "
    "printed first, which is why the hill is in front of it.",
    inks="Two inks, orange and a grey blue",
    alt="Seven ranges of hills, from pale grey to blue-black, with an orange sun half set behind the first.",
    tags=("mountains", "sun", "blue", "orange"), by=VALE,
)  # fmt: skip

HILL_TOWN = hung(
    "hill-town", "Hill Town", FULL,
    text="A town that was built where there was room, which was on top of the others. Fifty-seven houses, "
    "placed by chance within a triangle, tallest last. One window, low down, has something red in it.",
    inks="Six inks on cream paper",
    alt="Small houses in apricot, straw, rose and white are stacked up a steep hill to one church tower.",
    tags=("places", "houses", "orange", "yellow"), by=VALE,
)  # fmt: skip

STRATA = hung(
    "strata", "Strata", FULL,
    text="Eleven beds of stone, each in the hatching that geologists might give it, and the one day on which "
    "everything to the right of the line came down by a hand. The green on top is where we live.",
    inks="Five inks, moss, umber, ochre, clay and slate",
    alt="Layers of rock in ochre, clay, brown and grey hatching, broken and shifted along a slanting fault.",
    tags=("mountains", "lines", "brown", "yellow"), by=VALE,
)  # fmt: skip

NIGHT_WINDOWS = hung(
    "night-windows", "Night Windows", SMALL,
    text="A quarter past two. A hundred and twelve windows, and three people who cannot sleep and do not "
    "know of each other.",
    inks="Three inks, indigo, black and ochre, on cream paper",
    alt="A dark blue house front with rows of dark windows; three of them are lit in ochre.",
    tags=("places", "houses", "night", "blue", "yellow"), by=VALE,
)  # fmt: skip

COLONNADE = hung(
    "colonnade", "Colonnade", ROLLED,
    text="Three floors of seven arches, from morning on the left to evening on the right. The wall is the "
    "same all day; what changes is how far one can see into it.",
    inks="Three inks, clay, straw and indigo, on cream paper",
    alt="Three rows of arches in a clay-red wall; blue shadows shift across them from left to right.",
    tags=("places", "houses", "geometry", "red", "blue"), by=VALE,
)  # fmt: skip

PRINTS = (SKERRY, TARN, RIDGE_WALK, FAR_HILLS, HILL_TOWN, STRATA, NIGHT_WINDOWS, COLONNADE)
