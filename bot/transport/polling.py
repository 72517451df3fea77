"""Updates fetched by long polling; each comes again until it was accepted.

The library's own polling confirms updates before they are dealt with (messaging.md, 3.1).
Here the next request confirms only what was accepted, so nothing is lost by a crash, a store
that is down or a stop; what was accepted may come again, and whoever accepts must know it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from math import ceil
from typing import Any

from aiogram import Bot
from aiogram.methods import DeleteWebhook, TelegramMethod

from bot.pacing import Time
from bot.transport.requests import Fate, GetUpdates, Outcome, attempt
from bot.updates import KINDS

_log = logging.getLogger("consent.telegram")

_LIMIT = 100
_LONGEST_BACKOFF = 30.0
#: Seconds between tries while Telegram does not know the token.
_HOPELESS = 30.0
#: Seconds after which updates are fetched anew while some are still being accepted.
_LOOK_AGAIN = 0.5
#: Seconds for what is being accepted when polling ends.
_GRACE = 10.0
_TROUBLE = {
    Fate.TAKEN: "Another process polls bot %d, or set a webhook; only one can receive (%s)",
    Fate.UNKNOWN: "Telegram does not accept the token of bot %d (%s)",
    Fate.SLOW: "Telegram wants bot %d to poll less (%s)",
}
_NO_ANSWER = "Telegram does not give bot %d its updates: %s"

Accept = Callable[[Mapping[str, Any]], Awaitable[None]]


class Poller:
    """One bot's updates, given to `accept` in Telegram's order, many at a time.

    `accept` keeps one customer's in order itself, by beginning to wait in the order in which it
    was called. Nobody waits for somebody else's: while some are being accepted, newer ones are
    fetched, up to the hundred that Telegram shows from the first that is not done.
    """

    def __init__(self, bot: Bot, accept: Accept, clock: Time, wait: int = 25) -> None:
        """Poll for this bot; `wait` is how many seconds a request stays open."""
        self._bot, self._accept, self._time, self._wait = bot, accept, clock, wait
        self._running: dict[int, asyncio.Task[bool]] = {}
        #: Done, but something before them is not: they come again and are left alone.
        self._done: set[int] = set()
        self._next: int | None = None
        self._backoff = 0.0
        self._trouble = ""

    async def run(self) -> None:
        """Poll until cancelled.

        Cancelling lets what is being accepted come to its end, for ten seconds.
        """
        try:
            await self._persist(DeleteWebhook(drop_pending_updates=False))
            while True:
                outcome = await self._persist(self._request())
                await self._deal_with(outcome.result)
        finally:
            await self._come_to_an_end()

    async def _come_to_an_end(self) -> None:
        tasks = list(self._running.values())
        if tasks:
            await asyncio.wait(tasks, timeout=_GRACE)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _request(self) -> GetUpdates:
        first = min(self._running, default=self._next)
        return GetUpdates(
            offset=first, limit=_LIMIT, timeout=self._wait, allowed_updates=list(KINDS)
        )

    async def _persist(self, method: TelegramMethod[Any]) -> Outcome:
        """Repeat a request until it is done; a token may be mended while we wait."""
        within = self._wait + ceil(self._bot.session.timeout)
        while True:
            outcome = await attempt(self._bot, method, within=within)
            if outcome.fate is Fate.DONE:
                self._recovered()
                return outcome
            self._report(outcome)
            await self._back_off(max(outcome.wait, _HOPELESS if _unknown(outcome) else 0.0))

    async def _deal_with(self, result: object) -> None:
        """Start what is new; when nothing is, wait until something was accepted."""
        batch = _numbered(result)
        fresh = {n: u for n, u in batch.items() if n not in self._running and n not in self._done}
        for number, raw in fresh.items():
            self._running[number] = asyncio.create_task(self._accept_one(number, raw))
        if batch:
            self._next = max(max(batch) + 1, self._next or 0)
        elif result == [] and not self._running:
            # Everything before the offset is confirmed now. Without one, updates are found
            # even if Telegram has begun to count from another number.
            self._next, self._backoff = None, 0.0
        elif result != []:
            await self._back_off()
        failed = await self._collect(patient=bool(batch) and not fresh)
        if failed:
            await self._back_off()

    async def _collect(self, *, patient: bool) -> bool:
        """Note what was accepted; return whether anything was not and must come again."""
        if self._running:
            wait = _LOOK_AGAIN if patient else 0.0
            await asyncio.wait(
                self._running.values(), timeout=wait, return_when=asyncio.FIRST_COMPLETED
            )
        ended = {n: task for n, task in self._running.items() if task.done()}
        failed = [n for n, task in ended.items() if task.cancelled() or not task.result()]
        for number in ended:
            del self._running[number]
        self._done |= ended.keys() - set(failed)
        if ended and not failed:
            self._backoff = 0.0
        if failed:
            self._next = min(*failed, self._next or failed[0])
        first = min(self._running, default=self._next or 0)
        self._done = {n for n in self._done if n >= first}
        return bool(failed)

    async def _accept_one(self, number: int, raw: Mapping[str, Any]) -> bool:
        try:
            await self._accept(raw)
        except Exception as fault:  # noqa: BLE001 - any failure means: again
            # Not the error itself: it may quote the customer.
            _log.error("Update %d was not accepted: %s", number, type(fault).__name__)
            return False
        return True

    async def _back_off(self, least: float = 0.0) -> None:
        self._backoff = min(max(1.0, self._backoff * 2), _LONGEST_BACKOFF)
        await self._time.sleep(max(self._backoff, least))

    def _report(self, outcome: Outcome) -> None:
        """Say once what is wrong, not each time it is tried."""
        if outcome.reason != self._trouble:
            self._trouble = outcome.reason
            _log.warning(_TROUBLE.get(outcome.fate, _NO_ANSWER), self._bot.id, outcome.reason)

    def _recovered(self) -> None:
        if self._trouble:
            self._trouble = ""
            self._backoff = 0.0
            _log.info("Telegram gives bot %d its updates again", self._bot.id)


def _unknown(outcome: Outcome) -> bool:
    return outcome.fate is Fate.UNKNOWN


def _numbered(result: object) -> dict[int, Mapping[str, Any]]:
    """Return the updates by number, in the order in which they came."""
    found = [u for u in result if isinstance(u, dict)] if isinstance(result, list) else []
    return {u["update_id"]: u for u in found if isinstance(u.get("update_id"), int)}
