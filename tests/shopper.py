"""A shopper without a browser: reads pages, fills the forms that they hold, and follows where they lead."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import requests

GOOD_CARD = "4242424242424242"
ADDRESS = {"line1": "1 Quay Street", "city": "Boston", "state": "MA", "postal_code": "02101"}


@dataclass
class Form:
    """A form of a page with what it would send as it stands."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(found.get("action", ""), found.get("method", "get"))
            self.forms.append(self._form)
        elif self._form and tag == "input" and found.get("name") and "disabled" not in found:
            if found.get("type") not in ("radio", "checkbox") or "checked" in found:
                self._form.fields[found["name"]] = found.get("value", "")
        elif self._form and tag == "select":
            self._select = found.get("name", "")
        elif self._form and tag == "option" and self._select:
            value = found.get("value", "")
            if "selected" in found or self._select not in self._form.fields:
                self._form.fields[self._select] = value

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""


def forms(page: str) -> list[Form]:
    """Return the forms of a page."""
    parser = _Forms()
    parser.feed(page)
    return parser.forms


class Shopper:
    """One browser's worth of cookies in one market."""

    def __init__(self, shop: str, market: str = "") -> None:
        self.shop, self.home = shop, f"{shop}/{market}" if market else shop
        self.http = requests.Session()
        # A session of `requests` would take proxies and passwords from the environment.
        self.http.trust_env = False
        self.answer = requests.Response()

    def __enter__(self) -> Shopper:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def get(self, address: str, status: int = 200) -> requests.Response:
        """Read a page that must answer with this status."""
        self.answer = self.http.get(urljoin(f"{self.home}/", address), timeout=30)
        return self._must_be(status)

    def send(self, form: Form, status: int = 303) -> requests.Response:
        """Send a form of the page read last, without following the redirect."""
        url = urljoin(self.answer.url, form.action)
        self.answer = self.http.post(url, form.fields, allow_redirects=False, timeout=30)
        return self._must_be(status)

    def form(self, ending: str) -> Form:
        """Return the form of the page read last whose address ends so."""
        found = [form for form in forms(self.answer.text) if form.action.endswith(ending)]
        assert len(found) == 1, f"{len(found)} forms lead to {ending} on {self.answer.url}"
        return found[0]

    def add(self, slug: str, sku: str, quantity: int = 1) -> None:
        """Put units into the cart, from the product's page."""
        self.get(f"{self.home}/products/{slug}/")
        form = self.form("/cart/lines")
        form.fields |= {"sku": sku, "quantity": str(quantity)}
        self.send(form)

    def cart(self) -> str:
        """Return the cart's page."""
        return self.get(f"{self.home}/cart").text

    def checkout(self) -> str:
        """Press the button of the cart; return where it leads."""
        self.cart()
        return self.send(self.form("/checkout")).headers["Location"]

    def pay(self, address: str, email: str, card: str = GOOD_CARD, status: int = 303) -> str:
        """Fill the payment page; return where it leads, or nothing where it refuses the card."""
        self.get(address)
        found = [form for form in forms(self.answer.text) if "card_number" in form.fields]
        if len(found) != 1:
            raise Unexpected(self.answer)
        form = found[0]
        buyer = {"email": email, "card_number": card, "exp": "12/40", "cvc": "123", "name": "Ada Lovelace"}
        known = {name: value for name, value in ADDRESS.items() if name in form.fields}
        form.fields |= buyer | known
        return self.send(form, status).headers.get("Location", "")

    def buy(self, slug: str, sku: str, email: str, quantity: int = 1) -> str:
        """Buy from the product's page to the order's page; return the latter's address."""
        self.add(slug, sku, quantity)
        address = self.checkout()
        if "/orders/" in address:
            # The payment page could not be opened yet: the order's page leads on to it.
            address = f"{address}/payment"
        back = self.pay(address, email)
        self.get(back)
        if "order-state--paid" not in self.answer.text:
            raise Unexpected(self.answer)
        return back.partition("?")[0]

    def _must_be(self, status: int) -> requests.Response:
        if self.answer.status_code != status:
            raise Unexpected(self.answer)
        return self.answer


class Unexpected(Exception):  # noqa: N818 - it says what happened
    """An answer had another status than it should have."""

    def __init__(self, answer: requests.Response) -> None:
        super().__init__(answer.request.method, answer.url, answer.status_code, answer.text[-1500:])
