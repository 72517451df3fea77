"""Going together: what comes while others are answered waits for these and goes with the next.

Whoever is alone goes at once. A crowd shares what costs as much for one as for many: the way to
the store, and the wait for its disk.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from consent.errors import StoreUnavailable

_Asked = TypeVar("_Asked")
_Answer = TypeVar("_Answer")


class Together(Generic[_Asked, _Answer]):
    """Answers questions that come at the same time in groups, in the order they came."""

    def __init__(
        self,
        answer: Callable[[Sequence[_Asked]], Awaitable[Sequence[_Answer]]],
        *,
        most: int,
        line: int,
        weigh: Callable[[_Asked], int] = lambda _: 1,
    ) -> None:
        """Answer by this function, which begins after the last of a group came.

        :param most: that go together, by weight; a heavier one goes alone.
        :param line: how many may wait.
        """
        self._answer = answer
        self._most = most
        self._line = line
        self._weigh = weigh
        self._waiting: deque[tuple[_Asked, asyncio.Future[_Answer]]] = deque()
        self._answering: asyncio.Task[None] | None = None

    async def ask(self, asked: _Asked) -> _Answer:
        """Return the answer.

        A group in which one question fails is taken apart: each is then answered alone.

        :raises StoreUnavailable: too many wait.
        """
        if len(self._waiting) >= self._line:
            raise StoreUnavailable("(too many wait for the store)")
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[_Answer] = loop.create_future()
        self._waiting.append((asked, answer))
        at_work = self._answering
        if at_work is None or at_work.done() or at_work.get_loop() is not loop:
            self._answering = loop.create_task(self._answer_all())
        return await answer

    async def _answer_all(self) -> None:
        while self._waiting:
            group = self._next()
            try:
                answers = await self._answer([asked for asked, _ in group])
            except Exception as fault:  # noqa: BLE001 - it is theirs who asked
                if len(group) == 1:
                    _refuse(group[0][1], fault)
                else:
                    await asyncio.gather(*(self._alone(*one) for one in group))
            else:
                for (_, answer), said in zip(group, answers, strict=True):
                    # Whoever has gone away is answered all the same.
                    if not answer.done():
                        answer.set_result(said)

    async def _alone(self, asked: _Asked, answer: asyncio.Future[_Answer]) -> None:
        try:
            (said,) = await self._answer([asked])
        except Exception as fault:  # noqa: BLE001 - it is theirs who asked
            _refuse(answer, fault)
        else:
            if not answer.done():
                answer.set_result(said)

    def _next(self) -> list[tuple[_Asked, asyncio.Future[_Answer]]]:
        """Take those who came first, as many as go together."""
        taken = [self._waiting.popleft()]
        weight = self._weigh(taken[0][0])
        while self._waiting:
            weight += self._weigh(self._waiting[0][0])
            if weight > self._most:
                break
            taken.append(self._waiting.popleft())
        return taken


def _refuse(answer: asyncio.Future[_Answer], fault: Exception) -> None:
    if not answer.done():
        answer.set_exception(fault)
