"""The demo comes into an empty shop whole, once, and never over what somebody else wrote."""

from __future__ import annotations

import copy
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from app.catalogue.model import ContentPage, Market, Product, ShopSettings, Variant
from app.catalogue.service import Catalogue
from app.demo.catalogue import COLLECTIONS, PRODUCTS
from app.demo.install import DEMO_EMAIL, DemoReport, install_demo, install_editor
from app.demo.shop import PAGES, SETTINGS
from app.errors import InvalidValue
from app.inventory.service import Inventory
from app.money import Money
from app.services import Services
from app.staff.model import Permission, StaffMember
from app.staff.service import Staff
from tests import fakes

FOREIGN = Product("prd_lamp", "lamp", "Lamp", (Variant("LAMP", "LAMP", prices={"USD": 100}),))


class FakeStaffStore:
    def __init__(self) -> None:
        self.members: dict[str, StaffMember] = {}

    def member_by_email(self, email: str) -> StaffMember | None:
        return self.members.get(email)

    def insert_member(self, member: StaffMember) -> bool:
        return self.members.setdefault(member.email, member) is member


class ReversingHasher:
    def hash(self, password: str) -> str:
        return password[::-1]


@dataclass
class Shop:
    """An empty shop in memory, with only the services that the demo calls."""

    memory: fakes.Memory = field(default_factory=fakes.Memory)
    staff: FakeStaffStore = field(default_factory=FakeStaffStore)

    def __post_init__(self) -> None:
        clock, transactions = fakes.FakeClock(), fakes.FakeTransactions(self.memory)
        self.store = fakes.FakeCatalogueStore(self.memory)
        self.stock = fakes.FakeInventoryStore(self.memory)
        nobody = cast(Any, None)
        self.services = Services(
            catalogue=Catalogue(self.store, transactions, clock),
            inventory=Inventory(self.stock, transactions, clock),
            media=fakes.fake_media(self.memory, clock),
            search=nobody,
            carts=nobody,
            orders=nobody,
            checkout=nobody,
            gateway=nobody,
            inbox=nobody,
            effects=nobody,
            queue=nobody,
            publishing=nobody,
            feed=nobody,
            staff=Staff(cast(Any, self.staff), cast(Any, ReversingHasher()), clock),
            second_factor=nobody,
            clock=clock,
            probes={},
        )

    def contents(self) -> dict[str, dict[str, Any]]:
        # Pictures are known by their bytes: those of a run that died are the next one's.
        tables = {name: table for name, table in self.memory.tables.items() if table and name != "media"}
        return copy.deepcopy(tables)


def hang(shop: Shop) -> DemoReport:
    return install_demo(shop.services, draw=fakes.sketched)


@pytest.fixture
def shop() -> Shop:
    return Shop()


def test_an_empty_shop_gets_every_print_and_everything_around_it(shop: Shop) -> None:
    report = hang(shop)
    assert report.products == tuple(product.slug for product in PRODUCTS)
    assert report.collections == tuple(collection.slug for collection in COLLECTIONS)
    assert report.pages == tuple(page.slug for page in PAGES)
    assert report.markets == ("de", "uk", "jp")
    assert len(report.pools) == 279
    assert shop.store.count_products() == 48
    assert shop.store.settings() == SETTINGS
    assert [page.updated_at for page in shop.store.pages()] == [shop.services.clock.now()] * 7


def test_the_default_market_keeps_its_identity_and_gets_a_name(shop: Shop) -> None:
    hang(shop)
    default, germany, japan, kingdom = shop.store.markets()
    assert default == Market("default", "USD", "en", name="United States", countries=("US", "CA"))
    assert germany == Market("de", "EUR", "de", "de", "Deutschland", ("DE", "AT"))
    assert kingdom == Market("uk", "GBP", "en_GB", "uk", "United Kingdom", ("GB",))
    assert japan == Market("jp", "JPY", "en", "jp", "Japan", ("JP",))


def test_the_books_of_every_pool_are_closed(shop: Shop) -> None:
    hang(shop)
    books = [shop.stock.books(pool.id) for pool in shop.stock.every_pool()]
    assert len(books) == 279
    assert all(book is not None and book.are_closed for book in books)
    (receipt,) = shop.stock.movements("LOW-SUN-A4")
    assert (receipt.kind, receipt.on_hand, receipt.by) == ("receipt", 2, "demo")
    assert shop.stock.movements("WARP-A2") == []


def test_every_product_has_a_first_revision_by_the_demo(shop: Shop) -> None:
    hang(shop)
    for product in PRODUCTS:
        (revision,) = shop.store.revisions(product.id)
        assert (revision.version, revision.who) == (1, "demo")


