"""One connection to the database: built without I/O, used by every store."""

from __future__ import annotations

from datetime import UTC
from threading import Lock
from typing import Any

from pymongo import MongoClient
from pymongo.database import Database as DriverDatabase
from pymongo.errors import ConfigurationError, InvalidURI
from pymongo.uri_parser import parse_uri

from app.adapters.mongo.documents import Document, Documents
from app.adapters.mongo.errors import translated
from app.errors import InvalidValue


class Database:
    """The shop's database.

    Nothing is connected before the first operation, so that a process may fork
    after the stores were built. Writes are acknowledged by the majority and the
    journal: what the shop has been told is stored survives a crash.
    """

    def __init__(self, uri: str, *, server_selection_ms: int = 3_000, socket_ms: int = 10_000) -> None:
        """Prepare the connection.

        Args:
            uri: the whole URI with the database in it; options in it win over the defaults here.
            server_selection_ms: how long an operation looks for a server that can be written to.
            socket_ms: how long an operation waits for its answer.

        Raises:
            InvalidValue: the URI is malformed or names no database.
        """
        # The URI may hold a password, so the error never repeats it.
        expected = "a URI with the database in it, such as mongodb://127.0.0.1:27017/vitrine?replicaSet=rs0"
        try:
            parsed = parse_uri(uri, warn=False)
        except (InvalidURI, ConfigurationError, ValueError) as error:
            raise InvalidValue("VITRINE_MONGO_URI", "(not shown)", expected) from error
        if not parsed["database"]:
            raise InvalidValue("VITRINE_MONGO_URI", "(not shown)", expected)
        options: dict[str, Any] = {
            "serverSelectionTimeoutMS": server_selection_ms,
            "connectTimeoutMS": server_selection_ms,
            "socketTimeoutMS": socket_ms,
            "w": "majority",
            "journal": True,
        }
        given = {name.lower() for name in parsed["options"]}
        self.client: MongoClient[Document] = MongoClient(
            uri,
            connect=False,
            tz_aware=True,
            tzinfo=UTC,
            appname="vitrine",
            **{name: value for name, value in options.items() if name.lower() not in given},
        )
        self.collided = Lock()
        """Held by the one transaction of this process that is being run again after a collision."""
        self.driver: DriverDatabase[Document] = self.client[parsed["database"]]

    @property
    def name(self) -> str:
        """The database's name."""
        return self.driver.name

    def documents(self, collection: str) -> Documents:
        """Return a collection as the stores use it."""
        return Documents(self.driver[collection])

    def ping(self) -> None:
        """Ask for a sign of life.

        Raises:
            StoreUnavailable: there is none.
        """
        with translated():
            self.driver.command("ping")

    def drop(self) -> None:
        """Delete the whole database; for tests and the demo only."""
        with translated():
            self.client.drop_database(self.name)

    def close(self) -> None:
        """Give the sockets back."""
        self.client.close()
