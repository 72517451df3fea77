"""A message that comes again: the same reply, and whether it is still the last word."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from consent.ports import Inbound, Ledger
from consent.replies import Option, Repeated
from tests.store.stores import NEW, in_chat, share
from tests.store.test_ledger import OTHER, desk, message

MENU = Option(name="menu")


@pytest.mark.parametrize(
    ("late", "expected"),
    [
        pytest.param(0, Repeated.LATEST, id="nothing-since"),
        pytest.param(1, Repeated.OVERTAKEN, id="another-answered-since"),
    ],
)
async def test_a_message_that_comes_again_says_whether_it_is_the_last_word(
    ledger: Ledger, late: int, expected: Repeated
) -> None:
    """A stored reply is marked; the first time nothing is."""
    office = desk(ledger)
    stop = message("m1")
    first = await office.handle(stop)
    for number in range(late):
        await office.handle(_later(message(f"n{number}", MENU), number + 1))
    again = await office.handle(stop)
    assert (None, expected) == (first.repeated, again.repeated)
    assert first == again


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(replace(message("x", MENU), brand="amigo"), id="another-brand"),
        pytest.param(replace(message("x", MENU), door="terminal"), id="another-door"),
        pytest.param(replace(message("x", MENU), address=OTHER), id="another-number"),
        pytest.param(in_chat("x", MENU), id="a-chat-of-the-same-customer"),
    ],
)
async def test_only_the_same_conversation_overtakes(ledger: Ledger, other: Inbound) -> None:
    """What was said elsewhere leaves a reply the last word of its conversation."""
    office = desk(ledger)
    await office.handle(share("s"))
    await office.handle(message("m1"))
    await office.handle(_later(other, 1))
    assert Repeated.LATEST is (await office.handle(message("m1"))).repeated


async def test_a_decision_at_another_door_overtakes(ledger: Ledger) -> None:
    """A status of the chat is no longer the last word once a STOP came by SMS."""
    office, status = desk(ledger), in_chat("t", Option(name="status"))
    await office.handle(share("s"))
    first = await office.handle(status)
    before = await office.handle(status)
    await office.handle(message("m1"))
    again = await office.handle(status)
    assert first == before == again
    assert [Repeated.LATEST, Repeated.OVERTAKEN] == [before.repeated, again.repeated]


async def test_what_changes_nothing_at_another_door_overtakes_nothing(ledger: Ledger) -> None:
    """A STOP said again by SMS adds nothing, so the status stays the last word."""
    office, status = desk(ledger), in_chat("t", Option(name="status"))
    await office.handle(share("s"))
    await office.handle(message("m1"))
    await office.handle(status)
    await office.handle(message("m2"))
    assert Repeated.LATEST is (await office.handle(status)).repeated


async def test_an_old_share_is_overtaken_after_the_parting(ledger: Ledger) -> None:
    """What a parted account was answered is not its own any longer."""
    office = desk(ledger)
    await office.handle(share("s"))
    await office.handle(_later(in_chat("m", MENU), 1))
    await office.handle(_later(share("n", account=NEW), 2))
    again = [await office.handle(one) for one in (share("s"), _later(in_chat("m", MENU), 1))]
    assert [Repeated.OVERTAKEN] * 2 == [reply.repeated for reply in again]


def _later(inbound: Inbound, minutes: int) -> Inbound:
    return replace(inbound, received_at=inbound.received_at + timedelta(minutes=minutes))