def test_every_print_shows_the_picture_that_was_drawn_for_it(shop: Shop) -> None:
    hang(shop)
    pictures = {picture.name: picture for picture in shop.services.media.store.every_picture()}
    assert len(pictures) == 48
    for product in PRODUCTS:
        found = shop.store.product(product.id)
        assert found is not None
        (image,) = found.images
        assert image.picture == pictures[f"{product.slug}.jpg"].id
        assert (image.width, image.height, image.alt) == (1600, 2000, product.images[0].alt)


def test_a_run_that_dies_while_drawing_leaves_nothing_to_see_and_the_next_one_draws_on(shop: Shop) -> None:
    def dying(slugs: Sequence[str]) -> Generator[tuple[str, bytes]]:
        yield from fakes.sketched(slugs[:20])
        raise KeyboardInterrupt

    before = shop.contents()
    with pytest.raises(KeyboardInterrupt):
        install_demo(shop.services, draw=dying)
    assert shop.contents() == before
    assert len(list(shop.services.media.store.every_picture())) == 20
    assert len(hang(shop).products) == 48
    assert len(list(shop.services.media.store.every_picture())) == 48


def test_a_shop_that_has_products_draws_nothing(shop: Shop) -> None:
    def must_not(slugs: Sequence[str]) -> Generator[tuple[str, bytes]]:
        raise AssertionError(slugs)
        yield

    shop.services.catalogue.create_product(FOREIGN, who="ann")
    said: list[str] = []
    assert install_demo(shop.services, draw=must_not, say=said.append) == DemoReport()
    assert said == []


def test_a_second_run_changes_nothing(shop: Shop) -> None:
    hang(shop)
    before = shop.contents()
    report = hang(shop)
    assert report == DemoReport()
    assert report == DemoReport()
    assert shop.contents() == before


def test_a_second_run_does_not_undo_what_an_owner_has_changed(shop: Shop) -> None:
    hang(shop)
    shop.services.catalogue.change_price("TIDES-A4-OAK", Money(1, "USD"), who="ann")
    shop.store.put_settings(ShopSettings(name="Ann's"))
    before = shop.contents()
    assert hang(shop) == DemoReport()
    assert shop.contents() == before


@pytest.mark.parametrize("method", ["put_market", "insert_product", "put_page", "put_settings"])
def test_a_run_that_dies_leaves_nothing_and_the_next_one_does_it_all(
    shop: Shop, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = shop.contents()
    last = {"put_market": 2, "insert_product": 3, "put_page": 1, "put_settings": 0}[method]
    write = getattr(shop.store, method)
    done: list[object] = []

    def dying(*args: object) -> None:
        if len(done) == last:
            raise KeyboardInterrupt
        done.append(args)
        write(*args)

    with monkeypatch.context() as patch:
        patch.setattr(shop.store, method, dying)
        with pytest.raises(KeyboardInterrupt):
            hang(shop)
    assert shop.contents() == before
    assert len(hang(shop).products) == 48


def test_a_shop_with_a_product_of_its_own_is_left_as_it_is(shop: Shop) -> None:
    shop.services.catalogue.create_product(FOREIGN, who="ann")
    before = shop.contents()
    assert hang(shop) == DemoReport()
    assert shop.contents() == before


def test_what_stands_in_an_empty_shop_already_is_kept(shop: Shop) -> None:
    own = ContentPage("pag_own", "shipping", "How we ship", "By bicycle.")
    shop.store.put_page(own)
    shop.store.put_settings(ShopSettings(name="Ann's"))
    shop.store.put_market(Market("default", "USD", "en", name="Everywhere", countries=("US",)))
    shop.store.put_market(Market("mkt_ann", "EUR", "de", "de", "Ann in Deutschland"))
    report = hang(shop)
    assert "shipping" not in report.pages
    assert (len(report.pages), report.markets) == (6, ("uk", "jp"))
    assert shop.store.page_by_slug("shipping") == own
    assert shop.store.settings().name == "Ann's"
    assert [market.name for market in shop.store.markets()] == [
        "Everywhere",
        "Ann in Deutschland",
        "Japan",
        "United Kingdom",
    ]


def test_the_editor_may_do_everything_and_is_created_once(shop: Shop) -> None:
    assert install_editor(shop.services, "correct horse battery") is True
    assert install_editor(shop.services, "another one entirely") is False
    (member,) = shop.staff.members.values()
    assert member.email == DEMO_EMAIL == "editor@vitrine.example"
    assert member.password_hash == "correct horse battery"[::-1]
    assert all(member.may(permission) for permission in Permission)


def test_a_short_password_opens_no_account(shop: Shop) -> None:
    with pytest.raises(InvalidValue):
        install_editor(shop.services, "short")
    assert shop.staff.members == {}
