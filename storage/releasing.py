"""Releasing a number that has changed hands: its new owner begins with nothing (law 7).

The row of the address goes; a keyed hash stays, with the moment and with whom it belonged to
before, so that what was said until then is never taken for the new owner's word.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, func, select

from consent.batches import Fate, Release
from consent.decisions import CustomerId
from consent.delivery import Outcome
from consent.feed import Happening
from storage import schema
from storage.copy_rows import end_links
from storage.moments import from_store, to_store
from storage.moving import forget
from storage.writes import happening_row, upsert

#: What a tombstone's reason begins with where nobody was forgotten.
RELEASED = "@released"


def is_release(reason: str) -> bool:
    """Say whether a tombstone remembers a number that changed hands, not a person forgotten."""
    return reason.startswith(RELEASED)


def held_since(reason: str) -> int:
    """Return since when it was theirs who had it last: since the release before, if any."""
    return int(reason.split(maxsplit=3)[2])


def release(connection: Connection, item: Release, digest: str) -> Fate:
    """Detach a number from whoever had it; the same release again changes nothing."""
    at = to_store(item.said_at) or 0
    past = _remembered(connection, digest)
    if past is not None and is_release(past.reason) and past.forgotten_at >= at:
        return Fate(again=True)
    holder = _holder_at(connection, digest, at)
    if holder is not None:
        detach(connection, holder, digest, at)
        _tell(connection, item, holder, digest)
    if past is None or is_release(past.reason):
        since = past.forgotten_at if past is not None else 0
        row = {
            "address_hash": digest,
            "customer_id": holder or "",
            "brand": item.brand,
            "forgotten_at": at,
            "reason": f"{RELEASED} since {since} by {item.actor}, {item.door}",
        }
        upsert(connection, schema.tombstones, [row])
    return Fate(again=past is not None and holder is None and not is_release(past.reason))


def _tell(connection: Connection, item: Release, holder: CustomerId, digest: str) -> None:
    """Let other systems know that the number leads to this customer no longer."""
    table = schema.customers
    query = select(table.c.length).where(table.c.customer_id == holder).with_for_update()
    happening = Happening(
        brand=item.brand,
        customer=holder,
        action="number_released",
        kind="customer",
        id=holder,
        at=item.said_at or from_store(0),
        door=item.door,
        actor=item.actor,
        key=digest,
    )
    row = happening_row(happening, connection.execute(query).scalar_one(), to_store(happening.at))
    connection.execute(schema.outbox.insert(), row)


def _remembered(connection: Connection, digest: str) -> Row[Any] | None:
    table = schema.tombstones
    return connection.execute(select(table).where(table.c.address_hash == digest)).first()


def _holder_at(connection: Connection, digest: str, at: int) -> CustomerId | None:
    """Return who has the address now, if they had it at that moment already.

    What they said before a join stands under who they were then.
    """
    # Joining needs holdings, which need what is known of releases.
    from storage.joining import family_of  # noqa: PLC0415

    table, said = schema.addresses, schema.decisions
    query = select(table).where(table.c.address_hash == digest).with_for_update()
    row = connection.execute(query).first()
    if row is None:
        return None
    since = row.proven_at
    for name in family_of(CustomerId(row.customer_id), connection):
        mine = said.c.customer_id == name
        first = connection.execute(select(func.min(said.c.said_at)).where(mine)).scalar()
        since = min(since, first if first is not None else since)
    return CustomerId(row.customer_id) if since <= at else None


def detach(connection: Connection, holder: CustomerId, digest: str, at: int) -> None:
    """Take the number off its customer, with its conversation and what was on its way to it."""
    table, outbox = schema.addresses, schema.outbox
    forget(connection, table, digest, holder)
    forget(connection, schema.sessions, digest, holder)
    end_links(connection, holder)
    waiting = (
        (outbox.c.customer_id == holder)
        & (outbox.c.address_hash == digest)
        & outbox.c.sent_at.is_(None)
    )
    settled = outbox.update().where(waiting)
    connection.execute(settled.values(sent_at=at, outcome=Outcome.REFUSED.value))
