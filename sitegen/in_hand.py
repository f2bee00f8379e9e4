"""What the pages in hand read, read once: the stock behind them and the files of their pictures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, cast

from app.catalogue.store import CatalogueStore
from app.inventory.model import StockPool
from app.inventory.store import InventoryStore
from app.media.model import Picture
from app.media.service import Media
from app.services import Services
from sitegen.snapshot import Snapshot

MOST_PICTURES = 2000
"""Pictures that are remembered at once; a shop may have more, and their files take memory to name."""


class PoolsInHand:
    """An inventory store that reads each pool once for the pages in hand."""

    def __init__(self, store: InventoryStore) -> None:
        self.store = store
        self._read: dict[str, StockPool | None] = {}

    def __getattr__(self, name: str) -> Any:
        """Hand everything else to the store."""
        return getattr(self.store, name)

    def look_ahead(self, stock_ids: Iterable[str]) -> None:
        """Forget the pools of the last pages, and read those of the next in one go."""
        self._read.clear()
        self.pools(sorted(stock_ids))

    def pools(self, stock_ids: Sequence[str]) -> dict[str, StockPool]:
        """Return the pools with these ids; unknown ids are left out."""
        missing = [stock_id for stock_id in stock_ids if stock_id not in self._read]
        if missing:
            self._read |= dict.fromkeys(missing) | self.store.pools(missing)
        return {stock_id: pool for stock_id in stock_ids if (pool := self._read[stock_id]) is not None}


class PicturesInHand:
    """The shop's pictures with what can be shown of them, until a change of theirs is reported.

    A listing shows two dozen pictures of many files each, and a change of one price
    renders a dozen listings: to look for every file again would take longer than to
    render them. That a file was lost is found by whoever proves the pages.
    """

    def __init__(self, media: Media) -> None:
        self.media = media
        self._shown: dict[str, Picture | None] = {}

    def __getattr__(self, name: str) -> Any:
        """Hand everything else to the pictures themselves."""
        return getattr(self.media, name)

    def showable(self, ids: Iterable[str]) -> dict[str, Picture]:
        """Return pictures with the files that were there when they were looked at."""
        wanted = list(dict.fromkeys(ids))
        missing = [one for one in wanted if one not in self._shown]
        if len(self._shown) + len(missing) > MOST_PICTURES:
            self._shown.clear()
            missing = wanted
        if missing:
            self._shown |= dict.fromkeys(missing) | self.media.showable(missing)
        return {one: picture for one in wanted if (picture := self._shown[one]) is not None}

    def look_again(self, ids: Iterable[str]) -> None:
        """Forget what was seen of these pictures."""
        for one in ids:
            self._shown.pop(one, None)

    def refresh(self) -> None:
        """Forget everything that was seen."""
        self._shown.clear()

    @contextmanager
    def set_aside(self) -> Iterator[None]:
        """Look at everything anew inside the block; what was seen outside stays."""
        shown, self._shown = self._shown, {}
        try:
            yield
        finally:
            self._shown = shown


def reading_through(
    services: Services, snapshot: Snapshot, pools: PoolsInHand, pictures: PicturesInHand
) -> Services:
    """Return the services with stores that are read through what is remembered."""
    return replace(
        services,
        catalogue=replace(services.catalogue, store=cast(CatalogueStore, snapshot)),
        inventory=replace(services.inventory, store=cast(InventoryStore, pools)),
        media=cast(Media, pictures),
    )
