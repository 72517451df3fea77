"""The change feed: every decision once, in each customer's order, however late it commits."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, make_url
from sqlalchemy.ext.asyncio import create_async_engine

from consent.chain import stamp
from consent.decisions import Decision
from consent.errors import StoreUnavailable
from consent.feed import Entry
from consent.forgetting import Forgetting, parting
from consent.replies import Option
from storage import relay as relaying
from storage import schema
from storage.database import Database, open_database
from storage.ids import SystemEntropy
from storage.ledger import SqlLedger
from storage.migration import migrate
from storage.moments import to_store
from storage.relay import LEASE, MOST
from storage.sqlite import SqliteDatabase
from storage.turns import Turns
from storage.writes import feed_row
from tests.store.feeds import NOW, history, ids_by_customer, number, read, relay, rows, says
from tests.store.servers import Server
from tests.store.stores import VAULT
from tests.store.test_ledger import desk, message

#: Moves what waits, but is killed when everything has its place and is to be settled.
_KILLED = """
import asyncio, os, signal, sys
from datetime import UTC, datetime
from sqlalchemy import Engine, event
from storage.database import open_database
from storage.relay import FeedRelay

@event.listens_for(Engine, "before_cursor_execute")
def die(connection, cursor, statement, parameters, context, executemany):
    if statement.startswith("UPDATE outbox"):
        os.kill(os.getpid(), signal.SIGKILL)

relay = FeedRelay(open_database(sys.argv[1]), ["lmt"], "killed")
asyncio.run(relay.move(datetime.fromisoformat(sys.argv[2])))
"""


@pytest.fixture
def store(database: Database) -> Database:
    """Return each kind of store, empty."""
    return database


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return where each kind of store is, in turn."""
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres").fresh())
    return f"sqlite:///{tmp_path}/feed.db"


async def test_a_decision_is_read_as_it_was_made(store: Database) -> None:
    """What the ledger holds of it comes out, with the customer's number, as a CloudEvent."""
    await says(store, "m1")
    assert 2 == await relay(store).move(NOW)
    entries, decisions = await read(store), await history(store)
    assert [1, 2] == [entry.position for entry in entries]
    for entry, decision in zip(entries, decisions, strict=True):
        assert {
            "specversion": "1.0",
            "id": decision.id,
            "source": "/consent/lmt",
            "type": "lv.consentassistant.v1.purpose.refused",
            "subject": decision.customer,
            "time": stamp(decision.recorded_at),
            "datacontenttype": "application/json",
            "data": {
                "brand": "lmt",
                "customer": decision.customer,
                "numbers": [number(0).value],
                "position": decision.position,
                "about": {"kind": "purpose", "id": decision.subject.id},
                "action": "refused",
                "said_at": stamp(decision.said_at),
                "until": None,
                "notice": None,
                "door": "sms",
                "actor": "customer",
            },
        } == entry.event


async def test_what_decides_nothing_is_no_news(store: Database) -> None:
    """A message without a decision leaves nothing to hand on."""
    await says(store, "m1", what=Option(name="menu"))
    assert 0 == await relay(store).move(NOW)
    assert [] == await rows(store, schema.outbox)


async def test_what_was_handed_on_waits_no_more(store: Database) -> None:
    """It is settled, does not take up space twice, and comes no second time."""
    await says(store, "m1")
    assert [2, 0] == [await relay(store).move(NOW) for _ in range(2)]
    (settled,) = await rows(store, schema.outbox)
    assert (to_store(NOW), "sent", b"") == (
        settled.sent_at,
        settled.outcome,
        settled.sealed_payload,
    )


async def test_nothing_in_it_says_who_it_was(store: Database) -> None:
    """Neither what waits nor what is kept names anybody: numbers are added when it is read."""
    await says(store, "m1")
    waiting = await rows(store, schema.outbox)
    await relay(store).move(NOW)
    kept = await rows(store, schema.feed)
    assert (1, 2) == (len(waiting), len(kept))
    assert number(0).value[1:] not in f"{waiting}{kept}"
    assert "20000000" not in f"{waiting}{kept}"


async def test_every_customer_is_read_in_order_while_all_write_at_once(store: Database) -> None:
    """Two relays at the same time as many writers: positions without gaps, each chain in order."""
    relays, done = [relay(store, name) for name in ("one", "two")], asyncio.Event()

    async def write(who: int) -> None:
        for step in range(4):
            await says(store, f"{who}-{step}", who, Option(name="pause", purpose="location"))
            await says(store, f"{who}-{step}s", who)

    async def move(index: int) -> int:
        moved, at = 0, NOW
        while not done.is_set():
            # Each lease is over before the other relay asks.
            at += 2 * LEASE
            moved += await relays[index].move(at)
            await asyncio.sleep(0)
        return moved

    moving = [asyncio.create_task(move(index)) for index in range(2)]
    await asyncio.gather(*map(write, range(8)))
    done.set()
    moved = sum(await asyncio.gather(*moving))
    moved += await relays[0].move(NOW + timedelta(days=1))
    entries = await read(store)
    assert [*range(1, moved + 1)] == [entry.position for entry in entries]
    chains = [await history(store, who) for who in range(8)]
    assert {chain[0].customer: [d.id for d in chain] for chain in chains} == ids_by_customer(
        entries
    )


