"""What holds on disk: crashes, full disks, seals, and how many statements a turn takes."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import event, inspect, select
from sqlalchemy.engine import Engine

from consent.errors import SettingBroken, StoreUnavailable
from consent.ports import Address, AddressKind, Outgoing, Snapshot, Writing
from consent.replies import Message, Option, Reply
from consent.verdicts import Question
from marketing.checking import check
from storage import migration, schema
from storage.key_file import load_root_keys
from storage.ledger import SqlLedger
from storage.migration import NEWEST
from storage.sqlite import SqliteDatabase
from storage.vault import RootKeyUnknown, Vault
from tests.forked import Program, nursery
from tests.store.test_ledger import CLOCK, HOUSE, NUMBER, desk, message

KEY = b"k" * 32


@pytest.fixture
def database(file_database: SqliteDatabase) -> SqliteDatabase:
    """Return the embedded database: this file is about its file."""
    return file_database


def _ledger(database: SqliteDatabase) -> SqlLedger:
    return SqlLedger(database, Vault(KEY))


async def test_a_turn_takes_at_most_nine_statements(database: SqliteDatabase) -> None:
    """From the first contact to everything at once, a message costs at most nine statements."""
    office = desk(_ledger(database))
    counts: list[int] = []

    def count(*_: object) -> None:
        counts[-1] += 1

    event.listen(Engine, "before_cursor_execute", count)
    try:
        for number, choice in enumerate(
            [
                Option(name="withdraw_all", scope="marketing"),
                Option(name="grant", purpose="traffic"),
                Option(name="agree"),
                Option(name="withdraw_all", scope="all"),
                Option(name="human"),
                Option(name="status"),
            ]
        ):
            counts.append(0)
            await office.handle(message(f"m{number}", choice))
    finally:
        event.remove(Engine, "before_cursor_execute", count)
    # BEGIN counts among them.
    assert all(0 < n <= 9 + 1 for n in counts), counts


async def test_nothing_personal_is_readable_on_disk(
    database: SqliteDatabase, tmp_path: Path
) -> None:
    """Neither the number nor what was written stands in the file."""
    office = desk(_ledger(database))
    await office.handle(message("m1", text="Стоп, secret words", choice=None))
    await office.handle(message("m2", text="STOP 3", choice=None))
    await database.close()
    content = b"".join(f.read_bytes() for f in tmp_path.iterdir())
    for secret in ("20000000", "Стоп", "secret words", "STOP 3"):
        assert secret.encode() not in content


async def test_a_case_is_written_with_the_reply_that_names_it(database: SqliteDatabase) -> None:
    """Asking for a person, or for a review, leaves a case that staff can find."""
    office = desk(_ledger(database))
    first = await office.handle(message("m1", Option(name="human")))
    again = await office.handle(message("m2", Option(name="human")))
    await office.handle(message("m3", Option(name="review")))
    rows = database.write_now(lambda c: c.execute(select(schema.cases)).all())
    assert {("contact", None), ("review", "profiling")} == {(r.kind, r.purpose) for r in rows}
    assert 2 == len(rows)
    assert first.messages[0].params["case"] == again.messages[0].params["case"]
    assert first.messages[0].params["case"] in {r.case_id for r in rows}


async def test_what_must_leave_is_written_with_its_decision(database: SqliteDatabase) -> None:
    """What a message causes to be sent is queued in its transaction, sealed."""
    office = desk(_ledger(database))
    said = Reply(language="en", messages=(Message("words to send"),))
    wanted = Outgoing(id="o1", brand="lmt", kind="sms", to=NUMBER, reply=said)

    def work(snapshot: Snapshot) -> Writing:
        return replace(office._work(message("m1"), snapshot), outgoing=(wanted,))

    await _ledger(database).turn(message("m1"), work)
    table = schema.outbox
    query = select(table).where(table.c.kind == "sms")
    (row,) = database.write_now(lambda c: c.execute(query).all())
    assert ("o1", "sms", None) == (row.outgoing_id, row.kind, row.sent_at)
    assert Vault(KEY).address_hash("lmt", NUMBER) == row.address_hash
    for secret in (b"words to send", NUMBER.value.encode()):
        assert secret not in row.sealed_payload


async def test_nobody_looks_unseen(database: SqliteDatabase) -> None:
    """Every look at a customer is in the read log: who, when, what, and the answer."""
    ledger = _ledger(database)
    await desk(ledger).handle(message("m1"))
    lens = HOUSE.lens("lmt", CLOCK.now())
    question = Question(brand="lmt", purpose="offers", channel="sms")
    await check(ledger, lens, question, NUMBER, "campaign tool")
    stranger = Address(AddressKind.MSISDN, "+37129999999")
    await check(ledger, lens, question, stranger, "campaign tool")
    (row,) = database.write_now(lambda c: c.execute(select(schema.read_log)).all())
    assert ("campaign tool", "offers/sms", "refused") == (row.viewer, row.question, row.answer)


async def test_another_root_key_opens_nothing(database: SqliteDatabase) -> None:
    """With a wrong key an address is not found, and no sealed value opens."""
    office = desk(_ledger(database))
    await office.handle(message("m1"))
    foreign = SqlLedger(database, Vault(b"x" * 32))
    assert await foreign.customer_of("lmt", NUMBER) is None
    customer = await _ledger(database).customer_of("lmt", NUMBER)
    assert customer is not None
    with pytest.raises(RootKeyUnknown):
        await foreign.history(customer)


CRASH = """
import asyncio, os, sys
from pathlib import Path
from storage import turns
from storage.ledger import SqlLedger
from storage.sqlite import SqliteDatabase
from storage.migration import migrate
from storage.vault import Vault
from tests.store.test_ledger import desk, message

