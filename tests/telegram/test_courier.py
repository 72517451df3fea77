"""What the ledger has queued for a chat is told once, or waits; nothing stops the rest."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import datetime
from pathlib import Path

import pytest

from bot.courier import Courier
from consent.delivery import Outbox
from consent.ports import Address, AddressKind, Outgoing
from consent.replies import Message, Reply
from tests.telegram.door_stage import NUMBER, DoorStage, open_door
from tests.telegram.fake_api import FakeUser, Fault

#: Where to call if it was somebody else; stands in the news in every language.
_NEWS = "80768076"


def _courier(door: DoorStage) -> Courier:
    return door.house.bots._bots["lmt"].courier


async def _displace(door: DoorStage, number: str = NUMBER, first: int = 71) -> FakeUser:
    """Let two accounts share a number, one after the other; return the first."""
    accounts = [door.telegram.user(first + n, "en") for n in range(2)]
    for account in accounts:
        await door.shares(account, number)
    return accounts[0]


def _told(door: DoorStage, user: FakeUser) -> int:
    return sum(_NEWS in text for text in door.texts(user))


async def test_news_is_told_once(door: DoorStage) -> None:
    """What is queued is sent at the next round, and not at those after it."""
    first = await _displace(door)
    for _ in range(3):
        await _courier(door).carry()
    assert 1 == _told(door, first)


async def test_news_that_telegram_does_not_take_waits(door: DoorStage) -> None:
    """While Telegram is down the news waits a minute, and then is told once."""
    first = await _displace(door)
    door.bot.fail_next("sendMessage", *[Fault.broken()] * 4)
    await _courier(door).carry()
    await _courier(door).carry()
    assert 0 == _told(door, first)
    door.times.clock.wait(0.05)
    await _courier(door).carry()
    assert 1 == _told(door, first)


async def test_old_news_is_no_news(door: DoorStage) -> None:
    """After a day nobody is told any more."""
    first = await _displace(door)
    door.bot.fail_next("sendMessage", *[Fault.broken()] * 4)
    await _courier(door).carry()
    door.times.clock.wait(25)
    await _courier(door).carry()
    assert 0 == _told(door, first)


@pytest.mark.parametrize(
    "fault", [Fault.forbidden(), Fault.bad_request("chat not found")], ids=["blocked", "gone"]
)
async def test_who_cannot_be_told_is_noted(door: DoorStage, fault: Fault) -> None:
    """An account that has blocked the bot is unreachable, and is not tried again."""
    first = await _displace(door)
    door.bot.fail_next("sendMessage", fault)
    await _courier(door).carry()
    assert 1 == await door.unreachable()
    door.times.clock.wait(1)
    await _courier(door).carry()
    assert 0 == _told(door, first)


async def test_news_that_telegram_refuses_holds_up_no_other(door: DoorStage) -> None:
    """A message refused for good is dropped; the next is sent in the same round."""
    await _displace(door)
    second = await _displace(door, "+37120000002", first=81)
    door.bot.fail_next("sendMessage", Fault.bad_request("can't parse entities"))
    await _courier(door).carry()
    assert 1 == _told(door, second)


async def test_news_that_cannot_be_read_holds_up_no_other(door: DoorStage) -> None:
    """A damaged entry is left aside; what is queued after it is still told."""
    await _displace(door)
    with sqlite3.connect(door.folder / "journey.db") as store:
        store.execute("UPDATE outbox SET sealed_payload = x'00'")
    store.close()
    second = await _displace(door, "+37120000002", first=81)
    await _courier(door).carry()
    assert 1 == _told(door, second)


async def test_the_courier_survives_a_damaged_entry(
    door: DoorStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The courier goes on looking for news whatever one entry does to it."""
    monkeypatch.setattr("bot.courier._PAUSE", 0.01)
    await _displace(door)
    with sqlite3.connect(door.folder / "journey.db") as store:
        store.execute("UPDATE outbox SET sealed_payload = x'00'")
    store.close()
    running = asyncio.create_task(_courier(door).run())
    await asyncio.sleep(0.1)
    ended = running.done()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert not ended


class _OddOutbox:
    """An outbox that always holds an entry of a version yet to come."""

    def __init__(self, real: Outbox) -> None:
        self._real = real
        self.note_reach, self.settle = real.note_reach, real.settle
        self.depart, self.put_back = real.depart, real.put_back
        self.drop_late, self.note_block = real.drop_late, real.note_block

    async def claim(self, kind: str, brand: str, now: datetime) -> tuple[Outgoing, ...]:
        """Return the odd entry before the others."""
        odd = Reply(language="xx", messages=(Message("of.tomorrow"),))
        to = Address(AddressKind.TELEGRAM, "71")
        found = await self._real.claim(kind, brand, now)
        return (Outgoing(id="odd", brand=brand, kind=kind, to=to, reply=odd), *found)


async def test_what_cannot_be_said_holds_up_no_other(door: DoorStage) -> None:
    """An entry that names an unknown text is left aside; what is queued after it is told."""
    _courier(door)._outbox = _OddOutbox(door.house.store.outbox)
    first = await _displace(door)
    await _courier(door).carry()
    assert 1 == _told(door, first)


async def test_the_courier_survives_the_store(
    door: DoorStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the store is away the courier waits; back again, the news is told."""
    monkeypatch.setattr("bot.courier._PAUSE", 0.01)
    first = await _displace(door)
    bring_back = door.lose_store()
    running = asyncio.create_task(_courier(door).run())
    await asyncio.sleep(0.05)
    assert not running.done()
    bring_back()
    async with asyncio.timeout(5):
        while not _told(door, first):
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert 1 == _told(door, first)


async def test_each_brand_tells_its_own(tmp_path: Path) -> None:
    """Amigo's courier does not carry what LMT has queued."""
    async with open_door(tmp_path, ("lmt", "amigo")) as door:
        first = await _displace(door)
        await door.house.bots._bots["amigo"].courier.carry()
        assert 0 == _told(door, first)
        await _courier(door).carry()
        assert 1 == _told(door, first)
