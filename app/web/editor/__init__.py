"""The editors' desk: behind a sign-in, never stored by a browser, never part of the frozen site."""

from __future__ import annotations

from flask import Blueprint, Response, request
from werkzeug.exceptions import TooManyRequests
from werkzeug.wrappers import Response as WerkzeugResponse

from app.errors import NotFound, StoreUnavailable, VitrineError
from app.services import Services
from app.staff.model import Permission
from app.web.editor import (
    account,
    changes,
    collections,
    history,
    orders,
    partner,
    pictures,
    product_edit,
    product_preview,
    product_status,
    products,
    publishing,
    refunds,
    repricing,
    second_factor,
    signing_in,
)
from app.web.editor.access import Route, guard
from app.web.editor.frame import problem, problem_page
from app.web.editor.words import sentence, status_of
from app.web.i18n import gettext as _


def create_editor(services: Services) -> Blueprint:
    """Return the desk's blueprint; a route that states no permission cannot be added to it."""
    editor = Blueprint("editor", __name__, url_prefix="/editor")
    routes: dict[str, Route] = {}
    for route in ROUTES:
        routes[f"editor.{route.name}"] = route
        editor.add_url_rule(route.rule, route.name, route.view, methods=route.methods)

    @editor.before_request
    def let_through() -> WerkzeugResponse | None:
        return guard(services, routes[str(request.endpoint)])

    @editor.errorhandler(VitrineError)
    def refused(error: VitrineError) -> WerkzeugResponse:
        try:
            return problem(error)
        except StoreUnavailable as away:
            # The frame itself needs the database; without it the sentence stands alone.
            text = f"{sentence(away)}\n"
            return Response(text, status_of(away), {"Retry-After": "5"}, mimetype="text/plain")

    @editor.errorhandler(TooManyRequests)
    def too_often(error: TooManyRequests) -> WerkzeugResponse:
        text = _("That was a little too often. Please try again in a minute.")
        response = problem_page(_("One moment, please"), text, 429)
        response.headers["Retry-After"] = str(error.retry_after or 60)
        return response

    return editor


def lost(path: str) -> WerkzeugResponse:
    """Say in the desk's own frame that an address leads nowhere."""
    raise NotFound("page", path)


ROUTES = (
    *signing_in.ROUTES,
    *account.ROUTES,
    *second_factor.ROUTES,
    *products.ROUTES,
    *product_edit.ROUTES,
    *product_preview.ROUTES,
    *product_status.ROUTES,
    *repricing.ROUTES,
    *changes.ROUTES,
    *collections.ROUTES,
    *history.ROUTES,
    *pictures.ROUTES,
    *publishing.ROUTES,
    *orders.ROUTES,
    *refunds.ROUTES,
    *partner.ROUTES,
    Route("/<path:path>", "lost", lost, Permission.SEE),
)
