"""List checks of a server: its desk, and the end of what it keeps."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from app.composition import Assistant
from app.list_check_desk import ListDesk, sweep_spool
from app.list_check_opening import means_of, spool_of
from app.settings import Settings
from app.store import Store
from consent.ports import Clock
from consent.states import Lens

_log = logging.getLogger("consent.lists")

#: Rows in one transaction where others write meanwhile.
_ROWS = 5_000
#: Seconds between two looks for lists that nobody may use any more.
_EVERY = 600


def open_list_desk(assistant: Assistant, store: Store, settings: Settings) -> ListDesk:
    """Return the desk that takes lists from systems and from the page."""
    clock = assistant.clock

    def lens(brand: str) -> Lens:
        return assistant.house.lens(brand, clock.now())

    means = {
        str(brand): replace(
            means_of(store, settings, partial(lens, str(brand)), clock), rows=_ROWS
        )
        for brand in assistant.catalogue.brands
    }
    return ListDesk(means, spool_of(settings), settings.list_limit)


@asynccontextmanager
async def keeping_lists(settings: Settings, clock: Clock) -> AsyncGenerator[None]:
    """Delete lists, and what was made of them, once their answer is not good any more."""
    task = asyncio.create_task(_sweep(spool_of(settings), clock))
    try:
        yield
    finally:
        task.cancel()


async def _sweep(spool: Path, clock: Clock) -> None:
    while True:
        try:
            await asyncio.to_thread(sweep_spool, spool, clock.now())
        except OSError as fault:
            _log.warning("old lists cannot be deleted: %s", fault.strerror)
        await asyncio.sleep(_EVERY)
