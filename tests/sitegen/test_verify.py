"""`verify` finds every kind of fault, `build` repairs exactly those, and the audit finds them by itself."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace

import pytest

from app.publishing.model import Scope
from app.web.reads import Key
from sitegen import cli
from sitegen.housekeeping import Housekeeping
from sitegen.reporter import QuietReporter
from tests.sitegen.shop import SmallShop, is_sorted

LAMP = "products/lamp/index.html"
SORTED = 10


def edit_a_byte(shop: SmallShop) -> None:
    path = shop.settings.public / LAMP
    path.write_bytes(path.read_bytes().replace(b"lamp", b"lump", 1))


def delete_the_page(shop: SmallShop) -> None:
    (shop.settings.public / LAMP).unlink()


def wrong_sibling(shop: SmallShop) -> None:
    (shop.settings.public / f"{LAMP}.gz").write_bytes(b"\x1f\x8b nonsense")


def sibling_of_another_page(shop: SmallShop) -> None:
    public = shop.settings.public
    (public / f"{LAMP}.br").write_bytes((public / "products/card/index.html.br").read_bytes())


def missing_sibling(shop: SmallShop) -> None:
    (shop.settings.public / f"{LAMP}.br").unlink()


FAULTS: dict[Callable[[SmallShop], None], dict[str, str]] = {
    edit_a_byte: {"/products/lamp/": "missing or different"},
    delete_the_page: {"/products/lamp/": "missing or different"},
    wrong_sibling: {"/products/lamp/": "sibling .gz missing or different"},
    sibling_of_another_page: {"/products/lamp/": "sibling .br missing or different"},
    missing_sibling: {"/products/lamp/": "sibling .br missing or different"},
}


@pytest.mark.parametrize("damage", FAULTS, ids=lambda damage: damage.__name__)
def test_a_fault_is_found_and_nothing_else_is_repaired(
    shop: SmallShop, damage: Callable[[SmallShop], None]
) -> None:
    shop.close()
    before = shop.pages()
    stamps = shop.inodes()
    damage(shop)
    wrong = shop.wrong()
    # A page that is missing leaves its siblings without anything behind them.
    assert {url: fault for url, fault in wrong.items() if not url.endswith((".br", ".gz"))} == FAULTS[damage]
    report = cli.build(shop.settings, shop.services, Scope.STALE, (), 1, QuietReporter())
    assert (report.rendered, report.published, report.failed) == (1, 1, 0)
    assert shop.pages() == before
    after = shop.inodes()
    assert {name for name in stamps if stamps[name] != after[name]} == {LAMP}
    assert shop.wrong() == {}


def test_a_stale_page_is_found_and_repaired(shop: SmallShop) -> None:
    shop.close()
    shop.price("LAMP-OAK", 100)
    assert {url for url in shop.wrong() if not is_sorted(url)} == {
        *("/products/lamp/", "/collections/all/", "/collections/light/", "/", "/sitemap.xml"),
        "search index: prd_lamp",
    }
    report = cli.build(shop.settings, shop.services, Scope.STALE, (), 1, QuietReporter())
    # The lamp is the cheapest now: on all four sorted pages of the light, and on six of all goods.
    assert report.published == SORTED + 5
    assert shop.wrong() == {}


def test_surplus_files_are_found_and_removed(shop: SmallShop) -> None:
    shop.close()
    public = shop.settings.public
    (public / "products/old").mkdir()
    for name in (
        "products/old/index.html",
        "products/old/index.html.br",
        "stray.html.gz",
        "a.png",
        "a.png.br",
    ):
        (public / name).write_bytes(b"old")
    names = {"products/old/index.html", "stray.html.gz", "a.png", "a.png.br"}
    assert shop.wrong() == {f"/{name}": "nothing stands behind this file" for name in names}
    assert set(cli.prune(shop.settings, shop.services)) == names
    assert not (public / "products/old").exists()
    assert shop.wrong() == {}
    assert cli.prune(shop.settings, shop.services) == []


def test_a_build_removes_surplus_files_too(shop: SmallShop) -> None:
    (shop.settings.public / "old.html").write_bytes(b"old")
    assert shop.generator.repair("asked for").removed == ["/old.html"]
    assert shop.wrong() == {}


def test_without_a_manifest_nothing_is_pruned_that_is_a_page(shop: SmallShop) -> None:
    before = shop.folder()
    shop.generator.manifest.clear()
    assert shop.generator.prune() == []
    assert shop.folder() == before


def test_a_lost_manifest_is_written_anew_and_no_file_is(shop: SmallShop) -> None:
    before, stamps = shop.folder(), shop.inodes()
    shop.close()
    shop.external("products").delete_one({"_id": "prd_card"})
    shop.generator.manifest.clear()
    shop.open()
    after = shop.inodes()
    changed = {name for name in after if stamps[name] != after[name] and not is_sorted(name)}
    assert changed == {"collections/all/index.html", "index.html"}
    assert {name for name in set(before) - set(shop.folder()) if not is_sorted(name)} == {
        *(f"products/card/index.html{suffix}" for suffix in ("", ".br", ".gz")),
        *(f"collections/all/page/2/index.html{suffix}" for suffix in ("", ".br", ".gz")),
    }
    assert shop.wrong() == {}


def test_a_touched_file_is_looked_at_but_not_written(shop: SmallShop) -> None:
    shop.close()
    os.utime(shop.settings.public / LAMP)
    inode = shop.inodes()[LAMP]
    report = cli.build(shop.settings, shop.services, Scope.STALE, (), 1, QuietReporter())
    assert (report.published, report.unchanged) == (0, 1)
    assert shop.inodes()[LAMP] == inode
    report = cli.build(shop.settings, shop.services, Scope.STALE, (), 1, QuietReporter())
    assert report.rendered == 0


def test_one_page_is_built_by_name_and_an_unknown_name_fails(shop: SmallShop) -> None:
    shop.close()
    edit_a_byte(shop)
    urls = ("/products/lamp/", "/products/none/")
    report = cli.build(shop.settings, shop.services, Scope.URLS, urls, 1, QuietReporter())
    assert (report.published, report.failed) == (1, 1)
    assert shop.wrong() == {}


def test_a_write_on_its_way_is_not_called_wrong(shop: SmallShop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.price("LAMP-OAK", 100)
    # The watcher catches up while the verification waits for its second look.
    meanwhile = SimpleNamespace(sleep=lambda _seconds: shop.follow())
    monkeypatch.setattr("sitegen.audit.time", meanwhile)
    verdict = shop.generator.audit.verify()
    assert verdict.is_clean
    pages, assets = shop.generator.manifest.count_pages(), len(shop.generator.assets.assets)
    # The search index counts as one.
    assert verdict.checked == pages + assets + 1


def audited(shop: SmallShop) -> tuple[Housekeeping, Callable[[], list[str]]]:
    """Return housekeeping whose audit has the lamp's page in hand first, and a way to run it once."""
    housekeeping = Housekeeping(shop.generator)
    shop.generator.manifest._db.execute("UPDATE pages SET proved_at = '2020' WHERE url = '/products/lamp/'")

    def step() -> list[str]:
        housekeeping._prove_some(may_alarm=True)
        return sorted(housekeeping._suspected)

    return housekeeping, step


