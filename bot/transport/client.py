"""Messages at Telegram: sent at Telegram's pace, tried again, and given up in time.

The library neither waits nor tries again (messaging.md, 3.1), so it is done here. No log line
holds the token, a text or a number.
"""

from __future__ import annotations

import logging
from typing import Any

from aiogram import Bot
from aiogram.methods import AnswerCallbackQuery, TelegramMethod
from aiogram.types import (
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)

from bot.messenger import Bubble, Document, Keyboard, Refused, Undelivered, Unreachable
from bot.pacing import Congested, Pace, Time
from bot.transport.requests import (
    EditMessageText,
    Fate,
    Markup,
    Outcome,
    SendDocument,
    SendMessage,
    TakeButtons,
    attempt,
)

_log = logging.getLogger("consent.telegram")

#: Seconds one call may wait altogether, for its turn and between tries; the last try may then
#: take as long as one request may. A webhook has a minute.
_PATIENCE = 30.0
_PAUSES = (0.5, 1.0, 2.0)


class TelegramMessenger:
    """One bot's side of its private chats, at Telegram (see `bot.messenger.Messenger`)."""

    def __init__(self, bot: Bot, pace: Pace, clock: Time) -> None:
        """Speak as this bot; there is one pace for a bot, whoever speaks as it."""
        self._bot, self._pace, self._time = bot, pace, clock
        self._complained = False

    async def send(self, chat: int, bubble: Bubble) -> int:
        """Send a new message; if the line breaks before the answer, it may arrive twice.

        :raises ValueError: the message has both buttons and another keyboard.
        """
        method = SendMessage(chat_id=chat, text=bubble.html, reply_markup=_markup(bubble))
        outcome = await self._call(chat, method)
        if outcome.fate is not Fate.DONE:
            raise Refused(outcome.reason)
        return _message_id(outcome.result)

    async def send_document(self, chat: int, document: Document) -> int:
        """Send a file; if the line breaks before the answer, it may arrive twice."""
        content = BufferedInputFile(document.content, filename=document.name)
        method = SendDocument(chat_id=chat, document=content, caption=document.caption)
        outcome = await self._call(chat, method)
        if outcome.fate is not Fate.DONE:
            raise Refused(outcome.reason)
        return _message_id(outcome.result)

    async def edit(self, chat: int, message: int, bubble: Bubble) -> int:
        """Change a message in place, or send anew what Telegram does not change.

        Another keyboard comes with a new message only.

        :raises ValueError: the message has both buttons and another keyboard.
        """
        if bubble.keyboard is not Keyboard.KEEP:
            return await self.send(chat, bubble)
        method = EditMessageText(
            chat_id=chat, message_id=message, text=bubble.html, reply_markup=_buttons(bubble)
        )
        outcome = await self._call(chat, method)
        return await self.send(chat, bubble) if outcome.fate is Fate.LOST else message

    async def strip(self, chat: int, message: int) -> None:
        """Take the buttons off a message, if it is still there and has any."""
        await self._call(chat, TakeButtons(chat_id=chat, message_id=message))

    async def answer(self, press: str, text: str = "") -> None:
        """Say that a press was heard; tried once, as the message that follows says more."""
        method = AnswerCallbackQuery(callback_query_id=press, text=text or None)
        outcome = await attempt(self._bot, method)
        if outcome.fate is Fate.SLOW:
            self._pace.hold(outcome.wait)
        if outcome.fate not in {Fate.DONE, Fate.LOST}:
            _log.warning("A press was not answered: %s", outcome.reason)

    async def _call(self, chat: int, method: TelegramMethod[Any]) -> Outcome:
        """Return how a request ended if that is done, same or lost; raise all else."""
        deadline = self._time.now() + _PATIENCE
        pauses = iter(_PAUSES)
        while True:
            await self._turn(chat, deadline)
            outcome = await attempt(self._bot, method)
            match outcome.fate:
                case Fate.DONE | Fate.SAME | Fate.LOST:
                    return outcome
                case Fate.SLOW:
                    self._pace.hold(outcome.wait, chat)
                case Fate.AGAIN | Fate.TAKEN:
                    await self._pause(next(pauses, None), deadline, outcome)
                case _:
                    raise self._final(outcome, method)

    async def _turn(self, chat: int, deadline: float) -> None:
        try:
            await self._pace.turn(chat, deadline - self._time.now())
        except Congested:
            pass
        else:
            return
        _log.warning("Telegram is too busy for a message")
        raise Undelivered("too busy")

    async def _pause(self, pause: float | None, deadline: float, outcome: Outcome) -> None:
        if pause is None or self._time.now() + pause > deadline:
            _log.warning("Telegram did not take a message: %s", outcome.reason)
            raise Undelivered(outcome.reason)
        await self._time.sleep(pause)

    def _final(self, outcome: Outcome, method: TelegramMethod[Any]) -> Exception:
        """Return what to raise for an outcome that another try would not change."""
        if outcome.fate is Fate.GONE:
            return Unreachable(outcome.reason)
        if outcome.fate is Fate.REFUSED:
            _log.error("Telegram refuses %s for good: %s", method.__api_method__, outcome.reason)
            return Refused(outcome.reason)
        if not self._complained:
            self._complained = True
            _log.error("Telegram does not accept the token of bot %d any more", self._bot.id)
        return Undelivered(outcome.reason)


def _message_id(result: object) -> int:
    number = result.get("message_id") if isinstance(result, dict) else None
    if not isinstance(number, int):
        raise Undelivered("Telegram named no id of the new message")
    return number


def _markup(bubble: Bubble) -> Markup | None:
    if bubble.keyboard is Keyboard.KEEP:
        return _buttons(bubble)
    if bubble.rows:
        raise ValueError("a message carries buttons or another keyboard, not both")
    if bubble.keyboard is Keyboard.REMOVE:
        return ReplyKeyboardRemove(remove_keyboard=True)
    share = KeyboardButton(text=bubble.share, request_contact=True)
    return ReplyKeyboardMarkup(keyboard=[[share]], resize_keyboard=True, one_time_keyboard=True)


def _buttons(bubble: Bubble) -> InlineKeyboardMarkup | None:
    rows = [
        [InlineKeyboardButton(text=key.label, callback_data=key.data) for key in row]
        for row in bubble.rows
    ]
    return InlineKeyboardMarkup(inline_keyboard=rows) if rows else None
