"""Contexts of a small shop, in every state that a template knows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup

from app.media.model import PictureFormat, file_name, widths_of
from app.money import Money
from app.orders.model import Address, Attempt, Fulfilment, Order, OrderLine, OrderState
from app.web.contexts.choice import choice_of
from app.web.contexts.facets import (
    FacetChoiceView,
    FacetView,
    FilterPage,
    FilterView,
    PriceRangeView,
)
from app.web.contexts.search import SearchPage, SearchView
from app.web.contexts.shopper_views import (
    CartLineView,
    CartPage,
    CartView,
    NoticeView,
    OrderLineView,
    OrderPage,
    ProblemView,
    RefundView,
)
from app.web.contexts.steps import UNPAID, steps_of
from app.web.contexts.views import (
    CollectionPage,
    CollectionTeaser,
    HomePage,
    ImageView,
    LayoutView,
    LeadView,
    Link,
    MarketView,
    MetaView,
    ProductCard,
    ProductPage,
    SourceView,
    StockView,
    TextPage,
    VariantView,
)

AT = datetime(2026, 11, 24, 15, 4, tzinfo=UTC)

IN_STOCK = StockView("in_stock", None, True, "https://schema.org/InStock")
LOW_STOCK = StockView("low_stock", 3, True, "https://schema.org/LimitedAvailability")
BACK_ORDER = StockView("back_order", None, True, "https://schema.org/BackOrder")
ALL_RESERVED = StockView("all_reserved", None, False, "https://schema.org/OutOfStock")
SOLD_OUT = StockView("sold_out", None, False, "https://schema.org/OutOfStock")
STOCKS = (IN_STOCK, LOW_STOCK, BACK_ORDER, ALL_RESERVED, SOLD_OUT)

WORKS = (
    "Low Water at Skagen",
    "Thirty-One Suns",
    "Woven Lines, Second State",
    "Contours of a Small Island",
    "Tiling with One Mistake",
    "Harbour, Before Rain",
)


def usd(minor: int) -> Money:
    """An amount in dollars."""
    return Money(minor, "USD")


def market(lang: str = "en") -> MarketView:
    """The market of a language: English without a prefix, others below theirs."""
    prefix = "" if lang == "en" else f"/{lang}"
    return MarketView(
        id=lang,
        name="United States",
        currency="USD",
        lang=lang,
        home_url=f"{prefix}/",
        cart_url=f"{prefix}/cart",
        badge_url=f"{prefix}/_fragments/cart-badge",
        cart_lines_url=f"{prefix}/cart/lines",
        search_url=f"{prefix}/search",
        search_fragment_url=f"{prefix}/_fragments/search",
    )


def layout(lang: str = "en") -> LayoutView:
    """What stands around every page."""
    return LayoutView(
        shop_name="Vitrine",
        tagline="Prints that a machine drew and a person chose",
        email="shop@vitrine.example",
        market=market(lang),
        menu=tuple(
            Link(title, f"/collections/{title.lower()}/", title == "Tides")
            for title in ("Geometry", "Contours", "Woven", "Tides", "Suns")
        ),
        footer=tuple(
            Link(title, f"/pages/{title.lower()}/")
            for title in ("Shipping", "Returns", "About", "Privacy", "Imprint")
        ),
        markets=(
            Link("United States · USD", "/", lang == "en"),
            Link("Deutschland · EUR", "/de/", lang == "de"),
        ),
    )


def meta(title: str) -> MetaView:
    """What a page says about itself."""
    return MetaView(
        title=title,
        description="Art prints & drawings",
        canonical="https://shop.example/x/",
        alternates=(Link("de", "https://shop.example/de/x/"),),
        image="https://shop.example/assets/print.jpg",
    )


def image(number: int = 1) -> ImageView:
    """A picture: portrait, square and landscape in turn."""
    width, height = ((960, 1200), (1200, 1200), (1200, 900))[number % 3]

    def url(form: PictureFormat, across: int) -> str:
        return f"/media/{file_name(f'{number} {form} {across}'.encode(), across, form)}"

    return ImageView(
        url=url(PictureFormat.JPEG, width),
        alt=f"An art print of {number} lines",
        width=width,
        height=height,
        sources=tuple(
            SourceView(
                form.mime,
                ", ".join(f"{url(form, across)} {across}w" for across in widths_of(width)),
            )
            for form in PictureFormat
        ),
        tone=f"tone-{number:02}",
        large_url=url(PictureFormat.JPEG, width),
    )


def card(number: int) -> ProductCard:
    """A product in a listing; every fourth has no picture."""
    return ProductCard(
        id=f"prd_{number}",
        url=f"/products/work-{number}/",
        title=WORKS[number % len(WORKS)],
        vendor="Atelier Nord" if number % 2 else "",
        price=usd(4800 + 700 * number),
        price_varies=number % 3 != 0,
        was=usd(9900) if number == 2 else None,
        image=None if number % 4 == 3 else image(number),
        stock=STOCKS[number % len(STOCKS)],
    )


def variant(sku: str, title: str, minor: int, stock: StockView = IN_STOCK, was: int = 0) -> VariantView:
    """One thing to buy."""
    options = tuple(title.split(" / ")) if title else ()
    return VariantView(sku, title, usd(minor), usd(was) if was else None, stock, options)


VARIANTS = (
    variant("TIDE-A4-NONE", "A4 / unframed", 4800),
    variant("TIDE-A4-OAK", "A4 / oak", 9800, LOW_STOCK, was=11200),
    variant("TIDE-A3-NONE", "A3 / unframed", 7200, BACK_ORDER),
    variant("TIDE-A3-OAK", "A3 / oak", 12900, ALL_RESERVED),
    variant("TIDE A2/ü", "A2 / black", 18900, SOLD_OUT),
)


def product(lang: str = "en", variants: tuple[VariantView, ...] = VARIANTS) -> ProductPage:
    """A product page."""
    return ProductPage(
        layout=layout(lang),
        meta=meta("Low Water at Skagen"),
        title="Low Water at Skagen",
        vendor="Atelier Nord",
        description=Markup(
            "<p>Four hundred lines follow the tide tables of one November week. Where the water stood"
            " still the pen did too, and the ink went deep.</p><p>Pigment ink on 300 g cotton paper,"
            " signed and numbered on the back.</p><ul><li>Printed to order in Aarhus</li></ul>"
        ),
        images=(image(3), image(1)),
        option_names=("Size", "Frame"),
        variants=variants,
        collections=(Link("Tides", "/collections/tides/"), Link("Woven", "/collections/woven/")),
        json_ld='{"@type": "Product"}',
        choice=choice_of(("Size", "Frame"), variants),
        promises=(lead("shipping", "Delivery"), lead("returns", "Returns")),
    )


def lead(slug: str, title: str) -> LeadView:
    """How a content page opens."""
    return LeadView(
        slug, title, f"/pages/{slug}/", Markup("<p>Rolled in a tube, or flat in a box &amp; insured.</p>")
    )


def home(lang: str = "en") -> HomePage:
    """The front page."""
    return HomePage(
        layout(lang),
        meta("Vitrine"),
        tuple(card(number) for number in range(6)),
        tuple(
            CollectionTeaser(
                title,
                f"/collections/{title.lower()}/",
                "Water, drawn from the tables that harbours print." if number else "",
                image(number) if number != 2 else None,
            )
            for number, title in enumerate(("Geometry", "Contours", "Tides"))
        ),
        lead("about", "About the press"),
    )


def collection(lang: str = "en") -> CollectionPage:
    """The first of three pages of a collection."""
    return CollectionPage(
        layout(lang),
        meta("Tides"),
        "Tides",
        "Water, drawn from the tables that harbours print: what came in, what went out, and what stayed.",
        tuple(card(number) for number in range(9)),
        1,
        tuple(Link(str(n), f"/collections/tides/page/{n}/", n == 1) for n in (1, 2, 3)),
        "/collections/tides/filter",
        (
            Link("Our order", "/collections/tides/", True),
            Link("Price, lowest first", "/collections/tides/sort/price-up/"),
        ),
    )


def search(query: str, lang: str = "en", **other: Any) -> SearchPage:
    """What was found, on the first of three pages."""
    found = SearchView(
        query=query,
        is_ready=True,
        total=60,
        cards=tuple(card(number) for number in range(4)),
        pages=tuple(Link(str(n), f"/search?page={n}&q={query}", n == 1) for n in (1, 2, 3)),
    )
    return SearchPage(layout(lang), MetaView("Search"), replace(found, **other))


ELSEWHERE: dict[str, Any] = {
    "total": 0,
    "cards": (),
    "pages": (),
    "collections": (Link("Tides", "/collections/tides/"),),
}


def choice(id: str, name: str, label: str, count: int = 0, is_chosen: bool = False) -> FacetChoiceView:
    """A value that can be chosen."""
    return FacetChoiceView(id, name, label, label, count, is_chosen)


def filtered(lang: str = "en", **other: Any) -> FilterPage:
    """A collection narrowed to one size."""
    shown = FilterView(
        is_ready=True,
        action="/collections/tides/filter",
        fragment_url="/_fragments/collections/tides/filter",
        collection_url="/collections/tides/",
        clear_url="/collections/tides/filter",
        facets=(
            FacetView("Size", (choice("facet-0-0", "option.Size", "A4 <wide>", 4, True),), is_open=True),
            FacetView(
                "Vendor",
                (choice("facet-1-0", "vendor", "Atelier & Nord", 2), choice("facet-1-1", "vendor", "Süd")),
                rest=(choice("facet-1-2", "vendor", "Corin “C” Vale", 1),),
            ),
        ),
        price=PriceRangeView("USD", "10", "", "48.00", "129.00"),
        sortings=(choice("sort-featured", "sort", "Our order", is_chosen=True),),
        chosen=(
            Link("A4 <wide>", "/collections/tides/filter?price_min=10"),
            Link("from $10.00", "/collections/tides/filter?option.Size=A4"),
        ),
        said=("“cheap” is no price, so it was left out.",),
        total=4,
        is_narrowed=True,
        cards=tuple(card(number) for number in range(4)),
    )
    return FilterPage(layout(lang), MetaView("Tides"), "Tides", replace(shown, **other))


PROBLEMS = (
    ProblemView("price_down", 5, usd(5000), usd(4800)),
    ProblemView("price_up", 5, usd(9000), usd(9800)),
    ProblemView("fewer_left", 1, None, None),
    ProblemView("sold_out", 0, None, None),
    ProblemView("gone", 0, None, None),
)


def cart_line(number: int, problems: tuple[ProblemView, ...] = ()) -> CartLineView:
    """A line of the cart."""
    sku = VARIANTS[number % len(VARIANTS)].sku
    return CartLineView(
        sku=sku,
        title=WORKS[number % len(WORKS)],
        variant="A4 / oak" if number % 2 == 0 else "",
        url=f"/products/work-{number}/",
        image=image(number) if number % 2 == 0 else None,
        quantity=number + 1,
        unit_price=usd(4800),
        total=usd(4800 * (number + 1)),
        update_url=f"/cart/lines/{sku}",
        remove_url=f"/cart/lines/{sku}/remove",
        problems=problems,
    )


def cart(*lines: CartLineView, is_blocked: bool = False, open_order_url: str = "") -> CartView:
    """A cart of these lines."""
    return CartView(
        lines=lines,
        count=sum(line.quantity for line in lines),
        subtotal=usd(sum(line.total.minor for line in lines)),
        is_blocked=is_blocked,
        cart_url="/cart",
        checkout_url="/checkout",
        accept_url="/cart/accept",
        open_order_url=open_order_url,
        badge_url="/_fragments/cart-badge",
    )


FULL_CART = cart(cart_line(0), cart_line(1))
EMPTY_CART = cart()
BLOCKED_CART = cart(
    *(cart_line(number, (problem,)) for number, problem in enumerate(PROBLEMS)),
    is_blocked=True,
    open_order_url="/orders/tok_1",
)
REFUSED = NoticeView("error", "Only 3 of Low Water at Skagen are left.")


def cart_page(lang: str = "en", shown: CartView = FULL_CART, notice: NoticeView | None = None) -> CartPage:
    """The cart as a page."""
    return CartPage(layout(lang), replace(meta("Cart"), canonical=""), shown, notice)


def text(title: str, body: str, lang: str = "en") -> TextPage:
    """A content page or a message."""
    return TextPage(layout(lang), meta(title), title, Markup(body))  # noqa: S704 - written in tests


def placed_order(locale: str = "en") -> Order:
    """An order as mails see it."""
    return Order(
        id="ord_1",
        number="V-1042",
        token="tok_1",
        market="",
        locale=locale,
        currency="USD",
        lines=(OrderLine("TIDE-A4-OAK", "TIDE-A4-OAK", "Low & High <Water>", "A4 / oak", 2, usd(9800)),),
        cart_id="crt_1",
        state=OrderState.PAID,
        created_at=AT,
        attempts=(Attempt(1, "ord_1:attempt:1", AT, "digest", "https://s/r", "https://s/c"),),
        hold_until=AT,
        email="ada@example.com",
        shipping=Address("Ada Byron", "1 Quay", "", "8000", "Aarhus", "", "DK"),
        paid_at=AT,
    )


def order(lang: str = "en", state: str = "paid", **changes: object) -> OrderPage:
    """An order's page in a state."""
    shown = OrderPage(
        layout=layout(lang),
        meta=replace(meta("Order V-1042"), canonical=""),
        number="V-1042",
        state=state,
        fulfilment="unfulfilled",
        lines=(
            OrderLineView(WORKS[0], "A4 / oak", "TIDE-A4-OAK", 1, usd(9800), usd(9800)),
            OrderLineView(WORKS[1], "", "SUNS-31", 2, usd(4800), usd(9600)),
        ),
        total=usd(19400),
        email="a…@example.com",
        placed_at=AT,
        paid_at=AT if state == "paid" else None,
        held_until=AT if state == "pending_payment" else None,
        payment_url="/orders/tok_1/pay" if state == "pending_payment" else "",
        release_url="/orders/tok_1/release" if state == "pending_payment" else "",
        leads_on=False,
        lowered=(),
        invoice_number="2026-0007" if state == "paid" else "",
    )
    shown = replace(shown, **changes)  # type: ignore[arg-type]
    placed = replace(
        placed_order(),
        state=OrderState(shown.state),
        fulfilment=Fulfilment(shown.fulfilment),
        paid_at=None if shown.state in UNPAID or shown.state == "cancelled" else AT,
    )
    return replace(shown, steps=steps_of(placed))