async def test_a_late_commit_is_not_skipped(postgres: Server) -> None:
    """A transaction that began first and commits last is read by who had read all before it."""
    url = postgres.fresh()
    async with AsyncExitStack() as stack:
        store = open_database(url)
        stack.push_async_callback(store.close)
        engine = create_async_engine(make_url(url).set(drivername="postgresql+asyncpg"))
        stack.push_async_callback(engine.dispose)
        slow = await stack.enter_async_context(engine.connect())
        late = replace(message("late"), address=number(1))
        work = partial(desk(SqlLedger(store, VAULT))._work, late)
        await slow.run_sync(partial(Turns(store, VAULT)._answer_all, [(late, work)]))
        await says(store, "quick", 2)
        assert 2 == await relay(store).move(NOW)
        before = await read(store)
        await slow.commit()
        assert 2 == await relay(store).move(NOW)
        after = await read(store, before[-1].position)
    assert [number(2).value] * 2 == [entry.event["data"]["numbers"][0] for entry in before]
    assert [number(1).value] * 2 == [entry.event["data"]["numbers"][0] for entry in after]
    assert [1, 2, 3, 4] == [entry.position for entry in (*before, *after)]


async def test_a_relay_killed_half_way_loses_and_doubles_nothing(url: str) -> None:
    """Killed after it gave places and before it settled what waited: all of it is done again."""
    store = open_database(url)
    await asyncio.to_thread(migrate, store)
    await says(store, "m1")
    root = Path(__file__).parents[2]
    program = [sys.executable, "-c", _KILLED, url, NOW.isoformat()]
    killed = await asyncio.to_thread(
        subprocess.run,
        program,
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root)},
        check=False,
        capture_output=True,
    )
    assert -signal.SIGKILL == killed.returncode, killed.stderr
    assert () == await read(store)
    assert 2 == await relay(store).move(NOW)
    assert [d.id for d in await history(store)] == [entry.id for entry in await read(store)]
    await store.close()


async def test_one_process_relays_at_a_time(store: Database) -> None:
    """The others wait until its lease is over, or was given back."""
    first, second = relay(store, "first"), relay(store, "second")
    await says(store, "m1")
    assert 2 == await first.move(NOW)
    await says(store, "m2", 1)
    assert 0 == await second.move(NOW + LEASE - timedelta(microseconds=1))
    assert 2 == await second.move(NOW + LEASE)
    await says(store, "m3", 2)
    assert 0 == await first.move(NOW + LEASE)
    await second.release()
    assert 2 == await first.move(NOW + LEASE)


async def test_a_lease_from_before_the_clock_was_set_back_holds_nobody_up(store: Database) -> None:
    """One that ends later than any lease could is none."""
    await says(store, "m1")
    assert 2 == await relay(store, "ahead").move(NOW + timedelta(days=365))
    await says(store, "m2", 1)
    assert 2 == await relay(store).move(NOW)


