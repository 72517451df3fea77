"""Joining two customers who are one, in one transaction: one chain goes on, the other is kept.

What is said from now on by any address of either is the one customer's. What lies sealed under
the other's key and is still needed is sealed anew; decisions, standing and what was sent stay
where they are, and are found by `customers.joined_to`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Table, select

from consent.batch_ports import Deeds, Held, Work
from consent.batches import Fate, Joining, Refusal
from consent.decisions import CustomerId
from consent.dialogue.session import Awaiting, Session
from consent.errors import SealBroken, StoreUnavailable
from consent.feed import FEED, Happening
from consent.ports import Writing
from consent.replies import SILENCE
from storage import schema
from storage.answers import is_about_case
from storage.gathered_rows import GatheredRows
from storage.holdings import Holdings, read_holdings
from storage.moments import to_store
from storage.moving import Owner, move_replies, session_of
from storage.reach import customer_at
from storage.rows import ChannelWord, channel_words, channels_text, close_session
from storage.vault import Vault
from storage.writes import append, happening_row, insert_new, move_head

_log = logging.getLogger("consent.ledger")

#: Sealed columns of a table, and what each is bound to.
_Seals = Mapping[str, Callable[[Row[Any]], str]]
_CASE: _Seals = {
    "sealed_words": lambda row: f"case:{row.case_id}:words",
    "sealed_answer": lambda row: f"case:{row.case_id}:answer",
}
_MAIL: _Seals = {"sealed_payload": lambda row: f"outgoing:{row.outgoing_id}"}
#: How often an address is looked up that is being joined at this moment.
_LOOKS = 5


def join(connection: Connection, vault: Vault, item: Joining, work: Work) -> Fate:
    """Make the second number's customer the first's; a second time changes nothing."""
    refusal = work.refuse(item)
    if refusal is not None:
        return Fate(refusal=refusal)
    digests = [vault.address_hash(item.brand, a) for a in (item.address, item.other)]
    holdings = read_holdings(connection, vault, set(digests), {item.door})
    found = _both(holdings, digests, to_store(item.said_at))
    if isinstance(found, Refusal):
        return Fate(refusal=found)
    kept, other = found
    if kept == other:
        return Fate(again=True)
    deeds = work.unite(item, holdings.held[kept], holdings.held[other])
    owners: dict[CustomerId, Owner] = {
        name: (name, vault.data_key(name, holdings.wrapped_keys[name])) for name in found
    }
    _append(connection, deeds, owners[kept])
    _Move(connection, owners[other], owners[kept]).everything()
    _point(connection, item, holdings.held[other], kept, work.at)
    return deeds.fates[0]


def _both(
    holdings: Holdings, digests: list[str], said_at: int | None
) -> tuple[CustomerId, CustomerId] | Refusal:
    found: list[CustomerId] = []
    for digest in digests:
        claim = holdings.claim(digest, said_at)
        if claim.refusal is not None:
            return claim.refusal
        if claim.former:
            return Refusal.SAID_BEFORE_RELEASE
        if claim.customer is None:
            return Refusal.NOBODY_KNOWN
        found.append(claim.customer)
    return found[0], found[1]


def _append(connection: Connection, deeds: Deeds, owner: Owner) -> None:
    writing = Writing(
        customer=owner[0],
        new_customer=False,
        decisions=deeds.decisions,
        records=deeds.records,
        head=deeds.head,
        length=deeds.length,
        session=Session(),
        reply=SILENCE,
    )
    with GatheredRows(connection) as rows:
        move_head(rows, writing)
        append(rows, writing, owner[1])


def _point(
    connection: Connection, item: Joining, other: Held, kept: CustomerId, at: datetime
) -> None:
    """Note whom the other has become, and tell other systems."""
    gone = other.customer or CustomerId("")
    table = schema.customers
    mine = table.update().where(table.c.customer_id == gone)
    connection.execute(mine.values(joined_to=kept))
    happening = Happening(
        brand=item.brand,
        customer=gone,
        action="joined",
        kind="customer",
        id=kept,
        at=at,
        door=item.door,
        actor=item.actor,
    )
    row = happening_row(happening, other.length, to_store(at))
    connection.execute(schema.outbox.insert(), row)


class _Move:
    """What goes along from one customer to the other."""

    def __init__(self, connection: Connection, old: Owner, new: Owner) -> None:
        self._connection, self._old, self._new = connection, old, new

    def everything(self) -> None:
        """Move addresses, conversations, answers, cases, mail, and what is noted of them."""
        self._blocks()
        self._addresses()
        self._sessions()
        self._anew(schema.cases, _CASE)
        mail, answer = schema.outbox.c, is_about_case()
        # What becomes of a case's answer is noted with the case, long after it was sent.
        self._anew(schema.outbox, _MAIL, mail.kind != FEED, mail.sent_at.is_(None) | answer)
        for table in (schema.read_log, schema.copies, schema.deliveries):
            rows = [row._asdict() | {"customer_id": self._new[0]} for row in self._rows(table)]
            insert_new(self._connection, table, rows)
            self._drop(table)

    def _addresses(self) -> None:
        table = schema.addresses
        for row in self._rows(table):
            digest = row.address_hash
            move_replies(self._connection, digest, self._old, self._new)
            sealed = self._resealed(row.sealed_address, f"address:{digest}")
            change = table.update().where(table.c.address_hash == digest)
            values = {"customer_id": self._new[0], "sealed_address": sealed}
            self._connection.execute(change.values(values))

    def _sessions(self) -> None:
        """Conversations go on; a yes to what one of them was asked is not that of both."""
        table = schema.sessions
        for owner in (self._old, self._new):
            rows = self._connection.execute(select(table).where(table.c.customer_id == owner[0]))
            found = [(row, session_of(row, owner)) for row in rows.all()]
            self._connection.execute(table.delete().where(table.c.customer_id == owner[0]))
            for row, session in found:
                if session is None:
                    continue
                unasked = close_session(_unasked(session), self._new[1], self._new[0])
                moved = {"customer_id": self._new[0], "sealed_session": unasked}
                self._connection.execute(table.insert(), row._asdict() | moved)

    def _anew(self, table: Table, seals: _Seals, *which: ColumnElement[bool]) -> None:
        """Move rows, sealed anew; one that cannot be read stays where it is."""
        for row in self._rows(table, *which):
            values: dict[str, Any] = {"customer_id": self._new[0]}
            try:
                for column, bound in seals.items():
                    values[column] = self._resealed(getattr(row, column), bound(row))
            except SealBroken:
                _log.exception("a row cannot be read and is left behind: %s", self._old[0])
                continue
            mine = [column == getattr(row, column.name) for column in table.primary_key]
            self._connection.execute(table.update().where(*mine).values(values))

    def _blocks(self) -> None:
        """What a provider blocks to either it blocks to both, until their own start word."""
        table = schema.customers
        both = [
            channel_words(
                self._connection.execute(
                    select(table.c.blocks).where(table.c.customer_id == owner[0])
                ).scalar_one()
            )
            for owner in (self._new, self._old)
        ]
        merged = dict(both[0])
        for channel, word in both[1].items():
            known = merged.get(channel, word)
            merged[channel] = ChannelWord(
                blocks=known.blocks or word.blocks,
                since=max(w.since for w in (known, word) if w.blocks or not known.blocks),
                last=max(known.last, word.last),
            )
        mine = table.update().where(table.c.customer_id == self._new[0])
        self._connection.execute(mine.values(blocks=channels_text(merged)))

    def _rows(self, table: Table, *which: ColumnElement[bool]) -> list[Row[Any]]:
        mine = table.c.customer_id == self._old[0]
        return list(self._connection.execute(select(table).where(mine, *which)))

    def _drop(self, table: Table) -> None:
        self._connection.execute(table.delete().where(table.c.customer_id == self._old[0]))

    def _resealed(self, sealed: bytes | None, bound: str) -> bytes | None:
        if sealed is None:
            return None
        return self._new[1].close(self._old[1].open(sealed, bound), bound)


def _unasked(session: Session) -> Session:
    """Return a conversation whose pending question gives nothing; a no to it still counts."""
    asked = session.pending
    if asked is None or asked.awaiting in {Awaiting.WITHDRAW, Awaiting.LINK}:
        return session
    kept = replace(asked, lapsed=True) if asked.awaiting is Awaiting.GRANT else None
    return replace(session, pending=kept)


def holder_of(digest: str, connection: Connection) -> CustomerId | None:
    """Return whose an address is, with their row held until the commit.

    Whoever waited for the row while a join was committed looks again: the address has moved on.

    :raises StoreUnavailable: it moves faster than one can look.
    """
    owners = schema.customers
    for _ in range(_LOOKS):
        found = customer_at(digest, connection)
        if found is None:
            return None
        query = select(owners.c.joined_to).where(owners.c.customer_id == found).with_for_update()
        if connection.execute(query).scalar() is None:
            return found
    raise StoreUnavailable("(an address is on its way from one customer to another)")


def family_of(customer: CustomerId, connection: Connection) -> tuple[CustomerId, ...]:
    """Return a customer, and everybody who was joined to them, however many joins ago."""
    column, found = schema.customers.c, [customer]
    for name in found:
        joined = select(column.customer_id).where(column.joined_to == name)
        found += [CustomerId(x) for x in connection.execute(joined).scalars() if x not in found]
    return tuple(found)
