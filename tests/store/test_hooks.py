"""Subscriptions: one process tells a hook at a time, nothing is passed by, a day is enough."""

from __future__ import annotations

import asyncio
from base64 import b64decode
from datetime import datetime, timedelta

import pytest

from consent.errors import SettingBroken
from consent.hooks import Fault, Hook, Shipment
from storage import schema
from storage.database import Database
from storage.hooks import CLAIM, WINDOW, SqlHooks
from tests.store.feeds import NOW, relay, rows, says
from tests.store.stores import VAULT

URL = "https://crm.lmt.lv/consent?key=1"
BUSY = Fault(reason="HTTP 503")
TICK, DAY = timedelta(microseconds=1), timedelta(days=1)


@pytest.fixture
def store(database: Database) -> Database:
    """Return each kind of store, empty."""
    return database


async def _subscribed(store: Database, *, customers: int = 3) -> str:
    """Return a hook that has two decisions of each customer to be told."""
    hook, _ = await SqlHooks(store, VAULT).add("lmt", URL, NOW)
    await _decide(store, customers)
    return hook


async def _decide(store: Database, customers: int, first: int = 0) -> None:
    for who in range(first, first + customers):
        await says(store, f"m{who}", who)
    await relay(store).move(NOW)


async def _hook(store: Database) -> Hook:
    (found,) = await SqlHooks(store, VAULT).all()
    return found


async def _take(store: Database, hook: str, at: datetime = NOW) -> Shipment:
    found = await SqlHooks(store, VAULT).take(hook, at)
    assert found is not None
    return found


def _positions(shipment: Shipment) -> list[int]:
    return [entry.position for entry in shipment.entries]


async def test_a_hook_is_told_what_comes_after_it_was_added(store: Database) -> None:
    """Not what was decided before; and of its own brand alone (law 7)."""
    await _decide(store, 1)
    hook, _ = await SqlHooks(store, VAULT).add("lmt", URL, NOW)
    assert () == await SqlHooks(store, VAULT).due(NOW)
    await says(store, "other", brand="amigo")
    await relay(store).move(NOW)
    assert () == await SqlHooks(store, VAULT).due(NOW)
    await _decide(store, 1, first=7)
    assert (hook,) == await SqlHooks(store, VAULT).due(NOW)
    assert [5, 6] == _positions(await _take(store, hook))


async def test_its_secret_is_shown_once_and_kept_sealed(store: Database) -> None:
    """32 bytes in the form that Standard Webhooks asks for; nothing of it is on disk in clear."""
    hook, secret = await SqlHooks(store, VAULT).add("lmt", URL, NOW)
    other = await SqlHooks(store, VAULT).add("lmt", URL, NOW)
    assert secret.startswith("whsec_")
    assert 32 == len(b64decode(secret.removeprefix("whsec_"), validate=True))
    assert other[0] != hook
    assert other[1] != secret
    found = {row.hook_id: bytes(row.sealed_secret) for row in await rows(store, schema.hooks)}
    assert secret.encode()[6:] not in found[hook]
    await _decide(store, 1)
    shipment = await _take(store, hook)
    assert (URL, secret) == (shipment.url, shipment.secret)
    assert secret not in repr(shipment)


async def test_a_url_that_will_not_do_is_not_kept(store: Database) -> None:
    """Nobody subscribes in clear, by whatever way."""
    with pytest.raises(SettingBroken):
        await SqlHooks(store, VAULT).add("lmt", "http://crm.lmt.lv/", NOW)
    assert [] == await rows(store, schema.hooks)


async def test_one_process_tells_a_hook_at_a_time(store: Database) -> None:
    """However many ask at once, one gets the work; the others see that there is none."""
    hook = await _subscribed(store)
    hooks = SqlHooks(store, VAULT)
    found = await asyncio.gather(*(hooks.take(hook, NOW) for _ in range(4)))
    assert 1 == len([one for one in found if one])
    assert () == await hooks.due(NOW + CLAIM - TICK)


