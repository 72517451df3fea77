"""One case as it lies in the store: whose it is, what is sealed with it, where its answer goes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select

from consent.case_ports import Filed, Named, Reach
from consent.case_refusals import CaseRefused, CaseUnknown, Trouble, Why
from consent.cases import CaseState
from consent.decisions import CustomerId
from consent.ports import Address, AddressKind
from storage import schema
from storage.answers import Kept, open_kept
from storage.moments import from_store
from storage.rows import blocks_of, case_of, open_session
from storage.vault import Seal, Vault

#: A case from before there were due dates is due about a month after it was opened.
_MONTH = timedelta(days=31) // timedelta(microseconds=1)
#: The doors whose couriers carry answers.
_CARRIED = frozenset({"telegram", "sms"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One case, with its customer's row held until the commit."""

    row: Row[Any]
    #: None once the customer was forgotten.
    seal: Seal | None
    kept: Kept | None

    @property
    def customer(self) -> CustomerId:
        """Whose it is."""
        return CustomerId(self.row.customer_id)

    @property
    def case(self) -> str:
        """What it is called."""
        return str(self.row.case_id)


def find(named: Named, vault: Vault, connection: Connection) -> Found:
    """Return the case of this name.

    :raises CaseUnknown: the brand has none.
    :raises CaseRefused: it has more than one.
    """
    table, owners = schema.cases, schema.customers
    query = (
        select(table, owners.c.wrapped_key, owners.c.blocks)
        .join(owners, owners.c.customer_id == table.c.customer_id)
        .where(table.c.case_id == named.case, table.c.brand == named.brand)
        .with_for_update()
    )
    rows = connection.execute(query).all()
    if not rows:
        raise CaseUnknown(Why.UNKNOWN, f"{named.brand} has no case {named.case}.")
    if len(rows) > 1:
        raise CaseRefused(Why.AMBIGUOUS, "Two customers have a case of this name.")
    (row,) = rows
    key = row.wrapped_key
    seal = vault.data_key(row.customer_id, key) if key is not None else None
    return Found(row=row, seal=seal, kept=open_kept(row.sealed_answer, row.case_id, seal))


def due() -> ColumnElement[int]:
    """Return by when a case is to be answered, as a column."""
    table = schema.cases
    return func.coalesce(table.c.due_at, table.c.opened_at + _MONTH)


def filed_of(row: Row[Any], *, answered: bool = False) -> Filed:
    """Return a case as a list shows it."""
    over = CaseState.ANSWERED if answered else CaseState.CLOSED
    return Filed(
        case=case_of(row),
        brand=row.brand,
        door=row.door or "",
        state=CaseState.OPEN if row.closed_at is None else over,
        closed_at=from_store(row.closed_at),
        by=row.closed_by or "",
    )


def reach_of(found: Found, connection: Connection) -> Reach | Trouble:
    """Return where an answer goes, or why it would not arrive."""
    row, seal = found.row, found.seal
    if seal is None:
        return Trouble.FORGOTTEN
    if row.door not in _CARRIED:
        return Trouble.UNKNOWN if row.door is None else Trouble.NO_COURIER
    table = schema.addresses
    theirs = (table.c.address_hash == row.address_hash) & (table.c.customer_id == row.customer_id)
    address = connection.execute(select(table).where(theirs)).first()
    if address is None:
        return Trouble.MOVED
    if address.unreachable_since is not None:
        return Trouble.GONE
    if row.door in blocks_of(row.blocks):
        return Trouble.BLOCKED
    value = seal.open(address.sealed_address, f"address:{row.address_hash}").decode()
    return Reach(
        door=row.door,
        to=Address(AddressKind(address.kind), value),
        language=row.language or "",
        diacritics=_diacritics(found, connection),
    )


def _diacritics(found: Found, connection: Connection) -> bool | None:
    """Return whether the customer wants SMS with diacritics, where they have said so."""
    table, row = schema.sessions, found.row
    mine = (
        (table.c.customer_id == row.customer_id)
        & (table.c.brand == row.brand)
        & (table.c.door == row.door)
        & (table.c.address_hash == row.address_hash)
    )
    sealed = connection.execute(select(table.c.sealed_session).where(mine)).scalar()
    if sealed is None or found.seal is None:
        return None
    return open_session(sealed, found.seal, found.customer).diacritics
