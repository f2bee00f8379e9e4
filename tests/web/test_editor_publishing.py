"""Publications and rebuilds at the desk."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.publishing.model import BuildReport, PageLive, Publication, RebuildRequest, RequestState
from tests.web.editor_shop import AT, DeskShop, open_shop


@pytest.fixture
def shop(tmp_path: Path) -> DeskShop:
    shop = open_shop(tmp_path)
    shop.sign_in()
    return shop


def requests(shop: DeskShop) -> list[RebuildRequest]:
    return list(shop.services.publishing.store.waiting_requests())


def test_publications_say_why_when_which_pages_and_how_fast(shop: DeskShop) -> None:
    record = Publication(
        "pub_1",
        AT,
        "price of LAMP-OAK",
        pages=(PageLive("/", 9), PageLive("/products/oak-lamp/", 4)),
        removed=("/products/old/",),
        failed=("/products/broken/",),
    )
    shop.services.publishing.store.insert_publication(record)
    page = shop.get("/editor/publications").text
    assert "price of LAMP-OAK" in page
    assert "2 pages, the last after 9 ms" in page
    assert page.index("4 ms") < page.index(">9 ms")
    assert "Removed: /products/old/" in page
    assert "Failed, the last good version stays: /products/broken/" in page
    assert "November 24, 2026" in page


@pytest.mark.parametrize("path", ["/editor/publications", "/editor/pages"])
def test_a_missing_watcher_is_said_plainly(shop: DeskShop, path: str) -> None:
    assert "No watcher runs, so changes do not reach the pages." in shop.get(path).text
    shop.start_watcher()
    assert "No watcher runs" not in shop.get(path).text


def test_one_page_is_made_again_by_path_or_pasted_address(shop: DeskShop) -> None:
    for typed in ("/products/oak-lamp/", " http://127.0.0.1:8000/products/oak-lamp/?x#y "):
        answer = shop.post("/editor/rebuild", scope="one", url=typed)
        assert answer.status_code == 303
    first, second = requests(shop)
    assert first.urls == second.urls == ("/products/oak-lamp/",)
    assert first.by == "ann@shop.example"


@pytest.mark.parametrize(
    "typed",
    ["", "products", "https://evil.example/x", "/../etc/passwd", "javascript:alert(1)", "http://[x"],
)
def test_what_is_no_page_of_the_shop_is_kept_in_the_form(shop: DeskShop, typed: str) -> None:
    answer = shop.post("/editor/rebuild", scope="one", url=typed)
    assert answer.status_code == 422
    assert "must be a page of this shop such as /products/oak-lamp/" in answer.text
    assert f'name="url" value="{typed}"' in answer.text
    assert requests(shop) == []


def test_everything_is_made_again_and_progress_is_shown_until_the_report(shop: DeskShop) -> None:
    store = shop.services.publishing.store
    answer = shop.post("/editor/rebuild", scope="all")
    request = requests(shop)[0]
    assert request.urls == ()
    assert answer.location == f"/editor/rebuilds/{request.id}"

    page = shop.get(str(answer.location)).text
    assert "Every page" in page
    assert "The rebuild begins as soon as one does" in page
    assert f'hx-get="/editor/rebuilds/{request.id}/progress" hx-trigger="every 1s"' in page
    assert '<noscript><meta http-equiv="refresh" content="2"></noscript>' in page

    shop.start_watcher()
    store.update_request(request.id, RequestState.RUNNING, 12, 40)
    fragment = shop.get(f"/editor/rebuilds/{request.id}/progress").text
    assert fragment.startswith('<div class="rebuild-progress" id="rebuild-progress" hx-get=')
    assert "12 of 40 pages" in fragment
    assert '<progress class="rebuild-progress__bar" max="40" value="12"' in fragment
    assert "announcement" not in fragment

    store.update_request(request.id, RequestState.DONE, 40, 40, BuildReport(40, 3, 36, 1, 0.51))
    fragment = shop.get(f"/editor/rebuilds/{request.id}/progress").text
    assert "hx-get" not in fragment
    assert "<dt>Published</dt><dd>3</dd>" in fragment
    assert 'hx-swap-oob="innerHTML">Done</div>' in fragment
    assert "refresh" not in shop.get(f"/editor/rebuilds/{request.id}").text


def test_an_unknown_rebuild_is_not_found(shop: DeskShop) -> None:
    assert shop.get("/editor/rebuilds/reb_none").status_code == 404
    assert shop.get("/editor/rebuilds/reb_none/progress").status_code == 404


def test_what_waits_is_listed_with_who_asked(shop: DeskShop) -> None:
    shop.post("/editor/rebuild", scope="one", url="/")
    page = shop.get("/editor/pages").text
    assert f"/editor/rebuilds/{requests(shop)[0].id}" in page
    assert "Waiting · ann@shop.example" in page
