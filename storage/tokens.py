"""Tokens of other systems, on a database: a reference table, small."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, select

from consent.access import Token
from storage import schema
from storage.database import Database
from storage.moments import to_store
from storage.prepared import Prepared, listed, parameters, shape
from storage.together import Together
from storage.token_rows import token_of, token_row
from storage.token_use import TokenUse

#: Tokens looked up at once, and how many requests may wait to be let in.
MOST, LINE = 64, 4_096


class SqlTokens:
    """`consent.access.Tokens` on a database."""

    def __init__(self, database: Database) -> None:
        """Keep them beside the ledger."""
        self._database = database
        self._use = TokenUse(database)
        self._crowd = Together(self._find_all, most=MOST, line=LINE)

    async def add(self, token: Token, digest: str) -> None:
        """See `consent.access.Tokens.add`."""
        row = token_row(token, digest)
        await self._database.write(lambda c: c.execute(schema.tokens.insert(), row))

    async def find(self, digest: str) -> Token | None:
        """See `consent.access.Tokens.find`."""
        return await self._crowd.ask(digest)

    async def _find_all(self, digests: Sequence[str]) -> list[Token | None]:
        """Look up the tokens of all who ask at this moment; many of them show the same one."""
        wanted = sorted(set(digests))
        size = shape(len(wanted))
        query, values = _shown(size), listed("digest", wanted, size)
        rows = await self._database.read(lambda c: query.run(c, values).all())
        found = {row.digest: token_of(row) for row in rows}
        return [found.get(digest) for digest in digests]

    async def used(self, token: Token, at: datetime) -> None:
        """See `consent.access.Tokens.used`."""
        await self._use.note(token, at)

    async def revoke(self, token_id: str, at: datetime) -> bool:
        """See `consent.access.Tokens.revoke`."""
        table = schema.tokens
        mine = (table.c.token_id == token_id) & table.c.revoked_at.is_(None)
        change = table.update().where(mine).values(revoked_at=to_store(at))
        return await self._database.write(lambda c: c.execute(change).rowcount) == 1

    async def all(self) -> tuple[Token, ...]:
        """See `consent.access.Tokens.all`."""
        return await self._read(select(schema.tokens).order_by(schema.tokens.c.created_at))

    async def _read(self, query: Select[Any]) -> tuple[Token, ...]:
        rows = await self._database.read(lambda c: c.execute(query).all())
        return tuple(map(token_of, rows))


@lru_cache
def _shown(size: int) -> Prepared:
    table = schema.tokens
    wanted = table.c.digest.in_(parameters("digest", size, table.c.digest))
    return Prepared(lambda _: select(table).where(wanted))
