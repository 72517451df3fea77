"""Chunks of a list in two lanes: in their order, and nothing left running."""

from __future__ import annotations

import asyncio
import time
from threading import Event

import pytest

from app.list_check_lanes import in_two_lanes


@pytest.mark.parametrize("count", [0, 1, 2, 5])
async def test_chunks_come_out_in_order(count: int) -> None:
    """Each is read, answered, written and told once; it is told when it is written."""
    coming, said = iter(range(count)), []

    async def answer(chunk: int, number: int) -> str:
        await asyncio.sleep(0.001)
        said.append(("answer", chunk))
        return f"{chunk} {number}"

    def write(chunk: int, told: str) -> None:
        assert f"{chunk} {chunk}" == told
        said.append(("write", chunk))

    await in_two_lanes(
        lambda: next(coming, None), answer, write, lambda chunk: said.append(("done", chunk))
    )
    for step in ("answer", "write", "done"):
        assert [*range(count)] == [chunk for name, chunk in said if name == step]
    for chunk in range(count):
        places = [said.index((step, chunk)) for step in ("answer", "write", "done")]
        assert sorted(places) == places


async def test_the_next_is_read_while_one_is_answered() -> None:
    """Whoever answers need not wait for the reading, nor the reading for the answer."""
    coming, second = iter("ab"), Event()

    def read() -> str | None:
        chunk = next(coming, None)
        if chunk == "b":
            second.set()
        return chunk

    async def answer(_chunk: str, number: int) -> bool:
        return number > 0 or await asyncio.to_thread(second.wait, 5)

    told: list[bool] = []
    await in_two_lanes(read, answer, lambda _, answered: told.append(answered), lambda _: None)
    assert [True, True] == told


async def test_no_thread_outlives_a_failure() -> None:
    """If a chunk cannot be answered, nothing reads or writes any more; no more is written."""
    coming, read, written = iter("abc"), [], []

    def slowly() -> str | None:
        chunk = next(coming, None)
        if chunk == "b":
            time.sleep(0.05)
        read.append(chunk)
        return chunk

    async def answer(_chunk: str, _number: int) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await in_two_lanes(slowly, answer, lambda c, _: written.append(c), lambda _: None)
    assert ["a", "b"] == read
    assert [] == written


async def test_what_cannot_be_written_is_told() -> None:
    """A disk that is full ends it, whichever chunk it was."""

    async def answer(chunk: int, _number: int) -> int:
        return chunk

    def write(chunk: int, _told: int) -> None:
        if chunk == 2:
            raise OSError

    done: list[int] = []
    coming = iter(range(3))
    with pytest.raises(OSError):  # noqa: PT011 - ours has no words
        await in_two_lanes(lambda: next(coming, None), answer, write, done.append)
    assert [0, 1] == done
