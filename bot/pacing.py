"""How fast one bot may write, so that Telegram never has to refuse.

Telegram takes about 30 messages a second from a bot and one a second for a chat, with short
bursts (messaging.md, 3.2). One customer's messages keep their order; customers wait for one
another only where the whole bot is at its limit. Who asks for longer than it can wait is told
at once.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Protocol

_BOT_RATE, _BOT_BURST = 30.0, 30
_CHAT_RATE, _CHAT_BURST = 1.0, 3
#: Seconds after which the whole bot tries again, whatever it was told.
_LONGEST_HOLD = 60.0
#: As much of a token as a whole one: sums of fractions never come out even.
_WHOLE = 1 - 1e-6


class Congested(Exception):
    """The turn would come later than the caller can wait."""


class Time(Protocol):
    """A clock that only runs forward, and waiting by it."""

    def now(self) -> float:
        """Return seconds since some moment in the past."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after so many seconds."""
        ...


class SystemTime:
    """The machine's own clock."""

    def now(self) -> float:
        """Return the machine's monotonic seconds."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Let others run for so many seconds."""
        await asyncio.sleep(seconds)


@dataclass(slots=True)
class _Bucket:
    """Tokens that come back at an even rate, up to a burst."""

    rate: float
    burst: int
    tokens: float
    #: When the tokens were counted; lies ahead while none come back.
    counted: float

    def delay(self, now: float) -> float:
        """Return the seconds until a token is there."""
        self._count(now)
        missing = 0.0 if self.tokens >= _WHOLE else (1 - self.tokens) / self.rate
        return missing + max(0.0, self.counted - now)

    def take(self, now: float) -> None:
        self._count(now)
        self.tokens -= 1

    def full(self, now: float) -> bool:
        self._count(now)
        return self.tokens >= self.burst * _WHOLE

    def empty(self, until: float) -> None:
        self.tokens, self.counted = 0.0, max(self.counted, until)

    def _count(self, now: float) -> None:
        if now > self.counted:
            back = (now - self.counted) * self.rate
            self.tokens = min(float(self.burst), self.tokens + back)
            self.counted = now


@dataclass(slots=True)
class _Lane:
    """One chat: its bucket, and those who wait in line."""

    bucket: _Bucket
    line: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0


class Pace:
    """The turns of one bot's sends."""

    def __init__(self, clock: Time) -> None:
        """Start with full bursts."""
        self._time = clock
        self._bot = _full(_BOT_RATE, _BOT_BURST, clock.now())
        self._gate = asyncio.Lock()
        #: Chats that were told to wait, and until when.
        self._held: dict[int, float] = {}
        #: By last use, the longest unused first.
        self._lanes: OrderedDict[int, _Lane] = OrderedDict()

    @property
    def chats(self) -> int:
        """The number of chats remembered: those that wait or wrote seconds ago."""
        return len(self._lanes)

    async def turn(self, chat: int, patience: float = math.inf) -> None:
        """Return when one message may be sent to this chat; first come, first served.

        :raises Congested: that would be later than in `patience` seconds; nothing was used up.
        """
        deadline = self._time.now() + patience
        lane = self._lane(chat)
        lane.waiting += 1
        try:
            async with lane.line:
                await self._wait(lane.bucket, deadline)
                async with self._gate:
                    await self._wait(self._bot, deadline)
                    self._bot.take(self._time.now())
                lane.bucket.take(self._time.now())
        finally:
            lane.waiting -= 1

    def hold(self, seconds: float, chat: int | None = None) -> None:
        """Let nobody write for so many seconds, and after that no burst.

        Telegram does not say whether one chat or the whole bot was too fast: one chat is held
        alone, until a second one is told the same.
        """
        now = self._time.now()
        self._held = {c: until for c, until in self._held.items() if until > now}
        if chat is not None:
            self._held[chat] = now + seconds
            self._lane(chat).bucket.empty(now + seconds)
        if chat is None or len(self._held) > 1:
            self._bot.empty(now + min(seconds, _LONGEST_HOLD))

    async def _wait(self, bucket: _Bucket, deadline: float) -> None:
        # A hold may come while others wait already, so the delay is asked for again.
        while (delay := bucket.delay(now := self._time.now())) > 0:
            if now + delay > deadline:
                raise Congested
            await self._time.sleep(delay)

    def _lane(self, chat: int) -> _Lane:
        now = self._time.now()
        self._forget(now)
        lane = self._lanes.get(chat) or _Lane(_full(_CHAT_RATE, _CHAT_BURST, now))
        self._lanes[chat] = lane
        self._lanes.move_to_end(chat)
        return lane

    def _forget(self, now: float) -> None:
        """Drop chats that are as if they had never written."""
        while self._lanes:
            chat, lane = next(iter(self._lanes.items()))
            if lane.waiting or not lane.bucket.full(now):
                return
            del self._lanes[chat]


def _full(rate: float, burst: int, now: float) -> _Bucket:
    return _Bucket(rate, burst, float(burst), now)
