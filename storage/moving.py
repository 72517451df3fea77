"""Taking along what belongs to an address when it changes its customer."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, Table, select

from consent.decisions import CustomerId
from storage import schema
from storage.rows import close_reply, close_session, open_reply, open_session
from storage.vault import Seal

#: A customer and what seals their values.
Owner = tuple[CustomerId, Seal]


def move_replies(connection: Connection, digest: str, old: Owner, new: Owner) -> None:
    """Take along what this address was answered: a message that comes again stays the same."""
    table = schema.inbound
    for row in of_address(connection, table, digest, old[0]):
        reply = open_reply(row.sealed_reply, old[1], old[0])
        moved = row._asdict() | {"customer_id": new[0]}
        moved["sealed_reply"] = close_reply(reply, new[1], new[0])
        connection.execute(table.insert(), moved)
    forget(connection, table, digest, old[0])


def move_session(connection: Connection, digest: str, old: Owner, new: Owner) -> None:
    """Take along the conversation as it stands."""
    table = schema.sessions
    for row in of_address(connection, table, digest, old[0]):
        session = open_session(row.sealed_session, old[1], old[0])
        moved = row._asdict() | {"customer_id": new[0]}
        moved["sealed_session"] = close_session(session, new[1], new[0])
        connection.execute(table.insert(), moved)
    forget(connection, table, digest, old[0])


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
