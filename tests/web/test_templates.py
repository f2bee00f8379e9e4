"""Templates: every page in every state, what components may see, and what the policy forbids."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import brotli
import pytest
from flask import Flask
from jinja2 import UndefinedError, meta
from markupsafe import Markup as Safe

from app.texts import use_locale
from app.web import contexts
from app.web.assets import AssetMap
from app.web.contexts.shopper_views import NoticeView
from app.web.fragments import render
from app.web.reads import Key, recording
from app.web.templating import configure_templates
from tests.web import samples
from tests.web.markup import Markup

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
COMPONENTS = sorted((TEMPLATES / "components").glob("*.html"))
OF_COMPONENTS = {"url_for", "static_url", "_", "ngettext"}
LANGUAGES = ("en", "de")
PAGES = sorted(samples.pages())
HTMX_ATTRIBUTES = frozenset(
    [
        "hx-get",
        "hx-post",
        "hx-put",
        "hx-patch",
        "hx-delete",
        "hx-query",
        "hx-trigger",
        "hx-swap",
        "hx-target",
        "hx-select",
        "hx-vals",
        "hx-include",
        "hx-swap-oob",
        "hx-select-oob",
        "hx-push-url",
        "hx-replace-url",
        "hx-headers",
        "hx-encoding",
        "hx-indicator",
        "hx-boost",
        "hx-sync",
        "hx-confirm",
        "hx-validate",
        "hx-disable",
        "hx-ignore",
        "hx-preserve",
        "hx-status",
        "hx-action",
        "hx-method",
        "hx-config",
        "hx-history-elt",
        "hx-morph-skip",
        "hx-morph-skip-children",
    ]
)
"""What htmx 4.0.1 knows without extensions (dist/editors/jetbrains/htmx.web-types.json), but `hx-on`."""

PAGE_BUDGET_BYTES = 14_000
SCRIPT_BUDGET_BYTES = 2_500


def context_classes() -> dict[str, set[str]]:
    """Return the names of the classes that each module of contexts defines."""
    found = {}
    for module in pkgutil.iter_modules(contexts.__path__):
        things = vars(importlib.import_module(f"{contexts.__name__}.{module.name}")).values()
        own = f"{contexts.__name__}.{module.name}"
        found[module.name] = {t.__name__ for t in things if isinstance(t, type) and t.__module__ == own}
    return found


def test_a_name_means_one_context_and_components_say_which() -> None:
    classes = context_classes()
    count = Counter(name for names in classes.values() for name in names)
    assert [name for name, times in count.items() if times > 1] == []
    for path in COMPONENTS:
        for module, name in re.findall(r"contexts\.([a-z_]+\.)?([A-Z]\w+)", path.read_text("utf-8")):
            assert name in (classes.get(module[:-1], set()) if module else count), (path.name, module, name)


@pytest.fixture(scope="module")
def assets() -> AssetMap:
    """The shop's own assets."""
    return AssetMap.load()


@pytest.fixture(scope="module")
def app(assets: AssetMap) -> Flask:
    """An app that has templates and nothing else."""
    app = Flask("templates", template_folder=str(TEMPLATES), static_folder=None)
    configure_templates(app, assets)
    return app


