"""Disks that are full and files that may not be written: refused in one line, nothing half done.

SQLite's own limit, a limit of the system, a small disk and a missing right: once they are gone the
store goes on as before.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from storage.database import Database
from storage.ledger import SqlLedger
from storage.relay import FeedRelay
from storage.sqlite import SqliteDatabase
from tests.sms.sms_stage import ENOUGH, SmsStage, open_stage
from tests.soak.aftermath import examine, handled_on
from tests.soak.sms_evidence import acknowledged
from tests.store.lone_desk import CLOCK, VAULT

_HOME = Path(__file__).parents[2]
#: Records messages of strangers until it is refused; then there is room again, and it goes on.
_FILLS = """
import asyncio, resource, sys
from pathlib import Path
from consent.errors import StoreUnavailable
from storage.migration import migrate
from storage.sqlite import SqliteDatabase
from tests.store.lone_desk import lone_desk, stop

folder, kind = Path(sys.argv[1]), resource.RLIMIT_FSIZE
ballast = folder / "ballast"

def tighten():
    if sys.argv[2] == "limit":
        size = max(file.stat().st_size for file in folder.glob("ledger.db*"))
        resource.setrlimit(kind, (size + 1_500_000, resource.RLIM_INFINITY))

def relieve():
    ballast.unlink(missing_ok=True)
    resource.setrlimit(kind, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

async def say(office, name, number):
    reply = await office.handle(stop(name, number))
    assert reply.messages
    print("answered", name)

async def main():
    if sys.argv[2] == "disk":
        ballast.write_bytes(bytes(1_500_000))
    database = SqliteDatabase(f"sqlite:///{folder}/ledger.db")
    migrate(database)
    office = lone_desk(database)
    tighten()
    refused = 0
    for number in range(2_000):
        try:
            await say(office, f"m{number}", number)
        except StoreUnavailable as fault:
            print("refused", f"m{number}", fault)
            refused += 1
        if refused == 3:
            break
    relieve()
    await say(office, "after", 0)
    await say(office, f"m{number}", number)
    await database.close()
    if sys.argv[2] == "disk":
        import shutil
        shutil.copytree(folder, sys.argv[3])

asyncio.run(main())
"""
#: Hears a customer with and without the right to write.
_LACKS_RIGHTS = """
import asyncio, sys
from pathlib import Path
from consent.errors import StoreUnavailable
from storage.sqlite import SqliteDatabase
from tests.store.lone_desk import lone_desk, stop

folder = Path(sys.argv[1])
what = folder if sys.argv[2] == "folder" else folder / "ledger.db"

async def say(name):
    database = SqliteDatabase(f"sqlite:///{folder}/ledger.db")
    try:
        await lone_desk(database).handle(stop(name))
        print("answered", name)
    except StoreUnavailable as fault:
        print("refused", name, fault)
    finally:
        await database.close()

for name in ("m0", "m1"):
    asyncio.run(say(name))
    right = what.stat().st_mode
    what.chmod(int(sys.argv[3], 8))
    asyncio.run(say("vain"))
    what.chmod(right)
asyncio.run(say("m2"))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a process has said of the messages it heard."""

    answered: list[str]
    #: Message and reason.
    refused: list[tuple[str, str]]


def _run(program: str, *words: str, through: tuple[str, ...] = ()) -> Told:
    command = [*through, sys.executable, "-c", program, *words]
    done = subprocess.run(command, cwd=_HOME, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    lines = [line.split(" ", 2) for line in done.stdout.splitlines()]
    return Told(
        answered=[rest[0] for said, *rest in lines if said == "answered"],
        refused=[(rest[0], rest[1]) for said, *rest in lines if said == "refused"],
    )


async def _judge(folder: Path, told: Told) -> None:
    """Exactly what was answered is in the ledger, each message whole, and in the feed."""
    database = SqliteDatabase(f"sqlite:///{folder}/ledger.db")
    try:
        assert set(told.answered) == await handled_on(database)
        assert len(set(told.answered)) == len(told.answered)
        await _examined(database, SqlLedger(database, VAULT))
    finally:
        await database.close()


async def _examined(database: Database, ledger: SqlLedger) -> None:
    relay = FeedRelay(database, ["lmt"], "examiner")
    while await relay.move(CLOCK.now()):
        pass
    assert await examine(database, ledger)


async def test_a_file_that_may_not_grow(tmp_path: Path) -> None:
    """RLIMIT_FSIZE in the middle of a transaction: refused, and done when it may grow again."""
    told = await asyncio.to_thread(_run, _FILLS, str(tmp_path), "limit")
    assert 3 == len(told.refused)
    assert 10 < len(told.answered)
    assert all("nothing was changed" in why for _, why in told.refused)
    await _judge(tmp_path, told)


async def test_a_disk_without_room(tmp_path: Path) -> None:
    """A disk of three megabytes, full: refused, and done when something was removed from it."""
    away, small = tmp_path / "copied", tmp_path / "small"
    small.mkdir()
    mount = ("unshare", "--user", "--map-root-user", "--mount", "sh", "-c")
    order = f'mount -t tmpfs -o size=3m tmpfs "{small}" && exec "$@"'
    if shutil.which("unshare") is None or await asyncio.to_thread(
        _fails, *mount, order, "", "true"
    ):
        pytest.skip("this system lets nobody mount a small disk")
    through = (*mount, order, "")
    told = await asyncio.to_thread(_run, _FILLS, str(small), "disk", str(away), through=through)
    assert 3 == len(told.refused)
    assert all("full" in why or "disk I/O" in why for _, why in told.refused)
    await _judge(away, told)


def _fails(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode != 0


@pytest.mark.parametrize(
    ("what", "rights"),
    [
        pytest.param("file", "400", id="a-file-to-be-read-only"),
        pytest.param("file", "0", id="a-file-that-nobody-may-open"),
        pytest.param("folder", "500", id="a-folder-to-be-read-only"),
    ],
)
async def test_a_store_that_may_not_be_written(
    file_database: SqliteDatabase, what: str, rights: str
) -> None:
    """Refused while the right is missing, and nothing is left that would be in the way later."""
    await file_database.close()
    folder = file_database.file.parent
    through: tuple[str, ...] = ()
    if os.geteuid() == 0:
        # Rights do not hold for root as long as it may override them.
        if shutil.which("setpriv") is None:
            pytest.skip("root may write everything here")
        through = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search")
    told = await asyncio.to_thread(_run, _LACKS_RIGHTS, str(folder), what, rights, through=through)
    assert ["m0", "m1", "m2"] == told.answered
    assert ["vain"] * 2 == [name for name, _ in told.refused]
    assert [file_database.file] == [*folder.glob("ledger.db*")]
    await _judge(folder, told)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[SmsStage]:
    """Return the SMS door as its provider sees it."""
    async with open_stage(tmp_path) as found:
        yield found


@pytest.mark.parametrize("room", [pytest.param(n, id=f"{n}-pages") for n in (0, 2, 5)])
async def test_a_customer_who_writes_while_the_disk_is_full(stage: SmsStage, room: int) -> None:
    """503 wherever in a transaction it happens; when there is room it is fetched and done once."""
    await stage.says("AGREE 1", "AGREE")
    database = stage.store.database

    def limit(pages: int) -> None:
        database.write_now(lambda c: c.exec_driver_sql(f"PRAGMA max_page_count={pages}").scalar())

    used = database.write_now(lambda c: c.exec_driver_sql("PRAGMA page_count").scalar_one())
    limit(int(used) + room)
    phones = [f"+3712{number:07}" for number in range(1000, 1020)]
    for phone in phones:
        await stage.says("STOP", phone=phone)
    answered = await handled_on(database)
    assert answered == set(acknowledged(stage.twilio))
    assert 2 < len(answered) + 2 < len(phones)
    statuses = Counter(p.status for p in stage.twilio.posts if p.kind == "inbound")
    assert {200, 503} == set(statuses)
    limit(1_000_000)
    stage.clock.move(ENOUGH)
    assert len(phones) + 2 - len(answered) == await stage.catches_up()
    for phone in phones:
        assert ["offers refused", "loyalty_offers refused"] == await stage.ledger(phone)
    await _examined(database, stage.store.ledger)
