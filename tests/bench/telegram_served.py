"""`consent serve` with bots whose pace is a thousand times as fast; nothing else is changed.

Telegram takes thirty messages a second from a bot, so that is all that a bot sends: measured as it
is, both sides of a comparison would wait for the same clock.

`python -m tests.bench.telegram_served`: settings from the environment.
"""

from __future__ import annotations

import asyncio
import time

import uvicorn

from app.composition import compose
from app.server import build_server
from app.serving import server_config, settle
from app.settings import load_settings
from app.store import open_store
from app.telegram_door import Bots
from locales import ROOT
from locales.catalogue_source import load_catalogue

_FASTER = 1_000


class HurriedTime:
    """Time at a thousand times its speed."""

    def now(self) -> float:
        """Return the seconds of this clock."""
        return time.monotonic() * _FASTER

    async def sleep(self, seconds: float) -> None:
        """Return when this clock has gone so far."""
        await asyncio.sleep(seconds / _FASTER)


async def serve() -> None:
    """Serve until told to stop."""
    settings = load_settings(load_catalogue(ROOT))
    store = open_store(settings)
    assistant = compose(
        ROOT,
        store.ledger,
        settings.link_base,
        texting=settings.texting,
        batches=store.batches,
        public=bool(settings.public_url),
    )
    bots = Bots(assistant, store, settings, HurriedTime())
    await bots.introduce()
    settle()
    server = build_server(assistant, store, settings, bots)
    await uvicorn.Server(server_config(server, settings)).serve()


if __name__ == "__main__":
    asyncio.run(serve())
