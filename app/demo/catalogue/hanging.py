"""How a print becomes a product: its sizes, its frames and what they cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.catalogue.model import Image, Option, Product, Variant

STUDIO = "Halftide Studio"
VALE = "Corin Vale"
BRANDT = "Ottilie Brandt"
SATO = "Mirel Sato"
"""Three names that the studio made up together with itself."""

PRINT = "Art print"
SHEET = "Print-at-home sheet"
FRAMES = ("Unframed", "Oak", "Black")

PRICES: Mapping[tuple[str, str], Mapping[str, int]] = {
    ("A4", "Unframed"): {"USD": 3200, "EUR": 2900, "GBP": 2500, "JPY": 4800},
    ("A4", "Oak"): {"USD": 7400, "EUR": 6800, "GBP": 5900, "JPY": 11000},
    ("A4", "Black"): {"USD": 7000, "EUR": 6400, "GBP": 5600, "JPY": 10500},
    ("A3", "Unframed"): {"USD": 4800, "EUR": 4400, "GBP": 3800, "JPY": 7200},
    ("A3", "Oak"): {"USD": 10800, "EUR": 9900, "GBP": 8600, "JPY": 16000},
    ("A3", "Black"): {"USD": 10200, "EUR": 9400, "GBP": 8200, "JPY": 15200},
    ("A2", "Unframed"): {"USD": 7800, "EUR": 7200, "GBP": 6200, "JPY": 11800},
    ("A2", "Oak"): {"USD": 16800, "EUR": 15500, "GBP": 13500, "JPY": 25000},
    ("A2", "Black"): {"USD": 15800, "EUR": 14500, "GBP": 12600, "JPY": 23500},
    ("30 cm", "Unframed"): {"USD": 4400, "EUR": 4000, "GBP": 3500, "JPY": 6600},
    ("30 cm", "Oak"): {"USD": 9600, "EUR": 8800, "GBP": 7700, "JPY": 14400},
    ("50 cm", "Unframed"): {"USD": 7200, "EUR": 6600, "GBP": 5700, "JPY": 10800},
    ("50 cm", "Oak"): {"USD": 15600, "EUR": 14400, "GBP": 12400, "JPY": 23200},
}
"""Minor units by size and frame. Yen have no smaller unit, so theirs are whole yen."""


@dataclass(frozen=True)
class Plan:
    """The sizes and frames that a print comes in."""

    sizes: tuple[str, ...]
    frames: tuple[str, ...] = FRAMES

    @property
    def options(self) -> tuple[Option, ...]:
        """What a shopper chooses; one value is no choice."""
        both = (Option("Size", self.sizes), Option("Frame", self.frames))
        return tuple(option for option in both if len(option.values) > 1)


FULL = Plan(("A4", "A3", "A2"))
LARGE = Plan(("A3", "A2"))
SMALL = Plan(("A4",))
ROLLED = Plan(("A4", "A3", "A2"), ("Unframed",))
SQUARE = Plan(("30 cm", "50 cm"), ("Unframed", "Oak"))

PAPERS = {
    FULL: "Printed on cotton paper, 300 g/m²; the picture keeps its margin of bare paper",
    LARGE: "A3 and A2, on matt paper, 240 g/m²; in A4 the lines would close up",
    SMALL: "A4 only, on heavy matt paper",
    ROLLED: "Unframed only, rolled in a stiff tube, on uncoated paper that shows its grain",
    SQUARE: "Square, 30 or 50 cm a side, on cotton paper, 300 g/m²",
}
FRAMED = "Frames are solid wood, with a mount and acrylic glass"


def hung(
    slug: str,
    title: str,
    plan: Plan,
    *,
    text: str,
    inks: str,
    alt: str,
    tags: tuple[str, ...],
    by: str = STUDIO,
    is_reduced: bool = False,
) -> Product:
    """Return a print in the sizes and frames of a plan, at the prices of the list.

    A reduced one costs four fifths, and its old price is kept beside the new one.
    """
    framed = (FRAMED,) if len(plan.frames) > 1 else ()
    variants = tuple(
        _variant(slug, plan, size, frame, is_reduced=is_reduced)
        for size in plan.sizes
        for frame in plan.frames
    )
    return Product(
        id=f"prd_{slug.replace('-', '_')}",
        slug=slug,
        title=title,
        vendor=by,
        type=PRINT,
        tags=tags,
        description=described(text, inks, PAPERS[plan], *framed),
        options=plan.options,
        images=picture(alt),
        variants=variants,
    )


def described(text: str, *points: str) -> str:
    """Return a product's text as HTML: a paragraph and a short list."""
    return f"<p>{text}</p><ul>{''.join(f'<li>{point}</li>' for point in points)}</ul>"


def picture(alt: str) -> tuple[Image, ...]:
    """Return the place of a picture, which is drawn and put in when the demo is installed."""
    return (Image(picture="", alt=alt, width=0, height=0),)


def _variant(slug: str, plan: Plan, size: str, frame: str, *, is_reduced: bool) -> Variant:
    listed = PRICES[size, frame]
    chosen = {"Size": size, "Frame": frame}
    sku = "-".join((slug, size.replace(" ", ""), frame)).upper()
    return Variant(
        sku=sku,
        stock_id=sku,
        options=tuple(chosen[option.name] for option in plan.options),
        prices={code: minor * 4 // 5 // 100 * 100 for code, minor in listed.items()}
        if is_reduced
        else listed,
        compare_at=listed if is_reduced else {},
    )


def _reduced(minor: int) -> int:
    return minor * 4 // 5 // 100 * 100
