"""The store of the terminal and the playground: its own file, its own key, never a real one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from app.settings import Settings
from app.store import Store, open_store
from consent.errors import SettingBroken
from storage.sqlite import sqlite_file

_FOLDER = Path("var")


def open_demo_store(settings: Settings) -> Store:
    """Open the demo store, whatever store the settings name.

    :raises SettingBroken: they name the demo store as the real one.
    :raises StoreUnavailable: the folder cannot be written.
    """
    url = f"sqlite:///{_FOLDER}/demo.db"
    if _is_same(settings.database_url, url):
        raise SettingBroken(
            "CONSENT_DATABASE_URL names the demo store, which anybody may write to"
        )
    demo = replace(settings, database_url=url, root_key_file=_FOLDER / "demo.key")
    return open_store(demo)


def _is_same(real: str, demo: str) -> bool:
    try:
        return sqlite_file(real).resolve() == sqlite_file(demo).resolve()
    except SettingBroken:
        # Another kind of database is another store.
        return False
