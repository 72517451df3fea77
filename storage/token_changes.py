"""Issuing, replacing and ending tokens, on a database; each with its line in the staff log."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from sqlalchemy import Connection, select

from consent.access import Token
from consent.staff import Entry
from consent.token_rotation import ROTATED, NotRotated, Replacing, Rotation, rotated
from storage import schema
from storage.database import Database
from storage.moments import to_store
from storage.staff_rows import note
from storage.token_rows import token_row, tokens_of
from storage.token_use import uses
from storage.writes import insert_into


class SqlTokenChanges:
    """Tokens as administrators and operators see and change them."""

    def __init__(self, database: Database) -> None:
        """Work on the tokens beside the ledger."""
        self._database = database

    async def listed(self, brand: str | None = None) -> tuple[Token, ...]:
        """Return tokens, oldest first: of a brand, or all.

        :raises StoreUnavailable: they cannot be read.
        """
        return await self._database.read(partial(_listed, brand=brand))

    async def issue(self, token: Token, digest: str, entry: Entry) -> bool:
        """Keep a new token; say whether its id was free: a form that is sent twice has one id.

        :raises StoreUnavailable: it was not kept.
        """

        def body(connection: Connection) -> bool:
            made = insert_into(connection, schema.tokens).on_conflict_do_nothing()
            if connection.execute(made, token_row(token, digest)).rowcount != 1:
                return False
            note(connection, replace(entry, about=_described(token)), [token.brand])
            return True

        return await self._database.write(body)

    async def rotate(self, asked: Replacing) -> Rotation | NotRotated:
        """Issue the successor of a token, and bring the end of the token forward.

        :raises StoreUnavailable: nothing was changed.
        """
        return await self._database.write(partial(_rotate, asked=asked))

    async def revoke(self, token_id: str, entry: Entry, brand: str | None = None) -> Token | None:
        """End a token of a brand, or of any; return it, or nothing if there was none to end.

        :raises StoreUnavailable: it is still good.
        """
        table = schema.tokens

        def body(connection: Connection) -> Token | None:
            token = _locked(connection, token_id)
            if token is None or token.revoked_at or brand not in {None, token.brand}:
                return None
            mine = table.update().where(table.c.token_id == token_id)
            connection.execute(mine.values(revoked_at=to_store(entry.at)))
            note(connection, replace(entry, about=_described(token)), [token.brand])
            return replace(token, revoked_at=entry.at)

        return await self._database.write(body)


def _listed(connection: Connection, brand: str | None) -> tuple[Token, ...]:
    table = schema.tokens
    query = select(table).order_by(table.c.created_at, table.c.token_id)
    wanted = query if brand is None else query.where(table.c.brand == brand)
    used, replaced = uses(connection), _replaced(connection)
    return tuple(
        replace(token, used_at=used.get(token.id), replaces=replaced.get(token.id))
        for token in tokens_of(connection, wanted)
    )


def _rotate(connection: Connection, asked: Replacing) -> Rotation | NotRotated:
    table = schema.tokens
    # The second of two who replace it at once waits here, and then sees what the first has done.
    old = _locked(connection, asked.token)
    heirs = sorted(_replaced(connection, asked.token))
    successors = tokens_of(connection, select(table).where(table.c.token_id.in_(heirs)))
    found = rotated(old, successors, asked)
    if isinstance(found, Rotation):
        connection.execute(table.insert(), token_row(found.new, asked.digest))
        ends = to_store(found.old.expires_at)
        connection.execute(
            table.update().where(table.c.token_id == asked.token).values(expires_at=ends)
        )
        until = f"until {found.new.expires_at:%F %R} UTC, the old one until"
        about = f"{asked.token} {asked.successor} {_named(found.new)} {until}"
        about += f" {found.old.expires_at:%F %R} UTC"
        note(connection, replace(asked.entry, action=ROTATED, about=about), [found.new.brand])
    return found


def _replaced(connection: Connection, token_id: str | None = None) -> dict[str, str]:
    """Return by token which one it replaced, as the log tells: of all, or of one."""
    table = schema.staff_log
    query = select(table.c.about).where(table.c.action == ROTATED)
    if token_id is not None:
        query = query.where(table.c.about.startswith(f"{token_id} ", autoescape=True))
    pairs = (about.split(" ", 2) for about in connection.execute(query).scalars())
    return {new: old for old, new, _ in pairs}


def _locked(connection: Connection, token_id: str) -> Token | None:
    table = schema.tokens
    mine = select(table).where(table.c.token_id == token_id).with_for_update()
    return next(iter(tokens_of(connection, mine)), None)


def _described(token: Token) -> str:
    """Return how the log names a token: enough to know it by when it is long gone."""
    return f"{token.id} {_named(token)} until {token.expires_at:%F %R} UTC"


def _named(token: Token) -> str:
    return f"{token.brand} “{token.holder}” {','.join(sorted(token.scopes)) or 'nothing'}"
