"""The member's own account: where they are signed in, and their password."""

from __future__ import annotations

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.errors import NotFound, Refusal
from app.staff.model import PASSWORD_LENGTH, Permission, StaffSession
from app.web.editor.access import SIGN_IN, Route, drop_token, present, set_token
from app.web.editor.contexts import AccountPage, SessionRow
from app.web.editor.forms import NewPasswordForm, parse
from app.web.editor.frame import desk
from app.web.editor.words import label, sentence, status_of
from app.web.i18n import gettext as _
from app.web.shop import current_shop


def account() -> Response:
    """Show the account."""
    return _page()


def change_password() -> Response:
    """Replace the password; every other browser is signed out."""
    try:
        form = parse(NewPasswordForm)
        signed_in = current_shop().services.staff.change_password(present(), form.current, form.password)
    except Refusal as error:
        response = _page(error=sentence(error))
        response.status_code = status_of(error)
        return response
    return set_token(redirect(url_for("editor.account", notice="password"), code=303), signed_in.token)


def end_session(session_id: str) -> Response:
    """Sign one browser out."""
    known = present()
    if not current_shop().services.staff.revoke(known.member.id, session_id):
        raise NotFound("session", session_id)
    if session_id == known.session.id:
        return drop_token(redirect(url_for(SIGN_IN, notice="signed-out"), code=303))
    return redirect(url_for("editor.account", notice="session"), code=303)


def end_other_sessions() -> Response:
    """Sign every other browser out."""
    current_shop().services.staff.revoke_others(present())
    return redirect(url_for("editor.account", notice="others"), code=303)


def end_all_sessions() -> Response:
    """Sign every browser out, this one too."""
    current_shop().services.staff.revoke_all(present().member.id)
    return drop_token(redirect(url_for(SIGN_IN, notice="signed-out"), code=303))


def _page(error: str = "") -> Response:
    texts = {
        "password": _("Your password is changed. Every other browser is signed out."),
        "session": _("That browser is signed out."),
        "others": _("Every other browser is signed out."),
    }
    known = present()
    sessions = current_shop().services.staff.sessions(known.member.id)
    page = AccountPage(
        desk=desk(),
        role=label(known.member.role),
        sessions=tuple(_row(session, known.session.id) for session in sessions),
        least=PASSWORD_LENGTH,
        has_second_factor=known.member.has_second_factor,
        error=error,
        notice=texts.get(request.args.get("notice", ""), ""),
    )
    return make_response(render_template("editor/account.html", page=page))


def _row(session: StaffSession, this: str) -> SessionRow:
    return SessionRow(
        id=session.id,
        browser=browser_name(session.browser),
        address=session.address,
        since=session.created_at,
        seen=session.seen_at,
        is_this=session.id == this,
    )


def browser_name(agent: str) -> str:
    """Return what a person calls the browser of a user agent; its order is that of who imitates whom."""
    known = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"))
    name = next((name for mark, name in (*known, ("Safari/", "Safari")) if mark in agent), "")
    systems = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"))
    places = (*systems, ("Mac OS", "macOS"), ("Linux", "Linux"))
    place = next((place for mark, place in places if mark in agent), "")
    if name and place:
        return _("%(browser)s on %(system)s", browser=name, system=place)
    return name or place or _("Unknown browser")


ROUTES = (
    Route("/account", "account", account, Permission.SEE),
    Route("/account/password", "change_password", change_password, Permission.SEE, ("POST",)),
    Route("/account/sessions/<session_id>/end", "end_session", end_session, Permission.SEE, ("POST",)),
    Route("/account/sessions/end-others", "end_others", end_other_sessions, Permission.SEE, ("POST",)),
    Route("/account/sessions/end-all", "end_all", end_all_sessions, Permission.SEE, ("POST",)),
)
