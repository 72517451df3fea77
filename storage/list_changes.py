"""What has happened to whom since a list was checked."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from consent.delivery import Outcome
from consent.feed import FEED
from storage import schema
from storage.list_judging import listed
from storage.list_looks import Begun, Earlier, read_earlier
from storage.moments import to_store
from storage.rows import channel_words


@dataclass(frozen=True, slots=True)
class Changes:
    """What has happened since an earlier check."""

    earlier: Earlier
    #: The hashes of the addresses whose customers may stand otherwise now.
    touched: frozenset[str]
    #: Those of them that may have been somebody else's then.
    moved: frozenset[str]
    #: A text was registered since: anybody's consent may be outdated.
    new_texts: bool


def changes_since(since: Begun, connection: Connection) -> Changes:
    """Read what has happened since an earlier check began."""
    a, gone, texts = schema.addresses, schema.tombstones, schema.notices
    at = to_store(since.at)
    customers = _changed(since, connection)
    heirs = _heirs(customers, connection)
    parted = select(gone.c.address_hash).where(
        gone.c.brand == since.brand, gone.c.forgotten_at >= at
    )
    new = select(a.c.address_hash).where(a.c.brand == since.brand, a.c.proven_at >= at)
    moved = _addresses(heirs, connection) | {*connection.execute(parted).scalars()}
    touched = moved | _addresses(customers, connection) | {*connection.execute(new).scalars()}
    shown = select(texts.c.code).where(texts.c.brand == since.brand, texts.c.registered_at >= at)
    return Changes(
        earlier=read_earlier(connection, since.id),
        touched=frozenset(touched),
        moved=frozenset(moved),
        new_texts=connection.execute(shown.limit(1)).first() is not None,
    )


def _addresses(customers: set[str], connection: Connection) -> set[str]:
    table = schema.addresses
    wanted = listed(connection, sorted(customers), "changed")
    joined = wanted.join(table, table.c.customer_id == wanted.c.value)
    return {*connection.execute(select(table.c.address_hash).select_from(joined)).scalars()}


def _heirs(customers: set[str], connection: Connection) -> set[str]:
    """Read to whom customers were joined."""
    table = schema.customers
    wanted = listed(connection, sorted(customers), "told")
    joined = wanted.join(table, table.c.customer_id == wanted.c.value)
    query = select(table.c.joined_to).select_from(joined).where(table.c.joined_to.is_not(None))
    return {*connection.execute(query).scalars()}


def _changed(since: Begun, connection: Connection) -> set[str]:
    """Read of whom the feed tells since, or is going to, and whom a provider has blocked."""
    feed, owners, box = schema.feed, schema.customers, schema.outbox
    ours = (box.c.brand == since.brand) & (box.c.kind == FEED)
    # What was committed and has no place in the feed yet, and what will never have one.
    waits = select(box.c.customer_id).where(ours, box.c.sent_at.is_(None))
    refused = select(box.c.customer_id).where(ours, box.c.outcome == Outcome.REFUSED.value)
    told = select(feed.c.customer_id).where(
        feed.c.brand == since.brand, feed.c.position > since.feed_position
    )
    # Each may see a newer store than the one before: what waited is read first, so that whatever
    # leaves meanwhile is found where it went.
    found: set[str] = set()
    for query in (waits, refused, told):
        found |= {*connection.execute(query).scalars()}
    blocked = select(owners.c.customer_id, owners.c.blocks).where(
        owners.c.brand == since.brand, owners.c.blocks != "{}"
    )
    at = to_store(since.at)
    for customer, blocks in connection.execute(blocked):
        if any(word.last >= at for word in channel_words(blocks).values()):
            found.add(customer)
    return found
