"""List checks on a database: what was asked, whom it looked at, and what came out."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, select

from consent.ports import Address
from storage import schema
from storage.database import Database
from storage.feed import end_of
from storage.list_changes import Changes, changes_since
from storage.list_judging import Answered, Chunk, Told, look_at
from storage.list_looks import Begun, close_question, open_question
from storage.moments import from_store, to_store
from storage.vault import Vault

__all__ = ["Begun", "SqlListChecks"]

_A = TypeVar("_A", bound=Told)


class SqlListChecks:
    """List checks of a database."""

    def __init__(self, database: Database, vault: Vault) -> None:
        """Look beside the ledger."""
        self._database, self._vault = database, vault
        # The two halves of HMAC with the key in them already: half the time of the usual call.
        key = vault.index.ljust(hashlib.sha256().block_size, b"\0")
        self._inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in key))
        self._outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in key))

    def digests(self, brand: str, addresses: Sequence[Address]) -> list[str]:
        """Return the keyed hashes of addresses: what `Vault.address_hash` says of each."""
        found = []
        inner_of, outer_of = self._inner.copy, self._outer.copy
        for address in addresses:
            inner, outer = inner_of(), outer_of()
            inner.update(f"{brand}\0{address.kind.value}\0{address.value}".encode())
            outer.update(inner.digest())
            found.append(outer.hexdigest())
        return found

    async def begin(self, begun: Begun) -> int:
        """Note that a list is going to be checked; return how far the feed is.

        :raises StoreUnavailable: it cannot be checked now.
        """
        return await self._database.write(partial(_begin, begun))

    async def look(self, chunk: Chunk[_A]) -> list[Answered[_A]]:
        """Judge the customers of a chunk, noted by then; in the order of its hashes.

        :raises StoreUnavailable: nobody looked.
        """
        return await self._database.write(partial(look_at, chunk))

    async def finish(self, check: str, summary: str, signature: bytes, at: datetime) -> None:
        """Keep what came out.

        :raises StoreUnavailable: it is not finished.
        """
        table = schema.list_checks
        values = {"summary": summary, "signature": signature, "finished_at": to_store(at)}
        change = table.update().where(table.c.check_id == check).values(**values)
        await self._database.write(lambda c: c.execute(change))

    async def find(self, brand: str, check: str) -> Begun | None:
        """Return a brand's check; none if there is none of this name.

        :raises StoreUnavailable: nobody can tell.
        """
        table = schema.list_checks
        query = select(table).where(table.c.check_id == check, table.c.brand == brand)
        row = await self._database.read(lambda c: c.execute(query).first())
        return _begun(row) if row else None

    async def past(self, brand: str, most: int = 50) -> tuple[Begun, ...]:
        """Return a brand's checks, newest first.

        :raises StoreUnavailable: they cannot be read.
        """
        table = schema.list_checks
        query = select(table).where(table.c.brand == brand).order_by(table.c.at.desc())
        rows = await self._database.read(lambda c: c.execute(query.limit(most)).all())
        return tuple(map(_begun, rows))

    async def changes(self, since: Begun) -> Changes:
        """Return what has happened since an earlier check began.

        :raises StoreUnavailable: nobody can tell.
        """
        return await self._database.read(partial(changes_since, since))


def _begin(begun: Begun, connection: Connection) -> int:
    position = end_of(begun.brand, connection)
    row = {
        "check_id": begun.id,
        "brand": begun.brand,
        "viewer": begun.viewer,
        "reason_of_look": begun.reason,
        "question": close_question(begun.question),
        "at": to_store(begun.at),
        "valid_until": to_store(begun.valid_until),
        "feed_position": position,
    }
    connection.execute(schema.list_checks.insert(), row)
    return position


def _begun(row: Row[Any]) -> Begun:
    return Begun(
        id=row.check_id,
        brand=row.brand,
        viewer=row.viewer,
        reason=row.reason_of_look,
        question=open_question(row.question, row.brand),
        at=from_store(int(row.at)),
        valid_until=from_store(int(row.valid_until)),
        feed_position=row.feed_position,
        finished_at=from_store(row.finished_at),
        summary=row.summary,
        signature=row.signature,
    )
