"""Staff accounts and their roles, on a database: reference tables, small.

Every change is one transaction with its line in the staff log.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial

from sqlalchemy import Connection, select

from consent.staff import Account, Entry, Role, wait_after
from storage import schema
from storage.database import Database
from storage.moments import to_store
from storage.staff_rows import (
    all_of,
    by_login,
    close_account,
    end_sessions,
    give_role,
    invite_again,
    keep_account,
    note,
    noted,
    take_role,
)


class SqlStaff:
    """Who may look, on a database."""

    def __init__(self, database: Database) -> None:
        """Keep them beside the ledger."""
        self._database = database

    async def add(self, account: Account, entry: Entry) -> bool:
        """Keep a new account with its roles; say whether the login was free.

        :raises StoreUnavailable: it was not kept.
        """

        def body(connection: Connection) -> bool:
            return noted(connection, int(keep_account(connection, account)), entry, account.roles)

        return await self._database.write(body)

    async def find(self, login: str) -> Account | None:
        """Return the account of a login, disabled or not.

        :raises StoreUnavailable: it cannot be read.
        """
        return await self._database.read(partial(by_login, login=login))

    async def all(self) -> tuple[Account, ...]:
        """Return all accounts by login.

        :raises StoreUnavailable: they cannot be read.
        """
        return await self._database.read(all_of)

    async def is_empty(self) -> bool:
        """Say whether nobody has an account yet.

        :raises StoreUnavailable: nobody can tell.
        """
        query = select(schema.staff.c.staff_id).limit(1)
        return await self._database.read(lambda c: c.execute(query).first()) is None

    async def grant(self, staff_id: str, brand: str, role: Role, entry: Entry) -> bool:
        """Give a role; say whether it was new.

        :raises StoreUnavailable: it was not given.
        """

        def body(connection: Connection) -> bool:
            return noted(connection, give_role(connection, staff_id, brand, role), entry, [brand])

        return await self._database.write(body)

    async def revoke(self, staff_id: str, brand: str, role: Role, entry: Entry) -> bool:
        """Take a role; say whether there was one to take. It works with their next request.

        :raises StoreUnavailable: they still have it.
        """

        def body(connection: Connection) -> bool:
            return noted(connection, take_role(connection, staff_id, brand, role), entry, [brand])

        return await self._database.write(body)

    async def disable(self, staff_id: str, entry: Entry) -> bool:
        """Close an account and end its sessions; say whether it was open.

        :raises StoreUnavailable: it is still open.
        """

        def body(connection: Connection) -> bool:
            return noted(connection, close_account(connection, staff_id, entry.at), entry)

        return await self._database.write(body)

    async def invite(self, staff_id: str, invitation: str, until: datetime, entry: Entry) -> None:
        """Let the owner of an account choose a password anew; the old one and sessions end.

        :raises StoreUnavailable: nothing was changed.
        """

        def body(connection: Connection) -> None:
            invite_again(connection, staff_id, invitation, until)
            note(connection, entry)

        await self._database.write(body)

    async def attempt(self, login: str | None, entry: Entry) -> Account | None:
        """Return the account of a login as it stands; note a try, and count a miss before it is.

        Counted first, many tries at the same time are as slow as one after the other. Nothing
        is counted while the account waits. For a login that nobody has a line is written too, so
        that it takes as long.

        :raises StoreUnavailable: nothing may be tried.
        """

        def body(connection: Connection) -> Account | None:
            found = by_login(connection, login=login, locking=True) if login else None
            # What is no login may be a password in the wrong field.
            note(connection, replace(entry, about=found.login if found else "nobody"))
            if found is None or not found.is_open(entry.at):
                return found
            misses = found.misses + 1
            values = {"misses": misses, "locked_until": to_store(entry.at + wait_after(misses))}
            table = schema.staff
            mine = table.c.staff_id == found.id
            connection.execute(table.update().where(mine).values(values))
            return found

        return await self._database.write(body)

    async def forgive(self, staff_id: str) -> None:
        """Forget the misses of an account: somebody has proven to be its owner.

        :raises StoreUnavailable: they still count.
        """
        table = schema.staff
        change = table.update().where(table.c.staff_id == staff_id)
        forgiven = change.values(misses=0, locked_until=None)
        await self._database.write(lambda c: c.execute(forgiven).rowcount)

    async def choose(self, account: Account, password: str, entry: Entry) -> bool:
        """Use an invitation up: its owner has chosen a password; other sessions end.

        :return: whether it was still good; of two who use it at once, one is too late.
        :raises StoreUnavailable: it is still good.
        """
        table = schema.staff
        mine = (table.c.staff_id == account.id) & (table.c.invitation == account.invitation)
        mine &= table.c.invited_until > to_store(entry.at)
        values = {"password": password, "invitation": None, "invited_until": None}

        def body(connection: Connection) -> bool:
            changed = connection.execute(table.update().where(mine).values(values)).rowcount
            if changed:
                end_sessions(connection, account.id)
            return noted(connection, changed, entry)

        return await self._database.write(body)
