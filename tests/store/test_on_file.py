"""What customers can see about themselves, on memory and on SQLite (law 9)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from consent.dialogue.scene import OnFile
from consent.ports import Inbound, Ledger, Look, Snapshot, Writing
from consent.replies import Option
from consent.verdicts import Question, unknown
from tests.store.stores import NEW, OLD, in_chat, share
from tests.store.test_ledger import CLOCK, NUMBER, OTHER, desk, message

STOP_ALL = Option(name="withdraw_all", scope="all")
MY_DATA = Option(name="my_data")
DAY = timedelta(days=1)


async def _on_file(ledger: Ledger, inbound: Inbound) -> OnFile:
    """Return what the store tells in the transaction of a message."""
    seen: list[OnFile] = []

    def work(snapshot: Snapshot) -> Writing:
        seen.append(snapshot.on_file())
        return desk(ledger)._work(inbound, snapshot)

    await ledger.turn(inbound, work)
    return seen[0]


def _look(days: int, *, brand: str = "lmt") -> Look:
    return Look(
        brand=brand,
        address=NUMBER,
        viewer="campaign tool",
        purpose_of_look="check",
        at=CLOCK.now() + days * DAY,
    )


async def test_the_number_is_shown_by_its_end_alone(ledger: Ledger) -> None:
    """Enough to know one's own number by; since when this account is joined to it."""
    office = desk(ledger)
    await office.handle(share("s"))
    await office.handle(in_chat("x", STOP_ALL))
    found = await _on_file(ledger, in_chat("d", MY_DATA))
    expected = OnFile(number_end="0000", linked_at=CLOCK.now(), decisions=8)
    assert expected == found


async def test_every_look_is_counted(ledger: Ledger) -> None:
    """A verdict and a history are looks; the newest is named, those at the other brand are not."""
    office = desk(ledger)
    await office.handle(share("s"))
    for days in (2, 1):
        await ledger.consult(
            _look(days), lambda *_: unknown(Question(brand="lmt", purpose="offers"))
        )
    await ledger.inspect(_look(3))
    await ledger.inspect(_look(9, brand="amigo"))
    found = await _on_file(ledger, in_chat("d", MY_DATA))
    assert (3, CLOCK.now() + 3 * DAY) == (found.looks, found.last_look)


@pytest.mark.parametrize(
    "account", [pytest.param(OLD, id="parted"), pytest.param(OTHER, id="a-stranger")]
)
async def test_others_see_nothing_of_it(ledger: Ledger, account: object) -> None:
    """Neither the account that had the number nor another customer is told about it."""
    office = desk(ledger)
    await office.handle(share("s"))
    await office.handle(in_chat("x", STOP_ALL))
    await ledger.inspect(_look(1))
    await office.handle(share("n", account=NEW))
    inbound = in_chat("d", MY_DATA) if account is OLD else message("d", MY_DATA, address=OTHER)
    found = await _on_file(ledger, inbound)
    assert ("", 0, 0, None) == (
        found.number_end,
        found.decisions,
        found.looks,
        found.last_look,
    )


async def test_the_page_says_what_is_on_file(ledger: Ledger) -> None:
    """From the store to the reply: the end of the number, the records and the looks."""
    office = desk(ledger)
    await office.handle(share("s"))
    await ledger.inspect(_look(1))
    reply = await office.handle(in_chat("d", MY_DATA))
    assert ("my_data", "my_data.looks") == reply.ids
    assert ("0000", 0) == tuple(reply.messages[0].params[x] for x in ("number_end", "decisions"))
    assert 1 == reply.messages[1].params["looks"]
