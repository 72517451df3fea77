"""One contract for many looks at once: on memory, SQLite and PostgreSQL the same answers."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select

from consent.errors import StoreUnavailable
from consent.ports import Address, Ledger, Look
from consent.replies import Option
from consent.verdicts import Question, Reason, Verdict
from marketing.checking import Asked, Consulting, check, check_all
from storage import schema
from storage.checking import CHUNK, OneByOne, SqlChecking
from storage.database import Database
from storage.ledger import SqlLedger
from storage.sqlite import SqliteDatabase
from tests.store.feeds import number
from tests.store.stores import VAULT, rows
from tests.store.test_ledger import CLOCK, HOUSE, STOP, desk, message

LENS = HOUSE.lens("lmt", CLOCK.now())
GIVE = (Option(name="grant", purpose="research"), Option(name="agree", purpose="research"))


@pytest.fixture
def consulting(ledger: Ledger) -> Consulting:
    """Return what looks at many in front of each kind of ledger."""
    if isinstance(ledger, SqlLedger):
        return SqlChecking(ledger._database, VAULT)
    return OneByOne(ledger)


def _asked(*numbers: int, purpose: str = "research") -> list[Asked]:
    return [
        Asked(question=Question(brand="lmt", purpose=purpose), address=number(who))
        for who in numbers
    ]


async def _say(ledger: Ledger, who: int, *said: Option) -> None:
    for index, choice in enumerate(said):
        own = message(f"m{who}-{index}", choice, address=number(who))
        await desk(ledger).handle(own)


async def test_each_gets_the_verdict_of_a_single_check(
    ledger: Ledger, consulting: Consulting
) -> None:
    """Many at once are answered as one by one, in the order asked, whoever is asked twice."""
    await _say(ledger, 1, *GIVE)
    await _say(ledger, 2, STOP)
    asked = _asked(2, 1, 9, 1, 2) + _asked(1, 2, purpose="offers")
    alone = [await check(ledger, LENS, one.question, one.address, "tester") for one in asked]
    assert alone == list(await check_all(consulting, LENS, asked, "tester"))
    assert [Reason.NEVER_ASKED, Reason.ALLOWED, Reason.UNKNOWN_ADDRESS] == [
        verdict.reason for verdict in alone[:3]
    ]


async def test_nobody_asks_nothing(consulting: Consulting) -> None:
    """No questions, no answers."""
    assert () == await check_all(consulting, LENS, [], "tester")


async def test_an_unknown_purpose_is_refused_before_anybody_looks(
    ledger: Ledger, consulting: Consulting
) -> None:
    """One wrong question among many, and none was asked."""
    await _say(ledger, 1, *GIVE)
    with pytest.raises(KeyError):
        await check_all(consulting, LENS, _asked(1) + _asked(1, purpose="weather"), "tester")
    snapshot = await check_all(consulting, LENS, _asked(1), "tester")
    assert [Reason.ALLOWED] == [verdict.reason for verdict in snapshot]


async def test_more_than_a_chunk_is_answered_whole(ledger: Ledger, consulting: Consulting) -> None:
    """Chunks are joined without a seam."""
    await _say(ledger, CHUNK, *GIVE)
    found = await check_all(consulting, LENS, _asked(*range(2 * CHUNK + 5)), "tester")
    assert [CHUNK] == [who for who, verdict in enumerate(found) if verdict.allowed]
    assert 2 * CHUNK + 5 == len(found)


async def test_each_known_customer_has_a_row(database: Database) -> None:
    """The read log has what each was asked and told; of a stranger there is none."""
    await _say(SqlLedger(database, VAULT), 1, *GIVE)
    await _say(SqlLedger(database, VAULT), 2, STOP)
    await check_all(SqlChecking(database, VAULT), LENS, _asked(1, 2, 3), "system:tool")
    assert {("research", "allowed"), ("research", "never_asked")} == {
        (row.question, row.answer) for row in rows(database, schema.read_log)
    }
    assert {("system:tool", "check")} == {
        (row.viewer, row.reason_of_look) for row in rows(database, schema.read_log)
    }


async def test_brands_do_not_see_each_other(database: Database) -> None:
    """The same number is unknown at the other brand."""
    await _say(SqlLedger(database, VAULT), 1, *GIVE)
    theirs = [replace(_asked(1)[0], question=Question(brand="amigo", purpose="research"))]
    lens = HOUSE.lens("amigo", CLOCK.now())
    (verdict,) = await check_all(SqlChecking(database, VAULT), lens, theirs, "system:amigo")
    assert Reason.UNKNOWN_ADDRESS is verdict.reason
    assert [] == rows(database, schema.read_log)


class _Slow:
    """A database that counts its transactions, and lets the test hold them back."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.transactions = 0
        self.gate = asyncio.Event()
        self.broken = False

    async def write(self, body: Any) -> Any:  # noqa: ANN401
        self.transactions += 1
        await self.gate.wait()
        if self.broken:
            raise StoreUnavailable("(gone)")
        return await self._database.write(body)


