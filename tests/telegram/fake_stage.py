"""A small stage for tests: a Telegram, one bot in it with its real client, and a customer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    Message,
    ReplyKeyboardMarkup,
)
from aiohttp import ClientSession

from tests.telegram.fake_api import FakeBot, FakeTelegram, FakeUser, Json

TOKEN = "7000001:lmt"
SHARE = ReplyKeyboardMarkup(
    keyboard=[[KeyboardButton(text="Dalīties", request_contact=True)]], one_time_keyboard=True
)


@dataclass
class Stage:
    """What a test of the fake needs; the customer's id is 7."""

    telegram: FakeTelegram
    bot: FakeBot
    api: Bot
    anna: FakeUser

    async def send(self, text: str = "Sveiki", **more: Any) -> Message:  # noqa: ANN401
        """Send a text in HTML to the customer."""
        return await self.api.send_message(7, text, parse_mode="HTML", **more)

    async def raw(self, method: str, params: Json) -> tuple[int, str]:
        """Call a method past the client; return the status and what was said."""
        url = f"{self.telegram.url}/bot{TOKEN}/{method}"
        async with ClientSession() as session, session.post(url, json=params) as answer:
            return answer.status, (await answer.json()).get("description", "")


@asynccontextmanager
async def open_stage() -> AsyncIterator[Stage]:
    """Return a Telegram whose customer has opened the bot."""
    async with FakeTelegram() as telegram:
        bot = telegram.add_bot(TOKEN, username="lmt_bot")
        anna = telegram.user(7, language_code="lv", first_name="Anna")
        bot.opens(anna)
        async with client(telegram) as api:
            yield Stage(telegram, bot, api, anna)


@asynccontextmanager
async def client(telegram: FakeTelegram, token: str = TOKEN) -> AsyncIterator[Bot]:
    """Return a real client of a bot; closed without the pause the client makes for TLS."""
    session = AiohttpSession(api=TelegramAPIServer.from_base(telegram.url))
    yield Bot(token, session=session)
    if session._session is not None:
        await session._session.close()


def inline(*rows: list[tuple[str, str]]) -> InlineKeyboardMarkup:
    """Return rows of buttons, each a label and its data."""
    keys = [[InlineKeyboardButton(text=t, callback_data=d) for t, d in row] for row in rows]
    return InlineKeyboardMarkup(inline_keyboard=keys)
