"""A server can be shared, slow, restarted or gone: what was answered stays, once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, select, text

from app.settings import load_settings
from app.store import open_store
from consent.chain import verify
from consent.errors import SettingBroken, StoreUnavailable
from consent.ports import Inbound
from consent.replies import Option
from locales import ROOT
from locales.catalogue_source import load_catalogue
from storage import schema
from storage.database import open_database
from storage.migration import NEWEST, migrate, version_of
from storage.postgres import PostgresDatabase
from tests.store.servers import Server
from tests.store.stores import sql_ledger
from tests.store.test_ledger import NUMBER, desk, message

_PID = text("SELECT pg_backend_pid()")


@pytest.fixture
def url(postgres: Server) -> str:
    """Return a fresh database."""
    return postgres.fresh()


@pytest.fixture
async def database(url: str) -> AsyncIterator[PostgresDatabase]:
    """Return one replica's way to it."""
    found = PostgresDatabase(url)
    yield found
    await found.close()


@pytest.fixture
async def other(url: str) -> AsyncIterator[PostgresDatabase]:
    """Return another replica's way to the same."""
    found = PostgresDatabase(url)
    yield found
    await found.close()


async def test_two_replicas_handle_a_message_once(
    database: PostgresDatabase, other: PostgresDatabase
) -> None:
    """The same STOP at both at the same moment is one withdrawal, answered alike (law 5)."""
    offices = [desk(sql_ledger(database)), desk(sql_ledger(other))]
    replies = await asyncio.gather(*(o.handle(message("m1")) for o in offices * 4))
    assert 1 == len({reply.ids for reply in replies})
    rows = await database.read(lambda c: c.execute(select(schema.decisions)).all())
    assert 2 == len(rows)


async def test_replicas_continue_one_chain(
    database: PostgresDatabase, other: PostgresDatabase
) -> None:
    """However many messages of one customer meet, every link follows the one before."""
    ledgers = [sql_ledger(database), sql_ledger(other)]
    words = [_said(n) for n in range(24)]
    await asyncio.gather(
        *(desk(ledgers[n % 2]).handle(said) for n, said in enumerate(words)),
    )
    customer = await ledgers[0].customer_of("lmt", NUMBER)
    assert customer is not None
    decisions = await ledgers[0].history(customer)
    assert len(decisions) == verify(decisions, await ledgers[0].head_of(customer)) > 0


def _said(number: int) -> Inbound:
    purposes = ("traffic", "location", "research")
    choice = Option(name="withdraw", purpose=purposes[number % 3])
    return message(f"m{number}", choice)


