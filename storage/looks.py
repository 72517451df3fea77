"""The read log of a brand, newest first: who looked at whom, when, and what for.

Lists that were checked stand in it as one look each, at as many customers as there were.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, or_, select

from consent.decisions import CustomerId
from consent.errors import SealBroken
from consent.ports import AddressKind
from storage import schema
from storage.database import Database
from storage.moments import from_store, to_store
from storage.vault import Vault

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NEVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class LookQuery:
    """Which part of a brand's read log is wanted."""

    brand: str
    #: A part of the viewer's name; empty: anybody.
    viewer: str = ""
    #: From this moment, and before that one.
    since: datetime = _EPOCH
    until: datetime = _NEVER
    #: Those before this look: its moment and name.
    before: tuple[datetime, str] | None = None
    most: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class NotedLook:
    """One look, as it was noted."""

    id: str
    at: datetime
    viewer: str
    reason: str
    question: str
    answer: str
    #: The customer's number; none of a list, without one, or once they were forgotten.
    number: str = field(default="", repr=False)
    #: It was a whole list.
    of_list: bool = False


class SqlLooks:
    """The read log, from a database."""

    def __init__(self, database: Database, vault: Vault) -> None:
        """Read beside the ledger."""
        self._database = database
        self._vault = vault

    async def newest(self, wanted: LookQuery) -> tuple[NotedLook, ...]:
        """Return looks at a brand's customers, the newest first.

        :raises StoreUnavailable: they cannot be read.
        """
        return await self._database.read(partial(self._newest, wanted))

    async def last_before(self, brand: str, moment: datetime) -> datetime | None:
        """Return when somebody last looked before a moment; none if nobody did.

        :raises StoreUnavailable: it cannot be told.
        """
        return await self._database.read(partial(_last_before, brand, to_store(moment)))

    def _newest(self, wanted: LookQuery, connection: Connection) -> tuple[NotedLook, ...]:
        lists = schema.list_checks
        single = connection.execute(_of_customers(wanted)).all()
        numbers = self._numbers({str(row.customer_id) for row in single}, connection)
        found = [
            _noted(row, row.look_id, (row.question, row.answer), numbers.get(row.customer_id, ""))
            for row in single
        ]
        query = select(lists).where(lists.c.brand == wanted.brand)
        rows = connection.execute(_narrowed(query, lists, lists.c.check_id, wanted))
        found += [_noted(row, row.check_id, (row.question, "")) for row in rows]
        newest = sorted(found, key=lambda look: (look.at, look.id), reverse=True)
        return tuple(newest[: wanted.most])

    def _numbers(self, customers: set[str], connection: Connection) -> dict[str, str]:
        """Read by which number customers are reached, or were proven to be last."""
        table, owners = schema.addresses, schema.customers
        query = (
            select(table, owners.c.wrapped_key)
            .join(owners, owners.c.customer_id == table.c.customer_id)
            .where(table.c.customer_id.in_(customers), owners.c.wrapped_key.is_not(None))
            .where(table.c.kind == AddressKind.MSISDN.value)
            .order_by(table.c.proven_at)
        )
        found: dict[str, str] = {}
        for row in connection.execute(query) if customers else ():
            try:
                seal = self._vault.data_key(CustomerId(row.customer_id), row.wrapped_key)
                value = seal.open(row.sealed_address, f"address:{row.address_hash}")
            except SealBroken:
                # The log must be readable even where one number is not.
                continue
            found[row.customer_id] = value.decode()
        return found


def _last_before(brand: str, moment: int, connection: Connection) -> datetime | None:
    log, owners, lists = schema.read_log, schema.customers, schema.list_checks
    single = select(log.c.at).join(owners, owners.c.customer_id == log.c.customer_id)
    single = single.where(owners.c.brand == brand, log.c.at < moment)
    several = select(lists.c.at).where(lists.c.brand == brand, lists.c.at < moment)
    # The newest, not the greatest: the database stops at the first that an index leads to.
    found = [
        connection.execute(query.order_by(at.desc()).limit(1)).scalar()
        for query, at in ((single, log.c.at), (several, lists.c.at))
    ]
    return from_store(max((at for at in found if at is not None), default=None))


def _of_customers(wanted: LookQuery) -> Select[Any]:
    log, owners = schema.read_log, schema.customers
    query = select(log).join(owners, owners.c.customer_id == log.c.customer_id)
    query = query.where(owners.c.brand == wanted.brand)
    return _narrowed(query, log, log.c.look_id, wanted)


def _narrowed(
    query: Select[Any], table: Table, name: ColumnElement[str], wanted: LookQuery
) -> Select[Any]:
    """Return a question about looks, for one page of those wanted."""
    at, (last, before) = table.c.at, min((wanted.until, ""), wanted.before or (_NEVER, ""))
    moment = to_store(last)
    # The upper end is said twice: an index knows nothing of "or".
    query = query.where(at >= to_store(wanted.since), at <= moment)
    query = query.where(or_(at < moment, name < before))
    if wanted.viewer:
        query = query.where(table.c.viewer.icontains(wanted.viewer, autoescape=True))
    return query.order_by(at.desc(), name.desc()).limit(wanted.most)


def _noted(
    row: Row[Any], name: str, said: tuple[str, str], number: str | None = None
) -> NotedLook:
    return NotedLook(
        id=name,
        at=from_store(int(row.at)),
        viewer=row.viewer,
        reason=row.reason_of_look,
        question=said[0],
        answer=said[1],
        number=number or "",
        of_list=number is None,
    )
