"""A block whose writes happen together or not at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

Result = TypeVar("Result")


class Transactions(Protocol):
    """Runs blocks of store calls as one transaction.

    The adapter binds its session to the calling thread, so that stores take no
    session argument and a block reads like any other code.
    """

    def run(self, block: Callable[[], Result]) -> Result:
        """Run the block in a transaction and return what it returns.

        The block may run several times when writers collide (about three times
        under contention), so it must do nothing but read and write the stores.
        A block that raises leaves no trace. Called within a running transaction,
        the block joins it.
        """
        ...
