"""Updates on their way to a bot: numbered, kept until confirmed, fetched by long polling."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field

from tests.telegram.fake_rules import Refused
from tests.telegram.fake_updates import Json

#: What Telegram sends only to those who ask for it by name.
_ON_DEMAND = {"chat_member", "message_reaction", "message_reaction_count"}
_OTHER = (
    "Conflict: terminated by other getUpdates request; "
    "make sure that only one bot instance is running"
)


@dataclass(slots=True)
class _Poll:
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    refusal: str = ""


@dataclass(slots=True)
class UpdateQueue:
    """What has happened at one bot and was not yet confirmed by it."""

    last: int
    pending: list[Json] = field(default_factory=list)
    confirmed: list[Json] = field(default_factory=list)
    #: Kinds the bot asked for; none for the usual ones.
    allowed: list[str] | None = None
    _poll: _Poll | None = None

    def add(self, kind: str, content: Json) -> Json:
        """Return a new update; it waits for the bot unless the bot did not ask for its kind."""
        self.last += 1
        update: Json = {"update_id": self.last, kind: content}
        if self.wanted(kind):
            self.push(update)
        return update

    def wanted(self, kind: str) -> bool:
        """Say whether the bot asked for updates of this kind."""
        return kind in self.allowed if self.allowed else kind not in _ON_DEMAND

    def allow(self, kinds: list[str] | None) -> None:
        """Remember the kinds asked for; no answer keeps the last, an empty one the usual."""
        if kinds is not None:
            self.allowed = kinds or None

    def push(self, update: Json) -> None:
        """Let an update wait, whatever it is."""
        self.pending.append(update)
        if self._poll:
            self._poll.wake.set()

    def confirm(self, offset: int) -> None:
        """Forget updates before an offset; a negative one counts from the end."""
        first = len(self.pending) + offset
        gone = [
            u
            for n, u in enumerate(self.pending)
            if (u["update_id"] < offset if offset >= 0 else n < first)
        ]
        self.settle(*gone)

    def settle(self, *updates: Json) -> None:
        """Take updates as received."""
        for update in updates:
            if update in self.pending:
                self.pending.remove(update)
                self.confirmed.append(update)

    def drop(self) -> None:
        """Throw everything away that waits."""
        self.pending.clear()

    def interrupt(self, refusal: str = "") -> None:
        """End a long poll that is waiting: with a refusal, or with what there is."""
        if self._poll:
            self._poll.refusal = refusal
            self._poll.wake.set()

    async def poll(self, limit: int, seconds: float) -> list[Json]:
        """Return what waits; if nothing does, wait so long for something.

        :raises Refused: another poll or a webhook took over.
        """
        self.interrupt(_OTHER)
        if not self.pending and seconds > 0:
            await self._wait(seconds)
        return self.pending[:limit]

    async def _wait(self, seconds: float) -> None:
        mine = self._poll = _Poll()
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await mine.wake.wait()
        finally:
            if self._poll is mine:
                self._poll = None
        if mine.refusal:
            raise Refused(409, mine.refusal)
