"""The fake Telegram fails when and how it is told to, and delivers to webhooks as asked."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator

import pytest
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiohttp import web

from tests.telegram.fake_api import FakeTelegram, Fault, accepted
from tests.telegram.fake_stage import Stage, client, open_stage

HOOK = "http://assistant/telegram/lmt"
TOO_MANY = Fault.too_many(9)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """Return a Telegram whose customer has opened the bot."""
    async with open_stage() as found:
        yield found


@pytest.mark.parametrize(
    ("fault", "raised", "shown"),
    [
        (TOO_MANY, TelegramRetryAfter, 0),
        (Fault.forbidden("user is deactivated"), TelegramForbiddenError, 0),
        (Fault.bad_request("message can't be edited"), TelegramBadRequest, 0),
        (Fault.broken(), TelegramServerError, 0),
        (Fault.broken(502), TelegramServerError, 0),
        (Fault.broken(502, html=True), ClientDecodeError, 0),
        (Fault.reset(), TelegramNetworkError, 0),
        (Fault.hang(), TelegramNetworkError, 0),
        (Fault.lost(), TelegramServerError, 1),
        (Fault.lost(502, html=True), ClientDecodeError, 1),
        (Fault.cut(), TelegramNetworkError, 1),
    ],
    ids=lambda v: f"{v.kind.value}-{v.status}" if isinstance(v, Fault) else None,
)
async def test_the_next_call_fails_as_told(
    stage: Stage, fault: Fault, raised: type[Exception], shown: int
) -> None:
    """One call fails for the real client, with or without an effect; the one after is fine."""
    stage.bot.fail_next("sendMessage", fault)
    with pytest.raises(raised) as caught:
        await stage.send(request_timeout=1)
    assert 9 == getattr(caught.value, "retry_after", 9)
    assert shown == len(stage.bot.screens(7))
    await stage.send()
    assert shown + 1 == len(stage.bot.screens(7))
    assert [fault, None] == [c.fault for c in stage.bot.calls]
    assert [] == stage.bot.violations


async def test_closing_ends_every_wait() -> None:
    """Neither a call that hangs nor a long poll keeps a test from ending."""
    async with FakeTelegram() as telegram, client(telegram) as api:
        bot = telegram.add_bot("7000001:lmt", username="lmt_bot")
        bot.fail_next("getMe", Fault.hang())
        waits = [
            asyncio.create_task(api.get_me()),
            asyncio.create_task(api.get_updates(timeout=9)),
        ]
        await asyncio.sleep(0.05)
        await telegram.__aexit__(None, None, None)
        hung, polled = await asyncio.gather(*waits, return_exceptions=True)
    assert isinstance(hung, TelegramNetworkError)
    assert [] == polled


async def test_updates_come_again_and_in_disorder(stage: Stage) -> None:
    """A poll can give confirmed updates again, or a batch in another order."""
    one, two, three = (stage.bot.text(stage.anna, t)["update_id"] for t in "abc")
    await stage.api.get_updates(offset=two)
    stage.bot.fail_next("getUpdates", Fault.repeat(), Fault.shuffle())
    assert [one, two, three] == [u.update_id for u in await stage.api.get_updates(timeout=9)]
    assert [three, two] == [u.update_id for u in await stage.api.get_updates()]


async def _weather(stage: Stage, seed: int) -> list[Fault | None]:
    stage.telegram.misbehave(seed, {TOO_MANY: 0.2, Fault.lost(): 0.2}, {"sendMessage"})
    before = len(stage.bot.calls)
    for _ in range(60):
        await stage.raw("sendMessage", {"chat_id": 7, "text": "a"})
        await stage.raw("getMe", {})
    sends = [c.fault for c in stage.bot.calls[before:] if c.method == "sendMessage"]
    assert {None} == {c.fault for c in stage.bot.calls if c.method == "getMe"}
    return sends


async def test_random_failures_come_from_a_seed(stage: Stage) -> None:
    """The same seed fails alike, another one otherwise; each fault hits its share of calls."""
    first = await _weather(stage, 1)
    assert first == await _weather(stage, 1)
    assert first != await _weather(stage, 2)
    shares = Counter(first)
    assert 5 <= shares[TOO_MANY] <= 20
    assert 5 <= shares[Fault.lost()] <= 20
    stage.telegram.behave()
    for _ in range(20):
        await stage.send()


async def test_pace_is_measured() -> None:
    """What goes out is counted for one chat and for all, in any second; other calls are not."""
    now = [0.0]
    async with FakeTelegram(clock=lambda: now[0]) as telegram, client(telegram) as api:
        bot = telegram.add_bot("7000001:lmt", username="lmt_bot")
        bot.opens(telegram.user(7))
        bot.opens(telegram.user(8))
        for at, chat in ((0.0, 7), (0.5, 8), (0.75, 7), (1.0, 8)):
            now[0] = at
            await api.send_message(chat, "a")
        await api.edit_message_text("b", chat_id=7, message_id=1)
        await api.get_me()
    assert 4 == bot.meter.most_within(1.0)
    assert 2 == bot.meter.most_within(1.0, chat=7)
    assert [0.0, 0.75, 1.0] == bot.meter.times(7)


class Door:
    """A webhook without a network: answers as it is told to, and keeps what it got."""

    def __init__(self, *statuses: int) -> None:
        """Answer with these, then with 200."""
        self.statuses = list(statuses)
        self.got: list[tuple[int, str | None]] = []
        self.most = self.open = 0

    async def __call__(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        """Take one update."""
        assert HOOK == url
        self.open += 1
        self.most = max(self.most, self.open)
        secret = headers.get("X-Telegram-Bot-Api-Secret-Token")
        self.got.append((json.loads(body)["update_id"], secret))
        await asyncio.sleep(0)
        self.open -= 1
        return self.statuses.pop(0) if self.statuses else 200


async def test_updates_are_delivered(stage: Stage) -> None:
    """With the bot's secret, another one or none; twice, at once, in any order."""
    door = stage.bot.post = Door()
    with pytest.raises(LookupError):
        await stage.bot.deliver({"update_id": 1})
    await stage.api.set_webhook(HOOK, secret_token="s-1", max_connections=3)
    one, two = (stage.bot.text(stage.anna, t) for t in "ab")
    first, second = one["update_id"], two["update_id"]
    assert [200] * 3 == [await stage.bot.deliver(one, **s) for s in _SECRETS]
    assert [(first, "s-1"), (first, "wrong"), (first, None)] == door.got
    assert [200] * 2 == await stage.bot.deliver_all([two, one])
    assert 1 == door.most
    assert [200] * 3 == await stage.bot.deliver_all([two, one, two], at_once=True)
    assert 3 == door.most
    assert [second, first, second, first, second] == [n for n, _ in door.got[3:]]
    info = await stage.api.get_webhook_info()
    assert (HOOK, 0, 3) == (info.url, info.pending_update_count, info.max_connections)


