"""Form encoding as Stripe's libraries send it."""

from __future__ import annotations

import pytest

from app.sandbox.errors import ApiError
from app.sandbox.forms import decode


def test_numbered_names_are_read_into_nested_hashes() -> None:
    pairs = [("items[1][q]", "2"), ("items[0][q]", "1"), ("a", "x"), ("h[k][m]", "y")]
    assert decode(pairs) == {"items": {"1": {"q": "2"}, "0": {"q": "1"}}, "a": "x", "h": {"k": {"m": "y"}}}


def test_empty_brackets_begin_the_next_element_when_a_name_repeats() -> None:
    pairs = [
        ("items[][price]", "a"), ("items[][quantity]", "1"), ("items[][price]", "b"),
        ("types[]", "card"), ("types[]", "link"),
    ]  # fmt: skip
    assert decode(pairs) == {
        "items": {"0": {"price": "a", "quantity": "1"}, "1": {"price": "b"}},
        "types": {"0": "card", "1": "link"},
    }


def test_empty_brackets_keep_nested_data_of_one_element_together() -> None:
    pairs = [("l[][d][c]", "usd"), ("l[][d][u]", "5"), ("l[][d][c]", "eur")]
    assert decode(pairs) == {"l": {"0": {"d": {"c": "usd", "u": "5"}}, "1": {"d": {"c": "eur"}}}}


@pytest.mark.parametrize("pairs", [[("a", "1"), ("a[b]", "2")], [("a[b]", "2"), ("a", "1")], [("a[", "1")]])
def test_a_name_that_contradicts_another_is_refused(pairs: list[tuple[str, str]]) -> None:
    with pytest.raises(ApiError) as refused:
        decode(pairs)
    assert refused.value.status == 400
