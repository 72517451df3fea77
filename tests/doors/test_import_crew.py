"""`consent import` of large files: other processes prepare the rows; nothing else is different."""

from __future__ import annotations

import asyncio
import csv
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import app.import_crew
from app.import_command import run_import
from app.import_crew import Crew
from app.import_worker import Briefing, serve
from consent.errors import StoreUnavailable
from storage.batches import SqlBatches
from storage.strangers import Prepared
from tests.doors.import_stage import NUMBER, as_csv, no, put, row

_TABLES = ("customers", "addresses", "decisions", "standing", "outbox", "cases", "tombstones")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder, with a crew for every file."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("CONSENT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(app.import_crew, "WORTH_IT", 0)
    monkeypatch.setattr(app.import_crew, "_cores", lambda: 3)
    return tmp_path


def ask(home: Path, query: str) -> list[tuple[object, ...]]:
    """Look into the store from outside."""
    with sqlite3.connect(home / "var" / "consent.db") as connection:
        return connection.execute(query).fetchall()


def everything(count: int) -> list[dict[str, str]]:
    """Return rows of every kind: strangers, customers of several rows, faults, refusals."""
    rows = [row(f"+3712{i // 3:07d}", document=f"form {i}") for i in range(count)]
    for i in range(0, count, 3):
        rows[i] |= {"subject": "sms", "action": "on"}
    for i in range(0, count, 7):
        rows[i] = no(rows[i]["number"], document='"%(id)s" ā')
    for i in range(0, count, 11):
        rows[i]["actor"] = ""
    for i in range(0, count, 13):
        rows[i]["number"] = "12"
    return rows


_SAID = (
    "SELECT a.address_hash, d.position, d.kind, d.subject, d.action, "
    # A no without a moment counts from when it was brought in.
    "min(d.said_at, 1790000000000000), d.notice, d.language, d.actor, d.method "
    "FROM decisions d JOIN addresses a USING (customer_id) ORDER BY 1, 2"
)


def counted(home: Path) -> dict[str, object]:
    """Return how many rows each table has."""
    return {table: ask(home, f"SELECT count(*) FROM {table}")[0][0] for table in _TABLES}  # noqa: S608


def rejected(file: Path) -> list[list[str]]:
    """Return the rejected rows of a file."""
    with file.with_name(f"{file.name}.rejected.csv").open(encoding="utf-8") as stream:
        return list(csv.reader(stream))


