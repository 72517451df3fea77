"""From the tables to a proof: everything is in it, and what was done to the tables shows."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import text

from consent.decisions import Action
from consent.forgetting import Forgetting, parting
from consent.notices import code_of
from consent.ports import Address, AddressKind
from consent.proof import StoredChain
from consent.replies import Option
from storage import schema
from storage.database import Database
from storage.proofs import NUMBER_PREFIX, SqlProofs
from storage.sqlite import SqliteDatabase
from tests.builders import CountedEntropy
from tests.proof.ledgers import (
    customers,
    decisions_in,
    exported,
    fill,
    harm,
    report_of,
)
from tests.proof.proofs import theirs
from tests.store.stores import in_chat, rows, share, sql_ledger
from tests.store.test_ledger import CLOCK, NUMBER, desk, message


async def _talk(database: Database) -> None:
    """Let two brands' customers say all kinds of things."""
    office = desk(sql_ledger(database))
    await office.handle(share("s"))
    for number, choice in enumerate(
        [
            Option(name="grant", purpose="traffic"),
            Option(name="agree", purpose="traffic"),
            Option(name="withdraw_all", scope="marketing"),
            Option(name="withdraw_all", scope="all"),
        ]
    ):
        await office.handle(in_chat(f"m{number}", choice))
        await office.handle(message(f"a{number}", choice, brand="amigo"))


async def test_what_was_said_at_the_desk_is_proven(database: Database) -> None:
    """Every decision of every brand is in the proof, and two programs find it whole."""
    await _talk(database)
    lines = await exported(database)
    report = await report_of(database)
    assert report.whole
    assert "" == theirs(lines)
    assert (2, len(rows(database, schema.decisions))) == (report.chains, report.decisions)
    assert report.decisions == await SqlProofs(database).count()


async def test_one_brand_s_proof_holds_nothing_of_the_other(database: Database) -> None:
    """Brands are sealed from each other in proofs too (law 7)."""
    await _talk(database)
    lines = await exported(database, "amigo")
    assert (await report_of(database, "amigo")).whole
    assert b'"brand":"lmt"' not in b"".join(lines)
    assert await SqlProofs(database).count(["amigo"]) == len(lines) - 3


async def test_an_empty_store_has_a_proof(database: Database) -> None:
    """Nobody said anything: that is whole as well."""
    assert (await report_of(database)).whole
    assert 0 == await SqlProofs(database).count()


async def test_who_was_forgotten_is_proven_like_everybody_else(database: Database) -> None:
    """The chain covers hashes alone, so it holds when the person is gone."""
    await _talk(database)
    before = (await report_of(database)).decisions
    wanted = Forgetting(
        brand="lmt", address=NUMBER, reason="request", actor="cli:dpo", at=CLOCK.now()
    )
    await sql_ledger(database).forget(wanted, parting(wanted, CountedEntropy()))
    report = await report_of(database)
    assert report.whole
    assert before <= report.decisions


@pytest.mark.parametrize(("count", "length"), [(700, 1), (3, 500), (250, 5)], ids=str)
async def test_nobody_is_lost_between_pages(database: Database, count: int, length: int) -> None:
    """Many customers, or customers with much to say: all of them, once, in order."""
    fill(database, customers(count, length))
    report = await report_of(database)
    assert report.whole
    assert (count, count * length) == (report.chains, report.decisions)


async def test_a_chain_that_grows_meanwhile_is_whole(database: Database) -> None:
    """Customers write while the proof is made: each chain is read as it was at some moment."""
    office = desk(sql_ledger(database))
    people = [Address(AddressKind.MSISDN, f"+3712{n:07}") for n in range(20)]
    for number, person in enumerate(people):
        await office.handle(message(f"m{number}", address=person))

    async def write() -> None:
        for number, person in enumerate(people * 2):
            name = ("grant", "withdraw")[number // len(people)]
            choice = Option(name=name, purpose="research")
            await office.handle(message(f"w{number}", choice, address=person))

    reports, _ = await asyncio.gather(_several(database), write())
    assert reports == [20] * len(reports)


async def _several(database: Database) -> list[int]:
    found = []
    for _ in range(5):
        report = await report_of(database)
        assert report.whole, report.findings
        found.append(report.chains)
    return found


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        pytest.param(
            "UPDATE decisions SET action = 'on' WHERE {2}", "decision 2 of", id="changed"
        ),
        pytest.param(
            "UPDATE decisions SET action = '☠' WHERE {2}", "decision 2 of", id="senseless"
        ),
        pytest.param("UPDATE decisions SET hash = '' WHERE {2}", "decision 2 of", id="no-hash"),
        pytest.param(
            "UPDATE decisions SET said_at = said_at + 1 WHERE {2}", "decision 2 of", id="time"
        ),
        pytest.param(
            "UPDATE decisions SET recorded_at = 9223372036854775807 WHERE {2}",
            "decision 2 of",
            id="the-end-of-time",
        ),
        pytest.param("DELETE FROM decisions WHERE {1}", "decision 1 of", id="first-removed"),
        pytest.param("DELETE FROM decisions WHERE {2}", "decision 2 of", id="removed"),
        pytest.param("DELETE FROM decisions WHERE {3}", "decision 3 of", id="last-removed"),
        pytest.param(
            "DELETE FROM decisions WHERE customer_id = :customer",
            "decision 1 of",
            id="all-removed",
        ),
        pytest.param(
            "UPDATE decisions SET position = 7 - position WHERE {2} OR {3}",
            "decision 3 of",
            id="moved",
        ),
        pytest.param(
            "UPDATE decisions SET customer_id = :other, position = 9 WHERE {2}",
            "decision 2 of",
            id="given-to-another",
        ),
        pytest.param(
            "UPDATE customers SET length = 2 WHERE customer_id = :customer",
            "decision 3 of",
            id="length",
        ),
        pytest.param(
            "UPDATE customers SET head = '' WHERE customer_id = :customer",
            "decision 3 of",
            id="head",
        ),
        pytest.param(
            "UPDATE customers SET brand = 'bite' WHERE customer_id = :customer",
            "the chain of",
            id="brand",
        ),
        pytest.param(
            "DELETE FROM customers WHERE customer_id = :customer",
            "decision 1 of",
            id="owner-removed",
        ),
    ],
)
async def test_what_was_done_to_the_tables_is_named(
    database: Database, statement: str, expected: str
) -> None:
    """Whatever was done behind the program's back: the proof says where."""
    fill(database, customers(5, 3))
    customer, other = decisions_in(database)[3].customer_id, decisions_in(database)[0].customer_id
    which = "(customer_id = :customer AND position = {})"
    values = (
        {"customer": customer, "other": other} if ":other" in statement else {"customer": customer}
    )
    harm(database, statement.format(*(which.format(n) for n in range(4))), **values)
    said = "\n".join(map(str, (await report_of(database)).findings))
    assert f"{expected} customer {customer}" in said


