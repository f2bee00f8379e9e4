"""Pictures of every page and state for these docs: `make screenshots` starts a demo shop and looks at it.

Each scene is a function that brings a browser to a state; its name is the picture's. The shop runs in
a temporary folder and is gone afterwards. A picture is stored more and more coarsely until it is small
enough to live in the repository.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyotp
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "docs" / "img"
LARGEST_BYTES = 100_000
QUALITIES = (84, 76, 68, 60)
TALLEST = 2400
"""Pixels of a page that a picture shows; what hangs below looks like what hangs above."""
START_SECONDS = 180
PASSWORD = "a quiet red harbour"  # noqa: S105 - of accounts that are gone with their shop
PATIENCE_MS = 15_000
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
WIDTHS = {"wide": (1440, 900), "phone": (390, 844)}
SCHEMES = ("light", "dark")
PLENTY = "TIDES-A3-UNFRAMED"
"""A SKU with enough units for every visitor."""
CARD = {
    "email": "ada@example.com",
    "card_number": "4242 4242 4242 4242",
    "exp": "12/34",
    "cvc": "123",
    "name": "Ada Lovelace",
    "line1": "1 Quay Street",
    "city": "Boston",
    "postal_code": "02101",
}


@dataclass
class Shop:
    """A running demo shop, and what a scene may do to it besides looking."""

    url: str
    data: Path

    @property
    def stack(self) -> dict[str, Any]:
        """The addresses of the running servers."""
        known: dict[str, Any] = json.loads((self.data / "stack.json").read_text("utf-8"))
        return known

    def vitrine(self, *words: str) -> str:
        """Run a command on the shop; return what it says."""
        command = [sys.executable, "-m", "app.cli", *words, "--data", str(self.data)]
        ended = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603 - ours
        return ended.stdout


Scene = Callable[[Page, Shop], None]


def at(path: str) -> Scene:
    """Show a page by its address."""
    return lambda page, _shop: _go(page, path)


def zoom(page: Page, _shop: Shop) -> None:
    """Show a picture large."""
    _go(page, "/products/tides/")
    page.click("a.gallery__work")


def drawer(page: Page, _shop: Shop) -> None:
    """Show the cart beside a page."""
    _add(page, "tides", PLENTY)


def cart(page: Page, _shop: Shop) -> None:
    """Show a cart with two lines."""
    _add(page, "tides", PLENTY)
    _add(page, "turning-tiles")
    _go(page, "/cart")


def search_while_typing(page: Page, _shop: Shop) -> None:
    """Show what is found while somebody types, with a slip in it."""
    _go(page, "/search")
    page.type("#search-here", "sadlde")
    page.wait_for_selector(".product-card")


def cart_problems(page: Page, shop: Shop) -> None:
    """Show a cart whose price has risen meanwhile."""
    _add(page, "tides", "TIDES-A2-BLACK")
    shop.vitrine("price", "TIDES-A2-BLACK", "161", "USD")
    _go(page, "/cart")
    shop.vitrine("price", "TIDES-A2-BLACK", "158", "USD")


def order_open(page: Page, shop: Shop) -> None:
    """Show an order that waits for its payment."""
    cart(page, shop)
    page.click("main >> text=Go to payment")
    _go(page, "/cart")
    page.click("text=Continue with it")


def order_paid(page: Page, shop: Shop) -> None:
    """Show an order that is paid."""
    cart(page, shop)
    page.click("main >> text=Go to payment")
    for name, value in CARD.items():
        page.fill(f"[name={name}]", value)
    page.click("button[type=submit]")
    page.wait_for_url("**/orders/**")


def order_refunded(page: Page, shop: Shop) -> None:
    """Show an order of which a part went back."""
    order_paid(page, shop)
    shop.vitrine("refund", _number(page), "--line", f"{PLENTY}=1")
    page.reload()
    page.wait_for_load_state("networkidle")


def desk(path: str) -> Scene:
    """Show a page of the desk."""

    def show(page: Page, shop: Shop) -> None:
        _sign_in(page, shop)
        _go(page, f"/editor/{path}")

    return show


def desk_of(listing: str, link: str, then: str = "") -> Scene:
    """Show what a link in a list of the desk leads to, or a page below it."""

    def show(page: Page, shop: Shop) -> None:
        _sign_in(page, shop)
        _go(page, f"/editor/{listing}")
        href = page.locator(f"main a:has-text('{link}')").first.get_attribute("href") or ""
        _go(page, href + then)

    return show


def desk_order(page: Page, shop: Shop) -> None:
    """Show an order on the desk, with the form that gives money back."""
    order_refunded(page, shop)
    number = _number(page)
    _sign_in(page, shop)
    _go(page, f"/editor/orders/{number}")


def second_factor(page: Page, shop: Shop) -> None:
    """Show a secret that waits for its first code; the account is of this picture alone."""
    _hire(page, shop)
    _go(page, "/editor/account/second-factor")
    page.fill("#password", PASSWORD)
    page.click("text=Go on")
    page.wait_for_selector("#secret")


def recovery_codes(page: Page, shop: Shop) -> None:
    """Show recovery codes."""
    second_factor(page, shop)
    page.fill("#first-code", _code(page))
    page.click("text=Turn it on")
    page.wait_for_selector(".recovery-codes")


def second_factor_on(page: Page, shop: Shop) -> None:
    """Show a second factor that is on."""
    recovery_codes(page, shop)
    _go(page, "/editor/account/second-factor")
    page.click("text=I do not have my phone")


def sign_in_code(page: Page, shop: Shop) -> None:
    """Show the second step of signing in."""
    _hire(page, shop)
    email = page.locator("header a[href='/editor/account']").inner_text()
    _go(page, "/editor/account/second-factor")
    page.fill("#password", PASSWORD)
    page.click("text=Go on")
    page.fill("#first-code", _code(page))
    page.click("text=Turn it on")
    page.click("header >> text=Sign out")
    page.fill("#email", email)
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_selector("#code")


SCENES: dict[str, Scene] = {
    "home": at("/"),
    "collection": at("/collections/prints/"),
    "collection-sorted": at("/collections/sea-and-sky/sort/price-up/"),
    "filter": at("/collections/prints/filter?option.Size=A3&price_max=60&tag=blue"),
    "search": at("/search?q=moon"),
    "search-typing": search_while_typing,
    "search-nothing": at("/search?q=submarine"),
    "product": at("/products/tides/"),
    "product-sold-out": at("/products/warp-and-weft/"),
    "zoom": zoom,
    "drawer": drawer,
    "cart-empty": at("/cart"),
    "cart": cart,
    "cart-problems": cart_problems,
    "order-open": order_open,
    "order-paid": order_paid,
    "order-refunded": order_refunded,
    "content": at("/pages/shipping/"),
    "not-found": at("/nowhere/"),
    "counter-closed": at("/counter-closed.html"),
    "desk-sign-in": at("/editor/sign-in"),
    "desk-products": desk(""),
    "desk-product": desk_of("", "Tides"),
    "desk-edit": desk_of("", "Tides", "/edit"),
    "desk-pictures": desk_of("", "Tides", "/pictures"),
    "desk-history": desk_of("", "Tides", "/history"),
    "desk-prices": desk_of("", "Tides", "/prices"),
    "desk-collections": desk("collections"),
    "desk-collection": desk_of("collections", "Sea and sky"),
    "desk-orders": desk("orders"),
    "desk-order": desk_order,
    "desk-pages": desk("pages"),
    "desk-publications": desk("publications"),
    "desk-account": desk("account"),
    "desk-second-factor": second_factor,
    "desk-second-factor-on": second_factor_on,
    "desk-recovery-codes": recovery_codes,
    "desk-sign-in-code": sign_in_code,
}
STICKY = "desk-"
"""Scenes with bars that stick to the window's edge, which therefore has to be as tall as the page."""
OVERLAYS = ("zoom", "drawer")
"""Scenes that fill the screen, so that the page below has no say in the picture's height."""


