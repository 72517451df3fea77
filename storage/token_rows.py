"""What tokens are made of: their rows."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, Select

from consent.access import Token, TokenScope
from storage.moments import from_store, to_store


def token_row(token: Token, digest: str) -> dict[str, Any]:
    """Return what the store keeps of a new token."""
    return {
        "token_id": token.id,
        "digest": digest,
        "brand": token.brand,
        "holder": token.holder,
        "scopes": " ".join(sorted(token.scopes)),
        "created_at": to_store(token.created_at),
        "expires_at": to_store(token.expires_at),
    }


def token_of(row: Row[Any]) -> Token:
    """Return a token; a scope of a later version opens nothing here."""
    known = set(TokenScope)
    return Token(
        id=row.token_id,
        brand=row.brand,
        holder=row.holder,
        scopes=frozenset(TokenScope(s) for s in row.scopes.split() if s in known),
        created_at=from_store(int(row.created_at)),
        expires_at=from_store(int(row.expires_at)),
        revoked_at=from_store(row.revoked_at),
    )


def tokens_of(connection: Connection, query: Select[Any]) -> tuple[Token, ...]:
    """Return what a query finds."""
    return tuple(map(token_of, connection.execute(query).all()))
