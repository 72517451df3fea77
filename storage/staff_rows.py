"""What the accounts of staff are made of: their rows, and the lines of their log."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, select

from consent.staff import Account, Entry, Role, Roles
from storage import schema
from storage.ids import uuid7
from storage.moments import from_store, to_store


def note(connection: Connection, entry: Entry) -> None:
    """Add a line to the staff log."""
    row = {
        "entry_id": uuid7(entry.at),
        "at": to_store(entry.at),
        "actor": entry.actor,
        "action": entry.action,
        "about": entry.about,
    }
    connection.execute(schema.staff_log.insert(), row)


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


def noted(connection: Connection, changed: int, entry: Entry) -> bool:
    """Add a line if anything was changed, and say so."""
    if changed:
        note(connection, entry)
    return changed > 0


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
