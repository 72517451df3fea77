"""Reading all that is on file about one customer, in one transaction.

The customer's row is held meanwhile, so that nothing is said between two statements. Records that
were joined to theirs are theirs too, each opened with its own key. A customer's own copy is no
look by staff; one that staff make is in the read log before it leaves, and so in the copy itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, Table, func, select

from consent.decisions import CustomerId
from consent.feed import FEED
from consent.own_data import HeldChain, HeldLook, HeldTalk, HeldText, OwnData
from consent.ports import Address, Look
from consent.staff import EXPORTED, Entry
from storage import schema
from storage.database import Database
from storage.joining import family_of, holder_of
from storage.list_looks import looks_of
from storage.moments import from_store
from storage.moving import Owner
from storage.own_rows import (
    address_of,
    case_of,
    link_of,
    look_of,
    message_of,
    report_of,
    sending_of,
    talk_of,
    text_of,
)
from storage.queries import standing_of
from storage.rows import blocks_of, decision_of
from storage.staff_rows import note
from storage.vault import Seal, Vault
from storage.writes import log_look

_T = TypeVar("_T")
#: What the read log says of a copy that staff made.
_QUESTION, _ANSWER = "copy", "everything"


class SqlOwnData:
    """Copies of customers' data, from a database."""

    def __init__(self, database: Database, vault: Vault) -> None:
        """Read what the ledger of the same database has written."""
        self._database = database
        self._vault = vault

    async def of_address(self, brand: str, address: Address, now: datetime) -> OwnData | None:
        """Return the copy for whoever proved that this address is theirs; none for nobody.

        :raises StoreUnavailable: it cannot be read now.
        """
        digest = self._vault.address_hash(brand, address)
        return await self._database.write(partial(self._own, digest, now))

    async def for_staff(self, look: Look) -> OwnData | None:
        """Return a customer's copy to staff, once it is noted who looked; none if nobody is known.

        :raises StoreUnavailable: nobody looked.
        """
        return await self._database.write(partial(self._shown, look))

    def _own(self, digest: str, now: datetime, connection: Connection) -> OwnData | None:
        customer = holder_of(digest, connection)
        table = schema.addresses
        level = select(table.c.proof_level).where(table.c.address_hash == digest)
        if customer is None or connection.execute(level).scalar_one() < 1:
            return None
        return own_data(customer, now, self._vault, connection)

    def _shown(self, look: Look, connection: Connection) -> OwnData | None:
        customer = holder_of(self._vault.address_hash(look.brand, look.address), connection)
        if customer is None:
            return None
        log_look(connection, look, customer, _QUESTION, _ANSWER)
        made = Entry(at=look.at, actor=look.viewer, action=EXPORTED, about=str(customer))
        note(connection, made, [look.brand])
        return own_data(customer, look.at, self._vault, connection)


def own_data(
    customer: CustomerId, now: datetime, vault: Vault, connection: Connection
) -> OwnData | None:
    """Return everything about a customer; none once they were forgotten."""
    table, records = schema.customers, list[tuple[Row[Any], Seal]]()
    # Held until the commit: whoever writes for them waits.
    own = select(table).where(table.c.customer_id == customer).with_for_update()
    if connection.execute(own).first() is None:
        return None
    for name in family_of(customer, connection):
        query = select(table).where(table.c.customer_id == name)
        row = connection.execute(query).one()
        if row.wrapped_key is not None:
            records.append((row, vault.data_key(name, row.wrapped_key)))
    is_known = bool(records) and records[0][0].customer_id == customer
    return _Reader(records, connection).read(now) if is_known else None


