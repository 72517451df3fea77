"""Who blocks the bot cannot be reached; their consents stay as they are."""

from __future__ import annotations

import pytest

from tests.telegram.door_stage import DoorStage
from tests.telegram.fake_api import Fault


async def _given(door: DoorStage) -> None:
    await door.says("AGREE 2")
    await door.presses("agree")


async def test_blocking_is_no_withdrawal(linked: DoorStage) -> None:
    """A customer who blocks the bot is unreachable; nothing is withdrawn."""
    await _given(linked)
    decisions = await linked.decisions()
    assert 200 == await linked.deliver(linked.bot.blocks(linked.anna))
    assert (1, "allowed") == (await linked.unreachable(), await linked.reason("traffic"))
    assert decisions == await linked.decisions()


async def test_opening_it_again_is_reachable(linked: DoorStage) -> None:
    """Once the customer opens the bot again they can be reached, and are answered."""
    await linked.deliver(linked.bot.blocks(linked.anna))
    await linked.deliver(linked.bot.unblocks(linked.anna))
    assert 0 == await linked.unreachable()
    assert await linked.says("STATUS")


async def test_being_refused_while_answering_counts_as_blocked(linked: DoorStage) -> None:
    """If the answer meets a bot that is blocked, the wish is carried out all the same."""
    update = linked.bot.text(linked.anna, "STOP")
    linked.bot.chat(linked.anna.id).blocked = True
    assert 200 == await linked.deliver(update)
    assert (1, "refused") == (await linked.unreachable(), await linked.reason("offers"))


@pytest.mark.parametrize(
    "fault",
    [
        Fault.forbidden(),
        Fault.forbidden("user is deactivated"),
        Fault.bad_request("chat not found"),
        Fault.bad_request("PEER_ID_INVALID"),
    ],
)
async def test_every_way_of_being_gone_counts(linked: DoorStage, fault: Fault) -> None:
    """Blocked, deleted or unknown: the address is unreachable and the update is done with."""
    linked.bot.fail_next("sendMessage", fault)
    linked.bot.fail_next("editMessageReplyMarkup", fault)
    assert 200 == await linked.deliver(linked.bot.text(linked.anna, "STATUS"))
    assert 1 == await linked.unreachable()


async def test_who_writes_again_can_be_reached(linked: DoorStage) -> None:
    """A message and its delivered answer show that the customer is there again."""
    linked.bot.fail_next("editMessageReplyMarkup", Fault.forbidden())
    await linked.deliver(linked.bot.text(linked.anna, "STATUS"))
    assert "You have given" in await linked.says("STATUS")
    assert 0 == await linked.unreachable()


async def test_an_old_block_does_not_undo_the_return(linked: DoorStage) -> None:
    """If the news of blocking comes after the news of the return, the return counts."""
    blocked = linked.bot.blocks(linked.anna)
    linked.times.clock.wait(1)
    returned = linked.bot.unblocks(linked.anna)
    await linked.deliver(returned)
    await linked.deliver(blocked)
    assert 0 == await linked.unreachable()


async def test_a_stranger_who_blocks_leaves_no_trace(door: DoorStage) -> None:
    """A block by somebody who never wrote is accepted and noted nowhere."""
    assert 200 == await door.deliver(door.bot.blocks(door.anna))
    assert (0, 0) == (await door.unreachable(), await door.written())


async def test_nothing_is_sent_to_who_has_left(linked: DoorStage) -> None:
    """Blocking is answered by silence: nothing is sent to who has just left."""
    sent = len(linked.bot.calls)
    await linked.deliver(linked.bot.blocks(linked.anna))
    assert sent == len(linked.bot.calls)


async def test_a_block_while_the_store_is_away_comes_again(linked: DoorStage) -> None:
    """The news of a block is not lost while the store is away."""
    update = linked.bot.blocks(linked.anna)
    bring_back = linked.lose_store()
    assert 503 == await linked.deliver(update)
    bring_back()
    assert 200 == await linked.deliver(update)
    assert 1 == await linked.unreachable()


async def test_stop_by_sms_works_while_the_bot_is_blocked(linked: DoorStage) -> None:
    """Who has blocked the bot can withdraw by SMS as ever."""
    await _given(linked)
    await linked.deliver(linked.bot.blocks(linked.anna))
    await linked.house.sms("STOP 2", "SM1")
    assert "withdrawn" == await linked.reason("traffic")