async def test_a_decision_slipped_in_is_named(database: Database) -> None:
    """A row more than the chain has, well made or not, does not pass."""
    chains = list(customers(2, 2))
    fill(database, chains)
    slipped = replace(chains[0][1], position=3, action=Action.GIVEN, previous=chains[0][1].hash)
    harm(
        database,
        "INSERT INTO decisions SELECT customer_id, 3, id, brand, kind, subject, 'given', said_at,"
        " recorded_at, until, notice, linked_notice, language, door, actor, method,"
        " evidence_hash, sealed_evidence, hash, :hash FROM decisions"
        " WHERE customer_id = :customer AND position = 2",
        customer=slipped.customer,
        hash="f" * 64,
    )
    said = "\n".join(map(str, (await report_of(database)).findings))
    assert f"decision 3 of customer {slipped.customer}" in said


async def test_values_of_other_types_stop_nothing(file_database: SqliteDatabase) -> None:
    """SQLite takes anything anywhere; the proof says that it does not hold, and is made."""
    fill(file_database, customers(2, 2))
    for statement in (
        "UPDATE decisions SET said_at = 'x', subject = x'ff' WHERE position = 1",
        "UPDATE decisions SET position = 2.5 WHERE position = 2",
        "UPDATE customers SET length = 'many'",
    ):
        harm(file_database, statement)
    report = await report_of(file_database)
    assert 1 in {finding.position for finding in report.findings}
    named = {finding.customer for finding in report.findings} - {None}
    assert {row.customer_id for row in decisions_in(file_database)} == named


async def test_a_receipt_number_leads_to_its_message(database: Database) -> None:
    """All that a STOP ended is found by the number under its confirmation, and nothing else."""
    office = desk(sql_ledger(database))
    reply = await office.handle(message("m1"))
    await office.handle(message("m2", Option(name="grant", purpose="research")))
    number = str(reply.messages[0].params["receipt"])
    found = await SqlProofs(database).by_number(number)
    assert ["offers", "loyalty_offers"] == [decision.subject.id for decision in found]
    assert number == code_of(found[-1].hash)
    assert {None} == {decision.evidence for decision in found}


@pytest.mark.parametrize("number", ["AAAAAAAAAA", "7777777777", "A2B3C4D5E6"])
async def test_a_number_that_was_never_given_leads_nowhere(
    database: Database, number: str
) -> None:
    """No such receipt: nothing."""
    await _talk(database)
    assert () == await SqlProofs(database).by_number(number)


async def test_a_receipt_is_found_by_an_index(database: Database) -> None:
    """However many decisions there are, a number is looked up, not searched for."""
    fill(database, customers(300, 5))
    number = code_of(decisions_in(database)[7].hash)
    harm(
        database, f"CREATE INDEX IF NOT EXISTS decisions_by_number ON decisions ({NUMBER_PREFIX})"
    )
    harm(database, "ANALYZE")
    query = f"SELECT id FROM decisions WHERE {NUMBER_PREFIX} = '0123456789ab'"  # noqa: S608
    explain = "EXPLAIN" if database.name.startswith("postgres") else "EXPLAIN QUERY PLAN"
    plan = database.write_now(lambda c: str(c.execute(text(f"{explain} {query}")).all()))
    assert "decisions_by_number" in plan
    assert 1 == len(await SqlProofs(database).by_number(number))


async def test_chains_are_handed_on_one_by_one(database: Database) -> None:
    """Whoever stops reading has not read the rest."""
    fill(database, customers(600, 1))
    found: list[StoredChain] = []
    async for chain in SqlProofs(database).chains():
        found.append(chain)
        if len(found) == 3:
            break
    assert ["1", "2", "3"] == [chain.customer[-1] for chain in found]
