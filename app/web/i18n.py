"""The texts of pages: `app.texts`, which letters share, under the names that this room uses."""

from __future__ import annotations

from app.texts import (
    SOURCE_LOCALE,
    current_locale,
    gettext,
    ngettext,
    parsed,
    template_gettext,
    template_ngettext,
    translations,
    use_locale,
)

__all__ = [
    "SOURCE_LOCALE",
    "current_locale",
    "gettext",
    "ngettext",
    "parsed",
    "template_gettext",
    "template_ngettext",
    "translations",
    "use_locale",
]
