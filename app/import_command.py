"""`consent import`: decisions taken elsewhere, from a file, judged like any other."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TextIO

from app.composition import SystemClock
from app.import_crew import Crew
from app.import_file import ImportFile
from app.import_recording import Recorder, Recording
from app.import_rejects import Rejects
from app.import_rows import MEANINGS, RowReader
from app.import_worker import Briefing
from app.importing import Importing, Tally
from app.row_bar import RowBar
from app.settings import load_settings
from app.store import Store, open_store
from consent.catalogue import BrandId, Catalogue
from consent.desk import ConsentDesk, House
from consent.errors import SettingBroken
from consent.papers import WiderShelf
from locales import ROOT
from locales.catalogue_source import load_catalogue
from locales.lexicon import load_lexicon
from locales.notice_lock import read_lock
from storage.ids import SystemEntropy
from storage.migration import migrate
from storage.rehearsal import Rehearsal
from storage.sqlite import SqliteDatabase

_REJECTED = ".rejected.csv"
#: Seconds between two transactions: on SQLite others write then. On a busy machine half of the
#: customers' messages do not wait at all, 19 of 20 half a second at most (measured).
_BREATH = 0.01


def run_import(
    file: Path,
    *,
    brand: str,
    dry_run: bool = False,
    rejected: Path | None = None,
    screen: TextIO | None = None,
) -> tuple[bool, list[str]]:
    """Bring a file in; return whether every row stands in the ledger, and what became of them.

    The same file again changes nothing; one that was stopped goes on where it was.

    :param dry_run: only say what would become of them.
    :param rejected: where rejected rows are listed; beside the file unless told otherwise.
    :param screen: where progress is shown if it is a terminal; standard error.
    :raises FileBroken: the file cannot be read; the rows before are recorded.
    :raises SettingBroken: no such brand, or rejected rows cannot be listed there.
    :raises StoreUnavailable: what was recorded so far stays; the same command goes on.
    """
    catalogue = load_catalogue(ROOT)
    if BrandId(brand) not in catalogue.brands:
        raise SettingBroken(f"--brand must be one of {', '.join(catalogue.brands)}")
    listed = rejected or file.with_name(file.name + _REJECTED)
    if listed.resolve() == file.resolve():
        raise SettingBroken("--rejected names the file itself")
    with ImportFile(file) as source, closing(Crew.for_file(source.size)) as crew:
        bar = RowBar(screen or sys.stderr)
        work = _through(source, catalogue, brand, Rejects(listed), crew, bar, dry_run=dry_run)
        tally = asyncio.run(work)
    return not tally.rejects, _summary(tally, listed, dry_run=dry_run)


async def _through(  # noqa: PLR0913
    source: ImportFile,
    catalogue: Catalogue,
    brand: str,
    rejects: Rejects,
    crew: Crew,
    bar: RowBar,
    *,
    dry_run: bool,
) -> Tally:
    store = open_store(load_settings(catalogue))
    try:
        papers = await store.papers.all()
        root_key, index = store.vault.secrets
        crew.brief(Briefing(brand, root_key, index, list(papers)))
        notices = WiderShelf(read_lock(ROOT), papers)
        lexicon = load_lexicon(ROOT, catalogue)
        house = House(catalogue=catalogue, notices=notices, lexicon=lexicon)
        clock = SystemClock()
        async with _batches(store, dry_run=dry_run) as batches:
            desk = ConsentDesk(house, store.ledger, clock, SystemEntropy(), batches=batches)
            reader = RowReader(brand, catalogue, notices)
            breath = 0 if dry_run else _BREATH
            recorder = Recorder(reader, desk, batches, breath)
            embedded = dry_run or isinstance(store.database, SqliteDatabase)
            importing = Importing(source, rejects, crew, recorder, beside=not embedded)
            imports = None if dry_run else store.imports

            def tick(rows: int) -> None:
                bar.show(rows, source.share)

            return await importing.through(imports, brand, clock, tick)
    finally:
        bar.clear()
        await store.database.close()


@asynccontextmanager
async def _batches(store: Store, *, dry_run: bool) -> AsyncIterator[Recording]:
    """Give where to record: the store, or a scratch store that is gone afterwards."""
    if not dry_run:
        yield store.batches
        return
    with TemporaryDirectory(prefix="consent-rehearsal-") as folder:
        scratch = SqliteDatabase(f"sqlite:///{folder}/rehearsal.db")
        migrate(scratch)
        try:
            yield Rehearsal(store.batches, scratch)
        finally:
            await scratch.close()


def _summary(tally: Tally, listed: Path, *, dry_run: bool) -> list[str]:
    lines = ["Rehearsed: nothing was recorded."] if dry_run else []
    if tally.before:
        lines.append(f"Gone on after row {tally.before}, where it had been stopped.")
    lines.append(
        f"{tally.rows} rows: {tally.recorded} recorded, {tally.again} there already, "
        f"{tally.rejected.total()} rejected"
    )
    lines += [
        f"  {count} {reason}: {MEANINGS[reason]}" for reason, count in tally.rejected.most_common()
    ]
    if tally.unnamed:
        count = tally.unnamed.total()
        lines.append(f"{count} stand, but not under the CRM id or e-mail that they name:")
        lines += [
            f"  {count} {reason}: {MEANINGS[reason]}"
            for reason, count in tally.unnamed.most_common()
        ]
    if tally.rejects:
        lines.append(f"Rejected rows, {tally.rejects} in all, are listed in {listed}")
    return lines
