"""Who has written: what stands of several senders at once, in two statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, bindparam, select

from consent.decisions import CustomerId, Subject
from consent.ports import Inbound
from consent.standing import Record, Standing
from storage import schema
from storage.joining import holder_of
from storage.prepared import Prepared, listed, parameters, shape
from storage.rows import record_of
from storage.vault import Seal, Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """What is found about the sender of a message."""

    customer: CustomerId
    seal: Seal
    standing: Standing
    #: Their address, chain and session.
    row: Row[Any]
    #: This very message came before.
    seen: bool


def find_senders(
    vault: Vault, messages: Mapping[str, Inbound], connection: Connection
) -> dict[str, Sender]:
    """Return the senders who are known; until the commit nobody else continues their chains.

    :param messages: by the hash of the address they came from, all at one door.
    :returns: by the same hash.
    """
    rows = _rows(messages, connection)
    for digest, row in tuple(rows.items()):
        if row.joined_to is not None:
            # A join was committed while this waited for the row: the address has moved on.
            holder_of(digest, connection)
            rows |= _rows({digest: messages[digest]}, connection)
    standings = _standings({row.customer_id for row in rows.values()}, connection)
    return {
        digest: Sender(
            customer=CustomerId(row.customer_id),
            seal=vault.data_key(row.customer_id, row.wrapped_key),
            standing=standings.get(row.customer_id) or Standing(),
            row=row,
            seen=row.message_id == messages[digest].message_id,
        )
        for digest, row in rows.items()
    }


def _rows(messages: Mapping[str, Inbound], connection: Connection) -> dict[str, Row[Any]]:
    """Return what is known of each address, with its own message if that came before."""
    said = [message.message_id for message in messages.values()]
    door = next(iter(messages.values())).door
    size = shape(len(said))
    values = listed("digest", [*messages], size) | listed("message", said, size) | {"door": door}
    found: dict[str, Row[Any]] = {}
    for row in _sender_query(size).run(connection, values):
        # Ids of messages may be counted by account: another's is none of this one's.
        if row.message_id == messages[row.address_hash].message_id:
            found[row.address_hash] = row
        else:
            found.setdefault(row.address_hash, row)
    return found


def _standings(customers: Iterable[str], connection: Connection) -> dict[str, Standing]:
    known = sorted(customers)
    if not known:
        return {}
    size = shape(len(known))
    found: dict[str, dict[Subject, Record]] = defaultdict(dict)
    for row in _standing_query(size).run(connection, listed("customer", known, size)):
        subject, record = record_of(row)
        found[row.customer_id][subject] = record
    return {customer: Standing(records) for customer, records in found.items()}


@lru_cache
def _sender_query(size: int) -> Prepared:
    return Prepared(lambda _: senders_query(size))


@lru_cache
def _standing_query(size: int) -> Prepared:
    table = schema.standing
    return Prepared(
        lambda _: select(table).where(
            table.c.customer_id.in_(parameters("customer", size, table.c.customer_id))
        )
    )


def senders_query(size: int) -> Select[Any]:
    """Return what finds so many senders with their chain, session and this very message."""
    a, c, s, i = schema.addresses, schema.customers, schema.sessions, schema.inbound
    door = bindparam("door", type_=s.c.door.type)
    session = and_(
        s.c.customer_id == a.c.customer_id,
        s.c.brand == a.c.brand,
        s.c.door == door,
        s.c.address_hash == a.c.address_hash,
    )
    seen = and_(
        i.c.customer_id == a.c.customer_id,
        i.c.brand == a.c.brand,
        i.c.door == door,
        i.c.address_hash == a.c.address_hash,
        i.c.message_id.in_(parameters("message", size, i.c.message_id)),
    )
    joined = a.join(c, c.c.customer_id == a.c.customer_id).outerjoin(s, session).outerjoin(i, seen)
    columns = (
        a.c.address_hash,
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
        i.c.message_id,
        i.c.sealed_reply,
        i.c.received_at,
        i.c.length.label("length_then"),
    )
    query = select(*columns).select_from(joined)
    query = query.where(a.c.address_hash.in_(parameters("digest", size, a.c.address_hash)))
    # Two replicas must not continue the same chain: the rows are held until the commit, and taken
    # in one order, so that two crowds never wait for each other.
    return query.order_by(a.c.address_hash).with_for_update(of=c)
