"""What a visitor sees when something is refused or breaks: a page, or for htmx one notice."""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import urlsplit, urlunsplit

from flask import Flask, Response, current_app, make_response, redirect, render_template
from htmx_flask import request
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response as WerkzeugResponse

from app.errors import StoreUnavailable, VitrineError
from app.web.contexts.shopper_views import NoticeView
from app.web.fragments import render
from app.web.i18n import gettext as _
from app.web.language import enter_market
from app.web.sentences import sentence, status_of
from app.web.shop import current_shop, market_of_request
from app.web.storefront import not_found_page

LARGEST_REFUSED_BODY, CHUNK_BYTES = 32 * 1024 * 1024, 64 * 1024
WAIT_SECONDS = "60"
"""The minute that the words for too many requests speak of."""


def register_errors(app: Flask) -> None:
    """Answer every error with a designed page."""
    app.before_request(_slash_redirect)
    app.after_request(_take_the_rest)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(VitrineError, _shop_error)


def _take_the_rest(response: Response) -> Response:
    """Read what the front is still sending of a body that was refused for its size.

    A connection that is closed in the middle of it looks to the front like a dead app,
    and the visitor would be told that the counter is closed.
    """
    if response.status_code == 413:
        body, left = request.environ["wsgi.input"], LARGEST_REFUSED_BODY
        while left > 0 and (chunk := body.read(min(left, CHUNK_BYTES))):
            left -= len(chunk)
    return response


def _slash_redirect() -> WerkzeugResponse | None:
    """Lead to a page's own address; Werkzeug would take host and scheme from the request."""
    leading = request.routing_exception
    if not isinstance(leading, RequestRedirect):
        return None
    target = urlsplit(leading.new_url)
    return redirect(urlunsplit(("", "", target.path, target.query, "")), code=leading.code)


def _shop_error(error: VitrineError) -> Response:
    status = status_of(error)
    if isinstance(error, StoreUnavailable):
        current_app.logger.error("database away", extra={"reason": error.reason})
        return _counter_closed(sentence(error), status)
    if status >= 500:
        # What stays unnamed on the page must be whole in the log.
        current_app.logger.error("request failed", exc_info=error)
    return _answer(_("That did not work"), sentence(error), status)


def _http_error(error: HTTPException) -> Response | HTTPException:
    if error.response is not None or error.code is None or error.code < 400:
        return error
    try:
        enter_market()
    except StoreUnavailable:
        # The page around the message needs the database; without it the message stands alone.
        return _plain(*_words(error.code), error.code)
    return _worded(error, error.code)


def _worded(error: HTTPException, status: int) -> Response:
    if isinstance(error, InternalServerError):
        return _answer(
            _("Something went wrong on our side"),
            _("Nothing was charged. Please try again in a minute."),
            500,
        )
    response = _answer(*_words(status), status)
    if status == 429:
        response.headers["Retry-After"] = WAIT_SECONDS
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def _words(status: int) -> tuple[str, str]:
    match status:
        case 403:
            return _("Not from here"), _("The request came from another site, so nothing was changed.")
        case 404:
            return _("Not found"), _("Nothing is at this address.")
        case 405:
            return _("Not this way"), _("This address does not take such a request.")
        case 410:
            return _("No longer here"), _("This product is not sold any more.")
        case 413:
            return _("Too large"), _("The request is larger than the shop takes.")
        case 429:
            return _("One moment, please"), _("That was a little too often. Please try again in a minute.")
        case _:
            return _("That did not work"), _("The request could not be understood, so nothing was changed.")


def _answer(title: str, text: str, status: int) -> Response:
    try:
        if request.htmx:
            return make_response(render("notice", NoticeView("error", text), oob=True), status)
        market, pages = market_of_request(), current_shop().pages
        if status == 404:
            return make_response(render_template("pages/not_found.html", page=not_found_page(market)), status)
        page = pages.message(market, title, text)
        return make_response(render_template("pages/message.html", page=page), status)
    except VitrineError:
        return _plain(title, text, status)


def _plain(title: str, text: str, status: int) -> Response:
    return Response(f"{title}. {text}\n", status, mimetype="text/plain")


def _counter_closed(text: str, status: int) -> Response:
    """Answer without the database: with the page that the front shows when the app is down."""
    if request.htmx:
        response = make_response(render("notice", NoticeView("error", text), oob=True), status)
    else:
        response = _published("counter-closed.html", status) or Response(
            f"{text}\n", status, mimetype="text/plain"
        )
    response.headers["Retry-After"] = "5"
    return response


def _published(name: str, status: int) -> Response | None:
    """Return a page of the published folder: of the market that the path names, else the default one's."""
    public, prefix = current_shop().config.public, (request.view_args or {}).get("market", "")
    for path in dict.fromkeys((public / prefix / name, public / name)):
        with suppress(OSError):
            return Response(path.read_bytes(), status, mimetype="text/html")
    return None
