"""What the orders of a listing are called, on its sorted pages and where it is narrowed."""

from __future__ import annotations

from app.search.model import Sorting
from app.web.i18n import gettext as _


def sorting_label(sorting: Sorting) -> str:
    """Return what an order is called."""
    labels = {
        Sorting.FEATURED: _("Our order"),
        Sorting.NEWEST: _("Newest"),
        Sorting.TITLE: _("Title"),
        Sorting.PRICE_UP: _("Price, lowest first"),
        Sorting.PRICE_DOWN: _("Price, highest first"),
    }
    return labels[sorting]
