"""All standings of a brand, a page of customers at a time, each look noted before it is shown.

Every customer gets a line of their own in the read log, a million for a million: whoever asks who
looked reads one place, and the line stays theirs if they are joined or forgotten later. A single
line for all would have to be added to every answer by whoever reads the log, and nothing would
show that a customer of today was among those of then. It costs a seventh more processor time
(measured).
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from sqlalchemy import Connection, exists, func, select

from consent.decisions import CustomerId, Subject
from consent.errors import SealBroken
from consent.feed import FEED
from consent.ports import AddressKind, Clock
from consent.standing import Record, Standing
from storage import schema
from storage.bulk import insert_rows
from storage.database import Database
from storage.ids import uuid7
from storage.moments import to_store
from storage.rows import blocks_of, channel_words, record_of
from storage.vault import Vault

_log = logging.getLogger("consent.export")

#: Customers of a page: one reading and one writing transaction.
PAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What the store holds of one customer."""

    customer: CustomerId
    #: By which they are reached, the one proven last first; none once they were forgotten.
    numbers: tuple[str, ...] = field(repr=False)
    forgotten: bool
    standing: Standing
    #: Channels that a provider blocks, and since when.
    blocked: Mapping[str, datetime]
    #: Something was decided, blocked or released since the moment that was asked for.
    touched: bool
    #: The moment at which all of this was so.
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Whose standings are shown, to whom, what for."""

    brand: str
    viewer: str
    reason: str
    #: As the read log puts it: `all standings`.
    question: str
    since: datetime | None = None


class SqlStandings:
    """All standings of a database."""

    def __init__(self, database: Database, vault: Vault, clock: Clock) -> None:
        """Read what the ledger of the same database has written."""
        self._database, self._vault, self._clock = database, vault, clock

    async def count(self, brand: str) -> int:
        """Return about how many customers a brand has.

        :raises StoreUnavailable: they cannot be counted.
        """
        table = schema.customers
        query = select(func.count()).select_from(table).where(table.c.brand == brand)
        return await self._database.read(lambda c: int(c.execute(query).scalar_one()))

    async def pages(self, asked: Asked) -> AsyncIterator[list[Held]]:
        """Go through all customers of a brand, in no order that says anything.

        What a page holds is not noted yet: whoever shows it must `note` it before.

        :raises StoreUnavailable: the rest cannot be read.
        """
        last: str | None = ""
        joined = await self._database.read(partial(_joined, asked))
        while last is not None:
            read = partial(_page, self._vault, asked, last, self._clock.now())
            found, last = await self._database.read(read)
            page = [replace(h, touched=True) if h.customer in joined else h for h in found]
            yield page

    async def note(self, asked: Asked, shown: Sequence[Held]) -> None:
        """Note with each customer that they are shown (law 9).

        :raises StoreUnavailable: they must not be shown.
        """
        if shown:
            await self._database.write(partial(_note, asked, shown))

    async def has_new_notices(self, brand: str, since: datetime) -> bool:
        """Say whether a brand's texts have changed since a moment: consents may be outdated.

        :raises StoreUnavailable: nobody can tell.
        """
        table = schema.notices
        query = select(table.c.code).where(
            table.c.brand == brand, table.c.registered_at >= to_store(since)
        )
        found = await self._database.read(lambda c: c.execute(query.limit(1)).first())
        return found is not None


def _page(
    vault: Vault, asked: Asked, after: str, now: datetime, connection: Connection
) -> tuple[list[Held], str | None]:
    owners = schema.customers
    query = (
        select(owners.c.customer_id, owners.c.wrapped_key, owners.c.blocks)
        .where(owners.c.customer_id > after, owners.c.brand == asked.brand)
        .order_by(owners.c.customer_id)
        .limit(PAGE)
    )
    rows = connection.execute(query).all()
    ids = [row.customer_id for row in rows]
    numbers = _numbers(vault, {row.customer_id: row.wrapped_key for row in rows}, connection)
    standings = _standings(ids, connection)
    touched = _touched(ids, asked.since, connection)
    page = [
        Held(
            customer=CustomerId(row.customer_id),
            numbers=tuple(numbers[row.customer_id]),
            forgotten=row.wrapped_key is None,
            standing=Standing(standings[row.customer_id]),
            blocked=blocks_of(row.blocks),
            touched=row.customer_id in touched or _was_blocked(row.blocks, asked.since),
            at=now,
        )
        for row in rows
    ]
    return page, ids[-1] if len(ids) == PAGE else None


def _numbers(
    vault: Vault, keys: Mapping[str, bytes | None], connection: Connection
) -> dict[str, list[str]]:
    table = schema.addresses
    query = (
        select(table.c.customer_id, table.c.address_hash, table.c.sealed_address)
        .where(table.c.customer_id.in_(keys), table.c.kind == AddressKind.MSISDN.value)
        .order_by(table.c.customer_id, table.c.proven_at.desc())
    )
    found: dict[str, list[str]] = defaultdict(list)
    for row in connection.execute(query):
        wrapped = keys[row.customer_id]
        if wrapped is None:
            continue
        try:
            seal = vault.data_key(row.customer_id, wrapped)
            number = seal.open(row.sealed_address, f"address:{row.address_hash}").decode()
        except SealBroken:
            # One that does not open must not keep the others from being shown.
            _log.exception("a number cannot be read: customer %s", row.customer_id)
            continue
        found[row.customer_id].append(number)
    return found


def _standings(ids: Collection[str], connection: Connection) -> dict[str, dict[Subject, Record]]:
    found: dict[str, dict[Subject, Record]] = defaultdict(dict)
    table = schema.standing
    for row in connection.execute(select(table).where(table.c.customer_id.in_(ids))):
        subject, record = record_of(row)
        found[row.customer_id][subject] = record
    return found


def _touched(ids: Collection[str], since: datetime | None, connection: Connection) -> set[str]:
    if since is None:
        return set()
    said, gone, has = schema.decisions.c, schema.tombstones.c, schema.addresses.c
    at = to_store(since)
    queries = (
        select(said.customer_id).where(said.customer_id.in_(ids), said.recorded_at >= at),
        select(gone.customer_id).where(gone.customer_id.in_(ids), gone.forgotten_at >= at),
        select(has.customer_id).where(has.customer_id.in_(ids), has.proven_at >= at),
    )
    return {str(found) for query in queries for found in connection.execute(query).scalars()}


def _joined(asked: Asked, connection: Connection) -> set[str]:
    """Return who was joined since the moment asked for, and to whom: few, so all at once."""
    if asked.since is None:
        return set()
    owners, told = schema.customers, schema.outbox
    # A join is told to other systems as decisions are.
    news = told.c.customer_id == owners.c.customer_id
    news &= (told.c.kind == FEED) & (told.c.created_at >= to_store(asked.since))
    query = select(owners.c.customer_id, owners.c.joined_to).where(
        owners.c.brand == asked.brand,
        owners.c.joined_to.is_not(None),
        exists().where(news),
    )
    return {name for row in connection.execute(query) for name in row}


def _was_blocked(blocks: str, since: datetime | None) -> bool:
    at = to_store(since)
    return at is not None and any(w.last >= at for w in channel_words(blocks).values())


def _note(asked: Asked, shown: Sequence[Held], connection: Connection) -> None:
    rows = [
        {
            "customer_id": held.customer,
            "look_id": uuid7(held.at),
            "at": to_store(held.at),
            "viewer": asked.viewer,
            "reason_of_look": asked.reason,
            "question": asked.question,
            "answer": "standing",
        }
        for held in shown
    ]
    insert_rows(connection, schema.read_log.insert(), rows)
