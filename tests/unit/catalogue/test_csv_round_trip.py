"""Out and in again changes nothing, whatever a shop sells, in every market."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from app.catalogue.bodies import sanitised
from app.catalogue.formats import cells
from app.catalogue.model import Image, Option, Product, ProductStatus, Variant
from app.inventory.model import Policy, StockPool
from tests.import_desk import Desk, counts

TEXT = st.text(max_size=12)
ODD = st.sampled_from(
    ["", "=1+1", "'=x", "a,b", 'say "x"', "two\nlines", "\r\n", " edge ", "-", "@", "＋", "ü", "\t"]
)
WORDS = TEXT | ODD
NAMES = st.text("abcXYZ =+-/'\",;", min_size=1, max_size=6).map(str.strip).filter(bool)
AMOUNTS = st.dictionaries(
    st.sampled_from(["USD", "EUR", "JPY", "GBP"]), st.integers(0, 10_000_000), max_size=4
)
COLUMNS = st.sampled_from(
    ["Cost per item", "Google Shopping / MPN", "Color (product.metafields.x.y)", "=odd"]
)
EXTRA = st.dictionaries(COLUMNS, WORDS.filter(bool), max_size=3).map(lambda found: tuple(found.items()))
IMAGES = st.lists(
    st.tuples(st.from_regex(r"https://cdn\.example/[a-z]{1,6}\.jpg", fullmatch=True), WORDS),
    max_size=4,
    unique_by=lambda pair: pair[0],
).map(lambda found: tuple(Image("", alt, 0, 0, source_url=url) for url, alt in found))


@st.composite
def variants(draw: st.DrawFn, slug: str, names: tuple[str, ...]) -> tuple[Variant, ...]:
    """Return variants with options of their own, each sold in one currency at least."""
    one = st.tuples(*(NAMES for _ in names))
    chosen = draw(st.lists(one, min_size=1, max_size=4 if names else 1, unique=True))
    found = []
    for number, options in enumerate(chosen):
        sku = f"{slug}-{number}".upper()
        found.append(
            Variant(
                sku,
                draw(st.sampled_from([sku, f"POOL-{slug}".upper()])),
                options,
                draw(AMOUNTS.filter(bool)),
                draw(AMOUNTS),
                weight_grams=draw(st.integers(0, 10**9)) / 1000,
                barcode=draw(WORDS),
                taxable=draw(st.booleans()),
                requires_shipping=draw(st.booleans()),
                image_url=draw(st.sampled_from(["", "https://cdn.example/a.jpg"])),
                extra=draw(EXTRA) if number else (),
            )
        )
    return tuple(found)


@st.composite
def products(draw: st.DrawFn, slug: str) -> Product:
    """Return a product of any kind that the shop could hold."""
    names = tuple(draw(st.lists(NAMES.filter(lambda n: n != "Title"), max_size=3, unique_by=str.lower)))
    sold = draw(variants(slug, names))
    values = [tuple(dict.fromkeys(v.options[place] for v in sold)) for place in range(len(names))]
    return Product(
        id=f"prd_{slug}",
        slug=slug,
        title=draw(WORDS.filter(lambda text: text.strip() != "")),
        variants=sold,
        description=sanitised(draw(WORDS)),
        vendor=draw(WORDS),
        type=draw(WORDS),
        tags=tuple(draw(st.lists(WORDS, max_size=3))),
        status=draw(st.sampled_from(ProductStatus)),
        options=tuple(Option(name, of) for name, of in zip(names, values, strict=True)),
        images=draw(IMAGES),
        seo_title=draw(WORDS),
        seo_description=draw(WORDS),
        gift_card=draw(st.booleans()),
        extra=draw(EXTRA),
    )


POOLS = st.builds(
    lambda on_hand, policy, cap, low_at: StockPool(
        "x",
        0 if policy is Policy.UNTRACKED else on_hand,
        policy=policy,
        cap=cap if policy is Policy.CONTINUE else 0,
        low_at=low_at if policy is not Policy.UNTRACKED else 3,
    ),
    st.integers(0, 1000),
    st.sampled_from(Policy),
    st.integers(0, 2_000_000),
    st.integers(0, 9),
)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_an_export_says_everything(data: st.DataObject) -> None:
    """Importing an export changes nothing in the same shop, and makes the same shop of an empty one."""
    first, second = Desk(), Desk()
    for slug in ("lamp", "oak-desk"):
        product = data.draw(products(slug), label=slug)
        first.catalogue.create_product(product, who="ada")
        for stock_id in {variant.stock_id for variant in product.variants}:
            first.inventory.open_pool(replace(data.draw(POOLS), id=stock_id), by="ada")
    before, file = first.state, first.give()

    assert counts(first.take(file)) == (0, 0, 2, 0)
    assert counts(first.take(file, set_stock=True)) == (0, 0, 2, 0)
    assert first.state == before
    assert counts(second.take(file)) == (2, 0, 0, 0)
    assert [comparable(product) for product in second.products] == [
        comparable(product) for product in first.products
    ]
    assert second.memory.tables["stock_pools"] == first.memory.tables["stock_pools"]
    assert second.give() == file


def comparable(product: Product) -> Product:
    """Return a product without what a shop gives to it, and without the order of kept columns."""
    sold = tuple(replace(variant, extra=tuple(sorted(variant.extra))) for variant in product.variants)
    return replace(product, id="", updated_at=None, variants=sold, extra=tuple(sorted(product.extra)))


@given(WORDS)
def test_a_cell_is_restored_to_what_it_was(text: str) -> None:
    assert cells.restored(cells.defused(text)) == text


@given(st.lists(WORDS, max_size=4))
def test_tags_are_read_as_they_were_written(tags: list[str]) -> None:
    assert cells.tags(cells.tags_text(tags)) == tuple(tags)


@given(st.integers(0, 10**12))
def test_weights_are_read_as_they_were_written(micrograms: int) -> None:
    weight = micrograms / 10**6
    assert cells.grams(cells.grams_text(weight), "Variant Grams") == weight
