"""From the parts of a reply to the messages that a chat is sent."""

from __future__ import annotations

from collections.abc import Callable

from bot.callbacks import pack
from bot.messenger import Bubble, Key, Keyboard
from bot.render import Button, Part, Speaker
from bot.splitting import split

Voices = Callable[[str], Speaker]


def bubbles(part: Part, brand: str) -> list[Bubble]:
    """Return the messages of a part: one, unless it is too long; buttons under the last."""
    *before, last = split(part.html)
    rows = tuple(tuple(_key(b, brand, part) for b in row) for row in part.rows)
    final = Bubble(html=last, rows=rows, keyboard=part.keyboard, share=part.share)
    return [*(Bubble(html=html, keyboard=Keyboard.KEEP) for html in before), final]


def _key(button: Button, brand: str, part: Part) -> Key:
    return Key(button.label, pack(button.option, brand, on_receipt=part.kept))
