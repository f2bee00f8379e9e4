"""What the desk's forms may send: nothing but these fields, as text of a bounded length."""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar

from flask import request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.catalogue.model import SKU_LENGTH
from app.errors import InvalidValue
from app.inventory.model import LARGEST_COUNT
from app.staff.model import EMAIL_LENGTH

Sku = Annotated[str, Field(min_length=1, max_length=SKU_LENGTH)]
Digits = Annotated[str, Field(max_length=40)]


class Form(BaseModel):
    """A form of the desk; a field that it does not have is refused, not ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SignInForm(Form):
    """Who wants to sign in."""

    email: Annotated[str, Field(max_length=EMAIL_LENGTH)] = ""
    password: str = ""
    next: Annotated[str, Field(max_length=500)] = ""


class PasswordForm(Form):
    """A password for an account that has a link."""

    password: str = ""


class NewPasswordForm(Form):
    """A new password in the place of the current one."""

    current: str = ""
    password: str = ""


class CodeForm(Form):
    """The second step of signing in: a code, or a recovery code."""

    code: Annotated[str, Field(max_length=40)] = ""
    recovery: Annotated[str, Field(max_length=80)] = ""
    next: Annotated[str, Field(max_length=500)] = ""


class FirstCodeForm(Form):
    """The first code of a secret that waits for it."""

    code: Annotated[str, Field(max_length=40)] = ""


class FactorForm(Form):
    """What to do with one's second factor, and the proof that it is oneself."""

    do: Literal["begin", "cancel", "codes", "off"]
    password: str = ""
    code: Annotated[str, Field(max_length=40)] = ""
    recovery: Annotated[str, Field(max_length=80)] = ""


class PriceForm(Form):
    """A price of one variant, and the version of the product that the editor saw."""

    sku: Sku
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")]
    amount: Digits = ""
    version: Annotated[int, Field(ge=0)]


class StockForm(Form):
    """A count of one variant's pool: what there is, or how many came or went."""

    sku: Sku
    mode: Literal["set", "add", "remove"] = "set"
    count: Digits = ""
    reason: Annotated[str, Field(max_length=200)] = ""

    def whole(self) -> int:
        """Return the count as a whole number.

        Raises:
            InvalidValue: it is none, or larger than any stock.
        """
        text = self.count.strip()
        if not (text.isascii() and text.isdigit()) or int(text) > LARGEST_COUNT:
            raise InvalidValue("count", text, "a whole number such as 12")
        return int(text)


class RefundForm(Form):
    """Money of an order that goes back; how many refunds the member saw tells a second click apart."""

    known: Annotated[int, Field(ge=0)]
    amount: Digits = ""
    reason: Annotated[str, Field(max_length=200)] = ""
    restock: bool = False
    units: dict[Sku, Annotated[int, Field(ge=0, le=LARGEST_COUNT)]] = {}


class RevertForm(Form):
    """The revision to go back to, and the version of the document that the editor saw."""

    revision: Annotated[str, Field(min_length=1, max_length=80)]
    version: Annotated[int, Field(ge=0)]


class RetireForm(Form):
    """The version of the collection that the editor saw."""

    version: Annotated[int, Field(ge=0)]


class RebuildForm(Form):
    """One page by its address, or every page."""

    scope: Literal["one", "all"] = "one"
    url: Annotated[str, Field(max_length=500)] = ""


Parsed = TypeVar("Parsed", bound=Form)


def parse(kind: type[Parsed]) -> Parsed:
    """Return the form that was posted.

    Raises:
        InvalidValue: a field is missing, unknown, too long or of the wrong kind; its
            value is not repeated, for it may be a password.
    """
    try:
        return kind.model_validate(request.form.to_dict())
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise InvalidValue(field, "…", first["msg"].lower()) from None
