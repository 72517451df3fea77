"""Long polling loses nothing: what was not accepted comes again, whatever goes wrong."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.transport import polling
from bot.transport.polling import Poller
from bot.transport.requests import open_bot
from bot.updates import KINDS
from tests.telegram.fake_api import FakeBot, FakeTelegram, FakeUser, Fault, Kind, Webhook
from tests.telegram.virtual_time import VirtualTime

_TOKEN = "7000001:hunter2"


@dataclass
class _Inbox:
    """Accepts updates, except those it was told to fail on."""

    begun: list[int] = field(default_factory=list)
    accepted: list[int] = field(default_factory=list)
    #: How often each update fails before it is accepted.
    failing: dict[int, int] = field(default_factory=dict)
    open: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.open.set()

    async def accept(self, raw: Mapping[str, Any]) -> None:
        """Accept an update once the inbox is open."""
        number = raw["update_id"]
        self.begun.append(number)
        await self.open.wait()
        if self.failing.get(number, 0) > 0:
            self.failing[number] -= 1
            raise RuntimeError("+37120000000 said STOP")
        self.accepted.append(number)


@dataclass
class _Stage:
    """One bot, polled, and a customer who writes to it."""

    bot: FakeBot
    anna: FakeUser
    inbox: _Inbox
    clock: VirtualTime
    poller: Poller

    def says(self, *texts: str) -> list[int]:
        """Let the customer write; return the numbers of the updates."""
        return [self.bot.text(self.anna, text)["update_id"] for text in texts]

    @asynccontextmanager
    async def polling(self) -> AsyncIterator[asyncio.Task[None]]:
        """Poll as long as the context is open."""
        task = asyncio.create_task(self.poller.run())
        try:
            yield task
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


@pytest.fixture
async def stage() -> AsyncIterator[_Stage]:
    """Return a bot whose customer has opened it."""
    async with FakeTelegram() as telegram:
        bot, anna = telegram.add_bot(_TOKEN), telegram.user(7)
        bot.opens(anna)
        inbox, clock = _Inbox(), VirtualTime()
        client = open_bot(_TOKEN, telegram.url, timeout=1)
        yield _Stage(bot, anna, inbox, clock, Poller(client, inbox.accept, clock))
        if (session := getattr(client.session, "_session", None)) is not None:
            await session.close()


async def _until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not holds():
            await asyncio.sleep(0.002)


async def test_updates_are_accepted_and_then_confirmed(stage: _Stage) -> None:
    """What waits and what comes later is accepted once, in order, and then confirmed."""
    numbers = stage.says("INFO", "STOP")
    async with stage.polling():
        await _until(lambda: numbers == stage.inbox.accepted)
        numbers += stage.says("3")
        await _until(lambda: not stage.bot.queue.pending)
    assert numbers == stage.inbox.accepted
    asked = stage.bot.calls_of("getUpdates")[0]
    assert (list(KINDS), 100, 25) == (asked["allowed_updates"], asked["limit"], asked["timeout"])


async def test_a_webhook_left_behind_is_removed(stage: _Stage) -> None:
    """Polling removes a webhook first, and drops nothing that waited for it."""
    numbers = stage.says("STOP")
    stage.bot.webhook = Webhook("https://old.example")
    stage.bot.fail_next("deleteWebhook", Fault.broken())
    async with stage.polling():
        await _until(lambda: numbers == stage.inbox.accepted)
    assert not stage.bot.calls_of("deleteWebhook")[-1].get("drop_pending_updates")


async def test_nothing_is_confirmed_before_it_is_accepted(stage: _Stage) -> None:
    """While updates are being accepted, Telegram still keeps them."""
    numbers = stage.says("STOP")
    stage.inbox.open.clear()
    async with stage.polling():
        await _until(lambda: stage.inbox.begun)
        assert numbers == [u["update_id"] for u in stage.bot.queue.pending]
        stage.inbox.open.set()
        await _until(lambda: not stage.bot.queue.pending)


async def test_a_batch_is_begun_in_order_and_at_once(stage: _Stage) -> None:
    """One customer who takes long holds up no other of the batch."""
    numbers = stage.says(*(str(n) for n in range(20)))
    stage.inbox.open.clear()
    async with stage.polling():
        await _until(lambda: len(stage.inbox.begun) == 20)
        assert numbers == stage.inbox.begun
        stage.inbox.open.set()


async def test_what_failed_comes_again(stage: _Stage) -> None:
    """What failed comes again until it is accepted; what was accepted is left alone."""
    first, second, third = stage.says("1", "2", "3")
    stage.inbox.failing = {second: 3}
    async with stage.polling():
        await _until(lambda: not stage.bot.queue.pending)
    assert [first, third, second] == stage.inbox.accepted
    assert [1, 2, 4] == stage.clock.slept


async def test_newer_updates_do_not_wait_for_a_slow_one(stage: _Stage) -> None:
    """While one customer's update takes long, those that come later are accepted."""
    (slow,) = stage.says("1")
    stage.inbox.open.clear()
    async with stage.polling():
        await _until(lambda: stage.inbox.begun)
        later = stage.says("2", "3")
        await _until(lambda: [slow, *later] == stage.inbox.begun)
        stage.inbox.open.set()
        await _until(lambda: not stage.bot.queue.pending)
    assert {slow, *later} == set(stage.inbox.accepted)