def test_a_crew_makes_no_difference(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Decisions, counts, lines and rejected rows are those of an import without one."""
    rows = [*everything(600), {"number": NUMBER, "action": "number_released", "actor": "billing"}]
    rows[-1] |= {"said_at": "2026-06-01"}
    rows += everything(300)
    monkeypatch.setattr(app.import_crew, "_TOGETHER", 200)
    found = []
    for cores in (3, 1):
        monkeypatch.setattr(app.import_crew, "_cores", lambda n=cores: n)
        file = put(home, as_csv(rows))
        _, lines = run_import(file, brand="lmt")
        again = run_import(file, brand="lmt")[1]
        said = [line[1:] for line in ask(home, _SAID)]
        found.append((lines, again, sorted(map(repr, said)), counted(home), rejected(file)))
        (home / "var").rename(home / f"var.{cores}")
    assert found[0] == found[1]
    assert 200 == found[0][3]["customers"]


def test_a_rehearsal_says_what_the_real_thing_does(home: Path) -> None:
    """With a crew too, nothing is recorded and the counts are the same."""
    file = put(home, as_csv(everything(500)))
    run_import(put(home, as_csv(everything(50)), "before.csv"), brand="lmt")
    before = counted(home)
    _, rehearsed = run_import(file, brand="lmt", dry_run=True)
    assert before == counted(home)
    _, done = run_import(file, brand="lmt")
    assert rehearsed[1:] == done


def test_without_its_crew_an_import_goes_on(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever prepares may be killed at any moment: every row is recorded once all the same."""
    monkeypatch.setattr(app.import_crew, "_TOGETHER", 100)
    real = Crew.brief

    def kill(self: Crew, briefing: Briefing) -> None:
        real(self, briefing)
        for worker in _workers(os.getpid()):
            os.kill(worker, signal.SIGKILL)

    monkeypatch.setattr(Crew, "brief", kill)
    file = put(home, as_csv([row(f"+3712{i:07d}") for i in range(1_000)]))
    clean, lines = run_import(file, brand="lmt")
    assert (True, "1000 rows: 1000 recorded, 0 there already, 0 rejected") == (clean, lines[0])
    assert 1_000 == counted(home)["decisions"]


def test_an_unreachable_store_is_told_with_the_row(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was recorded stays; the same command goes on, and each row is recorded once."""
    monkeypatch.setattr(app.import_crew, "_TOGETHER", 3_000)
    file = put(home, as_csv([row(f"+3712{i:07d}") for i in range(10_000)]))
    real, calls = SqlBatches.record_strangers, iter(range(99))

    async def fail(self: SqlBatches, prepared: Prepared) -> set[str]:
        if next(calls) >= 3:
            raise StoreUnavailable("(no more)")
        return await real(self, prepared)

    with monkeypatch.context() as failing:
        failing.setattr(SqlBatches, "record_strangers", fail)
        with pytest.raises(StoreUnavailable, match="row 9001; the same command goes on"):
            run_import(file, brand="lmt")
    assert [] == _workers(os.getpid())
    _, lines = run_import(file, brand="lmt")
    assert "Gone on after row 6001, where it had been stopped." == lines[0]
    assert "4000 rows: 1000 recorded, 3000 there already, 0 rejected" == lines[1]
    assert 10_000 == counted(home)["decisions"]


def test_nobody_is_left_behind(home: Path) -> None:
    """When an import is over, or has failed, nobody prepares any more."""
    run_import(put(home, as_csv([row()])), brand="lmt")
    run_import(put(home, as_csv([row()])), brand="lmt", dry_run=True)
    assert [] == _workers(os.getpid())


def test_a_small_file_starts_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """A crew is started for what takes long, and never on the only core."""
    monkeypatch.undo()
    assert 0 == Crew.for_file(10_000).depth
    monkeypatch.setattr(app.import_crew, "_cores", lambda: 1)
    assert 0 == Crew.for_file(10**9).depth


def _workers(parent: int) -> list[int]:
    listed = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(parent)],  # noqa: S607
        check=False,
        capture_output=True,
        text=True,
    )
    lines = [line.split() for line in listed.stdout.splitlines()]
    return [int(line[0]) for line in lines if "app.import_worker" in line]


def _recorded(home: Path) -> int:
    try:
        return int(str(ask(home, "SELECT count(*) FROM decisions")[0][0]))
    except sqlite3.OperationalError:
        return 0


def test_a_killed_import_goes_on_and_takes_its_crew_along(home: Path) -> None:
    """Killed at any moment, the same command ends with each row recorded or listed once."""
    rows = [row(f"+3712{i // 2:07d}", document=f"form {i}, {'x' * 60}") for i in range(14_000)]
    for i in range(0, len(rows), 7):
        rows[i]["actor"] = ""
    file = put(home, as_csv(rows))
    assert file.stat().st_size > 2_000_000
    chance = random.Random(1)  # noqa: S311 - no secret
    program = [str(Path(sys.executable).parent / "consent"), "import", str(file), "--brand", "lmt"]
    for _ in range(2):
        before, crew = _recorded(home), set[int]()
        running = subprocess.Popen(program, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while running.poll() is None and _recorded(home) == before:
            crew |= set(_workers(running.pid))
            time.sleep(0.02)
        time.sleep(chance.random() / 4)
        running.send_signal(signal.SIGKILL)
        running.wait()
        assert crew or (os.cpu_count() or 1) == 1
        _gone(crew)
    done = subprocess.run(program, check=False, capture_output=True, text=True)
    assert (3, "") == (done.returncode, done.stderr)
    assert 12_000 == _recorded(home)
    assert [(12_000,)] == ask(home, "SELECT sum(length) FROM customers")
    assert [str(i + 2) for i in range(0, 14_000, 7)] == [line[0] for line in rejected(file)][1:]


def _gone(processes: set[int]) -> None:
    end = time.monotonic() + 10
    while any(map(_is_there, processes)) and time.monotonic() < end:
        time.sleep(0.05)
    assert not [pid for pid in processes if _is_there(pid)]


def _is_there(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    # One that has ended, and whose new parent has not looked yet, is there by name only.
    status = Path(f"/proc/{process}/status")
    return not status.exists() or "\nState:\tZ" not in status.read_text(encoding="ascii")


class _Link:
    """A pipe that ends."""

    def __init__(self, *said: bytes) -> None:
        self._said: Iterator[bytes] = iter(said)

    def recv_bytes(self) -> bytes:
        """Return what comes next."""
        try:
            return next(self._said)
        except StopIteration:
            raise EOFError from None


def test_whoever_prepares_ends_with_the_pipe() -> None:
    """Nothing comes any more: that is no error."""
    serve(_Link())  # type: ignore[arg-type]


def test_a_briefing_shows_no_key() -> None:
    """Neither a log nor a traceback can name what rows are sealed with."""
    shown = repr(Briefing("lmt", b"root-key", b"index-key", []))
    assert "lmt" in shown
    assert "key" not in shown


async def test_a_crew_of_none_prepares_nothing() -> None:
    """Then the rows are decided on within the transaction, as before."""
    assert None is await asyncio.wait_for(Crew(0).begin([]), 1)
