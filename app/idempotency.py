"""The same request twice: `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header).

What keeps decisions, and answers to cases, from being doubled is their content, in the store, for
good: the same entry is the same entry under any key, at any replica, in any year. The key adds
two things for as long as this process remembers it: the very same answer, and a refusal where a
key is used for another body. So content wins: where the key is forgotten, the answer names the
same decisions, and says `already_there`.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from litestar.exceptions import ClientException

_T = TypeVar("_T")
#: Outcomes that are remembered, of all requests together: some ten megabytes.
_MOST = 50_000


class KeyReused(ClientException):
    """A key that was used for another body."""

    status_code = 422

    def __init__(self) -> None:
        """Say what to do instead."""
        super().__init__("Idempotency-Key: it was used for another body. Nothing was recorded.")


@dataclass(frozen=True, slots=True)
class _Remembered(Generic[_T]):
    digest: bytes
    answer: asyncio.Task[_T]
    size: int


class Answers(Generic[_T]):
    """Answers given under a key, as long as there is room."""

    def __init__(self, most: int = _MOST) -> None:
        """Remember so many outcomes at most; the oldest answers go first."""
        self._most, self._size = most, 0
        self._found: OrderedDict[str, _Remembered[_T]] = OrderedDict()

    async def once(
        self, key: str, body: bytes, size: int, work: Callable[[], Awaitable[_T]]
    ) -> _T:
        """Return what `work` answers, or what it answered when this key came before.

        The same request at the same moment waits for the first. What failed is done again.

        :param size: how many outcomes there will be.
        :raises KeyReused: the key came with another body.
        """
        digest = hashlib.sha256(body).digest()
        known = self._found.get(key)
        if known is None:
            known = _Remembered(digest, asyncio.ensure_future(_run(work)), size)
            self._found[key] = known
            self._size += size
            known.answer.add_done_callback(lambda done: self._done(key, done))
        if known.digest != digest:
            raise KeyReused
        # Whoever hangs up does not take the others' answer along.
        return await asyncio.shield(known.answer)

    def _done(self, key: str, answer: asyncio.Task[_T]) -> None:
        if answer.cancelled() or answer.exception() is not None:
            self._forget(key)
        while self._size > self._most and self._found:
            self._forget(next(iter(self._found)))

    def _forget(self, key: str) -> None:
        gone = self._found.pop(key, None)
        self._size -= gone.size if gone else 0


async def _run(work: Callable[[], Awaitable[_T]]) -> _T:
    return await work()
