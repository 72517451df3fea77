"""A rehearsal tells what would become of a batch, and changes nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from consent.batches import Entry, Refusal, Release
from consent.decisions import SERVICE, Action
from consent.desk import ConsentDesk
from storage import schema
from storage.batches import SqlBatches
from storage.database import Database
from storage.ids import SystemEntropy
from storage.ledger import SqlLedger
from storage.migration import migrate
from storage.rehearsal import Rehearsal
from storage.sqlite import SqliteDatabase
from tests.store.batch_stage import SMS, bring, freed, no, told, yes
from tests.store.stores import VAULT, rows
from tests.store.test_ledger import CLOCK, HOUSE, OTHER


@pytest.fixture
async def scratch(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    """Return an empty store to rehearse on."""
    found = SqliteDatabase(f"sqlite:///{tmp_path}/scratch.db")
    migrate(found)
    yield found
    await found.close()


async def _rehearse(
    database: Database, scratch: Database, *entries: Entry | Release
) -> list[Refusal | str | None]:
    """Rehearse entries one after the other, as if each came in a chunk of its own."""
    batches = Rehearsal(SqlBatches(database, VAULT), scratch)
    ledger = SqlLedger(database, VAULT)
    desk = ConsentDesk(HOUSE, ledger, CLOCK, SystemEntropy(), batches=batches)
    found: list[Refusal | str | None] = []
    for entry in entries:
        found += told(await desk.record_batch([entry]))
    return found


async def test_it_tells_what_would_become_of_each(
    database: Database, scratch: SqliteDatabase
) -> None:
    """Chunk by chunk the same as recording it, whatever earlier chunks would have changed."""
    await bring(database, yes(9), yes(9, about=SMS), no(9, address=OTHER))
    before = [rows(database, t) for t in schema.metadata.sorted_tables]
    entries: list[Entry | Release] = [
        yes(9),
        no(5),
        yes(6),
        yes(4),
        freed(3),
        yes(3.5),
        yes(2),
        no(1),
        yes(8, address=OTHER),
        no(8, about=SMS, address=OTHER),
        replace(no(8, address=OTHER), subject=SERVICE, action=Action.ENDED),
    ]
    rehearsed = await _rehearse(database, scratch, *entries)
    assert before == [rows(database, t) for t in schema.metadata.sorted_tables]
    assert rehearsed == [r for e in entries for r in await bring(database, e)]
    assert ["again", None, Refusal.NOT_LATER_THAN_NO, None, None] == rehearsed[:5]
    assert [Refusal.SAID_BEFORE_RELEASE, None, None] == rehearsed[5:8]
