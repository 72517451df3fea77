"""What the accounts of staff are made of: their rows, and the lines of their log."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from consent.staff import Account, Entry, Role, Roles
from storage import schema
from storage.ids import uuid7
from storage.moments import from_store, to_store
from storage.writes import insert_into, insert_new


def note(connection: Connection, entry: Entry, brands: Iterable[str] | None = None) -> None:
    """Add a line to the staff log.

    :param brands: whose line it is; none: of the brands at which the account has roles that the
        line is about.
    """
    name, at = uuid7(entry.at), to_store(entry.at)
    row = {
        "entry_id": name,
        "at": at,
        "actor": entry.actor,
        "action": entry.action,
        "about": entry.about,
    }
    connection.execute(schema.staff_log.insert(), row)
    whose = _brands_of(connection, entry.about) if brands is None else brands
    lines = [{"brand": brand, "at": at, "entry_id": name} for brand in sorted(set(whose))]
    if lines:
        connection.execute(schema.staff_log_brands.insert(), lines)


def _brands_of(connection: Connection, login: str) -> Iterable[str]:
    """Return at which brands an account has a role now."""
    table, roles = schema.staff, schema.staff_roles
    query = select(roles.c.brand).join(table, table.c.staff_id == roles.c.staff_id)
    return connection.execute(query.where(table.c.login == login)).scalars().all()


def end_sessions(connection: Connection, staff_id: str) -> None:
    """End all sessions of somebody."""
    table = schema.staff_sessions
    connection.execute(table.delete().where(table.c.staff_id == staff_id))


def roles_of(rows: list[Row[Any]]) -> Roles:
    """Return roles by brand; a role of a later version opens nothing here."""
    known, found = set(Role), dict[str, frozenset[Role]]()
    for row in rows:
        if row.role in known:
            found[row.brand] = found.get(row.brand, frozenset()) | {Role(row.role)}
    return found


def noted(
    connection: Connection, changed: int, entry: Entry, brands: Iterable[str] | None = None
) -> bool:
    """Add a line if anything was changed, and say so."""
    if changed:
        note(connection, entry, brands)
    return changed > 0


def keep_account(connection: Connection, account: Account) -> bool:
    """Keep a new account with its roles; say whether the login was free."""
    row = {
        "staff_id": account.id,
        "login": account.login,
        "invitation": account.invitation,
        "invited_until": to_store(account.invited_until),
        "created_at": to_store(account.created_at),
    }
    made = insert_into(connection, schema.staff).on_conflict_do_nothing()
    if connection.execute(made, row).rowcount != 1:
        return False
    insert_new(connection, schema.staff_roles, role_rows(account.id, account.roles))
    return True


def close_account(connection: Connection, staff_id: str, at: datetime) -> int:
    """End the sessions of somebody, and close their account if it was open; say how many were."""
    end_sessions(connection, staff_id)
    table = schema.staff
    mine = (table.c.staff_id == staff_id) & table.c.disabled_at.is_(None)
    values = {"disabled_at": to_store(at), "invitation": None, "invited_until": None}
    return connection.execute(table.update().where(mine).values(values)).rowcount


def invite_again(connection: Connection, staff_id: str, invitation: str, until: datetime) -> None:
    """Let the owner of an account choose a password anew; the old one, sessions and locks end."""
    end_sessions(connection, staff_id)
    table = schema.staff
    values = {
        "password": None,
        "invitation": invitation,
        "invited_until": to_store(until),
        "disabled_at": None,
        "misses": 0,
        "locked_until": None,
    }
    connection.execute(table.update().where(table.c.staff_id == staff_id).values(values))


def give_role(connection: Connection, staff_id: str, brand: str, role: Role) -> int:
    """Give a role; say how many are new."""
    row = {"staff_id": staff_id, "brand": brand, "role": role.value}
    made = insert_into(connection, schema.staff_roles).on_conflict_do_nothing()
    return connection.execute(made, row).rowcount


def take_role(connection: Connection, staff_id: str, brand: str, role: Role) -> int:
    """Take a role; say how many there were."""
    table = schema.staff_roles
    mine = (table.c.staff_id == staff_id) & (table.c.brand == brand)
    return connection.execute(table.delete().where(mine & (table.c.role == role.value))).rowcount


def role_rows(staff_id: str, roles: Roles) -> list[dict[str, Any]]:
    """Return what the table of roles keeps."""
    return [
        {"staff_id": staff_id, "brand": brand, "role": role.value}
        for brand, given in roles.items()
        for role in sorted(given, key=str)
    ]


def by_login(connection: Connection, *, login: str, locking: bool = False) -> Account | None:
    """Return the account of a login, for this transaction alone if it is locked."""
    query = select(schema.staff).where(schema.staff.c.login == login)
    row = connection.execute(query.with_for_update() if locking else query).one_or_none()
    if row is None:
        return None
    roles = schema.staff_roles
    mine = select(roles).where(roles.c.staff_id == row.staff_id)
    return account_of(row, list(connection.execute(mine).all()))


def all_of(connection: Connection, *, brand: str | None = None) -> tuple[Account, ...]:
    """Return accounts by login: all, or those that have a role at a brand."""
    table, roles = schema.staff, schema.staff_roles
    wanted, given = select(table).order_by(table.c.login), select(roles)
    if brand is not None:
        # Their roles at other brands come along: some changes depend on them.
        here = select(roles.c.staff_id).where(roles.c.brand == brand)
        wanted = wanted.where(table.c.staff_id.in_(here))
        given = given.where(roles.c.staff_id.in_(here))
    rows, granted = connection.execute(wanted).all(), list(connection.execute(given).all())
    return tuple(
        account_of(row, [r for r in granted if r.staff_id == row.staff_id]) for row in rows
    )


def account_of(row: Row[Any], granted: list[Row[Any]]) -> Account:
    """Return an account with the roles that were given to it."""
    return Account(
        id=row.staff_id,
        login=row.login,
        created_at=from_store(int(row.created_at)),
        password=row.password,
        invitation=row.invitation,
        invited_until=from_store(row.invited_until),
        disabled_at=from_store(row.disabled_at),
        misses=row.misses,
        locked_until=from_store(row.locked_until),
        roles=roles_of(granted),
    )
