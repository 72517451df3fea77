"""What Telegram makes of a text in HTML: tests read what the customer reads, not the source.

Refuses what Telegram refuses, and beyond that notes what Telegram lets pass in silence although
its documentation forbids it: a lone `&`, a raw `>`, an entity that is shown letter by letter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any

#: The tags the house uses; each with what Telegram calls it.
TAGS = {
    "b": "bold",
    "i": "italic",
    "u": "underline",
    "s": "strikethrough",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "blockquote": "blockquote",
    "tg-spoiler": "spoiler",
}
_ATTRIBUTES = {"a": "href", "code": "class", "blockquote": "expandable"}
_PIECE = re.compile(r"<[^>]*>?|&[^\s&;<>]{0,12};?|>|[^<&>]+")
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9-]*)\s*([^>]*)>")
_ENTITY = re.compile(r"&(?:lt|gt|amp|quot|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});")
_HREF = re.compile(r"""href=["']((?:https?|tg|mailto|tel):[^"'\s]+)["']""")


class Unparsable(Exception):
    """Telegram cannot read the text; the message says where."""


def units(text: str) -> int:
    """Return how long Telegram takes a text to be: in units of UTF-16."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@dataclass(slots=True)
class Parsed:
    """A text without its tags, what the tags said, and what was careless about them."""

    text: str = ""
    entities: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Open:
    name: str
    offset: int
    extra: dict[str, Any]


def parse_html(source: str) -> Parsed:
    """Return what the customer reads.

    :raises Unparsable: an unknown, unbalanced or unfinished tag.
    """
    parsed, stack = Parsed(), list[_Open]()
    for piece in _PIECE.finditer(source):
        word = piece[0]
        if word.startswith("<"):
            _tag(word, len(source[: piece.start()].encode()), parsed, stack)
        else:
            _plain(word, parsed)
    if stack:
        raise Unparsable(f'Can\'t find end tag corresponding to start tag "{stack[-1].name}"')
    return _trimmed(parsed)


def _plain(word: str, parsed: Parsed) -> None:
    if _ENTITY.fullmatch(word):
        word = unescape(word)
    elif word.startswith("&"):
        parsed.notes.append(f"unescaped or unknown entity {word!r}")
    elif word == ">":
        parsed.notes.append("unescaped '>'")
    parsed.text += word


def _tag(word: str, at: int, parsed: Parsed, stack: list[_Open]) -> None:
    found = _TAG.fullmatch(word)
    if found is None:
        raise Unparsable(_broken(word, at))
    slash, name, rest = found[1], found[2].lower(), found[3].strip()
    if slash:
        _close(name, at, parsed, stack)
    elif name not in TAGS:
        raise Unparsable(f'Unsupported start tag "{name}" at byte offset {at}')
    else:
        stack.append(_Open(name, units(parsed.text), _extra(name, rest, parsed)))


def _broken(word: str, at: int) -> str:
    if word.startswith("</"):
        return f"Unexpected end tag at byte offset {at}"
    if not word.endswith(">"):
        return f"Unclosed start tag at byte offset {at}"
    return f'Unsupported start tag "{word[1:-1].partition(" ")[0]}" at byte offset {at}'


def _extra(name: str, rest: str, parsed: Parsed) -> dict[str, Any]:
    if name == "a":
        href = _HREF.fullmatch(rest)
        if href is None:
            parsed.notes.append(f"a link that leads nowhere: {rest!r}")
            return {}
        return {"url": unescape(href[1])}
    if rest and not rest.startswith(_ATTRIBUTES.get(name, "\0")):
        parsed.notes.append(f"an attribute <{name}> does not have: {rest!r}")
    return {}


def _close(name: str, at: int, parsed: Parsed, stack: list[_Open]) -> None:
    if not stack:
        raise Unparsable(f"Unexpected end tag at byte offset {at}")
    opened = stack.pop()
    if opened.name != name:
        raise Unparsable(
            f"Unmatched end tag at byte offset {at}, "
            f'expected "</{opened.name}>", found "</{name}>"'
        )
    length = units(parsed.text) - opened.offset
    entity = {"type": TAGS[name], "offset": opened.offset, "length": length, **opened.extra}
    parsed.entities.append(entity)


def _trimmed(parsed: Parsed) -> Parsed:
    """Cut white space off both ends as Telegram does, and move the entities along."""
    bare = parsed.text.lstrip()
    lead, bare = units(parsed.text) - units(bare), bare.rstrip()
    kept = []
    for entity in parsed.entities:
        start = max(entity["offset"] - lead, 0)
        end = min(entity["offset"] - lead + entity["length"], units(bare))
        if end > start:
            kept.append(entity | {"offset": start, "length": end - start})
    kept.sort(key=lambda e: (e["offset"], -e["length"]))
    return Parsed(bare, kept, parsed.notes)
