"""What a customer did in a private chat, as plain data; everything else Telegram sends is none."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One update of one customer, or of their chat with the bot."""

    update: int
    #: The customer's user id; a private chat has the same.
    user: int = field(repr=False)
    #: Telegram's own id of the message or press, unique in the chat; part of what makes an
    #: update the same update.
    reference: str
    #: IETF tag of the customer's Telegram, like `lv` or `en-GB`; empty if unknown.
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said(Event):
    """Words, or a command."""

    text: str = field(repr=False)
    #: Somebody else's words, passed on.
    forwarded: bool = False
    #: The album it stands under, if any.
    album: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed(Event):
    """A button."""

    press: str
    data: str
    #: The message it stands under; none if Telegram no longer shows which.
    message: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared(Event):
    """A contact; whose, and how it came, is yet to be judged."""

    number: str = field(repr=False)
    #: The user the contact belongs to; none if Telegram does not know the number.
    owner: int | None = field(repr=False)
    forwarded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Wordless(Event):
    """Something without words: a sticker, photo, voice message, place or poll."""

    #: The album it is a piece of, if any.
    album: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited(Event):
    """A message changed after it was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach(Event):
    """The customer has blocked the bot, or opened it again."""

    reachable: bool
    #: When, in seconds since 1970.
    at: int = 0
