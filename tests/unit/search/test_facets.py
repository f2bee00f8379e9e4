"""Narrowing: alternatives within a facet, all facets at once, counts that ignore their own choice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.search.facets import MOST_VALUES, narrow
from app.search.model import Filter, Goods, Narrowed, PricedOffer, Sorting


def offer(price: int, size: str, frame: str, *, is_buyable: bool = True) -> PricedOffer:
    return PricedOffer(price, is_buyable, (("Size", size), ("Frame", frame)))


def goods(
    name: str, *offers: PricedOffer, vendor: str = "", tags: tuple[str, ...] = (), at: str = ""
) -> Goods:
    return Goods(name, name, name, vendor, "Print", tags, at, offers)


TIDES = goods(
    "tides", offer(1000, "A4", "Oak"), offer(2000, "A3", "None"), vendor="Nord", tags=("sea",), at="2026-01"
)
SUNS = goods("suns", offer(1500, "A3", "Oak", is_buyable=False), vendor="Nord", at="2026-03")
MOONS = goods("moons", offer(3000, "A4", "None"), vendor="Süd", tags=("sea", "night"), at="2026-02")
WALL = (TIDES, SUNS, MOONS)


def chosen(least: int | None = None, most: int | None = None, **values: str) -> Filter:
    """Return a filter: `chosen(Size="A3")`; several values are parted by a bar."""
    names = {"Size": "option.Size", "Frame": "option.Frame"}
    parts = {names.get(name, name): frozenset(value.split("|")) for name, value in values.items()}
    return Filter(parts, least, most)


def counts(found: Narrowed, key: str) -> dict[str, int]:
    """Return a facet's counts by value."""
    return {v.value: v.count for facet in found.facets if facet.key == key for v in facet.values}


def test_without_a_choice_everything_is_there_and_counted() -> None:
    found = narrow(WALL, Filter())
    assert found.products == ("tides", "suns", "moons")
    assert counts(found, "option.Size") == {"A4": 2, "A3": 2}
    assert counts(found, "vendor") == {"Nord": 2, "Süd": 1}
    assert counts(found, "availability") == {"in-stock": 2, "sold-out": 1}
    assert (found.least, found.most) == (1000, 3000)
    # All are prints: nothing could be chosen there.
    assert counts(found, "type") == {}


def test_values_of_one_facet_are_alternatives_and_facets_must_all_hold() -> None:
    assert narrow(WALL, chosen(Size="A3|A4")).total == 3
    assert narrow(WALL, chosen(Size="A4", vendor="Nord")).products == ("tides",)
    assert narrow(WALL, chosen(vendor="Süd", tag="sea|night", Size="A3")).products == ()


def test_options_price_and_availability_must_hold_for_one_variant() -> None:
    # Tides comes in A3, and in oak, but not in both.
    assert narrow(WALL, chosen(Size="A3", Frame="Oak")).products == ("suns",)
    assert narrow(WALL, chosen(Size="A3", availability="in-stock")).products == ("tides",)
    assert narrow(WALL, chosen(Size="A3", most=1500)).products == ("suns",)


def test_a_facet_s_counts_ignore_its_own_choice_and_follow_the_others() -> None:
    found = narrow(WALL, chosen(Size="A3", vendor="Nord"))
    assert found.products == ("tides", "suns")
    assert counts(found, "option.Size") == {"A4": 1, "A3": 2}
    assert counts(found, "vendor") == {"Nord": 2, "Süd": 0}
    assert counts(found, "option.Frame") == {"Oak": 1, "None": 1}
    assert counts(found, "tag") == {"night": 0, "sea": 1}


def test_the_range_of_prices_ignores_its_own_choice() -> None:
    found = narrow(WALL, chosen(least=1600, most=2500))
    assert found.products == ("tides",)
    assert (found.least, found.most) == (1000, 3000)
    assert narrow(WALL, chosen(Size="A3", least=1600)).least == 1500


def test_an_unknown_value_is_left_out_and_said() -> None:
    found = narrow(WALL, chosen(vendor="Nobody|Nord", Size="A0"))
    assert found.unknown == ("A0", "Nobody") or found.unknown == ("Nobody", "A0")
    assert found.products == ("tides", "suns")
    assert found.used == chosen(vendor="Nord")


@pytest.mark.parametrize(
    ("sorting", "order"),
    [
        (Sorting.FEATURED, ("tides", "suns", "moons")),
        (Sorting.NEWEST, ("suns", "moons", "tides")),
        (Sorting.TITLE, ("moons", "suns", "tides")),
        (Sorting.PRICE_UP, ("tides", "suns", "moons")),
        (Sorting.PRICE_DOWN, ("moons", "suns", "tides")),
    ],
)
def test_a_listing_is_put_into_order(sorting: Sorting, order: tuple[str, ...]) -> None:
    assert narrow(WALL, Filter(), sorting).products == order


@pytest.mark.parametrize("sorting", [one for one in Sorting if one is not Sorting.FEATURED])
def test_equals_stand_by_url_name(sorting: Sorting) -> None:
    # The ids, the editor's order and the way down would each put them otherwise.
    twins = [
        replace(TIDES, product=product, slug=slug) for product, slug in (("1", "b"), ("3", "c"), ("2", "a"))
    ]
    assert narrow(twins, Filter(), sorting).products == ("2", "1", "3")


def test_a_facet_of_very_many_values_offers_those_of_the_most_products_and_what_is_chosen() -> None:
    many = [goods(f"g{n}", offer(100, "A4", "Oak"), tags=(f"t{n:03}", "common")) for n in range(100)]
    found = narrow(many, chosen(tag="t099"))
    tags = counts(found, "tag")
    assert (len(tags) in (MOST_VALUES, MOST_VALUES + 1), tags["common"], tags["t099"]) == (True, 100, 1)


def test_an_empty_listing_has_nothing_to_choose() -> None:
    found = narrow([], chosen(Size="A3"))
    assert (found.products, found.total, found.least, found.most) == ((), 0, None, None)
