"""A Telegram of our own: serves the Bot API over HTTP, so that the real client can be tested.

Tests that replace the client prove little about what Telegram would have done; here a bot sends
real requests, gets the refusals and failures the real server has, and customers see what came
of it. Whatever a careful bot would never send ends up in `FakeBot.violations`.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests.telegram.fake_chats import Chat, Shown
from tests.telegram.fake_customers import Customers
from tests.telegram.fake_faults import Fault, Kind, RateMeter, Whims
from tests.telegram.fake_methods import carry_out
from tests.telegram.fake_params import read_params
from tests.telegram.fake_queue import UpdateQueue
from tests.telegram.fake_rules import Button, Refused
from tests.telegram.fake_state import Call, Post, Press, Profile, Webhook
from tests.telegram.fake_updates import FakeUser, Json
from tests.telegram.fake_webhook import Deliveries, Sign, accepted, post

__all__ = [
    "Button",
    "Call",
    "Chat",
    "FakeBot",
    "FakeTelegram",
    "FakeUser",
    "Fault",
    "Json",
    "Kind",
    "Post",
    "Press",
    "Profile",
    "RateMeter",
    "Shown",
    "Sign",
    "Webhook",
    "accepted",
    "post",
]

_METERED = {"sendMessage", "sendDocument", "editMessageText", "editMessageReplyMarkup"}
#: Each bot counts from another number, so that mixing them up is noticed.
_FIRST_UPDATE = 500_000
_PAGE = "<html><head><title>{0} {1}</title></head><body><h1>{0} {1}</h1></body></html>"


@dataclass(eq=False)
class FakeBot(Customers, Deliveries):
    """One bot: what it did, what its customers see and do, and where its updates go."""


class FakeTelegram:
    """Bots and customers behind one address; use it as a context."""

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        post: Post = post,
    ) -> None:
        """Set up an empty Telegram; the clock measures pace, the wall clock dates messages."""
        self.url = ""
        self.bots: dict[str, FakeBot] = {}
        self.users: dict[int, FakeUser] = {}
        self._clock, self._wall, self._post = clock, wall, post
        self._whims: Whims | None = None
        self._closing = asyncio.Event()
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        """Serve on a free port of this machine alone."""
        app = web.Application()
        app.router.add_route("*", "/bot{token}/{method}", self._serve)
        app.router.add_route("*", "/{rest:.*}", _nowhere)
        self._runner = web.AppRunner(
            app, handler_cancellation=True, shutdown_timeout=1.0, access_log=None
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let nobody wait any longer, and close."""
        self._closing.set()
        for bot in self.bots.values():
            bot.queue.interrupt()
        if self._runner is not None:
            await self._runner.cleanup()

    def add_bot(
        self,
        token: str,
        *,
        user_id: int | None = None,
        username: str = "fake_bot",
        first_name: str = "Bot",
        post: Post | None = None,
    ) -> FakeBot:
        """Return a new bot; its id is the first part of the token unless given."""
        number = int(token.partition(":")[0]) if user_id is None else user_id
        self.bots[token] = FakeBot(
            token=token,
            id=number,
            username=username,
            first_name=first_name,
            queue=UpdateQueue(_FIRST_UPDATE * (len(self.bots) + 1)),
            meter=RateMeter(self._clock),
            post=post or self._post,
            wall=self._wall,
        )
        return self.bots[token]

    def user(
        self,
        user_id: int,
        language_code: str | None = "lv",
        first_name: str = "Anna",
        last_name: str | None = None,
        username: str | None = None,
    ) -> FakeUser:
        """Return a customer; no bot may write to them before they opened it."""
        found = FakeUser(user_id, first_name, language_code, last_name, username)
        self.users[user_id] = found
        return found

    def misbehave(
        self, seed: int, rates: Mapping[Fault, float], methods: Collection[str] | None = None
    ) -> None:
        """Fail at random from now on: each fault hits its share of calls."""
        self._whims = Whims(seed, rates, methods)

    def behave(self) -> None:
        """Stop failing at random."""
        self._whims = None

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        bot = self.bots.get(request.match_info["token"])
        if bot is None:
            return _refusal(401, "Unauthorized")
        method = request.match_info["method"]
        try:
            params = await read_params(request)
        except Refused as refused:
            return _refused(bot, method, refused)
        fault = self._fault(bot, method)
        bot.calls.append(Call(method, params, self._clock(), fault))
        if method in _METERED and isinstance(params.get("chat_id"), int):
            bot.meter.mark(params["chat_id"])
        return await self._answer(request, bot, bot.calls[-1])

    def _fault(self, bot: FakeBot, method: str) -> Fault | None:
        if bot.planned[method]:
            return bot.planned[method].popleft()
        return self._whims.draw(method) if self._whims else None

    async def _answer(self, request: web.Request, bot: FakeBot, call: Call) -> web.StreamResponse:
        kind = call.fault.kind if call.fault else None
        if call.fault and kind is Kind.REFUSE:
            return _failure(call.fault)
        if kind is Kind.RESET:
            return _reset(request)
        if kind is Kind.HANG:
            await self._closing.wait()
            return _reset(request)
        answer = await _carried_out(bot, call)
        if kind is Kind.CUT:
            return _reset(request)
        return _failure(call.fault) if call.fault and kind is Kind.LOSE else answer


async def _carried_out(bot: FakeBot, call: Call) -> web.Response:
    kind = call.fault.kind if call.fault else None
    params = call.params
    if kind is Kind.REPEAT and bot.queue.confirmed:
        params = params | {"timeout": 0}
    try:
        result = await carry_out(bot, call.method, params)
    except Refused as refused:
        return _refused(bot, call.method, refused)
    if isinstance(result, list) and kind is Kind.REPEAT:
        result = bot.queue.confirmed[-3:] + result
    if isinstance(result, list) and kind is Kind.SHUFFLE:
        result = result[::-1]
    return web.json_response({"ok": True, "result": result})


def _refused(bot: FakeBot, method: str, refused: Refused) -> web.Response:
    if refused.violation:
        bot.violations.append(f"{method}: {refused.description}")
    return _refusal(refused.code, refused.description)


def _refusal(code: int, description: str, parameters: Json | None = None) -> web.Response:
    body: dict[str, Any] = {"ok": False, "error_code": code, "description": description}
    if parameters:
        body["parameters"] = parameters
    return web.json_response(body, status=code)


def _failure(fault: Fault) -> web.Response:
    if fault.html:
        page = _PAGE.format(fault.status, fault.description)
        return web.Response(status=fault.status, text=page, content_type="text/html")
    wait = {"retry_after": fault.retry_after} if fault.retry_after is not None else None
    return _refusal(fault.status, fault.description, wait)


def _reset(request: web.Request) -> web.Response:
    """Close the connection the hard way, so that the client sees it reset."""
    if request.transport is not None:
        line = request.transport.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()
    return web.Response(status=500)


async def _nowhere(_: web.Request) -> web.Response:
    return _refusal(404, "Not Found")
