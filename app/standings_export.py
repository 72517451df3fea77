"""`consent export-standings`: how all customers of a brand stand, streamed a page at a time."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from app.check_command import viewer
from app.composition import SystemClock
from app.proof_files import Tick, bar
from app.settings import load_settings
from app.standings_rows import StandingRow, as_csv, as_jsonl, has_changed, header, row_of
from app.store import Store, with_store
from consent.catalogue import BrandId, Catalogue
from consent.errors import ConsentError, SettingBroken
from consent.papers import WiderShelf
from consent.ports import Clock
from consent.staff import EXPORTED_STANDINGS, Entry
from consent.states import Lens
from locales import ROOT
from locales.catalogue_source import load_catalogue
from locales.notice_lock import read_lock
from storage.durable import fresh_file
from storage.staff_log import SqlStaffLog
from storage.standings_export import Asked, Held, SqlStandings

_QUESTION = "all standings"
_Write = Callable[[bytes], object]


class ExportRefused(ConsentError):
    """The standings were not written; the reason is named here."""

    code = "export"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be written, for whom and what for."""

    brand: str
    by: str
    reason: str
    #: `csv` or `jsonl`.
    shape: str = "csv"
    changed_since: str | None = None


def run_export(wanted: Wanted, file: Path | None) -> str:
    """Write the standings to a new file, or to standard output; return what was done.

    :raises ExportRefused: the file is there already, or cannot be written.
    :raises SettingBroken: no such brand or moment, or it is not said who wants it what for.
    :raises StoreUnavailable: the rest cannot be read; a file was not written.
    """
    catalogue = load_catalogue(ROOT)
    asked = _asked(wanted, catalogue)
    with _output(file) as write:
        shown = with_store(
            load_settings(catalogue),
            lambda store: _Export(store, catalogue, asked, SystemClock()).write(
                write, wanted.shape
            ),
        )
    place = f" in {file}" if file else ""
    said = f"customers of {wanted.brand}{place}: {shown}"
    return f"Written: {said}. Each of them can read that {asked.viewer} looked."


def _asked(wanted: Wanted, catalogue: Catalogue) -> Asked:
    if BrandId(wanted.brand) not in catalogue.brands:
        raise SettingBroken(f"--brand must be one of {', '.join(catalogue.brands)}")
    if not wanted.by.strip() or not wanted.reason.strip():
        raise SettingBroken("--by and --reason must say who wants it and what for")
    return Asked(
        brand=wanted.brand,
        viewer=f"{wanted.by.strip()} ({viewer()})",
        reason=wanted.reason.strip(),
        question=_QUESTION,
        since=_moment(wanted.changed_since, catalogue),
    )


def _moment(text: str | None, catalogue: Catalogue) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=catalogue.timezone)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as fault:
        raise SettingBroken("--changed-since must be like 2026-11-22T10:00:00+02:00") from fault


@contextmanager
def _output(file: Path | None) -> Generator[_Write]:
    try:
        if file is None:
            yield sys.stdout.buffer.write
            sys.stdout.buffer.flush()
            return
        with fresh_file(file) as stream:
            yield stream.write
    except OSError as fault:
        raise ExportRefused(f"{file or 'standard output'}: {fault.strerror or fault}") from fault


class _Export:
    """One export on its way."""

    def __init__(self, store: Store, catalogue: Catalogue, asked: Asked, clock: Clock) -> None:
        self._standings = SqlStandings(store.database, store.vault, clock)
        self._store, self._catalogue, self._asked, self._clock = store, catalogue, asked, clock

    async def write(self, write: _Write, shape: str) -> int:
        """Write all rows; return how many."""
        asked = self._asked
        made = Entry(self._clock.now(), asked.viewer, EXPORTED_STANDINGS, asked.brand)
        await SqlStaffLog(self._store.database).add(asked.brand, made)
        if shape == "csv":
            write(header(self._catalogue))
        shown = 0
        length = await self._standings.count(self._asked.brand)
        with bar("Writing standings", length) as tick:
            async for rows in self._pages(tick):
                write(as_csv(rows) if shape == "csv" else as_jsonl(rows))
                shown += len(rows)
        return shown

    async def _pages(self, tick: Tick) -> AsyncIterator[list[StandingRow]]:
        asked = self._asked
        notices = WiderShelf(read_lock(ROOT), await self._store.papers.all())
        lens = Lens(
            brand=asked.brand, catalogue=self._catalogue, notices=notices, now=self._clock.now()
        )
        new_texts = asked.since is not None and await self._standings.has_new_notices(
            asked.brand, asked.since
        )
        async for page in self._standings.pages(asked):
            shown = [h for h in page if self._is_wanted(h, lens, new_texts=new_texts)]
            await self._standings.note(asked, shown)
            yield [row_of(held, replace(lens, now=held.at)) for held in shown]
            tick(len(page))

    def _is_wanted(self, held: Held, lens: Lens, *, new_texts: bool) -> bool:
        since = self._asked.since
        if since is None:
            # Who cannot be reached is nobody a CRM could contact.
            return bool(held.numbers)
        return has_changed(held, replace(lens, now=held.at), since, new_texts=new_texts)
