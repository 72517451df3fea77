"""A reply as Telegram messages: escaped HTML and rows of buttons, as plain data.

Receipts are messages of their own, since customers keep them; all the rest is one screen that
may later be changed in place.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import Protocol

from bot.messenger import Keyboard
from consent.replies import Message, Option, Reply

#: Messages whose first line is a heading.
_HEADED = frozenset({"notice", "menu", "status", "privacy", "my_data", "switches"})
#: Options that stand side by side, by name: group and how many in a row.
_PAIRS = {
    **dict.fromkeys(("agree", "refuse"), ("answer", 2)),
    **dict.fromkeys(("channel_on", "channel_off"), ("channel", 2)),
    **dict.fromkeys(("topic_on", "topic_off"), ("topic", 2)),
    **dict.fromkeys(("status", "switches", "my_data", "privacy", "human"), ("page", 2)),
    "explain": ("purpose", 2),
}


class Speaker(Protocol):
    """What turns messages and options into words of one language."""

    def message(self, message: Message) -> str:
        """Return the words of a message."""
        ...

    def option(self, option: Option) -> str:
        """Return the label of an option."""
        ...

    def receipt(self, number: str) -> str:
        """Return the line that numbers a receipt."""
        ...


@dataclass(frozen=True, slots=True)
class Button:
    """One button: what it says and what it chooses."""

    label: str
    option: Option


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One message of a reply."""

    html: str
    rows: tuple[tuple[Button, ...], ...] = ()
    #: A receipt: never changed afterwards.
    kept: bool = False
    keyboard: Keyboard = Keyboard.KEEP
    #: The label of the button that shares the contact.
    share: str = ""


def render(reply: Reply, speaker: Speaker) -> tuple[Part, ...]:
    """Return the messages of a reply; what customers wrote never appears in them unescaped."""
    parts = [
        _part(list(group), speaker, place) for place, group in groupby(reply.messages, _place)
    ]
    if not parts:
        return ()
    contact = next((o for o in reply.options if o.name == "contact"), None)
    buttons = [Button(speaker.option(o), o) for o in reply.options if o is not contact]
    *before, last = parts
    if contact is not None and last.keyboard is Keyboard.KEEP:
        share = speaker.option(contact)
        last = Part(html=last.html, kept=last.kept, keyboard=Keyboard.SHARE, share=share)
    elif buttons:
        last = Part(html=last.html, kept=last.kept, rows=tuple(_rows(buttons)))
    return (*before, last)


def _place(message: Message) -> str:
    """Return which message of the reply a text belongs to."""
    if message.id == "link.done":
        return "joined"
    return "receipt" if message.kept else "screen"


def _part(messages: list[Message], speaker: Speaker, place: str) -> Part:
    paragraphs = [_paragraph(m, speaker) for m in messages]
    number = messages[-1].params.get("receipt")
    if number:
        paragraphs[-1] += f"\n{escape(speaker.receipt(str(number)), quote=False)}"
    return Part(
        html="\n\n".join(paragraphs),
        kept=place != "screen",
        keyboard=Keyboard.REMOVE if place == "joined" else Keyboard.KEEP,
    )


def _paragraph(message: Message, speaker: Speaker) -> str:
    text = escape(speaker.message(message), quote=False)
    heading, line, rest = text.partition("\n")
    if message.id in _HEADED and rest:
        return f"<b>{heading}</b>{line}{rest}"
    return text


def _rows(buttons: list[Button]) -> list[tuple[Button, ...]]:
    rows: list[list[Button]] = []
    for button in buttons:
        group, most = _group(button.option)
        joins = rows and _group(rows[-1][-1].option)[0] == group and len(rows[-1]) < most
        if joins:
            rows[-1].append(button)
        else:
            rows.append([button])
    return [tuple(row) for row in rows]


def _group(option: Option) -> tuple[str, int]:
    """Return what an option stands beside, and how many of it fit in a row."""
    if option.name == "language":
        return ("language", 3) if option.language else ("page", 2)
    return _PAIRS.get(option.name, (option.name, 1))
