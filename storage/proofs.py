"""Reading every chain of the ledger, a page of customers at a time, exactly as it is stored.

Nothing is taken for granted: a value that no decision can have is passed on as it stands, so that
it is the proof that does not hold and not the program that stops. Each page is one statement: a
chain that grows while it is read is read as it was before or after, never in between.
"""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, literal_column, select

from consent.chain import stamp
from consent.decisions import Action, Decision
from consent.notices import code_of
from consent.proof import StoredChain
from storage import schema
from storage.database import Database
from storage.moments import from_store
from storage.rows import decision_of

#: A page: so many customers at most, and about so many decisions.
_CUSTOMERS, _ENOUGH = 200, 400
#: What the index of decisions by receipt number is made of: 48 of the number's 50 bits.
NUMBER_PREFIX = "substr(hash, 1, 12)"
_PREFIX_DIGITS = 12
#: Whole bytes of a hash that hold all of its receipt number.
_NUMBERED_DIGITS = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    chains: list[StoredChain]
    #: Where the next page begins; none after the last.
    last: str | None


class SqlProofs:
    """All chains of a database, and a decision by its receipt."""

    def __init__(self, database: Database) -> None:
        """Read what the ledger of the same database has written."""
        self._database = database

    async def chains(self, brands: Collection[str] = ()) -> AsyncIterator[StoredChain]:
        """Go through the chains of these brands' customers, in ascending order of customers.

        :param brands: none means all, whatever they are called.
        :raises StoreUnavailable: the rest cannot be read.
        """
        last: str | None = ""
        while last is not None:
            page = await self._database.read(partial(_page, brands, last))
            for chain in page.chains:
                yield chain
            last = page.last

    async def count(self, brands: Collection[str] = ()) -> int:
        """Return how many decisions these brands have, or all of them.

        :raises StoreUnavailable: they cannot be counted.
        """
        column = schema.customers.c
        query = _only(brands, column.brand, select(func.coalesce(func.sum(column.length), 0)))
        return await self._database.read(lambda c: int(c.execute(query).scalar_one()))

    async def by_number(self, number: str) -> tuple[Decision, ...]:
        """Return what was decided by the message that a receipt number confirms.

        :param number: ten base32 characters.
        :returns: the decisions without their evidence; nothing for a number that was never given.
        :raises StoreUnavailable: they cannot be read.
        """
        return await self._database.read(partial(_by_number, number))


def _page(brands: Collection[str], after: str, connection: Connection) -> _Page:
    owners = schema.customers.c
    query = (
        select(owners.customer_id, owners.brand, owners.head, owners.length)
        .where(owners.customer_id > after)
        .order_by(owners.customer_id)
        .limit(_CUSTOMERS)
    )
    ends: Sequence[Any] = connection.execute(_only(brands, owners.brand, query)).all()
    taken = _some(ends)
    more = len(taken) < len(ends) or len(ends) == _CUSTOMERS
    last = taken[-1].customer_id if more else None
    rows: Iterable[Any] = connection.execute(_decisions(brands, after, last))
    found = {
        customer: _chain(customer, list(entries))
        for customer, entries in groupby(rows, attrgetter("customer_id"))
    }
    for row in taken:
        # Who should have decisions and has none.
        if row.length and row.customer_id not in found:
            found[row.customer_id] = _stored(row.customer_id, row.brand, row, ())
    return _Page(chains=[found[customer] for customer in sorted(found)], last=last)


def _decisions(brands: Collection[str], after: str, last: str | None) -> Select[Any]:
    """Return what reads the decisions of a row of customers, and the end of each chain.

    A decision without its customer is nobody's by right, and must be seen: hence the outer join.
    """
    owners, table = schema.customers, schema.decisions
    columns = [column for column in table.c if column.name != "sealed_evidence"]
    brand = func.coalesce(owners.c.brand, table.c.brand)
    query = (
        select(*columns, owners.c.head, owners.c.length, brand.label("owner_brand"))
        .select_from(table.outerjoin(owners, owners.c.customer_id == table.c.customer_id))
        .where(table.c.customer_id > after)
        .order_by(table.c.customer_id, table.c.position)
    )
    if last is not None:
        query = query.where(table.c.customer_id <= last)
    return _only(brands, brand, query)


def _only(brands: Collection[str], brand: ColumnElement[Any], query: Select[Any]) -> Select[Any]:
    return query.where(brand.in_(brands)) if brands else query


def _some(ends: Sequence[Any]) -> Sequence[Any]:
    """Return the first customers of a page, until there are decisions enough."""
    decisions = 0
    for number, row in enumerate(ends, 1):
        decisions += _count(row.length)
        if decisions >= _ENOUGH:
            return ends[:number]
    return ends


def _chain(customer: str, rows: Sequence[Any]) -> StoredChain:
    entries = [(_covered(row), str(row.hash)) for row in rows]
    return _stored(customer, rows[0].owner_brand, rows[0], entries)


def _stored(
    customer: str,
    brand: str,
    end: Row[Any],
    entries: Sequence[tuple[dict[str, object], str]],
) -> StoredChain:
    return StoredChain(
        customer=customer,
        brand=brand,
        head=str(end.head or ""),
        length=_count(end.length),
        entries=entries,
    )


def _count(value: object) -> int:
    return value if isinstance(value, int) else 0


def _covered(row: Row[Any]) -> dict[str, object]:
    """Return what a decision's hash covers, as `consent.chain.covered` does, from its row."""
    return {
        "id": _plain(row.id),
        "customer": row.customer_id,
        "position": _plain(row.position),
        "brand": _plain(row.brand),
        "kind": _plain(row.kind),
        "subject": _plain(row.subject),
        "action": _plain(row.action),
        "said_at": _moment(row.said_at),
        "recorded_at": _moment(row.recorded_at),
        "until": None if row.until is None else _moment(row.until),
        "notice": _plain(row.notice),
        "linked_notice": _plain(row.linked_notice),
        "language": _plain(row.language),
        "door": _plain(row.door),
        "actor": _plain(row.actor),
        "method": _plain(row.method),
        "evidence": _plain(row.evidence_hash),
        "previous": _plain(row.previous),
    }


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, str | int) else repr(value)


def _moment(value: object) -> object:
    try:
        return stamp(from_store(int(str(value))))
    except (ValueError, OverflowError):
        return _plain(value)


def _by_number(number: str, connection: Connection) -> tuple[Decision, ...]:
    prefix = base64.b32decode(f"{number}AAAAAA").hex()[:_PREFIX_DIGITS]
    table = schema.decisions
    # Written out as in the index: a bound length would not match it.
    like = select(table).where(literal_column(NUMBER_PREFIX) == prefix)
    rows = connection.execute(like)
    found = [row for row in rows if code_of(row.hash[:_NUMBERED_DIGITS]) == number]
    if len(found) != 1:
        return ()
    same_message = (
        select(table)
        .where(table.c.customer_id == found[0].customer_id)
        .where(table.c.position <= found[0].position)
        .where(table.c.recorded_at == found[0].recorded_at)
        .order_by(table.c.position)
    )
    said = (decision_of(row, None) for row in connection.execute(same_message))
    return tuple(d for d in said if d.action is not Action.ASKED)
