"""Ledgers written straight into the tables, as many as wanted, and harm done behind their back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, select, text

from consent.decisions import Decision
from consent.examination import Report, examine
from consent.proof import Header, ProofWriter
from storage import schema
from storage.database import Database
from storage.moments import to_store
from storage.proofs import SqlProofs
from tests.builders import AMIGO, LMT, START
from tests.proof.proofs import KEY, TRUSTED, Lines, history

_AT_ONCE = 1_000


def customers(count: int, length: int) -> Iterator[tuple[Decision, ...]]:
    """Return the chains of so many customers, of both brands in turn."""
    for number in range(count):
        yield history(str(UUID(int=number + 1)), length, (LMT, AMIGO)[number % 2])


def fill(database: Database, chains: Iterable[Sequence[Decision]]) -> None:
    """Write these chains into a database, as if everybody in them had been forgotten."""
    left = iter(chains)
    while some := list(islice(left, _AT_ONCE)):
        database.write_now(lambda c, some=some: _insert(c, some))  # type: ignore[misc]


def _insert(connection: Connection, chains: Sequence[Sequence[Decision]]) -> None:
    connection.execute(schema.customers.insert(), [_owner(chain) for chain in chains])
    connection.execute(schema.decisions.insert(), [_row(d) for chain in chains for d in chain])


def _owner(chain: Sequence[Decision]) -> dict[str, Any]:
    return {
        "customer_id": chain[0].customer,
        "brand": chain[0].brand,
        "created_at": to_store(START),
        "wrapped_key": None,
        "head": chain[-1].hash,
        "length": len(chain),
    }


def _row(decision: Decision) -> dict[str, Any]:
    return {
        "customer_id": decision.customer,
        "position": decision.position,
        "id": decision.id,
        "brand": decision.brand,
        "kind": decision.subject.kind.value,
        "subject": decision.subject.id,
        "action": decision.action.value,
        "said_at": to_store(decision.said_at),
        "recorded_at": to_store(decision.recorded_at),
        "until": to_store(decision.until),
        "notice": decision.notice,
        "linked_notice": decision.linked_notice,
        "language": decision.language,
        "door": decision.door,
        "actor": decision.actor,
        "method": decision.method,
        "evidence_hash": decision.evidence_hash,
        "sealed_evidence": None,
        "previous": decision.previous,
        "hash": decision.hash,
    }


def harm(database: Database, statement: str, **values: object) -> None:
    """Change the tables as only somebody outside this program would."""
    database.write_now(lambda c: c.execute(text(statement), values).rowcount)


def decisions_in(database: Database) -> Sequence[Row[Any]]:
    """Return all decisions as they are stored, in order."""
    table = schema.decisions
    ordered = select(table).order_by(table.c.customer_id, table.c.position)
    return database.write_now(lambda c: c.execute(ordered).all())


async def exported(database: Database, *brands: str) -> Lines:
    """Return a proof of what is stored, of these brands or of everything."""
    header = Header(begun_at=START, brands=brands or (LMT, AMIGO), key=KEY.public)
    writer = ProofWriter(header, KEY.sign)
    lines = [writer.first]
    async for chain in SqlProofs(database).chains(brands):
        lines += writer.chain(chain)
    return [*lines, writer.end(START)]


async def report_of(database: Database, *brands: str) -> Report:
    """Return what a proof of what is stored says of it."""
    lines = await exported(database, *brands)
    return examine(lambda: lines, TRUSTED)
