"""From a write to the served page: how many milliseconds pass until Caddy sends the new bytes.

Needs a running stack (`vitrine up --demo`, or `make demo`). Prices of one product are
changed N times in two ways: by the shop's own service, and straight in MongoDB as any
other program would. A reader asks Caddy for the product's page every half millisecond; the
clock runs from before the write until the first answer that holds the new price.

    python bench/freshness.py --data .vitrine --writes 300
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from pymongo import MongoClient

from app.bootstrap import build_services
from app.money import Money
from app.settings import load_settings, read_stack

PAUSE_SECONDS = 0.2
"""Between two writes, so that each is measured alone: the listings of the one before are done."""
LOOK_SECONDS = 0.0005
"""Between two questions of the reader, who shares the processor with what is measured."""


def main() -> int:
    """Measure both ways and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("VITRINE_DATA", ".vitrine")))
    parser.add_argument("--writes", type=int, default=300)
    parser.add_argument("--sku", help="default: the first variant of the first product of the sitemap")
    options = parser.parse_args()
    stack = read_stack(options.data)
    if not stack:
        print(f"No stack runs on {options.data}: start `vitrine up --demo --data {options.data}`.")
        return 1
    services = build_services(load_settings(options.data))
    store = services.catalogue.store
    product = next(iter(sorted(store.every_product(), key=lambda product: product.slug)))
    sku = options.sku or product.variants[0].sku
    found = store.product_by_sku(sku)
    if found is None:
        print(f"There is no SKU {sku}.")
        return 1
    path = f"/products/{found.slug}/"
    products = MongoClient(stack["mongo"])[stack["database"]].products

    def by_service(minor: int) -> None:
        services.catalogue.change_price(sku, Money(minor, "USD"), who="bench")

    def by_driver(minor: int) -> None:
        products.update_one({"variants.sku": sku}, {"$set": {"variants.$.prices.USD": minor}})

    before = {path.name: path.stat().st_mtime_ns for path in Path(stack["public"]).rglob("*.html")}
    results = {
        name: measure(stack["shop"], path, sku, write, options.writes)
        for name, write in (("service", by_service), ("driver", by_driver))
    }
    by_service(found.variant(sku).prices["USD"])  # type: ignore[union-attr]
    print(f"{len(before)} pages, {options.writes} writes each, {path}")
    for name, milliseconds in results.items():
        ordered = sorted(milliseconds)
        print(
            f"{name:>8}: median {statistics.median(ordered):6.2f} ms   p90 {quantile(ordered, 0.9):6.2f}   "
            f"p99 {quantile(ordered, 0.99):6.2f}   max {ordered[-1]:6.2f}"
        )
    return 0


def measure(shop: str, path: str, sku: str, write: Callable[[int], None], writes: int) -> list[float]:
    """Return the milliseconds of each write until Caddy sends its price."""
    parts = urlsplit(shop)
    connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port, timeout=10)
    milliseconds = []
    for number in range(writes):
        minor = 10_000 + number
        began = time.perf_counter()
        write(minor)
        wanted = Money(minor, "USD").decimal
        while price_of(connection, path, sku) != wanted:
            if time.perf_counter() - began > 10:
                sys.exit(f"{path} did not show {wanted} within 10 s.")
            time.sleep(LOOK_SECONDS)
        milliseconds.append((time.perf_counter() - began) * 1000)
        time.sleep(PAUSE_SECONDS)
    return milliseconds


def price_of(connection: http.client.HTTPConnection, path: str, sku: str) -> str:
    """Return what the JSON-LD of the served page says a SKU costs."""
    connection.request("GET", path, headers={"Accept-Encoding": "identity"})
    body = connection.getresponse().read().decode()
    begin = body.index('<script type="application/ld+json">') + len('<script type="application/ld+json">')
    document = json.loads(body[begin : body.index("</script>", begin)])
    return next(offer["price"] for offer in document["offers"] if offer["sku"] == sku)


def quantile(ordered: list[float], share: float) -> float:
    """Return a quantile of sorted values."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


if __name__ == "__main__":
    raise SystemExit(main())
