"""An update that comes again is the same update: decided once, its last word the present."""

from __future__ import annotations

import asyncio

import pytest

from consent.ports import Inbound
from consent.replies import Reply
from tests.telegram.door_stage import DoorStage
from tests.telegram.fake_api import Fault

_MARKETING = ["offers", "loyalty_offers"]


async def _subjects(door: DoorStage) -> list[str]:
    return [d.subject.id for d in await door.decisions()]


async def test_the_same_update_twice_is_answered_once(linked: DoorStage) -> None:
    """A second delivery gets 200 and nothing else: no message, no decision."""
    update = linked.bot.text(linked.anna, "STOP")
    assert [200, 200] == [await linked.deliver(update), await linked.deliver(update)]
    assert 1 == sum("Consents 1 and 7" in text for text in linked.texts())
    assert _MARKETING == await _subjects(linked)


async def test_the_same_update_at_once_is_answered_once(linked: DoorStage) -> None:
    """Five deliveries at the same moment are one message."""
    update = linked.bot.text(linked.anna, "STOP")
    assert [200] * 5 == await linked.bot.deliver_all([update] * 5, at_once=True)
    assert 1 == sum("Consents 1 and 7" in text for text in linked.texts())
    assert _MARKETING == await _subjects(linked)


async def test_a_repeat_waits_for_the_answer_that_is_on_its_way(linked: DoorStage) -> None:
    """While the first delivery is being answered, the second waits and then adds nothing."""
    gate, began = asyncio.Event(), asyncio.Event()
    handle = linked.house.bots._bots["lmt"].door._handle

    async def slow(inbound: Inbound) -> Reply:
        began.set()
        await gate.wait()
        return await handle(inbound)

    linked.house.bots._bots["lmt"].door._handle = slow
    update = linked.bot.text(linked.anna, "STOP")
    first = asyncio.create_task(linked.bot.deliver(update))
    await began.wait()
    second = asyncio.create_task(linked.bot.deliver(update))
    await asyncio.sleep(0.05)
    assert not second.done()
    gate.set()
    assert [200, 200] == [await first, await second]
    assert 1 == sum("Consents 1 and 7" in text for text in linked.texts())


async def test_a_repeat_after_a_restart_decides_nothing(linked: DoorStage) -> None:
    """A new process shows the stored reply again, receipt number and all, and writes nothing."""
    update = linked.bot.text(linked.anna, "STOP")
    first = await linked.does(update)
    before = await linked.decisions()
    await linked.restart()
    linked.times.clock.wait(1)
    again = await linked.does(update)
    assert first == again
    assert before == await linked.decisions()


async def test_a_press_repeated_after_a_restart_decides_nothing(linked: DoorStage) -> None:
    """A repeated press of Agree is the same yes, not another."""
    await linked.says("AGREE 2")
    update = linked.press("agree")
    assert "given" in await linked.does(update)
    await linked.restart()
    assert "given" in await linked.does(update)
    assert ["asked", "given"] == [d.action.value for d in await linked.decisions()]


async def test_out_of_order_updates_are_all_heard(linked: DoorStage) -> None:
    """An update with a smaller number that comes later is not mistaken for an old one."""
    updates = [linked.bot.text(linked.anna, text) for text in ("STOP 2", "STOP 6", "STOP 8")]
    assert [200] * 3 == await linked.bot.deliver_all(reversed(updates))
    assert ["research", "loyalty", "traffic"] == await _subjects(linked)


async def test_a_restarted_count_is_no_repeat(linked: DoorStage) -> None:
    """When Telegram begins to count anew, another message under a known number is heard."""
    first = linked.bot.text(linked.anna, "STOP 2")
    second = linked.bot.text(linked.anna, "STOP 6") | {"update_id": first["update_id"]}
    assert [200, 200] == [await linked.deliver(first), await linked.deliver(second)]
    assert ["traffic", "loyalty"] == await _subjects(linked)


async def test_an_overtaken_repeat_ends_with_what_stands_now(linked: DoorStage) -> None:
    """An old answer that comes late shows its receipt, and then today's list, not its own."""
    late = linked.bot.text(linked.anna, "STOP 2")
    linked.bot.fail_next("sendMessage", *[Fault.broken()] * 4)
    assert 503 == await linked.deliver(late)
    await linked.says("AGREE 2")
    await linked.presses("agree")
    shown = await linked.does(late)
    assert "you said no" in shown
    assert "✓ 2. Usage data: given" in linked.texts()[-1]
    assert "given" == (await linked.states())["traffic"]


async def test_an_overtaken_screen_is_not_shown_again(linked: DoorStage) -> None:
    """A repeated page without a receipt says nothing: the customer has moved on."""
    late = linked.bot.text(linked.anna, "STATUS")
    linked.bot.fail_next("sendMessage", *[Fault.broken()] * 4)
    assert 503 == await linked.deliver(late)
    await linked.says("INFO 3")
    before = linked.texts()
    assert 200 == await linked.deliver(late)
    assert before == linked.texts()


async def test_an_overtaken_repeat_that_fails_again_ends_with_the_present(
    linked: DoorStage,
) -> None:
    """However often a late answer fails on its way, the list that ends it is today's."""
    late = linked.bot.text(linked.anna, "STOP 2")
    linked.bot.fail_next("sendMessage", *[Fault.broken()] * 4)
    assert 503 == await linked.deliver(late)
    await linked.says("INFO 3")
    linked.bot.fail_next("sendMessage", *[Fault.broken()] * 4)
    assert 503 == await linked.deliver(late)
    await linked.says("AGREE 6")
    await linked.presses("agree")
    await linked.does(late)
    assert "✓ 6. Loyalty: given" in linked.texts()[-1]


@pytest.mark.parametrize("text", ["AGREE 2", "STATUS", "STOP ALL", "/start", "LV", "hm?"])
async def test_every_answer_survives_a_lost_connection(linked: DoorStage, text: str) -> None:
    """If Telegram takes an answer only at the second delivery, the customer has it once."""
    update = linked.bot.text(linked.anna, text)
    linked.bot.fail_next("sendMessage", *[Fault.broken()] * 4)
    assert 503 == await linked.deliver(update)
    linked.fresh(linked.anna.id)
    decided = len(await linked.decisions())
    assert await linked.does(update)
    assert decided == len(await linked.decisions())
    assert len(set(linked.texts())) == len(linked.texts())