async def test_chains_are_in_order_whatever_the_clocks_said(
    store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Replicas whose clocks differ, and more than is handed on at once: no chain is turned."""
    monkeypatch.setattr(relaying, "MOST", 3)
    dice = random.Random(7)  # noqa: S311 - the same each time
    for who in range(4):
        await says(store, f"first-{who}", who)
    made = [(await history(store, who))[0] for who in range(4)]
    chains = {d.customer: [_later(d, place, dice) for place in range(3, 12)] for d in made}
    await store.write(
        lambda c: c.execute(
            schema.outbox.insert(), [feed_row([d]) for chain in chains.values() for d in chain]
        )
    )
    batches = 0
    while await relay(store).move(NOW):
        batches += 1
    read_of = ids_by_customer(await read(store))
    assert batches > 1
    for customer, chain in chains.items():
        assert [d.id for d in chain] == read_of[customer][2:]


def _later(decision: Decision, place: int, dice: random.Random) -> Decision:
    moment = decision.recorded_at + timedelta(seconds=dice.randint(-50, 50))
    name = f"{decision.customer}-{place}"
    return replace(decision, id=name, position=place, recorded_at=moment)  # type: ignore[arg-type]


async def test_a_backlog_is_handed_on_in_parts(store: Database) -> None:
    """No transaction takes all of it, so that messages are answered in between."""
    await says(store, "m1")
    (decision, _) = await history(store)
    many = [
        replace(decision, id=f"d{place}", position=place)  # type: ignore[arg-type]
        for place in range(3, MOST + 30)
    ]
    others = [replace(d, customer=f"c{d.position}") for d in many]  # type: ignore[arg-type]
    await store.write(lambda c: c.execute(schema.outbox.insert(), [feed_row([d]) for d in others]))
    first = await relay(store).move(NOW)
    assert MOST <= first < len(others) + 2
    assert len(others) + 2 == first + await relay(store).move(NOW)


async def test_brands_are_sealed_from_each_other(store: Database) -> None:
    """Who reads one brand's feed sees nothing of the other's (law 7)."""
    await says(store, "m1")
    await says(store, "m2", brand="amigo")
    assert 4 == await relay(store).move(NOW)
    for brand in ("lmt", "amigo"):
        entries = await read(store, brand=brand)
        assert [brand] * 2 == [entry.event["data"]["brand"] for entry in entries]


async def test_a_page_ends_where_the_next_begins(store: Database) -> None:
    """However small the pages are, all is read once."""
    for who in range(3):
        await says(store, f"m{who}", who)
    await relay(store).move(NOW)
    found: list[Entry] = []
    after = 0
    while page := await read(store, after, limit=4):
        assert len(page) <= 4
        found += page
        after = page[-1].position
    assert await read(store) == tuple(found)


async def test_who_is_forgotten_has_no_number_any_more(store: Database) -> None:
    """Their decisions are read on, under the pseudonym alone; so is a number that moved."""
    for who in range(3):
        await says(store, f"m{who}", who)
    owners = [(await history(store, who))[0].customer for who in range(3)]
    await relay(store).move(NOW)

    def forget_and_move(connection: Connection) -> None:
        people, places = schema.customers, schema.addresses
        mine = people.c.customer_id == owners[0]
        connection.execute(people.update().where(mine).values(wrapped_key=None))
        theirs = places.c.customer_id == owners[1]
        connection.execute(places.delete().where(theirs))

    await store.write(forget_and_move)
    numbers = {e.customer: e.event["data"]["numbers"] for e in await read(store)}
    assert {owners[0]: [], owners[1]: [], owners[2]: [number(2).value]} == numbers


async def test_what_forgetting_ends_is_told(store: Database) -> None:
    """The last thing other systems learn of a pseudonym is that nothing stands any more."""
    await says(store, "m1", what=Option(name="grant", purpose="traffic"))
    await says(store, "m2", what=Option(name="agree", purpose="traffic"))
    owner = (await history(store))[0].customer
    wanted = Forgetting(brand="lmt", address=number(0), reason="asked", actor="staff", at=NOW)
    await SqlLedger(store, VAULT).forget(wanted, parting(wanted, SystemEntropy()))
    await relay(store).move(NOW)
    last = (await read(store))[-1]
    data = last.event["data"]
    assert (owner, []) == (last.customer, data["numbers"])
    assert ({"kind": "purpose", "id": "traffic"}, "withdrawn") == (data["about"], data["action"])


async def test_a_number_that_cannot_be_read_holds_nobody_up(
    store: Database, caplog: pytest.LogCaptureFixture
) -> None:
    """A damaged seal costs that customer's number alone, and is logged without it."""
    await says(store, "m1", 1)
    await says(store, "m2", 2)
    damaged = (await history(store, 1))[0].customer
    table = schema.addresses
    change = table.update().where(table.c.customer_id == damaged).values(sealed_address=b"x" * 40)
    await store.write(lambda c: c.execute(change))
    await relay(store).move(NOW)
    found = [entry.event["data"]["numbers"] for entry in await read(store)]
    assert [[], [], [number(2).value], [number(2).value]] == found
    assert damaged in caplog.text


async def test_what_cannot_be_read_holds_nobody_up(
    store: Database, caplog: pytest.LogCaptureFixture
) -> None:
    """Damaged, it is set aside to be looked at, and said aloud; the rest goes on."""
    await says(store, "m1", 1)
    await says(store, "m2", 2)
    table, damaged = schema.outbox, (await history(store, 1))[0].customer
    change = table.update().where(table.c.customer_id == damaged).values(sealed_payload=b"{")
    await store.write(lambda c: c.execute(change))
    assert [2, 0] == [await relay(store).move(NOW) for _ in range(2)]
    found = {
        row.customer_id: (row.outcome, row.sealed_payload) for row in await rows(store, table)
    }
    assert ("refused", b"{") == found.pop(damaged)
    assert [("sent", b"")] == list(found.values())
    assert damaged in caplog.text


async def test_nobody_reads_unseen(store: Database) -> None:
    """Each page is in the read log of each customer whose decisions were on it (law 9)."""
    await says(store, "m1", 1)
    await says(store, "m2", 2)
    await relay(store).move(NOW)
    assert 3 == len(await read(store, limit=3))
    looks = await rows(store, schema.read_log)
    found = {look.customer_id: (look.viewer, look.reason_of_look, look.answer) for look in looks}
    first, second = [(await history(store, who))[0].customer for who in (1, 2)]
    assert {
        first: ("system:tool", "feed", "2 decisions"),
        second: ("system:tool", "feed", "1 decision"),
    } == found
    assert () == await read(store, 4)
    assert 2 == len(await rows(store, schema.read_log))


async def test_a_store_that_is_gone_shows_nothing(file_database: SqliteDatabase) -> None:
    """What cannot be noted is not shown; what cannot be moved waits."""
    await says(file_database, "m1")
    await relay(file_database).move(NOW)
    file_database.file.unlink()
    first = relay(file_database)
    for attempt in (read(file_database), first.move(NOW), first.release()):
        with pytest.raises(StoreUnavailable):
            await attempt
