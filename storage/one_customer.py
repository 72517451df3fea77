"""One customer for a privacy officer, on a database: seen, and forgotten, by number or pseudonym.

Each look, and the forgetting itself, is in the read log in the same transaction. Whoever turned
out to be somebody else's record is found as that customer.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy import Connection, Row, select

from consent.decisions import CustomerId
from consent.forgetting import Erasure, ForgettingRefused, Parting
from consent.one_customer import Remains, Shown, Sight
from consent.own_data import OwnData
from consent.ports import Address
from consent.staff import EXPORTED, Entry
from storage import schema
from storage.database import Database
from storage.forgetting import forget_known
from storage.ids import uuid7
from storage.joining import holder_of
from storage.moments import from_store, to_store
from storage.own_data import own_data
from storage.releasing import RELEASED
from storage.staff_rows import note
from storage.vault import Vault

#: What the read log says of a forgetting.
_FORGOTTEN = "erasure"


class SqlOneCustomer:
    """What a privacy officer may see and end of one customer, on a database."""

    def __init__(self, database: Database, vault: Vault) -> None:
        """Look beside the ledger."""
        self._database = database
        self._vault = vault

    async def open(self, sight: Sight) -> OwnData | Remains | None:
        """Return everything on file, once it is noted who looked; none if nobody is known.

        :raises StoreUnavailable: nobody looked.
        """
        return await self._database.write(partial(self._open, sight))

    async def forget(self, sight: Sight, wanted: Erasure, decide: Parting) -> Remains:
        """Forget a customer; it is noted who did, and what for.

        :raises ForgettingRefused: nobody is known, they are forgotten already, or a case of theirs
            is open. Nothing was changed.
        :raises StoreUnavailable: it must be tried again.
        """
        remains = await self._database.write(partial(self._forget, sight, wanted, decide))
        await self._database.scrub()
        return remains

    def _open(self, sight: Sight, connection: Connection) -> OwnData | Remains | None:
        customer = self._whom(sight, connection)
        owner = _owner(customer, connection) if customer is not None else None
        if customer is None or owner is None:
            return None
        if owner.wrapped_key is None:
            _note(sight, customer, sight.shown, "erased", connection)
            return _remains(owner, connection)
        whole = sight.shown is Shown.COPY
        answer = "everything" if whole else f"{owner.length} decisions"
        _note(sight, customer, sight.shown, answer, connection)
        if whole:
            made = Entry(at=sight.at, actor=sight.viewer, action=EXPORTED, about=str(customer))
            note(connection, made, [sight.brand])
        return own_data(customer, sight.at, self._vault, connection)

    def _forget(
        self, sight: Sight, wanted: Erasure, decide: Parting, connection: Connection
    ) -> Remains:
        customer = self._whom(sight, connection)
        owner = _owner(customer, connection) if customer is not None else None
        if customer is None or owner is None:
            raise ForgettingRefused("Nobody is known by this.")
        if owner.wrapped_key is None:
            raise ForgettingRefused("Forgotten already.")
        done = forget_known(self._vault, customer, wanted, decide, connection)
        _note(sight, customer, _FORGOTTEN, f"{done.decisions} decisions stay", connection)
        return Remains(
            customer=customer, decisions=done.decisions, at=wanted.at, reason=wanted.reason
        )

    def _whom(self, sight: Sight, connection: Connection) -> CustomerId | None:
        """Return who is meant, with their row held until the commit."""
        if not isinstance(sight.whom, Address):
            return _joined(sight.whom, sight.brand, connection)
        digest = self._vault.address_hash(sight.brand, sight.whom)
        return holder_of(digest, connection) or _buried(digest, connection)


def _owner(customer: CustomerId, connection: Connection) -> Row[Any] | None:
    table = schema.customers
    query = select(table).where(table.c.customer_id == customer)
    return connection.execute(query).one_or_none()


def _joined(customer: CustomerId, brand: str, connection: Connection) -> CustomerId | None:
    """Return a customer of a brand, or as whom they go on, with the row held."""
    table, name = schema.customers, str(customer)
    while True:
        mine = (table.c.customer_id == name) & (table.c.brand == brand)
        query = select(table.c.joined_to).where(mine).with_for_update()
        row = connection.execute(query).one_or_none()
        if row is None or row.joined_to is None:
            return None if row is None else CustomerId(name)
        name = row.joined_to


def _buried(digest: str, connection: Connection) -> CustomerId | None:
    """Return who had an address until they were forgotten."""
    table = schema.tombstones
    # A number that changed hands leaves one too, and nobody was forgotten.
    mine = (table.c.address_hash == digest) & ~table.c.reason.startswith(RELEASED)
    found = connection.execute(select(table.c.customer_id).where(mine)).scalar_one_or_none()
    return CustomerId(found) if found else None


def _remains(owner: Row[Any], connection: Connection) -> Remains:
    table = schema.tombstones
    mine = (table.c.customer_id == owner.customer_id) & ~table.c.reason.startswith(RELEASED)
    query = select(table.c.forgotten_at, table.c.reason).where(mine)
    row = connection.execute(query).first()
    return Remains(
        customer=CustomerId(owner.customer_id),
        decisions=owner.length,
        at=from_store(row.forgotten_at) if row else None,
        reason=row.reason if row else "",
    )


def _note(
    sight: Sight, customer: CustomerId, question: str, answer: str, connection: Connection
) -> None:
    """Note who looked at whom, what for, and what they were shown (law 9)."""
    connection.execute(
        schema.read_log.insert(),
        {
            "customer_id": customer,
            "look_id": uuid7(sight.at),
            "at": to_store(sight.at),
            "viewer": sight.viewer,
            "reason_of_look": sight.reason,
            "question": question,
            "answer": answer,
        },
    )
