"""Telling the store's own root key from another: a wrong one would open a parallel world."""

from __future__ import annotations

from sqlalchemy import Connection, select

from storage import schema


def recognise(key_check: str, connection: Connection) -> bool:
    """Say whether a key is the one this store was made with; a new store remembers it."""
    known = connection.execute(select(schema.root_keys.c.key_check)).scalars().all()
    if not known:
        connection.execute(schema.root_keys.insert(), {"key_check": key_check})
    return not known or key_check in known
