"""Power cuts and interruptions: before or after any call of a store, of Stripe, or of a transaction."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from tests.fakes.memory import FakeTransactions


class PowerCut(BaseException):  # noqa: N818 - no error of the program: nothing may catch it
    """The process is gone; what it had in memory is gone with it."""


class Fuse:
    """Burns down by one with each call; at its end the power is cut, or something else happens first."""

    def __init__(self, transactions: FakeTransactions) -> None:
        self._transactions = transactions
        self._left = 0
        self._then: Callable[[], None] | None = None
        self.is_near = False
        """Whether a process is at work; whoever only looks on does not burn it."""
        self.cuts = 0
        """How often the power was cut."""

    def light(self, calls: int, then: Callable[[], None] | None = None) -> None:
        """Cut the power at that call, or let another process act there."""
        self._left, self._then = calls, then

    def put_out(self) -> None:
        """Let nothing happen any more."""
        self._left, self._then, self.is_near = 0, None, False

    def burn(self) -> None:
        """Pass one point at which a process may end or another may come in between."""
        if not (self._left and self.is_near):
            return
        # What others do is never seen within a transaction; it happens before it or after it.
        if self._then is not None and self._transactions._depth:
            return
        self._left -= 1
        if self._left:
            return
        then = self._then
        self.put_out()
        if then is None:
            self.cuts += 1
            raise PowerCut
        then()


class Fragile:
    """Anything with methods, where the power may go before a call and after it."""

    def __init__(self, target: Any, fuse: Fuse) -> None:
        self._target, self._fuse = target, fuse

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._target, name)
        if not callable(found):
            return found

        @wraps(found)
        def call(*arguments: Any, **named: Any) -> Any:
            self._fuse.burn()
            result = found(*arguments, **named)
            self._fuse.burn()
            return result

        return call
