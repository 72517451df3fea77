"""One request to Telegram, and what became of it.

The library's errors can carry the address with the token, or the text of a message; so they
end here, in neither a log line nor the chain of a traceback. Answers are read raw: a message
that was sent counts as sent, and a batch of updates is a batch, whatever else is new in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from aiogram import Bot, exceptions
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import PRODUCTION, TelegramAPIServer
from aiogram.methods import TelegramMethod
from aiogram.types import (
    InlineKeyboardMarkup,
    InputFile,
    LinkPreviewOptions,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)
from aiogram.utils.token import TokenValidationError

from bot.profile import TokenRefused

_TIMEOUT = 10.0
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)

Markup = InlineKeyboardMarkup | ReplyKeyboardMarkup | ReplyKeyboardRemove


class GetMe(TelegramMethod[Any]):
    """Who the bot is."""

    __returning__ = Any
    __api_method__ = "getMe"


class GetUpdates(TelegramMethod[Any]):
    """What has happened since; waits so many seconds for something."""

    __returning__ = Any
    __api_method__ = "getUpdates"

    offset: int | None
    limit: int
    timeout: int
    allowed_updates: list[str]


class SendMessage(TelegramMethod[Any]):
    """A new message."""

    __returning__ = Any
    __api_method__ = "sendMessage"

    chat_id: int
    text: str
    parse_mode: str = "HTML"
    link_preview_options: LinkPreviewOptions = _NO_PREVIEW
    reply_markup: Markup | None


class SendDocument(TelegramMethod[Any]):
    """A file, shown under its own name."""

    __returning__ = Any
    __api_method__ = "sendDocument"

    chat_id: int
    document: InputFile
    caption: str
    disable_content_type_detection: bool = True


class EditMessageText(TelegramMethod[Any]):
    """Other words, and other buttons or none."""

    __returning__ = Any
    __api_method__ = "editMessageText"

    chat_id: int
    message_id: int
    text: str
    parse_mode: str = "HTML"
    link_preview_options: LinkPreviewOptions = _NO_PREVIEW
    reply_markup: InlineKeyboardMarkup | None


class TakeButtons(TelegramMethod[Any]):
    """The same words without buttons."""

    __returning__ = Any
    __api_method__ = "editMessageReplyMarkup"

    chat_id: int
    message_id: int


def open_bot(token: str, api_url: str | None, timeout: float = _TIMEOUT) -> Bot:
    """Return a client for one token; nothing is sent yet.

    :param api_url: the Bot API server, if not Telegram's own.
    :param timeout: seconds one request may take.
    :raises TokenRefused: no token looks like this.
    """
    api = TelegramAPIServer.from_base(api_url) if api_url else PRODUCTION
    try:
        return Bot(token, session=AiohttpSession(api=api, timeout=timeout))
    except TokenValidationError:
        pass
    raise TokenRefused("A token is a number, a colon and letters, without spaces.")


async def close_bot(bot: Bot) -> None:
    """Close the client's connections."""
    await bot.session.close()


class Fate(Enum):
    """What became of a request."""

    DONE = "done"
    #: Too fast; to be repeated after a while.
    SLOW = "slow"
    #: No answer, or one of a broken server; may be repeated.
    AGAIN = "again"
    #: Updates go to somebody else at the moment.
    TAKEN = "taken"
    #: The message shows this already.
    SAME = "same"
    #: The message can no longer be changed, or the press no longer answered.
    LOST = "lost"
    #: The customer can no longer be written to.
    GONE = "gone"
    #: The token is not, or no longer, valid.
    UNKNOWN = "unknown"
    #: Will never be taken.
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a request ended; what was in it does not appear."""

    fate: Fate
    result: object = None
    #: Seconds to leave Telegram alone.
    wait: float = 0
    #: For logs: the kind of failure, or the part of the description that was recognised.
    reason: str = ""


_FATES: tuple[tuple[type[Exception], Fate], ...] = (
    (exceptions.TelegramForbiddenError, Fate.GONE),
    (exceptions.TelegramUnauthorizedError, Fate.UNKNOWN),
    # The whole address is unknown: what is between its slashes is no token.
    (exceptions.TelegramNotFound, Fate.UNKNOWN),
    (exceptions.TelegramConflictError, Fate.TAKEN),
    (exceptions.TelegramEntityTooLarge, Fate.REFUSED),
    # The text is none: half a character cannot be written.
    (UnicodeEncodeError, Fate.REFUSED),
)
#: Parts of Telegram's descriptions, in small letters; the first that fits decides.
_DESCRIBED = {
    "message is not modified": Fate.SAME,
    "message to edit not found": Fate.LOST,
    "message can't be edited": Fate.LOST,
    "message_id_invalid": Fate.LOST,
    "message_edit_time_expired": Fate.LOST,
    "message identifier is not specified": Fate.LOST,
    "there is no text in the message to edit": Fate.LOST,
    "query is too old": Fate.LOST,
    "query_id_invalid": Fate.LOST,
    "chat not found": Fate.GONE,
    "user not found": Fate.GONE,
    "user is deactivated": Fate.GONE,
    "user_deactivated": Fate.GONE,
    "user_is_blocked": Fate.GONE,
    "peer_id_invalid": Fate.GONE,
    "can't parse entities": Fate.REFUSED,
    "text is empty": Fate.REFUSED,
    "too long": Fate.REFUSED,
    "too_long": Fate.REFUSED,
    "button_data_invalid": Fate.REFUSED,
    "bad webhook": Fate.REFUSED,
    "secret token": Fate.REFUSED,
}


async def attempt(bot: Bot, method: TelegramMethod[Any], *, within: int | None = None) -> Outcome:
    """Make one request; whatever goes wrong is an outcome, never an error.

    :param within: seconds it may take, if not what the client was opened with.
    """
    try:
        return Outcome(Fate.DONE, await bot(method, request_timeout=within))
    except Exception as fault:  # noqa: BLE001 - none may leave with the token in its chain
        return _judge(fault)


def _judge(fault: Exception) -> Outcome:
    reason = type(fault).__name__
    if isinstance(fault, exceptions.TelegramRetryAfter):
        return Outcome(Fate.SLOW, wait=max(1.0, fault.retry_after), reason=reason)
    described = str(getattr(fault, "message", "")).lower()
    if isinstance(fault, exceptions.TelegramBadRequest):
        known = next((words for words in _DESCRIBED if words in described), "")
        return Outcome(_DESCRIBED.get(known, Fate.REFUSED), reason=known or reason)
    # Without a figure the library does not see that we are too fast.
    if isinstance(fault, exceptions.TelegramAPIError) and "too many requests" in described:
        return Outcome(Fate.SLOW, wait=1.0, reason=reason)
    fate = next((fate for kind, fate in _FATES if isinstance(fault, kind)), Fate.AGAIN)
    return Outcome(fate, reason=reason)
