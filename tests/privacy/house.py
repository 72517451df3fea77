"""The whole assistant by SMS behind a real server, beside another system that is told of all."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import uvicorn

from app.feed_relay import relaying
from app.server import build_server
from app.serving import server_config
from consent.access import Token, TokenScope, digest_of
from consent.feed import FEED
from storage import schema
from storage.ids import uuid7
from tests.doors.fake_receiver import FakeReceiver, open_receiver
from tests.privacy.ear import Ear, listen
from tests.sms.fake_twilio_signing import signed_headers
from tests.sms.sms_stage import LMT, PUBLIC_URL, Overheard, SmsStage, open_stage

_FORM = {"content-type": "application/x-www-form-urlencoded"}
_SECRET = "cst_secret-of-a-campaign-tool"


class _Server(uvicorn.Server):
    """A server that leaves signals to the tests."""

    @contextmanager
    def capture_signals(self) -> Any:  # noqa: ANN401 - a context of nothing
        yield


@dataclass(kw_only=True)
class House:
    """Everything a walk through the assistant needs, and what it has answered in error."""

    sms: SmsStage
    client: httpx.AsyncClient
    receiver: FakeReceiver
    ear: Ear
    #: Bodies and headers of all answers but those that were welcome.
    refusals: list[str] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)

    async def asks(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """Ask for anything."""
        answer = await self.client.request(method, path, content=body, headers=headers)
        if not answer.is_success:
            self.note(answer.status_code, f"{answer.headers} {answer.text}")
        return answer

    async def posts(self, *pairs: tuple[str, str], raw: bytes | None = None) -> httpx.Response:
        """Deliver a form as Twilio signs it, whatever is in it."""
        url = f"{PUBLIC_URL}/sms/{LMT}/inbound"
        signed = signed_headers(url, pairs, self.sms.accounts[LMT].auth_token)
        body = urlencode(pairs).encode() if raw is None else raw
        return await self.asks("POST", f"/sms/{LMT}/inbound", body, _FORM | signed)

    async def calls(self, path: str, said: object) -> httpx.Response:
        """Call the API with the token that opens everything."""
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        return await self.asks("POST", path, body, self.bearer)

    @property
    def bearer(self) -> dict[str, str]:
        """The campaign tool's way in."""
        return {"authorization": f"Bearer {_SECRET}", "content-type": "application/json"}

    async def feed(self) -> list[dict[str, Any]]:
        """Return all events as the campaign tool reads them."""
        answer = await self.asks("GET", "/api/v1/feed?limit=500", headers=self.bearer)
        return list(answer.json()["events"])

    async def knocks(self, path: str) -> None:
        """Ask for something with a client that keeps no log of its own."""
        url = self.client.base_url
        reader, writer = await asyncio.open_connection(url.host, url.port)
        key = self.bearer["authorization"]
        head = f"GET {path} HTTP/1.1\r\nhost: x\r\nauthorization: {key}\r\nconnection: close"
        writer.write(f"{head}\r\n\r\n".encode())
        answer = (await reader.read()).decode()
        writer.close()
        await writer.wait_closed()
        self.note(int(answer.split()[1]), answer)

    @asynccontextmanager
    async def telling(self) -> AsyncIterator[None]:
        """Keep the campaign tool informed until left; its clock is right when that begins."""
        self.receiver.clock = self.sms.clock.now().timestamp()
        store = self.sms.store
        async with relaying(store.database, store.hooks, self.sms.assistant):
            yield

    async def told(self) -> list[dict[str, Any]]:
        """Return all events, once the campaign tool was told of each of them."""
        async with self.telling():
            async with asyncio.timeout(10):
                while await self._waiting():
                    await asyncio.sleep(0.05)
            events = await self.feed()
            await self.receiver.has_taken(len(events))
        return events

    async def _waiting(self) -> bool:
        rows = await self.sms.rows(schema.outbox)
        return any(row.kind == FEED and row.sent_at is None for row in rows)

    def note(self, status: int, said: str) -> None:
        """Keep an answer that was a refusal."""
        self.statuses.append(status)
        self.refusals.append(f"{status} {said}")

    def gather(self) -> None:
        """Keep what Twilio was refused."""
        for answer in self.sms.network.answers:
            if answer.status >= 300:
                self.note(answer.status, answer.body.decode())
        self.sms.network.answers.clear()

    def on_disk(self) -> bytes:
        """Return the database as it lies on the disk, log and all."""
        files = sorted(self.sms.folder.glob("*sms.db*"))
        return b"".join(file.read_bytes() for file in files)


@asynccontextmanager
async def _served(stage: SmsStage) -> AsyncIterator[str]:
    app: Any = build_server(stage.assistant, stage.store, stage.settings)
    listener = socket.create_server(("127.0.0.1", 0))
    config = server_config(app, stage.settings)
    # Nothing runs by itself: a test says when.
    config.lifespan = "off"
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


@asynccontextmanager
async def open_house(folder: Path, ear: Ear) -> AsyncIterator[House]:
    """Serve the assistant on a real socket; a campaign tool may read and is told everything."""
    async with open_stage(folder) as stage, open_receiver() as receiver, _served(stage) as url:
        listen(ear)
        async with httpx.AsyncClient(base_url=url) as client:
            stage.network = stage.twilio.carrier = Overheard(client)
            house = House(sms=stage, client=client, receiver=receiver, ear=ear)
            await _admit(house)
            yield house


async def _admit(house: House) -> None:
    """Give the campaign tool its token and its hook."""
    store, now = house.sms.store, house.sms.clock.now()
    token = Token(
        id=uuid7(now),
        brand=LMT,
        holder="campaign tool",
        scopes=frozenset(TokenScope),
        created_at=now,
        expires_at=now + timedelta(days=90),
    )
    await store.tokens.add(token, digest_of(_SECRET))
    _, house.receiver.secret = await store.hooks.add(LMT, house.receiver.url, now)
