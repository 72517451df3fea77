"""Proofs by themselves: every few hours one, in a process of its own, held against the last."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.migrate_command import run_migrate
from app.proof_schedule import ProofSchedule, export_apart, proving, read_schedule
from consent.errors import SettingBroken
from storage.sqlite import SqliteDatabase
from tests.builders import HOUR, MovableClock
from tests.proof.ledgers import customers, fill, harm

NOON = datetime(2026, 11, 22, 12, 5, tzinfo=UTC)


def _schedule(folder: Path, hours: int = 6) -> ProofSchedule:
    return ProofSchedule(folder=folder, every=timedelta(hours=hours))


class Exports:
    """Writes empty files in place of proofs, and remembers what was asked of it."""

    def __init__(self, *faults: Exception | None) -> None:
        """Fail with these in turn, then no more; none of them: no file, and no error."""
        self.asked: list[tuple[str, str | None]] = []
        self._faults = list(faults)

    async def __call__(self, file: Path, since: Path | None) -> None:
        """Write a file."""
        self.asked.append((file.name, since.name if since else None))
        fault = self._faults.pop(0) if self._faults else ...
        if isinstance(fault, Exception):
            raise fault
        if fault is ...:
            file.touch()


async def _run(schedule: ProofSchedule, exports: Exports, *, hours: float) -> list[float]:
    """Let so many hours pass; return how long was waited in between."""
    clock, waits, over = MovableClock(NOON), list[float](), asyncio.Event()

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        clock.move(timedelta(seconds=seconds))
        if clock.now() >= NOON + hours * HOUR:
            over.set()
            await asyncio.Event().wait()

    async with proving(schedule, clock.now, exports, sleep):
        await over.wait()
    return waits


async def test_a_proof_every_few_hours(tmp_path: Path) -> None:
    """The first at once, then one whenever the hours are over, each held against the last."""
    exports = Exports()
    await _run(_schedule(tmp_path), exports, hours=13)
    first, second, third = (
        f"consent-proof-2026112{day}T{hour}0000Z.jsonl"
        for day, hour in ((2, "12"), (2, "18"), (3, "00"))
    )
    assert [(first, None), (second, first), (third, second)] == exports.asked


async def test_a_restart_makes_no_second_proof(tmp_path: Path) -> None:
    """What this server or another has written already is not written again."""
    exports = Exports()
    for _ in range(3):
        await _run(_schedule(tmp_path), exports, hours=0.1)
    assert 1 == len(exports.asked)


async def test_a_proof_that_failed_is_tried_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """An error is logged; ten minutes later it is tried again."""
    exports = Exports(OSError("no process"), None)
    waits = await _run(_schedule(tmp_path), exports, hours=1)
    assert [600, 600, 60] == waits[:3]
    assert 3 == len(exports.asked)
    assert "was not written" in caplog.text


async def test_without_a_schedule_nothing_is_written(tmp_path: Path) -> None:
    """Proofs are made where a folder is set."""
    async with proving(None, MovableClock().now):
        await asyncio.sleep(0)
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("hours", "expected"), [("1", 1), ("24", 24), ("8784", 8784)], ids=["least", "a-day", "most"]
)
def test_a_schedule_is_read(hours: str, expected: int) -> None:
    """A folder and whole hours."""
    wanted = ProofSchedule(folder=Path("proofs"), every=timedelta(hours=expected))
    assert wanted == read_schedule("proofs", hours)
    assert None is read_schedule("", hours)


@pytest.mark.parametrize("hours", ["0", "-1", "1.5", "", "soon", "8785", "²"])
def test_hours_that_are_none_are_refused(hours: str) -> None:
    """The setting is named."""
    with pytest.raises(SettingBroken, match="CONSENT_PROOF_EVERY_HOURS"):
        read_schedule("proofs", hours)


def test_files_are_counted_from_1970(tmp_path: Path) -> None:
    """Several servers name the same file, whenever they began."""
    schedule = _schedule(tmp_path, 5)
    begun = schedule.file_at(NOON)
    assert begun == schedule.file_at(NOON + timedelta(minutes=50))
    assert begun != schedule.file_at(NOON + 5 * HOUR)
    assert schedule.file_at(datetime(1970, 1, 1, 4, tzinfo=UTC)).name.endswith(
        "19700101T000000Z.jsonl"
    )


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SqliteDatabase:
    """Return a store with some decisions, set as the real one."""
    monkeypatch.setenv("CONSENT_DATABASE_URL", f"sqlite:///{tmp_path}/consent.db")
    monkeypatch.delenv("CONSENT_ROOT_KEY_FILE", raising=False)
    run_migrate()
    database = SqliteDatabase(f"sqlite:///{tmp_path}/consent.db")
    fill(database, customers(3, 2))
    return database


async def test_a_real_proof_is_written_apart(
    ledger: SqliteDatabase, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """By a process of its own; what comes of it is in the log, what is broken as an error."""
    caplog.set_level(logging.INFO, "consent.proof")
    first, second, third = (tmp_path / "proofs" / f"{n}.jsonl" for n in range(3))
    await export_apart(first, None)
    assert ["INFO"] == [record.levelname for record in caplog.records]
    assert "whole: 0.jsonl" in caplog.text
    harm(ledger, "DELETE FROM decisions WHERE position = 2")
    harm(
        ledger,
        "UPDATE customers SET length = 1, head = (SELECT hash FROM decisions d"
        " WHERE d.customer_id = customers.customer_id)",
    )
    await export_apart(second, first)
    said = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert 3 == len(said)
    assert all("since 0.jsonl" in line and "decision 2 of" in line for line in said)
    await export_apart(second, None)
    assert "2.jsonl" not in caplog.text
    assert "WARNING" == caplog.records[-1].levelname
    (tmp_path / "root.key").chmod(0o644)
    await export_apart(third, None)
    assert "chmod 600" in caplog.text
    assert not third.exists()
    ledger.close_now()


async def test_a_server_that_stops_stops_the_export(
    ledger: SqliteDatabase, tmp_path: Path
) -> None:
    """Nothing is left running, and no half of a file."""
    fill(ledger, list(customers(1_503, 10))[3:])
    folder = tmp_path / "proofs"
    async with proving(_schedule(folder), lambda: NOON):
        while not list(folder.glob(".*")):
            await asyncio.sleep(0.02)
    assert [] == list(folder.iterdir())
    ledger.close_now()
