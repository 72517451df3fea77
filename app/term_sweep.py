"""Keeping other systems informed of what the clock does (see `storage.terms`).

Runs in every server and worker; a lease in the store sees to it that one of them does the work.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from uuid import uuid4

from app.composition import Assistant
from app.feed_relay import relaying
from consent.errors import StoreUnavailable
from storage.database import Database
from storage.hooks import SqlHooks
from storage.terms import TermSweep

_log = logging.getLogger("consent.terms")

#: Seconds between two portions, so that others write then, and between looks whether it is time.
_BREATH, _LOOK = 0.05, 30.0


@asynccontextmanager
async def informing(
    database: Database, hooks: SqlHooks, assistant: Assistant
) -> AsyncGenerator[None]:
    """Tell other systems what customers decide and what the clock does, until left."""
    async with relaying(database, hooks, assistant), sweeping(database, assistant):
        yield


@asynccontextmanager
async def sweeping(database: Database, assistant: Assistant) -> AsyncGenerator[None]:
    """Go through the customers again and again until left; what was begun is gone on with."""
    sweep = TermSweep(database, assistant.house.lens, holder=str(uuid4()))
    stopped = asyncio.Event()
    task = asyncio.create_task(_run(sweep, assistant, stopped))
    try:
        yield
    finally:
        stopped.set()
        await task


async def _run(sweep: TermSweep, assistant: Assistant, stopped: asyncio.Event) -> None:
    while not stopped.is_set():
        more = await _step(sweep, assistant)
        with suppress(TimeoutError):
            async with asyncio.timeout(_BREATH if more else _LOOK):
                await stopped.wait()
    with suppress(StoreUnavailable):
        await sweep.release(assistant.clock.now())


async def _step(sweep: TermSweep, assistant: Assistant) -> bool:
    """Look at some customers; say whether there are more. Whatever goes wrong, it is outlived."""
    try:
        portion = await sweep.step(assistant.clock.now())
    except StoreUnavailable as fault:
        _log.warning("terms cannot be looked at: %s", fault.detail)
        return False
    except Exception as fault:  # noqa: BLE001 - the next round may go well
        _log.critical("looking at terms failed: %s", type(fault).__name__)
        return False
    if portion.told:
        _log.info("other systems are told that %d consents ended or came back", portion.told)
    return portion.more
