"""Crowds: messages kept together come out as if each had come alone, on every store."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence

import pytest

from consent.chain import verify
from consent.ports import Address, AddressKind, Inbound, Ledger, Snapshot, Writing
from consent.replies import Option
from tests.store.test_ledger import desk, message

STOP = Option(name="withdraw_all", scope="marketing")
#: In this order they come out differently from any other.
SAID = (
    Option(name="withdraw", purpose="offers"),
    Option(name="reopen", channel="email"),
    STOP,
    Option(name="grant", purpose="traffic"),
)


def _number(who: int) -> Address:
    return Address(AddressKind.MSISDN, f"+3712000{who:04}")


async def _history(ledger: Ledger, who: int) -> list[tuple[str, str, str]]:
    customer = await ledger.customer_of("lmt", _number(who))
    if customer is None:
        return []
    history = await ledger.history(customer)
    assert verify(history, await ledger.head_of(customer)) == len(history)
    return [
        (d.subject.id, d.action.value, d.evidence.message_id if d.evidence else "")
        for d in history
    ]


def _crowd(people: int, seed: int) -> list[tuple[int, Inbound]]:
    """Return what many say at once: each several things in order, some of them twice."""
    luck = random.Random(seed)  # noqa: S311 - only shuffles
    waiting = {
        who: [message(f"{who}-{n}", option, address=_number(who)) for n, option in enumerate(SAID)]
        for who in range(people)
    }
    said: list[tuple[int, Inbound]] = []
    while waiting:
        who = luck.choice(sorted(waiting))
        one = waiting[who].pop(0)
        said += [(who, one)] * luck.choice((1, 1, 2))
        if not waiting[who]:
            del waiting[who]
    return said


@pytest.mark.parametrize("seed", range(3))
async def test_a_crowd_comes_out_as_if_each_came_alone(ledger: Ledger, seed: int) -> None:
    """Whoever says several things at once is heard in order, once each, whoever else speaks."""
    office, said = desk(ledger), _crowd(9, seed)
    replies = await asyncio.gather(*(office.handle(one) for _, one in said))
    for who in range(9):
        mine = [(one, reply) for (by, one), reply in zip(said, replies, strict=True) if by == who]
        firsts = {}
        for one, reply in mine:
            if reply.repeated is None:
                assert one.message_id not in firsts
                firsts[one.message_id] = reply
        assert list(firsts) == [f"{who}-{n}" for n in range(len(SAID))]
    crowded = [await _history(ledger, who) for who in range(9)]
    alone = 9_000
    for _, one in _crowd(1, 0):
        await office.handle(
            message(one.message_id.replace("0-", f"{alone}-"), one.choice, address=_number(alone))
        )
    expected = [(a, b) for a, b, _ in await _history(ledger, alone)]
    assert expected
    assert [[(a, b) for a, b, _ in mine] for mine in crowded] == [expected] * 9


async def test_one_who_fails_takes_nobody_along(ledger: Ledger) -> None:
    """What cannot be answered is refused alone; everybody else's word is kept, once."""

    def broken(_snapshot: Snapshot) -> Writing:
        raise ArithmeticError("on purpose")

    office = desk(ledger)
    asked: list[object] = [
        office.handle(message(f"m{who}", address=_number(who))) for who in range(5)
    ]
    asked.insert(3, ledger.turn(message("bad", address=_number(77)), broken))
    found = await asyncio.gather(*asked, return_exceptions=True)  # type: ignore[call-overload]
    assert [isinstance(one, ArithmeticError) for one in found] == [False] * 3 + [True] + [
        False
    ] * 2
    assert [len(await _history(ledger, who)) for who in range(5)] == [2] * 5
    assert await ledger.customer_of("lmt", _number(77)) is None


async def test_two_addresses_of_one_customer_are_heard_one_after_the_other(ledger: Ledger) -> None:
    """A chat and its number that speak at once are one customer with one chain."""
    office = desk(ledger)
    account = Address(AddressKind.TELEGRAM, "4242")
    await office.handle(message("a", address=_number(1)))
    await office.handle(
        message("b", Option(name="contact"), address=account, contact=_number(1), door="sms")
    )
    before = len(await _history(ledger, 1))
    said: Sequence[Inbound] = [
        message("c", Option(name="grant", purpose="traffic"), address=account),
        message("d", Option(name="withdraw", purpose="traffic"), address=_number(1)),
        message("e", Option(name="withdraw", purpose="location"), address=account),
    ]
    await asyncio.gather(*(office.handle(one) for one in said))
    history = await _history(ledger, 1)
    heard = [message_id for _, _, message_id in history[before:]]
    assert heard.index("c") < heard.index("e")
    assert sorted(heard) == ["c", "d", "e"]
