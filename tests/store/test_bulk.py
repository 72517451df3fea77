"""Many rows at once: what the driver says of them is told as of any other statement."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError

from consent.errors import StoreUnavailable
from storage import schema
from storage.bulk import insert_values
from storage.migration import migrate
from storage.postgres import PostgresDatabase
from tests.store.servers import Server

_NAMES = ("brand", "door", "moment")
_ROW = ("lmt", "sms", 1)


def _twice(connection: Connection) -> None:
    insert_values(connection, schema.watermarks, _NAMES, [_ROW])
    insert_values(connection, schema.watermarks, _NAMES, [_ROW])


async def test_a_row_that_is_in_the_way_is_tried_again_like_any_other(postgres: Server) -> None:
    """Whoever wrote the same row meanwhile is met by another try, and then by a refusal."""
    database = PostgresDatabase(postgres.fresh())
    await asyncio.to_thread(migrate, database)
    seen: list[type[DBAPIError]] = []

    def body(connection: Connection) -> None:
        try:
            _twice(connection)
        except DBAPIError as fault:
            seen.append(type(fault))
            raise

    with pytest.raises(StoreUnavailable):
        await database.write(body)
    await database.close()
    assert [IntegrityError] * 3 == seen
