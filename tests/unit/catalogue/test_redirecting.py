"""Shopify's redirects: old addresses lead on, and what leads nowhere is said."""

from __future__ import annotations

import io

import pytest

from app.catalogue.model import Redirect
from app.catalogue.redirecting import import_redirects
from tests.import_desk import Desk

HEADER = "Redirect from,Redirect to\n"


def take(desk: Desk, content: str | bytes) -> tuple[int, int, list[tuple[int, str]]]:
    """Import redirects; return how many were written, were known, and the faults."""
    data = content if isinstance(content, bytes) else f"{HEADER}{content}".encode()
    report = import_redirects(desk.catalogue, io.BytesIO(data))
    return report.created, report.unchanged, [(fault.row, fault.reason) for fault in report.errors]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_old_paths_lead_to_this_shops_addresses(desk: Desk) -> None:
    content = (
        "/products/old,/products/new\n"
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
        ("https://[x/products/a,/", "Redirect from is 'https://[x/products/a', but must be a path such as"),
        ("/products/a,https://[x", "Redirect to is 'https://[x', but must be a path such as /products/new"),
        ("/products/a,https://ex\u2100mple/", "Redirect to is 'https://ex\u2100mple/', but must be a path"),
        ("/products/b,/products/c", "/products/b/ leads to /products/d/ in a row above."),
    ],
)
def test_a_bad_row_is_named_and_nothing_is_written(desk: Desk, line: str, reason: str) -> None:
    created, _, errors = take(desk, f"/products/b,/products/d\n{line}\n")

    assert (created, [row for row, _ in errors]) == (0, [3])
    assert errors[0][1].startswith(reason)
    assert desk.catalogue.store.redirect("/products/b/") is None


def test_a_file_without_its_two_columns_is_refused(desk: Desk) -> None:
    reason = "The header must hold 'Redirect from' and 'Redirect to', as Shopify writes it."

    assert take(desk, b"from,to\n/a,/b\n") == (0, 0, [(1, reason)])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\xff\xfe\x00", "The file begins as UTF-16, but is not: save it as 'CSV UTF-8'."),
        (b"\x89PNG\xff", "The byte 89 is not UTF-8: save the file as 'CSV UTF-8'."),
    ],
)
def test_a_file_that_is_no_text_is_refused(desk: Desk, content: bytes, reason: str) -> None:
    assert take(desk, content) == (0, 0, [(1, reason)])


def test_a_circle_is_refused_with_every_row_of_it(desk: Desk) -> None:
    content = (
        "/products/a,/products/b\n/products/x,/products/a\n"
        "/products/b,/products/c/?q=1\n/products/c,/products/a\n"
    )
    circle = "/products/a/ → /products/b/ → /products/c/ → /products/a/"

    assert take(desk, content) == (0, 0, [(2, f"{circle} leads in a circle: see the rows 2, 4, 5.")])
    assert desk.catalogue.store.redirect("/products/x/") is None


def test_a_circle_with_a_redirect_of_the_shop_is_refused(desk: Desk) -> None:
    desk.catalogue.store.put_redirect(Redirect("/products/b/", "/products/a/"))

    reason = "/products/a/ → /products/b/ → /products/a/ leads in a circle: see the row 3."
    assert take(desk, "/products/z,/\n/products/a,/products/b\n") == (0, 0, [(3, reason)])
    assert desk.catalogue.store.redirect("/products/z/") is None


def test_a_redirect_into_a_circle_that_the_shop_has_is_refused(desk: Desk) -> None:
    desk.catalogue.store.put_redirect(Redirect("/products/b/", "/products/c/"))
    desk.catalogue.store.put_redirect(Redirect("/products/c/", "/products/b/"))

    reason = "/products/b/ → /products/c/ → /products/b/ leads in a circle: see the row 2."
    assert take(desk, "/products/a,/products/b\n") == (0, 0, [(2, reason)])


def test_a_file_that_ends_a_circle_of_the_shop_is_taken(desk: Desk) -> None:
    desk.catalogue.store.put_redirect(Redirect("/products/a/", "/products/b/"))
    desk.catalogue.store.put_redirect(Redirect("/products/b/", "/products/a/"))

    assert take(desk, "/products/b,/products/c\n/products/d,/products/a\n") == (2, 0, [])
