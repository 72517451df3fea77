"""What the Telegram door does to a chat, as plain data and one Protocol.

The door speaks to this alone: the transport carries it out at Telegram, the playground in a
browser, a test in memory.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol


class Unreachable(Exception):
    """The customer has blocked the bot or left Telegram; nothing more can be sent to them."""


class Undelivered(Exception):
    """Telegram did not take a message just now; the update must be given again later."""


class Refused(Exception):
    """Telegram will never take this message as it is; giving it again changes nothing.

    The fault is ours, so it is worth a few tries at most: it must not hold up what follows.
    """


@dataclass(frozen=True, slots=True)
class Key:
    """One button: what it says, and what comes back when it is pressed (at most 64 bytes)."""

    label: str
    data: str


class Keyboard(Enum):
    """What stands where the customer types."""

    #: As it was.
    KEEP = "keep"
    #: One button that shares the customer's own contact; only private chats have it.
    SHARE = "share"
    #: None: the customer types.
    REMOVE = "remove"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bubble:
    """One message: escaped HTML of at most 4 096 UTF-16 units, with buttons under it."""

    html: str
    rows: tuple[tuple[Key, ...], ...] = ()
    keyboard: Keyboard = Keyboard.KEEP
    #: The label of the button that shares the contact.
    share: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file for the customer to keep, with a plain line under it."""

    name: str
    media_type: str
    caption: str
    content: bytes = field(repr=False)


class Messenger(Protocol):
    """One bot's side of a private chat; a chat is named by the customer's user id."""

    async def send(self, chat: int, bubble: Bubble) -> int:
        """Send a new message; return its id in the chat.

        :raises Unreachable: the customer can no longer be written to.
        :raises Undelivered: not now.
        :raises Refused: never.
        """
        ...

    async def send_document(self, chat: int, document: Document) -> int:
        """Send a file; return its message's id in the chat.

        :raises Unreachable: the customer can no longer be written to.
        :raises Undelivered: not now.
        :raises Refused: never.
        """
        ...

    async def edit(self, chat: int, message: int, bubble: Bubble) -> int:
        """Change a message in place; return the id of the message that now shows it.

        What can no longer be edited (too old, deleted) is sent anew; what shows the same
        already is left alone.

        :raises Unreachable: the customer can no longer be written to.
        :raises Undelivered: not now.
        :raises Refused: never.
        """
        ...

    async def strip(self, chat: int, message: int) -> None:
        """Take the buttons off a message; one that is gone or has none is left alone.

        :raises Unreachable: the customer can no longer be written to.
        :raises Undelivered: not now.
        :raises Refused: never.
        """
        ...

    async def answer(self, press: str, text: str = "") -> None:
        """Say that a press was heard, with at most 200 characters that vanish by themselves.

        A press that is too old to be answered is left alone; never raises.
        """
        ...
