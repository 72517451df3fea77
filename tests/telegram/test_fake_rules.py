"""The fake Telegram's strict checks bite: what a careful bot would not send does not slip by."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllPrivateChats,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    ReplyKeyboardRemove,
)

from tests.telegram.fake_api import Json
from tests.telegram.fake_stage import Stage, inline, open_stage

HOOK = "http://assistant/telegram/lmt"
_SPAN = ("type", "offset", "length")


def _commands(name: str, says: str) -> Json:
    return {"commands": [{"command": name, "description": says}]}


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """Return a Telegram whose customer has opened the bot."""
    async with open_stage() as found:
        yield found


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "message text is empty"),
        ("<b> </b>", "message text is empty"),
        ("😀" * 2049, "message is too long"),
        ("<b>a", 'Can\'t find end tag corresponding to start tag "b"'),
        ("ā<b>a</i>", 'Unmatched end tag at byte offset 6, expected "</b>", found "</i>"'),
        ("a</b>", "Unexpected end tag at byte offset 1"),
        ("<br>", 'Unsupported start tag "br" at byte offset 0'),
        ("a <b", "Unclosed start tag at byte offset 2"),
        ("<3>", 'Unsupported start tag "3" at byte offset 0'),
    ],
)
async def test_a_bad_text_is_refused(stage: Stage, text: str, words: str) -> None:
    """What Telegram cannot show is refused in its words, and remembered."""
    with pytest.raises(TelegramBadRequest) as caught:
        await stage.send(text)
    assert words in caught.value.message
    assert words in stage.bot.violations[0]
    assert [] == stage.bot.screens(7)


@pytest.mark.parametrize("text", ["&nbsp;", "a & b", "a > b", "<b c>d</b>", "<a>e</a>", "&lt"])
async def test_a_careless_text_is_noted(stage: Stage, text: str) -> None:
    """What Telegram lets pass although it should not be sent is remembered."""
    await stage.send(text)
    assert 1 == len(stage.bot.violations)


async def test_a_careful_text_is_shown(stage: Stage) -> None:
    """All our tags and entities are read, lengths count as UTF-16, without a note."""
    tags = [f"<{t}>x</{t}>" for t in ("b", "i", "u", "s", "code", "pre", "blockquote")]
    sent = await stage.send(
        " 😀<tg-spoiler>y</tg-spoiler>"
        + "".join(tags)
        + '<a href="https://lmt.lv">z</a>&#33;&quot;'
    )
    assert '😀yxxxxxxxz!"' == sent.text
    assert ("spoiler", 2, 1) == tuple(getattr(sent.entities[0], k) for k in _SPAN)  # type: ignore[index]
    await stage.send("😀" * 2048)
    assert [] == stage.bot.violations


@pytest.mark.parametrize(
    ("button", "words"),
    [
        ({"text": "", "callback_data": "a"}, "button text must be non-empty"),
        ({"text": "a"}, "Text buttons are unallowed"),
        ({"text": "a", "callback_data": ""}, "Text buttons are unallowed"),
        ({"text": "a", "callback_data": "ā" * 33}, "BUTTON_DATA_INVALID"),
        ({"text": "a", "callback_data": "b", "url": "https://lmt.lv"}, "exactly one of"),
        ({"text": "a", "url": "lmt"}, "is invalid: Wrong HTTP URL"),
    ],
)
async def test_a_bad_button_is_refused(stage: Stage, button: Json, words: str) -> None:
    """A button Telegram does not take is refused, and remembered."""
    keys = [[InlineKeyboardButton.model_validate(button)]]
    with pytest.raises(TelegramBadRequest, match=words):
        await stage.send(reply_markup=InlineKeyboardMarkup(inline_keyboard=keys))
    assert words in stage.bot.violations[0]


async def test_our_own_style_is_noted(stage: Stage) -> None:
    """Nine rows, or a label of 25 characters, are shown but remembered; 64 bytes are fine."""
    await stage.send(reply_markup=inline(*[[("a" * 24, "ā" * 32)] for _ in range(8)]))
    assert [] == stage.bot.violations
    await stage.send(reply_markup=inline(*[[("a", "b")] for _ in range(9)]))
    await stage.send(reply_markup=inline([("a" * 25, "b")]))
    assert ["9 rows of buttons", "a label of 25 characters"] == [
        v.split(": ")[1] for v in stage.bot.violations
    ]


async def test_an_edit_is_checked_like_a_message(stage: Stage) -> None:
    """An edit can be too long, and can bring no keyboard."""
    sent = await stage.send()
    with pytest.raises(TelegramBadRequest, match="MESSAGE_TOO_LONG"):
        await stage.api.edit_message_text("a" * 4097, chat_id=7, message_id=sent.message_id)
    form: Json = {"chat_id": 7, "message_id": sent.message_id, "text": "b"}
    form["reply_markup"] = ReplyKeyboardRemove().model_dump(exclude_none=True)
    assert (400, "Bad Request: inline keyboard expected") == await stage.raw(
        "editMessageText", form
    )
    assert (400, "Bad Request: unsupported parse_mode") == await stage.raw(
        "sendMessage", {"chat_id": 7, "text": "*a*", "parse_mode": "Markdown"}
    )
    assert 3 == len(stage.bot.violations)


async def test_a_bot_introduces_itself(stage: Stage) -> None:
    """Commands and descriptions are kept by language; others see the general ones."""
    api, bot = stage.api, stage.bot
    await api.set_my_commands([BotCommand(command="help", description="Help")])
    await api.set_my_commands(
        [BotCommand(command="help", description="Palīdzība")],
        scope=BotCommandScopeAllPrivateChats(),
        language_code="lv",
    )
    assert ({"help": "Palīdzība"}, {"help": "Help"}) == (bot.commands("lv"), bot.commands("ru"))
    assert "Help" == (await api.get_my_commands())[0].description
    await api.delete_my_commands(scope=BotCommandScopeAllPrivateChats(), language_code="lv")
    assert {"help": "Help"} == bot.commands("lv")
    await api.set_my_description("Consents", language_code="en")
    await api.set_my_description("Piekrišanas")
    await api.set_my_short_description("Īsi", language_code="lv")
    assert ("Consents", "Piekrišanas") == (bot.description("en"), bot.description("ru"))
    assert ("Īsi", "") == (bot.short_description("lv"), bot.short_description("ru"))
    await api.set_my_description(language_code="en")
    assert "Piekrišanas" == (await api.get_my_description(language_code="en")).description
    assert [] == bot.violations


@pytest.mark.parametrize(
    ("method", "params", "words"),
    [
        ("setMyCommands", _commands("Help", "a"), "BOT_COMMAND_INVALID"),
        ("setMyCommands", _commands("a" * 33, "a"), "BOT_COMMAND_INVALID"),
        ("setMyCommands", _commands("a", ""), "command description must be non-empty"),
        ("setMyCommands", _commands("a", "b" * 257), "must not exceed 256"),
        ("setMyCommands", {"commands": [], "language_code": "lav"}, "invalid language code"),
        ("setMyDescription", {"description": "a" * 513}, "DESCRIPTION_TOO_LONG"),
        ("setMyShortDescription", {"short_description": "a" * 121}, "ABOUT_TOO_LONG"),
        ("setWebhook", {"url": HOOK, "secret_token": "a b"}, "contains unallowed characters"),
        ("setWebhook", {"url": HOOK, "secret_token": ""}, "contains unallowed characters"),
        ("setWebhook", {"url": HOOK, "secret_token": "a" * 257}, "secret token is too long"),
        ("setWebhook", {"url": HOOK, "max_connections": 101}, "between 1 and 100"),
        ("setWebhook", {"url": "lmt"}, "invalid webhook URL"),
        ("sendMessage", {"text": "a"}, "chat_id is empty"),
    ],
)
async def test_a_bad_set_up_is_refused(
    stage: Stage, method: str, params: Json, words: str
) -> None:
    """Names, descriptions, secrets and addresses outside their bounds are refused."""
    status, description = await stage.raw(method, params)
    assert 400 == status
    assert words in description
    assert [f"{method}: {description}"] == stage.bot.violations
