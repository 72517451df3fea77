"""Which root keys a store knows, and which of them wraps.

A wrong key would open a parallel world, so a store remembers a check of each of its own. Beside
the one that wraps lies the key of the address index, sealed under it; beside one that was
replaced, and only opens any more, lies nothing. Whoever wraps reads here, in the same transaction,
under which root: so a server that was started before a rotation goes on with the new key if it was
given it, and stops if it was not.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select, text

from consent.errors import SealBroken, SettingBroken, StoreUnavailable
from storage import schema
from storage.vault import KEY_BYTES, Root, Vault, name_of
from storage.writes import upsert

#: Any number nobody else locks.
_LOCK = 0x6B657973
#: In place of the sealed index, for a root that only opens.
REPLACED = b""


def recognise(
    roots: Sequence[Root], connection: Connection, *, complete: bool = True
) -> tuple[Root, bytes]:
    """Return the root that wraps, and the key of the address index; a new store gets both.

    :param complete: every root must be there that values may still be sealed under.
    :raises SettingBroken: these are not the store's root keys, or not all of them.
    """
    alone(connection)
    known = known_roots(connection)
    if not known:
        index = os.urandom(KEY_BYTES)
        keep(connection, roots[0], index)
        return roots[0], index
    root = _wrapping_of(roots, known)
    missing = sorted(name_of(check) for check in known if check not in {r.check for r in roots})
    if missing and complete:
        raise SettingBroken(
            f"key {', '.join(missing)} is not in the file, and the store may still need it: "
            "put it back, or run `consent key retire`"
        )
    return root, _index_of(root, known[root.check], connection)


def _wrapping_of(roots: Sequence[Root], known: dict[str, bytes | None]) -> Root:
    """Return the root that wraps; refuse those of another store, and one that was replaced."""
    ours = {root.check: root for root in roots if root.check in known}
    if not ours:
        raise SettingBroken("this store was made with another key")
    wraps = wrapping(known) or ""
    if wraps not in ours:
        raise SettingBroken(
            f"this store's root key was replaced by {name_of(wraps)}, which is not in the file: "
            "use the newest file"
        )
    return ours[wraps]


def _index_of(root: Root, sealed: bytes | None, connection: Connection) -> bytes:
    if sealed is None:
        # Made when the root gave the index its key: from now on that is kept by itself.
        keep(connection, root, root.first_index())
        return root.first_index()
    try:
        return root.open_index(sealed)
    except SealBroken as fault:
        raise SettingBroken("the key of the address index was altered in the store") from fault


def wrapping_root(vault: Vault, connection: Connection) -> Root:
    """Return the root to wrap with; it stays that until this transaction has committed.

    :raises RootKeyUnknown: it was replaced by one that this process was not given.
    :raises StoreUnavailable: it is being replaced just now.
    """
    query = select(schema.root_keys).with_for_update(read=True)
    for _ in range(2):
        known = _as_known(connection.execute(query).all())
        if not known:
            return vault.roots[0]
        check = wrapping(known)
        if check is not None:
            return vault.root(check)
        # It was replaced while this waited: the new one can be seen by the next statement.
    raise StoreUnavailable("(its root key is being replaced)")


def known_roots(connection: Connection) -> dict[str, bytes | None]:
    """Return the roots that a store knows, by their check, with the index sealed under each."""
    return _as_known(connection.execute(select(schema.root_keys)).all())


def wrapping(known: dict[str, bytes | None]) -> str | None:
    """Return the check of the root that wraps."""
    return next((check for check, sealed in known.items() if sealed != REPLACED), None)


def keep(connection: Connection, root: Root, index: bytes) -> None:
    """Let a root wrap from now on, and all others only open."""
    table = schema.root_keys
    others = table.update().where(table.c.key_check != root.check)
    connection.execute(others.values(sealed_index=REPLACED))
    row = {"key_check": root.check, "sealed_index": root.close_index(index)}
    upsert(connection, table, [row])


def alone(connection: Connection) -> None:
    """Let one process at a time look at the store's keys and change them."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def _as_known(rows: Sequence[Row[Any]]) -> dict[str, bytes | None]:
    return {row.key_check: row.sealed_index for row in rows}
