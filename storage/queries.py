"""What is read, and how: two statements a message."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, bindparam, select

from consent.cases import Case
from consent.decisions import CustomerId
from consent.ports import Inbound
from consent.standing import Standing
from storage import schema
from storage.prepared import Prepared
from storage.rows import blocks_of, case_of, record_of


def is_overtaken(
    connection: Connection, inbound: Inbound, customer: CustomerId, digest: str, at: int
) -> bool:
    """Say whether a later message of the same conversation was answered."""
    table = schema.inbound
    later = select(table.c.received_at).where(
        table.c.customer_id == customer,
        table.c.brand == inbound.brand,
        table.c.door == inbound.door,
        table.c.address_hash == digest,
        table.c.received_at > at,
    )
    return connection.execute(later.limit(1)).first() is not None


def blocked_of(connection: Connection, customer: CustomerId) -> frozenset[str]:
    """Read which contact channels to a customer a provider blocks."""
    table = schema.customers
    query = select(table.c.blocks).where(table.c.customer_id == customer)
    return frozenset(blocks_of(connection.execute(query).scalar_one()))


def open_cases_of(connection: Connection, customer: CustomerId) -> tuple[Case, ...]:
    """Read the cases of a customer that wait for an answer, the first due first."""
    table = schema.cases
    mine = (table.c.customer_id == customer) & table.c.closed_at.is_(None)
    rows = connection.execute(select(table).where(mine)).all()
    return tuple(sorted(map(case_of, rows), key=lambda c: (c.due_at or c.opened_at, c.id)))


def standing_of(connection: Connection, customer: CustomerId) -> Standing:
    """Read what a customer's decisions add up to."""
    rows = _STANDING.run(connection, {"customer": customer})
    return Standing(dict(record_of(row) for row in rows))


def _standing_query() -> Select[Any]:
    table = schema.standing
    return select(table).where(table.c.customer_id == bindparam("customer"))


_STANDING = Prepared(lambda _: _standing_query())
