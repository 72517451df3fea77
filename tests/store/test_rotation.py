"""A root key is replaced: nothing is lost, whoever is killed and whenever, and nobody waits."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from consent.errors import SealBroken, SettingBroken, StoreUnavailable
from consent.forgetting import Forgetting, parting
from storage import schema
from storage import vault as vault_module
from storage.database import Database
from storage.feed import Reading, SqlFeed
from storage.hooks import SqlHooks
from storage.keys import wrapping_root
from storage.ledger import SqlLedger
from storage.postgres import PostgresDatabase
from storage.rotation import Rotation, RotationRefused
from storage.sqlite import SqliteDatabase
from storage.strays import SqlStrays
from storage.vault import RootKeyUnknown, Vault, bound_key
from tests.builders import CountedEntropy
from tests.forked import Program, nursery
from tests.store.batch_stage import no, number
from tests.store.feeds import relay
from tests.store.key_stage import (
    NEW,
    NEWER,
    OLD,
    PEOPLE,
    STRAY,
    bring_with,
    filled,
    opened,
    read_all,
    rotated,
    stop,
    tallied,
)
from tests.store.servers import Server
from tests.store.stores import rows
from tests.store.test_ledger import CLOCK

#: Pages of two rows that a whole walk takes: seven customers, three strays, two hooks.
PAGES = 4 + 2 + 2


@pytest.fixture(params=["sqlite", "postgres"])
async def place(
    request: pytest.FixtureRequest, made: Callable[[str], Database], tmp_path: Path
) -> AsyncIterator[tuple[str, Database]]:
    """Return a fresh database of each kind, and its URL."""
    if request.param == "postgres":
        running: Server = request.getfixturevalue("postgres")
        url = running.fresh()
        database: Database = PostgresDatabase(url)
    else:
        url, database = f"sqlite:///{tmp_path}/ledger.db", made("sqlite")
    yield url, database
    await database.close()


async def test_a_new_store_s_address_index_belongs_to_no_root(database: Database) -> None:
    """Whoever gets a root key without the store cannot hash a single number as it does."""
    vault = opened(database, OLD)
    assert vault.index not in {Vault(OLD).index, OLD}
    (row,) = rows(database, schema.root_keys)
    assert vault.index not in row.sealed_index
    assert vault.index == opened(database, OLD).index


async def test_everything_opens_with_the_new_key_alone(database: Database) -> None:
    """Customers are found by their numbers, evidence, strays and secrets open, chains verify."""
    vault = opened(database, OLD)
    await filled(database, vault)
    before = await read_all(database, vault)
    both = opened(database, NEW, OLD)
    tally = await rotated(database, both)
    assert {"customers": PEOPLE, "strays": 3, "hooks": 2} == dict(tally.old)
    assert before == await read_all(database, both)
    await Rotation(database, both).retire()
    assert before == await read_all(database, opened(database, NEW))


async def test_a_store_from_before_there_were_labels_is_rotated(database: Database) -> None:
    """Its root gave the address index: that key stays, so that nobody becomes a stranger."""
    await filled(database, Vault(OLD))
    before = await read_all(database, Vault(OLD))
    _unlabel(database)
    both = opened(database, NEW, OLD)
    assert Vault(OLD).index == both.index
    assert before == await read_all(database, both)
    await rotated(database, both)
    await Rotation(database, both).retire()
    assert before == await read_all(database, opened(database, NEW))


async def test_a_store_from_before_keeps_its_index_from_the_first_start(
    database: Database,
) -> None:
    """Once opened, its address index is kept by itself, sealed."""
    await filled(database, Vault(OLD))
    _unlabel(database)
    vault = opened(database, OLD)
    (row,) = rows(database, schema.root_keys)
    assert vault.roots[0].open_index(row.sealed_index) == Vault(OLD).index


@pytest.mark.parametrize("pages", [0, 1, 3, 4, 5, 7, PAGES])
async def test_whoever_is_stopped_between_chunks_goes_on(database: Database, pages: int) -> None:
    """After any number of chunks all opens with both keys, and a second run does the rest."""
    vault = opened(database, OLD)
    await filled(database, vault)
    before = await read_all(database, vault)
    both = opened(database, NEW, OLD)
    first = await rotated(database, both, pages) if pages else None
    assert before == await read_all(database, opened(database, NEW, OLD))
    second = await rotated(database, opened(database, NEW, OLD))
    done = first.old.total() if first else 0
    assert PEOPLE + 5 == done + second.old.total()
    assert 0 == (await rotated(database, both)).old.total()
    await Rotation(database, both).retire()
    assert before == await read_all(database, opened(database, NEW))


_KILLED = """
import asyncio, os, sys
from storage import rotation as module
from storage.database import open_database
from tests.store.key_stage import NEW, OLD, opened, rotated

