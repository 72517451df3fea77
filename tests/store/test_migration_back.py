"""Forward from every step with rows, back where nothing is lost by it, and forward again."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from alembic.command import upgrade
from alembic.config import Config
from sqlalchemy import Connection, inspect, text

from consent.chain import verify
from consent.decisions import CustomerId
from consent.desk import rebuild
from consent.errors import SettingBroken
from consent.replies import Option
from consent.standing import Standing
from storage import migration, schema
from storage.database import Database
from storage.migration import NEWEST, migrate, migrate_to, version_of
from storage.migrations.refusing import StepBackRefused
from storage.postgres import PostgresDatabase
from storage.queries import standing_of
from storage.sqlite import SqliteDatabase
from storage.vault import LABEL_BYTES
from tests.store.batch_stage import bring, number, yes
from tests.store.feeds import relay
from tests.store.servers import Server
from tests.store.stores import in_chat, rows, share, sql_ledger
from tests.store.test_ledger import CLOCK, NUMBER, desk, message

STEPS = ("0001", "0002", "0003", "0004", "0005", "0006")
_Rows = dict[str, list[dict[str, Any]]]
_Empty = Callable[[], Database]


@pytest.fixture(params=["sqlite", "postgres"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> _Empty:
    """Return what makes a database of each kind with nothing in it."""
    if request.param == "postgres":
        running: Server = request.getfixturevalue("postgres")
        return lambda: PostgresDatabase(running.empty())
    return lambda: SqliteDatabase(f"sqlite:///{tmp_path}/old.db")


async def _fill(database: Database) -> None:
    """Write what an ordinary day leaves behind."""
    office = desk(sql_ledger(database))
    await office.handle(share("s"))
    await office.handle(in_chat("g", Option(name="grant", purpose="traffic")))
    await office.handle(in_chat("y", Option(name="agree", purpose="traffic")))
    await office.handle(message("m1"))
    await bring(database, *(yes(address=number(n)) for n in range(1, 6)))
    await relay(database).move(CLOCK.now())


async def _at(step: str, empty: _Empty, filled: Database) -> Database:
    """Return a store of an older step that holds the customers of a filled one."""
    content = {t.name: rows(filled, t) for t in schema.metadata.sorted_tables}
    old = empty()
    old.create()

    def make(connection: Connection) -> None:
        config = Config()
        steps = Path(migration.__file__).parent / "migrations"
        config.set_main_option("script_location", str(steps))
        config.attributes["connection"] = connection
        upgrade(config, step)
        for name in set(inspect(connection).get_table_names()) & content.keys():
            if name == "outbox" and step < "0003":
                # What waits there is for the feed, which came later.
                continue
            columns = [column["name"] for column in inspect(connection).get_columns(name)]
            for row in content[name]:
                values = {column: row._mapping[column] for column in columns}
                if name == "customers":
                    # Before there were several root keys, nothing said under which.
                    values["wrapped_key"] = values["wrapped_key"][LABEL_BYTES:]
                connection.execute(schema.metadata.tables[name].insert(), values)

    old.write_now(make)
    return old


def _dump(database: Database) -> _Rows:
    """Return all there is, table by table, as this step has it."""

    def read(connection: Connection) -> _Rows:
        found: _Rows = {}
        for name in inspect(connection).get_table_names():
            everything = connection.execute(text(f"SELECT * FROM {name}"))  # noqa: S608
            kept = [dict(row._mapping) for row in everything]
            found[name] = sorted(kept, key=repr)
        return found

    return database.write_now(read)


async def _check(database: Database, known: int) -> None:
    """Hold every chain against its head, and every standing against its rebuild."""
    ledger = sql_ledger(database)
    owners = rows(database, schema.customers)
    assert known == len(owners)
    for owner in owners:
        history = await ledger.history(CustomerId(owner.customer_id))
        assert owner.length == len(history) == verify(history, owner.head)
        assert all(decision.evidence for decision in history)
        kept: Standing = database.write_now(partial(_standing, owner.customer_id))
        assert dict(rebuild(history).records) == dict(kept.records)


def _standing(customer: str, connection: Connection) -> Standing:
    return standing_of(connection, CustomerId(customer))


def _clear(name: str, connection: Connection) -> None:
    connection.execute(schema.metadata.tables[name].delete())


@pytest.mark.parametrize("step", STEPS)
async def test_forward_from_every_step(
    file_database: SqliteDatabase, empty: _Empty, step: str
) -> None:
    """Chains verify, standings are their rebuild, and the next message goes on from there."""
    await _fill(file_database)
    old = await _at(step, empty, file_database)
    before = _dump(old)
    assert NEWEST == migrate(old)
    for name, found in _dump(old).items():
        if name in {"alembic_version", "outbox"}:
            continue
        columns = before[name][0].keys() if before.get(name) else ()
        assert before.get(name, []) == [{c: row[c] for c in columns} for row in found]
    await _check(old, 6)
    await desk(sql_ledger(old)).handle(message("m2", Option(name="withdraw_all", scope="all")))
    await _check(old, 6)
    await old.close()


@pytest.mark.parametrize("step", STEPS)
async def test_back_and_forward_again(
    file_database: SqliteDatabase, empty: _Empty, step: str
) -> None:
    """Back, the store is what the older program left; forward again, nothing is missing."""
    await _fill(file_database)
    old = await _at(step, empty, file_database)
    before = _dump(old)
    assert () == migrate_to(old, NEWEST)
    assert migrate_to(old, step)
    assert step == old.write_now(version_of)
    assert before == _dump(old)
    assert () == migrate_to(old, step)
    migrate(old)
    await _check(old, 6)
    again = await desk(sql_ledger(old)).handle(message("m1"))
    assert ("withdrawn.marketing", "stop.rest") == again.ids
    await _check(old, 6)
    await old.close()


async def test_step_by_step_is_the_same_as_at_once(
    file_database: SqliteDatabase, empty: _Empty
) -> None:
    """Every step goes back by itself too, and says what it drops."""
    await _fill(file_database)
    old = await _at("0001", empty, file_database)
    before = _dump(old)
    migrate(old)
    said = [word for step in reversed(STEPS) for word in migrate_to(old, step)]
    assert before == _dump(old)
    for step in (*STEPS[1:], NEWEST):
        assert () == migrate_to(old, step)
        assert step == old.write_now(version_of)
    assert said == list(migrate_to(old, "0001"))
    await old.close()


CASE: dict[str, Any] = {
    "customer_id": "c",
    "case_id": "K",
    "brand": "lmt",
    "kind": "human",
    "opened_at": 1,
}
OWNER: dict[str, Any] = {
    "customer_id": "c",
    "brand": "lmt",
    "created_at": 1,
    "head": "",
    "length": 0,
}
OWNER |= {"wrapped_key": b"from before"}
MAIL: dict[str, Any] = {
    "customer_id": "c",
    "outgoing_id": "o",
    "brand": "lmt",
    "kind": "sms",
    "created_at": 1,
}
MAIL |= {"address_hash": "a", "sealed_payload": b"", "claimed_until": 0}
TOMB: dict[str, Any] = {
    "address_hash": "a",
    "customer_id": "c",
    "brand": "lmt",
    "forgotten_at": 1,
    "reason": "r",
}
TOKEN: dict[str, Any] = {
    "token_id": "t",
    "digest": "d",
    "brand": "lmt",
    "holder": "h",
    "scopes": "feed",
}
TOKEN |= {"created_at": 1, "expires_at": 2}
HOOK: dict[str, Any] = {
    "hook_id": "h",
    "brand": "lmt",
    "url": "u",
    "sealed_secret": b"s",
    "created_at": 1,
}
HOOK |= {"position": 0, "next_at": 0}
STRAY: dict[str, Any] = {
    "brand": "lmt",
    "door": "sms",
    "message_id": "m",
    "received_at": 1,
    "sealed_stray": b"s",
}
BLOCKED = '{"sms":{"blocks":true,"since":1,"last":1}}'

LOOKS: dict[str, Any] = {"part": 1, "check_id": "l", "chunk": 1, "brand": "lmt", "customers": b"c"}

REFUSED: dict[str, tuple[str, dict[str, dict[str, Any]], str]] = {
    "looks of a list check": ("0004", {"list_looks": LOOKS}, "read log"),
    "a join": ("0003", {"customers": OWNER | {"joined_to": "d"}}, "joined"),
    "words": ("0003", {"cases": CASE | {"sealed_words": b"w"}}, "wrote"),
    "who answered": ("0003", {"cases": CASE | {"closed_by": "x", "closed_at": 2}}, "answered"),
    "a replaced root": (
        "0003",
        {"root_keys": {"key_check": "k", "sealed_index": b""}},
        "root key was replaced",
    ),
    "new seals": ("0003", {"customers": OWNER | {"wrapped_key": b"\0rk1x"}}, "Sealed by"),
    "new secrets": ("0003", {"hooks": HOOK | {"sealed_secret": b"\0rk1x"}}, "Sealed by"),
    "a new index": ("0003", {"tombstones": TOMB}, "remembered by a key"),
    "the forgotten": ("0002", {"tombstones": TOMB, "customers": OWNER}, "known again"),
    "a block": ("0002", {"customers": OWNER | {"blocks": BLOCKED}}, "blocks a channel"),
    "a revocation": ("0002", {"tokens": TOKEN | {"revoked_at": 2}}, "revoked"),
    "a hook": ("0002", {"hooks": HOOK}, "hook remove"),
    "a stray": ("0002", {"strays": STRAY}, "unknown senders"),
    "half sent": ("0002", {"outbox": MAIL | {"departed_at": 1}}, "twice"),
    "a case that is due": ("0002", {"cases": CASE | {"due_at": 9}}, "by a day"),
    "an answer": ("0002", {"cases": CASE | {"sealed_answer": b"a", "closed_at": 2}}, "given"),
    "mail": ("0001", {"outbox": MAIL}, "wait to be sent"),
}


@pytest.mark.parametrize(("step", "held", "why"), REFUSED.values(), ids=REFUSED)
async def test_what_must_be_kept_is_not_dropped(
    database: Database, step: str, held: dict[str, dict[str, Any]], why: str
) -> None:
    """The refusal says why; the store stays at its step, whole."""

    def put(connection: Connection) -> None:
        for name, row in held.items():
            connection.execute(schema.metadata.tables[name].insert(), row)

    database.write_now(put)
    before = _dump(database)
    with pytest.raises(StepBackRefused, match=why):
        migrate_to(database, step)
    assert before == _dump(database)
    assert NEWEST == database.write_now(version_of)
    # Nothing else stands in the way.
    for name in held:
        database.write_now(partial(_clear, name))
    migrate_to(database, step)
    assert step == database.write_now(version_of)


@pytest.mark.parametrize("step", ["", "base", "0000", "9999", "head", "-1"])
async def test_a_step_that_is_none_is_refused(file_database: SqliteDatabase, step: str) -> None:
    """Nothing is changed, and the steps there are are named."""
    await _fill(file_database)
    with pytest.raises(SettingBroken, match="0001, 0002"):
        migrate_to(file_database, step)
    assert NEWEST == file_database.write_now(version_of)


async def test_a_store_made_by_this_program_stays(file_database: SqliteDatabase) -> None:
    """An older program could not open what this one has sealed: nobody is locked out unseen."""
    await _fill(file_database)
    before = _dump(file_database)
    with pytest.raises(StepBackRefused, match="Sealed by this program"):
        migrate_to(file_database, "0003")
    assert before == _dump(file_database)
    customer = await sql_ledger(file_database).customer_of("lmt", NUMBER)
    assert customer is not None
