"""How many Telegram updates are answered a second by webhook, by sixteen customers at a time.

A webhook is answered once the customer has the answer. The floor (`floors/telegram_echo.py`) is
aiogram alone: it writes as many rows, as long, in one commit an update, and echoes the words. The
Bot API that both talk to is a program that does next to nothing; the product's pace, thirty
messages a second, is a thousand times as fast here (`telegram_served.py`).
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import httpx

from app.bench_figures import Aim, Figure
from app.bench_scope import Place, Scope
from tests.bench import turns
from tests.bench.durable_rows import Rows, Written, rows_in, written
from tests.bench.many_customers import open_keys
from tests.bench.sides import Run, Side, drive, floor, wait_for
from tests.bench.sms_plan import SETTINGS, Names, removal, statement
from tests.bench.stores import FileHome, counted, file_of, home, require_durable
from tests.bench.telegram_customers import (
    CALLERS,
    PATH,
    SECRET,
    TOKEN,
    conversation,
    talks,
)
from tests.playground.served import free_port

_AIM = Aim(least=0.5, of_ratio=True)
_HOME = Path(__file__).parents[2]
_KINDS = 3
#: What the server writes of its own accord, sooner or later.
_OWN_ACCORD = frozenset({"feed", "leases", "notices"})
_SETTLED = frozenset({"outbox"})


@dataclass(frozen=True, slots=True)
class Plan:
    """What updates do to tables, by their names."""

    #: By how many rows each table grows.
    grown: Mapping[str, Mapping[str, int]]
    told: Mapping[str, list[Any]]

    @property
    def tables(self) -> list[str]:
        """Return the tables that grow."""
        return sorted({table for grown in self.grown.values() for table in grown})

    def inserted(self, answered: Mapping[str, int]) -> Counter[str]:
        """Return how many new rows tables must have after so many answers to each update."""
        found: Counter[str] = Counter()
        for name, times in answered.items():
            for table, rows in self.grown[name].items():
                found[table] += times * rows
        return found


class Stage:
    """Both sides, and what they are to write."""

    def __init__(self, sides: tuple[Side, ...], plan: Plan, api: int) -> None:
        """Begin with the first customer who has not written yet."""
        self.sides = sides
        self.plan = plan
        self._api = api
        self._next = dict.fromkeys((side.name for side in sides), _KINDS)

    def drive(self, side: Side, seconds: float) -> Run:
        """Let new customers write to one side; each side has the same ones.

        :raises AssertionError: rows are missing or too many, or an update was not answered.
        """
        first = self._next[side.name]
        tables = self.plan.tables
        before, shown = counted(side.store, *tables), self.shown()
        run = drive(side, talks(first, seconds), seconds=seconds, callers=CALLERS)
        self._next[side.name] += run.answers.calls + CALLERS
        after, answered = counted(side.store, *tables), run.answers
        expected = self.plan.inserted(answered.answered)
        found = {table: after[table] - before[table] for table in expected}
        assert dict(expected) == found, f"{side.name} wrote {found}, not {dict(expected)}"
        assert self.shown() - shown >= answered.calls, f"{side.name} left updates unanswered"
        return run

    def shown(self) -> int:
        """Return how many messages were sent or changed, by anybody."""
        with urlopen(f"http://127.0.0.1:{self._api}/shown") as answer:
            return int(answer.read())


def telegram(scope: Scope) -> Iterator[Figure]:
    """Measure on each store."""
    for place in scope.places:
        folder = scope.folder / f"telegram-{place.name}"
        folder.mkdir()
        with opened(place, folder) as stage:
            found = turns.compare(stage.sides, stage.drive, scope.pace)
            note = (
                f"{CALLERS} customers at a time, by webhook; floor: bare aiogram echo, one commit"
            )
            row = f"Telegram update to answer, {place.name}"
            yield turns.figure(row, found, floor="floor", aim=_AIM, note=note)


@contextmanager
def opened(place: Place, folder: Path) -> Iterator[Stage]:
    """Start a Bot API and both sides; the floor is told what an update writes."""
    with ExitStack() as stack:
        api = stack.enter_context(_bot_api())
        (folder / "learning").mkdir()
        plan = _learned(folder / "learning", api)
        stores = stack.enter_context(home(place, folder))
        store, key = stores.fresh(), folder / "root.key"
        open_keys(store, key)
        ours = stack.enter_context(_product(folder / "product", store, key, api))
        told = {"token": TOKEN, "secret": SECRET, "path": PATH, "messages": plan.told}
        told["api"] = f"http://127.0.0.1:{api}"
        least = floor(folder / "floor", "telegram_echo", stores.fresh(), told)
        yield Stage((ours, stack.enter_context(least)), plan, api)


@contextmanager
def _bot_api() -> Iterator[int]:
    port = free_port()
    program = [sys.executable, "-m", "tests.bench.bot_api", str(port)]
    with subprocess.Popen(program, cwd=_HOME) as process:
        try:
            wait_for(port, process)
            yield port
        finally:
            process.terminate()


@contextmanager
def _product(folder: Path, store: str, key: Path, api: int) -> Iterator[Side]:
    require_durable(store)
    folder.mkdir()
    port = free_port()
    settings = SETTINGS | {
        "CONSENT_DATABASE_URL": store,
        "CONSENT_ROOT_KEY_FILE": str(key),
        "CONSENT_PORT": str(port),
        "CONSENT_TELEGRAM_API_URL": f"http://127.0.0.1:{api}",
        "CONSENT_LMT_TELEGRAM_TOKEN": TOKEN,
        "CONSENT_LMT_TELEGRAM_SECRET": SECRET,
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CONSENT_")}
    program = [sys.executable, "-m", "tests.bench.telegram_served"]
    with (
        (folder / "err.txt").open("wb") as err,
        subprocess.Popen(program, cwd=_HOME, env=kept | settings, stderr=err) as process,
    ):
        try:
            wait_for(port, process)
            yield Side(name="product", port=port, pid=process.pid, store=store, folder=folder)
        finally:
            process.terminate()


def _learned(folder: Path, api: int) -> Plan:
    """Return what each update writes, by letting one customer of each language do everything."""
    store, key = FileHome(folder).fresh(), folder / "root.key"
    open_keys(store, key)
    grown: dict[str, Counter[str]] = {}
    told: dict[str, list[Any]] = {}
    headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
    with (
        _product(folder / "product", store, key, api) as side,
        httpx.Client(base_url=side.url, headers=headers, timeout=60.0) as telegram,
    ):
        for customer in range(_KINDS):
            names, before = Names(), _rows_in(store)
            for name, body in conversation(customer):
                telegram.post(PATH, content=body).raise_for_status()
                after = _rows_in(store)
                gone, new = _changes(before, after)
                told[name] = [removal(row, names) for row in gone]
                told[name] += [statement(row, names) for row in new]
                grown[name] = Counter(row.table for row in new if row.is_new)
                grown[name].subtract(row.table for row in gone)
                before = after
    return Plan(grown, told)


def _changes(
    before: Mapping[str, Rows], after: Mapping[str, Rows]
) -> tuple[list[Written], list[Written]]:
    """Return the rows that are gone, since they moved to another customer, and those written."""
    gone: list[Written] = []
    kept: dict[str, Rows] = {}
    for table, rows in before.items():
        left = {k: row for k, row in rows.by_key.items() if k in after[table].by_key}
        kept[table] = Rows(rows.keys, left)
        for found in (row for k, row in rows.by_key.items() if k not in left):
            key = {name: found[name] for name in rows.keys}
            gone.append(Written(table=table, key=key, values={}, is_new=False))
    new = written(kept, after)
    # Other systems are told by and by; that is no part of an answer.
    return gone, [row for row in new if row.is_new or row.table not in _SETTLED]


def _rows_in(store: str) -> dict[str, Rows]:
    # What follows an answer at once is written by then.
    time.sleep(0.05)
    found = rows_in(file_of(store))
    return {table: rows for table, rows in found.items() if table not in _OWN_ACCORD}
