"""The list of the forgotten: kept apart from backups, so that a restored one forgets them again.

A line is a tombstone: the keyed hash of an address, the pseudonym it belonged to, when and why. It
names nobody. Numbers that changed hands are in it too: their old owner's consents must not come
back to their new owner (law 7).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import msgspec
from sqlalchemy import Connection, select

from consent.batches import Release
from consent.decisions import CustomerId
from consent.errors import ConsentError
from consent.forgetting import Forgetting, parting
from consent.ports import Address, AddressKind, Entropy
from storage import schema
from storage.database import Database
from storage.forgetting import end_and_destroy
from storage.moments import from_store, to_store
from storage.releasing import detach, is_release, release
from storage.vault import Vault
from storage.writes import upsert

_FORMAT = "consent-forgotten/1"
#: Tombstones know no address, only its hash.
_NOBODY = Address(AddressKind.MSISDN, "")


class ListBroken(ConsentError):
    """This is no list of the forgotten of this store; nothing was forgotten."""

    code = "forgotten_list"


class Gone(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line: an address whose customer was forgotten, or which changed hands."""

    address: str
    brand: str
    customer: str
    #: Customers who turned out to be the same one.
    joined: tuple[str, ...] = ()
    at: datetime
    reason: str


class Heading(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The first line: what this is, and by which key its addresses are hashed."""

    format: str
    index: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reapplied:
    """What had to be done again."""

    forgotten: int = 0
    #: Addresses that were taken off whoever had them before.
    released: int = 0


class SqlForgotten:
    """Who was forgotten, on a database."""

    def __init__(self, database: Database, vault: Vault) -> None:
        """Keep them beside the ledger."""
        self._database, self._vault = database, vault

    @property
    def heading(self) -> Heading:
        """What a list of this store begins with."""
        return Heading(format=_FORMAT, index=self._vault.address_hash("", _NOBODY)[:16])

    async def list(self) -> tuple[Gone, ...]:
        """Return all of them, oldest first.

        :raises StoreUnavailable: they cannot be read.
        """
        return await self._database.read(_listed)

    async def reapply(self, gone: Gone, actor: str, now: datetime, entropy: Entropy) -> Reapplied:
        """Forget again whoever a line is about, if a restored store still knows them.

        :param actor: who says so.
        :raises StoreUnavailable: it must be tried again; what was done stays.
        """
        again = _Again(self._vault, gone, actor, now, entropy)
        return await self._database.write(again.run)

    async def scrub(self) -> None:
        """Overwrite what is gone.

        :raises StoreUnavailable: it will be overwritten some day.
        """
        await self._database.scrub()


def _listed(connection: Connection) -> tuple[Gone, ...]:
    owners, table = schema.customers.c, schema.tombstones
    joined: dict[str, list[str]] = {}
    query = select(owners.customer_id, owners.joined_to).where(owners.joined_to.is_not(None))
    for customer, other in connection.execute(query):
        joined.setdefault(other, []).append(customer)
    rows = connection.execute(select(table).order_by(table.c.forgotten_at, table.c.address_hash))
    return tuple(
        Gone(
            address=row.address_hash,
            brand=row.brand,
            customer=row.customer_id,
            joined=_all_joined(row.customer_id, joined),
            at=from_store(int(row.forgotten_at)),
            reason=row.reason,
        )
        for row in rows
    )


def _all_joined(customer: str, joined: dict[str, list[str]]) -> tuple[str, ...]:
    """Return everybody who was joined to a customer, however many joins ago."""
    found = [customer]
    for name in found:
        found += [other for other in joined.get(name, ()) if other not in found]
    return tuple(found[1:])


class _Again:
    """One line on its way into a restored store."""

    def __init__(
        self, vault: Vault, gone: Gone, actor: str, now: datetime, entropy: Entropy
    ) -> None:
        self._vault, self._gone, self._entropy = vault, gone, entropy
        self._wanted = Forgetting(
            brand=gone.brand, address=_NOBODY, reason=gone.reason, actor=actor, at=gone.at
        )
        # What ends now was said now; the tombstone keeps the day it is of.
        self._decide = parting(replace(self._wanted, at=now), entropy)

    def run(self, connection: Connection) -> Reapplied:
        """Do what the line says; the same line again changes nothing."""
        if _is_known(self._gone, connection):
            return Reapplied()
        if is_release(self._gone.reason):
            return self._release(connection)
        ids = (self._gone.customer, *self._gone.joined)
        done = sum(self._forget(CustomerId(i), connection) for i in ids)
        taken = self._take_off(connection)
        self._remember(connection)
        return Reapplied(forgotten=done, released=taken)

    def _remember(self, connection: Connection) -> None:
        """Keep the tombstone as it was."""
        row = {
            "address_hash": self._gone.address,
            "customer_id": self._gone.customer,
            "brand": self._gone.brand,
            "forgotten_at": to_store(self._gone.at),
            "reason": self._gone.reason,
        }
        upsert(connection, schema.tombstones, [row])

    def _forget(self, customer: CustomerId, connection: Connection) -> bool:
        owners = schema.customers.c
        known = select(owners.customer_id).where(
            owners.customer_id == customer,
            owners.brand == self._gone.brand,
            owners.wrapped_key.is_not(None),
        )
        if connection.execute(known).first() is None:
            return False
        end_and_destroy(self._vault, customer, self._wanted, self._decide, connection)
        return True

    def _take_off(self, connection: Connection) -> bool:
        """Take the address off whoever had it before it was the forgotten one's.

        Somebody who came after the forgetting has it by right.
        """
        found = _holder(self._gone.address, connection)
        if found is None or found[1] > self._gone.at:
            return False
        detach(connection, found[0], self._gone.address, to_store(self._gone.at) or 0)
        return True

    def _release(self, connection: Connection) -> Reapplied:
        before = _holder(self._gone.address, connection)
        actor, _, door = self._gone.reason.partition(" by ")[2].rpartition(", ")
        item = Release(
            brand=self._gone.brand, address=_NOBODY, said_at=self._gone.at, actor=actor, door=door
        )
        release(connection, item, self._gone.address)
        self._remember(connection)
        after = _holder(self._gone.address, connection)
        return Reapplied(released=int(before is not None and after is None))


def _holder(digest: str, connection: Connection) -> tuple[CustomerId, datetime] | None:
    """Return who has an address now, and since when."""
    table = schema.addresses
    query = select(table.c.customer_id, table.c.proven_at).where(table.c.address_hash == digest)
    row = connection.execute(query).first()
    return None if row is None else (CustomerId(row.customer_id), from_store(int(row.proven_at)))


def _is_known(gone: Gone, connection: Connection) -> bool:
    """Say whether a store remembers a line already."""
    table = schema.tombstones
    query = select(table.c.customer_id).where(
        table.c.address_hash == gone.address, table.c.forgotten_at >= to_store(gone.at)
    )
    return connection.execute(query).first() is not None
