"""What every page reads, read once a batch: markets, settings and the list of collections.

A page records the values that it was made of, so a value that has grown old by the
time the page is written is found by the event that reports its change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

from app.catalogue.model import Collection, Market, ShopSettings
from app.catalogue.store import CatalogueStore
from app.services import Services


class Snapshot:
    """A catalogue store that remembers the frame of all pages until it is told to look again."""

    def __init__(self, store: CatalogueStore) -> None:
        self._store = store
        self._known: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        """Hand everything else to the store."""
        return getattr(self._store, name)

    def refresh(self) -> None:
        """Forget what is remembered."""
        self._known.clear()

    def markets(self) -> Sequence[Market]:
        """Return every market, the default one first."""
        return cast(Sequence[Market], self._remembered("markets"))

    def settings(self) -> ShopSettings:
        """Return the shop's settings."""
        return cast(ShopSettings, self._remembered("settings"))

    def collections(self) -> Sequence[Collection]:
        """Return every collection, by title."""
        return cast(Sequence[Collection], self._remembered("collections"))

    def _remembered(self, name: str) -> Any:
        if name not in self._known:
            self._known[name] = getattr(self._store, name)()
        return self._known[name]


def reading_through(services: Services, snapshot: Snapshot) -> Services:
    """Return the services with a catalogue that is read through the snapshot."""
    store = cast(CatalogueStore, snapshot)
    return replace(services, catalogue=replace(services.catalogue, store=store))