url, when, at = sys.argv[1], sys.argv[2], int(sys.argv[3])
real, calls = getattr(module.Rotation, when), []

def dying(self, *a):
    found = real(self, *a)
    calls.append(1)
    if len(calls) == at:
        # All is written, nothing is committed.
        os._exit(9)
    return found

setattr(module.Rotation, when, dying)
database = open_database(url)
vault = opened(database, NEW, OLD)
asyncio.run(rotated(database, vault))
os._exit(1)
"""


@pytest.mark.parametrize(
    ("when", "at"),
    [
        pytest.param("_begin", 1, id="beginning"),
        pytest.param("_rewrap", 1, id="first-chunk"),
        pytest.param("_rewrap", 3, id="among-customers"),
        pytest.param("_rewrap", 6, id="among-strays"),
    ],
)
async def test_a_process_that_is_killed_leaves_a_store_that_opens(
    place: tuple[str, Database], when: str, at: int, tmp_path: Path
) -> None:
    """Killed within a chunk, nothing of the chunk is done; the rest is, and goes on."""
    url, database = place
    vault = opened(database, OLD)
    await filled(database, vault)
    before = await read_all(database, vault)
    done = await asyncio.to_thread(
        nursery().run,
        Program(_KILLED, ("storage.postgres", "storage.sqlite", "tests.store.key_stage")),
        ["killed", url, when, str(at)],
        tmp_path,
        os.environ,
    )
    assert 9 == done.returncode
    both = opened(database, NEW, OLD)
    assert before == await read_all(database, both)
    if when == "_begin":
        assert before == await read_all(database, opened(database, OLD))
    await rotated(database, both)
    await Rotation(database, both).retire()
    assert before == await read_all(database, opened(database, NEW))


async def test_two_rotations_in_a_row_lose_nothing(database: Database) -> None:
    """The second overtakes the first, which was never finished: three keys, then one."""
    vault = opened(database, OLD)
    await filled(database, vault)
    before = await read_all(database, vault)
    await rotated(database, opened(database, NEW, OLD), pages=3)
    with pytest.raises(SettingBroken, match="not in the file"):
        opened(database, NEWER, NEW)
    three = opened(database, NEWER, NEW, OLD)
    await stop(database, three, number(70))
    await rotated(database, three, pages=2)
    assert before == await read_all(database, opened(database, NEWER, NEW, OLD))
    await rotated(database, three)
    gone = await Rotation(database, three).retire()
    assert {root.check for root in three.roots[1:]} == set(gone)
    assert before == await read_all(database, opened(database, NEWER))


async def test_an_overtaken_rotation_stops(database: Database) -> None:
    """Whoever still rotates to a key that was replaced seals nothing more under it."""
    both = opened(database, NEW, OLD)
    await filled(database, both)
    pages = Rotation(database, both, 2)
    await pages.begin()
    walk = pages.rewrap()
    await anext(walk)
    await Rotation(database, opened(database, NEWER, NEW, OLD)).begin()
    with pytest.raises(RootKeyUnknown):
        await anext(walk)
    await Rotation(database, opened(database, OLD, NEW, NEWER)).begin()
    with pytest.raises(RotationRefused):
        await tallied(pages.rewrap())


async def test_a_server_that_knows_both_keys_goes_on(database: Database) -> None:
    """Started before the rotation, it wraps with the old key until then, the new one after."""
    opened(database, OLD)
    server = opened(database, NEW, OLD)
    new, old = server.roots
    await stop(database, server, number(1))
    assert [old.label] == _labels(database)
    await Rotation(database, server).begin()
    await stop(database, server, number(1))
    await stop(database, server, number(2))
    await SqlStrays(database, server).keep(STRAY)
    await SqlHooks(database, server).add("lmt", "https://crm.lmt.lv/a", CLOCK.now())
    await bring_with(database, server, no(address=number(3)))
    assert sorted([old.label, new.label, new.label]) == _labels(database)
    (stray,), (hook,) = rows(database, schema.strays), rows(database, schema.hooks)
    assert stray.sealed_stray.startswith(new.label)
    assert hook.sealed_secret.startswith(new.label)


async def test_a_server_that_knows_the_old_key_alone_writes_nothing_wrong(
    database: Database,
) -> None:
    """It refuses whoever is new and what was wrapped anew, and is refused at its next start."""
    server = opened(database, OLD)
    await filled(database, server)
    both = opened(database, NEW, OLD)
    await rotated(database, both, pages=4)
    await relay(database).move(CLOCK.now())
    reading = Reading(brand="lmt", after=0, limit=9, viewer="system:tool", at=CLOCK.now())
    before = {table: rows(database, table) for table in schema.metadata.sorted_tables}
    deeds: list[Callable[[], Awaitable[object]]] = [
        lambda: stop(database, server, number(0)),
        lambda: stop(database, server, number(99)),
        lambda: SqlStrays(database, server).keep(replace(STRAY, message_id="new")),
        lambda: SqlHooks(database, server).add("lmt", "https://crm.lmt.lv/c", CLOCK.now()),
        lambda: bring_with(database, server, no(address=number(98))),
        lambda: SqlFeed(database, server).read(reading),
    ]
    for deed in deeds:
        with pytest.raises(StoreUnavailable, match=f"{both.roots[0].name}.*restart it"):
            await deed()
    assert before == {table: rows(database, table) for table in schema.metadata.sorted_tables}
    with pytest.raises(SettingBroken, match=f"was replaced by {both.roots[0].name}"):
        opened(database, OLD)


async def test_who_was_not_wrapped_anew_yet_is_answered_by_every_server(
    database: Database,
) -> None:
    """Right after the beginning a server with the old key alone still serves those it knows."""
    server = opened(database, OLD)
    await filled(database, server)
    await Rotation(database, opened(database, NEW, OLD)).begin()
    await stop(database, server, number(0))


async def test_who_is_forgotten_meanwhile_stays_forgotten(database: Database) -> None:
    """Forgotten before, between or beside chunks: no key comes back, and every no stays."""
    both = opened(database, NEW, OLD)
    await filled(database, both, people=12)
    ledger, entropy = SqlLedger(database, both), CountedEntropy()

    async def forget(index: int) -> None:
        at = CLOCK.now()
        wanted = Forgetting(
            brand="lmt", address=number(index), reason="request", actor="cli:dpo", at=at
        )
        await ledger.forget(wanted, parting(wanted, entropy))

    rotation = Rotation(database, both, 2)
    await forget(0)
    await rotation.begin()
    walk = rotation.rewrap()
    await anext(walk)
    for index in (1, 11):
        await forget(index)
    await asyncio.gather(tallied(walk), *(forget(index) for index in range(4, 8)))
    gone = {0, 1, 4, 5, 6, 7, 11}
    for index in range(12):
        customer = await ledger.customer_of("lmt", number(index))
        assert (customer is None) == (index in gone)
    assert len(gone) == sum(row.wrapped_key is None for row in rows(database, schema.customers))
    assert len(gone) == len(rows(database, schema.tombstones))
    await rotation.retire()
    again = opened(database, NEW)
    assert {row.address_hash for row in rows(database, schema.tombstones)} == {
        again.address_hash("lmt", number(index)) for index in gone
    }


async def test_messages_that_arrive_meanwhile_are_all_answered(database: Database) -> None:
    """Customers old and new write while the key is replaced: each is in the ledger, once."""
    both = opened(database, NEW, OLD)
    await filled(database, both, people=20)
    stops = (stop(database, both, number(index)) for index in range(10, 40))
    await asyncio.gather(rotated(database, both), *stops)
    assert {both.roots[0].label} == set(_labels(database))
    await Rotation(database, both).retire()
    await read_all(database, opened(database, NEW), people=40)


async def test_whoever_was_just_wrapping_is_waited_for(postgres: Server) -> None:
    """A replica in the middle of a transaction ends it first; what it wrote is wrapped anew."""
    url = postgres.fresh()
    database, other = PostgresDatabase(url), PostgresDatabase(url)
    opened(database, OLD)
    both = opened(database, NEW, OLD)

    def slow(connection: Connection) -> None:
        wrapping_root(both, connection)
        connection.execute(text("SELECT pg_sleep(0.6)"))

    began = asyncio.get_running_loop().time()
    waiting = asyncio.create_task(other.write(slow))
    await asyncio.sleep(0.2)
    assert await Rotation(database, both).begin()
    assert 0.5 < asyncio.get_running_loop().time() - began
    await waiting
    root = await other.write(lambda c: wrapping_root(both, c))
    assert both.roots[0] is root
    await database.close()
    await other.close()


async def test_a_replica_that_waited_for_the_rotation_finds_the_new_key(
    postgres: Server,
) -> None:
    """Whoever wants to wrap at the very moment does so under the new key, or not at all."""
    url = postgres.fresh()
    database, other = PostgresDatabase(url), PostgresDatabase(url)
    opened(database, OLD)
    both, rotation = opened(database, NEW, OLD), Rotation(database, opened(database, NEW, OLD))

    def slow(connection: Connection) -> None:
        rotation._begin(connection)
        connection.execute(text("SELECT pg_sleep(0.6)"))

    waiting = asyncio.create_task(database.write(slow))
    await asyncio.sleep(0.2)
    root = await other.write(lambda c: wrapping_root(both, c))
    assert both.roots[0] is root
    with pytest.raises(RootKeyUnknown):
        await other.write(lambda c: wrapping_root(Vault(OLD), c))
    await waiting
    await database.close()
    await other.close()


async def test_a_key_that_is_needed_is_not_retired(database: Database) -> None:
    """Before a rotation, and in the middle of one, the refusal says how much is left."""
    vault = opened(database, OLD)
    await filled(database, vault)
    both = opened(database, NEW, OLD)
    assert () == await Rotation(database, both).retire()
    await rotated(database, both, pages=2)
    with pytest.raises(RotationRefused, match="customers: 3, strays: 3, hooks: 2"):
        await Rotation(database, both).retire()
    assert 2 == len(rows(database, schema.root_keys))


async def test_a_key_that_was_taken_away_too_early_is_asked_for(database: Database) -> None:
    """A store that needs a replaced key does not open without it, and does not forget it."""
    await filled(database, opened(database, OLD))
    both = opened(database, NEW, OLD)
    await rotated(database, both, pages=1)
    name = both.roots[1].name
    with pytest.raises(SettingBroken, match=f"key {name} is not in the file"):
        opened(database, NEW)
    with pytest.raises(RotationRefused, match=f"{name}; put them back"):
        await Rotation(database, opened(database, NEW, complete=False)).retire()
    await rotated(database, both)
    await Rotation(database, opened(database, NEW, complete=False)).retire()
    await read_all(database, opened(database, NEW))


async def test_what_nobody_can_read_keeps_nobody_waiting(database: Database) -> None:
    """An altered value is told of and left as it is; no key is needed for it."""
    await filled(database, opened(database, OLD))
    table = schema.strays
    broken = table.update().where(table.c.message_id == "SM1").values(sealed_stray=b"rubbish")
    database.write_now(lambda c: c.execute(broken).rowcount)
    both = opened(database, NEW, OLD)
    tally = await rotated(database, both)
    assert (1, 2) == (tally.broken, tally.old["strays"])
    assert 1 == len(await Rotation(database, both).retire())


async def test_what_does_not_open_may_need_a_key_that_is_missing(database: Database) -> None:
    """With values that no key opens, nothing is forgotten unless every key was tried."""
    await filled(database, opened(database, OLD))
    await rotated(database, opened(database, NEW, OLD))
    table = schema.strays
    broken = table.update().where(table.c.message_id == "SM1").values(sealed_stray=b"rubbish")
    database.write_now(lambda c: c.execute(broken).rowcount)
    with pytest.raises(RotationRefused, match=r" 1 values do not open, .*; put them back"):
        await Rotation(database, opened(database, NEW, complete=False)).retire()
    assert 2 == len(rows(database, schema.root_keys))


async def test_a_hook_that_was_removed_has_nothing_to_wrap(database: Database) -> None:
    """Its secret is gone, and stays so."""
    vault = opened(database, OLD)
    hooks = SqlHooks(database, vault)
    hook, _ = await hooks.add("lmt", "https://crm.lmt.lv/a", CLOCK.now())
    await hooks.remove(hook, CLOCK.now())
    assert 0 == (await rotated(database, opened(database, NEW, OLD))).old.total()
    assert [b""] == [row.sealed_secret for row in rows(database, schema.hooks)]


async def test_nothing_of_the_old_seal_is_left_in_the_file(file_database: SqliteDatabase) -> None:
    """What the old key had wrapped lies neither in the file nor in the log beside it."""
    await filled(file_database, opened(file_database, OLD))
    old = [row.wrapped_key for row in rows(file_database, schema.customers)]
    await rotated(file_database, opened(file_database, NEW, OLD))
    files = file_database.file.parent.glob(f"{file_database.file.name}*")
    left = b"".join(path.read_bytes() for path in files)
    assert [] == [wrapped for wrapped in old if wrapped in left]


async def test_a_value_is_tied_to_its_place_as_before(database: Database) -> None:
    """Wrapped anew, one customer's key still opens for nobody else."""
    both = opened(database, NEW, OLD)
    await filled(database, both)
    await rotated(database, both)
    first, second, *_ = rows(database, schema.customers)
    assert 32 == len(both.wrap.open(first.wrapped_key, bound_key(first.customer_id)))
    with pytest.raises(SealBroken):
        both.wrap.open(first.wrapped_key, bound_key(second.customer_id))


