"""An answer that nobody saw asks nothing and takes nothing away: above all no STOP."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from consent.ports import Inbound
from consent.replies import Reply
from tests.telegram.door_stage import DoorStage, open_door
from tests.telegram.fake_api import Fault

_REFUSED = Fault.bad_request("can't parse entities")


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(_REFUSED, id="refused"),
        pytest.param(Fault.forbidden(), id="blocked"),
    ],
)
async def test_a_waiting_stop_survives_an_answer_nobody_saw(door: DoorStage, fault: Fault) -> None:
    """STOP from an unknown number waits for the share, even if its answer never arrived."""
    door.bot.fail_next("sendMessage", fault)
    assert 200 == await door.deliver(door.bot.text(door.anna, "STOP"))
    await door.shares()
    assert "refused" == (await door.states()).get("offers")


async def test_a_waiting_stop_survives_a_crowd_of_words(door: DoorStage) -> None:
    """STOP among many messages at once still waits for the share."""
    words = ["STOP", *["hm?"] * 9]
    updates = [door.bot.text(door.anna, text) for text in words]
    assert {200} == set(await door.bot.deliver_all(updates, at_once=True))
    await door.shares()
    assert "refused" == (await door.states()).get("offers")


async def test_a_notice_nobody_saw_cannot_be_agreed_to(linked: DoorStage) -> None:
    """If the notice was refused by Telegram, the next yes answers nothing (law 1)."""
    linked.bot.fail_next("sendMessage", _REFUSED)
    assert 200 == await linked.deliver(linked.bot.text(linked.anna, "AGREE 2"))
    assert "No question is waiting" in await linked.says("AGREE")
    assert "given" not in (await linked.states()).values()


async def test_a_notice_lost_in_a_crowd_cannot_be_agreed_to(linked: DoorStage) -> None:
    """Among many messages at once, a yes to a notice that was not shown gives nothing."""
    words = ["AGREE 2", "AGREE", *["hm?"] * 9]
    updates = [linked.bot.text(linked.anna, text) for text in words]
    await linked.bot.deliver_all(updates, at_once=True)
    shown = "Do you agree?" in " ".join(linked.texts())
    given = "given" == (await linked.states())["traffic"]
    assert shown or not given


async def test_every_withdrawal_in_a_crowd_is_confirmed(linked: DoorStage) -> None:
    """Eight withdrawals at once are all carried out and each has its receipt."""
    updates = [linked.bot.text(linked.anna, f"STOP {n}") for n in range(1, 9)]
    await linked.bot.deliver_all(updates, at_once=True)
    assert {"refused"} == set((await linked.states()).values())
    told = " ".join(linked.texts())
    assert [] == [n for n in range(1, 9) if f"Consent {n}, " not in told]


async def test_the_first_picture_of_an_album_is_answered_at_last(linked: DoorStage) -> None:
    """If the line about an album was not taken, its next delivery shows it."""
    before = len(linked.texts())
    first = linked.bot.photo(linked.anna)
    first["message"]["media_group_id"] = "A1"
    linked.bot.fail_next("sendMessage", *[Fault.broken()] * 4)
    assert 503 == await linked.deliver(first)
    assert 200 == await linked.deliver(first)
    assert before + 1 == len(linked.texts())


async def test_words_under_an_album_are_not_taken_back(linked: DoorStage) -> None:
    """STOP under an album is carried out; no picture of it then says that nothing was changed."""
    for number in range(3):
        update = linked.bot.photo(linked.anna, caption="STOP" if number == 0 else "")
        update["message"]["media_group_id"] = "A1"
        await linked.deliver(update)
    assert "refused" == (await linked.states())["offers"]
    assert "Consents 1 and 7 do not apply" in linked.texts()[-2]
    assert not any("text only" in text for text in linked.texts())


async def test_a_return_under_a_smaller_number_counts(linked: DoorStage) -> None:
    """When Telegram begins to count anew, the news of a return is not taken for old news."""
    await linked.deliver(linked.bot.blocks(linked.anna))
    linked.times.clock.wait(24 * 8)
    returned = linked.bot.unblocks(linked.anna) | {"update_id": 17}
    assert 200 == await linked.deliver(returned)
    assert 0 == await linked.unreachable()


async def test_polling_shows_the_receipt_after_an_outage(tmp_path: Path) -> None:
    """A withdrawal whose answer Telegram did not take for ten minutes is confirmed in the end."""
    async with open_door(tmp_path, public=False) as door:
        door.bot.share_contact(door.anna, "37120000000")
        await _quiet(door)
        door.bot.fail_next("sendMessage", *[Fault.broken()] * 60)
        door.bot.text(door.anna, "STOP")
        async with asyncio.timeout(10):
            while door.bot.planned["sendMessage"] and door.bot.queue.pending:
                await asyncio.sleep(0.01)
        door.bot.planned.clear()
        await _quiet(door)
        assert "refused" == (await door.states())["offers"]
        assert 1 == sum("Consents 1 and 7" in text for text in door.texts())


async def test_a_customer_who_is_stuck_holds_up_no_other_when_polled(tmp_path: Path) -> None:
    """While one customer's answer cannot be found, those who come later are answered."""
    async with open_door(tmp_path, public=False) as door:
        found = door.house.bots._bots["lmt"].door
        handle, gate = found._handle, asyncio.Event()

        async def slow(inbound: Inbound) -> Reply:
            if inbound.address.value == str(door.anna.id):
                await gate.wait()
            return await handle(inbound)

        found._handle = slow
        door.bot.text(door.anna, "STOP")
        await asyncio.sleep(0.05)
        other = door.telegram.user(5151, "en")
        door.bot.text(other, "/start")
        async with asyncio.timeout(5):
            while not door.texts(other):
                await asyncio.sleep(0.01)
        gate.set()
        await _quiet(door)


async def _quiet(door: DoorStage) -> None:
    """Wait until every update was confirmed."""
    async with asyncio.timeout(10):
        while door.bot.queue.pending:
            await asyncio.sleep(0.005)