@pytest.fixture(autouse=True)
def _in_app(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def page(app: Flask, name: str, lang: str = "en") -> str:
    """Render a sample page as the shop does."""
    template, context = samples.pages(lang)[name]
    with use_locale(lang):
        return app.jinja_env.get_template(f"pages/{template}").render(page=context)


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.*")), ids=lambda path: path.name)
def test_every_template_compiles(app: Flask, path: Path) -> None:
    app.jinja_env.compile(path.read_text("utf-8"), str(path.relative_to(TEMPLATES)))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_every_page_renders_as_sound_html(app: Flask, name: str, lang: str) -> None:
    text = page(app, name, lang)
    markup = Markup.of(text)
    ids = markup.values("id")
    assert markup.faults == []
    assert len(ids) == len(set(ids))
    assert set(markup.values("for")) <= set(ids)
    named = {part for value in markup.values("aria-describedby") for part in value.split()}
    assert named | set(markup.values("aria-labelledby")) <= set(ids)
    assert "%(" not in text


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_in_its_own_language_and_has_one_heading(app: Flask, name: str) -> None:
    if name == "counter-closed-fragment":
        assert "<h1" not in page(app, name)
        return
    for lang in LANGUAGES:
        markup = Markup.of(page(app, name, lang))
        assert [tag.attributes["lang"] for tag in markup.tags if tag.name == "html"] == [lang]
        assert [tag.name for tag in markup.tags].count("h1") == 1
        assert [tag.name for tag in markup.tags].count("main") == 1


def test_a_name_that_nobody_set_is_an_error(app: Flask) -> None:
    with pytest.raises(UndefinedError):
        app.jinja_env.from_string("{{ page.nothing }}").render(page=samples.home())


@pytest.mark.parametrize("path", COMPONENTS, ids=lambda path: path.stem)
def test_a_component_sees_only_what_it_is_handed(app: Flask, path: Path) -> None:
    tree = app.jinja_env.parse(path.read_text("utf-8"))
    assert meta.find_undeclared_variables(tree) <= OF_COMPONENTS
    assert not set(app.jinja_env.globals) & {"request", "session", "g", "config"}


@pytest.mark.parametrize("path", COMPONENTS, ids=lambda path: path.stem)
def test_a_component_says_what_it_is_for(path: Path) -> None:
    text = path.read_text("utf-8")
    header = text.partition("#}")[0]
    assert header.startswith(f"{{# components/{path.name}\n")
    assert "\n   Accepts: " in header
    assert "\n   Used by: " in header
    assert re.findall(r"{%-? macro (\w+)", text) == [path.stem]


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.*")), ids=lambda path: path.name)
def test_no_template_imports_with_context(path: Path) -> None:
    assert "with context" not in path.read_text("utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_holds_nothing_that_the_policy_forbids(app: Flask, name: str) -> None:
    markup = Markup.of(page(app, name))
    attributes = {(tag.name, attribute) for tag in markup.tags for attribute in tag.attributes}
    assert not {pair for pair in attributes if pair[1] == "style" or pair[1].startswith("on")}
    assert not {tag.name for tag in markup.tags} & {"style", "iframe", "base", "object"}
    for tag in markup.tags:
        if tag.name == "script":
            assert tag.attributes.get("src") or tag.attributes["type"] == "application/ld+json"
        assert not [value for value in tag.attributes.values() if re.match(r"\s*(js|javascript):", value)]
        assert not re.search(r"\[", tag.attributes.get("hx-trigger", ""))
        for link in ("src", "href", "action"):
            value = tag.attributes.get(link, "")
            assert tag.name == "link" or not value.startswith(("http", "//")), value


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_no_source_holds_what_the_policy_forbids(path: Path) -> None:
    if path.parent.name == "email":
        # A mail is shown by a mail program, under no policy of ours.
        return
    text = path.read_text("utf-8")
    assert not re.search(r"\sstyle=|<style|\shx-on|\son[a-z]+=|js:", text)
    assert not [
        tag for tag in re.findall(r"<script[^>]*>", text) if "src=" not in tag and "ld+json" not in tag
    ]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_uses_only_attributes_that_htmx_knows(app: Flask, name: str) -> None:
    markup = Markup.of(page(app, name))
    used = {name for tag in markup.tags for name in tag.attributes if name.startswith(("hx-", "data-hx"))}
    assert used <= HTMX_ATTRIBUTES


@pytest.mark.parametrize("name", PAGES)
def test_whatever_htmx_posts_is_a_form_that_works_without_it(app: Flask, name: str) -> None:
    for tag in Markup.of(page(app, name)).tags:
        if "hx-post" in tag.attributes:
            assert tag.name == "form"
            assert tag.attributes["method"] == "post"
            assert tag.attributes["action"] == tag.attributes["hx-post"]
            assert tag.attributes["hx-disable"] == "find button"


def test_the_configuration_of_htmx_leaves_the_page_alone_when_the_shop_is_down(app: Flask) -> None:
    tags = Markup.of(page(app, "home")).tags
    (content,) = [tag.attributes["content"] for tag in tags if tag.attributes.get("name") == "htmx-config"]
    assert json.loads(content) == {
        "noSwap": [204, 304, "5xx"],
        "includeIndicatorCSS": False,
        "history": "reload",
        "defaultSettleDelay": 0,
        # What a visitor has unfolded stays so when something is chosen in it.
        "morphIgnore": ["data-htmx-powered", "open"],
    }


FRAGMENTS = {
    "stock": ("product", ("stock", samples.VARIANTS[4])),
    "add_form": ("product", ("add_form", samples.product())),
    "product_card": ("home", ("product_card", samples.card(1))),
    "cart_lines": ("cart", ("cart_lines", samples.FULL_CART)),
    "cart_lines blocked": ("cart-blocked", ("cart_lines", samples.BLOCKED_CART)),
    "cart_badge": ("cart", ("cart_badge", samples.FULL_CART)),
    "cart_badge hole": ("home", ("cart_badge", samples.market())),
    "notice": ("cart-blocked", ("notice", samples.REFUSED)),
    "order_state": ("order-payment_processing", ("order_state", samples.order(state="payment_processing"))),
    "site_header": ("home", ("site_header", samples.layout())),
    "search_form": ("home", ("search_form", samples.market())),
    "search_results": ("search", ("search_results", samples.search("tide").found)),
    "search_count": ("search", ("search_count", samples.search("tide").found)),
    "facets": ("filter", ("facets", samples.filtered().shown)),
    "facet": ("filter", ("facet", samples.filtered().shown.facets[1])),
    "refunds": ("order-refunds", ("refunds", samples.ORDERS["refunds"].refunds)),
    "site_footer": ("home", ("site_footer", samples.layout())),
    "pagination": ("collection", ("pagination", samples.collection().pages)),
    "sort_links": ("collection", ("sort_links", samples.collection().sorts, samples.collection().filter_url)),
}


@pytest.mark.parametrize("name", FRAGMENTS)
def test_a_fragment_stands_byte_for_byte_in_the_page(app: Flask, name: str) -> None:
    on, (component, *contexts) = FRAGMENTS[name]
    fragment = render(component, *contexts)
    assert isinstance(fragment, Safe)
    assert fragment.startswith("<")
    assert str(fragment).strip() in page(app, on)


def test_the_answer_to_a_change_goes_to_three_places_and_each_only_once() -> None:
    notice = NoticeView("status", "Added & kept.")
    answer = (
        render("cart_drawer", samples.FULL_CART)
        + render("cart_badge", samples.FULL_CART, oob=True)
        + render("notice", notice, oob=True)
    )
    markup = Markup.of(answer)
    assert markup.faults == []
    out_of_band = {
        tag.attributes["id"]: tag.attributes["hx-swap-oob"]
        for tag in markup.tags
        if "hx-swap-oob" in tag.attributes
    }
    # The region that announces stays; only its content is replaced.
    assert out_of_band == {"cart-badge": "true", "notice": "innerHTML"}
    assert "hx-swap-oob" not in render("cart_drawer", samples.FULL_CART)
    assert "Added &amp; kept." in answer
    assert len(markup.values("id")) == len(set(markup.values("id")))


def test_drawer_and_page_ask_for_the_component_that_they_hold() -> None:
    for component, view, target in (
        ("cart_drawer", "drawer", "#cart-drawer"),
        ("cart_lines", "page", "#cart-lines"),
    ):
        tags = Markup.of(render(component, samples.BLOCKED_CART)).tags
        assert {tag.attributes["value"] for tag in tags if tag.attributes.get("name") == "view"} == {view}
        assert {tag.attributes["hx-target"] for tag in tags if "hx-target" in tag.attributes} == {target}


def test_paying_is_a_plain_form_and_waits_until_the_problems_are_answered(app: Flask) -> None:
    for name, is_blocked in (("cart", False), ("cart-blocked", True)):
        text = page(app, name)
        form = text[text.index('action="/checkout"') :].partition("</form>")[0]
        assert "hx-" not in form
        assert ('disabled aria-describedby="page-blocked"' in form) is is_blocked
        assert ('action="/cart/accept"' in text) is is_blocked


def test_the_form_offers_what_can_be_bought_and_says_why_the_rest_cannot(app: Flask) -> None:
    radios = [
        t.attributes for t in Markup.of(page(app, "product")).tags if t.attributes.get("type") == "radio"
    ]
    assert [radio["value"] for radio in radios if "checked" in radio] == ["TIDE-A4-NONE"]
    assert [radio["value"] for radio in radios if "disabled" in radio] == ["TIDE-A3-OAK", "TIDE A2/ü"]
    single = page(app, "product-single")
    assert '<input type="hidden" name="sku" value="ONE">' in single
    assert 'type="radio"' not in single
    assert '<button class="button" type="submit" disabled aria-describedby="add-reason">' in page(
        app, "product-closed"
    )
    assert "look again in a few minutes" in page(app, "product-closed")
    assert "This is sold out." in page(app, "product-sold-out")


def test_an_order_that_cannot_be_paid_yet_leads_on_with_and_without_script(app: Flask) -> None:
    text = page(app, "order-leads_on")
    assert '<noscript><meta http-equiv="refresh" content="2;url=/orders/tok_1/pay"></noscript>' in text
    assert '<a class="button" href="/orders/tok_1/pay" data-leads-on>' in text
    assert "http-equiv" not in page(app, "order-pending_payment")


def test_only_a_payment_under_way_asks_again_by_itself(app: Flask) -> None:
    asking = {name for name in PAGES if 'hx-trigger="every' in page(app, name)}
    assert asking == {"order-payment_processing"}


def test_an_order_page_shows_neither_address_nor_index_to_strangers(app: Flask) -> None:
    text = page(app, "order-paid")
    assert '<meta name="robots" content="noindex">' in text
    assert "a…@example.com" in text


def test_what_a_visitor_typed_is_escaped_in_every_language() -> None:
    for lang in LANGUAGES:
        with use_locale(lang):
            text = render("order_state", samples.order(state="paid", email="<b>@x", lowered=("<i>",)))
        assert "&lt;b&gt;@x" in text
        assert "<b>" not in text
        assert "&lt;i&gt;" in text


def test_amounts_are_written_as_the_locale_does(app: Flask) -> None:
    assert "from $62.00" in page(app, "collection")
    assert "ab 62,00\xa0$" in page(app, "collection", "de")


def test_a_page_records_the_assets_that_it_uses(app: Flask, assets: AssetMap) -> None:
    with recording() as reads:
        page(app, "home")
    names = ("favicon.svg", "site.css", "htmx-4.0.1.min.js", "shop.js")
    assert reads == {Key("asset", name, ""): assets[name].published_name for name in names}


def test_product_page_and_style_sheet_fit_into_the_first_flight(app: Flask, assets: AssetMap) -> None:
    html = brotli.compress(page(app, "product").encode(), quality=5)
    css = brotli.compress(assets["site.css"].content, quality=11)
    assert len(html) + len(css) <= PAGE_BUDGET_BYTES


def test_the_script_is_small_and_keeps_to_the_policy(assets: AssetMap) -> None:
    script = assets["shop.js"].content
    assert len(brotli.compress(script, quality=11)) <= SCRIPT_BUDGET_BYTES
    assert not re.search(rb"eval\(|innerHTML|insertAdjacentHTML|\.style\b|new Function", script)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_mails_say_what_was_bought_and_where_the_order_is(app: Flask, lang: str) -> None:
    mail = {
        "order": samples.placed_order(lang),
        "order_url": "https://shop.example/orders/tok_1",
        "shop_name": "Vitrine",
        "shop_email": "shop@vitrine.example",
    }
    with use_locale(lang):
        texts = {
            name: app.jinja_env.get_template(f"email/{name}").render(mail=mail)
            for name in ("receipt.txt", "receipt.html", "merchant_notice.txt")
        }
        subjects = [
            app.jinja_env.get_template(f"email/{name}_subject.txt").render(mail=mail)
            for name in ("receipt", "merchant_notice")
        ]
    assert Markup.of(texts["receipt.html"]).faults == []
    assert "Low & High <Water>" in texts["receipt.txt"]
    assert "Low &amp; High &lt;Water&gt;" in texts["receipt.html"]
    for text in texts.values():
        assert "https://shop.example/orders/tok_1" in text
        assert {"en": "$196.00", "de": "196,00\xa0$"}[lang] in text
        assert "Aarhus" in text
    # The shop learns the address; the receipt does not repeat it.
    assert "ada@example.com" in texts["merchant_notice.txt"]
    assert "ada@example.com" not in texts["receipt.txt"] + texts["receipt.html"]
    assert [subject.count("\n") for subject in subjects] == [0, 0]


def test_machines_read_addresses_and_what_to_leave_alone(app: Flask) -> None:
    entries = [
        {"url": "https://shop.example/?a&b", "lastmod": "2026-11-24"},
        {"url": "https://x/", "lastmod": ""},
    ]
    sitemap = app.jinja_env.get_template("pages/sitemap.xml").render(page={"entries": entries})
    assert "<loc>https://shop.example/?a&amp;b</loc><lastmod>2026-11-24</lastmod>" in sitemap
    assert sitemap.count("<lastmod>") == 1
    robots = app.jinja_env.get_template("pages/robots.txt").render(
        prefixes=["", "/de"], sitemap_url="https://shop.example/s.xml"
    )
    assert robots.endswith("\nSitemap: https://shop.example/s.xml")
    assert "Disallow: /orders/\n" in robots
    assert "Disallow: /de/orders/\n" in robots
