"""Every refusal as a status and a sentence that a shopper understands."""

from __future__ import annotations

from app.cart.model import CartFull, Gone, ImpossibleCombination
from app.catalogue.model import SKU_LENGTH
from app.checkout.model import CartBlocked, PaymentPending, PaymentRefused, TooManyHolds
from app.errors import (
    InsufficientStock,
    InvalidValue,
    NotFound,
    StoreUnavailable,
    UntrackedStock,
    VersionConflict,
    VitrineError,
)
from app.payments.model import GatewayUnavailable
from app.web.error_map import ErrorMap, Sentence
from app.web.i18n import gettext as _
from app.web.i18n import ngettext


def _insufficient(error: InsufficientStock) -> str:
    if error.available < 1:
        return _("This one has just been sold or is in somebody's checkout.")
    return ngettext(
        "Only one is left, so your cart stays as it was.",
        "Only %(num)s are left, so your cart stays as it was.",
        error.available,
    )


def _invalid(error: InvalidValue) -> str:
    if error.field == "quantity":
        return _("Please choose a whole number from 1 to 999.")
    return _("This value cannot be right: %(value)s. Please choose another.", value=error.value)


ENTRIES: dict[type[VitrineError], tuple[int, Sentence]] = {
    InsufficientStock: (409, _insufficient),
    InvalidValue: (422, _invalid),
    NotFound: (422, lambda error: _("We do not know “%(name)s”.", name=error.name[:SKU_LENGTH])),
    Gone: (409, lambda error: _("This is not sold here any more.")),
    ImpossibleCombination: (422, lambda error: _("%(title)s does not exist so.", title=error.product)),
    CartFull: (409, lambda error: _("A cart takes at most %(limit)s lines.", limit=error.limit)),
    VersionConflict: (409, lambda error: _("Your cart was changed in another tab. Please look again.")),
    UntrackedStock: (409, lambda error: _("Stock of %(sku)s is not counted.", sku=error.sku)),
    CartBlocked: (409, lambda error: _("Something has changed. Please look at your cart.")),
    TooManyHolds: (
        429,
        lambda error: _("Too many checkouts are open from your address. Please pay for one first."),
    ),
    PaymentRefused: (409, lambda error: _("The payment page could not be opened. Nothing was charged.")),
    PaymentPending: (
        409,
        lambda error: _("An earlier checkout is still being ended. Please try again in a moment."),
    ),
    GatewayUnavailable: (
        503,
        lambda error: _("The payment service does not answer just now. Your cart is kept."),
    ),
    StoreUnavailable: (
        503,
        lambda error: _("The counter is closed for a moment. Your cart is kept, please try again."),
    ),
}


ERRORS = ErrorMap(
    ENTRIES, otherwise=(500, lambda error: _("Something went wrong on our side. Nothing was charged."))
)
status_of, sentence = ERRORS.status_of, ERRORS.sentence
