"""What is read, and how: two statements a message."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, and_, select

from consent.cases import Case
from consent.decisions import CustomerId
from consent.ports import Inbound
from consent.standing import Standing
from storage import schema
from storage.rows import blocks_of, case_of, record_of


def sender_query(inbound: Inbound, digest: str) -> Select[Any]:
    """Find the sender with their chain, session and, if it came before, this very message."""
    a, c, s, i = schema.addresses, schema.customers, schema.sessions, schema.inbound
    session = and_(
        s.c.customer_id == a.c.customer_id,
        s.c.brand == inbound.brand,
        s.c.door == inbound.door,
        s.c.address_hash == digest,
    )
    seen = and_(
        i.c.customer_id == a.c.customer_id,
        i.c.brand == inbound.brand,
        i.c.door == inbound.door,
        i.c.address_hash == digest,
        i.c.message_id == inbound.message_id,
    )
    joined = a.join(c, c.c.customer_id == a.c.customer_id).outerjoin(s, session).outerjoin(i, seen)
    columns = (
        a.c.customer_id,
        a.c.proof_kind,
        a.c.proof_level,
        a.c.proven_at,
        a.c.unreachable_since,
        c.c.wrapped_key,
        c.c.head,
        c.c.length,
        c.c.blocks,
        c.c.joined_to,
        s.c.sealed_session,
        i.c.sealed_reply,
        i.c.received_at,
        i.c.length.label("length_then"),
    )
    # Two replicas must not continue the same chain: the row is held until the commit.
    query = select(*columns).select_from(joined).where(a.c.address_hash == digest)
    return query.with_for_update(of=c)


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
    table = schema.standing
    rows = connection.execute(select(table).where(table.c.customer_id == customer))
    return Standing(dict(record_of(row) for row in rows))