def test_the_audit_repairs_a_page_that_still_differs_at_its_second_look(
    shop: SmallShop, caplog: pytest.LogCaptureFixture
) -> None:
    _, step = audited(shop)
    path = shop.settings.public / LAMP
    good, stamp = path.read_bytes(), path.stat()
    edit_a_byte(shop)
    # Not even the file's time tells.
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert step() == ["/products/lamp/"]
    assert path.read_bytes() != good
    assert step() == []
    assert path.read_bytes() == good
    assert [line.message for line in caplog.records] == ["audit found wrong pages"]


def test_the_audit_raises_no_alarm_for_a_write_that_is_on_its_way(
    shop: SmallShop, caplog: pytest.LogCaptureFixture
) -> None:
    _, step = audited(shop)
    shop.price("LAMP-OAK", 100)
    assert step() == ["/products/lamp/"]
    assert "/products/lamp/" in shop.follow()
    step()
    assert caplog.records == []


def test_the_audit_finds_what_a_lost_event_would_have_told(shop: SmallShop) -> None:
    _, step = audited(shop)
    shop.external("products").delete_one({"_id": "prd_lamp"})
    step()
    step()
    assert not any("lamp" in name for name in shop.folder())
    assert shop.wrong() == {}


def test_a_failing_page_does_not_hold_up_the_audit(shop: SmallShop) -> None:
    manifest, record = shop.generator.manifest, shop.generator.manifest.page("/products/lamp/")
    assert record is not None
    manifest._db.execute("UPDATE pages SET proved_at = '2020' WHERE url = '/products/lamp/'")
    manifest.failures.put(record.url, record.ref, "because", shop.services.clock.now())
    assert [found.url for found in manifest.longest_unproved(1)] != ["/products/lamp/"]


