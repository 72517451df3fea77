"""What a provider says has become of our messages, on a database: it only ever moves forward."""

from __future__ import annotations

from functools import partial

from sqlalchemy import Connection, select

from consent.delivery import Report
from consent.ports import Address
from storage import schema
from storage.answers import reported
from storage.database import Database
from storage.moments import to_store
from storage.reach import customer_at
from storage.vault import Vault
from storage.writes import insert_into


class SqlDeliveries:
    """`consent.delivery.Deliveries` on a database."""

    def __init__(self, database: Database, vault: Vault) -> None:
        """Note what becomes of messages to this store's customers."""
        self._database = database
        self._vault = vault

    async def note(self, report: Report) -> bool:
        """See `consent.delivery.Deliveries.note`."""
        return await self._database.write(partial(self._note, report))

    async def is_on_its_way(self, brand: str, to: Address, reference: str) -> bool:
        """See `consent.delivery.Deliveries.is_on_its_way`."""
        table, addresses = schema.deliveries, schema.addresses
        mine = addresses.c.address_hash == self._vault.address_hash(brand, to)
        query = (
            select(table.c.stage)
            .join(addresses, addresses.c.customer_id == table.c.customer_id)
            .where(mine, table.c.reference == reference)
        )
        return await self._database.read(lambda c: c.execute(query).first() is not None)

    def _note(self, report: Report, connection: Connection) -> bool:
        digest = self._vault.address_hash(report.brand, report.to)
        customer = customer_at(digest, connection)
        if customer is None:
            return False
        table = schema.deliveries
        row = {
            "customer_id": customer,
            "reference": report.reference,
            "brand": report.brand,
            "provider_id": report.provider_id,
            "status": report.status,
            "stage": report.stage,
            "error": report.error,
            "reported_at": to_store(report.at),
        }
        insert = insert_into(connection, table).values(row)
        newer = {name: insert.excluded[name] for name in row if name not in table.primary_key}
        change = insert.on_conflict_do_update(
            index_elements=[column.name for column in table.primary_key],
            set_=newer,
            where=table.c.stage < insert.excluded.stage,
        )
        news = connection.execute(change).rowcount == 1
        if news:
            reported(report, connection)
        return news
