"""Every statement of the store is listed with its key: `statements.toml`, for whoever shards it.

Any test of this folder that makes the store say something else on PostgreSQL fails (see
`conftest`); here is what no other test says there, and what the list must hold.
"""

from __future__ import annotations

import tomllib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

import storage
from consent.access import Token, TokenScope
from consent.decisions import SERVICE, Action, Subject
from consent.forgetting import Forgetting, parting
from consent.notices import Form, Notice, Status, fingerprint
from consent.ports import Circumstances, Look
from consent.standing import Standing
from consent.verdicts import Question, Verdict, erased, unknown
from storage.audience import SqlCrowd
from storage.checking import SqlChecking
from storage.ledger import SqlLedger
from storage.papers import SqlPapers
from storage.postgres import PostgresDatabase
from storage.reapplying import SqlForgotten
from storage.standings_export import Asked, SqlStandings
from storage.terms import TermSweep
from storage.tokens import SqlTokens
from tests.builders import CountedEntropy
from tests.store.batch_stage import bring, freed, no, number, yes
from tests.store.servers import Server
from tests.store.statement_log import TABLE, Log, Statement, apart, listed, normal
from tests.store.stores import VAULT
from tests.store.test_ledger import CLOCK, HOUSE, NUMBER

RUNS = frozenset({"hot", "together", "background", "rare", "command"})
#: One shard answers, or any.
SINGLE = frozenset({"customer_id", "address_hash", "reference"})
MANY = frozenset({"customer_id, many", "address_hash, many", "joined_to, many"})
#: These say nothing to PostgreSQL, or what they say is another module's.
SILENT = frozenset({"storage.backup", "storage.bulk", "storage.sqlite", "storage.postgres"})


@pytest.fixture
async def database(postgres: Server) -> AsyncIterator[PostgresDatabase]:
    """Return a fresh database on the server."""
    found = PostgresDatabase(postgres.fresh())
    yield found
    await found.close()


async def test_tokens(database: PostgresDatabase) -> None:
    """A token is made, found, listed and ended."""
    tokens, now = SqlTokens(database), CLOCK.now()
    token = Token(
        id="t",
        brand="lmt",
        holder="till",
        scopes=frozenset({TokenScope.DECISIONS}),
        created_at=now,
        expires_at=now + timedelta(days=1),
    )
    await tokens.add(token, "digest")
    assert token == await tokens.find("digest") == (await tokens.all())[0]
    assert await tokens.revoke("t", now)


async def test_papers_and_texts(database: PostgresDatabase) -> None:
    """Texts are kept and listed."""
    paper = Notice(
        fingerprint=fingerprint("text"),
        brand="lmt",
        purpose="offers",
        language="lv",
        form=Form.CHAT,
        major=1,
        minor=0,
        status=Status.APPROVED,
        changed="Registered from paper.",
    )
    papers, ledger = SqlPapers(database), SqlLedger(database, VAULT)
    await papers.keep(paper, "text", CLOCK.now())
    assert (paper,) == await papers.all()
    await ledger.register([(paper, "text")], CLOCK.now())
    assert {paper.fingerprint: "text"} == await ledger.notice_texts()
    await ledger.ping()


async def test_an_export_of_standings(database: PostgresDatabase) -> None:
    """Everybody, then whoever has changed; each look is noted."""
    await bring(database, yes(), *(no(address=number(n)) for n in range(1, 4)))
    standings = SqlStandings(database, VAULT, CLOCK)
    since = CLOCK.now() - timedelta(days=9)
    for moment in (None, since):
        asked = Asked(
            brand="lmt", viewer="CRM", reason="sync", question="all standings", since=moment
        )
        pages = [page async for page in standings.pages(asked)]
        assert [4] == [len(page) for page in pages]
        assert {moment is not None} == {held.touched for held in pages[0]}
        await standings.note(asked, pages[0])
    assert 4 == await standings.count("lmt")
    assert not await standings.has_new_notices("lmt", since)


