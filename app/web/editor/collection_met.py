"""What a collection's form meets when it is saved too late: nothing is lost, and there is a way on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from flask import make_response, render_template
from werkzeug.wrappers import Response

from app.catalogue.collecting import CollectionRetired, revisions_since
from app.catalogue.model import Collection, Revision
from app.catalogue.seeing import digest_of, seen_digest
from app.ids import new_id
from app.web.editor.collection_forms import Typed
from app.web.editor.collection_view import collection_page
from app.web.editor.words import sentence
from app.web.i18n import gettext as _
from app.web.shop import current_shop


def changed(form: Typed, known: Collection) -> Response:
    """Show what somebody else has saved since the form was opened."""
    said = _(
        "Somebody else has saved this collection since you opened it, so nothing was saved yet. "
        "What they changed stands below. Saving again puts what you see here in its place."
    )
    theirs = revisions_since(current_shop().services.catalogue, known, form.seen)
    return _over(form, known, said, theirs)


def made(form: Typed, known: Collection) -> Response:
    """Say that a new collection's form, which says something else by now, has made its collection before."""
    said = _(
        "This form has made “%(title)s” already, so nothing was saved yet. "
        "Saving again puts what you see here in its place.",
        title=known.title,
    )
    catalogue = current_shop().services.catalogue
    first = catalogue.store.revision_at(known.id, 1)
    theirs = revisions_since(catalogue, known, digest_of(first.state)) if first else ()
    return _over(form, known, said, theirs)


def retired(form: Typed, error: CollectionRetired) -> Response:
    """Keep what was typed for a collection that was retired, as a new one: its way back is its history."""
    said = _(
        "Nothing was saved. Its history brings it back; saving again makes a new one of what you see here."
    )
    fresh = replace(form, id=new_id("col"), seen="")
    page = collection_page(fresh, None, said=f"{sentence(error)} {said}", retired=form.id)
    return make_response(render_template("editor/collection.html", page=page), 409)


def _over(form: Typed, known: Collection, said: str, theirs: Sequence[Revision]) -> Response:
    # What was typed stays; saved once more, it is saved over theirs.
    page = collection_page(replace(form, seen=seen_digest(known)), known, said=said, theirs=theirs)
    return make_response(render_template("editor/collection.html", page=page), 409)
