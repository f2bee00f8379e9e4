"""Transactions on MongoDB: the session is bound to the calling thread, collisions are run again."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

from pymongo.client_session import ClientSession
from pymongo.errors import ConnectionFailure, OperationFailure, PyMongoError, ServerSelectionTimeoutError
from pymongo.read_concern import ReadConcern
from pymongo.read_preferences import ReadPreference
from pymongo.write_concern import WriteConcern

from app.adapters.mongo.connection import Database
from app.adapters.mongo.errors import TRANSIENT, UNKNOWN_COMMIT, translated, translation
from app.adapters.mongo.session import Running, bind, running_transaction
from app.errors import StoreUnavailable

Result = TypeVar("Result")

FIRST_PAUSE_SECONDS = 0.002
LONGEST_PAUSE_SECONDS = 0.1
MAX_TIME_MS_EXPIRED = 50


class MongoTransactions:
    """Runs blocks of store calls as one transaction each.

    A block that collides with another writer runs again after a short random
    pause. Blocks of one process that have collided queue up behind one another:
    a crowd on one stock pool is then served in turn instead of spending its time
    on undoing each other's work.
    """

    def __init__(self, database: Database, *, retry_seconds: float = 20.0) -> None:
        self._client = database.client
        self._retry_seconds = retry_seconds
        self._collided = database.collided

    def run(self, block: Callable[[], Result]) -> Result:
        """Run the block in a transaction and return what it returns.

        Raises:
            StoreUnavailable: the database cannot be reached, or the block
                collided with other writers for `retry_seconds`. Where the commit's
                outcome stayed unknown the writes may have happened.
        """
        if running_transaction() is not None:
            return block()
        with translated():
            session = self._client.start_session()
        with session:
            return self._repeat(session, block, time.monotonic() + self._retry_seconds)

    def _repeat(self, session: ClientSession, block: Callable[[], Result], deadline: float) -> Result:
        tries = lost_connections = 0
        has_turn = False
        try:
            while True:
                try:
                    return self._try(session, block, deadline)
                except PyMongoError as error:
                    is_lost = isinstance(error, ConnectionFailure)
                    lost_connections += is_lost
                    if not _is_worth_repeating(error, lost_connections):
                        raise translation(error) from error
                    if time.monotonic() > deadline:
                        reason = f"other writers were in the way for {self._retry_seconds:g} s"
                        raise StoreUnavailable(reason) from error
                if is_lost:
                    continue
                # From here on one block at a time: see the class.
                has_turn = has_turn or self._collided.acquire(timeout=max(0, deadline - time.monotonic()))
                time.sleep(_pause_seconds(tries))
                tries += 1
        finally:
            if has_turn:
                self._collided.release()

    def _try(self, session: ClientSession, block: Callable[[], Result], deadline: float) -> Result:
        session.start_transaction(
            read_concern=ReadConcern("snapshot"),
            write_concern=WriteConcern(w="majority", j=True),
            read_preference=ReadPreference.PRIMARY,
        )
        running = Running(session)
        bind(running)
        try:
            result = block()
        except PyMongoError as error:
            self._abort(session)
            # The block went on after an error with which the server has ended the transaction.
            raise (running.fatal or error) from None
        except BaseException:
            self._abort(session)
            raise
        finally:
            bind(None)
        if running.fatal is not None:
            # The block caught that error and returned.
            self._abort(session)
            raise running.fatal
        self._commit(session, deadline)
        return result

    @staticmethod
    def _abort(session: ClientSession) -> None:
        if session.in_transaction:
            session.abort_transaction()

    @staticmethod
    def _commit(session: ClientSession, deadline: float) -> None:
        while True:
            try:
                session.commit_transaction()
            except PyMongoError as error:
                # The server answers a repeated commit with the first one's outcome.
                timed_out = isinstance(error, OperationFailure) and error.code == MAX_TIME_MS_EXPIRED
                if not error.has_error_label(UNKNOWN_COMMIT) or timed_out or time.monotonic() > deadline:
                    raise
            else:
                return


def _is_worth_repeating(error: PyMongoError, lost_connections: int) -> bool:
    """Say whether the block may run again: after a collision, and once after a lost connection."""
    if isinstance(error, ServerSelectionTimeoutError) or lost_connections > 1:
        # The driver has looked for a server all the time that it was given.
        return False
    return error.has_error_label(TRANSIENT)


def _pause_seconds(tries: int) -> float:
    longest = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 1.5 ** min(tries, 20))
    return random.random() * longest  # noqa: S311 - spreads writers, protects nothing