async def test_a_line_that_is_too_long_is_answered_at_once(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever finds all connections taken, and the line full, need not wait to hear it."""
    monkeypatch.setattr("storage.postgres.LINE", 0)
    database = PostgresDatabase(url, pool=1)
    slow = asyncio.create_task(database.write(lambda c: c.execute(text("SELECT pg_sleep(1)"))))
    await asyncio.sleep(0.3)
    began = time.monotonic()
    with pytest.raises(StoreUnavailable, match="wait"):
        await database.write(lambda c: c.execute(_PID).scalar())
    assert time.monotonic() - began < 0.2
    await slow
    assert await database.write(lambda c: c.execute(_PID).scalar())
    await database.close()


async def test_connections_that_died_are_replaced(
    database: PostgresDatabase, other: PostgresDatabase
) -> None:
    """After a restart of the server the next message is handled as if nothing had been."""
    office = desk(sql_ledger(database))
    await office.handle(message("m1"))
    others = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await other.write(lambda c: c.execute(others).all())
    assert ("already.marketing", "stop.rest") == (await office.handle(message("m2"))).ids


async def test_a_connection_cut_before_the_commit_is_tried_again(
    database: PostgresDatabase,
) -> None:
    """What had not asked for its commit is begun anew, and is written once."""
    tries: list[int] = []

    def body(connection: Connection) -> None:
        tries.append(1)
        row = {"brand": "lmt", "door": "sms", "moment": len(tries)}
        connection.execute(schema.watermarks.insert(), row)
        if len(tries) == 1:
            connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    await database.write(body)
    rows = await database.read(lambda c: c.execute(select(schema.watermarks.c.moment)).scalars())
    assert ([2], 2) == (list(rows), len(tries))


async def test_a_connection_cut_at_the_commit_is_not_tried_again(
    database: PostgresDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody can tell whether it was written: the provider must deliver again."""
    tries: list[int] = []

    async def lost(_connection: object) -> None:
        tries.append(1)
        raise ConnectionResetError

    monkeypatch.setattr("sqlalchemy.ext.asyncio.AsyncConnection.commit", lost)
    with pytest.raises(StoreUnavailable):
        await database.write(lambda c: c.execute(_PID).scalar())
    assert [1] == tries


async def test_who_deadlocks_gets_another_try(
    database: PostgresDatabase, other: PostgresDatabase
) -> None:
    """Two transactions that wait for each other are both carried out in the end."""
    table = schema.leases
    rows = [{"name": name, "holder": "", "until": 0} for name in ("a", "b")]
    await database.write(lambda c: c.execute(table.insert(), rows))

    def taking(first: str, second: str) -> Callable[[Connection], None]:
        def body(connection: Connection) -> None:
            for name in (first, second):
                change = table.update().where(table.c.name == name)
                connection.execute(change.values(until=table.c.until + 1))
                connection.execute(text("SELECT pg_sleep(0.3)"))

        return body

    await asyncio.gather(
        database.write(taking("a", "b")),
        other.write(taking("b", "a")),
    )
    found = await database.read(lambda c: c.execute(select(table.c.until)).scalars().all())
    assert [2, 2] == list(found)


async def test_durability_is_not_the_server_s_choice(url: str, postgres: Server) -> None:
    """Where the database says otherwise, a commit still waits for the disk."""
    name = url.partition("?")[0].rpartition("/")[2]
    postgres.run(f"ALTER DATABASE {name} SET synchronous_commit = off")
    database = PostgresDatabase(url)
    shown = await database.read(lambda c: c.execute(text("SHOW synchronous_commit")).scalar())
    assert "on" == shown
    await database.close()


async def test_a_server_that_is_gone_is_said_so() -> None:
    """Without its words, which could quote what was sent; and no password is ever shown."""
    database = PostgresDatabase("postgresql://someone:secret@127.0.0.1:1/consent")
    with pytest.raises(StoreUnavailable) as told:
        await desk(sql_ledger(database)).handle(message("m1"))
    assert "secret" not in str(told.value) + database.name


def test_replicas_that_start_together_take_each_step_once(postgres: Server) -> None:
    """Two programs bring an empty database to the newest shape, one after the other."""
    url = postgres.empty()
    databases = [PostgresDatabase(url) for _ in range(2)]
    assert databases[0].is_new
    steps = _at_once(databases)
    assert [NEWEST, NEWEST] == steps
    assert NEWEST == databases[0].write_now(version_of)
    assert not databases[0].is_new


def _at_once(databases: list[PostgresDatabase]) -> list[str]:
    async def run() -> list[str]:
        return list(await asyncio.gather(*(asyncio.to_thread(migrate, d) for d in databases)))

    return asyncio.run(run())


def test_a_server_wants_a_key_that_was_chosen(url: str, tmp_path: Path) -> None:
    """Beside a server's database lies no key: where it is must be said."""
    environment = {"CONSENT_DATABASE_URL": url}
    settings = load_settings(load_catalogue(ROOT), environment, tmp_path / "no.env")
    with pytest.raises(SettingBroken, match="CONSENT_ROOT_KEY_FILE"):
        open_store(settings)


async def test_a_store_opens_on_a_server(postgres: Server, tmp_path: Path) -> None:
    """An empty database and a place for the key are all it takes; another key opens nothing."""
    environment = {
        "CONSENT_DATABASE_URL": postgres.empty(),
        "CONSENT_ROOT_KEY_FILE": f"{tmp_path}/root.key",
    }
    settings = load_settings(load_catalogue(ROOT), environment, tmp_path / "no.env")
    for number in range(2):
        store = open_store(settings)
        await desk(store.ledger).handle(replace(message(f"m{number}")))
        await store.database.close()
    (tmp_path / "root.key").write_text("00" * 32, encoding="ascii")
    with pytest.raises(SettingBroken, match="another key"):
        open_store(settings)


@pytest.mark.parametrize(
    "url",
    ["postgresql:///x", "postgresql://host", "mysql://host/x", "nonsense", "sqlite://"],
)
def test_a_url_that_names_no_database_is_refused(url: str) -> None:
    """In one line, before anything is opened."""
    with pytest.raises(SettingBroken, match="CONSENT_DATABASE_URL"):
        open_database(url)
