"""Many looks at once: two statements and one commit for a thousand of them.

Checks that come while others are being answered wait for these and then go together, in a
transaction that begins after the last of them came: what was committed before a check began, it
sees. Alone, a check goes at once.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache, partial
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, select

from consent.decisions import CustomerId, Subject
from consent.ports import Circumstances, Judge, Ledger, Look
from consent.standing import Record, Standing
from consent.verdicts import Verdict
from storage import schema
from storage.database import Database
from storage.ids import uuid7
from storage.moments import to_store
from storage.prepared import Prepared, listed, parameters, shape
from storage.releasing import RELEASED
from storage.row_writes import insertion
from storage.rows import blocks_of, record_of
from storage.together import Together
from storage.vault import Vault

Looks = Sequence[tuple[Look, Judge]]
#: Looks in one transaction at most, and how many may wait to look.
CHUNK, LINE = 1_000, 4_096


_LOOKS = insertion(schema.read_log)


@dataclass(slots=True)
class _Found:
    """Who has an address."""

    customer: CustomerId
    blocked: frozenset[str]
    records: dict[Subject, Record] = field(default_factory=dict)


class SqlChecking:
    """`marketing.checking.Consulting` on a database."""

    def __init__(self, database: Database, vault: Vault) -> None:
        """Look beside the ledger."""
        self._database = database
        self._vault = vault
        self._crowd = Together(self._answer, most=CHUNK, line=LINE, weigh=len)

    async def consult_all(self, asked: Looks) -> tuple[Verdict, ...]:
        """See `marketing.checking.Consulting.consult_all`.

        More than `CHUNK` are looked at in several transactions, one after the other.
        """
        verdicts: list[Verdict] = []
        for start in range(0, len(asked), CHUNK):
            verdicts += await self._crowd.ask(asked[start : start + CHUNK])
        return tuple(verdicts)

    async def looks(self, look: Look, since: datetime) -> int:
        """Return how often this viewer has looked at this customer for this purpose since.

        :raises StoreUnavailable: it cannot be told.
        """
        digest = self._vault.address_hash(look.brand, look.address)
        return await self._database.read(partial(_count, look, digest, since))

    async def _answer(self, asked: Sequence[Looks]) -> list[tuple[Verdict, ...]]:
        """Answer all who ask, together; each is told apart."""
        looks = [one for mine in asked for one in mine]
        verdicts = iter(await self._database.write(partial(_consult, self._vault, looks)))
        return [tuple(next(verdicts) for _ in mine) for mine in asked]


class OneByOne:
    """`marketing.checking.Consulting` before any ledger: the twin without a database."""

    def __init__(self, ledger: Ledger) -> None:
        """Ask this ledger."""
        self._ledger = ledger

    async def consult_all(self, asked: Looks) -> tuple[Verdict, ...]:
        """See `marketing.checking.Consulting.consult_all`."""
        return tuple([await self._ledger.consult(look, judge) for look, judge in asked])


def _consult(vault: Vault, asked: Looks, connection: Connection) -> tuple[Verdict, ...]:
    digests = [vault.address_hash(look.brand, look.address) for look, _ in asked]
    found = _found(digests, connection)
    missing = {digest for digest in digests if digest not in found}
    forgotten = _forgotten(missing, connection) if missing else frozenset()
    verdicts, rows = [], []
    for (look, judge), digest in zip(asked, digests, strict=True):
        owner = found.get(digest)
        if owner is None:
            verdicts.append(judge(None, Circumstances(forgotten=digest in forgotten)))
            continue
        around = Circumstances(blocked=owner.blocked)
        verdict = judge(Standing(owner.records), around)
        verdicts.append(verdict)
        rows.append(_row(look, owner.customer, verdict))
    _LOOKS.run_all(connection, rows)
    return tuple(verdicts)


def _row(look: Look, customer: CustomerId, verdict: Verdict) -> dict[str, str | int | None]:
    return {
        "customer_id": customer,
        "look_id": uuid7(look.at),
        "at": to_store(look.at),
        "viewer": look.viewer,
        "reason_of_look": look.purpose_of_look,
        "question": verdict.question.asked,
        "answer": verdict.reason.value,
    }


def _found(digests: Sequence[str], connection: Connection) -> dict[str, _Found]:
    """Read who has these addresses and what stands of them, in one statement."""
    size = shape(len(digests))
    found: dict[str, _Found] = {}
    for row in _holders(size).run(connection, listed("digest", digests, size)):
        owner = found.get(row.address_hash) or _owner(row)
        found[row.address_hash] = owner
        if row.kind is not None:
            subject, record = record_of(row)
            owner.records[subject] = record
    return found


@lru_cache
def _holders(size: int) -> Prepared:
    return Prepared(lambda _: _holders_query(size))


def _holders_query(size: int) -> Select[Any]:
    a, c, s = schema.addresses, schema.customers, schema.standing
    joined = a.join(c, c.c.customer_id == a.c.customer_id).outerjoin(
        s, s.c.customer_id == a.c.customer_id
    )
    columns = (a.c.address_hash, a.c.customer_id, c.c.blocks, s.c.kind, s.c.subject, s.c.record)
    wanted = a.c.address_hash.in_(parameters("digest", size, a.c.address_hash))
    return select(*columns).select_from(joined).where(wanted)


def _owner(row: Row[Any]) -> _Found:
    return _Found(CustomerId(row.customer_id), frozenset(blocks_of(row.blocks)))


def _forgotten(digests: Collection[str], connection: Connection) -> frozenset[str]:
    table = schema.tombstones
    # A number that changed hands leaves one too, and nobody was forgotten.
    mine = table.c.address_hash.in_(_padded([*digests])) & ~table.c.reason.startswith(RELEASED)
    return frozenset(connection.execute(select(table.c.address_hash).where(mine)).scalars())


def _count(look: Look, digest: str, since: datetime, connection: Connection) -> int:
    a, log = schema.addresses, schema.read_log
    mine = and_(
        a.c.address_hash == digest,
        log.c.at > to_store(since),
        log.c.viewer == look.viewer,
        log.c.reason_of_look == look.purpose_of_look,
    )
    joined = log.join(a, a.c.customer_id == log.c.customer_id)
    # An answer about several things was one look, at one moment.
    query = select(func.count(log.c.at.distinct())).select_from(joined).where(mine)
    return int(connection.execute(query).scalar_one())


def _padded(digests: Sequence[str]) -> list[str]:
    """Repeat the last one up to a power of two: few shapes of a statement, each prepared once."""
    wanted = 1 << max(len(digests) - 1, 0).bit_length()
    return [*digests, *[digests[-1]] * (wanted - len(digests))]
