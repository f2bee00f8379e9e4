"""A browser window that notes every complaint: of the console, of the policy, of the network."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  window.reportViolation(`${event.effectiveDirective} ${event.blockedURI}`));
"""
CARD = {"exp": "12/34", "cvc": "123", "name": "Ada Lovelace"}
ADDRESS = {"line1": "1 Quay Street", "city": "Boston", "postal_code": "02101"}


@contextmanager
def launched(playwright: Playwright, ignored: tuple[str, ...] = ()) -> Iterator[Browser]:
    """Start the browser that is there, else Playwright's own.

    Args:
        ignored: usual options of Playwright to leave out.
    """
    path = next(filter(None, map(shutil.which, NAMES)), None)
    # Chromium refuses to sandbox itself for root, which is who runs tests in a container.
    options = ["--disable-gpu", *(["--no-sandbox"] if os.getuid() == 0 else [])]
    browser = playwright.chromium.launch(
        executable_path=path, args=options, ignore_default_args=list(ignored) or None
    )
    try:
        yield browser
    finally:
        browser.close()


class Visitor:
    """A person with a browser: cookies of their own, any number of tabs, and a list of complaints."""

    def __init__(self, browser: Browser, shop: str, **options: Any) -> None:
        self.shop = shop
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.context: BrowserContext = browser.new_context(base_url=shop, **options)
        self.context.set_default_timeout(20_000)
        self.context.expose_binding("reportViolation", lambda _, what: self._note("violation", what))
        self.context.add_init_script(REPORT_VIOLATIONS)
        self.context.on("console", lambda said: self._console(said.type, said.text))
        self.context.on("weberror", lambda error: self._note("error", str(error.error)))
        self.context.on("request", lambda request: self.requests.append(request.url))
        self.context.on("requestfailed", lambda request: self._failed(request.url, str(request.failure)))

    def tab(self) -> Page:
        """Open a tab."""
        return self.context.new_page()

    def forgive(self, *words: str) -> list[str]:
        """Take out the complaints that hold one of these words; return them."""
        taken = [said for said in self.complaints if any(word in said for word in words)]
        self.complaints = [said for said in self.complaints if said not in taken]
        return taken

    def close(self) -> None:
        """Close every tab."""
        self.context.close()

    def _failed(self, url: str, reason: str) -> None:
        # Who leaves a page before all of it was read has not seen anything fail.
        if "ERR_ABORTED" not in reason:
            self._note("failed", f"{url} {reason}")

    def _console(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self._note(f"console {kind}", text)

    def _note(self, kind: str, text: str) -> None:
        self.complaints.append(f"{kind}: {text}")


def pay(page: Page, email: str, card: str = "4242 4242 4242 4242", **fields: str) -> None:
    """Fill the payment page and press its button."""
    locked = page.locator("[name=email][readonly]").count()
    given = {**CARD, **ADDRESS, "card_number": card, **({} if locked else {"email": email}), **fields}
    for name, value in given.items():
        page.fill(f"[name={name}]", value)
    page.click("button[type=submit]")
