"""A reply as one Telegram message: HTML and rows of buttons, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Protocol

from consent.replies import Message, Option, Reply

#: Options that stand side by side; the others have a row of their own.
_PAIRED = frozenset({"agree", "refuse", "language", "channel_on", "channel_off"})
_PER_ROW = 3


class Speaker(Protocol):
    """What turns messages and options into words of one language."""

    def message(self, message: Message) -> str:
        """Return the words of a message."""
        ...

    def option(self, option: Option) -> str:
        """Return the label of an option."""
        ...


@dataclass(frozen=True, slots=True)
class Button:
    """One button: what it says and what it chooses."""

    label: str
    option: Option


@dataclass(frozen=True, slots=True)
class Screen:
    """One message: escaped HTML and rows of buttons."""

    html: str
    rows: tuple[tuple[Button, ...], ...]


def render(reply: Reply, speaker: Speaker) -> Screen:
    """Return the screen of a reply; what customers wrote never appears in it unescaped."""
    paragraphs = [escape(speaker.message(m), quote=False) for m in reply.messages]
    buttons = [Button(speaker.option(o), o) for o in reply.options]
    return Screen("\n\n".join(paragraphs), tuple(_rows(buttons)))


def _rows(buttons: list[Button]) -> list[tuple[Button, ...]]:
    rows: list[list[Button]] = []
    for button in buttons:
        paired = button.option.name in _PAIRED
        joins = paired and rows and rows[-1][-1].option.name in _PAIRED
        if joins and len(rows[-1]) < _PER_ROW:
            rows[-1].append(button)
        else:
            rows.append([button])
    return [tuple(row) for row in rows]
