"""What every page of the desk has around it, and how a list is cut into pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar

from flask import g, get_template_attribute, make_response, render_template, url_for
from htmx_flask import request
from markupsafe import Markup
from werkzeug.wrappers import Response

from app.errors import VitrineError
from app.orders.model import OrderState
from app.staff.model import Permission, Present
from app.web.contexts.views import Link
from app.web.editor.contexts import DeskView, Pager, ProblemPage
from app.web.editor.words import label, sentence, status_of
from app.web.i18n import current_locale
from app.web.i18n import gettext as _
from app.web.shop import current_shop

PER_PAGE = 50
PICTURE_PAGES = ("editor.pictures", "editor.upload_pictures", "editor.arrange_pictures")
COLLECTION_PAGES = (
    *("editor.collection", "editor.new_collection", "editor.retiring"),
    *("editor.collection_history", "editor.save_collection", "editor.create_collection"),
)
TEST_KEYS = ("sk_test_", "rk_test_")
OF_PRODUCTS = (
    "editor.product",
    "editor.new_product",
    "editor.create_product",
    "editor.edit_product",
    "editor.save_product",
    "editor.show_repricing",
    "editor.change_prices",
)
"""Pages that belong to the list of products in the menu."""
Entry = TypeVar("Entry")


def closed_desk() -> DeskView:
    """Return the frame of the pages that everybody may see: nothing of the shop's business is in it."""
    shop = current_shop()
    name = shop.services.catalogue.store.settings().name
    return DeskView(shop_name=name, lang=_language(), has_test_payments=_has_test_payments())


def desk() -> DeskView:
    """Return the frame as the member who makes the request sees it."""
    known: Present | None = g.get("present")
    if known is None:
        return closed_desk()
    shop, member = current_shop(), known.member
    if g.get("is_shut"):
        # What cannot be opened yet is not offered, and says nothing of the shop's business.
        return replace(closed_desk(), email=member.email, role=label(member.role))
    sees_orders = member.may(Permission.SEE_ORDERS)
    entries = [(_("Products"), "editor.products"), (_("Publications"), "editor.publications")]
    if sees_orders:
        entries.insert(1, (_("Orders"), "editor.orders"))
    entries.insert(1, (_("Collections"), "editor.collections"))
    entries += [(_("Change sets"), "editor.change_sets"), (_("Pages"), "editor.pages")]
    return DeskView(
        shop_name=shop.services.catalogue.store.settings().name,
        lang=_language(),
        has_test_payments=_has_test_payments(),
        email=member.email,
        role=label(member.role),
        nav=tuple(_entry(title, endpoint) for title, endpoint in entries),
        review_count=shop.services.orders.counts().get(OrderState.PAYMENT_REVIEW, 0) if sees_orders else 0,
    )


def problem(error: VitrineError) -> Response:
    """Show a refusal as a page of its own; to htmx, as one line."""
    text, status = sentence(error), status_of(error)
    if request.htmx:
        return make_response(component("notice", "error", text), status)
    title = {403: _("Not for your role"), 404: _("Not found")}.get(status) or _("That did not work")
    return problem_page(title, text, status)


def problem_page(title: str, text: str, status: int) -> Response:
    """Show a page that says what is wrong, in the frame of whoever is there."""
    page = ProblemPage(desk=desk(), title=title, text=text)
    return make_response(render_template("editor/problem.html", page=page), status)


def component(name: str, /, *args: object, **options: object) -> Markup:
    """Render one component of the desk alone, as the response to a request of htmx."""
    macro = get_template_attribute(f"editor/components/{name}.html", name)
    return Markup(macro(*args, **options))  # noqa: S704 - a macro escapes what it is handed


def page_number() -> int:
    """Return the page of a list that the address asks for; the first where it asks for none."""
    asked = request.args.get("page", "1")
    return max(1, int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 8 else 1


def first_shown(total: int, number: int) -> int:
    """Return how many entries lie before a page; a page beyond the end is the last."""
    return min((number - 1) * PER_PAGE, max(0, (total - 1) // PER_PAGE * PER_PAGE))


def cut(
    entries: Sequence[Entry], total: int, number: int, *, skipped: int = 0, **kept: str
) -> tuple[Sequence[Entry], Pager]:
    """Return a page's entries and the way to its neighbours; `kept` stays in their addresses.

    The store may have skipped entries that lie before the page.
    """
    start = first_shown(total, number)
    here = start // PER_PAGE + 1
    shown = entries[start - skipped : start - skipped + PER_PAGE]

    def address(page: int) -> str:
        extra: dict[str, Any] = {name: value for name, value in kept.items() if value}
        return url_for(str(request.endpoint), page=page if page > 1 else None, **extra)

    return shown, Pager(
        first=start + 1 if shown else 0,
        last=start + len(shown),
        total=total,
        previous_url=address(here - 1) if here > 1 else "",
        next_url=address(here + 1) if start + PER_PAGE < total else "",
    )


def _entry(title: str, endpoint: str) -> Link:
    here = str(request.endpoint)
    belongs = {
        **dict.fromkeys(OF_PRODUCTS, "editor.products"),
        "editor.order": "editor.orders",
        "editor.product_history": "editor.products",
        **dict.fromkeys(PICTURE_PAGES, "editor.products"),
        "editor.change_set": "editor.change_sets",
        **dict.fromkeys(COLLECTION_PAGES, "editor.collections"),
        "editor.rebuild": "editor.pages",
    }
    return Link(title, url_for(endpoint), is_current=endpoint in (here, belongs.get(here)))


def _language() -> str:
    return current_locale().replace("_", "-")


def _has_test_payments() -> bool:
    return current_shop().config.takes_test_payments
