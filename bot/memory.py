"""What a door remembers of its chats while it runs; nothing that could not be lost.

After a restart updates may be shown twice and old buttons may stay: the desk knows updates by
their ids, and old buttons explain themselves.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator, Hashable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Generic, TypeVar
from weakref import WeakValueDictionary

from bot.events import Event, Pressed, Reach, Said, Wordless

_MOST = 100_000
#: The same button twice within this time is one intention.
_DOUBLE = timedelta(seconds=2)

_K = TypeVar("_K", bound=Hashable)
_V = TypeVar("_V")


class Recent(Generic[_K, _V]):
    """The newest entries; the oldest make room."""

    def __init__(self, most: int = _MOST) -> None:
        """Keep at most so many."""
        self._most = most
        self._entries: OrderedDict[_K, _V] = OrderedDict()

    def put(self, key: _K, value: _V) -> None:
        """Keep an entry as the newest."""
        self._entries[key] = value
        self._entries.move_to_end(key)
        while len(self._entries) > self._most:
            self._entries.popitem(last=False)

    def get(self, key: _K) -> _V | None:
        """Return an entry, if it is still kept."""
        return self._entries.get(key)

    def take(self, key: _K) -> _V | None:
        """Return an entry and forget it."""
        return self._entries.pop(key, None)


class _Turn:
    """One customer's place in the row."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.waiting = 0


class Memory:
    """The chats of one bot."""

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._turns: WeakValueDictionary[int, _Turn] = WeakValueDictionary()
        self._done: Recent[tuple[int, str], bool] = Recent()
        self._failures: Recent[tuple[int, str], int] = Recent()
        self._screens: Recent[int, int] = Recent()
        self._reach: Recent[int, int] = Recent()
        self._albums: Recent[int, str] = Recent()
        self._presses: Recent[int, tuple[int | None, str, datetime]] = Recent()

    @asynccontextmanager
    async def turn(self, user: int) -> AsyncGenerator[None]:
        """Wait until all earlier updates of this customer are answered."""
        turn = self._turns.get(user)
        if turn is None:
            turn = self._turns[user] = _Turn()
        turn.waiting += 1
        async with turn.lock:
            turn.waiting -= 1
            yield

    def waiting(self, user: int) -> int:
        """Return how many updates of this customer wait for the one being answered."""
        turn = self._turns.get(user)
        return turn.waiting if turn else 0

    def is_done(self, event: Event) -> bool:
        """Say whether this update was answered already."""
        return self._done.get((event.update, event.reference)) is not None

    def note_done(self, event: Event, now: datetime) -> None:
        """Note that an update was answered."""
        self._done.put((event.update, event.reference), value=True)
        if isinstance(event, Said | Wordless) and event.album:
            self._albums.put(event.user, event.album)
        self._failures.take((event.update, event.reference))
        if isinstance(event, Pressed):
            self._presses.put(event.user, (event.message, event.data, now))
        else:
            self._presses.take(event.user)

    def is_double_tap(self, event: Pressed, now: datetime) -> bool:
        """Say whether this press repeats the one just answered, with nothing between."""
        last = self._presses.get(event.user)
        if last is None or (event.message, event.data) != last[:2]:
            return False
        return now - last[2] < _DOUBLE

    def count_failure(self, event: Event) -> int:
        """Return how often this update has failed by now."""
        key = (event.update, event.reference)
        failures = (self._failures.get(key) or 0) + 1
        self._failures.put(key, failures)
        return failures

    def note_screen(self, user: int, message: int, *, live: bool) -> None:
        """Note the newest message with buttons."""
        if live:
            self._screens.put(user, message)

    def screen(self, user: int) -> int | None:
        """Return the newest message with buttons, if it is remembered."""
        return self._screens.get(user)

    def is_news(self, event: Reach) -> bool:
        """Say whether this is newer than what is known of a customer's coming and going."""
        if event.at < (self._reach.get(event.user) or 0):
            return False
        self._reach.put(event.user, event.at)
        return True

    def is_same_album(self, event: Event) -> bool:
        """Say whether this is one more wordless piece of the album that was answered last."""
        return (
            isinstance(event, Wordless)
            and bool(event.album)
            and self._albums.get(event.user) == event.album
        )

    def take_screen(self, user: int) -> int | None:
        """Return the newest message with buttons, which is no longer the newest."""
        return self._screens.take(user)