_SECRETS: list[dict[str, str | None]] = [{}, {"secret": "wrong"}, {"secret": None}]


async def test_what_is_not_accepted_waits(stage: Stage) -> None:
    """An update waits until it is accepted, and the bot can ask what went wrong."""
    stage.bot.post = Door(500, 0, 200, 503, 503)
    await stage.api.set_webhook(HOOK)
    one, two = (stage.bot.text(stage.anna, t) for t in "ab")
    assert [500, 0, 200] == await stage.bot.deliver_until_accepted(one)
    assert [503, 503] == await stage.bot.deliver_until_accepted(two, attempts=2)
    info = await stage.api.get_webhook_info()
    assert (1, "Wrong response from the webhook: 503") == (
        info.pending_update_count,
        info.last_error_message,
    )
    assert [200] == await stage.bot.deliver_pending()
    await stage.api.delete_webhook()
    assert [] == await stage.api.get_updates()
    assert not accepted(302)


async def test_a_real_webhook_is_reached(stage: Stage) -> None:
    """Without another carrier updates go over the network; nobody there is no answer."""
    got: list[tuple[str | None, int]] = []

    async def take(request: web.Request) -> web.Response:
        body = await request.json()
        got.append((request.headers.get("X-Telegram-Bot-Api-Secret-Token"), body["update_id"]))
        return web.Response(status=204)

    app = web.Application()
    app.router.add_post("/hook", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    await stage.api.set_webhook(url, secret_token="s")
    update = stage.bot.text(stage.anna, "a")
    assert 204 == await stage.bot.deliver(update)
    await runner.cleanup()
    assert 0 == await stage.bot.deliver(update)
    assert [("s", update["update_id"])] == got
