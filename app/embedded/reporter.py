"""Where the stack's progress goes: to an object, so that it can be shown, kept or left out."""

from __future__ import annotations

from typing import Protocol

from rich.console import Console


class Reporter(Protocol):
    """Whoever wants to know how the start is going, and what had to be restarted."""

    def starting(self, names: list[str]) -> None:
        """These processes are being started."""
        ...

    def doing(self, what: str) -> None:
        """Work begins that may take a moment."""
        ...

    def ready(self, name: str, seconds: float) -> None:
        """A process answers, so many seconds after its start."""
        ...

    def restarting(self, name: str, how_it_ended: str, delay_seconds: float) -> None:
        """A process has died and will be started again."""
        ...


class SilentReporter:
    """Tells nobody."""

    def starting(self, names: list[str]) -> None:
        """Say nothing."""

    def doing(self, what: str) -> None:
        """Say nothing."""

    def ready(self, name: str, seconds: float) -> None:
        """Say nothing."""

    def restarting(self, name: str, how_it_ended: str, delay_seconds: float) -> None:
        """Say nothing."""


class ConsoleReporter:
    """Tells a person at a terminal; on standard error, for standard output belongs to the result."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True, highlight=False)

    def starting(self, names: list[str]) -> None:
        """Name what is being started."""
        self._console.print(f"starting {', '.join(names)} …", style="dim")

    def doing(self, what: str) -> None:
        """Name the work."""
        self._console.print(f"{what} …", style="dim")

    def ready(self, name: str, seconds: float) -> None:
        """Name who is ready, and after how long."""
        self._console.print(f"  {name} is ready ({seconds:.1f} s)", style="dim")

    def restarting(self, name: str, how_it_ended: str, delay_seconds: float) -> None:
        """Name the dead, and when it comes back."""
        self._console.print(
            f"{name} has ended ({how_it_ended}); it starts again in {delay_seconds:.1f} s", style="yellow"
        )
