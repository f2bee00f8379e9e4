"""Measures an import: 10,000 products in four variants, from the command to the last page.

    python bench/import_speed.py [--products N] [--no-pages]

The catalogue is made from a seed, so every run imports the same file. The whole
embedded stack runs (database synced to disk), in a folder of its own; with
`--no-pages` the watcher is stopped, and only the import is measured.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SEED = 20261124
SIZES, WOODS = ("Small", "Large"), ("Oak", "Ash")
WORDS = [
    "amber",
    "birch",
    "coast",
    "dawn",
    "ember",
    "fjord",
    "grain",
    "heath",
    "inlet",
    "juniper",
    "kelp",
    "larch",
    "moss",
    "north",
    "ochre",
    "pine",
]
HEADER = [
    "Handle",
    "Title",
    "Body (HTML)",
    "Vendor",
    "Type",
    "Tags",
    "Published",
    "Option1 Name",
    "Option1 Value",
    "Option2 Name",
    "Option2 Value",
    "Variant SKU",
    "Variant Grams",
    "Variant Inventory Tracker",
    "Variant Inventory Qty",
    "Variant Inventory Policy",
    "Variant Price",
    "Variant Compare At Price",
    "Variant Barcode",
    "Image Src",
    "Image Position",
    "Image Alt Text",
    "Cost per item",
]
READY_SECONDS = 90
PAGES_SECONDS = 1_200


def write_catalogue(path: Path, products: int) -> None:
    """Write the file: each product in two sizes and two woods, with a text of some sixty words."""
    dice = random.Random(SEED)  # noqa: S311 - a seeded catalogue, no secret
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for number in range(products):
            name = f"{dice.choice(WORDS)} {dice.choice(WORDS)} {number}"
            handle, body = name.replace(" ", "-"), " ".join(dice.choices(WORDS, k=60))
            for place in range(4):
                size, wood = SIZES[place // 2], WOODS[place % 2]
                first = [
                    name.title(),
                    f"<p>{body}</p>",
                    "Vitrine",
                    "Shelf",
                    ", ".join(dice.sample(WORDS, 3)),
                    "true",
                ]
                picture = (
                    [f"https://cdn.shop.example/{handle}.jpg", "1", name] if place == 0 else ["", "", ""]
                )
                price = dice.randrange(900, 90_000)
                writer.writerow(
                    [
                        *(handle, *(first if place == 0 else [""] * 6)),
                        *("Size" if place == 0 else "", size, "Wood" if place == 0 else "", wood),
                        *(f"{number}-{size}-{wood}".upper(), dice.randrange(100, 9000), "shopify"),
                        *(dice.randrange(0, 60), "deny", f"{price / 100:.2f}", f"{price / 80:.2f}"),
                        *(f"{number:012}{place}", *picture, "1.50"),
                    ]
                )


def vitrine(data: Path, *arguments: str) -> dict[str, Any]:
    """Run a command with `--json`."""
    command = [sys.executable, "-m", "app.cli", *arguments, "--json", "--data", str(data)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if run.returncode:
        raise SystemExit(f"{arguments}: {run.stdout[-800:]}{run.stderr[-800:]}")
    answer: dict[str, Any] = json.loads(run.stdout)
    return answer


def free_port() -> int:
    """Return a port that nobody uses just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def start(data: Path) -> subprocess.Popen[str]:
    """Start the stack and wait for its `ready` line."""
    command = [sys.executable, "-m", "app.cli", "up", "--port", str(free_port()), "--data", str(data)]
    said = data.with_name("stack.log")
    with said.open("w") as errors:
        stack = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=errors, text=True)
    assert stack.stdout  # noqa: S101 - it was asked for
    watchdog = threading.Timer(READY_SECONDS, stack.kill)
    watchdog.start()
    try:
        for line in stack.stdout:
            if line.startswith("ready "):
                return stack
    finally:
        watchdog.cancel()
    stack.kill()
    raise SystemExit(f"the stack did not become ready: {said.read_text()[-2000:]}")


def timed(data: Path, *arguments: str) -> tuple[dict[str, Any], float]:
    """Run a command; return its answer and its seconds."""
    began = time.monotonic()
    return vitrine(data, *arguments), time.monotonic() - began


def main() -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--products", type=int, default=10_000)
    parser.add_argument("--no-pages", action="store_true")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vitrine-bench-") as folder:
        data, file, out = Path(folder, "data"), Path(folder, "catalogue.csv"), Path(folder, "out.csv")
        write_catalogue(file, wanted.products)
        print(f"{wanted.products} products, {4 * wanted.products} variants, {file.stat().st_size:,} bytes")
        stack = start(data)
        try:
            watcher = json.loads((data / "stack.json").read_text())["pids"]["watcher"]
            if wanted.no_pages:
                os.kill(watcher, signal.SIGSTOP)
            began = time.monotonic()
            answer, seconds = timed(data, "import", str(file))
            print(
                f"import           {seconds:6.1f} s  {answer['created']} created, {answer['failed']} failed"
            )
            print(f"  peak memory    {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:6.0f} MB")
            if not wanted.no_pages:
                while (status := vitrine(data, "site", "status"))["pages"] < wanted.products:
                    if time.monotonic() - began > PAGES_SECONDS:
                        raise SystemExit(f"the pages have not caught up: {status}")
                    time.sleep(1)
                print(f"  to last page   {time.monotonic() - began:6.1f} s  {status['pages']} pages")
            answer, seconds = timed(data, "import", str(file))
            print(f"second import    {seconds:6.1f} s  {answer['unchanged']} unchanged")
            _, seconds = timed(data, "export", str(out))
            print(f"export           {seconds:6.1f} s  {out.stat().st_size:,} bytes")
            answer, seconds = timed(data, "import", str(out))
            print(f"import of it     {seconds:6.1f} s  {answer['unchanged']} unchanged")
            change_set = vitrine(data, "changes", "--limit", "1")["change_sets"][0]["id"]
            answer, seconds = timed(data, "revert", change_set)
            print(f"revert           {seconds:6.1f} s  {answer['archived']} archived")
        finally:
            if wanted.no_pages:
                os.kill(watcher, signal.SIGCONT)
            stack.terminate()
            stack.wait(timeout=60)


if __name__ == "__main__":
    main()
