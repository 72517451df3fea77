"""The time of journeys: a module of its own, so that it brings no doors along."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


class SetClock:
    """A clock that goes when told."""

    def __init__(self) -> None:
        """Start on a Sunday at noon in Riga."""
        self.moment = START

    def now(self) -> datetime:
        """Return the moment set."""
        return self.moment

    def wait(self, hours: float) -> None:
        """Let time pass."""
        self.moment += timedelta(hours=hours)
