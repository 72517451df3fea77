"""A messenger without a network: what it is told to show is noted for the page."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import count
from time import time_ns
from typing import Any

from bot.messenger import Bubble, Document

#: What the page is to do, of the request being answered.
_noted: ContextVar[list[dict[str, Any]]] = ContextVar("noted")


@contextmanager
def noted() -> Generator[list[dict[str, Any]]]:
    """Note what is shown until left."""
    operations: list[dict[str, Any]] = []
    token = _noted.set(operations)
    try:
        yield operations
    finally:
        _noted.reset(token)


class NotedScreen:
    """`bot.messenger.Messenger` for the page."""

    def __init__(self) -> None:
        """Number messages from now on: a page that stays open over a restart keeps its own."""
        self._ids = count(time_ns() // 1_000_000)

    async def send(self, chat: int, bubble: Bubble) -> int:  # noqa: ARG002
        """Note a new message."""
        message = next(self._ids)
        _noted.get().append({"op": "send", "id": message, **_shown(bubble)})
        return message

    async def send_document(self, chat: int, document: Document) -> int:  # noqa: ARG002
        """Note a file: the page offers it to be saved."""
        message = next(self._ids)
        _noted.get().append({"op": "file", "id": message, **_saved(document)})
        return message

    async def edit(self, chat: int, message: int, bubble: Bubble) -> int:  # noqa: ARG002
        """Note a change of a message."""
        _noted.get().append({"op": "edit", "id": message, **_shown(bubble)})
        return message

    async def strip(self, chat: int, message: int) -> None:  # noqa: ARG002
        """Note that a message loses its buttons."""
        _noted.get().append({"op": "strip", "id": message})

    async def answer(self, press: str, text: str = "") -> None:  # noqa: ARG002
        """Note what vanishes by itself, if it says anything."""
        if text:
            _noted.get().append({"op": "toast", "text": text})


def _saved(document: Document) -> dict[str, Any]:
    """Return a file as the page is told of it; all of ours are text."""
    return {
        "name": document.name,
        "type": document.media_type,
        "caption": document.caption,
        "content": document.content.decode(),
    }


def _shown(bubble: Bubble) -> dict[str, Any]:
    rows = [[{"label": key.label, "data": key.data} for key in row] for row in bubble.rows]
    return {
        "html": bubble.html,
        "rows": rows,
        "keyboard": bubble.keyboard.value,
        "share": bubble.share,
    }
