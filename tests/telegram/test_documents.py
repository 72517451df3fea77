"""A copy of one's data arrives in the chat as two files, once, whatever happens on the way."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from app.telegram_door import BrandBot
from bot.messenger import Document, Refused, Undelivered
from consent.ports import Address, AddressKind, Look
from tests.rules.test_own_data import VALIDATE
from tests.telegram.door_stage import NUMBER, DoorStage, open_door
from tests.telegram.fake_api import FakeUser, Fault, Shown


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[DoorStage]:
    """Return a served bot and Anna, whose Telegram is English; nobody carries by itself."""
    async with open_door(tmp_path) as stage:
        yield stage


def _bot(door: DoorStage) -> BrandBot:
    return door.house.bots._bots["lmt"]


def _files(door: DoorStage, user: FakeUser | None = None) -> list[Shown]:
    shown = door.bot.screens((user or door.anna).id)
    return [message for message in shown if message.file]


def _names(door: DoorStage, user: FakeUser | None = None) -> list[str]:
    return sorted(m.content["document"]["file_name"] for m in _files(door, user))


def _copy(door: DoorStage) -> dict[str, Any]:
    (found,) = (m.file for m in _files(door) if m.file.startswith(b"{"))
    content: dict[str, Any] = json.loads(found)
    VALIDATE(content)
    return content


async def _arrived(door: DoorStage, files: int = 2) -> list[str]:
    """Return the names of the files in the chat, once so many have come or ever will."""
    for _ in range(200):
        await _bot(door).courier.carry()
        if len(_files(door)) >= files > 0:
            break
        await asyncio.sleep(0 if files else 0.001)
    return _names(door)


BOTH = ["lmt-my-data-2026-11-22.html", "lmt-my-data-2026-11-22.json"]
#: Tries that the client gives a file before it waits for the next round.
_TRIES = 4


async def test_export_brings_both_files(door: DoorStage) -> None:
    """A page to read and a file for other systems, with what was said to this very chat."""
    await door.shares()
    await door.says("AGREE 2")
    await door.presses("agree", purpose="traffic")
    assert "two files" in await door.says("/export")
    assert BOTH == await _arrived(door)
    content = _copy(door)
    assert ["asked", "given"] == [entry["action"] for entry in content["history"]]
    assert {"msisdn", "telegram"} == {a["kind"] for a in content["addresses"]}
    assert [] == content["looks"]
    assert [] == door.bot.violations


async def test_the_button_does_the_same(door: DoorStage) -> None:
    """The button under "my data" gives the copy as the word does."""
    await door.shares()
    await door.says("/mydata")
    await door.presses("copy")
    assert BOTH == await _arrived(door)


async def test_files_follow_at_once(door: DoorStage) -> None:
    """Nobody waits for the courier's next round, five seconds later."""
    await door.shares()
    await door.says("/export")
    for _ in range(200):
        if len(_files(door)) == len(BOTH):
            break
        await asyncio.sleep(0.01)
    assert BOTH == _names(door)


async def test_before_the_number_is_known_nothing_is_sent(door: DoorStage) -> None:
    """The number is asked for; shared, the copy comes without asking again."""
    assert "number" in (await door.says("/export")).lower()
    assert [] == await _arrived(door, 0)
    await door.shares()
    assert BOTH == await _arrived(door)


async def test_once_in_ten_minutes(door: DoorStage) -> None:
    """Asked again too soon, the bot says when; after ten minutes there is another."""
    await door.shares()
    await door.says("/export")
    assert "22 Nov 2026 at 12:10" in await door.says("/export")
    assert BOTH == await _arrived(door)
    door.times.clock.wait(11 / 60)
    await door.says("/export")
    assert sorted(BOTH * 2) == await _arrived(door, 4)


async def test_a_copy_is_committed_before_it_leaves(door: DoorStage) -> None:
    """A process that dies right after the answer loses nothing: the next one sends the files."""
    await door.shares()
    door.bot.fail_next("sendDocument", *[Fault.broken()] * 2 * _TRIES)
    await door.says("/export")
    await door.close()
    door.bot.planned["sendDocument"].clear()
    assert [] == _names(door)
    await door.open()
    door.times.clock.wait(0.05)
    assert BOTH == await _arrived(door)


async def test_a_broken_line_doubles_no_other_file(door: DoorStage) -> None:
    """Telegram took one file but could not say so: that one may come again, the other not."""
    await door.shares()
    door.bot.fail_next("sendDocument", *[Fault.lost()] * _TRIES)
    await door.says("/export")
    await _arrived(door, _TRIES + 1)
    door.times.clock.wait(0.05)
    kinds = [name.rpartition(".")[2] for name in await _arrived(door, _TRIES + 2)]
    assert [1, _TRIES + 1] == sorted([kinds.count("html"), kinds.count("json")])
    door.times.clock.wait(0.05)
    assert len(kinds) == len(await _arrived(door, 0))


async def test_the_same_update_again_brings_nothing_new(door: DoorStage) -> None:
    """Telegram delivers twice; the files come once."""
    await door.shares()
    update = door.bot.text(door.anna, "/export")
    await door.deliver(update)
    assert BOTH == await _arrived(door)
    await door.restart()
    await door.deliver(update)
    assert BOTH == await _arrived(door, 0)


async def test_who_lost_the_number_meanwhile_gets_nothing(door: DoorStage) -> None:
    """A chat that was parted from the number before the files left is nobody's any more."""
    await door.shares()
    door.bot.fail_next("sendDocument", *[Fault.broken()] * 2 * _TRIES)
    await door.says("/export")
    assert [] == await _arrived(door, 0)
    await door.shares(door.telegram.user(72, "en"))
    door.times.clock.wait(0.05)
    assert [] == await _arrived(door, 0)


async def test_looks_are_in_the_copy_and_the_copy_is_no_look(door: DoorStage) -> None:
    """Who looked is told to the customer; that they read it themselves is no look (law 9)."""
    await door.shares()
    await door.reason("offers")
    await door.says("/export")
    await _arrived(door)
    (look,) = _copy(door)["looks"]
    assert ("test", "offers") == (look["viewer"], look["question"])
    address = Address(AddressKind.MSISDN, NUMBER)
    look_now = Look(
        brand="lmt", address=address, viewer="dpo", purpose_of_look="x", at=door.times.clock.now()
    )
    found = await door.house.store.own_data.for_staff(look_now)
    assert found is not None
    assert ["test", "dpo"] == [seen.viewer for seen in found.looks]


@pytest.mark.parametrize(
    ("faults", "expected"),
    [
        pytest.param([Fault.bad_request("wrong file")], Refused, id="refused"),
        pytest.param([Fault.broken(502, html=True)] * _TRIES, Undelivered, id="away"),
    ],
)
async def test_what_becomes_of_a_file(
    door: DoorStage, faults: list[Fault], expected: type[Exception]
) -> None:
    """A file that Telegram refuses or cannot take now is told apart, like any message."""
    await door.shares()
    document = Document(name="a.txt", media_type="text/plain", caption="A", content=b"a")
    messenger = _bot(door).line.messenger
    door.bot.fail_next("sendDocument", *faults)
    with pytest.raises(expected):
        await messenger.send_document(door.anna.id, document)
    assert 0 < await messenger.send_document(door.anna.id, document)
    (sent,) = _files(door)
    assert ("a.txt", "A", b"a") == (sent.content["document"]["file_name"], sent.text, sent.file)