async def test_checks_that_come_meanwhile_go_together(file_database: SqliteDatabase) -> None:
    """While one is being answered a hundred more come: two transactions, each its own answer."""
    await _say(SqlLedger(file_database, VAULT), 7, *GIVE)
    slow = _Slow(file_database)
    checking = SqlChecking(slow, VAULT)  # type: ignore[arg-type]
    first = asyncio.create_task(check_all(checking, LENS, _asked(7), "first"))
    await asyncio.sleep(0)
    others = [
        asyncio.create_task(check_all(checking, LENS, _asked(who), f"viewer {who}"))
        for who in range(100)
    ]
    await asyncio.sleep(0.01)
    assert 1 == slow.transactions
    slow.gate.set()
    assert (await first)[0].allowed
    found = [(await other)[0].allowed for other in others]
    assert [who == 7 for who in range(100)] == found
    assert 2 == slow.transactions


async def test_what_goes_together_fails_together_and_the_next_does_not(
    file_database: SqliteDatabase,
) -> None:
    """Without the store each who waited is told so; whoever comes later is answered."""
    slow = _Slow(file_database)
    slow.broken = True
    checking = SqlChecking(slow, VAULT)  # type: ignore[arg-type]
    tasks = [asyncio.create_task(check_all(checking, LENS, _asked(1), "tester")) for _ in range(5)]
    await asyncio.sleep(0.01)
    slow.gate.set()
    faults = await asyncio.gather(*tasks, return_exceptions=True)
    assert [StoreUnavailable] * 5 == [type(fault) for fault in faults]
    slow.broken = False
    assert 1 == len(await check_all(checking, LENS, _asked(1), "tester"))


async def test_whoever_goes_away_takes_nothing_from_the_others(
    file_database: SqliteDatabase,
) -> None:
    """A check given up while it waits is answered to nobody; those beside it get theirs."""
    slow = _Slow(file_database)
    checking = SqlChecking(slow, VAULT)  # type: ignore[arg-type]
    tasks = [
        asyncio.create_task(check_all(checking, LENS, _asked(who), "tester")) for who in range(4)
    ]
    await asyncio.sleep(0.01)
    tasks[2].cancel()
    slow.gate.set()
    found: Sequence[tuple[Verdict, ...] | BaseException] = await asyncio.gather(
        *tasks, return_exceptions=True
    )
    assert [False, False, True, False] == [isinstance(one, BaseException) for one in found]


async def test_looks_are_counted_by_viewer_and_purpose(database: Database) -> None:
    """Only this viewer's, for this, of this customer, since then; one moment is one look."""
    await _say(SqlLedger(database, VAULT), 1, *GIVE)
    checking = SqlChecking(database, VAULT)
    hour = timedelta(hours=1)
    for at in (CLOCK.now() - 2 * hour, CLOCK.now(), CLOCK.now() + hour):
        lens = HOUSE.lens("lmt", at)
        two = _asked(1) + _asked(1, purpose="offers")
        await check_all(checking, lens, two, "system:tool", "capture")
        await check_all(checking, lens, two, "system:tool")
        await check_all(checking, lens, two, "system:other", "capture")

    def look(address: Address) -> Look:
        return Look(
            brand="lmt",
            address=address,
            viewer="system:tool",
            purpose_of_look="capture",
            at=CLOCK.now(),
        )

    since = CLOCK.now() - hour
    assert 2 == await checking.looks(look(number(1)), since)
    assert 0 == await checking.looks(look(number(2)), since)


async def test_a_check_is_two_statements(file_database: SqliteDatabase) -> None:
    """Of known customers, one to read and one to note, however many they are."""
    for who in range(5):
        await _say(SqlLedger(file_database, VAULT), who, *GIVE)
    seen: list[str] = []

    class Watched:
        async def write(self, body: Any) -> Any:  # noqa: ANN401
            def counted(connection: Connection) -> Any:  # noqa: ANN401
                driver: Any = connection.connection.driver_connection
                driver.set_trace_callback(seen.append)
                found = body(connection)
                driver.set_trace_callback(None)
                return found

            return await file_database.write(counted)

    checking = SqlChecking(Watched(), VAULT)  # type: ignore[arg-type]
    await check_all(checking, LENS, _asked(*range(5)), "tester")
    assert ["SELECT", *["INSERT"] * 5] == [statement.split()[0] for statement in seen]


async def test_nothing_else_is_written(database: Database) -> None:
    """A look changes no decision, no standing, no session."""
    await _say(SqlLedger(database, VAULT), 1, *GIVE)

    def rest(connection: Connection) -> list[Any]:
        tables = (schema.decisions, schema.standing, schema.sessions, schema.customers)
        return [connection.execute(select(table)).all() for table in tables]

    before = database.write_now(rest)
    await check_all(SqlChecking(database, VAULT), LENS, _asked(1, 2), "tester")
    assert before == database.write_now(rest)
