"""A proof every few hours, in a folder that somebody carries away.

It is written by a process of its own, so that nobody waits for an answer meanwhile; and it is held
against the one before, so that a ledger that did more than grow is found out within hours. Hours
are counted from 1970, so that several servers name the same file, and whoever is first writes it.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from consent.errors import SettingBroken

_log = logging.getLogger("consent.proof")

_NAME = "consent-proof-{:%Y%m%dT%H%M%SZ}.jsonl"
_NAMES = "consent-proof-*.jsonl"
_MOST_HOURS = 24 * 366
_LOOK, _AGAIN = timedelta(minutes=1), timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofSchedule:
    """How often a proof is written, and where."""

    folder: Path
    every: timedelta

    def file_at(self, now: datetime) -> Path:
        """Return the file that should be there by now."""
        epoch = datetime.fromtimestamp(0, UTC)
        begun = epoch + (now - epoch) // self.every * self.every
        return self.folder / _NAME.format(begun)

    def before(self, file: Path) -> Path | None:
        """Return the newest proof that is older than a file."""
        names = (f for f in self.folder.glob(_NAMES) if f.name < file.name)
        return max(names, default=None)


def read_schedule(folder: str, hours: str) -> ProofSchedule | None:
    """Return the schedule that is set; none without a folder.

    :raises SettingBroken: the hours are no number.
    """
    if not folder:
        return None
    if not (hours.isascii() and hours.isdecimal() and 0 < int(hours) <= _MOST_HOURS):
        raise SettingBroken(f"CONSENT_PROOF_EVERY_HOURS must be from 1 to {_MOST_HOURS}")
    return ProofSchedule(folder=Path(folder), every=timedelta(hours=int(hours)))


#: Writes a proof, given the one before it.
Export = Callable[[Path, Path | None], Awaitable[None]]
Sleep = Callable[[float], Awaitable[None]]


async def export_apart(file: Path, since: Path | None) -> None:
    """Write a proof in a process of its own, and say in the log what came of it."""
    words = [str(path) for path in (file, since) if path is not None]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "app.proof_commands", *words),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        # What is typed at the server's terminal is not meant for it.
        start_new_session=True,
    )
    try:
        said, complaints = await process.communicate()
    except asyncio.CancelledError:
        process.terminate()
        await process.wait()
        raise
    for line in said.decode().splitlines():
        level = logging.ERROR if line.startswith("broken") else logging.INFO
        _log.log(level, "proof: %s", line)
    for line in complaints.decode(errors="replace").splitlines():
        _log.warning("proof %s was not written: %s", file.name, line)


@asynccontextmanager
async def proving(
    schedule: ProofSchedule | None,
    now: Callable[[], datetime],
    export: Export = export_apart,
    sleep: Sleep = asyncio.sleep,
) -> AsyncGenerator[None]:
    """Write proofs by a schedule until left; nothing without one."""
    if schedule is None:
        yield
        return
    task = asyncio.create_task(_keep_proving(schedule, now, export, sleep))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _keep_proving(
    schedule: ProofSchedule, now: Callable[[], datetime], export: Export, sleep: Sleep
) -> None:
    while True:
        file = schedule.file_at(now())
        if not file.exists():
            try:
                await export(file, schedule.before(file))
            except OSError:
                _log.exception("proof %s was not written", file.name)
        pause = _LOOK if file.exists() else _AGAIN
        await sleep(pause.total_seconds())
