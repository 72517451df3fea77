"""Two lanes: while one chunk is answered, a thread writes the one before and reads the next."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

_Read = TypeVar("_Read")
_Told = TypeVar("_Told")


async def in_two_lanes(
    read: Callable[[], _Read | None],
    answer: Callable[[_Read, int], Awaitable[_Told]],
    write: Callable[[_Read, _Told], None],
    done: Callable[[_Read], None],
) -> None:
    """Take chunks through, in their order.

    :param read: the next one; none after the last. In a thread: a server answers others meanwhile.
    :param answer: one, by its number from zero.
    :param write: one with its answers; in a thread, never beside `read`.
    :param done: told that one is written.
    """
    last: tuple[_Read, _Told] | None = None

    def beside() -> _Read | None:
        if last is not None:
            write(*last)
        return read()

    number, coming = 0, await asyncio.to_thread(beside)
    while (chunk := coming) is not None:
        running = asyncio.get_running_loop().run_in_executor(None, beside)
        try:
            told = await answer(chunk, number)
        finally:
            # Nothing stops a thread: what it reads and writes must not be closed under it.
            await asyncio.wait([running])
            running.exception()
        if last is not None:
            done(last[0])
        coming, last = running.result(), (chunk, told)
        number += 1
    if last is not None:
        await asyncio.to_thread(write, *last)
        done(last[0])
