"""What a bot says about itself before anybody has written to it, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from consent.errors import SettingBroken


class TokenRefused(SettingBroken):
    """Telegram does not know this bot token; copy it from @BotFather again."""

    code = "token"


class WebhookRefused(SettingBroken):
    """Telegram does not accept the address or the secret of the webhook."""

    code = "webhook"


@dataclass(frozen=True, slots=True)
class Profile:
    """One bot's commands and descriptions in each language, named by two letters."""

    #: The language of those whose own is not among these.
    default: str
    #: Name without the slash, and what it does.
    commands: Mapping[str, tuple[tuple[str, str], ...]]
    #: Stands in the empty chat before Start is pressed; at most 512 characters.
    descriptions: Mapping[str, str]
    #: Stands on the bot's page and in shared links; at most 120 characters.
    short_descriptions: Mapping[str, str]
