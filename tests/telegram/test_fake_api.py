"""The fake Telegram keeps the real one's promises; else tests against it prove nothing."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiogram import Bot
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramConflictError,
    TelegramForbiddenError,
    TelegramNotFound,
    TelegramUnauthorizedError,
)
from aiogram.methods import CloseForumTopic
from aiogram.types import ReplyKeyboardRemove, Update

from tests.telegram.fake_api import Json
from tests.telegram.fake_stage import SHARE, TOKEN, Stage, inline, open_stage

HOOK = "http://assistant/telegram/lmt"
_SPAN = ("type", "offset", "length")


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """Return a Telegram whose customer has opened the bot."""
    async with open_stage() as found:
        yield found


async def _raw(stage: Stage, method: str, body: bytes, kind: str) -> tuple[int, Json]:
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            f"{stage.telegram.url}/bot{TOKEN}/{method}", data=body, headers={"Content-Type": kind}
        ) as answer,
    ):
        return answer.status, await answer.json()


async def test_a_bot_is_known_by_its_token(stage: Stage) -> None:
    """The client learns who it is; a token nobody gave gets 401, an unknown method 404."""
    me = await stage.api.get_me()
    assert (7000001, True, "lmt_bot") == (me.id, me.is_bot, me.username)
    with pytest.raises(TelegramNotFound):
        await stage.api(CloseForumTopic(chat_id=7, message_thread_id=1))
    stranger = Bot("1:x", session=stage.api.session)
    with pytest.raises(TelegramUnauthorizedError, match="Unauthorized"):
        await stranger.get_me()


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", json.dumps({"chat_id": 7, "text": "J\u0101"}).encode()),
        ("application/x-www-form-urlencoded", b"chat_id=7&text=J%C4%81"),
    ],
)
async def test_parameters_come_in_any_form(stage: Stage, kind: str, body: bytes) -> None:
    """JSON and forms mean the same; nested values are decoded for the test."""
    status, answer = await _raw(stage, "sendMessage", body, kind)
    assert (200, True) == (status, answer["ok"])
    assert {"chat_id": 7, "text": "Jā"} == stage.bot.calls[-1].params
    await stage.send(reply_markup=inline([("Jā", "y")]))
    markup = stage.bot.calls_of("sendMessage")[-1]["reply_markup"]
    assert "Jā" == markup["inline_keyboard"][0][0]["text"]


async def test_what_cannot_be_read_is_refused(stage: Stage) -> None:
    """Broken JSON is a bad request, outside and inside."""
    status, _ = await _raw(stage, "sendMessage", b"{", "application/json")
    assert 400 == status
    form = b"chat_id=7&text=a&reply_markup={"
    _, answer = await _raw(stage, "sendMessage", form, "application/x-www-form-urlencoded")
    assert "Bad Request: can't parse reply keyboard markup JSON object" == answer["description"]


async def test_the_customer_sees_what_was_sent(stage: Stage) -> None:
    """A message stands in the chat as it is read, with its buttons and the keyboard."""
    sent = await stage.send("<b>A &amp; B</b> ", reply_markup=inline([("Jā", "y"), ("Nē", "n")]))
    assert ("A & B", "bold") == (sent.text, (sent.entities or [])[0].type)
    shown = stage.bot.last_message(7)
    assert ("<b>A &amp; B</b> ", "A & B") == (shown.html, shown.text)
    assert ((("Jā", "Nē"),), {"Jā": "y", "Nē": "n"}) == (shown.labels, shown.buttons)
    await stage.send(reply_markup=SHARE)
    assert "Dalīties" == stage.bot.keyboard(7)
    await stage.send(reply_markup=ReplyKeyboardRemove())
    assert stage.bot.keyboard(7) is None
    assert [1, 2, 3] == [m.id for m in stage.bot.screens(7)]


async def test_a_message_is_edited_and_deleted(stage: Stage) -> None:
    """An edit replaces words and buttons, the same again is refused, a deleted one is gone."""
    sent = await stage.send("a", reply_markup=inline([("Jā", "y")]))
    await stage.api.edit_message_text("b", chat_id=7, message_id=sent.message_id)
    shown = stage.bot.last_message(7)
    assert ("b", (), True) == (shown.text, shown.rows, shown.edited)
    for text, markup in (("b", None), (" b ", None)):
        with pytest.raises(TelegramBadRequest, match="message is not modified: specified new"):
            await stage.api.edit_message_text(
                text, chat_id=7, message_id=sent.message_id, reply_markup=markup
            )
    with pytest.raises(TelegramBadRequest, match="message is not modified"):
        await stage.api.edit_message_reply_markup(chat_id=7, message_id=sent.message_id)
    await stage.api.delete_message(7, sent.message_id)
    assert [] == stage.bot.screens(7)
    assert stage.bot.history(7)[0].deleted
    with pytest.raises(TelegramBadRequest, match="message to edit not found"):
        await stage.api.edit_message_text("c", chat_id=7, message_id=sent.message_id)
    assert [] == stage.bot.violations


async def test_not_every_message_can_be_edited(stage: Stage) -> None:
    """One that is too old, brought a keyboard, or is the customer's stays as it is."""
    old, keyed = await stage.send("a"), await stage.send("b", reply_markup=SHARE)
    stage.bot.freeze(stage.anna, old.message_id)
    said = stage.bot.text(stage.anna, "c")["message"]["message_id"]
    for number in (old.message_id, keyed.message_id, said):
        with pytest.raises(TelegramBadRequest, match="message can't be edited"):
            await stage.api.edit_message_text("x", chat_id=7, message_id=number)


