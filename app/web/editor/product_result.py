"""What became of the last change of a whole product, told from its records alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import request

from app.catalogue.model import Product
from app.publishing.model import DocumentChange
from app.web.editor.contexts import Result
from app.web.editor.variants import live_result
from app.web.i18n import gettext as _
from app.web.i18n import ngettext
from app.web.shop import current_shop


def product_result(product: Product) -> Result | None:
    """Return the result that the address asks for, from the records and from nothing the address says."""
    if request.args.get("notice") == "unchanged":
        return Result("status", _("Nothing was different, so nothing was saved."))
    text = request.args.get("version", "")
    if request.args.get("saved") != "product" or not (text.isascii() and text.isdigit() and len(text) < 10):
        return None
    services = current_shop().services
    revision = services.catalogue.store.revision_at(product.id, int(text))
    if revision is None:
        return None
    change = DocumentChange("products", product.id, revision.version)
    record = services.publishing.store.publication_of(change.collection, change.id, change.version)
    result = live_result(_saved_text(product, revision.version, revision.diff), record)
    kept = _kept_pools(revision.diff)
    return replace(result, text=f"{kept} {result.text}") if kept else result


def _saved_text(product: Product, version: int, diff: Mapping[str, tuple[object, object]]) -> str:
    if version == 1:
        return _("%(title)s is created.", title=product.title)
    if set(diff) == {"status"}:
        return {
            "archived": _("Archived: its pages answer that it is gone."),
            "active": _("Published."),
        }.get(str(diff["status"][1]), _("It is a draft now: shoppers do not see it."))
    return ngettext("Saved: %(num)s field changed.", "Saved: %(num)s fields changed.", len(diff))


def _kept_pools(diff: Mapping[str, tuple[object, object]]) -> str:
    """Say which stock pools stay although their variants are gone."""
    before, after = (_stock_ids(state) for state in diff.get("variants", ((), ())))
    gone = [stock_id for stock_id in before if stock_id not in after]
    pools = current_shop().services.inventory.store.pools(gone)
    kept = [
        _("%(pool)s (%(count)s on hand)", pool=pool.id, count=pool.on_hand) if pool.is_tracked else pool.id
        for stock_id in gone
        if (pool := pools.get(stock_id))
    ]
    if not kept:
        return ""
    return ngettext(
        "No variant here is sold from this stock pool any more; it stays: %(pools)s.",
        "No variant here is sold from these stock pools any more; they stay: %(pools)s.",
        len(kept),
        pools=", ".join(kept),
    )


def _stock_ids(variants: Any) -> list[str]:
    rows = variants if isinstance(variants, list | tuple) else ()
    return list(dict.fromkeys(str(row.get("stock_id")) for row in rows if isinstance(row, Mapping)))