async def test_forgetting_again(database: PostgresDatabase) -> None:
    """Lists of the forgotten are written, and done again."""
    await bring(database, yes(), yes(address=number(2)), freed(0, address=number(2)))
    wanted = Forgetting(brand="lmt", address=NUMBER, reason="r", actor="cli:x", at=CLOCK.now())
    decide = parting(wanted, CountedEntropy())
    await SqlLedger(database, VAULT).forget(wanted, decide)
    forgotten = SqlForgotten(database, VAULT)
    gone = await forgotten.list()
    assert 2 == len(gone)
    remembered = text("DELETE FROM tombstones")
    await database.write(lambda c: c.execute(remembered).rowcount)
    for line in gone:
        await forgotten.reapply(line, "cli:x", CLOCK.now(), CountedEntropy())
    assert gone == await forgotten.list()
    await forgotten.scrub()


async def test_checks_of_many_at_once(database: PostgresDatabase) -> None:
    """What campaign systems ask, together, and how often they have asked."""
    await bring(database, yes())
    checking = SqlChecking(database, VAULT)
    look = Look(
        brand="lmt", address=NUMBER, viewer="tool", purpose_of_look="check", at=CLOCK.now()
    )
    question = Question(brand="lmt", purpose="offers")

    def answer(standing: Standing | None, _around: Circumstances) -> Verdict:
        return unknown(question) if standing is None else erased(question)

    looks = [(look, answer), (replace(look, address=number(7)), answer)]
    assert (erased(question), unknown(question)) == await checking.consult_all(looks)
    assert 1 == await checking.looks(look, CLOCK.now() - timedelta(days=1))


async def test_a_count_of_all(database: PostgresDatabase) -> None:
    """Everybody of a brand, page by page."""
    await bring(database, yes(), yes(address=number(2)))
    crowd = [one async for page in SqlCrowd(database, page=1).standings("lmt") for one in page]
    assert 2 == len(crowd)


async def test_a_sweep_of_terms(database: PostgresDatabase) -> None:
    """What ran out by the clock is told once."""
    notice = HOUSE.notices.current("lmt", "loyalty_offers", "lv", Form.CHAT).fingerprint
    about = replace(yes(1500), subject=Subject.purpose("loyalty_offers"), notice=notice)
    left = replace(about, subject=SERVICE, action=Action.ENDED, said_at=about.said_at)
    assert [None, None] == await bring(database, about, left)
    sweep = TermSweep(database, HOUSE.lens, "one")
    assert 1 == (await sweep.step(CLOCK.now())).told
    await sweep.release(CLOCK.now())


def test_every_statement_says_when_it_runs() -> None:
    """Nobody has left a question mark, and whoever asks many shards says why."""
    assert [] == [s.sql for s in listed().values() if s.run not in RUNS]
    assert [] == [
        s.sql for s in listed().values() if s.key not in SINGLE | {"position"} and not s.why
    ]


def test_hot_statements_are_about_one_customer() -> None:
    """What a message, a check or another system waits for is answered by one shard."""
    hot = [s for s in listed().values() if s.run == "hot"]
    assert len(hot) > 30
    assert [] == [(s.key, s.sql) for s in hot if s.key not in SINGLE]


def test_questions_asked_together_go_by_their_keys() -> None:
    """Of a batch or a list check each row is found by its own key; nothing is scanned for it."""
    together = [s for s in listed().values() if s.run == "together"]
    assert [] == [(s.key, s.sql) for s in together if s.key not in SINGLE | MANY]


def test_the_table_says_what_the_statements_say() -> None:
    """Tables and keys in it are those of the statements beside them."""
    rows = tomllib.loads(TABLE.read_text(encoding="utf-8"))["statement"]
    for row in rows:
        found = Statement(normal(row["sql"]))
        assert (row["tables"], row["key"]) == (found.tables, found.key)
    assert len(rows) == len(listed())


