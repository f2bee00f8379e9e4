"""History at the desk: what was changed by whom, and one click back; change sets as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.catalogue.history import revert_change_set, undo
from app.catalogue.model import ChangeSet, Product, Revision
from app.catalogue.reverting import revert_collection, revert_product
from app.catalogue.seeing import seen_digest
from app.catalogue.service import plain
from app.errors import NotFound, Refusal, VersionConflict
from app.publishing.model import DocumentChange
from app.staff.model import Permission
from app.web.contexts.views import Link
from app.web.editor.access import Route, present
from app.web.editor.contexts import Result
from app.web.editor.contexts_history import (
    ChangedProduct,
    ChangeSetPage,
    ChangeSetRow,
    ChangeSetsPage,
    HistoryPage,
    RevisionRow,
)
from app.web.editor.differences import differences, field_label
from app.web.editor.forms import RevertForm, parse
from app.web.editor.frame import desk, page_number
from app.web.editor.variants import live_result
from app.web.editor.words import sentence, status_of
from app.web.i18n import gettext as _
from app.web.shop import current_shop

WAIT_SECONDS = 2.0
SHOWN = 50
LARGEST_REVERT = 500
"""Products that a browser waits for; larger change sets are reverted by `vitrine revert`."""


def product_history(product_id: str) -> Response:
    """Show every change of a product."""
    return _history("product", product_id)


def collection_history(collection_id: str) -> Response:
    """Show every change of a collection, of a retired one too."""
    return _history("collection", collection_id)


def revert_product_to(product_id: str) -> Response:
    """Make a product what it was after one of its revisions."""
    return _revert("product", product_id)


def revert_collection_to(collection_id: str) -> Response:
    """Make a collection what it was after one of its revisions."""
    return _revert("collection", collection_id)


def change_sets() -> str:
    """List change sets, newest first."""
    found = current_shop().services.catalogue.store.change_sets(2 * SHOWN)
    return render_template(
        "editor/change_sets.html", page=ChangeSetsPage(desk(), tuple(_set_row(one) for one in found))
    )


def change_set(set_id: str) -> Response:
    """Show one change set: what it did, and what has become of that since."""
    return _change_set(set_id)


def revert_set(set_id: str) -> Response:
    """Take a change set back as one; what is taken back already stays so."""
    found = _set(set_id)
    if found.products > LARGEST_REVERT:
        text = _(
            "%(num)s products take longer than a browser waits. Type: vitrine revert %(set)s",
            num=found.products,
            set=set_id,
        )
        return _change_set(set_id, text, 409)
    try:
        revert_change_set(current_shop().services.catalogue, set_id, who=present().member.email)
    except Refusal as error:
        return _change_set(set_id, sentence(error), status_of(error))
    return redirect(url_for("editor.change_set", set_id=set_id), code=303)


def saved_result(collection: str, document: str, done: str) -> Result | None:
    """Return what a change made live that the address names, from its record and from nothing else."""
    version = request.args.get("saved", "")
    if not version.isascii() or not version.isdigit() or len(version) > 9:
        return None
    store = current_shop().services.publishing.store
    return live_result(done, store.publication_of(collection, document, int(version)))


def product_titles(ids: Sequence[str]) -> Mapping[str, str]:
    """Return the titles of products by their ids; one that is gone has none."""
    found = current_shop().services.catalogue.store.products(list(dict.fromkeys(ids)))
    return {product_id: product.title for product_id, product in found.items()}


def revision_rows(
    revisions: Sequence[Revision], now: Mapping[str, object] | None, *, may_edit: bool
) -> tuple[RevisionRow, ...]:
    """Return revisions for a page; `now` is the document's plain form, or nothing where it is gone."""
    rows = []
    is_known = False
    for revision in revisions:
        is_now = now is not None and not is_known and revision.state == now
        is_known = is_known or is_now
        rows.append(
            RevisionRow(
                id=revision.id,
                version=revision.version,
                at=revision.at,
                who=_who(revision.who),
                why=revision.why,
                differences=differences(revision, product_titles),
                change_set=_set_link(revision.change_set),
                is_now=is_now,
                can_be_reverted_to=may_edit and bool(revision.state) and revision.state != now,
            )
        )
    return tuple(rows)


def _history(kind: str, document: str, error: str = "", status: int = 200) -> Response:
    store = current_shop().services.catalogue.store
    found = store.product(document) if kind == "product" else store.collection(document)
    number = page_number()
    revisions = store.revisions(document, number * SHOWN + 1)
    if found is None and not revisions:
        raise NotFound(kind, document)
    shown = revisions[(number - 1) * SHOWN : number * SHOWN]
    may_edit = present().member.may(Permission.EDIT_CATALOGUE)
    title = found.title if found else _last_title(revisions)
    page = HistoryPage(
        desk=desk(),
        title=title,
        kind=kind,
        back=_back(kind, document, title, is_gone=found is None),
        rows=revision_rows(shown, plain(found) if found else None, may_edit=may_edit),
        seen=seen_digest(found),
        action=_url(kind, document, f"revert_{kind}"),
        older_url=_url(kind, document, f"{kind}_history", page=number + 1)
        if request.method == "GET" and len(revisions) > number * SHOWN
        else "",
        # One that another program has deleted cannot be given back by a revision of its product.
        may_edit=may_edit and (found is not None or kind == "collection"),
        is_gone=found is None,
        result=saved_result(f"{kind}s", document, _("It is again what it was.")),
        error=error,
    )
    return make_response(render_template("editor/history.html", page=page), status)


