"""When tokens were last used: the mark of a way in, as doors have one, raised once an hour."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from consent.access import Token
from consent.errors import StoreUnavailable
from storage import schema
from storage.database import Database
from storage.moments import from_store
from storage.watermarks import SqlWatermarks

NOTED_EVERY = timedelta(hours=1)
_DOOR = "token "


class TokenUse:
    """Notes the use of tokens; whoever shows one waits for that once an hour at most."""

    def __init__(self, database: Database) -> None:
        """Note it beside the tokens."""
        self._marks = SqlWatermarks(database)
        #: By token, when this process noted it.
        self._noted: dict[str, datetime] = {}

    async def note(self, token: Token, at: datetime) -> None:
        """Note that a token has opened something."""
        known = self._noted.get(token.id)
        if known is not None and at - known < NOTED_EVERY:
            return
        self._noted[token.id] = at
        # Nobody is kept out because this could not be noted.
        with suppress(StoreUnavailable):
            await self._marks.raise_to(token.brand, f"{_DOOR}{token.id}", at)


def uses(connection: Connection) -> Mapping[str, datetime]:
    """Return by token when it was last used."""
    table = schema.watermarks
    query = select(table.c.door, table.c.moment).where(table.c.door.startswith(_DOOR))
    rows = connection.execute(query).all()
    return {row.door.removeprefix(_DOOR): from_store(int(row.moment)) for row in rows}