async def test_who_died_with_it_loses_it_by_the_clock(store: Database) -> None:
    """Another process tells the same again; what the first notes too late counts no more."""
    hook = await _subscribed(store)
    hooks = SqlHooks(store, VAULT)
    slow = await _take(store, hook)
    assert (hook,) == await hooks.due(NOW + CLAIM)
    quick = await _take(store, hook, NOW + CLAIM)
    assert slow.entries == quick.entries
    assert not await hooks.settle(slow, 6, None, NOW + CLAIM)
    assert 0 == (await _hook(store)).position
    assert await hooks.settle(quick, 6, None, NOW + CLAIM)
    assert 6 == (await _hook(store)).position
    assert () == await hooks.due(NOW + CLAIM)


async def test_what_was_taken_is_passed_and_the_rest_waits(store: Database) -> None:
    """The first that failed is next, by itself; when it is taken, all go on together."""
    hook = await _subscribed(store)
    hooks = SqlHooks(store, VAULT)
    assert await hooks.settle(await _take(store, hook), 2, BUSY, NOW)
    found = await _hook(store)
    assert (2, 1) == (found.position, found.failures)
    later = found.next_at
    assert NOW + timedelta(seconds=0.75) <= later <= NOW + timedelta(seconds=1.25)
    assert () == await hooks.due(later - TICK)
    alone = await _take(store, hook, later)
    assert [3] == _positions(alone)
    assert await hooks.settle(alone, 1, None, later)
    assert 0 == (await _hook(store)).failures
    assert [4, 5, 6] == _positions(await _take(store, hook, later))


async def test_what_was_not_begun_is_given_back(store: Database) -> None:
    """A process that stops leaves the hook to the next at once, and counts no failure."""
    hook = await _subscribed(store)
    hooks = SqlHooks(store, VAULT)
    assert await hooks.settle(await _take(store, hook), 1, None, NOW)
    found = await _hook(store)
    assert (1, 0, NOW) == (found.position, found.failures, found.next_at)
    again = await _take(store, hook)
    assert await hooks.settle(again, 0, None, NOW)
    assert again.entries == (await _take(store, hook)).entries


async def test_no_more_is_handed_out_than_a_claim_lasts_for(store: Database) -> None:
    """A long line is told in parts."""
    hook = await _subscribed(store, customers=WINDOW)
    assert [*range(1, WINDOW + 1)] == _positions(await _take(store, hook))


async def test_a_dead_receiver_costs_one_event_a_day(store: Database) -> None:
    """It is tried for a day, each time at its own moment; then noted as missed and passed by."""
    hook = await _subscribed(store, customers=1)
    hooks = SqlHooks(store, VAULT)
    at, tries = NOW, 0
    while not (await _hook(store)).missed:
        assert await hooks.settle(await _take(store, hook, at), 0, BUSY, at)
        tries += 1
        at = max(at, (await _hook(store)).next_at)
    found = await _hook(store)
    assert DAY * 0.8 < at - NOW < DAY * 1.2
    assert 50 < tries < 150
    assert ((1,), 1, 0) == (found.missed, found.position, found.failures)
    (letter,) = await rows(store, schema.dead_letters)
    assert (hook, 1, "HTTP 503") == (letter.hook_id, letter.position, letter.reason)
    assert [2] == _positions(await _take(store, hook, at))


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        pytest.param(timedelta(minutes=7), timedelta(minutes=7), id="as-asked"),
        pytest.param(timedelta(days=7), timedelta(hours=1), id="no-longer-than-that"),
        pytest.param(timedelta(days=-7), timedelta(seconds=1), id="in-the-past"),
    ],
)
async def test_a_receiver_is_left_alone_as_long_as_it_asks(
    store: Database, asked: timedelta, expected: timedelta
) -> None:
    """Within reason: who asks for a week must still learn of a STOP."""
    hook = await _subscribed(store)
    fault = Fault(reason="HTTP 429", rest=asked)
    await SqlHooks(store, VAULT).settle(await _take(store, hook), 0, fault, NOW)
    assert expected * 0.75 <= (await _hook(store)).next_at - NOW <= expected * 1.25


async def test_who_is_gone_is_told_nothing_more(store: Database) -> None:
    """The subscription ends, and its secret is forgotten."""
    hook = await _subscribed(store)
    hooks = SqlHooks(store, VAULT)
    shipment = await _take(store, hook)
    assert await hooks.settle(shipment, 1, Fault(reason="HTTP 410", is_gone=True), NOW)
    found = await _hook(store)
    assert (1, NOW) == (found.position, found.removed_at)
    assert () == await hooks.due(NOW + DAY)
    assert await hooks.take(hook, NOW + DAY) is None
    assert [b""] == [row.sealed_secret for row in await rows(store, schema.hooks)]


