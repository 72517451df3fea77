"""Bringing a database to the schema that this program writes."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from consent.errors import SettingBroken
from storage.database import Database

if TYPE_CHECKING:
    from alembic.config import Config

#: The newest step; a test keeps it equal to what Alembic finds.
NEWEST = "0007"
#: Any number nobody else locks.
_LOCK = 0x636F6E73
_STEPS = Path(__file__).parent / "migrations"


def migrate(database: Database) -> str:
    """Run the steps that are missing, in one transaction; return the step then reached.

    :raises StoreUnavailable: nothing was changed.
    """
    database.create()
    return database.write_now(_migrate)


def migrate_to(database: Database, step: str) -> tuple[str, ...]:
    """Take a store to a step, forward or back, in one transaction.

    :returns: what going back has dropped, in words for operators.
    :raises SettingBroken: there is no such step, or the store is at one of a later program.
    :raises StepBackRefused: going back would lose what must be kept; nothing was changed.
    :raises StoreUnavailable: nothing was changed.
    """
    database.create()
    return database.write_now(partial(_migrate_to, step))


def _migrate(connection: Connection) -> str:
    _lock(connection)
    found = version_of(connection)
    if found != NEWEST:
        _refuse_later(found)
        # Imported here: a store that is up to date does not pay for Alembic (0.1 s).
        from alembic.command import upgrade  # noqa: PLC0415

        upgrade(_config(connection), "head")
    return NEWEST


def _migrate_to(step: str, connection: Connection) -> tuple[str, ...]:
    from alembic.command import downgrade, upgrade  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    _lock(connection)
    found, config = version_of(connection), _config(connection)
    _refuse_later(found)
    # Newest first.
    steps = {
        script.revision: script for script in ScriptDirectory.from_config(config).walk_revisions()
    }
    if step not in steps:
        raise SettingBroken(f"--to must be one of {', '.join(sorted(steps))}")
    if found is None or found < step:
        upgrade(config, step)
        return ()
    if found > step:
        downgrade(config, step)
    back = [script for name, script in steps.items() if step < name <= found]
    return tuple(word for script in back for word in script.module.DROPPED)


def _lock(connection: Connection) -> None:
    """Let replicas that start together take the steps one after the other."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def _refuse_later(found: str | None) -> None:
    if found is not None and found > NEWEST:
        raise SettingBroken(f"the store is at step {found}, this program knows {NEWEST}")


def _config(connection: Connection) -> Config:
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_STEPS))
    config.attributes["connection"] = connection
    return config


def version_of(connection: Connection) -> str | None:
    """Return the step a database stands at, none for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)