def _revert(kind: str, document: str) -> Response:
    form = parse(RevertForm)
    services = current_shop().services
    since, who = services.clock.now(), present().member.email
    revert = revert_product if kind == "product" else revert_collection
    try:
        back = revert(services.catalogue, document, form.revision, who=who, seen=form.seen)
    except VersionConflict:
        text = _(
            "Somebody else has changed this since you opened the page, so nothing was reverted. "
            "What they did stands first below; what another program did is noted there within a second."
        )
        return _history(kind, document, text, 409)
    except Refusal as error:
        text = _("Nothing was reverted. %(why)s", why=sentence(error))
        return _history(kind, document, text, status_of(error))
    change = DocumentChange(f"{kind}s", document, back.version)
    services.publishing.wait_for(change, since=since, seconds=WAIT_SECONDS)
    return redirect(_url(kind, document, f"{kind}_history", saved=back.version), code=303)


def _change_set(set_id: str, error: str = "", status: int = 200) -> Response:
    store = current_shop().services.catalogue.store
    found, number = _set(set_id), page_number()
    first = (number - 1) * SHOWN
    revisions = list(islice(store.revisions_of(set_id), first, first + SHOWN + 1))
    products = store.products([revision.document for revision in revisions[:SHOWN]])
    page = ChangeSetPage(
        desk=desk(),
        row=_set_row(found),
        products=tuple(_changed(one, products.get(one.document)) for one in revisions[:SHOWN]),
        newer_url=url_for("editor.change_set", set_id=set_id, page=number - 1) if number > 1 else "",
        older_url=url_for("editor.change_set", set_id=set_id, page=number + 1)
        if len(revisions) > SHOWN
        else "",
        first=first + 1,
        action=url_for("editor.revert_set", set_id=set_id),
        may_revert=present().member.may(Permission.EDIT_CATALOGUE),
        is_too_large=found.products > LARGEST_REVERT,
        error=error,
    )
    return make_response(render_template("editor/change_set.html", page=page), status)


def _changed(revision: Revision, product: Product | None) -> ChangedProduct:
    shown = differences(revision, product_titles)
    if product is None:
        return ChangedProduct(revision.document, "", shown, "gone")
    try:
        undone = undo(product, revision)
    except (Refusal, KeyError, TypeError, ValueError):
        # Written in a form that is not known any more; a revert would leave it alone as well.
        return ChangedProduct(product.title, _history_url(product.id), shown, "stands")
    kept = tuple(field_label(name) for name in undone.kept)
    if undone.new != undone.old:
        state = "stands" if not kept else "partly"
    else:
        state = "partly" if kept else "undone"
    return ChangedProduct(product.title, _history_url(product.id), shown, state, kept)


def _set(set_id: str) -> ChangeSet:
    store = current_shop().services.catalogue.store
    revisions = store.revisions_of(set_id)
    first = next(iter(revisions), None)
    if first is None:
        raise NotFound("change set", set_id)
    known = next((one for one in store.change_sets(2 * SHOWN) if one.id == set_id), None)
    # An old one is not among the newest, so it is counted.
    return known or ChangeSet(set_id, first.who, first.why, first.at, 1 + sum(1 for _one in revisions))


def _set_row(found: ChangeSet) -> ChangeSetRow:
    url = url_for("editor.change_set", set_id=found.id)
    return ChangeSetRow(url, found.at, _who(found.who), found.why, found.products)


def _set_link(set_id: str) -> Link | None:
    return Link(_("change set"), url_for("editor.change_set", set_id=set_id)) if set_id else None


def _who(who: str) -> str:
    return _("another program") if who == "external" else who


def _history_url(product_id: str) -> str:
    return url_for("editor.product_history", product_id=product_id)


def _url(kind: str, document: str, endpoint: str, **more: int) -> str:
    """Return the address of a page of one product or one collection."""
    return url_for(f"editor.{endpoint}", **{f"{kind}_id": document, **more})  # type: ignore[arg-type]


def _back(kind: str, document: str, title: str, *, is_gone: bool) -> Link:
    if is_gone:
        return Link(_("Products") if kind == "product" else _("Collections"), url_for(f"editor.{kind}s"))
    return Link(title, _url(kind, document, kind))


def _last_title(revisions: Sequence[Revision]) -> str:
    return next((str(one.state["title"]) for one in revisions if one.state.get("title")), _("Nameless"))


EDIT = Permission.EDIT_CATALOGUE
ROUTES = (
    Route("/products/<product_id>/history", "product_history", product_history, Permission.SEE),
    Route("/products/<product_id>/revert", "revert_product", revert_product_to, EDIT, ("POST",)),
    Route("/collections/<collection_id>/history", "collection_history", collection_history, Permission.SEE),
    Route("/collections/<collection_id>/revert", "revert_collection", revert_collection_to, EDIT, ("POST",)),
    Route("/changes", "change_sets", change_sets, Permission.SEE),
    Route("/changes/<set_id>", "change_set", change_set, Permission.SEE),
    Route("/changes/<set_id>/revert", "revert_set", revert_set, EDIT, ("POST",)),
)
