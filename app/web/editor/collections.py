"""Collections at the desk: a list by hand or by rule, with what it finds before it is saved."""

from __future__ import annotations

from dataclasses import replace

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.catalogue.collecting import (
    CollectionRetired,
    change_collection,
    create_collection,
    must_not_be_retired,
    retire_collection,
)
from app.catalogue.model import Collection
from app.catalogue.seeing import seen_digest
from app.errors import NotFound, Refusal, VersionConflict
from app.ids import is_id, new_id
from app.publishing.model import DocumentChange
from app.staff.model import Permission
from app.web.contexts.views import Link
from app.web.editor import collection_met
from app.web.editor.access import Route, present
from app.web.editor.collection_forms import Typed, read, typed
from app.web.editor.collection_view import collection_page, menu_entries
from app.web.editor.contexts_collections import CollectionRow, CollectionsPage, RetirePage
from app.web.editor.forms import RetireForm, parse
from app.web.editor.frame import desk
from app.web.editor.history import WAIT_SECONDS
from app.web.editor.rule_words import rule_sentence
from app.web.editor.words import status_of
from app.web.i18n import gettext as _
from app.web.i18n import ngettext
from app.web.shop import current_shop


def collections() -> str:
    """List collections by title."""
    store = current_shop().services.catalogue.store
    retired = request.args.get("retired", "")
    last = next(iter(store.revisions(retired, limit=1)), None) if retired else None
    is_retired = last is not None and not last.state and store.collection(retired) is None
    page = CollectionsPage(
        desk=desk(),
        rows=tuple(_row(found) for found in store.collections()),
        may_edit=present().member.may(Permission.EDIT_CATALOGUE),
        notice=_("“%(title)s” is retired. Its address answers that it is gone.", title=last.diff["title"][0])
        if last is not None and is_retired
        else "",
        notice_url=url_for("editor.collection_history", collection_id=retired) if is_retired else "",
    )
    return render_template("editor/collections.html", page=page)


def new_collection() -> Response:
    """Show the form of a collection that is not there yet."""
    # The id is in the form, so that a form which is sent twice makes one collection.
    return _page(Typed(new_id("col"), "", "", "", ""), is_new=True)


def create() -> Response:
    """Do what the button of a new collection's form is for."""
    form = read()
    known = current_shop().services.catalogue.store.collection(form.id)
    return _answer(form, known or Collection(form.id, "", ""), is_new=True)


def collection(collection_id: str) -> Response:
    """Show a collection's form as it is kept."""
    return _page(typed(_found(collection_id)))


def save(collection_id: str) -> Response:
    """Do what the button of a collection's form is for: save, or change what is typed."""
    form = replace(read(), id=collection_id)
    found = current_shop().services.catalogue.store.collection(collection_id)
    if found is not None:
        return _answer(form, found)
    try:
        must_not_be_retired(current_shop().services.catalogue, collection_id)
    except CollectionRetired as error:
        return collection_met.retired(form.worked(), error)
    raise NotFound("collection", collection_id)


def retiring(collection_id: str) -> Response:
    """Say what retiring a collection means, before it is done."""
    return _retiring(_found(collection_id))


def retire(collection_id: str) -> Response:
    """Take a collection out of the shop for good."""
    form = parse(RetireForm)
    services = current_shop().services
    try:
        retire_collection(services.catalogue, collection_id, who=present().member.email, seen=form.seen)
    except VersionConflict:
        text = _("Somebody else has changed it since you opened the page. Nothing was retired.")
        return _retiring(_found(collection_id), text, 409)
    return redirect(url_for("editor.collections", retired=collection_id), code=303)


def _answer(form: Typed, like: Collection, *, is_new: bool = False) -> Response:
    if form.deed != "save":
        return _page(form.worked(), is_new=is_new)
    services = current_shop().services
    since, who = services.clock.now(), present().member.email
    try:
        wanted = form.collection(like)
        if is_new:
            saved = _create(wanted, who, form.why.strip())
        else:
            saved = change_collection(
                services.catalogue, wanted, who=who, why=form.why.strip(), seen=form.seen
            )
    except CollectionRetired as error:
        return collection_met.retired(form, error)
    except VersionConflict:
        met = collection_met.made if is_new else collection_met.changed
        return met(form, _found(form.id))
    except Refusal as error:
        return _page(form, error, status_of(error), is_new=is_new)
    change = DocumentChange("collections", saved.id, saved.version)
    services.publishing.wait_for(change, since=since, seconds=WAIT_SECONDS)
    return redirect(url_for("editor.collection", collection_id=saved.id, saved=saved.version), code=303)


def _create(wanted: Collection, who: str, why: str) -> Collection:
    if not is_id(wanted.id, "col"):
        raise NotFound("collection", wanted.id)
    return create_collection(current_shop().services.catalogue, wanted, who=who, why=why)


def _page(
    form: Typed,
    error: Refusal | None = None,
    status: int = 200,
    *,
    is_new: bool = False,
) -> Response:
    known = None if is_new else _found(form.id)
    page = collection_page(form, known, error=error)
    return make_response(render_template("editor/collection.html", page=page), status)


def _retiring(found: Collection, error: str = "", status: int = 200) -> Response:
    store = current_shop().services.catalogue.store
    page = RetirePage(
        desk=desk(),
        title=found.title,
        address=_address(found),
        seen=seen_digest(found),
        action=url_for("editor.retire", collection_id=found.id),
        back=Link(found.title, url_for("editor.collection", collection_id=found.id)),
        products=len(store.products_of(found)),
        menu_entries=menu_entries(found),
        error=error,
    )
    return make_response(render_template("editor/retire_collection.html", page=page), status)


def _row(found: Collection) -> CollectionRow:
    count = len(found.product_ids)
    return CollectionRow(
        url=url_for("editor.collection", collection_id=found.id),
        title=found.title,
        address=_address(found),
        what=rule_sentence(found.rule)
        if found.rule
        else ngettext("%(num)s product, chosen by hand", "%(num)s products, chosen by hand", count),
        is_rule=found.rule is not None,
        updated_at=found.updated_at,
    )


def _address(found: Collection) -> str:
    return url_for("storefront.collection", market="", slug=found.slug, number=1)


def _found(collection_id: str) -> Collection:
    found = current_shop().services.catalogue.store.collection(collection_id)
    if found is None:
        raise NotFound("collection", collection_id)
    return found


EDIT = Permission.EDIT_CATALOGUE
ROUTES = (
    Route("/collections", "collections", collections, Permission.SEE),
    Route("/collections/new", "new_collection", new_collection, EDIT),
    Route("/collections/new", "create_collection", create, EDIT, ("POST",)),
    Route("/collections/<collection_id>", "collection", collection, Permission.SEE),
    Route("/collections/<collection_id>", "save_collection", save, EDIT, ("POST",)),
    Route("/collections/<collection_id>/retire", "retiring", retiring, EDIT),
    Route("/collections/<collection_id>/retire", "retire", retire, EDIT, ("POST",)),
)
