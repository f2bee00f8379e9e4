"""What people type becomes words, and nothing of it is syntax."""

from __future__ import annotations

import pytest

from app.search.documents import document_of
from app.search.model import MOST_WORDS, parse_query, words_of
from app.search.spelling import reach, slips, slips_so_far, stems
from tests.builders import lamp


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Low Sun", ["low", "sun"]),
        ("Größe ÉTÉ", ["grosse", "ete"]),
        ("women's t-shirt", ["womens", "t", "shirt"]),
        ("TIDES-A3_oak", ["tides", "a3", "oak"]),
        ('"quoted" AND NEAR(x*)', ["quoted", "and", "near", "x"]),
        ("\x00💡 ", []),
        ("日本", ["日本"]),
    ],
)
def test_words_are_small_plain_letters_and_digits(text: str, words: list[str]) -> None:
    assert words_of(text) == words


def test_a_query_keeps_its_last_word_last_and_each_word_once() -> None:
    assert parse_query("sun low  sun").words == ("low", "sun")
    assert parse_query(" tides-a3-oak\n").sku == "TIDES-A3-OAK"


def test_an_endless_query_is_cut() -> None:
    query = parse_query(" ".join(f"w{number}" for number in range(5000)))
    assert (len(query.words), len(query.text) <= 200) == (MOST_WORDS, True)


@pytest.mark.parametrize(
    ("typed", "word", "count"),
    [
        ("tdies", "tides", 1),
        ("sadlde", "saddle", 1),
        ("lmap", "lamp", 1),
        ("snu", "sun", 1),
        ("tides", "tides", 0),
        ("", "sun", 3),
        ("mug", "lamp", 4),
    ],
)
def test_slips_are_counted_and_swapped_neighbours_are_one(typed: str, word: str, count: int) -> None:
    assert slips(typed, word) == count


def test_a_beginning_is_compared_with_the_beginning() -> None:
    assert slips("sadl", "saddle") == 2
    assert slips_so_far("sadl", "saddle") == 1


def test_the_longer_a_word_the_more_is_forgiven_and_a_number_nothing() -> None:
    words = ("ab", "sun", "lamp", "tides", "contours", "geometric", "a4", "1234567")
    assert [reach(word) for word in words] == [0, 1, 1, 2, 2, 3, 0, 0]


@pytest.mark.parametrize(
    ("typed", "word"),
    [("tdies", "tides"), ("sadlde", "saddle"), ("lmap", "lamp"), ("snu", "sun"), ("goemtric", "geometric")],
)
def test_near_words_share_a_stem(typed: str, word: str) -> None:
    assert stems(typed) & stems(word)


def test_the_stems_of_a_long_word_are_few() -> None:
    assert len(stems("incomprehensibility")) <= 64


def test_what_no_shopper_may_see_is_no_document() -> None:
    def made(product: object) -> object:
        return document_of(product, text="", is_buyable=lambda _: True)  # type: ignore[arg-type]

    assert made(lamp()) is not None
    assert made(lamp(status="draft")) is None
    assert made(lamp(variants=())) is None


def test_a_document_names_what_a_filter_asks() -> None:
    found = document_of(
        lamp(tags=("warm",), vendor="Nord", type="Light"),
        text="It shines.",
        is_buyable=lambda stock_id: stock_id == "LAMP-OAK",
    )
    assert found is not None
    assert found.names == "Nord Light warm Oak Ash LAMP-OAK LAMP-ASH"
    assert [(o.sku, o.is_buyable, o.options) for o in found.offers] == [
        ("LAMP-OAK", True, (("Wood", "Oak"),)),
        ("LAMP-ASH", False, (("Wood", "Ash"),)),
    ]
