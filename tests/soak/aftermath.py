"""What must be true of a store after everything, whatever was killed, on any database."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections import defaultdict
from datetime import datetime
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Select, func, select

from app.proof_commands import Scope, write_proof
from consent.chain import verify
from consent.decisions import CustomerId, Decision
from consent.desk import rebuild
from consent.feed import FEED
from consent.standing import Standing
from storage import schema
from storage.database import Database
from storage.ledger import SqlLedger
from storage.moments import to_store
from storage.proofs import SqlProofs
from storage.queries import standing_of
from storage.signing import SIGNING_KEY, load_signing_key


async def handled_on(database: Database) -> set[str]:
    """Return the messages in a ledger, each with all that it has decided."""
    return await database.read(_handled)


def _handled(connection: Connection) -> set[str]:
    table, seen = schema.decisions, schema.inbound
    counted = select(table.c.customer_id, func.count()).group_by(table.c.customer_id)
    lengths = {row[0]: row[1] for row in connection.execute(counted)}
    rows = connection.execute(select(seen.c.customer_id, seen.c.message_id, seen.c.length))
    return {message for owner, message, length in rows if lengths.get(owner, 0) >= length}


async def unfinished_on(
    database: Database, written: set[str], at: datetime
) -> tuple[set[str], int, int]:
    """Return what is not handled, how much could be sent now, and how much the feed lacks.

    What a killed process had claimed to send is nobody's until a minute is over.
    """

    def read(connection: Connection) -> tuple[set[str], int, int]:
        table = schema.outbox
        waiting = select(func.count()).where(table.c.sent_at.is_(None))
        ours = waiting.where(table.c.departed_at.is_(None), table.c.claimed_until < to_store(at))
        ready = connection.execute(ours.where(table.c.kind != FEED)).scalar_one()
        lacking = connection.execute(waiting.where(table.c.kind == FEED)).scalar_one()
        return written - _handled(connection), int(ready), int(lacking)

    return await database.read(read)


async def examine(database: Database, ledger: SqlLedger) -> int:
    """Look at every customer there is, and at the feed; return how many decisions there are.

    :raises AssertionError: something is not as it must be.
    """
    owners = schema.customers.c.customer_id
    everybody = await database.read(lambda c: list(c.execute(select(owners)).scalars()))
    chains: dict[str, tuple[Decision, ...]] = {}
    for name in everybody:
        customer = CustomerId(name)
        decisions = await ledger.history(customer)
        assert len(decisions) == verify(decisions, await ledger.head_of(customer))
        standing = await database.read(partial(_standing, customer))
        assert dict(rebuild(decisions).records) == dict(standing.records)
        chains[customer] = decisions
    messages = await _read(database, select(schema.inbound))
    _each_message_whole(chains, messages)
    _feed_in_order(chains, await _read(database, select(schema.feed)))
    stored = await _read(database, select(schema.decisions.c.id))
    assert len(stored) == sum(map(len, chains.values())), "decisions of nobody"
    return len(stored)


def _standing(customer: CustomerId, connection: Connection) -> Standing:
    return standing_of(connection, customer)


async def _read(database: Database, query: Select[Any]) -> list[Row[Any]]:
    return await database.read(lambda c: list(c.execute(query)))


def _each_message_whole(chains: dict[str, tuple[Decision, ...]], messages: list[Row[Any]]) -> None:
    """Every link belongs to one message, whole: what it left the chain at is in its row."""
    heard: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in messages:
        heard[row.customer_id][row.length].add(row.message_id)
    for customer, decisions in chains.items():
        # Messages that decided nothing left it as long as it was.
        lengths = sorted({0, *heard[customer]})
        assert lengths[-1] == len(decisions), customer
        for before, after in pairwise(lengths):
            said = {d.evidence.message_id for d in decisions[before:after] if d.evidence}
            assert 1 == len(said), customer
            assert said <= heard[customer][after], customer


def _feed_in_order(chains: dict[str, tuple[Decision, ...]], entries: list[Row[Any]]) -> None:
    """Positions without a gap; each customer's decisions all there, once, in their order."""
    entries.sort(key=lambda row: int(row.position))
    assert list(range(1, len(entries) + 1)) == [row.position for row in entries]
    told: dict[str, list[str]] = defaultdict(list)
    for row in entries:
        told[row.customer_id].append(row.event_id)
        assert msgspec.json.decode(row.event)
    for customer, decisions in chains.items():
        assert [str(d.id) for d in decisions] == told.pop(customer, []), customer
    assert not told


async def proven(database: Database, folder: Path) -> str:
    """Export a proof of all chains, and check it by command with the public key alone.

    :returns: what `consent verify` says.
    """
    export, public = folder / "proof.jsonl", folder / "public.pem"
    key = load_signing_key(folder / SIGNING_KEY)
    public.write_text(key.public, encoding="ascii")
    everything = Scope(brands=("lmt", "amigo"), everything=True)
    await write_proof(export, SqlProofs(database), key, everything)
    command = Path(sys.executable).with_name("consent")
    program = [str(command), "verify", str(export), "--key", str(public)]
    done = await asyncio.to_thread(
        subprocess.run, program, cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()