step, file = int(sys.argv[1]), sys.argv[2]
database = SqliteDatabase(f"sqlite:///{file}")
migrate(database)
steps = [
    (turns, "find_senders"), (turns, "add_customer"), (turns, "append"), (turns, "keep_reply"),
    (turns, "queue"), (turns, "keep_session"), (turns.GatheredRows, "write"),
]
if step < len(steps):
    place, name = steps[step]
    real = getattr(place, name)
    def crash(*a, **k):
        real(*a, **k)
        os._exit(9)
    setattr(place, name, crash)
asyncio.run(desk(SqlLedger(database, Vault(b"k" * 32))).handle(message("m1")))
os._exit(9)
"""


@pytest.mark.parametrize("step", range(8))
async def test_a_killed_process_leaves_all_or_nothing(step: int, tmp_path: Path) -> None:
    """Killed at any step and delivered again, a STOP is in the ledger exactly once."""
    file = tmp_path / "ledger.db"
    done = await asyncio.to_thread(
        nursery().run,
        Program(CRASH, ("storage.migration", "storage.turns", "tests.store.test_ledger")),
        ["crash", str(step), str(file)],
        tmp_path,
        os.environ,
    )
    assert done.returncode == 9, done.stderr
    database = SqliteDatabase(f"sqlite:///{file}")
    ledger = _ledger(database)
    customer = await ledger.customer_of("lmt", NUMBER)
    assert (step == 7) == (customer is not None)
    reply = await desk(ledger).handle(message("m1"))
    assert reply.ids == ("withdrawn.marketing", "stop.rest")
    customer = await ledger.customer_of("lmt", NUMBER)
    assert customer is not None
    assert len(await ledger.history(customer)) == 2
    await database.close()


async def _fill(database: SqliteDatabase) -> None:
    office = desk(_ledger(database))
    for number in range(500):
        stranger = Address(AddressKind.MSISDN, f"+3712{number:07}")
        await office.handle(message(f"n{number}", address=stranger))


async def test_a_full_disk_changes_nothing(database: SqliteDatabase) -> None:
    """When the disk is full the customer is told so, and later all goes on."""
    office = desk(_ledger(database))
    await office.handle(message("m1"))

    def limit(pages: int) -> None:
        database.write_now(lambda c: c.exec_driver_sql(f"PRAGMA max_page_count={pages}").scalar())

    used = database.write_now(lambda c: c.exec_driver_sql("PRAGMA page_count").scalar_one())
    limit(int(used))
    with pytest.raises(StoreUnavailable, match="full"):
        await _fill(database)
    limit(1_000_000)
    assert (await office.handle(message("m2"))).ids == ("already.marketing", "stop.rest")


async def test_a_file_that_was_taken_away_is_not_written_to(
    database: SqliteDatabase, tmp_path: Path
) -> None:
    """A decision is never written into a file that no longer has a name."""
    office = desk(_ledger(database))
    await office.handle(message("m1"))
    for file in tmp_path.glob("ledger.db*"):
        file.rename(tmp_path / f"away-{file.name}")
    for _ in range(2):
        with pytest.raises(StoreUnavailable, match="moved or deleted"):
            await office.handle(message("m2"))
    assert not (tmp_path / "ledger.db").exists()
    for file in tmp_path.glob("away-*"):
        file.rename(tmp_path / file.name.removeprefix("away-"))
    assert ("already.marketing", "stop.rest") == (await office.handle(message("m2"))).ids


async def test_a_store_locked_by_another_process_is_unavailable(
    database: SqliteDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A writer that never finishes makes ours give up and say so."""
    monkeypatch.setattr("storage.sqlite._BUSY_MS", 50)
    await database.close()
    again = SqliteDatabase(f"sqlite:///{tmp_path}/ledger.db")
    other = sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="locked"):
        await desk(_ledger(again)).handle(message("m1"))
    other.execute("ROLLBACK")
    other.close()
    assert (await desk(_ledger(again)).handle(message("m1"))).ids == (
        "withdrawn.marketing",
        "stop.rest",
    )
    await again.close()


