"""Cutting a long message into those Telegram takes: at most 4 096 UTF-16 units each.

It is cut between paragraphs if it can be, else between lines, words, characters; never inside an
entity, a tag or a surrogate pair, and a bold run that is cut goes on in the next message.
"""

from __future__ import annotations

import re

#: Counted with markup, so a message is never too long once Telegram has read it.
LONGEST = 4_096
_ATOM = re.compile(r"</?b>|&#?\w+;|.", re.DOTALL)
_TAG = re.compile(r"</?b>")
_ROOM_FOR_TAGS = len("<b></b>")


def units(text: str) -> int:
    """Return the length of a text in UTF-16 units, which Telegram counts."""
    return len(text.encode("utf-16-le")) // 2


def split(html: str, longest: int = LONGEST) -> tuple[str, ...]:
    """Return the parts of a message; one if it fits."""
    parts: list[str] = []
    bold = False
    rest = html.rstrip()
    while units(rest) > longest:
        head = _fitting(rest, longest - 2 * _ROOM_FOR_TAGS)
        cut = _best_cut(head)
        part, rest = head[:cut], rest[cut:].lstrip("\n ")
        closed = part.count("<b>") > part.count("</b>")
        parts.append(f"{part.rstrip()}</b>" if closed else part.rstrip())
        bold = closed
        rest = f"<b>{rest}" if bold else rest
    return tuple(part for part in (*parts, rest) if _TAG.sub("", part).strip()) or (html,)


def _fitting(html: str, longest: int) -> str:
    """Return the longest beginning that fits and ends between atoms."""
    length = end = 0
    for atom in _ATOM.finditer(html):
        length += units(atom[0])
        if length > longest:
            break
        end = atom.end()
    return html[:end]


def _best_cut(head: str) -> int:
    for mark in ("\n\n", "\n", " "):
        cut = head.rfind(mark)
        # A cut that leaves next to nothing, or falls into a tag we opened, is no cut.
        if cut > len(head) // 2:
            return cut
    return len(head)