ORDERS = {
    **{state.value: order(state=state.value) for state in OrderState},
    "leads_on": order(state="pending_payment", leads_on=True, lowered=("Thirty-One Suns",)),
    "sent": order(fulfilment="fulfilled"),
    "partly_sent": order(fulfilment="partial", email=""),
    "refunds": order(
        state="partially_refunded",
        refunds=(
            RefundView(usd(9800), AT, "succeeded", "staff", (f"1 × {WORKS[0]}, A4 / oak",)),
            RefundView(usd(19400), AT, "pending", "second_payment"),
            RefundView(usd(19400), AT, "requested", "late_payment"),
            RefundView(usd(500), AT, "failed", "stripe"),
        ),
    ),
}


def pages(lang: str = "en") -> dict[str, tuple[str, object]]:
    """Every document with a context, by a name that tells them apart."""
    missing = text("Nothing hangs here", "<p>The page has moved, or it never was.</p>", lang)
    closed = text("The counter is closed", "<p>Please try again in a minute.</p>", lang)
    return {
        "home": ("home.html", home(lang)),
        "home-empty": ("home.html", HomePage(layout(lang), meta("Vitrine"), (), ())),
        "collection": ("collection.html", collection(lang)),
        "collection-empty": ("collection.html", replace(collection(lang), cards=(), pages=())),
        "product": ("product.html", product(lang)),
        "product-single": ("product.html", product(lang, (variant("ONE", "", 4800, LOW_STOCK, 6000),))),
        "product-closed": ("product.html", product(lang, (VARIANTS[3], VARIANTS[4]))),
        "product-sold-out": ("product.html", replace(product(lang, (VARIANTS[4],)), images=())),
        "search": ("search.html", search("tide", lang)),
        "search-more": ("search.html", search("a", lang, has_more=True)),
        "search-near": ("search.html", search("<tdies>", lang, instead="tides", total=1, pages=())),
        "search-nothing": ("search.html", search("<b>", lang, **ELSEWHERE)),
        "search-empty": ("search.html", search("", lang, **ELSEWHERE)),
        "search-not-ready": ("search.html", search("tide", lang, is_ready=False, **ELSEWHERE)),
        "filter": ("filter.html", filtered(lang)),
        "filter-nothing": ("filter.html", filtered(lang, total=0, cards=())),
        "filter-not-ready": ("filter.html", filtered(lang, is_ready=False, facets=(), price=None, cards=())),
        "content": (
            "content.html",
            text("Shipping", "<p>We pack flat.</p><h2>Where to</h2><p>All over.</p>", lang),
        ),
        "not-found": ("not_found.html", missing),
        "counter-closed": ("counter_closed.html", closed),
        "counter-closed-fragment": ("counter_closed_fragment.html", closed),
        "message": ("message.html", text("Too fast", "<p>Please wait a moment.</p>", lang)),
        "cart": ("cart.html", cart_page(lang)),
        "cart-empty": ("cart.html", cart_page(lang, EMPTY_CART)),
        "cart-blocked": ("cart.html", cart_page(lang, BLOCKED_CART, REFUSED)),
        **{
            f"order-{name}": ("order.html", replace(shown, layout=layout(lang)))
            for name, shown in ORDERS.items()
        },
    }
