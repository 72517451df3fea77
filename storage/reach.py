"""Whether something sent to an address arrives: a matter of delivery, never of consent."""

from __future__ import annotations

from sqlalchemy import Connection, select

from consent.decisions import CustomerId
from storage import schema
from storage.writes import note_block


def note_reach(digest: str, since: int | None, connection: Connection) -> None:
    """Note since when nothing reaches an address; none: it does again."""
    table = schema.addresses
    change = table.update().where(table.c.address_hash == digest)
    connection.execute(change.values(unreachable_since=since))


def block(digest: str, channel: str, at: int, connection: Connection) -> None:
    """Note that a provider blocks a channel to the customer of an address."""
    customer = customer_at(digest, connection)
    if customer is not None:
        note_block(connection, customer, channel, at, blocks=True)


def customer_at(digest: str, connection: Connection) -> CustomerId | None:
    """Return whose address this is."""
    table = schema.addresses
    query = select(table.c.customer_id).where(table.c.address_hash == digest)
    found = connection.execute(query).scalar_one_or_none()
    return None if found is None else CustomerId(found)
