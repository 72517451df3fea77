"""How many rows a second `consent import` records, with evidence and chain, and its memory.

A row in two is a yes on paper that names notice, language, actor and document, of a customer
nobody has heard of; the others are a no of the same customers. The start of the command is
measured with a file of one row and taken off. Memory is flat if a file four times as long takes
no more.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.bench_figures import Aim, Figure, Unit
from app.bench_scope import Place, Scope
from consent.notices import Form
from locales import ROOT
from locales.notice_lock import read_lock
from tests.bench.commands import CONSENT, Cost, run
from tests.bench.many_customers import number, open_keys
from tests.bench.stores import Home, counted, home, require_durable

_SPEED, _FLAT = Aim(least=20_000), Aim(most=1.2, of_ratio=True)
_BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
_COLUMNS = (
    *("number", "subject", "action", "said_at", "notice", "language", "actor", "method"),
    "document",
)


def importing(scope: Scope) -> Iterator[Figure]:
    """Measure on each store."""
    rows = scope.of(8_000, 60_000, 1_000_000)
    rounds = scope.rounds or scope.of(1, 2, 3)
    for place in scope.places:
        folder = scope.folder / f"import-{place.name}"
        folder.mkdir()
        yield from _on(place, folder, rows, rounds)


def _on(place: Place, folder: Path, rows: int, rounds: int) -> Iterator[Figure]:
    files = {count: folder / f"{count}.csv" for count in (1, rows // 4, rows)}
    for count, file in files.items():
        write_rows(file, count)
    speeds, peaks, quarters, starts = [], [], [], []
    with home(place, folder) as stores:
        for _ in range(rounds):
            single, quarter, whole = (
                import_once(stores, folder, file, count) for count, file in files.items()
            )
            speeds.append(rows / max(whole.seconds - single.seconds, 1e-3))
            starts.append(single.seconds)
            peaks.append(whole.peak)
            quarters.append(quarter.peak)
    yield Figure(
        row=f"import with evidence and chain, {place.name}",
        tries=tuple(speeds),
        unit=Unit.A_SECOND,
        aim=_SPEED,
        note=f"rows; {rows} of them into an empty store, the start of the command taken off",
        details=(f"start of the command: {min(starts):.2f} s",),
    )
    yield Figure(
        row=f"  peak memory, {place.name}",
        tries=tuple(peaks),
        unit=Unit.BYTES,
        floor=tuple(quarters),
        aim=_FLAT,
        note=f"beside a file of {rows // 4} rows",
    )


def write_rows(file: Path, rows: int) -> None:
    """Write a file of so many rows, two for each customer; none is to be refused."""
    notice = read_lock(ROOT).current("lmt", "offers", "lv", Form.CHAT).fingerprint
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(_COLUMNS)
        for row in range(rows):
            at = (_BEGUN + timedelta(seconds=row)).isoformat()
            who = number(row // 2)
            if row % 2:
                writer.writerow([who, "email", "off", at, "", "", "customer", "phone", ""])
            else:
                paper = f"form-{row:08}"
                said = [who, "offers", "given", at, notice, "lv", "customer", "paper", paper]
                writer.writerow(said)


def import_once(stores: Home, folder: Path, file: Path, rows: int) -> Cost:
    """Bring a file into a new store.

    :raises AssertionError: not every row is a decision by then.
    :raises NotDurable: commits do not wait for the disk.
    """
    store, key = stores.fresh(), folder / "root.key"
    key.unlink(missing_ok=True)
    open_keys(store, key)
    require_durable(store)
    settings = {"CONSENT_DATABASE_URL": store, "CONSENT_ROOT_KEY_FILE": str(key)}
    cost = run([str(CONSENT), "import", str(file), "--brand", "lmt"], settings)
    assert rows == counted(store, "decisions")["decisions"]
    return cost