async def test_waiting_grows_to_half_a_minute_and_starts_anew(stage: _Stage) -> None:
    """The pause doubles up to thirty seconds; after a success it is short again."""
    (number,) = stage.says("1")
    stage.inbox.failing = {number: 7}
    async with stage.polling():
        await _until(lambda: not stage.bot.queue.pending)
        (later,) = stage.says("2")
        stage.inbox.failing = {later: 1}
        await _until(lambda: not stage.bot.queue.pending)
    assert [1, 2, 4, 8, 16, 30, 30, 1] == stage.clock.slept


async def test_an_accept_that_is_cancelled_has_failed(stage: _Stage) -> None:
    """An acceptance that ends by being cancelled is none, and polling goes on."""
    (number,) = stage.says("STOP")
    came = list[int]()

    async def accept(raw: Mapping[str, Any]) -> None:
        came.append(raw["update_id"])
        if len(came) == 1:
            raise asyncio.CancelledError

    stage.poller._accept = accept
    async with stage.polling():
        await _until(lambda: not stage.bot.queue.pending)
    assert [number, number] == came


@pytest.mark.parametrize(
    "fault",
    [
        Fault.broken(),
        Fault.broken(502, html=True),
        Fault.reset(),
        Fault.cut(),
        Fault.too_many(5),
        Fault.bad_request("something new"),
        Fault(Kind.REFUSE, 409, "Conflict: terminated by other getUpdates request"),
    ],
)
async def test_polling_never_ends(
    stage: _Stage, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    """However often a request fails, the next is made; the log says it once each time."""
    caplog.set_level(logging.INFO)
    (number,) = stage.says("STOP")
    stage.bot.fail_next("getUpdates", *[fault] * 6)
    async with stage.polling():
        await _until(lambda: not stage.bot.queue.pending)
    assert [number] == stage.inbox.accepted
    assert [max(fault.retry_after or 0, n) for n in (1, 2, 4, 8, 16, 30)] == stage.clock.slept
    assert ["WARNING", "INFO"] == [r.levelname for r in caplog.records]
    assert "hunter2" not in caplog.text


async def test_two_processes_that_poll_are_told(
    stage: _Stage, caplog: pytest.LogCaptureFixture
) -> None:
    """If another process polls the same bot, the log says what is wrong in plain words."""
    stage.bot.fail_next("getUpdates", Fault(Kind.REFUSE, 409, "Conflict: terminated"))
    async with stage.polling():
        await _until(lambda: caplog.messages)
    assert caplog.messages[0].startswith("Another process polls bot 7000001")


@pytest.mark.parametrize("method", ["deleteWebhook", "getUpdates"])
@pytest.mark.parametrize("status", [401, 404])
async def test_a_token_that_is_not_known_for_a_while_ends_nothing(
    stage: _Stage, method: str, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    """Polling goes on half a minute later, and the log says what was wrong, once."""
    stage.bot.fail_next(method, *[Fault(Kind.REFUSE, status, "Unauthorized")] * 2)
    (number,) = stage.says("STOP")
    async with stage.polling():
        await _until(lambda: [number] == stage.inbox.accepted)
    assert [30, 30] == stage.clock.slept
    assert 1 == caplog.text.count("does not accept the token of bot 7000001")
    assert "hunter2" not in caplog.text


@pytest.mark.parametrize("fault", [Fault.shuffle(), Fault.repeat()])
async def test_odd_batches_lose_nothing(stage: _Stage, fault: Fault) -> None:
    """Batches out of order, or with what was confirmed, leave no update out."""
    numbers = stage.says("1", "2", "3")
    stage.inbox.failing = {numbers[1]: 1}
    stage.bot.fail_next("getUpdates", *[fault] * 3)
    async with stage.polling():
        await _until(lambda: set(numbers) == set(stage.inbox.accepted))
        numbers += stage.says("4")
        await _until(lambda: not stage.bot.queue.pending)
    assert set(numbers) == set(stage.inbox.accepted)


async def test_a_batch_out_of_order_comes_once(stage: _Stage) -> None:
    """The order of a batch does not decide what is confirmed."""
    numbers = stage.says("1", "2", "3")
    stage.bot.fail_next("getUpdates", Fault.shuffle())
    async with stage.polling():
        await _until(lambda: not stage.bot.queue.pending)
    assert numbers[::-1] == stage.inbox.accepted


async def test_numbers_may_begin_anew(stage: _Stage) -> None:
    """After a quiet week Telegram counts from another number, also from a lower one."""
    stage.poller._wait = 0
    numbers = stage.says("1")
    async with stage.polling():
        await _until(lambda: not stage.bot.queue.pending)
        asked = len(stage.bot.calls)
        await _until(lambda: len(stage.bot.calls) > asked + 2)
        stage.bot.queue.last = 17
        numbers += stage.says("STOP")
        await _until(lambda: not stage.bot.queue.pending)
    assert numbers == stage.inbox.accepted
    assert 18 == numbers[-1]


@pytest.mark.parametrize("result", [None, {}, ["x"], [{"update_id": "5"}]])
async def test_a_batch_that_is_none_is_left_alone(stage: _Stage, result: object) -> None:
    """What is no batch of updates is asked for again after a pause."""
    await stage.poller._deal_with(result)
    assert ([], [1]) == (stage.inbox.begun, stage.clock.slept)


async def test_stopping_lets_acceptance_finish(stage: _Stage) -> None:
    """When polling is stopped, what is being accepted is accepted to its end."""
    numbers = stage.says("1", "2")
    stage.inbox.open.clear()
    async with stage.polling() as task:
        await _until(lambda: len(stage.inbox.begun) == 2)
        task.cancel()
        await asyncio.sleep(0.01)
        assert not task.done()
        stage.inbox.open.set()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert numbers == stage.inbox.accepted


async def test_stopping_does_not_wait_for_ever(
    stage: _Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An acceptance that hangs is given up when its time is over; Telegram keeps the update."""
    monkeypatch.setattr(polling, "_GRACE", 0.02)
    numbers = stage.says("1")
    stage.inbox.open.clear()
    async with asyncio.timeout(2), stage.polling():
        await _until(lambda: stage.inbox.begun)
    assert numbers == [u["update_id"] for u in stage.bot.queue.pending]


async def test_failures_quote_nobody(stage: _Stage, caplog: pytest.LogCaptureFixture) -> None:
    """The log names the update that failed and the kind of failure, never its words."""
    (number,) = stage.says("STOP")
    stage.inbox.failing = {number: 1}
    async with stage.polling():
        await _until(lambda: not stage.bot.queue.pending)
    assert [f"Update {number} was not accepted: RuntimeError"] == caplog.messages