def names(scenes: list[str]) -> list[str]:
    """Return the names of all pictures: scene, width, scheme."""
    return [f"{scene}-{width}-{scheme}" for scene in scenes for width in WIDTHS for scheme in SCHEMES]


def shrunk(png: bytes) -> bytes:
    """Return a picture small enough to commit: coarser first, fewer pixels then."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    while True:
        for quality in QUALITIES:
            out = io.BytesIO()
            picture.save(out, "WEBP", quality=quality, method=6)
            if out.tell() <= LARGEST_BYTES:
                return out.getvalue()
        picture = picture.resize((picture.width * 4 // 5, picture.height * 4 // 5), Image.Resampling.LANCZOS)


def shoot(browser: Browser, shop: Shop, scenes: list[str], out: Path) -> None:
    """Take every picture of these scenes; each has a visitor of its own."""
    out.mkdir(parents=True, exist_ok=True)
    for scene in scenes:
        for width, (across, down) in WIDTHS.items():
            for scheme in SCHEMES:
                context = browser.new_context(
                    base_url=shop.url,
                    viewport={"width": across, "height": down},
                    color_scheme=scheme,  # type: ignore[arg-type]
                    reduced_motion="reduce",
                )
                context.set_default_timeout(PATIENCE_MS)
                page = context.new_page()
                SCENES[scene](page, shop)
                _settle(page)
                tall = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)
                if scene.startswith(STICKY):
                    page.set_viewport_size({"width": across, "height": max(down, tall)})
                clip = {"x": 0, "y": 0, "width": across, "height": down if scene in OVERLAYS else tall}
                png = page.screenshot(full_page=scene not in OVERLAYS, clip=clip)  # type: ignore[arg-type]
                (out / f"{scene}-{width}-{scheme}.webp").write_bytes(shrunk(png))
                context.close()
        print(scene, flush=True)  # noqa: T201 - people watch it


@contextmanager
def running() -> Iterator[Shop]:
    """Run a demo shop in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        options = ("--demo", "--port", str(_free_port()), "--data", str(data))
        command = [sys.executable, "-m", "app.cli", "up", *options]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own
        try:
            yield Shop(_address(process), data)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stdout  # noqa: S101 - it was asked for
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and (line := process.stdout.readline()):
        if line.startswith("ready "):
            return line.split()[1]
    raise SystemExit("The shop did not start.")


