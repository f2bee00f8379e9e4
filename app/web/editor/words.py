"""The desk's words: states and bands by name, and every refusal as a sentence for staff."""

from __future__ import annotations

from app.catalogue.collecting import CollectionRetired
from app.checkout.model import PaymentPending, PaymentRefused
from app.errors import (
    InsufficientStock,
    InvalidValue,
    NotFound,
    StoreUnavailable,
    UntrackedStock,
    VersionConflict,
    VitrineError,
)
from app.media.model import NotAPicture, TooLarge, TooManyPixels
from app.orders.model import ImpossibleTransition
from app.payments.model import GatewayUnavailable
from app.staff.model import (
    CodeRefused,
    FactorRequired,
    FactorUnreadable,
    HalfSignInOver,
    LinkSpent,
    SignInRefused,
    TooManyAttempts,
)
from app.web.editor.access import NotPermitted
from app.web.editor.collection_forms import FormTooLarge
from app.web.error_map import ErrorMap, Sentence
from app.web.i18n import gettext as _
from app.web.i18n import ngettext


def _invalid(error: InvalidValue) -> str:
    match error.field:
        case "password":
            return _("The password must be %(expected)s.", expected=error.expected)
        case "amount":
            return _(
                "“%(value)s” is no price: write %(expected)s.", value=error.value, expected=error.expected
            )
        case _:
            return _(
                "%(field)s is “%(value)s”, but must be %(expected)s.",
                field=error.field,
                value=error.value,
                expected=error.expected,
            )


def _insufficient(error: InsufficientStock) -> str:
    return _(
        "%(requested)s cannot be taken off: only %(available)s of %(sku)s are neither sold nor reserved.",
        requested=error.requested,
        available=error.available,
        sku=error.sku,
    )


def _too_many(error: TooManyAttempts) -> str:
    return ngettext(
        "Too many attempts have failed. Try again in a minute.",
        "Too many attempts have failed. Try again in %(num)s minutes.",
        -(-error.retry_after // 60),
    )


ENTRIES: dict[type[VitrineError], tuple[int, Sentence]] = {
    NotFound: (404, lambda error: _("There is no %(kind)s “%(name)s”.", kind=error.kind, name=error.name)),
    InvalidValue: (422, _invalid),
    InsufficientStock: (409, _insufficient),
    # What is wrong with a file, and what to do about it, is said by the refusal itself.
    TooLarge: (413, str),
    TooManyPixels: (422, str),
    NotAPicture: (422, str),
    UntrackedStock: (409, lambda error: _("%(sku)s is sold without counting stock.", sku=error.sku)),
    VersionConflict: (
        409,
        lambda error: _(
            "Somebody else has changed this %(kind)s since you opened it. "
            "Compare what is shown now, then save again.",
            kind=error.kind,
        ),
    ),
    CollectionRetired: (
        409,
        lambda error: _("“%(title)s” was retired since you opened the page.", title=error.title),
    ),
    FormTooLarge: (
        413,
        lambda error: _(
            "This form is larger than %(mb)s MB, so nothing was read or saved. Back leads to what was typed; "
            "a rule finds many products in fewer words.",
            mb=error.most_mb,
        ),
    ),
    SignInRefused: (
        422,
        lambda error: _("This e-mail address and this password do not belong together."),
    ),
    CodeRefused: (
        422,
        lambda error: _("This code is wrong, or has been used. Wait for the next one and try again."),
    ),
    HalfSignInOver: (409, lambda error: _("This took too long, or was done elsewhere. Begin again.")),
    FactorRequired: (
        403,
        lambda error: _(
            "Your role needs a second factor. You can move it to another phone, but not turn it off."
        ),
    ),
    FactorUnreadable: (
        409,
        lambda error: _(
            "Your second factor cannot be checked, because the shop’s secret key has changed. "
            "Use a recovery code, or ask whoever runs the shop to reset it."
        ),
    ),
    TooManyAttempts: (429, _too_many),
    LinkSpent: (410, lambda error: _("This link has been used or is too old. Ask for a new one.")),
    ImpossibleTransition: (
        409,
        lambda error: _(
            "Order %(order)s is “%(old)s” by now and cannot become “%(new)s”. Load its page again.",
            order=error.order,
            old=labels()[error.old],
            new=labels()[error.new],
        ),
    ),
    PaymentRefused: (
        409,
        lambda error: _(
            "Stripe would not open the payment page: %(reason)s", reason=error.reason.rstrip(".") + "."
        ),
    ),
    PaymentPending: (
        409,
        lambda error: _(
            "Nobody can say yet whether the payment page of order %(order)s exists, so its units stay held. "
            "Try again in a moment.",
            order=error.order.number,
        ),
    ),
    GatewayUnavailable: (
        503,
        lambda error: _("Stripe does not answer just now. Nothing was changed. Try again in a moment."),
    ),
    NotPermitted: (403, lambda error: _("Your role does not include this. Ask an owner of the shop.")),
    StoreUnavailable: (
        503,
        lambda error: _("The database does not answer just now. Nothing was changed. Try again in a moment."),
    ),
}


REFUSALS = ErrorMap(ENTRIES, otherwise=(409, str))
status_of, sentence = REFUSALS.status_of, REFUSALS.sentence


def labels() -> dict[str, str]:
    """Return the names of states, shipments, bands, policies and roles in the current language."""
    return {
        "draft": _("Draft"),
        "active": _("Active"),
        "archived": _("Archived"),
        "in_stock": _("In stock"),
        "low_stock": _("Low"),
        "all_reserved": _("All reserved"),
        "back_order": _("Back order"),
        "sold_out": _("Sold out"),
        "deny": _("Stops at zero"),
        "continue": _("Back orders allowed"),
        "untracked": _("Not counted"),
        "pending_payment": _("Waiting for payment"),
        "payment_processing": _("Payment processing"),
        "paid": _("Paid"),
        "payment_review": _("Payment review"),
        "cancelled": _("Cancelled"),
        "partially_refunded": _("Partially refunded"),
        "refunded": _("Refunded"),
        "refund_requested": _("Requested"),
        "refund_pending": _("On its way"),
        "refund_succeeded": _("Refunded"),
        "refund_failed": _("Failed"),
        "refund_of_staff": "",
        "refund_of_late_payment": _("Paid after its hold had lapsed"),
        "refund_of_second_payment": _("Paid twice"),
        "refund_of_stripe": _("Made in Stripe’s dashboard"),
        "disputed": _("Disputed"),
        "dispute_inquiry": _("The bank asks"),
        "dispute_inquiry_under_review": _("Inquiry answered"),
        "dispute_inquiry_closed": _("Inquiry closed"),
        "dispute_needs_response": _("Disputed"),
        "dispute_under_review": _("Answered, the bank decides"),
        "dispute_won": _("Won"),
        "dispute_lost": _("Lost"),
        "dispute_prevented": _("Prevented: given back"),
        "notice_none": _("Never told"),
        "notice_waiting": _("Waiting"),
        "notice_done": _("Confirmed"),
        "notice_given_up": _("Given up"),
        "unfulfilled": _("Not shipped"),
        "partial": _("Partly shipped"),
        "fulfilled": _("Shipped"),
        "waiting": _("Waiting"),
        "running": _("Running"),
        "done": _("Done"),
        "owner": _("Owner"),
        "editor": _("Editor"),
        "viewer": _("Viewer"),
    }


def label(name: str) -> str:
    """Return the name of a state, shipment, band, policy or role in the current language."""
    return labels().get(name, name)
