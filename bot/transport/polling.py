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
#: Seconds for what is being accepted when polling ends.
_GRACE = 10.0
_TROUBLE = {
    Fate.TAKEN: "Another process polls bot %d, or set a webhook; only one can receive (%s)",
    Fate.SLOW: "Telegram wants bot %d to poll less (%s)",
}
_NO_ANSWER = "Telegram does not give bot %d its updates: %s"

Accept = Callable[[Mapping[str, Any]], Awaitable[None]]


class Poller:
    """One bot's updates, given to `accept` in Telegram's order, a batch at once.

    `accept` may be running for up to a hundred updates at a time; it keeps one customer's in
    order itself, by beginning to wait in the order in which it was called.
    """

    def __init__(self, bot: Bot, accept: Accept, clock: Time, wait: int = 25) -> None:
        """Poll for this bot; `wait` is how many seconds a request stays open."""
        self._bot, self._accept, self._time, self._wait = bot, accept, clock, wait
        self._offset: int | None = None
        self._backoff = 0.0
        self._trouble = ""

    async def run(self) -> None:
        """Poll until cancelled, or until Telegram no longer knows the token.

        Cancelling lets what is being accepted come to its end, for ten seconds.
        """
        if await self._persist(DeleteWebhook(drop_pending_updates=False)) is None:
            return
        while (outcome := await self._persist(self._request())) is not None:
            await self._deal_with(outcome.result)

    def _request(self) -> GetUpdates:
        return GetUpdates(
            offset=self._offset, limit=_LIMIT, timeout=self._wait, allowed_updates=list(KINDS)
        )

    async def _persist(self, method: TelegramMethod[Any]) -> Outcome | None:
        """Repeat a request until it is done; return none if the token is not known."""
        within = self._wait + ceil(self._bot.session.timeout)
        while True:
            outcome = await attempt(self._bot, method, within=within)
            if outcome.fate is Fate.DONE:
                self._recovered()
                return outcome
            if outcome.fate is Fate.UNKNOWN:
                _log.error(
                    "Telegram does not accept the token of bot %d: no longer polling", self._bot.id
                )
                return None
            self._report(outcome)
            await self._back_off(outcome.wait)

    async def _deal_with(self, result: object) -> None:
        """Accept a batch and move on; a batch of which something failed comes again later."""
        if result == []:
            # Everything before the offset is confirmed now. Without one, updates are found
            # even if Telegram has begun to count from another number.
            self._offset, self._backoff = None, 0.0
            return
        batch = _numbered(result)
        failed = await self._accept_all(batch) if batch else []
        if batch:
            self._offset = min(failed, default=max(batch) + 1)
        if failed or not batch:
            await self._back_off()
        else:
            self._backoff = 0.0

    async def _accept_all(self, batch: dict[int, Mapping[str, Any]]) -> list[int]:
        """Return the numbers of the updates that were not accepted."""
        tasks = {n: asyncio.create_task(self._accept_one(n, raw)) for n, raw in batch.items()}
        try:
            await asyncio.wait(tasks.values())
        except asyncio.CancelledError:
            await asyncio.wait(tasks.values(), timeout=_GRACE)
            raise
        finally:
            for task in tasks.values():
                task.cancel()
        return [n for n, task in tasks.items() if task.cancelled() or not task.result()]

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


def _numbered(result: object) -> dict[int, Mapping[str, Any]]:
    """Return the updates by number, in the order in which they came."""
    found = [u for u in result if isinstance(u, dict)] if isinstance(result, list) else []
    return {u["update_id"]: u for u in found if isinstance(u.get("update_id"), int)}
