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
from storage.staff_rows import account_of, by_login, end_sessions, note, noted, role_rows
from storage.writes import insert_into, insert_new


class SqlStaff:
    """Who may look, on a database."""

    def __init__(self, database: Database) -> None:
        """Keep them beside the ledger."""
        self._database = database

    async def add(self, account: Account, entry: Entry) -> bool:
        """Keep a new account with its roles; say whether the login was free.

        :raises StoreUnavailable: it was not kept.
        """
        row = {
            "staff_id": account.id,
            "login": account.login,
            "invitation": account.invitation,
            "invited_until": to_store(account.invited_until),
            "created_at": to_store(account.created_at),
        }

        def body(connection: Connection) -> bool:
            made = insert_into(connection, schema.staff).on_conflict_do_nothing()
            if connection.execute(made, row).rowcount != 1:
                return False
            insert_new(connection, schema.staff_roles, role_rows(account.id, account.roles))
            note(connection, entry)
            return True

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

        def body(connection: Connection) -> tuple[Account, ...]:
            rows = connection.execute(select(schema.staff).order_by(schema.staff.c.login)).all()
            granted = connection.execute(select(schema.staff_roles)).all()
            return tuple(
                account_of(row, [r for r in granted if r.staff_id == row.staff_id]) for row in rows
            )

        return await self._database.read(body)

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
        row = {"staff_id": staff_id, "brand": brand, "role": role.value}

        def body(connection: Connection) -> bool:
            made = insert_into(connection, schema.staff_roles).on_conflict_do_nothing()
            return noted(connection, connection.execute(made, row).rowcount, entry)

        return await self._database.write(body)

    async def revoke(self, staff_id: str, brand: str, role: Role, entry: Entry) -> bool:
        """Take a role; say whether there was one to take. It works with their next request.

        :raises StoreUnavailable: they still have it.
        """
        table = schema.staff_roles
        mine = (table.c.staff_id == staff_id) & (table.c.brand == brand)
        change = table.delete().where(mine & (table.c.role == role.value))
        return await self._database.write(lambda c: noted(c, c.execute(change).rowcount, entry))

    async def disable(self, staff_id: str, entry: Entry) -> bool:
        """Close an account and end its sessions; say whether it was open.

        :raises StoreUnavailable: it is still open.
        """
        table = schema.staff
        mine = (table.c.staff_id == staff_id) & table.c.disabled_at.is_(None)
        values = {"disabled_at": to_store(entry.at), "invitation": None, "invited_until": None}

        def body(connection: Connection) -> bool:
            end_sessions(connection, staff_id)
            changed = connection.execute(table.update().where(mine).values(values)).rowcount
            return noted(connection, changed, entry)

        return await self._database.write(body)

    async def invite(self, staff_id: str, invitation: str, until: datetime, entry: Entry) -> None:
        """Let the owner of an account choose a password anew; the old one and sessions end.

        :raises StoreUnavailable: nothing was changed.
        """
        table = schema.staff
        values = {
            "password": None,
            "invitation": invitation,
            "invited_until": to_store(until),
            "disabled_at": None,
            "misses": 0,
            "locked_until": None,
        }

        def body(connection: Connection) -> None:
            end_sessions(connection, staff_id)
            mine = table.c.staff_id == staff_id
            connection.execute(table.update().where(mine).values(values))
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
