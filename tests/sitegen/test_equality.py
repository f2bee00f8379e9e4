"""Incremental output is byte for byte that of a clean full build, whatever was edited."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from app.catalogue.model import Collection, ContentPage, Image, Product, ProductStatus
from app.inventory.model import Policy, StockPool
from app.money import Money
from tests.sitegen.shop import SHOP, SmallShop, variant

CURRENCIES = ("USD", "EUR", "JPY")
WORDS = ("Oak", "Ash", "Größe", "<b>Bold</b>", "Last & least", "日本")


@dataclass
class Editor:
    """Makes one random edit at a time, by the desk or by another program."""

    shop: SmallShop
    dice: random.Random
    made: int = 0

    def edit(self) -> str:
        """Do something; return what."""
        edits: list[Callable[[], None]] = [
            *(self.price, self.price, self.stock, self.stock, self.stock),
            *(self.title, self.description, self.slug, self.status, self.vendor),
            *(self.membership, self.membership, self.order, self.collection_text, self.collection_slug),
            *(self.unprice, self.insert, self.delete, self.settings, self.page),
            *(self.external_price, self.external_stock, self.drop_pool, self.new_collection),
            *(self.drop_collection, self.market, self.hang, self.derive, self.lose),
        ]
        chosen = self.dice.choice(edits)
        chosen()
        self.made += 1
        return chosen.__name__

    def _products(self) -> list[Product]:
        found = list(self.shop.services.catalogue.store.every_product())
        return sorted(found, key=lambda product: product.id)

    def _product(self) -> Product:
        return self.dice.choice(self._products())

    def _collection(self) -> Collection | None:
        found = self.shop.services.catalogue.store.collections()
        return self.dice.choice(list(found)) if found else None

    def _free_slug(self) -> str:
        taken = {product.slug for product in self._products()}
        return self.dice.choice([f"thing-{n}" for n in range(9) if f"thing-{n}" not in taken])

    def price(self) -> None:
        product = self._product()
        sku = self.dice.choice(product.variants).sku
        money = Money(self.dice.randrange(10_000), self.dice.choice(CURRENCIES))
        self.shop.services.catalogue.change_price(sku, money, who="ada")

    def unprice(self) -> None:
        product = self._product()
        variants = tuple(
            replace(one, prices={c: m for c, m in one.prices.items() if c != "EUR"})
            for one in product.variants
        )
        self.shop.edit(product.id, variants=variants)

    def stock(self) -> None:
        pools = [pool for pool in self.shop.services.inventory.store.every_pool() if pool.is_tracked]
        if pools:
            self.shop.count(self.dice.choice(sorted(pool.id for pool in pools)), self.dice.randrange(6))

    def title(self) -> None:
        self.shop.edit(self._product().id, title=self.dice.choice(WORDS))

    def description(self) -> None:
        self.shop.edit(self._product().id, description=f"<p>{self.dice.choice(WORDS)}</p>")

    def vendor(self) -> None:
        self.shop.edit(self._product().id, vendor=self.dice.choice(WORDS))

    def slug(self) -> None:
        self.shop.edit(self._product().id, slug=self._free_slug())

    def status(self) -> None:
        self.shop.edit(self._product().id, status=self.dice.choice(list(ProductStatus)))

    def membership(self) -> None:
        collection = self._collection()
        if collection:
            ids = [product.id for product in self._products()]
            chosen = self.dice.sample(ids, self.dice.randrange(len(ids) + 1))
            self.shop.put(replace(collection, product_ids=tuple(chosen)))

    def order(self) -> None:
        collection = self._collection()
        if collection:
            ids = list(collection.product_ids)
            self.dice.shuffle(ids)
            self.shop.put(replace(collection, product_ids=tuple(ids)))

    def collection_text(self) -> None:
        collection = self._collection()
        if collection:
            self.shop.put(replace(collection, title=self.dice.choice(WORDS), description=str(self.made)))

    def collection_slug(self) -> None:
        collection = self._collection()
        if collection:
            self.shop.external("collections").update_one(
                {"_id": collection.id}, {"$set": {"slug": f"group-{self.made}"}}
            )

    def hang(self) -> None:
        picture = self.shop.services.media.add(b"1000x1500 number %d" % self.dice.randrange(4))
        image = Image(picture.id, self.dice.choice(WORDS), picture.width, picture.height)
        product = self._product()
        self.shop.edit(product.id, images=(*product.images[-1:], image))

    def derive(self) -> None:
        for picture in self.shop.services.media.store.newest(1):
            self.shop.services.media.derive(picture.id)

    def lose(self) -> None:
        for picture in self.shop.services.media.store.newest(1):
            self.shop.external("media").delete_one({"_id": picture.id})

    def new_collection(self) -> None:
        ids = tuple(product.id for product in self._products())
        self.shop.put(Collection(f"col_{self.made}", f"group-{self.made}", "New", product_ids=ids[:2]))

    def drop_collection(self) -> None:
        collection = self._collection()
        if collection:
            self.shop.external("collections").delete_one({"_id": collection.id})

    def insert(self) -> None:
        if len(self._products()) < 8:
            sku = f"NEW-{self.made}"
            new = Product(f"prd_{self.made}", self._free_slug(), "New", (variant(sku, USD=100, EUR=90),))
            self.shop.services.catalogue.create_product(new, who="ada")
            policy = self.dice.choice(list(Policy))
            self.shop.services.inventory.open_pool(StockPool(sku, 2, policy=policy, cap=1), by="ada")

    def delete(self) -> None:
        if len(self._products()) > 2:
            self.shop.external("products").delete_one({"_id": self._product().id})

    def settings(self) -> None:
        self.shop.put(replace(SHOP, tagline=self.dice.choice(WORDS)))

    def page(self) -> None:
        number = self.dice.randrange(3)
        if self.dice.random() < 0.3:
            self.shop.external("pages").delete_one({"_id": f"pag_{number}"})
        else:
            self.shop.put(ContentPage(f"pag_{number}", f"text-{number}", self.dice.choice(WORDS), "*So.*"))

    def external_price(self) -> None:
        change = {"$set": {"variants.0.prices.USD": self.dice.randrange(9_000)}}
        self.shop.external("products").update_one({"_id": self._product().id}, change)

    def external_stock(self) -> None:
        change = {"$set": {"on_hand": self.dice.randrange(6)}}
        self.shop.external("stock_pools").update_one({"_id": "LAMP-OAK"}, change)

    def drop_pool(self) -> None:
        self.shop.external("stock_pools").delete_one({"_id": "LAMP-ASH"})

    def market(self) -> None:
        markets = self.shop.external("markets")
        if not markets.delete_one({"_id": "at"}).deleted_count:
            markets.insert_one({"_id": "at", "currency": "EUR", "locale": "de_AT", "prefix": "at"})


def hunt(shop: SmallShop, folder: Path, seed: int, edits: int) -> None:
    """Edit, follow now and then, start anew now and then; compare with a clean build at the end."""
    print(f"seed {seed}")  # noqa: T201 - shown where the test fails
    editor = Editor(shop, random.Random(seed))  # noqa: S311 - a seed makes it repeatable
    for number in range(edits):
        editor.edit()
        roll = editor.dice.random()
        if roll < 0.5 or number == edits - 1:
            shop.follow()
        elif roll < 0.55:
            shop.close()
        elif roll < 0.58:
            shop.close()
            shop.generator.manifest.set_meta("resume_token", "")
    incremental, clean = shop.pages(), shop.clean_build(folder)
    assert set(incremental) == set(clean)
    assert [name for name in clean if incremental[name] != clean[name]] == []
    assert shop.generator.manifest.failures.all() == []
    assert shop.wrong() == {}


@pytest.mark.parametrize("seed", [1, 2])
def test_after_any_edits_the_output_is_that_of_a_clean_build(
    shop: SmallShop, tmp_path: Path, seed: int
) -> None:
    hunt(shop, tmp_path / "clean", seed, edits=40)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 120))
def test_after_many_edits_the_output_is_that_of_a_clean_build(
    shop: SmallShop, tmp_path: Path, seed: int
) -> None:
    hunt(shop, tmp_path / "clean", seed, edits=150)
