"""One more delivery of a partner's notice, on request."""

from __future__ import annotations

from flask import redirect, url_for
from werkzeug.wrappers import Response

from app.staff.model import Permission
from app.web.editor.access import Route
from app.web.editor.orders import order_or_404
from app.web.shop import current_shop


def redeliver(number: str) -> Response:
    """Make an order's notice due once more, and show the order again."""
    current_shop().services.effects.redeliver(order_or_404(number))
    return redirect(url_for("editor.order", number=number, _anchor="partner"), code=303)


ROUTES = (
    Route("/orders/<number>/redeliver", "redeliver", redeliver, Permission.REDELIVER, methods=("POST",)),
)
