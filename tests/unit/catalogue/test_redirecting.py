"""Shopify's redirects: old addresses lead on, and what leads nowhere is said."""

from __future__ import annotations

import io

import pytest

from app.catalogue.model import Redirect
from app.catalogue.redirecting import import_redirects
from tests.import_desk import Desk


def take(desk: Desk, content: str) -> tuple[int, int, list[tuple[int, str]]]:
    """Import redirects; return how many were written, were known, and the faults."""
    report = import_redirects(desk.catalogue, io.BytesIO(content.encode()))
    return report.created, report.unchanged, [(fault.row, fault.reason) for fault in report.errors]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_old_paths_lead_to_this_shops_addresses(desk: Desk) -> None:
    content = (
        "Redirect from,Redirect to\n/products/old,/products/new\n"
        "https://old.example/collections/a/,https://elsewhere.example/a?b=1\n/pages/us,/\n"
    )

    assert take(desk, content) == (3, 0, [])
    assert take(desk, content) == (0, 3, [])
    store = desk.catalogue.store
    assert store.redirect("/products/old/") == Redirect("/products/old/", "/products/new/")
    assert store.redirect("/collections/a/") == Redirect("/collections/a/", "https://elsewhere.example/a?b=1")
    assert store.redirect("/pages/us/") == Redirect("/pages/us/", "/")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("old,/", "Redirect from is 'old', but must be a path such as /products/old-name."),
        ("//evil.example/products/a,/", "Redirect from is '//evil.example/products/a', but must be a path"),
        ("/blogs/news,/", "Redirect from is '/blogs/news', but must be a path below /products/"),
        ("/products/a,new", "Redirect to is 'new', but must be a path such as /products/new-name"),
        ("/products/a,//evil.example", "Redirect to is '//evil.example', but must be a path"),
        ("/products/a,javascript:x", "Redirect to is 'javascript:x', but must be a path"),
        ("/products/a,", "Redirect to is '', but must be a path"),
        ("/products/a,/products/a", "/products/a/ would lead to itself."),
        ("/products/b,/products/c", "/products/b/ leads to /products/d/ in a row above."),
    ],
)
def test_a_bad_row_is_named_and_nothing_is_written(desk: Desk, line: str, reason: str) -> None:
    created, _, errors = take(desk, f"Redirect from,Redirect to\n/products/b,/products/d\n{line}\n")

    assert (created, [row for row, _ in errors]) == (0, [3])
    assert errors[0][1].startswith(reason)
    assert desk.catalogue.store.redirect("/products/b/") is None


def test_a_file_without_its_two_columns_is_refused(desk: Desk) -> None:
    reason = "The header must hold 'Redirect from' and 'Redirect to', as Shopify writes it."

    assert take(desk, "from,to\n/a,/b\n") == (0, 0, [(1, reason)])