async def test_an_altered_index_is_not_used(database: Database) -> None:
    """With another index every customer would be a stranger: the store is not opened."""
    opened(database, OLD)
    change = schema.root_keys.update().values(sealed_index=b"x" * 60)
    database.write_now(lambda c: c.execute(change).rowcount)
    with pytest.raises(SettingBroken, match="altered"):
        opened(database, OLD)


async def test_batches_know_their_customers_after_a_rotation(database: Database) -> None:
    """An import that is repeated after the rotation finds what it brought before."""
    vault = opened(database, OLD)
    first = await bring_with(database, vault, no(address=number(1)))
    both = opened(database, NEW, OLD)
    await rotated(database, both)
    again = await bring_with(database, both, no(address=number(1)))
    assert [fate.decision for fate in first] == [fate.decision for fate in again]
    assert [True] == [fate.again for fate in again]


def test_whatever_is_sealed_under_a_root_is_wrapped_anew() -> None:
    """No other part of the store seals under one; tickets leave the house and run out."""
    folder = Path(vault_module.__file__).parent
    uses = re.compile(r"vault\.(?:strays|wrap|roots)\b|\.close_index\(")
    seals = {file.stem for file in folder.glob("*.py") if uses.search(file.read_text("utf-8"))}
    assert {"hooks", "keys", "rotation", "sealed_places", "strays", "tickets"} == seals


def _labels(database: Database) -> list[bytes]:
    """Return under which root customers' keys lie."""
    return sorted(bytes(row.wrapped_key[:12]) for row in rows(database, schema.customers))


def _unlabel(database: Database) -> None:
    """Make a store as it was before there were labels and an index of its own."""
    root = Vault(OLD).roots[0]

    def body(connection: Connection) -> None:
        for column in (
            schema.customers.c.wrapped_key,
            schema.strays.c.sealed_stray,
            schema.hooks.c.sealed_secret,
        ):
            for row in connection.execute(column.table.select()).all():
                sealed = getattr(row, column.name)
                change = column.table.update().where(column == sealed)
                bare = sealed.removeprefix(root.label)
                connection.execute(change.values({column: bare}))
        connection.execute(schema.root_keys.insert(), {"key_check": root.check})

    database.write_now(body)
