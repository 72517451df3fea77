"""List checks of a house: put together for the command line, and kept in a spool for servers.

A server keeps the list and what was made of it beside the store, readable by its owner alone,
until the answer is not good any more. How far a check is stands in a file too, so that every
process of the same machine can tell.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from app.list_check_life import Life, is_alive
from app.list_check_opening import (
    ListGone,
    ListsBusy,
    Wanted,
    columns_of,
    open_check,
    since_of,
)
from app.list_check_run import Checking, Means, Targets
from app.list_check_since import Since
from app.list_check_source import ListSource
from app.list_check_state import STATE, State, files_for, read_state, waiting_state
from consent.errors import StoreUnavailable
from marketing.list_columns import ListUnclear
from marketing.listing import ListCheck
from storage.list_looks import Begun

_log = logging.getLogger("consent.lists")

_NAME = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LIST = "list"
#: What was made of a list, as it may be asked for.
FILES = ("allowed", "blocked", "rejected", "changed", "summary")
#: Lists that one process checks at once.
_AT_ONCE = 2
#: How far a list is that some process must be at.
_UNDONE = frozenset({"waiting", "running"})
#: Lists of one process that are taken and not finished.
_UNFINISHED = 8
_LOST = "Its process has ended; check the list again."


class ListDesk:
    """Takes lists from systems and from the page, and hands out what came of them."""

    def __init__(self, means: dict[str, Means], spool: Path, largest: int) -> None:
        """Take the means of each brand, where lists are kept, and bytes of one at most."""
        self._means, self._spool, self.largest = means, spool, largest
        self._running: set[asyncio.Task[None]] = set()
        self._places = asyncio.Semaphore(_AT_ONCE)
        #: Lists that are taken and not finished, each with its sign of life.
        self._unfinished: dict[str, Life | None] = {}

    async def take(self, wanted: Wanted, content: AsyncIterator[bytes]) -> State:
        """Take a list and begin to check it.

        :raises ListUnclear: it cannot be checked; nobody was looked at, nothing is kept.
        :raises ListsBusy: too many are unfinished.
        """
        means = self._means[wanted.question.brand]
        check = open_check(wanted, means, means.clock.now())
        with self._admitted(check.id) as folder:
            self._tell(waiting_state(check))
            await _store(folder / _LIST, content, self.largest)
            return await self._start(wanted, check, None)

    async def take_changes(self, wanted: Wanted) -> State:
        """Begin to tell what has changed since an earlier check, of the same list.

        :raises ListGone: its answer is not good any more.
        :raises ListUnclear: whoever asks has no such check, or it is not finished.
        :raises ListsBusy: too many are unfinished.
        """
        brand, earlier = wanted.question.brand, wanted.since or ""
        means = self._means[brand]
        found = self.state(brand, earlier)
        if found is None or found.viewer != wanted.viewer:
            raise ListUnclear("There is no such check of this brand.")
        begun, since = await since_of(means, brand, earlier, means.clock.now())
        wanted = replace(wanted, question=begun.question, columns=columns_of(begun))
        check = open_check(wanted, means, means.clock.now())
        check = replace(check, valid_until=begun.valid_until)
        with self._admitted(check.id) as folder:
            os.link(self._folder(begun.id) / _LIST, folder / _LIST)
            self._tell(waiting_state(check))
            return await self._start(wanted, check, since)

    @contextmanager
    def _admitted(self, check: str) -> Iterator[Path]:
        """Make a folder for one check more; whoever fails in it leaves nothing behind."""
        if len(self._unfinished) >= _UNFINISHED:
            raise ListsBusy
        self._unfinished[check] = None
        folder = self._folder(check)
        try:
            folder.mkdir(mode=0o700, parents=True)
            self._unfinished[check] = Life(folder)
            yield folder
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            self._end(check)
            raise

    async def _start(self, wanted: Wanted, check: ListCheck, since: Since | None) -> State:
        means, file = self._means[check.question.brand], self._folder(check.id) / _LIST
        source = await asyncio.to_thread(
            ListSource, file, means.holds, largest=self.largest, wanted=wanted.columns
        )
        state = waiting_state(check)
        state.columns, state.suffix = source.shape.columns, source.shape.suffix
        self._tell(state)
        task = asyncio.create_task(self._run(Checking(means, check, source, since), source, state))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return state

    async def _run(self, checking: Checking, source: ListSource, state: State) -> None:
        folder = self._folder(state.id)
        targets = Targets(
            out=folder / ("changed" if checking.is_of_changes else "allowed"),
            blocked=None if checking.is_of_changes else folder / "blocked",
            rejected=folder / "rejected",
            summary=folder / "summary",
        )

        def tick(rows: int, share: float) -> None:
            state.status, state.rows, state.share = "running", rows, share
            self._tell(state)

        try:
            async with self._places:
                with source:
                    state.summary = await checking.through(targets, tick)
            state.status, state.share, state.rows = "finished", 1.0, checking.tally.rows
            state.files = tuple(name for name in FILES if (folder / name).exists())
        except (ListUnclear, StoreUnavailable) as fault:
            state.status, state.detail = "failed", str(fault)
        except Exception as fault:  # noqa: BLE001 - whoever polls must be told
            # Its own words can quote a customer.
            _log.error("a list check failed: %s, %s", state.id, type(fault).__name__)
            state.status, state.detail = "failed", "Something went wrong here; check it again."
        self._tell(state)
        self._end(state.id)

    def state(self, brand: str, check: str) -> State | None:
        """Say how far a brand's check is; none if there is none, or its files are gone."""
        if not _NAME.fullmatch(check):
            return None
        folder = self._folder(check)
        found = read_state(folder)
        if found is None or found.brand != brand:
            return None
        # What was done meanwhile stands in its file by the time nobody is at it any more.
        if found.status in _UNDONE and not is_alive(folder):
            found = read_state(folder) or found
            if found.status in _UNDONE:
                found.status, found.detail = "stopped", _LOST
        return found

    def file(self, brand: str, viewer: str, check: str, name: str) -> Path | None:
        """Return what was made of a list; none if there is none for whoever asks.

        :raises ListGone: it is not good any more.
        """
        found = self.state(brand, check)
        if found is None or name not in files_for(viewer, found):
            return None
        if self._means[brand].clock.now() >= found.valid_until:
            raise ListGone
        return self._folder(check) / name

    async def past(self, brand: str, most: int = 50) -> tuple[Begun, ...]:
        """Return a brand's checks, newest first, whoever asked for them.

        :raises StoreUnavailable: they cannot be read.
        """
        return await self._means[brand].checks.past(brand, most)

    async def finish(self) -> None:
        """Wait until all lists are checked."""
        while self._running:
            await asyncio.gather(*self._running)

    def _end(self, check: str) -> None:
        life = self._unfinished.pop(check, None)
        if life is not None:
            life.end()

    def _folder(self, check: str) -> Path:
        return self._spool / check

    def _tell(self, state: State) -> None:
        folder = self._folder(state.id)
        fresh = folder / f".{STATE}"
        try:
            fresh.write_bytes(msgspec.json.encode(state))
            fresh.replace(folder / STATE)
        except OSError:
            _log.warning("how far a list check is cannot be told: %s", state.id)


async def _store(file: Path, content: AsyncIterator[bytes], largest: int) -> None:
    size = 0
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb", buffering=1 << 20) as stream:
            async for piece in content:
                size += len(piece)
                if size > largest:
                    raise ListUnclear(f"It is larger than {largest >> 20} MiB.")
                stream.write(piece)
    except OSError as fault:
        raise StoreUnavailable(f"({fault.strerror})") from fault


def sweep_spool(spool: Path, now: datetime, most: timedelta = timedelta(days=31)) -> int:
    """Delete all lists whose answer is not good any more; return how many."""
    gone = 0
    for folder in spool.iterdir() if spool.is_dir() else ():
        if not _NAME.fullmatch(folder.name):
            continue
        state = read_state(folder)
        born = folder.stat().st_mtime
        over = state.valid_until <= now if state else now.timestamp() - born > most.total_seconds()
        if over:
            shutil.rmtree(folder, ignore_errors=True)
            gone += 1
    return gone