def test_an_asset_of_an_earlier_build_stays_for_a_week(shop: SmallShop) -> None:
    old = shop.settings.public / "assets/site.00000000.css"
    old.write_bytes(b"old")
    os.utime(old, (1, 1))
    # Its own age says nothing: it was in use until a moment ago.
    assert shop.generator.prune() == []
    assert shop.wrong() == {}
    a_week_ago(shop)
    # That it waits to be removed is no fault.
    assert shop.wrong() == {}
    assert shop.generator.prune() == ["assets/site.00000000.css"]


def test_a_watcher_with_nothing_to_do_removes_within_an_hour_what_is_due(
    shop: SmallShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    housekeeping, public = Housekeeping(shop.generator), shop.settings.public
    due, young, stray = (
        public / name for name in ("assets/site.00000000.css", "assets/site.11111111.css", "old.html")
    )
    due.write_bytes(b"old")
    shop.generator.prune()
    a_week_ago(shop)
    young.write_bytes(b"younger")
    stray.write_bytes(b"Only a build knows that this is no page.")
    housekeeping.after(())
    assert due.exists()
    monkeypatch.setattr("sitegen.housekeeping.PRUNE_SECONDS", 0)
    housekeeping.after(())
    assert [path.exists() for path in (due, young, stray)] == [False, True, True]
    noted = shop.generator.manifest._db.execute("SELECT path FROM superseded WHERE since > '2021'")
    assert list(noted) == [("assets/site.11111111.css",)]


def test_a_start_removes_what_is_due(shop: SmallShop) -> None:
    old = shop.settings.public / "assets/site.00000000.css"
    old.write_bytes(b"old")
    shop.generator.prune()
    a_week_ago(shop)
    shop.generator.repair("the watcher started", compares_everything=False)
    assert not old.exists()


def a_week_ago(shop: SmallShop) -> None:
    """Let the superseded assets have been so for more than a week."""
    shop.generator.manifest._db.execute("UPDATE superseded SET since = '2020-01-01T00:00:00.000Z'")


def test_an_asset_stays_as_long_as_a_page_that_names_it(shop: SmallShop) -> None:
    manifest = shop.generator.manifest
    name = "assets/site.00000000.css"
    (shop.settings.public / name).write_bytes(b"old")
    shop.generator.prune()
    a_week_ago(shop)
    # This page fails to render since its style sheet was replaced.
    manifest.put_reads("/products/lamp/", {Key("asset", "site.css", ""): "site.00000000.css"})
    assert shop.generator.prune() == []
    manifest.put_reads("/products/lamp/", {})
    assert shop.generator.prune() == []
    assert list(manifest._db.execute("SELECT path FROM superseded")) == [(name,)]
    a_week_ago(shop)
    assert shop.generator.prune() == [name]


def test_a_damaged_asset_is_found_and_repaired(shop: SmallShop) -> None:
    asset = shop.generator.assets.url("site.css")
    path = shop.settings.public / asset.lstrip("/")
    good = path.read_bytes()
    path.write_bytes(good[:-1])
    assert shop.wrong() == {asset: "missing or different"}
    shop.generator.repair("asked for")
    assert path.read_bytes() == good


def test_a_verification_leaves_nothing_in_staging(shop: SmallShop) -> None:
    verdict = replace(shop.generator.audit, patience_seconds=0).verify()
    assert verdict.is_clean
    assert list((shop.settings.data / "staging").iterdir()) == []


def test_what_a_killed_verification_left_is_swept_after_a_day(shop: SmallShop) -> None:
    staging = shop.settings.data / "staging"
    old, young = staging / "audit-1", staging / "audit-2"
    for folder in (old, young):
        folder.mkdir(parents=True)
    os.utime(old, (1, 1))
    shop.generator.repair("asked for")
    assert (old.exists(), young.exists()) == (False, True)
