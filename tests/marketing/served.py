"""The door on a socket, for clients that know nothing of our loop."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path

import uvicorn

from app.composition import register_notices
from app.rate_limits import Quota, Quotas
from tests.marketing.list_stage import Lists
from tests.marketing.stage import Stage, number, staged

#: Nothing is refused for being too much.
_GENEROUS = Quotas(**{one.name: Quota(name=one.name, most=10**6) for one in fields(Quotas)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """Where it is, what lets in, and what stands in its paths."""

    url: str
    headers: dict[str, str]
    #: A case and a list check there is, by the names that paths have for them.
    names: dict[str, str]


@contextmanager
def served(folder: Path) -> Iterator[Served]:
    """Return a door with some customers behind it, served by a thread until left."""
    ready, ended = threading.Event(), threading.Event()
    found: list[Served] = []

    async def run() -> None:
        async with staged(folder, quotas=_GENEROUS) as stage:
            listening = socket.create_server(("127.0.0.1", 0))
            port = listening.getsockname()[1]
            headers, names = await _settled(stage, folder)
            app = stage.client._app  # type: ignore[attr-defined]
            server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
            serving = asyncio.create_task(server.serve(sockets=[listening]))
            found.append(Served(url=f"http://127.0.0.1:{port}", headers=headers, names=names))
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


async def _settled(stage: Stage, folder: Path) -> tuple[dict[str, str], dict[str, str]]:
    await register_notices(stage.assistant, stage.store.ledger)
    await stage.give(number(), "offers", "sms")
    await stage.give("+123456789", "offers", "sms")
    await stage.says(number(), "I want to talk to a person", "m1")
    (filed,) = await stage.store.cases.waiting("lmt")
    headers = await stage.token()
    checked = await Lists(stage, headers, folder / "lists").checked(f"phone\n{number()}\n")
    return headers, {"reference": filed.case.id, "check_id": checked["id"], "name": "allowed"}
