"""Water, suns and moons."""

from __future__ import annotations

from app.demo.catalogue.hanging import FULL, LARGE, ROLLED, SATO, SMALL, SQUARE, hung

SLACK_WATER = hung(
    "slack-water", "Slack Water", LARGE,
    text="Between two tides there is a quarter of an hour in which nothing moves. Thirty-four ruled lines, "
    "drawn with a little unrest; only under the moon do they grow heavy, and no two by the same amount.",
    inks="Two inks, straw and slate",
    alt="A pale yellow moon over ruled grey lines, which thicken below it like its reflection in water.",
    tags=("sea", "moon", "lines", "yellow", "grey"),
)  # fmt: skip

GROUNDSWELL = hung(
    "groundswell", "Groundswell", FULL,
    text="Forty-five bands lie one above the other, and each is a wave. The wave is the same every time and "
    "begins a little later in each row, so that a second, larger one walks through all of them. From "
    "across a room the paper seems to move; it does not.",
    inks="One ink, indigo",
    alt="Dark blue bands swell and thin out in waves, so that a slanting light seems to cross the sheet.",
    tags=("sea", "lines", "pattern", "blue"), by=SATO,
)  # fmt: skip

EDDY = hung(
    "eddy", "Eddy", FULL,
    text="A current comes in from the left, meets something that is not there, and turns. Each stroke "
    "follows the water until it would come too near to another one, and stops. One in eleven is orange, "
    "like leaves.",
    inks="Two inks, teal and orange",
    alt="Short tapered strokes in teal, a few in orange, follow a current that curls into a whirl.",
    tags=("sea", "lines", "green", "orange"),
)  # fmt: skip

EBB = hung(
    "ebb", "Ebb", FULL,
    text="What the sea leaves in the sand when it goes. The ripples were not placed: they are one wave over "
    "an uneven ground, with six points around which it gains or loses a crest. Those are the forks.",
    inks="One ink, clay, on cream paper",
    alt="Clay-coloured ripples run across cream paper like wet sand; here and there two become one.",
    tags=("sea", "lines", "pattern", "brown"),
)  # fmt: skip

BLUE_SEA = hung(
    "blue-sea", "Blue Sea", LARGE,
    text="The scales that have stood for a calm sea for some fifteen hundred years, in Persia, China and "
    "Japan. Each is four rings, half hidden by the ones before it. Three have caught the sun.",
    inks="Two inks, indigo and vermilion",
    alt="Rows of overlapping blue ring-shaped scales, like stylised waves; three of them are red.",
    tags=("sea", "pattern", "blue", "red"), by=SATO,
)  # fmt: skip

CORONA = hung(
    "corona", "Corona", SQUARE,
    text="During an eclipse the sun is only what surrounds it. Three hundred and sixty rays, long where the "
    "streamers are and short at the poles, around a disc of the blackest ink we have.",
    inks="Two inks, ochre and black",
    alt="A black disc with a thin bright rim, surrounded by fine ochre rays of uneven length.",
    tags=("sun", "sky", "black", "yellow"),
)  # fmt: skip

MOON_OVER_FIELDS = hung(
    "moon-over-fields", "Moon over Fields", FULL,
    text="September, a little after seven. The furrows all run to one point on the horizon, and the moon "
    "comes up beside it, larger than it will be an hour later, or so it looks to everybody.",
    inks="Five inks on grey-green paper, the moon opaque",
    alt="A large pale moon rises in a slate sky behind dark hills; olive furrows run towards it.",
    tags=("moon", "sky", "green", "grey"),
)  # fmt: skip

ANALEMMA = hung(
    "analemma", "Analemma", ROLLED,
    text="Look at the sun at noon, once a week, from the same chair. After a year it has drawn this: high "
    "and narrow in summer, wide in winter, never quite on time. The places come from the equation of "
    "time; the mast on the horizon is ours.",
    inks="Three inks, ochre, vermilion and indigo",
    alt="Fifty-two small suns form a slender figure of eight above a thin horizon with a mast.",
    tags=("sun", "sky", "yellow", "red"),
)  # fmt: skip

MIDNIGHT_SUN = hung(
    "midnight-sun", "Midnight Sun", SMALL,
    text="Nine hours of a night that did not get dark. The sun comes down to the sea, takes its time, and "
    "goes up again; where two hours overlap, their inks do too.",
    inks="Four inks, three warm and one cold",
    alt="Nine translucent suns in ochre, orange and rose dip to a sea of teal lines and rise again.",
    tags=("sun", "sea", "orange", "green"),
)  # fmt: skip

REGATTA = hung(
    "regatta", "Regatta", SMALL,
    text="Eleven sails on one tack, and one that knows better. Which of them is right will be known at the "
    "buoy.",
    inks="Three inks, indigo, vermilion and cerulean",
    alt="Eleven dark blue sailing boats lean one way on a pale sea; a red one faces the other way.",
    tags=("sea", "places", "blue", "red"),
)  # fmt: skip

PRINTS = (
    SLACK_WATER, GROUNDSWELL, EDDY, EBB, BLUE_SEA, CORONA, MOON_OVER_FIELDS, ANALEMMA, MIDNIGHT_SUN, REGATTA,
)  # fmt: skip
