"""`consent migrate`: the shape of the store, forward, and back where nothing is lost by it."""

from __future__ import annotations

from app.settings import load_settings
from app.store import open_store
from locales import ROOT
from locales.catalogue_source import load_catalogue
from storage.database import open_database
from storage.migration import NEWEST, migrate_to


def run_migrate(step: str | None = None) -> list[str]:
    """Bring the store up to date, or to a step; return what is to be said.

    :raises SettingBroken: there is no such step.
    :raises StepBackRefused: going back would lose what must be kept; nothing was changed.
    """
    settings = load_settings(load_catalogue(ROOT))
    if step is None:
        store = open_store(settings)
        store.database.close_now()
        return [f"The store is at step {store.step}."]
    database = open_database(settings.database_url)
    try:
        dropped = migrate_to(database, step)
    finally:
        database.close_now()
    lines = [f"The store is at step {step}.", *(f"Dropped: {word}." for word in dropped)]
    if step != NEWEST:
        lines.append(
            "Start the program that knows this step: any command of this one takes it forward."
        )
    return lines
