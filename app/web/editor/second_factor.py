"""The member's second factor: the second step of signing in, and what the account page leads to."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.errors import NotFound, Refusal
from app.staff.model import FactorUnreadable, HalfSignInOver, Permission, Present, Proof, SignedIn
from app.staff.second_factor import SecondFactor
from app.web.editor.access import (
    ENROLMENT,
    SIGN_IN,
    Route,
    drop_token,
    present,
    read_token,
    set_token,
    way_back,
)
from app.web.editor.contexts import CodePage, RecoveryPage, SecondFactorPage
from app.web.editor.forms import CodeForm, FactorForm, FirstCodeForm, parse
from app.web.editor.frame import closed_desk, desk
from app.web.editor.words import sentence, status_of
from app.web.i18n import gettext as _
from app.web.limits import client_address
from app.web.shop import current_shop


def show_code() -> Response:
    """Ask for the code of somebody whose password was right."""
    if current_shop().services.staff.half(read_token()) is None:
        return redirect(url_for(SIGN_IN), code=303)
    page = CodePage(desk=closed_desk(), next=request.args.get("next", "")[:500])
    return make_response(render_template("editor/sign_in_code.html", page=page))


def give_code() -> Response:
    """Finish signing in."""
    try:
        form = parse(CodeForm)
        proof = Proof(code=form.code, recovery=form.recovery)
        signed_in = _factor().complete(read_token(), proof, address=client_address())
    except HalfSignInOver:
        return drop_token(redirect(url_for(SIGN_IN, notice="too-late"), code=303))
    except Refusal as error:
        onward = request.form.get("next", "")[:500]
        page = CodePage(desk=closed_desk(), next=onward, error=sentence(error))
        return refused(make_response(render_template("editor/sign_in_code.html", page=page)), error)
    return set_token(redirect(way_back(form.next), code=303), signed_in.token)


def show() -> Response:
    """Show what there is: nothing, a secret that waits for its first code, or a second factor."""
    return _page()


def picture() -> Response:
    """Show the waiting secret as a QR code; to nobody but the session that it waits in."""
    enrolment = _factor().enrolment(present(), _issuer())
    if enrolment is None:
        raise NotFound("picture", "qr.svg")
    response = make_response(_factor().picture(enrolment))
    response.mimetype = "image/svg+xml"
    return response


def confirm() -> Response:
    """Put the waiting secret into force by its first code.

    The answer is the page itself, without a redirect: it alone ever shows the recovery codes.
    """
    try:
        signed_in, codes = _factor().confirm(present(), parse(FirstCodeForm).code)
    except HalfSignInOver:
        return redirect(url_for(ENROLMENT, notice="too-late"), code=303)
    except Refusal as error:
        return refused(_page(sentence(error)), error)
    return set_token(_codes_page(codes, signed_in), signed_in.token)


def change() -> Response:
    """Do what the pressed button says: begin, forget what waits, make new recovery codes, turn off."""
    try:
        form = parse(FactorForm)
        proof = Proof(form.password, form.code, form.recovery)
        return CHANGES[form.do](_factor(), present(), proof)
    except HalfSignInOver:
        return redirect(url_for(ENROLMENT, notice="too-late"), code=303)
    except Refusal as error:
        return refused(_page(sentence(error)), error)


def _begin(factor: SecondFactor, who: Present, proof: Proof) -> Response:
    factor.begin(who, proof)
    return redirect(url_for(ENROLMENT), code=303)


def _cancel(factor: SecondFactor, who: Present, _proof: Proof) -> Response:
    factor.cancel(who)
    return redirect(url_for(ENROLMENT), code=303)


def _renew(factor: SecondFactor, who: Present, proof: Proof) -> Response:
    return _codes_page(factor.renew_codes(who, proof))


def _turn_off(factor: SecondFactor, who: Present, proof: Proof) -> Response:
    signed_in = factor.turn_off(who, proof)
    return set_token(redirect(url_for(ENROLMENT, notice="off"), code=303), signed_in.token)


CHANGES: dict[str, Callable[[SecondFactor, Present, Proof], Response]] = {
    "begin": _begin,
    "cancel": _cancel,
    "codes": _renew,
    "off": _turn_off,
}


def refused(response: Response, error: Refusal) -> Response:
    """Give a page the status of a refusal, and how long to wait where that was the reason."""
    response.status_code = status_of(error)
    if retry_after := getattr(error, "retry_after", 0):
        response.headers["Retry-After"] = str(retry_after)
    return response


def _page(error: str = "") -> Response:
    notices = {
        "off": _("Your second factor is off. Every other browser is signed out."),
        "too-late": _("This took too long, or was done elsewhere. Begin again."),
    }
    known, factor = present(), _factor()
    member = known.member
    page = SecondFactorPage(
        desk=desk(),
        is_on=member.has_second_factor,
        is_owed=factor.is_owed(member),
        is_required=factor.is_required(member),
        since=member.totp_since,
        codes_left=len(member.recovery_digests),
        secret=_waiting(known),
        error=error,
        notice=notices.get(request.args.get("notice", ""), ""),
    )
    return make_response(render_template("editor/second_factor.html", page=page))


def _waiting(known: Present) -> tuple[str, ...]:
    """Return the secret that waits, in groups as one types them; one that cannot be read is none."""
    try:
        enrolment = _factor().enrolment(known, _issuer())
    except FactorUnreadable:
        return ()
    secret = enrolment.secret if enrolment else ""
    return tuple(secret[start : start + 4] for start in range(0, len(secret), 4))


def _codes_page(codes: Sequence[str], signed_in: SignedIn | None = None) -> Response:
    page = RecoveryPage(desk=desk(), codes=tuple(codes), is_new=signed_in is not None)
    return make_response(render_template("editor/recovery_codes.html", page=page))


def _factor() -> SecondFactor:
    return current_shop().services.second_factor


def _issuer() -> str:
    return current_shop().services.catalogue.store.settings().name


ROUTES = (
    Route("/sign-in/code", "sign_in_code", show_code, None),
    Route("/sign-in/code", "sign_in_code_post", give_code, None, ("POST",)),
    Route("/account/second-factor", "second_factor", show, Permission.SEE, opens_early=True),
    Route(
        "/account/second-factor",
        "change_second_factor",
        change,
        Permission.SEE,
        ("POST",),
        opens_early=True,
    ),
    Route("/account/second-factor/qr.svg", "second_factor_qr", picture, Permission.SEE, opens_early=True),
    Route(
        "/account/second-factor/confirm",
        "confirm_second_factor",
        confirm,
        Permission.SEE,
        ("POST",),
        opens_early=True,
    ),
)
