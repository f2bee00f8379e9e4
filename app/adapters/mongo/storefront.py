"""Collections, content pages, markets, settings and redirects in MongoDB."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from app.adapters.mongo.codec import from_document, readable, to_document
from app.adapters.mongo.connection import Database
from app.adapters.mongo.documents import Document, Documents, Filter, by_id
from app.adapters.mongo.errors import Duplicate
from app.catalogue.model import Collection, ContentPage, Market, Redirect, ShopSettings
from app.errors import InvalidValue

Model = TypeVar("Model")

SETTINGS = "shop"
UNWRITTEN = {"version": 0}


class MongoStorefront:
    """Keeps what pages stand on besides products; the catalogue store's other half."""

    def __init__(self, database: Database) -> None:
        self._collections = database.documents("collections")
        self._pages = database.documents("pages")
        self._markets = database.documents("markets")
        self._settings = database.documents("settings")
        self._redirects = database.documents("redirects")

    def collection(self, collection_id: str) -> Collection | None:
        """Return the collection with that id."""
        document = self._collections.find_one(by_id(collection_id))
        return self._read_collection(document) if document else None

    def collection_by_slug(self, slug: str) -> Collection | None:
        """Return the collection with that URL name."""
        document = self._collections.find_one({"slug": slug})
        return self._read_collection(document) if document else None

    def collections(self) -> Sequence[Collection]:
        """Return every collection, by title."""
        found = readable(self._collections.find({}), self._read_collection)
        return sorted(found, key=lambda collection: (collection.title, collection.slug))

    def put_collection(self, collection: Collection) -> None:
        """Add or replace a collection, without a look at its version."""
        _put(self._collections, to_document(collection))

    def insert_collection(self, collection: Collection) -> None:
        """Add a collection.

        Raises:
            InvalidValue: its slug is taken.
        """
        try:
            self._collections.insert(to_document(collection))
        except Duplicate as error:
            raise _taken(error) from error

    def replace_collection(self, collection: Collection, *, expected_version: int) -> bool:
        """Replace the collection if it still has the version; say whether it was replaced.

        Raises:
            InvalidValue: its slug is taken.
        """
        fields = to_document(collection)
        del fields["_id"]
        try:
            return self._collections.update(_at(collection.id, expected_version), {"$set": fields})
        except Duplicate as error:
            raise _taken(error) from error

    def delete_collection(self, collection_id: str, *, expected_version: int) -> bool:
        """Delete the collection if it still has the version; say whether it was deleted."""
        return self._collections.delete_if(_at(collection_id, expected_version))

    def page_by_slug(self, slug: str) -> ContentPage | None:
        """Return the content page with that URL name."""
        document = self._pages.find_one({"slug": slug})
        return self._read_page(document) if document else None

    def page(self, page_id: str) -> ContentPage | None:
        """Return the content page with that id."""
        document = self._pages.find_one(by_id(page_id))
        return self._read_page(document) if document else None

    def pages(self) -> Sequence[ContentPage]:
        """Return every content page, by slug."""
        found = readable(self._pages.find({}), self._read_page)
        return sorted(found, key=lambda page: page.slug)

    def put_page(self, page: ContentPage) -> None:
        """Add or replace a content page."""
        _put(self._pages, to_document(page))

    def markets(self) -> Sequence[Market]:
        """Return every market, the default one first."""
        found = readable(self._markets.find({}), self._read_market)
        return sorted(found, key=lambda market: (market.prefix, market.id))

    def put_market(self, market: Market) -> None:
        """Add or replace a market."""
        _put(self._markets, to_document(market))

    def settings(self) -> ShopSettings:
        """Return the shop's settings, or the defaults of a fresh shop."""
        document = self._settings.find_one(by_id(SETTINGS))
        return from_document(ShopSettings, document or {}, self._settings.name)

    def put_settings(self, settings: ShopSettings) -> None:
        """Replace the shop's settings."""
        self._settings.put(SETTINGS, to_document(settings))

    def redirect(self, path: str) -> Redirect | None:
        """Return where an old path leads."""
        document = self._redirects.find_one(by_id(path))
        if document is None:
            return None
        return from_document(Redirect, {**document, "path": document["_id"]}, self._redirects.name)

    def put_redirect(self, redirect: Redirect) -> None:
        """Remember where an old path leads, replacing what was known of it."""
        self._redirects.put(redirect.path, {"target": redirect.target})

    def delete_redirect(self, path: str) -> None:
        """Forget a path, because a page lives there again."""
        self._redirects.delete(path)

    def delete_redirects(self, paths: Sequence[str]) -> None:
        """Forget many paths in one go."""
        self._redirects.delete_many(paths)

    def _read_collection(self, document: Document) -> Collection:
        return from_document(Collection, document, "collections", _defaults(document))

    def _read_page(self, document: Document) -> ContentPage:
        return from_document(ContentPage, document, "pages", _defaults(document))

    def _read_market(self, document: Document) -> Market:
        return from_document(Market, document, "markets")


def _at(collection_id: str, version: int) -> Filter:
    # A document of another program has no version until the shop writes it.
    return {**by_id(collection_id), "version": {"$in": [0, None]} if version == 0 else version}


def _taken(error: Duplicate) -> InvalidValue:
    name, value = next(iter(error.fields.items()), ("collection", ""))
    return InvalidValue(name, str(value), "one that no other collection has")


def _defaults(document: Document) -> Document:
    return {"title": document.get("slug"), **UNWRITTEN}


def _put(documents: Documents, document: Document) -> None:
    documents.put(document.pop("_id"), document)