async def test_who_cannot_be_written_to(stage: Stage) -> None:
    """Strangers are not found, blockers forbid it until they come back, groups share nothing."""
    with pytest.raises(TelegramBadRequest, match="chat not found"):
        await stage.api.send_message(8, "a")
    assert [] == stage.bot.violations
    stage.bot.group_text(stage.anna, "/start", group=-5)
    with pytest.raises(TelegramBadRequest, match="requested in private chats only"):
        await stage.api.send_message(-5, "a", reply_markup=SHARE)
    change = Update.model_validate(stage.bot.blocks(stage.anna)).my_chat_member
    assert change is not None
    assert "kicked" == change.new_chat_member.status
    with pytest.raises(TelegramForbiddenError, match="bot was blocked by the user"):
        await stage.send()
    stage.bot.unblocks(stage.anna)
    await stage.send()
    assert 1 == len(stage.bot.violations)


async def test_a_press_is_answered_once(stage: Stage) -> None:
    """A press can be answered once, in 200 characters, while it is fresh."""
    sent = await stage.send(reply_markup=inline([("Jā", "y")]))
    first = stage.bot.press(stage.anna, sent.message_id, "y")["callback_query"]
    with pytest.raises(TelegramBadRequest, match="MESSAGE_TOO_LONG"):
        await stage.api.answer_callback_query(first["id"], text="a" * 201)
    await stage.api.answer_callback_query(first["id"], text="Paldies")
    assert "Paldies" == stage.bot.presses[first["id"]].text
    late = stage.bot.press(stage.anna, label="Jā")
    stage.bot.expire(late)
    for number in (first["id"], late["callback_query"]["id"], "unheard"):
        with pytest.raises(TelegramBadRequest, match="query is too old and response timeout"):
            await stage.api.answer_callback_query(number)
    assert 1 == len(stage.bot.violations)


async def test_only_buttons_that_are_there_can_be_pressed(stage: Stage) -> None:
    """A test cannot press what no customer sees, unless it says that it means to."""
    sent = await stage.send(reply_markup=inline([("Jā", "y")]))
    with pytest.raises(LookupError):
        stage.bot.press(stage.anna, sent.message_id, "n")
    with pytest.raises(LookupError):
        stage.bot.press(stage.anna, label="Nē")
    assert "n" == stage.bot.press(stage.anna, data="n", stale=True)["callback_query"]["data"]
    hidden = Update.model_validate(stage.bot.press(stage.anna, data="y", inaccessible=True))
    assert hidden.callback_query is not None
    assert "InaccessibleMessage" == type(hidden.callback_query.message).__name__


