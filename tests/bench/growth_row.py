"""What a verdict and a turn cost in a store ten or a hundred times as large, beside a small one.

The same work is done in both in turn. `python -m tests.bench.growth` shows how each statement is
carried out, and how many pages it looks at.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from app.bench_figures import SECOND, Aim, Figure
from app.bench_scope import Place, Scope
from consent.verdicts import Question
from marketing.checking import check
from tests.bench.grown_store import ASKED, GrownStore, address, grow
from tests.bench.stores import Home, home, require_durable

_AIM = Aim(most=1.3, of_ratio=True)
#: What a real customer writes over and over: all of it changes something or shows what stands.
_SAID = ("STOP", "STATUS", "AGREE 1", "AGREE", "SMS")
_VERDICTS = 10
_HOUR = timedelta(hours=1)

Times = list[float]
Deed = Callable[[GrownStore, int], Awaitable[Times]]


async def verdicts(store: GrownStore, _round: int) -> Times:
    """Ask about every real customer; return what each verdict took, in nanoseconds."""
    took: Times = []
    question = Question(brand="lmt", purpose="offers", channel="sms")
    for _ in range(_VERDICTS):
        for who in range(1, ASKED + 1):
            lens = store.house.lens("lmt", store.clock.now())
            begun = time.perf_counter()
            await check(store.ledger, lens, question, address(who), "growth")
            took.append((time.perf_counter() - begun) * SECOND)
    return took


async def turns(store: GrownStore, round_: int) -> Times:
    """Let every real customer write a few messages; return what each took, in nanoseconds."""
    took: Times = []
    for words in _SAID:
        store.clock.move(_HOUR)
        for who in range(1, ASKED + 1):
            message = store.message(who, words)
            message = replace(message, message_id=f"{message.message_id}-{round_}")
            begun = time.perf_counter()
            reply = await store.desk.handle(message)
            took.append((time.perf_counter() - begun) * SECOND)
            assert reply.messages, words
    return took


DEEDS: dict[str, Deed] = {"verdict": verdicts, "turn": turns}


def growth(scope: Scope) -> Iterator[Figure]:
    """Measure on each store."""
    sizes = {"quick": (2_000, 20_000), "usual": (50_000, 500_000)}
    chosen = sizes.get(scope.size.value, (50_000, 500_000, 5_000_000))
    for place in scope.places:
        folder = scope.folder / f"growth-{place.name}"
        folder.mkdir()
        yield from on(place, folder, chosen, scope.pace.rounds)


def on(place: Place, folder: Path, sizes: tuple[int, ...], rounds: int) -> Iterator[Figure]:
    """Grow stores of these sizes and compare the larger ones with the first."""
    with home(place, folder) as stores:
        found = asyncio.run(_measured(stores, sizes, rounds))
    small, *larger = sizes
    for size in larger:
        for name in DEEDS:
            yield Figure(
                row=f"{name} at {size // 1000} k beside {small // 1000} k, {place.name}",
                tries=tuple(found[size, name]),
                floor=tuple(found[small, name]),
                aim=_AIM,
                note="in process, the median of each round; the floor is the small store",
            )


async def _measured(
    stores: Home, sizes: tuple[int, ...], rounds: int
) -> dict[tuple[int, str], Times]:
    grown: dict[int, GrownStore] = {}
    for size in sizes:
        url = await asyncio.to_thread(stores.fresh)
        await asyncio.to_thread(require_durable, url)
        grown[size] = await grow(url, size)
    found: dict[tuple[int, str], Times] = {(s, name): [] for s in sizes for name in DEEDS}
    try:
        for at in range(rounds + 1):
            for name, deed in DEEDS.items():
                for size, store in grown.items():
                    median = statistics.median(await deed(store, at))
                    # The first round fills the caches.
                    if at:
                        found[size, name].append(median)
    finally:
        for store in grown.values():
            await store.database.close()
    return found
