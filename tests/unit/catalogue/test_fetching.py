"""Pictures are fetched once an address, hung on every product that names it, as one change set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from app.catalogue import fetching
from app.catalogue.fetching import FailedPicture, Fetching, FetchReport
from app.catalogue.history import revert_change_set
from app.catalogue.model import Product
from app.catalogue.sources import PictureUnavailable
from app.errors import StoreUnavailable
from app.media.model import picture_id
from tests.import_desk import Desk, lamp

A, B, LOST, FILE = (
    "https://a.example/a.jpg",
    "https://b.example/b.jpg",
    "https://a.example/lost.jpg",
    "file.jpg",
)
WEB = {A: b"1600x2000 a", B: b"800x600 b"}


class Web:
    """The web in a dictionary; who is asked is remembered."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def fetch(self, url: str) -> bytes:
        self.asked.append(url)
        if url not in WEB:
            raise PictureUnavailable(url, "a.example answered 404")
        return WEB[url]


class Quiet:
    """Remembers what was announced."""

    def __init__(self) -> None:
        self.total, self.done = 0, list[str]()

    def began(self, total: int) -> None:
        self.total = total

    def fetched(self, url: str) -> None:
        self.done.append(url)


class Shop(Desk):
    """Three products that name addresses, one of them twice."""

    def __init__(self) -> None:
        super().__init__()
        self.web, self.quiet = Web(), Quiet()
        rows = [
            self.row("lamp", A),
            {"Handle": "lamp", "Image Src": LOST},
            {"Handle": "lamp", "Image Src": FILE},
            self.row("desk", B),
            self.row("cup", A),
        ]
        self.take(rows)

    @staticmethod
    def row(slug: str, source: str) -> dict[str, str]:
        return lamp(**{"Handle": slug, "Variant SKU": slug, "Image Src": source, "Image Alt Text": slug})

    def fetch(self, **options: int) -> FetchReport:
        return Fetching(self.catalogue, self.media, self.web).run(
            self.quiet, who="ada", limit=options.get("limit", 0), dry_run=bool(options.get("dry_run"))
        )

    def pictures(self, slug: str) -> list[str]:
        return [image.picture for image in self.product(slug).images]


@pytest.fixture
def shop() -> Shop:
    return Shop()


def test_what_is_missing_is_fetched_once_and_hung_wherever_it_is_named(shop: Shop) -> None:
    before = {product.slug: product.images for product in shop.products}

    report = shop.fetch()

    assert (report.waiting, report.fetched, report.products) == (3, 2, 3)
    assert report.failed == [FailedPicture("lamp", LOST, "a.example answered 404")]
    assert sorted(shop.web.asked) == sorted([A, LOST, B])
    assert shop.pictures("lamp") == [picture_id(WEB[A]), "", ""]
    assert (shop.pictures("cup"), shop.pictures("desk")) == ([picture_id(WEB[A])], [picture_id(WEB[B])])
    [image] = shop.product("desk").images
    assert image == replace(before["desk"][0], picture=picture_id(WEB[B]), width=800, height=600)
    whys = {one.id: (one.why, one.products) for one in shop.catalogue.store.change_sets()}
    assert whys[report.change_set] == ("fetch of pictures", 3)
    assert (shop.quiet.total, len(shop.quiet.done)) == (3, 3)


def test_a_second_run_asks_only_for_what_did_not_come(shop: Shop) -> None:
    shop.fetch()
    shop.web.asked.clear()
    before = {product.slug: product for product in shop.products}

    report = shop.fetch()

    assert (shop.web.asked, report.waiting, report.products, report.change_set) == ([LOST], 1, 0, "")
    assert {product.slug: product for product in shop.products} == before


def test_an_address_whose_picture_another_product_has_is_not_asked_again(shop: Shop) -> None:
    shop.fetch()
    shop.take([shop.row("vase", B)])
    shop.web.asked.clear()

    report = shop.fetch()

    assert (shop.web.asked, report.fetched, report.products) == ([LOST], 0, 1)
    assert shop.pictures("vase") == [picture_id(WEB[B])]


def test_a_limit_bounds_the_addresses_that_are_asked(shop: Shop) -> None:
    reports = [shop.fetch(limit=1) for _ in range(2)]

    # By URL name: the cup waits for A, as the lamp does; then comes the desk.
    assert shop.web.asked == [A, B]
    assert [(one.waiting, one.fetched, one.products) for one in reports] == [(3, 1, 2), (2, 1, 1)]
    assert shop.pictures("lamp") == [picture_id(WEB[A]), "", ""]


def test_a_dry_run_asks_nobody(shop: Shop) -> None:
    before = shop.state

    report = shop.fetch(dry_run=1)

    assert (report.waiting, report.hosts) == (3, {"a.example": 2, "b.example": 1})
    assert (shop.web.asked, shop.state) == ([], before)


def test_the_next_import_keeps_the_pictures_that_were_fetched(shop: Shop) -> None:
    shop.fetch()
    file = shop.give()

    report = shop.take(file)

    assert (report.unchanged, report.updated) == (3, 0)
    assert shop.pictures("desk") == [picture_id(WEB[B])]
    assert [row["Image Src"] for row in shop.given() if row["Image Src"]] == [A, B, A, LOST, FILE]


def test_a_change_that_comes_in_between_is_kept(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    store = shop.catalogue.store
    read, calls = store.products, list[int]()

    def meddle(ids: Sequence[str]) -> dict[str, Product]:
        found = read(ids)
        calls.append(1)
        if len(calls) == 2:
            desk = shop.product("desk")
            changed = replace(desk, title="Big desk", version=desk.version + 1)
            assert store.replace_product(changed, expected_version=desk.version)
        return found

    monkeypatch.setattr(store, "products", meddle)

    assert shop.fetch().products == 3
    assert (shop.product("desk").title, shop.pictures("desk")) == ("Big desk", [picture_id(WEB[B])])
    assert (len(calls), len(shop.web.asked)) == (3, 3)


def test_a_database_that_goes_away_ends_the_run_with_what_was_done(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "BATCH", 1)
    store = shop.catalogue.store
    replace_all, calls = store.replace_products, list[int]()

    def failing(products: Sequence[Product]) -> bool:
        calls.append(1)
        if len(calls) > 1:
            raise StoreUnavailable("gone")
        return replace_all(products)

    monkeypatch.setattr(store, "replace_products", failing)

    report = shop.fetch()

    assert (report.products, report.stopped) == (1, "The database did not answer: gone")
    assert report.change_set in [one.id for one in shop.catalogue.store.change_sets()]


def test_a_fetch_is_taken_back_as_one(shop: Shop) -> None:
    before = {product.slug: product.images for product in shop.products}

    revert_change_set(shop.catalogue, shop.fetch().change_set, who="ada")

    assert {product.slug: product.images for product in shop.products} == before
