"""Sessions of staff, on a database: known by the hash of their secret."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, or_, select

from consent.staff import ABSOLUTE, IDLE, NOTED_EVERY, Account, Entry, Seated
from storage import schema
from storage.database import Database
from storage.moments import to_store
from storage.staff_rows import note, roles_of


class SqlStaffSessions:
    """Who is logged in, on a database."""

    def __init__(self, database: Database) -> None:
        """Keep them beside the accounts."""
        self._database = database

    async def begin(self, digest: str, account: Account, entry: Entry) -> bool:
        """Begin a session, forget the account's misses, and clear away sessions that are over.

        :param account: with the password that was compared.
        :return: whether the account still has that password and is open.

        :raises StoreUnavailable: nobody was let in.
        """
        now, accounts = to_store(entry.at), schema.staff
        sessions = schema.staff_sessions
        row = {
            "digest": digest,
            "staff_id": account.id,
            "created_at": now,
            "seen_at": now,
            "expires_at": to_store(entry.at + ABSOLUTE),
        }
        over = or_(sessions.c.expires_at <= now, sessions.c.seen_at <= to_store(entry.at - IDLE))
        mine = (accounts.c.staff_id == account.id) & accounts.c.disabled_at.is_(None)
        mine &= accounts.c.password == account.password
        forgiven = accounts.update().where(mine).values(misses=0, locked_until=None)

        def body(connection: Connection) -> bool:
            if connection.execute(forgiven).rowcount != 1:
                return False
            connection.execute(sessions.delete().where(over))
            connection.execute(sessions.insert(), row)
            note(connection, entry)
            return True

        return await self._database.write(body)

    async def find(self, digest: str, now: datetime) -> Seated | None:
        """Return whose session this is and what they may by now; nobody's if it is over.

        :raises StoreUnavailable: nobody can be let in now.
        """
        found = await self._database.read(lambda c: _find(c, digest, now))
        if found is None:
            return None
        seated, seen_at = found
        if to_store(now) - seen_at >= NOTED_EVERY.total_seconds() * 1_000_000:
            table = schema.staff_sessions
            change = table.update().where(table.c.digest == digest)
            seen = change.values(seen_at=to_store(now))
            await self._database.write(lambda c: c.execute(seen).rowcount)
        return seated

    async def end(self, digest: str, entry: Entry) -> None:
        """End a session.

        :raises StoreUnavailable: it goes on.
        """
        table = schema.staff_sessions
        gone = table.delete().where(table.c.digest == digest)

        def body(connection: Connection) -> None:
            if connection.execute(gone).rowcount:
                note(connection, entry)

        await self._database.write(body)


def _find(connection: Connection, digest: str, now: datetime) -> tuple[Seated, int] | None:
    sessions, accounts, roles = schema.staff_sessions, schema.staff, schema.staff_roles
    query = (
        select(sessions.c.seen_at, accounts.c.staff_id, accounts.c.login)
        .join(accounts, accounts.c.staff_id == sessions.c.staff_id)
        .where(sessions.c.digest == digest)
        .where(sessions.c.expires_at > to_store(now))
        .where(sessions.c.seen_at > to_store(now - IDLE))
        .where(accounts.c.disabled_at.is_(None))
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    mine = select(roles).where(roles.c.staff_id == row.staff_id)
    granted = roles_of(list(connection.execute(mine).all()))
    return Seated(row.staff_id, row.login, granted), int(row.seen_at)
