"""Lists for tests: how a served door is sent one, and what came of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.list_check_desk import sweep_spool
from app.list_check_run import Checking, Targets, Tick
from app.numbers import parse_number
from consent.ports import Address
from marketing.list_addresses import AddressReader
from tests.marketing.stage import Stage

URL = "/api/v1/list-checks"
READER = AddressReader(parse_number)
ASKED = {"purpose": "offers", "channel": "sms", "reason": "autumn offer"}


def holds(cell: str) -> bool:
    """Say whether a cell is a number or an e-mail address."""
    return isinstance(READER.read(cell), Address)


def held_up(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Let no list be checked until what this returns is set."""
    go = asyncio.Event()
    through = Checking.through

    async def slow(checking: Checking, targets: Targets, tick: Tick) -> dict[str, Any]:
        await go.wait()
        return await through(checking, targets, tick)

    monkeypatch.setattr(Checking, "through", slow)
    return go


@dataclass(slots=True)
class Lists:
    """A system that has lists checked."""

    stage: Stage
    token: dict[str, str]
    #: Where the server keeps lists.
    spool: Path

    def sweep(self) -> int:
        """Delete what is not good any more."""
        return sweep_spool(self.spool, self.stage.clock.now())

    def also(self, token: dict[str, str]) -> Lists:
        """Return another system at the same door."""
        return Lists(self.stage, token, self.spool)

    async def changes(self, check: str) -> httpx.Response:
        """Ask what has changed since a check."""
        return await self.stage.client.post(
            f"{URL}/{check}/changes", params={"reason": "before sending"}, headers=self.token
        )

    async def send(self, content: bytes | str, **asked: str | int) -> httpx.Response:
        """Send a list."""
        body = content.encode() if isinstance(content, str) else content
        return await self.stage.client.post(
            URL, params={**ASKED, **asked}, content=body, headers=self.token
        )

    async def done(self, answer: httpx.Response) -> dict[str, Any]:
        """Wait until a list that was taken is checked."""
        assert 202 == answer.status_code, answer.text
        for _ in range(500):
            said: dict[str, Any] = (
                await self.stage.client.get(f"{URL}/{answer.json()['id']}", headers=self.token)
            ).json()
            if said["status"] not in {"waiting", "running"}:
                return said
            await asyncio.sleep(0.02)
        raise AssertionError("the list is not checked")

    async def checked(self, content: bytes | str, **asked: str | int) -> dict[str, Any]:
        """Send a list and wait until it is checked."""
        return await self.done(await self.send(content, **asked))

    async def file(self, check: str, name: str) -> httpx.Response:
        """Fetch what was made of a list."""
        return await self.stage.client.get(f"{URL}/{check}/files/{name}", headers=self.token)

    async def rows(self, said: dict[str, Any], name: str) -> list[str]:
        """Return the lines of a file, without its header."""
        answer = await self.file(said["id"], name)
        assert 200 == answer.status_code, answer.text
        return answer.content.decode().splitlines()[1:]
