"""What the administrators of a brand change in its accounts, on a database.

Each change is one transaction that locks the brand's administrators, looks whether it may be done
(`consent.administration`), does it and notes it: of two who would shut each other out, one is too
late.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, func, select

from consent.administration import (
    Asked,
    NotChanged,
    is_admin,
    why_not_locked,
    why_not_roles,
    why_not_whole,
)
from consent.staff import ENTERED, Account, Role
from storage import schema
from storage.database import Database
from storage.moments import from_store
from storage.staff_rows import (
    all_of,
    by_login,
    close_account,
    give_role,
    invite_again,
    keep_account,
    note,
    take_role,
)

_Rule = Callable[[Asked, Account | None, Account | None], NotChanged | None]


class SqlStaffChanges:
    """Accounts as the administrators of one brand see and change them."""

    def __init__(self, database: Database) -> None:
        """Work on the accounts beside the ledger."""
        self._database = database

    async def of_brand(self, brand: str) -> tuple[Account, ...]:
        """Return the accounts that have a role at a brand, by login.

        :raises StoreUnavailable: they cannot be read.
        """

        def body(connection: Connection) -> tuple[Account, ...]:
            return _with_entries(connection, all_of(connection, brand=brand))

        return await self._database.read(body)

    async def find(self, brand: str, login: str) -> Account | None:
        """Return an account that has a role at a brand; nobody else's.

        :raises StoreUnavailable: it cannot be read.
        """

        def body(connection: Connection) -> Account | None:
            found = by_login(connection, login=login)
            if found is None or not found.roles.get(brand):
                return None
            return _with_entries(connection, (found,))[0]

        return await self._database.read(body)

    async def add(self, asked: Asked, account: Account) -> NotChanged | None:
        """Keep a new account; return why not, if not.

        :raises StoreUnavailable: it was not kept.
        """

        def body(connection: Connection) -> NotChanged | None:
            actor = _actor(connection, asked)
            if actor is None or not is_admin(actor, asked.brand):
                return NotChanged.RIGHT
            if not keep_account(connection, account):
                return NotChanged.TAKEN
            note(connection, asked.entry, [asked.brand])
            return None

        return await self._database.write(body)

    async def set_roles(self, asked: Asked, roles: AbstractSet[Role]) -> NotChanged | None:
        """Give somebody just these roles at the brand, with a line for each that changes.

        :return: why nothing was changed, if nothing was.
        :raises StoreUnavailable: nothing was changed.
        """

        def rule(
            asked: Asked, actor: Account | None, account: Account | None
        ) -> NotChanged | None:
            return why_not_roles(asked, actor, account, roles)

        def change(connection: Connection, account: Account) -> None:
            had = account.roles.get(asked.brand, frozenset())
            for role in sorted(had ^ roles):
                is_new = role in roles
                move = give_role if is_new else take_role
                move(connection, account.id, asked.brand, role)
                action, about = (
                    "granted" if is_new else "revoked",
                    f"{account.login} {asked.brand}",
                )
                line = replace(asked.entry, action=action, about=f"{about} {role}")
                note(connection, line, [asked.brand])

        return await self._change(asked, rule, change)

    async def lock(self, asked: Asked) -> NotChanged | None:
        """Close an account and end its sessions; return why not, if not.

        :raises StoreUnavailable: it is still open.
        """

        def change(connection: Connection, account: Account) -> None:
            close_account(connection, account.id, asked.entry.at)
            note(connection, asked.entry)

        return await self._change(asked, why_not_locked, change)

    async def invite(self, asked: Asked, invitation: str, until: datetime) -> NotChanged | None:
        """Let the owner of an account choose a password anew; return why not, if not.

        The old password, all sessions, and any lock end.

        :raises StoreUnavailable: nothing was changed.
        """

        def change(connection: Connection, account: Account) -> None:
            invite_again(connection, account.id, invitation, until)
            note(connection, asked.entry)

        return await self._change(asked, why_not_whole, change)

    async def _change(
        self, asked: Asked, rule: _Rule, change: Callable[[Connection, Account], None]
    ) -> NotChanged | None:
        def body(connection: Connection) -> NotChanged | None:
            actor = _actor(connection, asked)
            account = by_login(connection, login=asked.login, locking=True)
            refused = rule(asked, actor, account)
            if refused is None and account is not None:
                change(connection, account)
            return refused

        return await self._database.write(body)


def _with_entries(connection: Connection, accounts: tuple[Account, ...]) -> tuple[Account, ...]:
    """Return accounts with their last log-ins, as the log tells."""
    table, last = schema.staff_log, func.max(schema.staff_log.c.at)
    query = select(table.c.about, last.label("last")).where(table.c.action == ENTERED)
    mine = query.where(table.c.about.in_([account.login for account in accounts]))
    found = {row.about: row.last for row in connection.execute(mine.group_by(table.c.about))}
    return tuple(replace(one, entered_at=from_store(found.get(one.login))) for one in accounts)


def _actor(connection: Connection, asked: Asked) -> Account | None:
    """Return who asks, as they stand; nobody else changes the brand's administrators meanwhile."""
    table, roles = schema.staff, schema.staff_roles
    admins = (
        select(table.c.login, table.c.staff_id)
        .join(roles, roles.c.staff_id == table.c.staff_id)
        .where((roles.c.brand == asked.brand) & (roles.c.role == Role.ADMIN.value))
        .order_by(table.c.staff_id)
        # Rows of both tables: a role that is taken is deleted there, a lock is a change here.
        .with_for_update()
    )
    found = {row.staff_id: row.login for row in connection.execute(admins)}
    login = found.get(asked.by)
    return None if login is None else by_login(connection, login=login)
