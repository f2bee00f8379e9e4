"""The language of what is being rendered, pages and letters alike: texts, amounts, moments.

The locale is carried by the context, not by an argument: a macro knows nothing
of requests, and letters are rendered where there is none. Messages are English;
a catalogue is compiled in memory when its language is first asked for.
"""

from __future__ import annotations

import copy
import gettext as catalogues
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_date, format_time
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import NumberPattern
from jinja2 import Environment, StrictUndefined, pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from app.money import Money, exponent

LOCALES = Path(__file__).resolve().parents[1] / "locales"
DOMAIN = "vitrine"
SOURCE_LOCALE = "en"
LETTERS_AT_DIGITS = re.compile(r"(?<=[A-Z])(?=\d)")

_current: ContextVar[str] = ContextVar("locale", default=SOURCE_LOCALE)


def current_locale() -> str:
    """Return the locale of the texts, numbers and moments that are rendered now: `en`, `de_AT`."""
    return _current.get()


@contextmanager
def use_locale(locale: str) -> Iterator[None]:
    """Render in this locale while the block runs; `de-AT` and `de_AT` are both understood."""
    token = _current.set(str(parsed(locale)))
    try:
        yield
    finally:
        _current.reset(token)


@cache
def parsed(locale: str) -> Locale:
    """Return Babel's data of a locale.

    Raises:
        babel.UnknownLocaleError: there is no such language.
    """
    return Locale.parse(locale.replace("-", "_"))


@cache
def translations(locale: str) -> catalogues.NullTranslations:
    """Return the texts of a locale: its own catalogue, else its language's, else the English ones."""
    for name in dict.fromkeys((locale, parsed(locale).language)):
        source = LOCALES / name / "LC_MESSAGES" / f"{DOMAIN}.po"
        if source.is_file():
            return _compiled(source, name)
    return catalogues.NullTranslations()


def _compiled(source: Path, locale: str) -> catalogues.GNUTranslations:
    compiled = BytesIO()
    with source.open("rb") as lines:
        write_mo(compiled, read_po(lines, locale=locale, domain=DOMAIN))
    compiled.seek(0)
    return catalogues.GNUTranslations(compiled)


def gettext(message: str, /, **variables: object) -> str:
    """Return the message in the current locale: `gettext("Only %(count)s left.", count=2)`."""
    text = translations(current_locale()).gettext(message)
    return text % variables if variables else text


def ngettext(singular: str, plural: str, num: int, /, **variables: object) -> str:
    """Return the message in the form that the number wants; `%(num)s` is the number itself."""
    text = translations(current_locale()).ngettext(singular, plural, num)
    return text % {"num": num, **variables}


@pass_eval_context
def template_gettext(frame: EvalContext, message: str, /, **variables: Any) -> str:
    """Do what `gettext` does, for templates: where they escape, the variables are escaped too."""
    text = translations(current_locale()).gettext(message)
    if frame.autoescape:
        text = Markup(text)  # noqa: S704 - catalogues are files of the project
    return text % variables if variables else text


@pass_eval_context
def template_ngettext(frame: EvalContext, singular: str, plural: str, num: int, /, **variables: Any) -> str:
    """Do what `ngettext` does, for templates: where they escape, the variables are escaped too."""
    text = translations(current_locale()).ngettext(singular, plural, num)
    if frame.autoescape:
        text = Markup(text)  # noqa: S704 - catalogues are files of the project
    return text % {"num": num, **variables}


def format_money(amount: Money) -> str:
    """Return the amount as the current locale writes it: `$12.50`, `12,50 €`, `¥1,200`."""
    locale = current_locale()
    text: str = _currency_pattern(locale, exponent(amount.currency)).apply(
        Decimal(amount.decimal), parsed(locale), currency=amount.currency, currency_digits=False
    )
    # CLDR sets a space between a code of letters and its digits; Babel leaves it out.
    return LETTERS_AT_DIGITS.sub("\xa0", text)


@cache
def _currency_pattern(locale: str, digits: int) -> NumberPattern:
    """Return the locale's pattern with the decimals that the shop charges, which CLDR may not have."""
    pattern: NumberPattern = copy.copy(parsed(locale).currency_formats["standard"])
    pattern.frac_prec = (digits, digits)
    return pattern


def format_moment(value: datetime) -> str:
    """Return a moment that names its zone: `November 24, 2026, 3:04 PM UTC`.

    Raises:
        ValueError: the moment has no zone, so nobody can say when it is.
    """
    if value.tzinfo is None:
        raise ValueError(f"{value} has no time zone: keep moments in UTC.")
    at, locale = value.astimezone(UTC), current_locale()
    return f"{format_date(at, 'long', locale)}, {format_time(at, 'short', locale=locale)} UTC"


def configure_environment(environment: Environment) -> None:
    """Give an environment the texts and their filters, and make a name that nobody set an error."""
    environment.undefined = StrictUndefined
    environment.trim_blocks = True
    environment.lstrip_blocks = True
    environment.globals.update(_=template_gettext, ngettext=template_ngettext)
    environment.filters.update(money=format_money, moment=format_moment)
