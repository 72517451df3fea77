"""Up to when everything that a provider received was handled, on a database."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from storage import schema
from storage.database import Database
from storage.moments import from_store, to_store
from storage.writes import insert_into


class SqlWatermarks:
    """`consent.delivery.Watermarks` on a database."""

    def __init__(self, database: Database) -> None:
        """Keep them beside the ledger."""
        self._database = database

    async def read(self, brand: str, door: str) -> datetime | None:
        """See `consent.delivery.Watermarks.read`."""
        table = schema.watermarks
        query = select(table.c.moment).where(table.c.brand == brand, table.c.door == door)
        return from_store(await self._database.read(lambda c: c.execute(query).scalar()))

    async def raise_to(self, brand: str, door: str, moment: datetime) -> None:
        """See `consent.delivery.Watermarks.raise_to`."""
        row = {"brand": brand, "door": door, "moment": to_store(moment)}

        def write(connection: Connection) -> None:
            table = schema.watermarks
            insert = insert_into(connection, table).values(row)
            connection.execute(
                insert.on_conflict_do_update(
                    index_elements=["brand", "door"],
                    set_={"moment": insert.excluded.moment},
                    where=table.c.moment < insert.excluded.moment,
                )
            )

        await self._database.write(write)
