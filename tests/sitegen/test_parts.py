"""The generator's parts alone: publisher, manifest, order, recorder, freezer, lease."""

from __future__ import annotations

import gzip
import os
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import brotli
import pytest

from app.catalogue.model import Market
from app.web.reads import Key, record, recording
from sitegen.lease import Lease, LeaseTaken
from sitegen.manifest import Manifest
from sitegen.pages import PageRef, in_order, page_ref
from sitegen.publisher import SECOND_NS, LocalPublisher, Stamp, fingerprint
from sitegen.records import PageRecord

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
PAGE = "products/lamp/index.html"


@pytest.fixture
def publisher(tmp_path: Path) -> LocalPublisher:
    return LocalPublisher(tmp_path / "public", tmp_path / "staging")


def test_a_page_is_published_with_both_siblings_at_one_time(publisher: LocalPublisher) -> None:
    stamp = publisher.publish(PAGE, b"<p>lamp</p>")
    target = publisher.public / PAGE
    assert target.read_bytes() == b"<p>lamp</p>"
    assert brotli.decompress(Path(f"{target}.br").read_bytes()) == b"<p>lamp</p>"
    assert gzip.decompress(Path(f"{target}.gz").read_bytes()) == b"<p>lamp</p>"
    stats = [Path(f"{target}{suffix}").stat() for suffix in ("", ".br", ".gz")]
    assert {stat.st_mtime_ns for stat in stats} == {stamp.mtime_ns}
    assert publisher.is_untouched(PAGE, stamp)
    assert publisher.faults(PAGE, b"<p>lamp</p>") == []
    assert list(publisher.files()) == [PAGE]
    assert list(publisher.staging.iterdir()) == []


