"""The webhook lets in Telegram alone, and says 200 only to what was dealt with."""

from __future__ import annotations

import json
from pathlib import Path

from tests.telegram.conftest import Heard
from tests.telegram.door_stage import SECRETS, DoorStage, open_door
from tests.telegram.fake_api import Json

_HEADER = "X-Telegram-Bot-Api-Secret-Token"
_SENDING = {"sendMessage", "editMessageText", "editMessageReplyMarkup", "answerCallbackQuery"}


def _sent(door: DoorStage) -> list[str]:
    return [call.method for call in door.bot.calls if call.method in _SENDING]


async def _post(door: DoorStage, body: bytes, path: str = "/telegram/lmt") -> int:
    headers = {_HEADER: SECRETS["lmt"], "Content-Type": "application/json"}
    return (await door.house.client.post(path, content=body, headers=headers)).status_code


_NO_SECRETS = (
    None,
    "",
    "wrong",
    SECRETS["amigo"],
    SECRETS["lmt"] + "x",
    SECRETS["lmt"][:-1],
    "lmt",
)


async def test_without_the_secret_nobody_comes_in(linked: DoorStage, heard: Heard) -> None:
    """A delivery without this brand's secret is refused; nothing is written, sent or logged."""
    sent, written = _sent(linked), await linked.written()
    for secret in _NO_SECRETS:
        update = linked.bot.text(linked.anna, "STOP 4")
        assert 403 == await linked.bot.deliver(update, secret=secret)
    assert sent == _sent(linked)
    assert written == await linked.written()
    told = [word for word in (SECRETS["lmt"], "STOP", "4242") if word in heard.text]
    assert [] == told


async def test_a_header_that_is_no_ascii_is_no_secret(linked: DoorStage) -> None:
    """Bytes beyond ASCII in the header are a wrong secret, not a fault."""
    header = {_HEADER.encode(): "Lāčplēsis".encode()}
    answer = await linked.house.client.post("/telegram/lmt", content=b"{}", headers=header)
    assert 403 == answer.status_code


async def test_with_the_secret_it_is_answered(linked: DoorStage) -> None:
    """The bot's own secret opens the door, and the customer has the answer with the 200."""
    assert "Consents 1 and 7 do not apply" in await linked.says("STOP")
    assert {"offers": "refused", "loyalty_offers": "refused"} == await linked.states()


async def test_a_brand_without_a_bot_is_not_there(door: DoorStage) -> None:
    """There is no door for a brand that is unknown, or that has no bot."""
    for path in ("/telegram/tele2", "/telegram/amigo", "/telegram/", "/telegram"):
        assert 404 == await _post(door, b"{}", path), path


async def test_only_posts_are_taken(door: DoorStage) -> None:
    """A browser that opens the address is told that it cannot."""
    assert 405 == (await door.house.client.get("/telegram/lmt")).status_code


_NO_UPDATES = (
    b"",
    b"STOP",
    b"[]",
    b'[{"update_id": 1}]',
    b"1",
    b"null",
    b'"STOP"',
    b"\xff\xfe\x00",
    b'{"update_id": 1',
    b'{"update_id": ' + b"9" * 5000 + b"}",
)


async def test_what_is_no_update_is_refused(door: DoorStage) -> None:
    """What is no JSON object cannot come from Telegram: 400."""
    for body in _NO_UPDATES:
        assert 400 == await _post(door, body), body
    assert [] == _sent(door)


async def test_endless_brackets_are_refused(door: DoorStage) -> None:
    """JSON nested deeper than any program can read is no update either: 400."""
    assert 400 == await _post(door, b'{"a":' * 100_000)


async def test_a_giant_body_is_refused(door: DoorStage) -> None:
    """A body larger than any update is not even read: 413."""
    assert 413 == await _post(door, b'{"a": "' + b"x" * (1 << 20) + b'"}')


_UNREADABLE: tuple[Json, ...] = (
    {},
    {"update_id": "1"},
    {"update_id": 10**30, "message": {}},
    {"update_id": 1, "message": []},
    {"update_id": 1, "message": {"text": "STOP"}},
    {"update_id": 1, "telepathy": {"text": "STOP"}},
)


async def test_an_unreadable_update_is_left_aside(door: DoorStage, heard: Heard) -> None:
    """What nobody could ever read is accepted, so that it does not hold up what follows."""
    for update in _UNREADABLE:
        assert 200 == await _post(door, json.dumps(update).encode())
    assert ([], 0) == (_sent(door), await door.written())
    assert "STOP" not in heard.text


async def test_groups_and_channels_get_silence(linked: DoorStage) -> None:
    """In a group or channel the bot neither says nor writes anything, whoever writes there."""
    sent, written = _sent(linked), await linked.written()
    for update in (
        linked.bot.group_text(linked.anna, "STOP"),
        linked.bot.group_text(linked.anna, "/stop@lmt_bot"),
        linked.bot.channel_post("STOP"),
    ):
        assert 200 == await linked.deliver(update)
    assert (sent, written) == (_sent(linked), await linked.written())


async def test_a_contact_in_a_group_links_nobody(door: DoorStage) -> None:
    """A contact shared in a group proves nothing and is not answered."""
    update = door.bot.share_contact(door.anna, "37120000000")
    update["message"]["chat"] = {"id": -1001, "type": "supergroup", "title": "Kaimiņi"}
    assert 200 == await door.deliver(update)
    assert ([], 0) == (_sent(door), await door.written())


async def test_another_bot_gets_silence(linked: DoorStage) -> None:
    """A bot that writes to ours is not answered: two of them could go on for ever."""
    sent, written = _sent(linked), await linked.written()
    update = linked.bot.text(linked.anna, "STOP")
    update["message"]["from"]["is_bot"] = True
    assert 200 == await linked.deliver(update)
    assert (sent, written) == (_sent(linked), await linked.written())


async def test_a_press_from_a_forged_chat_does_nothing(linked: DoorStage) -> None:
    """A press under a message of another customer's chat changes nothing and shows nothing."""
    await linked.says("AGREE 2")
    stranger = linked.telegram.user(777, "en", "Eve")
    update = linked.press("agree")
    update["callback_query"]["from"] = stranger.as_json()
    sent, written = _sent(linked), await linked.written()
    assert 200 == await linked.deliver(update)
    assert [*sent, "answerCallbackQuery"] == _sent(linked)
    assert written == await linked.written()
    assert "asked" == (await linked.states())["traffic"]


async def test_polling_opens_no_webhook(tmp_path: Path) -> None:
    """Without a public address there is no address for updates that anybody could write to."""
    async with open_door(tmp_path, public=False) as door:
        assert 404 == await _post(door, b"{}")
        assert "" == door.bot.webhook.url
