"""Fixtures that several rooms' tests share: real servers, and a database for each test."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from app.adapters.mongo.connection import Database
from app.adapters.mongo.migrations import migrate
from tests.servers import MongoServer, running_mongo, running_redis
from tests.stack import shared_folder


def pytest_configure() -> None:
    """Name the folder that a run's processes share, before there are any."""
    shared_folder()


@pytest.fixture(scope="session")
def mongo_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MongoServer]:
    """A database server for the whole run."""
    with running_mongo(tmp_path_factory.mktemp("mongo")) as server:
        yield server


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """The URL of a Redis server for the whole run."""
    # Not pytest's own folder: the path of a socket may have a hundred characters at most.
    with tempfile.TemporaryDirectory(prefix="vr") as folder, running_redis(Path(folder)) as url:
        yield url


@pytest.fixture
def redis_url(redis_server: str) -> Iterator[str]:
    """The URL of a Redis server that is empty, and emptied afterwards."""
    yield redis_server
    with redis.Redis.from_url(redis_server) as client:
        client.flushall()


@pytest.fixture
def empty_database(mongo_server: MongoServer) -> Iterator[Database]:
    """A database of this test alone, without any collection."""
    database = Database(mongo_server.uri(f"t_{uuid.uuid4().hex[:12]}"))
    yield database
    database.drop()
    database.close()


@pytest.fixture
def database(empty_database: Database) -> Database:
    """A database of this test alone, migrated."""
    migrate(empty_database)
    return empty_database
