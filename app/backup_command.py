"""`consent backup`: a copy of the store, made while servers write."""

from __future__ import annotations

import time
from pathlib import Path

from app.proof_files import bar
from app.settings import Settings, load_settings
from app.store import ROOT_KEY
from consent.errors import SettingBroken
from locales import ROOT
from locales.catalogue_source import load_catalogue
from storage.backup import BackupRefused, back_up
from storage.signing import SIGNING_KEY
from storage.sqlite import sqlite_file

_ON_A_SERVER = (
    "This store is on a PostgreSQL server: back it up with pgBackRest (continuous, to any moment) "
    "or pg_dump --format=custom (one moment). Keep the root key elsewhere."
)
_MEGA = 1_000_000


def run_backup(file: Path) -> list[str]:
    """Write a backup of the store; return what is to be said about it.

    :raises BackupRefused: the file is there already or cannot be written, there is no store, or it
        is on a server, which has better ways.
    """
    settings = load_settings(load_catalogue(ROOT))
    try:
        source = sqlite_file(settings.database_url)
    except SettingBroken as fault:
        if settings.database_url.startswith("postgresql"):
            raise BackupRefused(_ON_A_SERVER) from fault
        raise
    begun = time.monotonic()
    with bar(f"Writing {file.name}", 100) as tick:
        done = 0

        def tell(left: int, all_: int) -> None:
            nonlocal done
            now = 100 * (all_ - left) // max(all_, 1)
            tick(now - done)
            done = now

        found = back_up(source, file, tell)
    took = time.monotonic() - begun
    held = f"decisions: {found.decisions}, customers: {found.customers}, step {found.step}"
    keys = ", ".join(map(str, _keys(settings, source)))
    return [
        f"Backed up: {file}, {found.size / _MEGA:.1f} MB in {took:.1f} s; {held}.",
        f"Not in it: {keys}. Without the root key nobody can read it; keep that elsewhere.",
    ]


def _keys(settings: Settings, source: Path) -> tuple[Path, Path]:
    """Return the files that a backup never holds."""
    root_key = settings.root_key_file or source.parent / ROOT_KEY
    return root_key, root_key.parent / SIGNING_KEY
