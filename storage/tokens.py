"""Tokens of other systems, on a database: a reference table, small."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select

from consent.access import Token, TokenScope
from storage import schema
from storage.database import Database
from storage.moments import from_store, to_store


class SqlTokens:
    """`consent.access.Tokens` on a database."""

    def __init__(self, database: Database) -> None:
        """Keep them beside the ledger."""
        self._database = database

    async def add(self, token: Token, digest: str) -> None:
        """See `consent.access.Tokens.add`."""
        row = {
            "token_id": token.id,
            "digest": digest,
            "brand": token.brand,
            "holder": token.holder,
            "scopes": " ".join(sorted(token.scopes)),
            "created_at": to_store(token.created_at),
            "expires_at": to_store(token.expires_at),
        }
        await self._database.write(lambda c: c.execute(schema.tokens.insert(), row))

    async def find(self, digest: str) -> Token | None:
        """See `consent.access.Tokens.find`."""
        found = await self._read(select(schema.tokens).where(schema.tokens.c.digest == digest))
        return found[0] if found else None

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
        return tuple(map(_token, rows))


def _token(row: Row[Any]) -> Token:
    known = set(TokenScope)
    return Token(
        id=row.token_id,
        brand=row.brand,
        holder=row.holder,
        # A scope of a later version opens nothing here.
        scopes=frozenset(TokenScope(s) for s in row.scopes.split() if s in known),
        created_at=from_store(int(row.created_at)),
        expires_at=from_store(int(row.expires_at)),
        revoked_at=from_store(row.revoked_at),
    )
