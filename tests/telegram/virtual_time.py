"""Time that passes only when everybody waits for it, and then at once."""

from __future__ import annotations

import asyncio

#: Turns of the loop without a new sleeper after which nobody has anything left to do.
_SETTLED = 20


class VirtualTime:
    """A clock that jumps to the next sleeper's hour; nothing really sleeps."""

    def __init__(self) -> None:
        """Begin at no particular hour."""
        self.slept: list[float] = []
        self._now = 1000.0
        self._due: list[float] = []
        self._stirs = 0

    def now(self) -> float:
        """Return the seconds of this clock."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Return when the clock has moved so far; it moves once all others wait too."""
        until = self._now + seconds
        self.slept.append(seconds)
        self._due.append(until)
        self._stirs += 1
        try:
            while self._now < until:
                await self._settle()
                if self._now < until == min(self._due):
                    self._now = until
                    self._stirs += 1
        finally:
            self._due.remove(until)

    def advance(self, seconds: float) -> None:
        """Let time pass by itself, as during a long request."""
        self._now += seconds
        self._stirs += 1

    async def _settle(self) -> None:
        stirs, turns = self._stirs, 0
        while turns < _SETTLED:
            await asyncio.sleep(0)
            stirs, turns = self._stirs, turns + 1 if stirs == self._stirs else 0
