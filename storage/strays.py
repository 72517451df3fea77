"""Messages from senders that are no phone number, on a database."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection

from consent.delivery import Stray
from storage import schema
from storage.database import Database
from storage.keys import wrapping_root
from storage.moments import to_store
from storage.vault import Vault
from storage.writes import insert_new


class SqlStrays:
    """`consent.delivery.Strays` on a database."""

    def __init__(self, database: Database, vault: Vault) -> None:
        """Keep strays sealed: they can name people too."""
        self._database = database
        self._vault = vault

    async def keep(self, stray: Stray) -> None:
        """See `consent.delivery.Strays.keep`."""
        said = msgspec.json.encode({"sender": stray.sender, "text": stray.text})
        row = {
            "brand": stray.brand,
            "door": stray.door,
            "message_id": stray.message_id,
            "received_at": to_store(stray.received_at),
        }

        def insert(connection: Connection) -> None:
            root = wrapping_root(self._vault, connection)
            sealed = self._vault.strays.close(said, f"stray:{stray.message_id}", root)
            insert_new(connection, schema.strays, [row | {"sealed_stray": sealed}])

        await self._database.write(insert)
