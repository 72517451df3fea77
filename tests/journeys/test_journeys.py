"""Dialogues written as data, replayed on every door: the best documentation of what is said.

A journey asserts by hand what is written and what marketing may do; what is said, word for
word, is kept beside it in `said/` and rewritten with `pytest --update-journeys`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.journeys.harness import House, Phone, open_house, open_phone
from tests.telegram.fake_api import FakeTelegram

FOLDER = Path(__file__).parent
DOORS = ("terminal", "sms", "telegram")
#: Doors that show what another does, word for word.
_LIKE = {"memory": "terminal"}


def _journeys() -> list[tuple[str, str]]:
    found = []
    for file in sorted(FOLDER.glob("*.yaml")):
        journey = yaml.safe_load(file.read_text(encoding="utf-8"))
        doors, left_out = journey.get("doors", DOORS), journey.get("not_on", [])
        # Whatever is said in a chat is said in every chat.
        chats = ("telegram", "memory") if "terminal" in doors else ()
        everywhere = dict.fromkeys((*doors, *chats))
        found += [(file.stem, door) for door in everywhere if door not in left_out]
    return found


@pytest.mark.parametrize(("name", "door"), _journeys())
async def test_journey(name: str, door: str, tmp_path: Path, *, update_journeys: bool) -> None:
    """The journey writes what it should and says, word for word, what was reviewed."""
    journey = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    said: list[str] = []
    async with FakeTelegram() as telegram:
        house = open_house(tmp_path, journey["brand"], memory=door == "memory", telegram=telegram)
        async with house.client:
            telegrams = await open_phone(house, telegram)
            phone: Phone = telegrams if door == "telegram" else house.terminal
            if door != "sms":
                said.append(f"{await phone.open()}\n")
            for number, step in enumerate(journey["steps"], 1):
                said.append(await _play(house, phone, step, door, number))
    shown = _LIKE.get(door, door)
    _compare(FOLDER / "said" / f"{name}.{shown}.txt", "\n".join(said), update=update_journeys)


async def _play(house: House, phone: Phone, step: dict[str, Any], door: str, number: int) -> str:
    """Play one step, check what it wrote, and return the transcript."""
    house.clock.wait(step.get("wait", 1 / 60))
    before = await house.decisions()
    through = step.get("door", door)
    text = await _speak(house, phone, step, through, f"m{number}")
    if step.get("again") and through == "sms":
        assert text == await _speak(house, phone, step, through, f"m{number}")
    written = [
        f"{d.subject.id} {d.action.value}" for d in (await house.decisions())[len(before) :]
    ]
    place = "sms" if through == "sms" else "terminal"
    assert step.get("writes_on", {}).get(place, step.get("writes", [])) == written
    for question, reason in step.get("may", {}).items():
        assert reason == await house.verdict(question), question
    reply = house.desk.last
    assert reply is not None
    ids = step.get("says")
    if ids is not None:
        wanted = ids[place] if isinstance(ids, dict) else ids
        assert wanted == list(reply.ids)
    for message in reply.messages:
        # A receipt's number is the hash of a chain with random ids in it.
        text = text.replace(str(message.params.get("receipt")), "7Q2MZK4XNB")
    words = f"[{step['press']}]" if "press" in step and through != "sms" else step["say"]
    return f"> {words}\n{text}\n"


async def _speak(
    house: House, phone: Phone, step: dict[str, Any], door: str, message_id: str
) -> str:
    if door == "sms":
        return await house.sms(step["say"], message_id)
    if "press" in step:
        return await phone.press(step["press"])
    return await phone.type(step["say"])


def _compare(file: Path, said: str, *, update: bool) -> None:
    if update:
        file.parent.mkdir(exist_ok=True)
        file.write_text(said, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == said


def test_every_language_and_brand_has_its_journeys() -> None:
    """Both brands are walked through in all three languages."""
    seen = set()
    for file in FOLDER.glob("*.yaml"):
        journey = yaml.safe_load(file.read_text(encoding="utf-8"))
        seen.add((journey["brand"], journey["language"]))
    assert {(b, x) for b in ("lmt", "amigo") for x in ("lv", "ru", "en")} <= seen


@pytest.mark.parametrize("name", sorted({n for n, door in _journeys() if door == "sms"}))
async def test_the_terminal_shows_the_very_sms(name: str, tmp_path: Path) -> None:
    """`consent chat --via sms` answers word for word as the SMS door, and says what it costs."""
    journey = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    by_sms = open_house(tmp_path / "sms", journey["brand"])
    by_hand = open_house(tmp_path / "hand", journey["brand"], via="sms")
    async with by_sms.client, by_hand.client:
        for number, step in enumerate(journey["steps"], 1):
            for house in (by_sms, by_hand):
                house.clock.wait(step.get("wait", 1 / 60))
            sent = await by_sms.sms(step["say"], f"m{number}")
            text, _, note = (await by_hand.terminal.type(step["say"])).rpartition("\n")
            assert sent == text
            assert "parts: " in note
