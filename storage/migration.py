"""Bringing a database to the schema that this program writes."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from consent.errors import SettingBroken
from storage.database import Database

#: The newest step; a test keeps it equal to what Alembic finds.
NEWEST = "0004"
#: Any number nobody else locks.
_LOCK = 0x636F6E73
_STEPS = Path(__file__).parent / "migrations"


def migrate(database: Database) -> str:
    """Run the steps that are missing, in one transaction; return the step then reached.

    :raises StoreUnavailable: nothing was changed.
    """
    database.create()
    return database.write_now(_migrate)


def _migrate(connection: Connection) -> str:
    if connection.dialect.name == "postgresql":
        # Replicas that start together take the steps one after the other.
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    found = version_of(connection)
    if found == NEWEST:
        return NEWEST
    if found is not None and found > NEWEST:
        raise SettingBroken(f"the store is at step {found}, this program knows {NEWEST}")
    # Imported here: a store that is up to date does not pay for Alembic (0.1 s).
    from alembic.command import upgrade  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_STEPS))
    config.attributes["connection"] = connection
    upgrade(config, "head")
    return NEWEST


def version_of(connection: Connection) -> str | None:
    """Return the step a database stands at, none for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)
