"""The Telegram door in a process of its own, to be killed at any moment.

`python -m tests.telegram.served`: settings from the environment, polling, and a clock for pacing
that runs two hundred times as fast, so that a thousand customers do not take an hour.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

from app.composition import compose, register_notices
from app.settings import load_settings
from app.store import open_store
from app.telegram_door import Bots
from locales import ROOT
from locales.catalogue_source import load_catalogue

_FASTER = 200


class HurriedTime:
    """Time at two hundred times its speed."""

    def now(self) -> float:
        """Return the seconds of this clock."""
        return time.monotonic() * _FASTER

    async def sleep(self, seconds: float) -> None:
        """Return when this clock has gone so far."""
        await asyncio.sleep(seconds / _FASTER)


async def serve() -> None:
    """Poll until killed."""
    settings = load_settings(load_catalogue(ROOT))
    store = open_store(settings)
    assistant = compose(ROOT, store.ledger, settings.link_base)
    await register_notices(assistant, store.ledger)
    bots = Bots(assistant, store, settings, HurriedTime())
    await bots.introduce()
    async with bots.running():
        await asyncio.Event().wait()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(serve())
