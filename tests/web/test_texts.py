"""Texts: nothing untranslated, nothing stale, and values as each language writes them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from app.money import Money
from app.texts import LOCALES, current_locale, format_moment, format_money, gettext, ngettext, use_locale
from app.web.filters import dom_id

ROOT = Path(__file__).resolve().parents[2]
REFRESH = "the commands at the head of locales/babel.cfg bring the catalogues up to date"


def catalogue(path: Path) -> Catalog:
    """Read a catalogue."""
    with path.open("rb") as lines:
        return read_po(lines)


def messages(of: Catalog) -> set[object]:
    """Return what it translates, without its header."""
    return {message.id for message in of if message.id}


def extracted() -> set[object]:
    """Return every message that the sources hold now."""
    with (LOCALES / "babel.cfg").open(encoding="utf-8") as lines:
        methods, options = parse_mapping_cfg(lines)
    found: Catalog = Catalog()
    for _, _, message, _, _ in extract_from_dir(ROOT, methods, options):
        found.add(message)
    return messages(found)


def test_the_template_of_the_catalogues_is_current() -> None:
    assert messages(catalogue(LOCALES / "vitrine.pot")) == extracted(), REFRESH


@pytest.mark.parametrize("path", sorted(LOCALES.glob("*/LC_MESSAGES/vitrine.po")), ids=str)
def test_no_message_is_missing_doubtful_or_left_over(path: Path) -> None:
    translated = catalogue(path)
    assert messages(translated) == messages(catalogue(LOCALES / "vitrine.pot")), REFRESH
    for message in translated:
        forms = message.string if isinstance(message.string, tuple) else (message.string,)
        assert all(forms), message.id
        assert not message.fuzzy, message.id


@pytest.mark.parametrize("path", sorted(LOCALES.glob("*/LC_MESSAGES/vitrine.po")), ids=str)
def test_a_translation_names_the_same_values(path: Path) -> None:
    for message in catalogue(path):
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        forms = message.string if isinstance(message.string, tuple) else (message.string,)
        if message.id:
            wanted = set(re.findall(r"%\(\w+\)s", ids[-1]))
            assert all(set(re.findall(r"%\(\w+\)s", form)) <= wanted for form in forms), message.id
            assert set(re.findall(r"%\(\w+\)s", forms[-1])) == wanted, message.id


def test_a_text_is_in_the_language_of_the_block_and_english_outside() -> None:
    with use_locale("de-AT"):
        assert current_locale() == "de_AT"
        assert gettext("Add to cart") == "In den Warenkorb"
        assert ngettext("Only one left", "Only %(num)s left", 3) == "Nur noch 3 da"
        assert ngettext("One more", "%(num)s more", 1) == "Noch eins"
    assert current_locale() == "en"
    assert gettext("Page %(number)s of %(count)s", number=1, count=3) == "Page 1 of 3"
    with use_locale("fr"):
        assert gettext("Add to cart") == "Add to cart"


@pytest.mark.parametrize(
    ("locale", "amount", "text"),
    [
        ("en", Money(1250, "USD"), "$12.50"),
        ("de", Money(123_450, "EUR"), "1.234,50\xa0€"),
        ("en", Money(1200, "JPY"), "¥1,200"),
        ("en", Money(12_340, "KWD"), "KWD\xa012.340"),
        # CLDR writes dinars without decimals; Stripe charges two.
        ("en", Money(1250, "RSD"), "RSD\xa012.50"),
    ],
)
def test_an_amount_shows_the_decimals_that_are_charged(locale: str, amount: Money, text: str) -> None:
    with use_locale(locale):
        assert format_money(amount) == text


def test_a_moment_names_its_zone_and_one_without_is_refused() -> None:
    at = datetime(2026, 11, 24, 15, 4, tzinfo=UTC)
    assert format_moment(at) == "November 24, 2026, 3:04\u202fPM UTC"
    with use_locale("de"):
        assert format_moment(at) == "24. November 2026, 15:04 UTC"
    with pytest.raises(ValueError, match="has no time zone"):
        format_moment(at.replace(tzinfo=None))


def test_an_element_id_is_valid_and_belongs_to_one_text_only() -> None:
    texts = ["A/4 ü", "A-4", "A_4", "A_2f_4", "A/4", "", "a", "日本 1"]
    ids = [dom_id(text, "stock") for text in texts]
    assert ids[0] == "stock-A_2f_4_20__fc_"
    assert len(set(ids)) == len(texts)
    assert all(re.fullmatch(r"[A-Za-z][\w-]*", name, re.ASCII) for name in ids)
