"""SQLite's log beside the file, cut short, damaged or lost: whole messages stay, in their order.

A disk that lies about what it has written can lose the end of the log, a restored copy all of it.
What was answered is then missing, but nothing is half there, and delivered again it is done once.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from consent.ports import Inbound
from consent.replies import Option
from storage.relay import FeedRelay
from storage.sqlite import SqliteDatabase
from tests.soak.aftermath import examine, handled_on
from tests.store.feeds import NOW, number
from tests.store.stores import sql_ledger
from tests.store.test_ledger import desk, message

_SEED = 20261122
#: Bytes of a log's head, and of one page in it with its own.
_HEAD, _FRAME = 32, 24 + 4096
#: What three customers say in turn.
_WORDS = (
    Option(name="grant", purpose="traffic"),
    Option(name="agree"),
    Option(name="withdraw_all", scope="all"),
    Option(name="human"),
)
_MESSAGES = [
    message(f"m{place}{who}", choice, address=number(who))
    for place, choice in enumerate(_WORDS)
    for who in range(3)
]
#: So many are in the file itself; the others are in its log alone.
_SYNCED = 4


@pytest.fixture
async def image(file_database: SqliteDatabase, tmp_path: Path) -> Path:
    """Return a folder as a process leaves it that dies after the last answer."""
    await _say(file_database, _MESSAGES[:_SYNCED])
    await file_database.close()
    database = SqliteDatabase(f"sqlite:///{file_database.file}")
    await _say(database, _MESSAGES[_SYNCED:])
    left = tmp_path / "left"
    left.mkdir()
    for file in tmp_path.glob("ledger.db*"):
        # The third file is memory, and is gone.
        if not file.name.endswith("-shm"):
            shutil.copy(file, left)
    await database.close()
    assert {"ledger.db", "ledger.db-wal"} == {file.name for file in left.iterdir()}
    return left


async def _say(database: SqliteDatabase, messages: list[Inbound]) -> None:
    office = desk(sql_ledger(database))
    for said in messages:
        await office.handle(said)


async def _kept(image: Path, harm: Callable[[Path], None]) -> int:
    """Harm a copy's log; return how many messages are left, once all that is said above holds."""
    copy = image.with_name("copy")
    shutil.copytree(image, copy)
    harm(copy / "ledger.db-wal")
    database = SqliteDatabase(f"sqlite:///{copy}/ledger.db")
    try:
        kept = await handled_on(database)
        order = [said.message_id for said in _MESSAGES]
        assert kept == set(order[: len(kept)]), "not the first ones"
        await _examined(database)
        await _say(database, _MESSAGES)
        assert kept | set(order) == await handled_on(database)
        assert await _examined(database) == _decided()
    finally:
        await database.close()
        shutil.rmtree(copy)
    return len(kept)


async def _examined(database: SqliteDatabase) -> int:
    while await FeedRelay(database, ["lmt"], "examiner").move(NOW):
        pass
    return await examine(database, sql_ledger(database))


def _decided() -> int:
    """Return how many decisions all messages come to: asked, given, then eight ended, for each."""
    return 3 * (1 + 1 + 8)


def _cut(left: int) -> Callable[[Path], None]:
    def harm(log: Path) -> None:
        with log.open("r+b") as stream:
            stream.truncate(left)

    return harm


def _flip(place: int) -> Callable[[Path], None]:
    def harm(log: Path) -> None:
        content = bytearray(log.read_bytes())
        content[place] ^= 0xFF
        log.write_bytes(content)

    return harm


async def test_nothing_harmed_nothing_lost(image: Path) -> None:
    """The log as the dead process left it holds every answered message."""
    assert len(_MESSAGES) == await _kept(image, lambda _log: None)


async def test_a_log_that_lost_its_end(image: Path) -> None:
    """Cut within a page or between two: the shorter the log, the fewer messages, all whole."""
    size = (image / "ledger.db-wal").stat().st_size
    dice = Random(_SEED)  # noqa: S311 - nothing secret: a repeatable run
    frames = (size - _HEAD) // _FRAME
    borders = [_HEAD + _FRAME * dice.randrange(frames) for _ in range(4)]
    cuts = sorted([0, _HEAD, size - 1, *borders, *(dice.randrange(size) for _ in range(6))])
    kept = [await _kept(image, _cut(left)) for left in cuts]
    assert kept == sorted(kept)
    assert _SYNCED == kept[0]
    assert len(_MESSAGES) - 1 == kept[-1]


async def test_a_log_with_a_torn_page(image: Path) -> None:
    """A page that is not what was written ends the log there, whatever follows it."""
    size = (image / "ledger.db-wal").stat().st_size
    dice = Random(_SEED)  # noqa: S311 - nothing secret: a repeatable run
    kept = [await _kept(image, _flip(dice.randrange(_HEAD, size))) for _ in range(4)]
    assert all(_SYNCED <= count < len(_MESSAGES) for count in kept)


async def test_a_log_that_was_deleted(image: Path) -> None:
    """The file by itself is a store as it was once, to which all can be delivered again."""
    assert _SYNCED == await _kept(image, Path.unlink)
