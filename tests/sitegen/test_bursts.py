"""Many writes at once: products go live batch by batch, what is about many of them once, at the end."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.catalogue.model import Redirect
from app.publishing.feed import Batch
from sitegen import watcher
from tests.sitegen.shop import ALL, LIGHT, SmallShop, open_shop

LATE = {"/collections/all/", "/collections/light/", "/", "/sitemap.xml"}


@pytest.fixture(autouse=True)
def _every_batch_is_a_burst(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watcher, "BURST_EVENTS", 1)


def rest(shop: SmallShop) -> None:
    """Let the feed have nothing to tell."""
    shop.watcher.take(Batch((), shop.generator.manifest.meta("resume_token")))


def test_products_go_live_at_once_and_what_lists_them_when_nothing_waits(shop: SmallShop) -> None:
    shop.price("LAMP-OAK", 4200)
    assert shop.follow_all() == ["/products/lamp/"]
    assert "$42.00" not in shop.text("/collections/all/")
    shop.price("LAMP-OAK", 4300)
    assert shop.follow_all() == ["/products/lamp/"]
    rest(shop)
    record = shop.publications()[0]
    assert {page.url for page in record.pages if "/sort/" not in page.url} == LATE
    assert len(record.pages) == len({page.url for page in record.pages})
    assert "$43.00" in shop.text("/collections/all/")
    assert shop.generator.manifest.owed.is_empty()
    assert shop.wrong() == {}
    rest(shop)
    assert shop.publications()[0] == record


def test_a_burst_that_does_not_end_shows_its_listings_after_a_while(
    shop: SmallShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.price("LAMP-OAK", 4200)
    shop.follow()
    monkeypatch.setattr(watcher, "LONGEST_PUT_OFF", timedelta(0))
    shop.price("GUIDE-PDF", 600)
    assert {"/products/guide/", *LATE} <= set(shop.follow())
    assert "$42.00" in shop.text("/collections/all/")
    assert shop.wrong() == {}


def test_a_page_that_goes_stays_until_nothing_leads_to_it(shop: SmallShop) -> None:
    shop.edit("prd_card", slug="postcard")
    assert shop.follow_all() == ["/products/postcard/"]
    assert shop.has("/products/card/")
    assert "/products/card/" in shop.text("/collections/all/")
    redirect = shop.services.catalogue.store.redirect("/products/card/")
    assert redirect is not None
    assert redirect.target == "/products/postcard/"
    rest(shop)
    assert not shop.has("/products/card/")
    assert shop.wrong() == {}


def test_a_page_that_was_to_go_and_came_back_stays(shop: SmallShop) -> None:
    shop.edit("prd_lamp", status="draft")
    shop.follow()
    shop.edit("prd_lamp", status="active")
    shop.follow()
    rest(shop)
    assert shop.has("/products/lamp/")
    assert shop.wrong() == {}


def test_a_listing_that_came_and_went_within_a_burst_was_never_there(shop: SmallShop) -> None:
    shop.put(replace(ALL, id="col_new", slug="new", title="New"))
    shop.follow()
    shop.external("collections").delete_one({"_id": "col_new"})
    shop.follow()
    rest(shop)
    assert not shop.has("/collections/new/")
    assert shop.generator.manifest.failures.all() == []
    assert shop.wrong() == {}


def test_a_new_page_that_was_put_off_comes_before_what_links_to_it_and_leads_nowhere_else(
    shop: SmallShop,
) -> None:
    store = shop.services.catalogue.store
    for url in ("/collections/light/page/2/", "/collections/light/"):
        store.put_redirect(Redirect(url, "/"))
    shop.put(replace(LIGHT, product_ids=("prd_lamp", "prd_guide", "prd_card", "prd_poster")))
    shop.follow()
    assert not shop.has("/collections/light/page/2/")
    rest(shop)
    urls = [page.url for page in shop.publications()[0].pages]
    assert urls.index("/collections/light/page/2/") < urls.index("/collections/light/")
    assert store.redirect("/collections/light/page/2/") is None
    # This page was there all the time: what an editor has decided of its address stays.
    assert store.redirect("/collections/light/") is not None


def test_what_a_killed_watcher_owed_is_built_by_the_next(shop: SmallShop, tmp_path: Path) -> None:
    shop.price("LAMP-OAK", 4200)
    shop.edit("prd_card", slug="postcard")
    shop.put(replace(LIGHT, product_ids=("prd_lamp", "prd_guide", "prd_card", "prd_poster")))
    shop.follow()
    shop.close()
    heir = open_shop(shop.database, shop.settings.data)
    heir.open()
    heir.close()
    assert heir.generator.manifest.owed.is_empty()
    assert heir.pages() == shop.clean_build(tmp_path / "clean")
    assert heir.wrong() == {}


def test_a_burst_is_synced_once_and_no_file_of_it_is_trusted_before(
    shop: SmallShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    monkeypatch.setattr("sitegen.publisher._fsync", lambda path: synced.append(path.name))
    shop.price("LAMP-OAK", 4200)
    shop.follow()
    assert synced == []
    page = shop.settings.public / "products/lamp/index.html"
    stamp = page.stat()
    # A power cut has left a block of nothing, and the file's size and time as they were.
    content = page.read_bytes()
    page.write_bytes(b"\0" * len(content))
    os.utime(page, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    shop.close()
    heir = open_shop(shop.database, shop.settings.data)
    heir.open()
    heir.close()
    assert page.read_bytes() == content
    assert "index.html" in synced
    assert heir.generator.manifest.meta("unsynced_since") == ""


def test_what_a_killed_burst_published_is_on_the_disk_before_it_is_trusted(
    shop: SmallShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.price("LAMP-OAK", 4200)
    shop.follow()
    shop.close()
    heir = open_shop(shop.database, shop.settings.data)
    inode = shop.inodes()["products/lamp/index.html"]
    marks = list[str]()
    monkeypatch.setattr(os, "sync", lambda: marks.append(heir.generator.manifest.meta("unsynced_since")))
    assert heir.generator.manifest.meta("unsynced_since") != ""
    heir.open()
    heir.close()
    # The page was right as it lay there; whoever wrote it could sync nothing any more.
    assert shop.inodes()["products/lamp/index.html"] == inode
    assert [bool(mark) for mark in marks] == [True]
    assert heir.generator.manifest.meta("unsynced_since") == ""
    heir.open()
    heir.close()
    assert len(marks) == 1
