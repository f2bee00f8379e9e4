"""Files of pictures, as the app sends them where the front has none."""

from __future__ import annotations

import pytest

from .shop import WebShop

NAME = "0123456789abcdef-320.avif"


@pytest.fixture
def file(shop: WebShop) -> str:
    """The path of a file that readers may get; beside it lie two that they may not."""
    for name in (f"files/{NAME}", "files/notes.txt", "originals/pic_1"):
        path = shop.folder / "media" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"the bytes of a picture")
    return f"/media/{NAME}"


def test_a_file_is_sent_to_be_kept_for_a_year(shop: WebShop, file: str) -> None:
    answer = shop.get(file)
    assert (answer.status_code, answer.data) == (200, b"the bytes of a picture")
    assert answer.headers["Content-Type"] == "image/avif"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Set-Cookie" not in answer.headers
    answer.close()


@pytest.mark.parametrize(
    "path",
    [
        *("/media/notes.txt", "/media/0123456789abcdef-640.avif", "/media/", "/media/pic_1"),
        *("/media/../originals/pic_1", "/media/..%2foriginals%2fpic_1", f"/media/{NAME}%0a"),
        *(f"/media/{NAME}/", f"/media/{NAME.upper()}", f"/de/media/{NAME}"),
    ],
)
def test_nothing_else_is_sent(shop: WebShop, file: str, path: str) -> None:
    answer = shop.get(path)
    assert answer.status_code == 404
    assert b"bytes of a picture" not in answer.data
    assert "immutable" not in answer.headers["Cache-Control"]
