"""What each bot says about itself: commands and descriptions, from the words of its brand."""

from __future__ import annotations

from app.composition import Assistant
from bot.profile import Profile
from consent.catalogue import BrandId
from consent.notices import Form
from consent.replies import Message

#: In the order of Telegram's menu; each also works as a word.
_COMMANDS = (
    "start",
    "status",
    "stop",
    "channels",
    "privacy",
    "mydata",
    "export",
    "human",
    "language",
    "help",
)


def profile_of(assistant: Assistant, brand: str) -> Profile:
    """Return a brand's profile in every language."""
    languages = assistant.catalogue.languages
    voices = {x: assistant.wording(brand, x, Form.CHAT) for x in languages}
    return Profile(
        default=assistant.catalogue.brands[BrandId(brand)].default_language,
        commands={
            x: tuple((name, voice.message(Message(f"command.{name}"))) for name in _COMMANDS)
            for x, voice in voices.items()
        },
        descriptions={x: v.message(Message("bot.description")) for x, v in voices.items()},
        short_descriptions={x: v.message(Message("bot.short")) for x, v in voices.items()},
    )
