"""What a bot tells Telegram at its start: its texts, and where its updates are to go.

Only the token decides whether a bot can serve. Texts are limited to a few changes a day, and a
bot whose description is yesterday's can still take a withdrawal.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from aiogram import Bot
from aiogram.methods import (
    SetMyCommands,
    SetMyDescription,
    SetMyShortDescription,
    SetWebhook,
    TelegramMethod,
)
from aiogram.types import BotCommand, BotCommandScopeAllPrivateChats

from bot.messenger import Undelivered
from bot.profile import Profile, TokenRefused, WebhookRefused
from bot.transport.requests import Fate, GetMe, Outcome, attempt
from bot.updates import KINDS

_log = logging.getLogger("consent.telegram")

_CONNECTIONS = 40
_T = TypeVar("_T")


async def introduce(bot: Bot, profile: Profile) -> str:
    """Check the token and set the bot's texts; return its user name.

    Texts that Telegram does not take now are left as they were, with a warning.

    :raises TokenRefused: Telegram does not know the token.
    :raises Undelivered: Telegram does not answer; to be tried again later.
    """
    outcome = await attempt(bot, GetMe())
    _check(bot, outcome)
    for method in _texts(profile):
        said = await attempt(bot, method)
        if said.fate is Fate.DONE:
            continue
        name, language = method.__api_method__, getattr(method, "language_code", None)
        _log.warning("%s (%s) was not taken: %s", name, language or "default", said.reason)
        if said.fate is not Fate.REFUSED:
            break
    found = outcome.result if isinstance(outcome.result, dict) else {}
    return str(found.get("username", ""))


async def open_webhook(bot: Bot, url: str, secret: str) -> None:
    """Let updates come to this address from now on, with the secret; none that waits is lost.

    :raises TokenRefused: Telegram does not know the token.
    :raises WebhookRefused: Telegram does not take this address or secret.
    :raises Undelivered: Telegram does not answer; to be tried again later.
    """
    method = SetWebhook(
        url=url,
        secret_token=secret,
        allowed_updates=list(KINDS),
        max_connections=_CONNECTIONS,
        drop_pending_updates=False,
    )
    outcome = await attempt(bot, method)
    if outcome.fate is Fate.REFUSED:
        raise WebhookRefused(
            "It needs https on port 443, 80, 88 or 8443 at a public name, and a secret of at "
            f"most 256 letters, digits, _ and - (bot {bot.id}: {outcome.reason})."
        )
    _check(bot, outcome)


def _check(bot: Bot, outcome: Outcome) -> None:
    if outcome.fate is Fate.UNKNOWN:
        raise TokenRefused(f"It is the one that begins with {bot.id}.")
    if outcome.fate is not Fate.DONE:
        raise Undelivered(outcome.reason)


def _texts(profile: Profile) -> Iterator[TelegramMethod[Any]]:
    """Yield the requests for each language, the default's own first without a language."""
    for code, commands in _with_default(profile, profile.commands):
        yield SetMyCommands(
            commands=[BotCommand(command=name, description=says) for name, says in commands],
            scope=BotCommandScopeAllPrivateChats(),
            language_code=code,
        )
    for code, text in _with_default(profile, profile.descriptions):
        yield SetMyDescription(description=text, language_code=code)
    for code, text in _with_default(profile, profile.short_descriptions):
        yield SetMyShortDescription(short_description=text, language_code=code)


def _with_default(profile: Profile, texts: Mapping[str, _T]) -> list[tuple[str | None, _T]]:
    default = [(None, texts[profile.default])] if profile.default in texts else []
    return [*default, *texts.items()]