async def test_a_hook_removed_while_it_is_told_stays_removed(store: Database) -> None:
    """What is noted afterwards does not bring it back; nor can it be removed twice."""
    hook = await _subscribed(store)
    hooks = SqlHooks(store, VAULT)
    shipment = await _take(store, hook)
    assert [True, False] == [await hooks.remove(hook, NOW) for _ in range(2)]
    assert not await hooks.settle(shipment, 6, None, NOW)
    assert () == await hooks.due(NOW + DAY)


async def test_what_was_missed_is_told_again(store: Database) -> None:
    """From the first that was missed on, in order, and it is missed no longer."""
    hook = await _subscribed(store)
    hooks = SqlHooks(store, VAULT)
    assert await hooks.redeliver(hook, None, NOW) is None
    at = NOW
    while not (await _hook(store)).missed:
        assert await hooks.settle(await _take(store, hook, at), 0, BUSY, at)
        at = max(at, (await _hook(store)).next_at)
    await hooks.settle(await _take(store, hook, at), 5, None, at)
    assert 1 == await hooks.redeliver(hook, None, at)
    assert ((), 0) == ((await _hook(store)).missed, (await _hook(store)).position)
    assert [1, 2, 3, 4, 5, 6] == _positions(await _take(store, hook, at))


async def test_it_is_told_again_from_wherever_is_said(store: Database) -> None:
    """Even while it is being told; what was on its way counts no more."""
    hook = await _subscribed(store)
    hooks = SqlHooks(store, VAULT)
    await hooks.settle(await _take(store, hook), 4, None, NOW)
    under_way = await _take(store, hook)
    assert 2 == await hooks.redeliver(hook, 2, NOW)
    assert not await hooks.settle(under_way, 2, None, NOW)
    assert [2, 3, 4, 5, 6] == _positions(await _take(store, hook))


@pytest.mark.parametrize("start", [0, -1, 5, 10**18])
async def test_nothing_is_passed_by_telling_again(store: Database, start: int) -> None:
    """Only what it has been told can be told again."""
    hook = await _subscribed(store)
    hooks = SqlHooks(store, VAULT)
    await hooks.settle(await _take(store, hook), 4, None, NOW)
    with pytest.raises(SettingBroken):
        await hooks.redeliver(hook, start, NOW)
    assert 4 == (await _hook(store)).position


async def test_there_is_nothing_to_tell_a_hook_that_is_not_there(store: Database) -> None:
    """Unknown or removed: none."""
    hooks = SqlHooks(store, VAULT)
    hook = await _subscribed(store)
    await hooks.remove(hook, NOW)
    assert [None, None] == [await hooks.redeliver(name, 1, NOW) for name in (hook, "nobody")]
    assert await hooks.take("nobody", NOW) is None


async def test_a_moment_from_before_the_clock_was_set_back_holds_nobody_up(
    store: Database,
) -> None:
    """A claim or a pause that ends far in the future is over."""
    hook = await _subscribed(store)
    hooks = SqlHooks(store, VAULT)
    await _take(store, hook, NOW + 365 * DAY)
    assert (hook,) == await hooks.due(NOW)
    assert [1, 2, 3, 4, 5, 6] == _positions(await _take(store, hook))


async def test_who_is_told_is_noted_with_each_customer(store: Database) -> None:
    """Once when it is first sent, not each time it is tried again; by the receiver's name."""
    hook = await _subscribed(store, customers=2)
    hooks, at = SqlHooks(store, VAULT), NOW
    for _ in range(3):
        await hooks.settle(await _take(store, hook, at), 0, BUSY, at)
        at = (await _hook(store)).next_at
    looks = await rows(store, schema.read_log)
    assert 2 == len({look.customer_id for look in looks}) == len(looks)
    assert {("hook:crm.lmt.lv", "feed", "2 decisions")} == {
        (look.viewer, look.reason_of_look, look.answer) for look in looks
    }
