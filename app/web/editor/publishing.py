"""What went live and when, and having pages made again."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import make_response, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.errors import InvalidValue, NotFound, Refusal
from app.publishing.model import Publication, RebuildRequest, RequestState
from app.staff.model import Permission
from app.web.contexts.views import Link
from app.web.editor.access import Route, present
from app.web.editor.contexts_publishing import (
    PagesPage,
    ProgressView,
    PublicationRow,
    PublicationsPage,
    RebuildPage,
    RebuildRow,
    WatcherView,
)
from app.web.editor.forms import RebuildForm, parse
from app.web.editor.frame import component, desk
from app.web.editor.words import label, sentence, status_of
from app.web.i18n import gettext as _
from app.web.shop import current_shop

PUBLICATIONS = 50


def publications() -> str:
    """List what went live, newest first."""
    publishing = current_shop().services.publishing
    records = publishing.store.publications(PUBLICATIONS)
    rows = tuple(publication_row(record) for record in records)
    page = PublicationsPage(desk=desk(), rows=rows, watcher_runs=publishing.watcher_runs())
    return render_template("editor/publications.html", page=page)


def publication_row(record: Publication) -> PublicationRow:
    """Return a record as the list shows it, the slowest page last."""
    pages = sorted(record.pages, key=lambda page: page.ms)
    return PublicationRow(
        id=record.id,
        at=record.at,
        because=record.because,
        pages=tuple(Link(_("%(ms)s ms", ms=page.ms), page.url) for page in pages),
        slowest_ms=pages[-1].ms if pages else 0,
        removed=record.removed,
        failed=record.failed,
    )


def pages() -> Response:
    """Show how the generator is doing, and the form that has pages made again."""
    return _pages()


def request_rebuild() -> Response:
    """Ask for one page or for all of them, and lead to how far that has come."""
    form = RebuildForm()
    try:
        form = parse(RebuildForm)
        urls = [_path(form.url)] if form.scope == "one" else []
    except Refusal as error:
        return _pages(form.url, sentence(error), status_of(error))
    publishing = current_shop().services.publishing
    request = publishing.request_rebuild(urls, by=present().member.email)
    return redirect(url_for("editor.rebuild", request_id=request.id), code=303)


def rebuild(request_id: str) -> str:
    """Show one rebuild."""
    request = _request(request_id)
    page = RebuildPage(
        desk=desk(), what=request.urls, by=request.by, at=request.at, progress=_progress(request)
    )
    return render_template("editor/rebuild.html", page=page)


def progress(request_id: str) -> str:
    """Show how far a rebuild has come, alone; htmx asks until it is done, which is then announced."""
    view = _progress(_request(request_id))
    body = component("rebuild_progress", view)
    return body + component("announcement", view.state_label, oob=True) if view.is_done else body


def _pages(url: str = "", error: str = "", status: int = 200) -> Response:
    publishing = current_shop().services.publishing
    state = publishing.store.watcher()
    watcher = WatcherView(runs=False)
    if state is not None:
        watcher = WatcherView(
            runs=publishing.watcher_runs(),
            at=state.at,
            pages=state.pages,
            behind_ms=state.behind_ms,
            p50_ms=state.latency_ms_p50,
            p99_ms=state.latency_ms_p99,
            failing=state.failing,
        )
    page = PagesPage(
        desk=desk(),
        watcher=watcher,
        waiting=tuple(_waiting(request) for request in publishing.store.waiting_requests()),
        may_rebuild=present().member.may(Permission.REBUILD),
        url=url,
        error=error,
    )
    return make_response(render_template("editor/pages.html", page=page), status)


def _path(text: str) -> str:
    """Return the path of a page that somebody typed or pasted from the browser's address line.

    Raises:
        InvalidValue: it is no address of this shop.
    """
    expected = "a page of this shop such as /products/oak-lamp/"
    try:
        parts, shop = urlsplit(text.strip()), urlsplit(current_shop().config.shop_url)
    except ValueError as error:
        # `http://[x` begins an address of numbers and does not end it.
        raise InvalidValue("url", text, expected) from error
    is_ours = not parts.netloc or (parts.scheme, parts.netloc) == (shop.scheme, shop.netloc)
    if not is_ours or not parts.path.startswith("/") or ".." in parts.path:
        raise InvalidValue("url", text, expected)
    return parts.path


def _request(request_id: str) -> RebuildRequest:
    request = current_shop().services.publishing.store.request(request_id)
    if request is None:
        raise NotFound("rebuild", request_id)
    return request


def _waiting(request: RebuildRequest) -> RebuildRow:
    url = url_for("editor.rebuild", request_id=request.id)
    return RebuildRow(url, request.by, request.at, request.urls, label(request.state))


def _progress(request: RebuildRequest) -> ProgressView:
    return ProgressView(
        url=url_for("editor.rebuild_progress", request_id=request.id),
        state=request.state,
        state_label=label(request.state),
        done=request.done,
        total=request.total,
        is_done=request.state is RequestState.DONE,
        watcher_runs=current_shop().services.publishing.watcher_runs(),
        report=request.report,
    )


ROUTES = (
    Route("/publications", "publications", publications, Permission.SEE),
    Route("/pages", "pages", pages, Permission.SEE),
    Route("/rebuild", "request_rebuild", request_rebuild, Permission.REBUILD, ("POST",)),
    Route("/rebuilds/<request_id>", "rebuild", rebuild, Permission.SEE),
    Route("/rebuilds/<request_id>/progress", "rebuild_progress", progress, Permission.SEE),
)