async def test_everything_customers_do_is_a_real_update(stage: Stage) -> None:
    """The client's models read every update; its numbers rise one by one."""
    bot, anna = stage.bot, stage.anna
    made = [
        bot.text(anna, "😀 /start@lmt_bot x"),
        bot.edited_text(anna, "/help"),
        bot.sticker(anna),
        bot.photo(anna, "mans"),
        bot.voice(anna),
        bot.share_contact(anna, "+37120000000"),
        bot.group_text(anna, "čau"),
        bot.channel_post("ziņas"),
        bot.raw({"poll_answer": {"poll_id": "1", "option_ids": [], "option_persistent_ids": []}}),
    ]
    read = await stage.api.get_updates()
    assert made == bot.queue.pending
    assert list(range(made[0]["update_id"], made[0]["update_id"] + 9)) == [
        u.update_id for u in read
    ]
    command = read[0].message.entities[0]  # type: ignore[index, union-attr]
    assert ("bot_command", 3, 14) == tuple(getattr(command, k) for k in _SPAN)
    assert read[1].edited_message is not None
    assert (1, "/help") == (read[1].edited_message.message_id, read[1].edited_message.text)


async def test_a_contact_comes_in_four_ways(stage: Stage) -> None:
    """One's own, somebody else's, nobody's, and a forwarded one can be told apart."""
    await stage.send(reply_markup=SHARE)
    ways: list[dict[str, Any]] = [{}, {"owner": 8}, {"omit_owner": True}, {"forwarded": True}]
    made = [stage.bot.share_contact(stage.anna, "371 2", **way) for way in ways]
    owners = [m["message"]["contact"].get("user_id") for m in made]
    assert [7, 8, None, 7] == owners
    last = Update.model_validate(made[3]).message
    assert last is not None
    assert last.forward_origin is not None
    assert stage.bot.keyboard(7) is None


async def test_an_offset_confirms(stage: Stage) -> None:
    """Updates are given again until an offset passes them; a negative one keeps the newest."""
    first, second, third = (stage.bot.text(stage.anna, t)["update_id"] for t in "abc")
    assert [first, second] == [u.update_id for u in await stage.api.get_updates(limit=2)]
    again = await stage.api.get_updates(offset=second)
    assert [second, third] == [u.update_id for u in again]
    assert [third] == [u.update_id for u in await stage.api.get_updates(offset=-1)]
    assert [] == await stage.api.get_updates(offset=third + 1)


async def test_a_long_poll_waits(stage: Stage) -> None:
    """Nothing is answered before something happens, or before the time is over."""
    started = time.monotonic()
    assert [] == await stage.api.get_updates(timeout=1)
    assert time.monotonic() - started > 0.9
    waiting = asyncio.create_task(stage.api.get_updates(timeout=30))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    update = stage.bot.text(stage.anna, "a")
    assert [update["update_id"]] == [u.update_id for u in await waiting]


async def test_only_one_may_poll(stage: Stage) -> None:
    """A second poll, or a webhook, ends the first; while a webhook is set nobody polls."""
    for name in ("getUpdates", "setWebhook"):
        waiting = asyncio.create_task(stage.api.get_updates(timeout=30))
        await asyncio.sleep(0.05)
        if name == "getUpdates":
            await stage.api.get_updates()
        else:
            await stage.api.set_webhook(HOOK)
        with pytest.raises(TelegramConflictError, match=f"terminated by .*{name}"):
            await waiting
    with pytest.raises(TelegramConflictError, match="while webhook is active"):
        await stage.api.get_updates()
    await stage.api.delete_webhook()
    await stage.api.get_updates()


async def test_a_bot_gets_what_it_asked_for(stage: Stage) -> None:
    """Kinds not asked for never wait; the wish is kept until another one is made."""
    await stage.api.get_updates(allowed_updates=["message"])
    stage.bot.blocks(stage.anna)
    stage.bot.unblocks(stage.anna)
    stage.bot.text(stage.anna, "a")
    assert ["message"] == [u.event_type for u in await stage.api.get_updates()]
    await stage.api.get_updates(allowed_updates=[])
    stage.bot.blocks(stage.anna)
    assert 2 == len(await stage.api.get_updates())