def test_siblings_are_in_place_before_the_page(
    publisher: LocalPublisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved: list[str] = []
    first = LocalPublisher._replace

    def noting(self: LocalPublisher, path: str, source: Path, mtime_ns: int) -> None:
        moved.append(path)
        first(self, path, source, mtime_ns)

    monkeypatch.setattr(LocalPublisher, "_replace", noting)
    publisher.publish(PAGE, b"lamp")
    assert moved == [f"{PAGE}.br", f"{PAGE}.gz", PAGE]


def test_pictures_have_no_siblings(publisher: LocalPublisher) -> None:
    publisher.publish("assets/a.png", b"png")
    assert [path.name for path in publisher.public.rglob("*.*")] == ["a.png"]


def test_versions_of_equal_size_lie_a_second_apart(publisher: LocalPublisher) -> None:
    stamps = [publisher.publish(PAGE, f"<p>{number}</p>".encode()) for number in range(5)]
    seconds = [stamp.mtime_ns // SECOND_NS for stamp in stamps]
    assert seconds == [seconds[0] + number for number in range(5)]
    assert {stamp.size for stamp in stamps} == {8}


def test_a_sibling_that_a_killed_publisher_left_newer_counts_too(publisher: LocalPublisher) -> None:
    publisher.publish(PAGE, b"one")
    ahead = time.time_ns() + 50 * SECOND_NS
    os.utime(publisher.public / f"{PAGE}.br", ns=(ahead, ahead))
    assert publisher.publish(PAGE, b"two").mtime_ns // SECOND_NS == ahead // SECOND_NS + 1


def test_a_clock_that_was_set_back_does_not_repeat_a_time(
    publisher: LocalPublisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = publisher.publish(PAGE, b"one")
    monkeypatch.setattr("sitegen.publisher.time.time_ns", lambda: 1_000_000_000 * SECOND_NS)
    assert publisher.publish(PAGE, b"two").mtime_ns // SECOND_NS == first.mtime_ns // SECOND_NS + 1


@pytest.mark.parametrize("suffix", [".br", ".gz"])
@pytest.mark.parametrize("damage", ["missing", "empty", "nonsense", "cut", "other"])
def test_every_damage_to_a_sibling_is_a_fault(publisher: LocalPublisher, suffix: str, damage: str) -> None:
    content = b"<p>lamp</p>" * 50
    publisher.publish(PAGE, content)
    sibling = publisher.public / f"{PAGE}{suffix}"
    whole = sibling.read_bytes()
    publisher.publish("other.html", b"<p>vase</p>")
    other = (publisher.public / f"other.html{suffix}").read_bytes()
    damaged = {"empty": b"", "nonsense": whole[:10] + b"\x07" * 20, "cut": whole[:-4], "other": other}
    sibling.unlink() if damage == "missing" else sibling.write_bytes(damaged[damage])
    assert publisher.faults(PAGE, content) == [f"sibling {suffix} missing or different"]


def test_removing_takes_siblings_and_empty_folders_along(publisher: LocalPublisher) -> None:
    publisher.publish(PAGE, b"lamp")
    publisher.publish("products/vase/index.html", b"vase")
    publisher.remove(PAGE)
    publisher.remove("never/was.html")
    publisher.sync()
    assert [path.name for path in (publisher.public / "products").iterdir()] == ["vase"]
    publisher.remove("products/vase/index.html")
    assert list(publisher.public.iterdir()) == []
    assert publisher.public.is_dir()


def test_what_was_published_is_synced_folders_included(
    publisher: LocalPublisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    monkeypatch.setattr(
        "sitegen.publisher._fsync", lambda path: synced.append(str(path.relative_to(publisher.public)))
    )
    publisher.publish(PAGE, b"lamp")
    publisher.sync()
    assert synced == [PAGE, f"{PAGE}.br", f"{PAGE}.gz", ".", "products", "products/lamp"]
    publisher.sync()
    assert len(synced) == 6


def test_readers_in_every_encoding_never_get_half_a_file(publisher: LocalPublisher) -> None:
    versions = [f"<p>{number}</p>".encode() * (number % 7 + 1) * 300 for number in range(300)]
    known = set(versions)
    publisher.publish(PAGE, versions[0])
    target, stop, torn, reads = publisher.public / PAGE, threading.Event(), list[str](), list[int]()

    def read(suffix: str) -> None:
        count = 0
        while not stop.is_set():
            content = Path(f"{target}{suffix}").read_bytes()
            decoded = (
                brotli.decompress(content)
                if suffix == ".br"
                else gzip.decompress(content)
                if suffix
                else content
            )
            if decoded not in known:
                torn.append(suffix)
            count += 1
        reads.append(count)

    readers = [threading.Thread(target=read, args=(suffix,)) for suffix in ("", ".br", ".gz")]
    for reader in readers:
        reader.start()
    for version in versions[1:]:
        publisher.publish(PAGE, version)
    stop.set()
    for reader in readers:
        reader.join()
    assert torn == []
    assert len(reads) == 3
    assert min(reads) > 0
    assert target.read_bytes() == versions[-1]


def page(url: str, **changes: str) -> PageRecord:
    """Return a record of a product page."""
    ref = page_ref("product", Market("default", "USD", "en"), slug=url.strip("/"))
    at = changes.get("proved_at", "2026-11-24T12:00:00.000Z")
    return PageRecord(url, ref, f"{url}index.html", fingerprint(b"x"), 1, 2, at, "because", at)


@pytest.fixture
def manifest(tmp_path: Path) -> Manifest:
    return Manifest(tmp_path / "manifest.sqlite")


LAMP, VASE = Key("product", "prd_lamp", "card"), Key("product", "prd_vase", "card")


def test_the_manifest_tells_which_pages_recorded_another_value(manifest: Manifest) -> None:
    manifest.put_page(page("/a/"), {LAMP: "1", VASE: "1"})
    manifest.put_page(page("/b/"), {LAMP: "2"})
    assert manifest.affected({LAMP: "1"}) == {"/b/"}
    assert manifest.affected({LAMP: "3", VASE: "1"}) == {"/a/", "/b/"}
    assert manifest.affected({LAMP: None}) == {"/a/", "/b/"}
    assert manifest.affected({Key("product", "prd_lamp", "page"): "1"}) == set()
    manifest.put_page(page("/b/"), {VASE: "1"})
    assert manifest.affected({LAMP: None}) == {"/a/"}
    manifest.forget("/a/")
    assert (manifest.affected({LAMP: None}), manifest.count_pages()) == (set(), 1)


def test_a_page_that_failed_is_affected_by_whatever_it_read(manifest: Manifest) -> None:
    record = page("/a/")
    manifest.put_page(record, {LAMP: "1"})
    manifest.failures.put("/a/", record.ref, "Traceback", NOON)
    assert manifest.affected({LAMP: "1"}) == {"/a/"}
    manifest.failures.put("/a/", record.ref, "Traceback 2", NOON)
    assert [(failure.tries, failure.traceback) for failure in manifest.failures.all()] == [(2, "Traceback 2")]
    manifest.put_page(record, {LAMP: "1"})
    assert manifest.failures.all() == []


def test_a_transaction_of_the_manifest_is_whole(manifest: Manifest) -> None:
    def stopped() -> None:
        with manifest.transaction():
            manifest.put_page(page("/a/"), {})
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert list(manifest.pages()) == []


def test_a_manifest_of_another_version_is_forgotten(manifest: Manifest, tmp_path: Path) -> None:
    manifest.put_page(page("/a/"), {LAMP: "1"})
    manifest.set_meta("resume_token", "token")
    manifest.set_meta("version", "0")
    assert (manifest.count_pages(), manifest.meta("resume_token")) == (1, "token")
    again = Manifest(tmp_path / "manifest.sqlite")
    assert (again.count_pages(), again.meta("resume_token"), again.affected({LAMP: None})) == (0, "", set())


def test_reading_the_manifest_waits_for_no_writer(manifest: Manifest, tmp_path: Path) -> None:
    with manifest.transaction():
        manifest.put_page(page("/a/"), {})
        began = time.monotonic()
        assert Manifest(tmp_path / "manifest.sqlite").count_pages() == 0
    # A writer's lock would be waited for ten seconds.
    assert time.monotonic() - began < 5


def test_the_longest_unproved_page_comes_first(manifest: Manifest) -> None:
    for day, url in enumerate(("/c/", "/a/", "/b/"), start=1):
        manifest.put_page(page(url, proved_at=f"2026-11-0{day}"), {})
    assert [record.url for record in manifest.longest_unproved(2)] == ["/c/", "/a/"]
    manifest.mark_proved(["/c/"], NOON)
    assert [record.url for record in manifest.longest_unproved(3)] == ["/a/", "/b/", "/c/"]


def test_latencies_are_kept_by_the_thousand(manifest: Manifest) -> None:
    assert manifest.latency(0.5) == 0.0
    manifest.add_latencies(range(1500))
    assert (manifest.latency(0), manifest.latency(0.5), manifest.latency(1)) == (500.0, 1000.0, 1499.0)


def test_names_in_a_value_are_found_whole(manifest: Manifest) -> None:
    crumbs = Key("product", "prd_lamp", "collections")
    manifest.put_page(page("/a/"), {crumbs: "col_light col_all"})
    assert manifest.ids_whose_value_names("product", "collections", "col_all") == {"prd_lamp"}
    assert manifest.ids_whose_value_names("product", "collections", "col") == set()


def test_pages_appear_in_order_and_new_ones_before_the_links_to_them() -> None:
    market = Market("de", "EUR", "de", prefix="de")
    product = page_ref("product", market, slug="lamp")
    listing = page_ref("collection", market, slug="all", number=1)
    home, sitemap = page_ref("home", market), PageRef("storefront.sitemap", ())
    refs = [sitemap, home, listing, product, product]
    assert in_order(refs) == [product, listing, home, sitemap]
    assert in_order(refs, {listing}) == [listing, product, home, sitemap]
    assert listing.route_values == {"market": "de", "slug": "all", "number": 1}


def test_what_is_read_is_recorded_by_whoever_listens() -> None:
    record(LAMP, "nobody listens")
    with recording() as outer:
        record(LAMP, "1")
        with recording() as inner:
            record(VASE, "2")
        record(LAMP, "3")
    record(LAMP, "nobody listens any more")
    assert (outer, inner) == ({LAMP: "3"}, {VASE: "2"})
    assert str(LAMP) == "product prd_lamp card"


def test_a_lease_has_one_holder(tmp_path: Path) -> None:
    folder = tmp_path / "tenures"
    first = Lease(folder)
    first.acquire()
    with pytest.raises(LeaseTaken) as refused:
        Lease(folder).acquire()
    assert str(folder / "1" / "lock") in str(refused.value)
    first.release()
    first.release()
    with Lease(folder), pytest.raises(LeaseTaken):
        first.acquire()
    first.acquire()
    first.release()


def test_a_stamp_tells_size_and_time(publisher: LocalPublisher) -> None:
    assert publisher.stamp("none.html") is None
    assert publisher.publish("a.html", b"four") == Stamp(4, (publisher.public / "a.html").stat().st_mtime_ns)
