"""A revision's difference as a person reads it: prices as money, texts word by word, products by title."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from app.catalogue.model import Revision
from app.catalogue.service import UNDIFFED
from app.money import Money
from app.texts import format_money
from app.web.contexts.json_ld import plain_text
from app.web.editor.contexts_history import Difference, Words
from app.web.editor.rule_words import rule_sentence
from app.web.i18n import gettext as _
from app.web.i18n import ngettext

Names = Callable[[Sequence[str]], Mapping[str, str]]
"""Titles of products by their ids."""

MANY = 12
LONGEST_TEXT = 4_000
"""Characters of a text that are compared word by word; a longer one is only said to differ."""
BLOCK_END = re.compile(r"</(?:p|div|li|ul|ol|h[1-6]|tr|table)>|<br\s*/?>", re.IGNORECASE)
NOTHING = "—"


def differences(revision: Revision, names: Names) -> tuple[Difference, ...]:
    """Return what a revision changed, one thing each."""
    found: list[Difference] = []
    for name, (old, new) in revision.diff.items():
        if name not in UNDIFFED:
            found += _of_field(name, old, new, names)
    return tuple(found)


def field_label(name: str) -> str:
    """Return what a field is called at the desk."""
    return {
        "slug": _("Address"),
        "title": _("Title"),
        "description": _("Description"),
        "vendor": _("Vendor"),
        "type": _("Type"),
        "tags": _("Tags"),
        "status": _("Status"),
        "options": _("Options"),
        "images": _("Pictures"),
        "variants": _("Variants"),
        "seo_title": _("Title for search engines"),
        "seo_description": _("Description for search engines"),
        "gift_card": _("Gift card"),
        "extra": _("Columns kept for the next export"),
        "product_ids": _("Products"),
        "rule": _("Rule"),
        "stock_id": _("Stock pool"),
        "prices": _("Price"),
        "compare_at": _("Compare-at price"),
        "weight_grams": _("Weight in grams"),
        "barcode": _("Barcode"),
        "taxable": _("Taxed"),
        "requires_shipping": _("Is shipped"),
        "image_url": _("Picture"),
        "picture": _("Picture"),
    }.get(name, name)


def _of_field(name: str, old: Any, new: Any, names: Names) -> Iterable[Difference]:
    label = field_label(name)
    match name:
        case "description":
            return _of_text(label, str(old or ""), str(new or ""))
        case "variants":
            return _of_variants(old or (), new or ())
        case "images":
            return _of_pictures(label, old or (), new or ())
        case "tags":
            return _of_list(label, old or (), new or ())
        case "product_ids":
            known = names([*(old or ()), *(new or ())])
            return _of_list(
                label, [known.get(one, one) for one in old or ()], [known.get(one, one) for one in new or ()]
            )
        case "options":
            was, now = _options(old or ()), _options(new or ())
            return [Difference(label, was, now)] if was != now else []
        case "rule":
            if old is None and new is None:
                return []
            return [Difference(label, rule_sentence(old) if old else NOTHING, rule_sentence(new))]
        case "extra":
            return _of_pairs(old or (), new or ())
        case _:
            return [Difference(label, _plain(old), _plain(new))] if _plain(old) != _plain(new) else []


def _of_text(label: str, old: str, new: str) -> list[Difference]:
    before, after = _words(old), _words(new)
    if before == after:
        return [Difference(label, new=_("only its formatting"))] if old != new else []
    if not before or not after or len(old) + len(new) > 2 * LONGEST_TEXT:
        return [Difference(label, _shortened(" ".join(before)), _shortened(" ".join(after)))]
    parts: list[Words] = []
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            parts.append(Words("same", _around(before[a:b])))
        else:
            parts += [Words("gone", " ".join(before[a:b]))] if b > a else []
            parts += [Words("new", " ".join(after[c:d]))] if d > c else []
    return [Difference(label, words=tuple(parts))]


def _words(html: str) -> list[str]:
    return plain_text(BLOCK_END.sub(" ", html)).split()


def _around(words: Sequence[str]) -> str:
    """Return words that are the same on both sides; of many, those beside the changes."""
    if len(words) <= 2 * MANY:
        return " ".join(words)
    return " ".join([*words[:MANY], "…", *words[-MANY:]])


def _shortened(text: str) -> str:
    return text if len(text) <= 2 * LONGEST_TEXT else text[: 2 * LONGEST_TEXT] + "…"


def _of_variants(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> Iterator[Difference]:
    before, after = {row["sku"]: row for row in old}, {row["sku"]: row for row in new}
    for sku, row in before.items():
        if sku not in after:
            yield Difference(_("Variant %(sku)s", sku=sku), _variant(row), NOTHING)
    for sku, row in after.items():
        if sku not in before:
            yield Difference(_("Variant %(sku)s", sku=sku), NOTHING, _variant(row))
        else:
            yield from _of_variant(sku, before[sku], row)
    both = [sku for sku in before if sku in after]
    if both != [sku for sku in after if sku in before]:
        yield Difference(_("Order of the variants"), ", ".join(before), ", ".join(after))


def _of_variant(sku: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    for name in dict.fromkeys([*old, *new]):
        was, now = old.get(name), new.get(name)
        if was == now or name == "sku":
            continue
        label = f"{sku} · {field_label(name)}"
        if name in ("prices", "compare_at"):
            was, now = was or {}, now or {}
            for currency in sorted({*was, *now}):
                if was.get(currency) != now.get(currency):
                    yield Difference(label, _money(was, currency), _money(now, currency))
        elif name == "options":
            yield Difference(label, " / ".join(was or ()), " / ".join(now or ()))
        elif name == "extra":
            yield from _of_pairs(was or (), now or (), f"{sku} · ")
        elif name == "image_url" and "picture" in {*old, *new}:
            # The picture's id says it already.
            continue
        else:
            yield Difference(label, _plain(was), _plain(now))


def _variant(row: Mapping[str, Any]) -> str:
    """Return a variant in one line: what it is, and what it costs."""
    prices = row.get("prices") or {}
    parts = [" / ".join(row.get("options") or ()), *(_money(prices, code) for code in sorted(prices))]
    return ", ".join(part for part in parts if part) or str(row["sku"])


def _money(prices: Mapping[str, int], currency: str) -> str:
    minor = prices.get(currency)
    return NOTHING if minor is None else format_money(Money(minor, currency))


def _of_pictures(
    label: str, old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]
) -> Iterator[Difference]:
    before, after = {_picture(row): row for row in old}, {_picture(row): row for row in new}
    yield from _of_list(label, list(before), list(after))
    for name, row in after.items():
        if name in before and before[name].get("alt") != row.get("alt"):
            yield Difference(
                _("Alt text of %(picture)s", picture=name),
                _plain(before[name].get("alt")),
                _plain(row.get("alt")),
            )


def _picture(row: Mapping[str, Any]) -> str:
    """Return what tells a picture from the others of its product."""
    return str(row.get("picture") or row.get("src") or row.get("source_url") or "?")


def _of_list(label: str, old: Sequence[str], new: Sequence[str]) -> Iterator[Difference]:
    gone, come = [one for one in old if one not in new], [one for one in new if one not in old]
    if gone or come:
        yield Difference(label, _some(gone), _some(come))
    elif list(old) != list(new):
        yield Difference(_("%(what)s: order", what=label), _some(old), _some(new))


def _some(names: Sequence[str]) -> str:
    if not names:
        return NOTHING
    rest = len(names) - MANY
    text = ", ".join(names[:MANY])
    return text + ngettext(" and %(num)s more", " and %(num)s more", rest) if rest > 0 else text


def _of_pairs(
    old: Sequence[Sequence[str]], new: Sequence[Sequence[str]], before: str = ""
) -> Iterator[Difference]:
    was, now = ({str(name): str(cell) for name, cell in rows} for rows in (old, new))
    for name in dict.fromkeys([*was, *now]):
        if was.get(name) != now.get(name):
            yield Difference(before + name, _plain(was.get(name)), _plain(now.get(name)))


def _options(rows: Sequence[Mapping[str, Any]]) -> str:
    return "; ".join(f"{row['name']}: {', '.join(row['values'])}" for row in rows) or NOTHING


def _plain(value: Any) -> str:
    match value:
        case None | "":
            return NOTHING
        case True:
            return _("yes")
        case False:
            return _("no")
        case float():
            return f"{value:g}"
        case _:
            return str(value)
