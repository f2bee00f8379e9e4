"""How long search takes: the service alone, and the whole answer of the app.

Makes a catalogue of 10,000 products in four variants from a made-up vocabulary, lets the
generator write its index, and asks what shoppers ask: beginnings while somebody types,
words with slips, two words, SKUs, and what is not there. The catalogue is kept in
memory, so that what is measured is search, not the database.

    python bench/search.py --products 10000 --questions 600
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from app.adapters.search_index import SqliteSearchIndex
from app.catalogue.model import Collection, Option, Product, Variant
from app.inventory.model import StockPool
from app.search.model import Filter
from app.search.service import Search
from sitegen.search import SearchWriter
from tests.web.shop import open_web_shop

SYLLABLES = [a + b for a in "bdfghklmnprstvwz" for b in "aeiou"]
SIZES, FRAMES = ("A4", "A3"), ("Oak", "Unframed")
KINDS = ("Art print", "Poster", "Lamp", "Vase", "Card")


def main() -> int:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--products", type=int, default=10_000)
    parser.add_argument("--questions", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    dice = random.Random(options.seed)  # noqa: S311 - a seed makes it repeatable
    vocabulary = words(dice)
    goods = [product(number, dice, vocabulary) for number in range(options.products)]
    with tempfile.TemporaryDirectory(prefix="bench-search-") as folder:
        shop = open_web_shop(Path(folder), rate_search="1000000/minute")
        tables = shop.parts.memory.tables
        tables["products"].update((one.id, one) for one in goods)
        pools = [StockPool(v.sku, on_hand=dice.choice((0, 9, 9, 9))) for one in goods for v in one.variants]
        tables["stock_pools"].update((pool.id, pool) for pool in pools)
        shop.services.catalogue.store.put_collection(
            Collection("col_all", "all", "All", product_ids=tuple(one.id for one in goods))
        )
        path = Path(folder) / "search.sqlite"
        store = shop.services.catalogue.store
        writer = SearchWriter(path, store, shop.services.inventory.store)
        began = time.perf_counter()
        writer.ensure()
        print(f"index of {len(goods)} products written in {time.perf_counter() - began:.1f} s,", end=" ")
        print(f"{path.stat().st_size / 1e6:.0f} MB")
        asked = questions(dice, goods, vocabulary, options.questions)
        search = Search(SqliteSearchIndex(path))
        print("                             questions   found     p50     p99     max  (ms)   CPU p99")
        everything: list[str] = [text for texts in asked.values() for text in texts]
        for name, texts in asked.items():
            measure(f"service, {name}", texts, lambda text: search.find(text, "USD").total > 0)
        measure("service, all", everything, lambda text: search.find(text, "USD").total > 0)
        if "/search" in {rule.rule for rule in shop.app.url_map.iter_rules()}:
            measure("GET /search", everything, lambda text: get(shop, "/search", text))
            measure("GET /_fragments/search", everything, lambda text: get(shop, "/_fragments/search", text))
        narrowings = [Filter({"option.Size": frozenset({size})}) for size in SIZES] * 10
        measure(
            "service, narrow 10,000", narrowings, lambda one: search.narrow("col_all", "USD", one).total > 0
        )
        writer.close()
    return 0


def words(dice: random.Random) -> list[str]:
    """Return some 6,000 words that can be spoken."""
    made = {"".join(dice.choices(SYLLABLES, k=dice.choice((2, 2, 3, 3, 4)))) for _ in range(6500)}
    return sorted(made | {word[:-1] for word in sorted(made)[:800] if len(word) == 4})


def product(number: int, dice: random.Random, vocabulary: Sequence[str]) -> Product:
    """Return a product as shops have them: three words of a title, a text of sixty."""
    often = vocabulary[::20]
    variants = tuple(
        Variant(
            f"P{number}-{size}-{frame}".upper(),
            f"P{number}-{size}-{frame}".upper(),
            (size, frame),
            {"USD": dice.randrange(900, 30_000), "EUR": dice.randrange(900, 30_000)},
        )
        for size in SIZES
        for frame in FRAMES
    )
    return Product(
        id=f"prd_{number}",
        slug=f"p-{number}",
        title=" ".join(dice.sample(vocabulary, 3)).title(),
        variants=variants,
        description=f"<p>{' '.join(dice.choices(vocabulary[::2], k=60))}</p>",
        vendor=" ".join(dice.sample(often, 2)).title(),
        type=dice.choice(KINDS),
        tags=tuple(dice.sample(often, 4)),
        options=(Option("Size", SIZES), Option("Frame", FRAMES)),
        updated_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def questions(
    dice: random.Random, goods: Sequence[Product], vocabulary: Sequence[str], count: int
) -> dict[str, list[str]]:
    """Return what people type, by kind."""
    each = max(1, count // 7)

    def title() -> list[str]:
        return dice.choice(goods).title.split()

    def beginning() -> str:
        word = dice.choice(title())
        return word[: dice.randrange(1, len(word))]

    short = [one for one in goods if any(len(word) == 3 for word in one.title.split())]
    makers: dict[str, Callable[[], str]] = {
        "a beginning": beginning,
        "one word": lambda: dice.choice(title()),
        "two words": lambda: " ".join(dice.sample(title(), 2)),
        "a slip": lambda: slip(dice, max(title(), key=len)),
        "a slip in three letters": lambda: slip(
            dice, next(word for word in dice.choice(short).title.split() if len(word) == 3)
        ),
        "a SKU": lambda: dice.choice(dice.choice(goods).variants).sku,
        "what everything has": lambda: dice.choice(("art", "a", "oak", "print a3", "unframed")),
        "what is not there": lambda: "xqx" + "".join(dice.choices("qxyj", k=5)),
    }
    return {name: [make() for _ in range(each)] for name, make in makers.items()}


def slip(dice: random.Random, word: str) -> str:
    """Return a word with one letter swapped, dropped, doubled or changed; long ones get two slips."""
    for _ in range(2 if len(word) > 6 else 1):
        at = dice.randrange(len(word) - 1)
        kind = dice.randrange(4)
        if kind == 0:
            word = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        elif kind == 1:
            word = word[:at] + word[at] + word[at:]
        elif kind == 2 and len(word) > 3:
            word = word[:at] + word[at + 1 :]
        else:
            word = word[:at] + dice.choice("aeiou") + word[at + 1 :]
    return word


def get(shop: object, path: str, text: str) -> bool:
    """Ask as a browser does."""
    answer = shop.client.get(path, query_string={"q": text})  # type: ignore[attr-defined]
    if answer.status_code != 200:
        raise RuntimeError(answer.status)
    return "product-card" in answer.text


def measure(name: str, questions: Sequence[object], ask: Callable[[object], bool]) -> None:
    """Ask each question once and print how long that took."""
    took, busy, found = [], [], 0
    for question in questions:
        began, worked = time.perf_counter(), time.thread_time()
        found += ask(question)
        busy.append((time.thread_time() - worked) * 1000)
        took.append((time.perf_counter() - began) * 1000)
    print(
        f"{name:<30} {len(took):>7} {found:>7} {statistics.median(took):>7.1f} {quantile(took):>7.1f} "
        f"{max(took):>7.1f} {quantile(busy):>14.1f}"
    )


def quantile(values: Sequence[float]) -> float:
    """Return what 99 of a hundred stay below."""
    return sorted(values)[min(len(values) - 1, int(len(values) * 0.99))]


if __name__ == "__main__":
    raise SystemExit(main())
