"""Taking along what belongs to an address when it changes its customer."""

from __future__ import annotations

import logging
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Table, select

from consent.decisions import CustomerId
from consent.dialogue.session import Session
from consent.errors import SealBroken
from storage import schema
from storage.rows import close_reply, close_session, open_reply, open_session
from storage.vault import Seal

_log = logging.getLogger("consent.ledger")

#: A customer and what seals their values.
Owner = tuple[CustomerId, Seal]


def move_replies(connection: Connection, digest: str, old: Owner, new: Owner) -> None:
    """Take along what this address was answered: a message that comes again stays the same."""
    table = schema.inbound
    for row in of_address(connection, table, digest, old[0]):
        try:
            reply = open_reply(row.sealed_reply, old[1], old[0])
        except (SealBroken, msgspec.DecodeError) as fault:
            # No traceback: a decoder's own words quote what it could not read.
            _log.error("a reply is left behind: customer %s, %s", old[0], type(fault).__name__)
            continue
        moved = row._asdict() | {"customer_id": new[0], "length": 0}
        moved["sealed_reply"] = close_reply(reply, new[1], new[0])
        connection.execute(table.insert(), moved)
    forget(connection, table, digest, old[0])


def move_session(connection: Connection, digest: str, old: Owner, new: Owner) -> None:
    """Take along the conversation as it stands."""
    table = schema.sessions
    for row in of_address(connection, table, digest, old[0]):
        session = session_of(row, old)
        if session is None:
            continue
        moved = row._asdict() | {"customer_id": new[0]}
        moved["sealed_session"] = close_session(session, new[1], new[0])
        connection.execute(table.insert(), moved)
    forget(connection, table, digest, old[0])


def session_of(row: Row[Any], owner: Owner) -> Session | None:
    """Return a conversation; one that cannot be read is none, so that a STOP still works."""
    try:
        return open_session(row.sealed_session, owner[1], owner[0])
    except (SealBroken, msgspec.DecodeError) as fault:
        reason = type(fault).__name__
        _log.error("a conversation begins anew: customer %s, %s", owner[0], reason)
        return None


def of_address(
    connection: Connection, table: Table, digest: str, customer: CustomerId
) -> list[Row[Any]]:
    """Return a customer's rows of one address."""
    mine = (table.c.customer_id == customer) & (table.c.address_hash == digest)
    return list(connection.execute(select(table).where(mine)))


def forget(connection: Connection, table: Table, digest: str, customer: CustomerId) -> None:
    """Remove a customer's rows of one address."""
    mine = (table.c.customer_id == customer) & (table.c.address_hash == digest)
    connection.execute(table.delete().where(mine))
