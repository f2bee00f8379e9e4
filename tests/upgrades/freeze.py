"""Keeps a few pages of this version, as a browser may hold them open while the next one is put in place.

`make freeze-previous`, at a release: starts a demo shop, and writes pages, style sheet and
scripts as they are served into `tests/upgrades/previous`. The tests beside it let these
pages work against the code as it goes on from there.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.shopper import Shopper
from tests.stack import ROOT, Stack, running, until

PREVIOUS = Path(__file__).with_name("previous")
SHOP = "https://prints.example"
"""Stands in pages where the address of the demo shop stood."""
PAGES = (
    "/",
    "/collections/prints/",
    "/products/low-sun/",
    "/products/tides/",
    "/de/products/tides/",
)
FILTER = "/collections/prints/filter"
"""The app makes it, and a browser may have it open."""
CARTS = {"/cart": ("low-sun", "LOW-SUN-A4"), "/de/cart": ("tides", "TIDES-A4-OAK")}
"""Carts, and what two pieces of lie in them."""
DEARER = "/cart-dearer"
"""The cart after a price went up, so that it asks for a yes: not an address, but a state of its page."""
ASSET = re.compile(r"/assets/[\w.-]+")


def path_of(page: str) -> Path:
    """Return where a page is kept."""
    return PREVIOUS / page.strip("/") / "index.html"


def kept(page: str) -> str:
    """Return a page of the previous version."""
    return path_of(page).read_text("utf-8")


def main() -> None:
    """Write every page and asset anew."""
    with (
        tempfile.TemporaryDirectory(prefix="vitrine-freeze-") as folder,
        running(Path(folder, "data")) as stack,
    ):
        texts = {page: _page(stack, page) for page in PAGES} | _live(stack)
        shutil.rmtree(PREVIOUS, ignore_errors=True)
        wanted = sorted({name for text in texts.values() for name in ASSET.findall(text)})
        for name in wanted:
            target = PREVIOUS / name.strip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(stack.public / name.strip("/"), target)
    for page, text in texts.items():
        path_of(page).parent.mkdir(parents=True, exist_ok=True)
        path_of(page).write_text(text, "utf-8")
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    (PREVIOUS / "version.json").write_text(json.dumps({"commit": commit.stdout.strip()}) + "\n", "utf-8")


def _page(stack: Stack, page: str) -> str:
    return stack.page(page).replace(stack.shop, SHOP)


def _live(stack: Stack) -> dict[str, str]:
    found = {}
    for cart, (slug, sku) in CARTS.items():
        market = cart.rpartition("/")[0].strip("/")
        with Shopper(stack.shop, market) as shopper:
            shopper.add(slug, sku, 2)
            found[cart] = shopper.cart()
            if not market:
                found[FILTER] = shopper.get(FILTER).text
                stack.write_price(sku, 9900)
                until(lambda: "99.00" in stack.page("products/low-sun"))
                found[DEARER] = shopper.cart()
    return {page: text.replace(stack.shop, SHOP) for page, text in found.items()}


if __name__ == "__main__":
    main()