def test_the_newest_step_is_the_one_alembic_finds() -> None:
    """The constant that saves a start-up from loading Alembic is right."""
    config = Config()
    config.set_main_option("script_location", str(Path(migration.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_heads() == [NEWEST]


async def test_the_steps_make_the_schema_that_is_written(database: SqliteDatabase) -> None:
    """Alembic's steps add up to exactly the tables and columns the program uses."""
    found = database.write_now(
        lambda c: {
            name: {column["name"]: column["nullable"] for column in inspect(c).get_columns(name)}
            for name in inspect(c).get_table_names()
        }
    )
    wanted = {
        t.name: {c.name: c.nullable for c in t.columns} for t in schema.metadata.tables.values()
    }
    assert wanted == {k: v for k, v in found.items() if k != "alembic_version"}


def test_what_grows_with_customers_leads_with_the_customer() -> None:
    """Every such table can be sharded by customer from the first step on."""
    # One look-up by address, small tables, and the feed, which a relay of its own writes.
    reference = {"notices", "addresses", "tombstones", "root_keys", "watermarks", "tokens"}
    reference |= {"strays", "feed", "hooks", "dead_letters", "imports", "leases"}
    # People at the operator; and list checks, which look at many customers in one row.
    reference |= {"staff", "staff_roles", "staff_sessions", "staff_log"}
    reference |= {"staff_log_brands"}
    reference |= {"list_checks", "list_looks"}
    leading = {
        t.name: next(iter(t.primary_key)).name
        for t in schema.metadata.tables.values()
        if t.name not in reference
    }
    assert {"customer_id"} == set(leading.values())


@pytest.mark.parametrize(
    "url", ["postgresql://localhost/x", "sqlite://", "nonsense", "sqlite:///"], ids=str
)
def test_a_url_of_no_sqlite_file_is_refused(url: str) -> None:
    """A database that this version cannot use is refused before anything is opened."""
    with pytest.raises(SettingBroken):
        SqliteDatabase(url)


def test_a_root_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    """A fresh key is 32 bytes, mode 0600, and the same at the next start."""
    file = tmp_path / "var" / "root.key"
    (key,) = load_root_keys(file, create=True)
    assert len(key) == 32
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert (key,) == load_root_keys(file, create=True)


@pytest.mark.parametrize(
    ("content", "mode"), [("ab" * 32, 0o644), ("ab" * 31, 0o600), ("zz" * 32, 0o600)]
)
def test_a_bad_root_key_is_refused(content: str, mode: int, tmp_path: Path) -> None:
    """A key that others can read, is short, or is no hex is not used."""
    file = tmp_path / "root.key"
    file.write_text(content, encoding="ascii")
    os.chmod(file, mode)  # noqa: PTH101
    with pytest.raises(SettingBroken):
        load_root_keys(file, create=False)


def test_a_missing_root_key_is_never_replaced(tmp_path: Path) -> None:
    """Where a store exists its key is asked for: a new one would open nothing."""
    with pytest.raises(SettingBroken):
        load_root_keys(tmp_path / "root.key", create=False)
