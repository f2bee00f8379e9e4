"""Small promises that browsers keep for the shop, if it lets them."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from app.catalogue.model import ContentPage
from app.staff.model import Role
from app.web.assets import STATIC

from .editor_shop import open_shop
from .routes import path_of, rules
from .shop import WebShop
from .test_headers import VALUES

SCRIPTS = sorted(path for path in (STATIC / "js").glob("*.js") if "htmx" not in path.name)
TEXTS = ("text/", "application/xml", "application/rss+xml", "application/atom+xml", "image/svg+xml")


class Inputs(HTMLParser):
    """Notes the input fields of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[dict[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "input":
            self.found.append({name: value or "" for name, value in attrs})


def test_every_text_names_its_encoding(shop: WebShop) -> None:
    shop.order()
    seen = set()
    for rule in rules(shop.app):
        for method in ("GET", "POST"):
            answer = shop.client.open(
                path_of(rule, VALUES), method=method, headers={"Origin": "http://127.0.0.1:8000"}
            )
            kind = answer.headers.get("Content-Type", "")
            if answer.data:
                assert kind, rule
            if kind.startswith(TEXTS):
                assert "charset=utf-8" in kind, (rule, kind)
                answer.data.decode("utf-8")
            seen.add(answer.mimetype)
            answer.close()
    assert seen >= {"text/html", "text/plain", "application/json"}


def test_no_answer_opens_itself_to_another_origin(shop: WebShop) -> None:
    for rule in rules(shop.app):
        for method in ("GET", "OPTIONS"):
            asked = {"Origin": "https://evil.example", "Access_Control_Request_Method": "POST"}
            answer = shop.send(path_of(rule, VALUES), method, **asked)
            opened = [name for name, _ in answer.headers if name.lower().startswith("access-control-")]
            assert opened == [], rule
            answer.close()


def test_trace_is_refused_everywhere(shop: WebShop) -> None:
    for rule in rules(shop.app):
        answer = shop.send(
            path_of(rule, VALUES), "TRACE", Origin="http://127.0.0.1:8000", X_Secret="told-to-nobody"
        )
        assert answer.status_code == 405, rule
        assert "told-to-nobody" not in answer.text


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_the_script_makes_no_markup_keeps_nothing_and_hears_no_messages(path: Path) -> None:
    text = path.read_text("utf-8")
    forbidden = (
        *(
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "new Function",
            "srcdoc",
        ),
        *("localStorage", "sessionStorage", "indexedDB", "caches.", "document.cookie =", "document.cookie="),
        *(
            *("window.opener", "window.parent", "__proto__", "prototype", "Object.assign", "XMLHttpRequest"),
            "'message'",
            "__proto__",
            "prototype",
            "Object.assign",
            "XMLHttpRequest",
        ),
    )
    assert [word for word in forbidden if word in text] == []
    # A channel of its own origin is heard; what other windows post is not.
    heard = re.findall(r"(\w+)\.addEventListener\(\s*[\"']message", text)
    assert heard == ["tabs"] * len(heard)
    assert text.count("new BroadcastChannel(") == len(heard)


def test_there_is_a_script_to_look_at() -> None:
    assert [path.name for path in SCRIPTS] != []


def test_password_fields_hide_what_is_typed_and_help_managers(tmp_path: Path) -> None:
    shop = open_shop(tmp_path)
    _, token = shop.services.staff.add("new@shop.example", Role.EDITOR)
    pages = [shop.get("/editor/sign-in").text, shop.get(f"/editor/set-password/{token}").text]
    shop.sign_in()
    pages.append(shop.get("/editor/account").text)
    asked = []
    for page in pages:
        inputs = Inputs()
        inputs.feed(page)
        secret = [field for field in inputs.found if field.get("name") in ("password", "current")]
        asked += secret
        for field in secret:
            assert field["type"] == "password"
            assert field.get("autocomplete") in ("current-password", "new-password")
            assert not {"onpaste", "maxlength", "pattern", "readonly"} & field.keys()
    assert len(asked) == 4
    # No script takes a paste away either.
    assert not re.search(r"\bpaste\b", "".join(path.read_text("utf-8") for path in SCRIPTS))


def test_every_page_of_the_desk_offers_the_way_out(tmp_path: Path) -> None:
    shop = open_shop(tmp_path)
    shop.sign_in()
    pages = ("/editor/", "/editor/account", "/editor/orders", "/editor/changes", "/editor/collections")
    for path in (
        *pages,
        "/editor/pages",
        "/editor/publications",
        "/editor/products/prd_lamp",
        "/editor/none",
    ):
        assert 'action="/editor/sign-out"' in shop.get(path).text, path


def test_markdown_of_a_page_brings_no_markup_in(shop: WebShop) -> None:
    body = (
        "<script>alert(1)</script>\n\n<svg onload=alert(1)>\n\n[a](javascript:alert(1)) "
        '![b](data:text/html;base64,PHN2Zz4=) [c](//evil.example "x" onclick=alert(1))'
    )
    shop.parts.catalogue.store.put_page(ContentPage("pag_1", "shipping", "Shipping", body))
    text = shop.get("/pages/shipping/").text
    assert "&lt;script&gt;alert(1)" in text
    assert "&lt;svg onload" in text
    for never in ("<script>alert", "<svg onload", 'href="javascript:', 'src="data:text', "onclick=alert(1)>"):
        assert never not in text
