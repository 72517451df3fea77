"""Links to a copy of one's own data: kept by the hash of their secret, found by their customer.

A link is dead at once when its time or its opens are used up, when its customer was forgotten or
joined to another, and when a number of theirs was released.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hmac import compare_digest
from typing import Any

from sqlalchemy import Connection, Row, select

from consent.copy_links import MOST_OPENS
from consent.decisions import CustomerId
from consent.own_data import OwnData
from storage import schema
from storage.database import Database
from storage.moments import from_store, to_store
from storage.own_data import own_data
from storage.vault import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodLink:
    """A link that opens: whose data, in which language, until when and how often yet."""

    brand: str
    language: str
    expires_at: datetime
    opens_left: int


class SqlCopies:
    """Links to copies, on a database."""

    def __init__(self, database: Database, vault: Vault) -> None:
        """Serve the links that the ledger of the same database gave out."""
        self._database = database
        self._vault = vault

    async def find(self, customer: CustomerId, digest: str, now: datetime) -> GoodLink | None:
        """Return a link if it is good now; looking uses nothing up.

        :raises StoreUnavailable: nobody can tell.
        """
        return await self._database.read(partial(_find, customer, digest, now))

    async def open(self, customer: CustomerId, digest: str, now: datetime) -> OwnData | None:
        """Use one of a link's opens, and return the copy; none if it is not good now.

        :raises StoreUnavailable: nothing was used up.
        """
        return await self._database.write(partial(self._open, customer, digest, now))

    def _open(
        self, customer: CustomerId, digest: str, now: datetime, connection: Connection
    ) -> OwnData | None:
        table = schema.copies
        if _find(customer, digest, now, connection) is None:
            return None
        mine = (table.c.customer_id == customer) & (table.c.digest == digest)
        used = table.update().where(mine, table.c.opens < MOST_OPENS)
        if connection.execute(used.values(opens=table.c.opens + 1)).rowcount != 1:
            return None
        return own_data(customer, now, self._vault, connection)


def _find(
    customer: CustomerId, digest: str, now: datetime, connection: Connection
) -> GoodLink | None:
    """Return a good link; whatever is wrong with it, the same is done."""
    table, owners = schema.copies, schema.customers
    query = (
        select(table, owners.c.wrapped_key, owners.c.joined_to)
        .join(owners, owners.c.customer_id == table.c.customer_id)
        .where(table.c.customer_id == customer)
    )
    found = [
        row
        for row in connection.execute(query).all()
        if compare_digest(row.digest, digest) and _is_good(row, to_store(now))
    ]
    return _good(found[0]) if found else None


def _is_good(row: Row[Any], now: int) -> bool:
    is_theirs = row.wrapped_key is not None and row.joined_to is None
    return bool(is_theirs and row.expires_at > now and row.opens < MOST_OPENS)


def _good(row: Row[Any]) -> GoodLink:
    return GoodLink(
        brand=row.brand,
        language=row.language,
        expires_at=from_store(int(row.expires_at)),
        opens_left=MOST_OPENS - row.opens,
    )
