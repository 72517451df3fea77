"""Delivers updates to a bot's webhook, as Telegram does and as somebody else would.

An application under test may have no socket; so what carries the bytes can be exchanged.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout

from tests.telegram.fake_state import BotState
from tests.telegram.fake_updates import Json

HEADER = "X-Telegram-Bot-Api-Secret-Token"


class Sign(Enum):
    """Which secret a delivery bears, if no other text is given."""

    #: The one the bot set.
    OWN = "own"


async def post(url: str, body: bytes, headers: dict[str, str]) -> int:
    """Carry one update over the network; return the status, 0 if there was no answer."""
    try:
        async with (
            ClientSession(timeout=ClientTimeout(total=60)) as session,
            session.post(url, data=body, headers=headers) as answer,
        ):
            await answer.read()
            return answer.status
    except (ClientError, TimeoutError):
        return 0


@dataclass(eq=False)
class Deliveries(BotState):
    """The webhook side of one bot."""

    async def deliver(self, update: Json, *, secret: str | Sign | None = Sign.OWN) -> int:
        """Deliver one update once; return the status of the answer, 0 for none.

        The secret is the bot's own unless another is given; none leaves the header out.
        """
        if not self.webhook.url:
            raise LookupError(f"{self.username} has no webhook")
        headers = {"Content-Type": "application/json"}
        borne = self.webhook.secret_token if isinstance(secret, Sign) else secret
        if borne is not None:
            headers[HEADER] = borne
        status = await self.post(self.webhook.url, json.dumps(update).encode(), headers)
        self._note(update, status)
        return status

    async def deliver_all(
        self,
        updates: Iterable[Json],
        *,
        at_once: bool = False,
        secret: str | Sign | None = Sign.OWN,
    ) -> list[int]:
        """Deliver updates in this order, the same one twice if it stands there twice.

        One after the other, or all at once; return the statuses in the order of the updates.
        """
        if at_once:
            return await asyncio.gather(*(self.deliver(u, secret=secret) for u in updates))
        return [await self.deliver(u, secret=secret) for u in updates]

    async def deliver_until_accepted(
        self, update: Json, *, attempts: int = 5, pause: float = 0.0
    ) -> list[int]:
        """Deliver an update again until it is accepted; return all statuses."""
        statuses: list[int] = []
        while len(statuses) < attempts:
            statuses.append(await self.deliver(update))
            if accepted(statuses[-1]):
                break
            await asyncio.sleep(pause)
        return statuses

    async def deliver_pending(self, *, attempts: int = 5, pause: float = 0.0) -> list[int]:
        """Deliver everything that waits, oldest first; return all statuses."""
        statuses: list[int] = []
        for update in list(self.queue.pending):
            more = await self.deliver_until_accepted(update, attempts=attempts, pause=pause)
            statuses += more
        return statuses

    def _note(self, update: dict[str, Any], status: int) -> None:
        if accepted(status):
            self.queue.settle(update)
            return
        self.webhook.last_error_date = self.now()
        words = f"Wrong response from the webhook: {status}" if status else "Connection failed"
        self.webhook.last_error_message = words


def accepted(status: int) -> bool:
    """Say whether Telegram takes an update as received."""
    return 200 <= status < 300
