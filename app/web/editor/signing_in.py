"""Signing in and out, and the one-time link that sets a password."""

from __future__ import annotations

from flask import current_app, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.errors import Refusal
from app.staff.model import PASSWORD_LENGTH, LinkSpent
from app.web.editor.access import (
    HOME,
    SIGN_IN,
    SIGN_IN_CODE,
    Route,
    drop_token,
    read_token,
    set_token,
    way_back,
)
from app.web.editor.contexts import SetPasswordPage, SignInPage
from app.web.editor.forms import PasswordForm, SignInForm, parse
from app.web.editor.frame import closed_desk
from app.web.editor.second_factor import refused
from app.web.editor.words import sentence
from app.web.i18n import gettext as _
from app.web.limits import client_address
from app.web.shop import current_shop


def show_sign_in() -> Response:
    """Show the form; somebody who is signed in goes on."""
    if current_shop().services.staff.session(read_token()) is not None:
        return redirect(url_for(HOME), code=303)
    texts = {
        "password-set": _("Your password is set. Sign in with it."),
        "signed-out": _("You are signed out."),
        "too-late": _("This took too long. Sign in again."),
    }
    notice = texts.get(request.args.get("notice", ""), "")
    onward = request.args.get("next", "")[:500]
    return _sign_in_page(SignInPage(desk=closed_desk(), next=onward, notice=notice))


def sign_in() -> Response:
    """Open a session under a new token; one that the browser had is over."""
    staff = current_shop().services.staff
    email = request.form.get("email", "")
    try:
        form = parse(SignInForm)
        signed_in = staff.sign_in(
            form.email, form.password, address=client_address(), browser=request.user_agent.string
        )
    except Refusal as error:
        current_app.logger.warning("sign-in refused", extra={"reason": type(error).__name__})
        onward = request.form.get("next", "")[:500]
        page = SignInPage(desk=closed_desk(), email=email[:254], next=onward, error=sentence(error))
        return refused(_sign_in_page(page), error)
    if token := read_token():
        staff.sign_out(token)
    if signed_in.session.awaits_code:
        onward = url_for(SIGN_IN_CODE, next=form.next or None)
        return set_token(redirect(onward, code=303), signed_in.token)
    current_app.logger.info("signed in", extra={"member_id": signed_in.member.id})
    return set_token(redirect(way_back(form.next), code=303), signed_in.token)


def sign_out() -> Response:
    """End the session."""
    if token := read_token():
        current_shop().services.staff.sign_out(token)
    return drop_token(redirect(url_for(SIGN_IN, notice="signed-out"), code=303))


def show_set_password(token: str) -> Response:
    """Show the form of a link, or that the link is worthless."""
    try:
        email = current_shop().services.staff.member_of_link(token).email
    except LinkSpent as error:
        return refused(_set_password_page("", sentence(error)), error)
    return _set_password_page(email)


def set_password(token: str) -> Response:
    """Set the password, once."""
    staff = current_shop().services.staff
    email = ""
    try:
        email = staff.member_of_link(token).email
        staff.set_password(token, parse(PasswordForm).password)
    except Refusal as error:
        shown = "" if isinstance(error, LinkSpent) else email
        return refused(_set_password_page(shown, sentence(error)), error)
    return redirect(url_for(SIGN_IN, notice="password-set"), code=303)


def _sign_in_page(page: SignInPage) -> Response:
    return make_response(render_template("editor/sign_in.html", page=page))


def _set_password_page(email: str, error: str = "") -> Response:
    page = SetPasswordPage(desk=closed_desk(), email=email, least=PASSWORD_LENGTH, error=error)
    return make_response(render_template("editor/set_password.html", page=page))


ROUTES = (
    Route("/sign-in", "sign_in", show_sign_in, None),
    Route("/sign-in", "sign_in_post", sign_in, None, ("POST",)),
    Route("/sign-out", "sign_out", sign_out, None, ("POST",)),
    Route("/set-password/<token>", "set_password", show_set_password, None),
    Route("/set-password/<token>", "set_password_post", set_password, None, ("POST",)),
)