def test_no_part_of_the_store_is_left_out() -> None:
    """Every module that talks to the database has statements in the table."""
    folder = Path(storage.__file__).parent
    talks = {
        f"storage.{file.stem}"
        for file in folder.glob("*.py")
        if ".execute(" in file.read_text(encoding="utf-8")
    }
    named = {module for s in listed().values() for module in s.by}
    assert set() == talks - named - SILENT - {"storage.migration"}


async def test_a_new_statement_is_heard(database: PostgresDatabase) -> None:
    """A question that nobody has listed is found, without its values; a test's own is not."""
    usual, here = Log(), Log("tests/store/test_statements")

    def ask(connection: Connection) -> None:
        connection.execute(text("SELECT 1 FROM customers WHERE brand = :b"), {"b": "lmt"})

    for log in (usual, here):
        log.listen()
    await database.read(ask)
    for log in (usual, here):
        log.deafen()
    assert set() == usual.take()
    (heard,) = here.take()
    assert "SELECT 1 FROM customers WHERE brand = ?" == heard
    assert heard not in listed()
    assert "scan" == Statement(heard).key


KEYS = {
    "SELECT 1 FROM customers WHERE customers.customer_id = ?": "customer_id",
    "SELECT 1 FROM addresses WHERE addresses.address_hash = ? FOR UPDATE": "address_hash",
    "SELECT 1 FROM customers WHERE customer_id IN (?…)": "customer_id, many",
    "SELECT 1 FROM customers c JOIN addresses ON c.customer_id = addresses.customer_id": "scan",
    "SELECT 1 FROM customers WHERE customer_id > ? LIMIT ?": "scan",
    "UPDATE tokens SET revoked_at=? WHERE token_id = ?": "reference",
    "INSERT INTO read_log (customer_id) VALUES (?)": "customer_id",
    "INSERT INTO tombstones (address_hash) VALUES (?)": "address_hash",
    "INSERT INTO feed (position) VALUES (?)": "position",
    "INSERT INTO inbound (a) SELECT given.a AS a FROM unnest(?…) AS given": "customer_id, many",
    (
        "UPDATE customers SET a=given.a FROM unnest(?…) AS given "
        "WHERE customers.customer_id = given.customer_id"
    ): "customer_id, many",
    (
        "UPDATE customers SET a=given.a FROM unnest(?…) AS given WHERE customers.a = given.b"
    ): "scan, many",
    "SELECT pg_advisory_xact_lock(?)": "none",
}


@pytest.mark.parametrize(("sql", "key"), KEYS.items())
def test_keys_are_told_apart(sql: str, key: str) -> None:
    """A join by customer is no key; a value for it is."""
    assert key == Statement(sql).key


@pytest.mark.parametrize(
    ("sql", "plain"),
    [
        ("SELECT a\n FROM b\n WHERE c = $1::VARCHAR", "SELECT a FROM b WHERE c = ?"),
        ("c IN ($1::VARCHAR, $2::VARCHAR)", "c IN (?…)"),
        ("c IN ($1::BIGINT)", "c IN (?…)"),
        ("(a.c IN (NULL) AND (1 != 1))", "a.c IN (?…)"),
        ("SET a=$1::VARCHAR WHERE b = $2::VARCHAR AND c", "SET a=? WHERE b = ? AND c"),
        ("LIMIT $12::INTEGER", "LIMIT ?"),
        (
            "SELECT rows_1.a FROM unnest($1::TEXT[], $2::BIGINT[]) AS rows_1(a, b)",
            "SELECT given.a FROM unnest(?…) AS given",
        ),
    ],
)
def test_values_are_left_out(sql: str, plain: str) -> None:
    """The same question about another customer is the same statement."""
    assert plain == normal(sql)


def test_what_goes_together_is_listed_apart() -> None:
    """Which tables a crowd's messages touch varies; each statement of it does not."""
    together = "WITH part_0 AS (INSERT INTO a (b) SELECT given.b), part_1 AS (UPDATE c) SELECT 1"
    assert ["INSERT INTO a (b) SELECT given.b", "UPDATE c"] == apart(together)
    assert ["SELECT 1"] == apart("SELECT 1")
