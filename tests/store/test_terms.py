"""What the clock does is told to other systems once, on every database, by one process."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from consent.batches import Joining
from consent.decisions import SERVICE, Action, Subject
from storage import schema, terms
from storage.database import Database
from storage.feed import end_of
from storage.terms import LEASE, REST
from tests.store.batch_stage import number
from tests.store.feeds import read
from tests.store.stores import rows
from tests.store.term_stage import DAY, LEFT, OVER, TICK, World
from tests.store.test_ledger import NUMBER, OTHER, message


@pytest.fixture
def world(database: Database) -> World:
    """Return a world on each database."""
    return World(database)


async def test_a_consent_that_ran_out_is_told_once(world: World) -> None:
    """Not the instant before, then for 6 and 7 each, and never again; the standing stays."""
    await world.gave("loyalty", "loyalty_offers", "offers")
    await world.service(Action.ENDED)
    before = rows(world.database, schema.standing)
    decided = len(rows(world.database, schema.decisions))
    world.clock.at = OVER - TICK
    assert 0 == await world.round()
    world.clock.at = OVER + REST
    assert 2 == await world.round()
    assert [0, 0] == [await world.round(), await world.round("second")]
    events = {e["data"]["about"]["id"]: e for e in await world.told()}
    assert {"loyalty", "loyalty_offers"} == events.keys()
    one = events["loyalty"]
    assert "lv.consentassistant.v1.purpose.expired" == one["type"]
    assert "2028-01-15T22:00:00.000000Z" == one["time"]
    assert [NUMBER.value] == one["data"]["numbers"]
    assert before == rows(world.database, schema.standing)
    assert decided == len(rows(world.database, schema.decisions))


async def test_a_restart_in_time_is_no_end(world: World) -> None:
    """Whoever came back keeps their loyalty, and nobody is told otherwise."""
    await world.gave("loyalty")
    await world.service(Action.ENDED)
    world.clock.at = OVER - DAY
    await world.service(Action.RESTARTED)
    world.clock.at = OVER + DAY
    assert 0 == await world.round()


async def test_a_pause_that_is_over_is_told(world: World) -> None:
    """Once it is, and not if the consent was withdrawn meanwhile."""
    for address in (NUMBER, OTHER):
        await world.gave("location", address=address)
        pause = world.entry(Subject.purpose("location"), Action.PAUSED, address)
        await world.record(replace(pause, until=LEFT + DAY))
    world.clock.move(DAY / 2)
    assert 0 == await world.round()
    gone = world.entry(Subject.purpose("location"), Action.WITHDRAWN, OTHER)
    await world.record(gone)
    world.clock.at = LEFT + DAY
    assert 1 == await world.round()
    (event,) = await world.told()
    assert ("pause_ended", [NUMBER.value]) == (event["data"]["action"], event["data"]["numbers"])


async def test_what_came_before_it_is_read_before_it(world: World) -> None:
    """In the feed an end follows the decisions until then, and precedes those after it."""
    await world.gave("loyalty")
    await world.service(Action.ENDED)
    world.clock.at = OVER
    await world.round()
    await world.desk.handle(replace(message("m"), received_at=world.clock.now()))
    await world.told()
    entries = await read(world.database)
    actions = [entry.event["data"]["action"] for entry in entries]
    assert ["given", "ended", "expired", "refused", "refused"] == actions


async def test_whoever_was_joined_is_told_of_once(world: World) -> None:
    """Only the one customer's consents run out, not those of the record that was kept."""
    for address in (NUMBER, OTHER):
        await world.gave("loyalty", address=address)
        await world.service(Action.ENDED, address)
    world.clock.move(DAY)
    both = Joining(
        brand="lmt", address=NUMBER, other=OTHER, said_at=LEFT, actor="crm", door="import"
    )
    await world.record(both)
    start = await world.database.read(lambda c: end_of("lmt", c))
    world.clock.at = OVER
    assert 1 == await world.round()
    expired = [e for e in await world.told(start) if e["data"]["action"] == "expired"]
    assert {NUMBER.value, OTHER.value} == set(expired[0]["data"]["numbers"])


async def test_it_goes_on_where_it_stopped(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """In portions, each a transaction; a process that died leaves its place to the next."""
    monkeypatch.setattr(terms, "PORTION", 2)
    for index in range(5):
        await world.gave("loyalty", address=number(index))
        await world.service(Action.ENDED, number(index))
    world.clock.at = OVER
    first = await world.sweep().step(world.clock.now())
    assert (2, True) == (first.told, first.more)
    other = world.sweep("second")
    assert 0 == (await other.step(world.clock.now())).told
    world.clock.move(LEASE)
    assert 2 == (await other.step(world.clock.now())).told
    await other.release(world.clock.now())
    last = await world.sweep().step(world.clock.now())
    assert (1, False) == (last.told, last.more)
    assert not (await world.sweep().step(world.clock.now())).more
    assert 5 == len(await world.told())


async def test_two_at_once_tell_it_once(world: World) -> None:
    """Even if both believe that the work is theirs."""
    await world.gave("loyalty")
    await world.service(Action.ENDED)
    world.clock.at = OVER
    now = world.clock.now()
    await asyncio.gather(*(world.sweep(x).step(now) for x in ("first", "second", "third")))
    assert 1 == len(await world.told())


async def test_a_clock_set_back_stops_nobody(world: World) -> None:
    """A lease from the future, taken by a clock that ran ahead, is none."""
    await world.gave("loyalty")
    await world.service(Action.ENDED)
    world.clock.at = OVER + 400 * DAY
    assert 1 == await world.round()
    world.clock.at = OVER
    await world.gave("loyalty", address=OTHER)
    ended = world.entry(SERVICE, Action.ENDED, OTHER)
    await world.record(replace(ended, said_at=LEFT))
    assert 1 == await world.round("second")


async def test_a_lease_of_others_is_left_alone(world: World) -> None:
    """Who has no work to let go of lets go of nothing."""
    await world.gave("loyalty")
    await world.sweep().step(world.clock.now())
    before = rows(world.database, schema.leases)
    await world.sweep("second").release(world.clock.now())
    assert before == rows(world.database, schema.leases)
