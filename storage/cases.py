"""Cases on a database: listed by what is due first, and shown to those who say what for."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from sqlalchemy import ColumnElement, Connection, select

from consent.case_ports import (
    CasePage,
    CaseQuery,
    Draft,
    Filed,
    Named,
    Opened,
    Told,
    Until,
)
from consent.case_refusals import CaseRefused, Why
from storage import schema
from storage.answering import answer, close, extend
from storage.answers import open_words, sending_of
from storage.case_lists import listed
from storage.case_rows import Found, due, filed_of, find, reach_of
from storage.database import Database
from storage.ids import uuid7
from storage.moments import to_store
from storage.on_file import numbers_of
from storage.vault import Vault


class SqlCases:
    """`consent.case_ports.Cases` on a database."""

    def __init__(self, database: Database, vault: Vault) -> None:
        """Keep cases where the ledger of the same database writes them."""
        self._database = database
        self._vault = vault

    async def waiting(
        self,
        brand: str,
        *,
        overdue_at: datetime | None = None,
        after: str | None = None,
        most: int = 100,
    ) -> tuple[Filed, ...]:
        """See `consent.case_ports.Cases.waiting`."""

        def read(connection: Connection) -> tuple[Filed, ...]:
            table = schema.cases
            query = select(table).where(table.c.brand == brand, table.c.closed_at.is_(None))
            if overdue_at is not None:
                query = query.where(due() < to_store(overdue_at))
            if after is not None:
                query = query.where(_follows(brand, after, connection))
            rows = connection.execute(query.order_by(due(), table.c.case_id).limit(most))
            return tuple(filed_of(row) for row in rows)

        return await self._database.read(read)

    async def listed(self, wanted: CaseQuery) -> CasePage:
        """See `consent.case_ports.Cases.listed`."""
        return await self._database.read(partial(listed, self._vault, wanted))

    async def show(self, named: Named, reason: str) -> Opened:
        """See `consent.case_ports.Cases.show`."""
        return await self._database.write(partial(self._show, named, reason))

    async def answer(self, named: Named, draft: Draft) -> Told:
        """See `consent.case_ports.Cases.answer`."""
        return await self._database.write(partial(answer, self._vault, named, draft))

    async def extend(self, named: Named, until: Until, draft: Draft) -> Told:
        """See `consent.case_ports.Cases.extend`."""
        return await self._database.write(partial(extend, self._vault, named, until, draft))

    async def close(self, named: Named, reason: str) -> bool:
        """See `consent.case_ports.Cases.close`."""
        return await self._database.write(partial(close, self._vault, named, reason))

    def _show(self, named: Named, reason: str, connection: Connection) -> Opened:
        found = find(named, self._vault, connection)
        _note_look(found, named, reason, connection)
        row, seal, kept = found.row, found.seal, found.kept
        answered, closed = kept is not None and kept.outgoing != "", row.closed_at is not None
        sending = None
        if kept is not None and answered:
            sending = sending_of(kept, found.customer, connection, closed=closed)
        return Opened(
            filed=filed_of(row, answered=answered),
            words=open_words(row.sealed_words, found.case, seal),
            numbers=numbers_of(connection, found.customer, seal) if seal else (),
            answer=sending,
            reason=kept.why if kept else "",
            reach=reach_of(found, connection),
            customer=found.customer,
        )


def _follows(brand: str, after: str, connection: Connection) -> ColumnElement[bool]:
    """Return the condition that a case comes after another in the list."""
    table = schema.cases
    query = select(due()).where(table.c.case_id == after, table.c.brand == brand)
    moment = connection.execute(query).scalar()
    if moment is None:
        raise CaseRefused(Why.UNKNOWN, f"{brand} has no case {after} to go on after.")
    return (due() > moment) | ((due() == moment) & (table.c.case_id > after))


def _note_look(found: Found, named: Named, reason: str, connection: Connection) -> None:
    """Note who looked at whose words, and what for (law 9)."""
    connection.execute(
        schema.read_log.insert(),
        {
            "customer_id": found.customer,
            "look_id": uuid7(named.at),
            "at": to_store(named.at),
            "viewer": named.by,
            "reason_of_look": reason,
            "question": f"case {found.case}",
            "answer": "shown",
        },
    )
