"""Opening the store: all that a quick look needs, without words and doors."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar

from app.settings import Settings
from consent.errors import SettingBroken
from storage.batches import SqlBatches
from storage.cases import SqlCases
from storage.copies import SqlCopies
from storage.database import Database, open_database
from storage.deliveries import SqlDeliveries
from storage.feed import SqlFeed
from storage.hooks import SqlHooks
from storage.imports import SqlImports
from storage.key_file import load_root_keys
from storage.keys import recognise
from storage.ledger import SqlLedger
from storage.migration import migrate
from storage.outbox import SqlOutbox
from storage.own_data import SqlOwnData
from storage.papers import SqlPapers
from storage.sqlite import SqliteDatabase
from storage.strays import SqlStrays
from storage.tokens import SqlTokens
from storage.vault import Vault
from storage.watermarks import SqlWatermarks

_T = TypeVar("_T")
#: The root key of an embedded store that names no other.
ROOT_KEY = "root.key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A database, and what seals it."""

    database: Database
    vault: Vault = field(repr=False)
    #: Where its root keys lie.
    key_file: Path
    #: The step of the schema it stands at.
    step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """An open store."""

    database: Database
    vault: Vault = field(repr=False)
    ledger: SqlLedger
    outbox: SqlOutbox
    deliveries: SqlDeliveries
    strays: SqlStrays
    watermarks: SqlWatermarks
    tokens: SqlTokens
    batches: SqlBatches
    imports: SqlImports
    papers: SqlPapers
    feed: SqlFeed
    hooks: SqlHooks
    cases: SqlCases
    own_data: SqlOwnData
    copies: SqlCopies
    #: The step of the schema it stands at.
    step: str


def open_store(settings: Settings) -> Store:
    """Open the store, making or upgrading an embedded one where needed.

    :raises SettingBroken: the URL or the root key cannot be used.
    :raises StoreUnavailable: the database cannot be opened.
    """
    opened = open_vault(settings)
    database, vault = opened.database, opened.vault
    return Store(
        database=database,
        vault=vault,
        ledger=SqlLedger(database, vault),
        outbox=SqlOutbox(database, vault),
        deliveries=SqlDeliveries(database, vault),
        strays=SqlStrays(database, vault),
        watermarks=SqlWatermarks(database),
        tokens=SqlTokens(database),
        batches=SqlBatches(database, vault),
        imports=SqlImports(database),
        papers=SqlPapers(database),
        feed=SqlFeed(database, vault),
        hooks=SqlHooks(database, vault),
        cases=SqlCases(database, vault),
        own_data=SqlOwnData(database, vault),
        copies=SqlCopies(database, vault),
        step=opened.step,
    )


def open_vault(settings: Settings, *, complete: bool = True) -> Opened:
    """Open a database and what seals it, making or upgrading an embedded one where needed.

    :param complete: every root key must be there that values may still be sealed under.
    :raises SettingBroken: the URL or the root keys cannot be used.
    :raises StoreUnavailable: the database cannot be opened.
    """
    database = open_database(settings.database_url)
    file = settings.root_key_file or _beside(database)
    # A key made for a store that already has rows could open none of them.
    keys = load_root_keys(file, create=database.is_new)
    step = migrate(database)
    try:
        known = partial(recognise, Vault(*keys).roots, complete=complete)
        usual, index = database.write_now(known)
    except SettingBroken as fault:
        database.close_now()
        raise SettingBroken(f"root key {file}: {fault.detail}") from fault
    vault = Vault(*keys, usual=usual, index=index)
    return Opened(database=database, vault=vault, key_file=file, step=step)


def with_store(settings: Settings, work: Callable[[Store], Awaitable[_T]]) -> _T:
    """Open the store for one piece of work of a command, and let go of it whatever happens.

    :raises SettingBroken: the URL or the root key cannot be used.
    :raises StoreUnavailable: the database cannot be opened.
    """
    store = open_store(settings)

    async def run() -> _T:
        try:
            return await work(store)
        finally:
            await store.database.close()

    return asyncio.run(run())


def _beside(database: Database) -> Path:
    """Return where the root key of an embedded store lies."""
    if isinstance(database, SqliteDatabase):
        return database.file.parent / ROOT_KEY
    raise SettingBroken("CONSENT_ROOT_KEY_FILE must be set where the store is on a server")