@dataclass(frozen=True, slots=True)
class _Reader:
    """One customer's records, each with what opens it; their own record is first."""

    records: Sequence[tuple[Row[Any], Seal]]
    connection: Connection

    @property
    def owners(self) -> list[Owner]:
        return [(CustomerId(row.customer_id), seal) for row, seal in self.records]

    def read(self, now: datetime) -> OwnData:
        first, chains = self.records[0][0], tuple(map(self._chain, self.records))
        told, last = self._told(sent=True)
        untold, _ = self._told(sent=False)
        return OwnData(
            brand=first.brand,
            made_at=now,
            customer=CustomerId(first.customer_id),
            chains=chains,
            standing=standing_of(self.connection, CustomerId(first.customer_id)),
            addresses=self._all(schema.addresses, address_of, "proven_at"),
            blocked=blocks_of(first.blocks),
            texts=self._texts(chains),
            cases=self._all(schema.cases, case_of, "opened_at"),
            talks=self._talks(),
            messages=self._all(schema.inbound, message_of, "received_at"),
            sendings=self._all(
                schema.outbox, sending_of, "created_at", lambda row: row.kind != FEED
            ),
            reports=self._all(schema.deliveries, lambda row, _: report_of(row), "reported_at"),
            looks=self._looks(first.brand),
            links=self._all(schema.copies, lambda row, _: link_of(row), "created_at"),
            told=told,
            untold=untold,
            told_last=from_store(last),
        )

    def _rows(self, table: Table, customer: str) -> Sequence[Row[Any]]:
        mine = select(table).where(table.c.customer_id == customer)
        return self.connection.execute(mine).all()

    def _all(
        self,
        table: Table,
        read: Callable[[Row[Any], Owner], _T],
        at: str,
        counts: Callable[[Row[Any]], bool] = lambda _: True,
    ) -> tuple[_T, ...]:
        """Return all rows of a table, oldest first."""
        found = [(r, o) for o in self.owners for r in self._rows(table, o[0]) if counts(r)]
        found.sort(key=lambda one: int(getattr(one[0], at)))
        return tuple(read(row, owner) for row, owner in found)

    def _chain(self, record: tuple[Row[Any], Seal]) -> HeldChain:
        row, seal = record
        rows = sorted(self._rows(schema.decisions, row.customer_id), key=lambda r: int(r.position))
        return HeldChain(
            customer=CustomerId(row.customer_id),
            since=from_store(int(row.created_at)),
            decisions=tuple(decision_of(r, seal) for r in rows),
            head=row.head,
        )

    def _looks(self, brand: str) -> tuple[HeldLook, ...]:
        """Return who looked at them alone, and at whole lists that they were in, oldest first."""
        alone = self._all(schema.read_log, lambda row, _: look_of(row), "at")
        ids = [owner[0] for owner in self.owners]
        in_lists = looks_of(self.connection, brand, ids)
        return tuple(sorted((*alone, *in_lists), key=lambda look: look.at))

    def _texts(self, chains: Sequence[HeldChain]) -> tuple[HeldText, ...]:
        """Return each text that was shown, once, in the order of the history."""
        said = (d for chain in chains for d in chain.decisions)
        shown = dict.fromkeys(f for d in said for f in (d.notice, d.linked_notice) if f)
        table = schema.notices
        rows = self.connection.execute(select(table).where(table.c.fingerprint.in_(shown))).all()
        found = {row.fingerprint: text_of(row) for row in rows}
        return tuple(found[name] for name in shown if name in found)

    def _talks(self) -> tuple[HeldTalk, ...]:
        names = {
            row.address_hash: address_of(row, owner).value
            for owner in self.owners
            for row in self._rows(schema.addresses, owner[0])
        }
        talks = (
            talk_of(row, owner, names.get(row.address_hash, ""))
            for owner in self.owners
            for row in self._rows(schema.sessions, owner[0])
        )
        return tuple(talk for talk in talks if talk is not None)

    def _told(self, *, sent: bool) -> tuple[int, int | None]:
        """Return how many messages with decisions other systems were told, and when last."""
        table = schema.outbox
        theirs = table.c.customer_id.in_([owner[0] for owner in self.owners])
        is_sent = table.c.sent_at.is_not(None) if sent else table.c.sent_at.is_(None)
        query = select(func.count(), func.max(table.c.sent_at))
        row = self.connection.execute(query.where(theirs, table.c.kind == FEED, is_sent)).one()
        return int(row[0]), row[1]
