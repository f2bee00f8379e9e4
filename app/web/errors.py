"""What a visitor sees when something is refused or breaks: a page, or for htmx one notice."""

from __future__ import annotations

from flask import Flask, Response, current_app, make_response, render_template
from htmx_flask import request
from werkzeug.exceptions import HTTPException, InternalServerError

from app.errors import VitrineError
from app.web.contexts.views import NoticeView
from app.web.fragments import render
from app.web.i18n import gettext as _
from app.web.sentences import sentence, status_of
from app.web.shop import current_shop, market_of_request
from app.web.storefront import not_found_page


def register_errors(app: Flask) -> None:
    """Answer every error with a designed page."""
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(VitrineError, _shop_error)


def _shop_error(error: VitrineError) -> Response:
    status = status_of(error)
    if status >= 500:
        # What stays unnamed on the page must be whole in the log.
        current_app.logger.error("request failed", exc_info=error)
    return _answer(_("That did not work"), sentence(error), status)


def _http_error(error: HTTPException) -> Response | HTTPException:
    if error.response is not None or error.code is None or error.code < 400:
        return error
    if isinstance(error, InternalServerError):
        return _answer(
            _("Something went wrong on our side"),
            _("Nothing was charged. Please try again in a minute."),
            500,
        )
    title, text = _words(error.code)
    response = _answer(title, text, error.code)
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
        # The page around the message needs the database; without it the message stands alone.
        return Response(f"{title}. {text}\n", status, mimetype="text/plain")
