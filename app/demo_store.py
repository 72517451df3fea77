"""The store of the terminal and the playground: its own file, its own key, never a real one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from app.settings import Settings
from app.store import Store, open_store

_FOLDER = Path("var")


def open_demo_store(settings: Settings) -> Store:
    """Open the demo store, whatever the settings name.

    :raises StoreUnavailable: the folder cannot be written.
    """
    demo = replace(
        settings,
        database_url=f"sqlite:///{_FOLDER}/demo.db",
        root_key_file=_FOLDER / "demo.key",
    )
    return open_store(demo)
