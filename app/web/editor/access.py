"""Who is at the desk, and which of its routes they may use: nothing is open that does not say so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app, g, redirect, url_for
from htmx_flask import request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from app.errors import Refusal
from app.services import Services
from app.staff.model import Permission, Present
from app.web.shop import current_shop

SIGN_IN = "editor.sign_in"
SIGN_IN_CODE = "editor.sign_in_code"
ENROLMENT = "editor.second_factor"
HOME = "editor.products"
LOST = "editor.lost"
"""Answers every path of the desk that no other route takes."""


@dataclass(eq=False)
class NotPermitted(Refusal):
    """The member's role does not include it."""

    permission: Permission


@dataclass(frozen=True)
class Route:
    """A route of the desk with what its view needs; `None` is open to everybody."""

    rule: str
    name: str
    view: Callable[..., Any]
    permission: Permission | None
    methods: Sequence[str] = ("GET",)
    opens_early: bool = False
    """Whether it opens to who must set up a second factor before anything else."""


def present() -> Present:
    """Return who makes the request; the guard has let nobody else through."""
    known: Present = g.present
    return known


def guard(services: Services, route: Route) -> Response | None:
    """Let through who may pass; send everybody else to where one signs in, or sets up a second factor.

    Raises:
        NotPermitted: the member is known, but their role does not include it.
    """
    permission = route.permission
    if permission is None:
        return None
    known = services.staff.session(read_token())
    if known is None:
        return _to_sign_in()
    g.is_shut = services.second_factor.is_owed(known.member)
    if g.is_shut and not route.opens_early:
        return _to_enrolment()
    if not known.member.may(permission):
        g.present = known
        told = {"member_id": known.member.id, "permission": str(permission)}
        current_app.logger.warning("not permitted", extra=told)
        raise NotPermitted(permission)
    g.present = known
    return None


def cookie_name() -> str:
    """Return the cookie's name; a browser keeps `__Host-` names to this host and to https."""
    return "__Host-staff" if current_shop().config.is_secure else "staff"


def read_token() -> str:
    """Return the token that the browser sent, whether or not it opens anything."""
    token: str = request.cookies.get(cookie_name(), "")
    return token


def set_token(response: Response, token: str) -> Response:
    """Give the browser its token until it is closed, for requests of the desk's own pages only."""
    response.set_cookie(
        cookie_name(),
        token,
        path="/",
        secure=current_shop().config.is_secure,
        httponly=True,
        samesite="Strict",
    )
    return response


def drop_token(response: Response) -> Response:
    """Take the token from the browser."""
    secure = current_shop().config.is_secure
    response.delete_cookie(cookie_name(), path="/", secure=secure, httponly=True, samesite="Strict")
    return response


def way_back(path: str) -> str:
    """Return the page of the desk that a path names, rebuilt from its route; else the first one.

    A path that a stranger has put into a link can so lead to no other place.
    """
    home = url_for(HOME)
    if not path.startswith("/") or (adapter := current_app.create_url_adapter(request)) is None:
        return home
    try:
        endpoint, values = adapter.match(path, "GET")
    except HTTPException:
        return home
    leads_on = endpoint.startswith("editor.") and endpoint not in (SIGN_IN, SIGN_IN_CODE, LOST)
    return url_for(endpoint, **values) if leads_on else home


def _to_sign_in() -> Response:
    if request.htmx:
        # A fragment has no room for a form; the whole page goes to sign in.
        return Response(status=403, headers={"HX-Redirect": url_for(SIGN_IN)})
    if request.method != "GET":
        return redirect(url_for(SIGN_IN), code=303)
    return redirect(url_for(SIGN_IN, next=request.path), code=303)


def _to_enrolment() -> Response:
    if request.htmx:
        return Response(status=403, headers={"HX-Redirect": url_for(ENROLMENT)})
    return redirect(url_for(ENROLMENT), code=303)
