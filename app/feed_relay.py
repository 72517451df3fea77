"""What keeps other systems informed: giving decisions their place in the feed, telling hooks.

Runs in every server and worker; leases in the store see to it that one of them does the work.
A decision has its place, and its hooks are being told, within a quarter of a second.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

from app.composition import Assistant
from consent.errors import StoreUnavailable
from consent.feed import Entry
from consent.hooks import Fault, Shipment
from storage.database import Database
from storage.hooks import SqlHooks
from storage.relay import MOST, FeedRelay

if TYPE_CHECKING:
    from app.hook_delivery import HookLine

_log = logging.getLogger("consent.feed")
_T = TypeVar("_T")

#: Seconds between looks, after something went wrong, and between looks for hooks whose pause is
#: over: those that have news are looked for as soon as there are any.
_PAUSE, _LONGER, _HOOKS = 0.15, 1.0, 1.0
#: Seconds after which no further event of a shipment is begun: its claim must not run out.
_ENOUGH = 10.0


@asynccontextmanager
async def relaying(
    database: Database, hooks: SqlHooks, assistant: Assistant
) -> AsyncGenerator[None]:
    """Keep other systems informed until left; what is just being told is told again later."""
    relay = FeedRelay(database, [*assistant.catalogue.brands], holder=str(uuid4()))
    herald = Herald(relay=relay, hooks=hooks, now=assistant.clock.now)
    task = asyncio.create_task(herald.run())
    try:
        yield
    finally:
        herald.stop()
        await task


@dataclass(eq=False, slots=True, kw_only=True)
class Herald:
    """Moves what waits and tells hooks, until told to stop."""

    relay: FeedRelay
    hooks: SqlHooks
    now: Callable[[], datetime]
    _stopped: asyncio.Event = field(default_factory=asyncio.Event)
    _line: HookLine | None = None
    _telling: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _looked: float = 0.0
    _is_down: bool = False

    async def run(self) -> None:
        """Work until `stop`; then let go of everything that was taken."""
        while not self._stopped.is_set():
            moved = await self._guarded(self._round())
            # A few at a time would cost as much as many: more is waited for, if that was all.
            if moved is None or moved < MOST:
                with suppress(TimeoutError):
                    async with asyncio.timeout(_LONGER if moved is None else _PAUSE):
                        await self._stopped.wait()
        await asyncio.gather(*self._telling.values())
        await self._guarded(self.relay.release())
        if self._line is not None:
            await self._line.close()

    def stop(self) -> None:
        """Begin nothing new."""
        self._stopped.set()

    async def _round(self) -> int:
        """Give a place to what waits, and begin to tell it; return how much that was."""
        moved, at = await self.relay.move(self.now()), asyncio.get_running_loop().time()
        if moved or at >= self._looked + _HOOKS:
            self._looked = at
            for hook in await self.hooks.due(self.now()):
                if hook not in self._telling:
                    self._telling[hook] = asyncio.create_task(self._serve(hook))
        return moved

    async def _serve(self, hook: str) -> None:
        await self._guarded(self._tell(hook))
        del self._telling[hook]

    async def _tell(self, hook: str) -> None:
        """Tell a hook what it has not been told yet, as long as it takes it."""
        while not self._stopped.is_set():
            shipment = await self.hooks.take(hook, self.now())
            if shipment is None:
                return
            taken, fault = await self._send(shipment)
            is_ours = await self.hooks.settle(shipment, taken, fault, self.now())
            if fault:
                _log.warning("a hook was not told: %s, %s", hook, fault.reason)
            if fault or not is_ours:
                return

    async def _send(self, shipment: Shipment) -> tuple[int, Fault | None]:
        """Send events of different customers side by side, those of one in their order.

        :returns: how many were taken, from the first on, and why no more.
        """
        line, loop = self._connected(), asyncio.get_running_loop()
        enough = loop.time() + _ENOUGH
        ends: dict[str, Fault | None] = {}

        async def one_after_another(entries: list[Entry]) -> None:
            for entry in entries:
                if loop.time() >= enough:
                    return
                ends[entry.id] = await line.tell(shipment, entry, self.now())
                if ends[entry.id]:
                    return

        lanes: dict[str, list[Entry]] = defaultdict(list)
        for entry in shipment.entries:
            lanes[entry.customer].append(entry)
        await self._until_stopped([one_after_another(lane) for lane in lanes.values()])
        return _summed(shipment, ends)

    async def _until_stopped(self, work: list[Awaitable[None]]) -> None:
        both: list[asyncio.Future[Any]] = [
            asyncio.gather(*work),
            asyncio.ensure_future(self._stopped.wait()),
        ]
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        for unfinished in both:
            unfinished.cancel()
        await asyncio.gather(*both, return_exceptions=True)

    def _connected(self) -> HookLine:
        if self._line is None:
            # Imported here: without a hook nobody pays for the library.
            from app.hook_delivery import HookLine  # noqa: PLC0415

            self._line = HookLine()
        return self._line

    async def _guarded(self, work: Awaitable[_T]) -> _T | None:
        """Outlive whatever goes wrong; say once when the store goes, and when it is back."""
        try:
            found = await work
        except StoreUnavailable as fault:
            if not self._is_down:
                _log.warning("the feed stands still: %s", fault.detail)
            self._is_down = True
            return None
        except Exception as fault:  # noqa: BLE001 - the next round may go well
            _log.critical("the feed failed: %s", type(fault).__name__)
            return None
        if self._is_down:
            _log.warning("the feed goes on")
        self._is_down = False
        return found


def _summed(shipment: Shipment, ends: dict[str, Fault | None]) -> tuple[int, Fault | None]:
    gone = next((fault for fault in ends.values() if fault and fault.is_gone), None)
    for taken, entry in enumerate(shipment.entries):
        if entry.id not in ends or ends[entry.id]:
            return taken, gone or ends.get(entry.id)
    return len(shipment.entries), None
