"""The door on a socket, for clients that know nothing of our loop."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from app.rate_limits import Quota, Quotas
from tests.marketing.stage import Stage, number, staged

_GENEROUS = Quotas(
    check=Quota(name="check", most=10**6),
    batch=Quota(name="batch", most=10**6),
    audience=Quota(name="audience", most=10**6),
    consent_info=Quota(name="consent-info", most=10**6),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """Where it is, and what lets in."""

    url: str
    headers: dict[str, str]


@contextmanager
def served(folder: Path) -> Iterator[Served]:
    """Return a door with some customers behind it, served by a thread until left."""
    ready, ended = threading.Event(), threading.Event()
    found: list[Served] = []

    async def run() -> None:
        async with staged(folder, quotas=_GENEROUS) as stage:
            listening = socket.create_server(("127.0.0.1", 0))
            port = listening.getsockname()[1]
            headers = await _settled(stage)
            app = stage.client._app  # type: ignore[attr-defined]
            server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
            serving = asyncio.create_task(server.serve(sockets=[listening]))
            found.append(Served(url=f"http://127.0.0.1:{port}", headers=headers))
            ready.set()
            await asyncio.to_thread(ended.wait)
            server.should_exit = True
            await serving
            listening.close()

    thread = threading.Thread(target=asyncio.run, args=(run(),))
    thread.start()
    try:
        assert ready.wait(60)
        yield found[0]
    finally:
        ended.set()
        thread.join()


async def _settled(stage: Stage) -> dict[str, str]:
    await stage.give(number(), "offers", "sms")
    await stage.give("+123456789", "offers", "sms")
    return await stage.token()
