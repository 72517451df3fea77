"""Releasing a number that has changed hands: its new owner begins with nothing (law 7).

The row of the address goes; a keyed hash stays, with the moment and with whom it belonged to
before, so that what was said until then is never taken for the new owner's word. Whoever has no
number left is not found by a CRM id or an e-mail address either: what may be sent to them would go
to the number that a CRM still has.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, func, select

from consent.batches import Fate, Release
from consent.decisions import CustomerId
from consent.delivery import Outcome
from consent.feed import Happening
from consent.ports import AddressKind
from storage import schema
from storage.copy_rows import end_links
from storage.moments import from_store, to_store
from storage.moving import forget
from storage.writes import happening_row, upsert

#: What a tombstone's reason begins with where nobody was forgotten.
RELEASED = "@released"
#: What a customer is found by besides their numbers (see `storage.naming`).
_NAMES = frozenset({AddressKind.CRM_ID.value, AddressKind.EMAIL.value})


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
    row = _row_at(connection, digest, at)
    holder = CustomerId(row.customer_id) if row is not None else None
    if row is not None and holder is not None:
        detach(connection, holder, digest, at)
        if row.kind not in _NAMES:
            _tell(connection, item, holder, digest)
            for name in _names_left(connection, holder):
                detach(connection, holder, name, at)
                _remember(connection, item, holder, name)
    _remember(connection, item, holder, digest)
    return Fate(again=past is not None and holder is None and not is_release(past.reason))


def _names_left(connection: Connection, holder: CustomerId) -> list[str]:
    """Return the hashes of what else somebody is found by who has no number left."""
    table = schema.addresses
    query = select(table.c.address_hash, table.c.kind).where(table.c.customer_id == holder)
    kinds: dict[str, str] = {row.address_hash: row.kind for row in connection.execute(query)}
    if AddressKind.MSISDN.value in kinds.values():
        return []
    return sorted(digest for digest, kind in kinds.items() if kind in _NAMES)


def _remember(
    connection: Connection, item: Release, holder: CustomerId | None, digest: str
) -> None:
    """Keep when an address left whom; who was forgotten is remembered as that."""
    past = _remembered(connection, digest)
    if past is not None and not is_release(past.reason):
        return
    since = past.forgotten_at if past is not None else 0
    row = {
        "address_hash": digest,
        "customer_id": holder or "",
        "brand": item.brand,
        "forgotten_at": max(to_store(item.said_at) or 0, since),
        "reason": f"{RELEASED} since {since} by {item.actor}, {item.door}",
    }
    upsert(connection, schema.tombstones, [row])


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


def _row_at(connection: Connection, digest: str, at: int) -> Row[Any] | None:
    """Return the row of an address, if whoever has it now had it at that moment already.

    What they said before a join stands under who they were then. Of what is no number nobody
    knows since when it is theirs: it can be given to them again.
    """
    # Joining needs holdings, which need what is known of releases.
    from storage.joining import family_of  # noqa: PLC0415

    table, said = schema.addresses, schema.decisions
    query = select(table).where(table.c.address_hash == digest).with_for_update()
    row = connection.execute(query).first()
    if row is None or row.kind in _NAMES:
        return row
    since = row.proven_at
    for name in family_of(CustomerId(row.customer_id), connection):
        mine = said.c.customer_id == name
        first = connection.execute(select(func.min(said.c.said_at)).where(mine)).scalar()
        since = min(since, first if first is not None else since)
    return row if since <= at else None


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