def _go(page: Page, path: str) -> None:
    page.goto(path)
    page.wait_for_load_state("networkidle")


def _sign_in(page: Page, shop: Shop) -> None:
    account = json.loads((shop.data / "demo-editor.json").read_text("utf-8"))
    _go(page, "/editor/sign-in")
    page.fill("#email", account["email"])
    page.fill("#password", account["password"])
    page.click("main button")
    page.wait_for_url("**/editor/")


def _hire(page: Page, shop: Shop) -> None:
    """Open an account and sign in to it."""
    email = f"eva{time.monotonic_ns()}@shop.example"
    answer = json.loads(shop.vitrine("staff", "add", email, "--role", "editor", "--json"))
    _go(page, answer["link"])
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.fill("#email", email)
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_url("**/editor/")


def _code(page: Page) -> str:
    """Return what a phone shows that has read the page's secret."""
    return pyotp.TOTP(page.locator("#secret").inner_text().replace(" ", "")).now()


def _number(page: Page) -> str:
    """Return the number of the order that the page shows."""
    return page.locator(".order__facts dd").first.inner_text()


def _add(page: Page, slug: str, sku: str = "") -> None:
    _go(page, f"/products/{slug}/")
    if sku:
        page.check(f"[value={sku}]")
    page.click("#add-form button")
    page.wait_for_selector("dialog#drawer[open]")
    page.wait_for_load_state("networkidle")


def _settle(page: Page) -> None:
    """Wait until every picture is there, the lazy ones too."""
    page.evaluate("document.querySelectorAll('img').forEach((image) => { image.loading = 'eager'; })")
    page.evaluate("Promise.all([...document.images].map((image) => image.decode().catch(() => 0)))")


def main() -> None:
    """Take the pictures that were asked for, by default all."""
    parser = argparse.ArgumentParser(description="Take pictures of every page.")
    parser.add_argument("scenes", nargs="*", help=f"some of: {', '.join(SCENES)}")
    parser.add_argument("--out", type=Path, default=OUT, help="the folder of the pictures")
    asked = parser.parse_args()
    unknown = sorted(set(asked.scenes) - set(SCENES))
    if unknown:
        parser.error(f"no such scene: {', '.join(unknown)}")
    with running() as shop, sync_playwright() as playwright:
        path = next(filter(None, map(shutil.which, BROWSERS)), None)
        options = ["--disable-gpu", "--hide-scrollbars", *(["--no-sandbox"] if os.getuid() == 0 else [])]
        browser = playwright.chromium.launch(executable_path=path, args=options)
        shoot(browser, shop, asked.scenes or list(SCENES), asked.out)
        browser.close()


if __name__ == "__main__":
    main()
