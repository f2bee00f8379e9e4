"""The editors' desk: behind a sign-in, never stored by a browser, never part of the frozen site."""

from __future__ import annotations

from flask import Blueprint, request
from werkzeug.exceptions import TooManyRequests
from werkzeug.wrappers import Response as WerkzeugResponse

from app.errors import NotFound, VitrineError
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
    signing_in,
)
from app.web.editor.access import Route, guard
from app.web.editor.frame import problem, problem_page
from app.web.i18n import gettext as _


def create_editor(services: Services) -> Blueprint:
    """Return the desk's blueprint; a route that states no permission cannot be added to it."""
    editor = Blueprint("editor", __name__, url_prefix="/editor")
    needed: dict[str, Permission | None] = {}
    for route in ROUTES:
        needed[f"editor.{route.name}"] = route.permission
        editor.add_url_rule(route.rule, route.name, route.view, methods=route.methods)

    @editor.before_request
    def let_through() -> WerkzeugResponse | None:
        return guard(services.staff, needed[str(request.endpoint)])

    @editor.errorhandler(VitrineError)
    def refused(error: VitrineError) -> WerkzeugResponse:
        return problem(error)

    @editor.errorhandler(TooManyRequests)
    def too_often(_error: TooManyRequests) -> WerkzeugResponse:
        text = _("That was a little too often. Please try again in a minute.")
        return problem_page(_("One moment, please"), text, 429)

    return editor


def lost(path: str) -> WerkzeugResponse:
    """Say in the desk's own frame that an address leads nowhere."""
    raise NotFound("page", path)


ROUTES = (
    *signing_in.ROUTES,
    *account.ROUTES,
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
