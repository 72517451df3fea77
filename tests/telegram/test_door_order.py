"""One customer's wishes keep their order; customers do not wait for one another."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from consent.ports import Inbound
from consent.replies import Reply
from tests.telegram.door_stage import DoorStage, open_door


class _Gate:
    """A desk that answers one customer only once it is open."""

    def __init__(self, door: DoorStage, user: int) -> None:
        self.open, self._user = asyncio.Event(), str(user)
        found = door.house.bots._bots["lmt"].door
        self._handle, found._handle = found._handle, self.handle

    async def handle(self, inbound: Inbound) -> Reply:
        """Wait for the customer that is held up, answer all others."""
        if inbound.address.value == self._user:
            await self.open.wait()
        return await self._handle(inbound)


async def test_one_customers_wishes_keep_their_order(linked: DoorStage) -> None:
    """Ten wishes delivered at the same moment are carried out in the order they were sent."""
    words = [f"{word} {n}" for n in (2, 6, 8, 1, 7) for word in ("STOP", "INFO")]
    updates = [linked.bot.text(linked.anna, text) for text in words]
    assert {200} == set(await linked.bot.deliver_all(updates, at_once=True))
    order = ["traffic", "loyalty", "research", "offers", "loyalty_offers"]
    assert order == [d.subject.id for d in await linked.decisions()]


async def test_a_slow_customer_holds_up_no_other(linked: DoorStage) -> None:
    """While one customer's answer takes long, another is answered."""
    gate = _Gate(linked, linked.anna.id)
    other = linked.telegram.user(5151, "en")
    slow = asyncio.create_task(linked.bot.deliver(linked.bot.text(linked.anna, "STOP")))
    await asyncio.sleep(0.02)
    assert await linked.says("/start", other)
    assert not slow.done()
    gate.open.set()
    assert 200 == await slow


async def test_a_customer_waits_for_themselves(linked: DoorStage) -> None:
    """A second wish waits until the first is answered, and is answered after it."""
    gate = _Gate(linked, linked.anna.id)
    first = asyncio.create_task(linked.bot.deliver(linked.bot.text(linked.anna, "STOP 2")))
    await asyncio.sleep(0.02)
    second = asyncio.create_task(linked.bot.deliver(linked.bot.text(linked.anna, "AGREE 2")))
    await asyncio.sleep(0.02)
    gate.open.set()
    assert [200, 200] == [await first, await second]
    assert "Now: refused" in linked.texts()[-1]


async def test_a_delivery_that_is_given_up_leaves_the_line_in_order(linked: DoorStage) -> None:
    """If Telegram hangs up while a wish waits for its turn, the next is answered all the same."""
    gate = _Gate(linked, linked.anna.id)
    first = asyncio.create_task(linked.bot.deliver(linked.bot.text(linked.anna, "STOP 2")))
    await asyncio.sleep(0.02)
    second = asyncio.create_task(linked.bot.deliver(linked.bot.text(linked.anna, "STOP 6")))
    await asyncio.sleep(0.02)
    second.cancel()
    gate.open.set()
    assert 200 == await first
    assert "you said no" in await linked.says("STOP 8")


async def test_a_chat_gets_one_message_a_second(linked: DoorStage) -> None:
    """Twenty questions at once: never more than the burst and one a second go to a chat."""
    linked.times.pace.advance(60)
    updates = [linked.bot.text(linked.anna, "hm?") for _ in range(20)]
    assert {200} <= set(await linked.bot.deliver_all(updates, at_once=True))
    assert linked.bot.meter.most_within(1, linked.anna.id) <= 4
    assert linked.bot.meter.most_within(10, linked.anna.id) <= 13


async def test_the_bot_sends_thirty_a_second(door: DoorStage) -> None:
    """Ninety customers at once are answered, the bot's limit kept, each of them in seconds."""
    door.times.pace.advance(60)
    users = [door.telegram.user(6000 + n, "en") for n in range(90)]
    updates = [door.bot.text(user, "/start") for user in users]
    start = door.times.pace.now()
    assert {200} == set(await door.bot.deliver_all(updates, at_once=True))
    assert door.bot.meter.most_within(1) <= 61
    assert door.times.pace.now() - start < 5
    assert {True} == {len(door.texts(user)) == 1 for user in users}


async def test_polling_answers_in_order(tmp_path: Path) -> None:
    """Updates that are polled are answered in order too, and confirmed once answered."""
    async with open_door(tmp_path, public=False) as door:
        door.bot.share_contact(door.anna, "37120000000")
        for text in ("STOP 2", "STOP 6", "STOP 8"):
            door.bot.text(door.anna, text)
        await _quiet(door)
        order = ["traffic", "loyalty", "research"]
        assert order == [d.subject.id for d in await door.decisions()]


async def test_polling_survives_the_store(tmp_path: Path) -> None:
    """A STOP polled while the store is away is carried out once it is back, once."""
    async with open_door(tmp_path, public=False) as door:
        door.bot.share_contact(door.anna, "37120000000")
        await _quiet(door)
        bring_back = door.lose_store()
        door.bot.text(door.anna, "STOP")
        await asyncio.sleep(0.1)
        assert 1 == len(door.bot.queue.pending)
        bring_back()
        await _quiet(door)
        assert 2 == len(await door.decisions())
        assert 1 == sum("Consents 1 and 7" in text for text in door.texts())


async def test_a_polled_update_that_was_answered_is_not_answered_again(tmp_path: Path) -> None:
    """What a new process polls again, its answers are the stored ones and decide nothing."""
    async with open_door(tmp_path, public=False) as door:
        door.bot.share_contact(door.anna, "37120000000")
        stop = door.bot.text(door.anna, "STOP")
        await _quiet(door)
        await door.restart()
        door.bot.queue.push(stop)
        await _quiet(door)
        assert 2 == len(await door.decisions())


async def test_an_unforeseen_fault_does_not_block_polling(tmp_path: Path) -> None:
    """An update that fails every time is given up after five tries; what follows is answered."""
    async with open_door(tmp_path, public=False) as door:
        found = door.house.bots._bots["lmt"].door
        handle, bad = found._handle, door.bot.text(door.anna, "STOP 2")["update_id"]

        async def broken(inbound: Inbound) -> Reply:
            if inbound.message_id.startswith(f"{bad}:"):
                raise RuntimeError("unforeseen")
            return await handle(inbound)

        found._handle = broken
        other = door.telegram.user(5151, "en")
        door.bot.text(other, "/start")
        await _quiet(door)
        assert ["80768076"] == [w for w in ("80768076",) if w in door.texts()[0]]
        assert 1 == len(door.texts(other))


async def _quiet(door: DoorStage) -> None:
    """Wait until every update was confirmed."""
    limit = time.monotonic() + 5
    while door.bot.queue.pending:
        assert time.monotonic() < limit, "updates stay unconfirmed"
        await asyncio.sleep(0.005)


@pytest.mark.parametrize("text", ["STOP", "AGREE 2"])
async def test_ending_the_process_ends_what_is_being_answered(
    linked: DoorStage, text: str
) -> None:
    """A process that ends lets the answer that is on its way arrive, and keeps the store whole."""
    update = linked.bot.text(linked.anna, text)
    answering = asyncio.create_task(linked.bot.deliver(update))
    await asyncio.sleep(0)
    await answering
    await linked.restart()
    assert await linked.says("STATUS")
