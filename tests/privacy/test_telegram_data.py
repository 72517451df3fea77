"""By Telegram too, nothing personal stands in clear: ids, names, contacts and words."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from consent.ports import Inbound
from consent.replies import Reply
from tests.privacy.ear import Ear, listen, listening
from tests.privacy.marks import (
    ACCOUNT,
    EMAIL,
    FIRST,
    FOREIGN,
    LAST,
    NICK,
    NONSENSE,
    SHARES,
    WORDS,
    found_in,
)
from tests.telegram.door_stage import SECRETS, DoorStage, open_door
from tests.telegram.fake_api import FakeUser, Fault, Kind

_HEADER = "x-telegram-bot-api-secret-token"


@pytest.fixture
def ear() -> Iterator[Ear]:
    """Hear all that is logged."""
    with listening() as found:
        yield found


@pytest.fixture
async def stage(tmp_path: Path, ear: Ear) -> AsyncIterator[DoorStage]:
    """Serve LMT's bot behind its webhook."""
    async with open_door(tmp_path) as found:
        listen(ear)
        yield found


async def _talk(stage: DoorStage, zigrida: FakeUser) -> None:
    """Everything a customer can do: contacts of all kinds, words, buttons, a copy, a block."""
    bot = stage.bot
    await stage.says("/start", zigrida)
    for contact in (
        bot.share_contact(zigrida, FOREIGN, owner=ACCOUNT + 1),
        bot.share_contact(zigrida, FOREIGN, forwarded=True),
        bot.share_contact(zigrida, f"{FIRST} {FOREIGN}"),
        bot.share_contact(zigrida, FOREIGN, omit_owner=True),
    ):
        await stage.does(contact)
    await stage.shares(zigrida, SHARES)
    await stage.says("AGREE 1", zigrida)
    await stage.presses("agree", zigrida, purpose="offers")
    for words in (WORDS, NONSENSE, "STATUS", "/export", "HUMAN", f"{LAST}, {EMAIL}", "AGREE 3"):
        await stage.says(words, zigrida)
    for update in (
        bot.photo(zigrida, WORDS),
        bot.sticker(zigrida),
        bot.edited_text(zigrida, NONSENSE),
        bot.group_text(zigrida, WORDS),
        bot.channel_post(NONSENSE),
        bot.blocks(zigrida),
        bot.unblocks(zigrida),
    ):
        await stage.does(update)
    states = await stage.states(SHARES)
    assert "withdrawn" == states["offers"]


async def _misuse(stage: DoorStage, zigrida: FakeUser) -> list[str]:
    """Post what Telegram would never post; return what is answered."""
    content = {"text": [WORDS], "from": zigrida.as_json(), "chat": zigrida.as_json()}
    bodies = [
        WORDS.encode(),
        json.dumps([WORDS]).encode(),
        json.dumps({"update_id": FIRST, "message": content}).encode(),
        json.dumps({"update_id": 7, "message": content}).encode(),
        json.dumps({"update_id": 8, "callback_query": {"id": "1", "data": EMAIL}}).encode(),
        b"{" + NONSENSE.encode() * 20_000,
    ]
    said = []
    for body in bodies:
        for secret in (SECRETS["lmt"], EMAIL):
            headers = {_HEADER: secret}
            answer = await stage.house.client.post("/telegram/lmt", content=body, headers=headers)
            said.append(f"{answer.status_code} {answer.headers} {answer.text}")
    answer = await stage.house.client.post("/telegram/bite", content=WORDS.encode())
    return [*said, f"{answer.status_code} {answer.headers} {answer.text}"]


async def _break(
    stage: DoorStage, zigrida: FakeUser, monkeypatch: pytest.MonkeyPatch
) -> list[int]:
    """The store goes, Telegram does not take answers, and the program has a fault."""
    back = stage.lose_store()
    statuses = [await stage.deliver(stage.bot.text(zigrida, WORDS))]
    back()
    stage.bot.fail_next("sendMessage", *[Fault(Kind.REFUSE, 400, f"chat {ACCOUNT} {FIRST}")] * 2)
    statuses.append(await stage.deliver(stage.bot.text(zigrida, "STATUS")))
    stage.bot.fail_next("sendMessage", *[Fault.reset()] * 4)
    statuses.append(await stage.deliver(stage.bot.text(zigrida, NONSENSE)))

    async def fails(inbound: Inbound) -> Reply:
        raise ValueError(f"{inbound} {inbound.address.value} said {inbound.text}")

    with monkeypatch.context() as broken:
        broken.setattr(stage.house.bots._bots["lmt"].door, "_handle", fails)
        statuses.append(await stage.deliver(stage.bot.text(zigrida, WORDS)))
    return statuses


async def test_nothing_personal_is_left_in_clear(
    stage: DoorStage,
    ear: Ear,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Logs at their most talkative, standard error, what is answered, and the database."""
    zigrida = stage.telegram.user(ACCOUNT, "lv", FIRST, LAST, NICK)
    await _talk(stage, zigrida)
    answers = await _misuse(stage, zigrida)
    assert {"200", "400", "403", "404"} <= {answer[:3] for answer in answers}
    assert 503 in await _break(stage, zigrida, monkeypatch)
    captured = capfd.readouterr()
    disk = b"".join(file.read_bytes() for file in sorted(stage.folder.glob("*journey.db*")))
    places: dict[str, str | bytes] = {
        "logs": ear.text,
        "standard error": captured.err,
        "standard output": captured.out,
        "answers": "\n".join(answers),
        "database": disk,
    }
    assert {} == {place: found for place, said in places.items() if (found := found_in(said))}
    assert any("ValueError at" in line for line in ear.of("consent"))
    assert ear.of("sqlalchemy")
    assert 4096 < len(disk)
