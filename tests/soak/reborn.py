"""`consent serve`, killed and born again in a fifth of a second (see `nursery`)."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from tests.soak.served import Served

_HOME_IN_TIME = 60
_KILLED = signal.SIGKILL.value


@dataclass(slots=True, kw_only=True)
class Reborn:
    """A server that can be born as often as one likes."""

    served: Served
    _nursery: Process
    _child: int = 0

    async def born(self) -> None:
        """Begin a life, and wait for nothing."""
        self._child = int(await self._told("serve"))

    async def ready(self) -> None:
        """Wait until doors are open and the store answers."""
        url = f"http://127.0.0.1:{self.served.port}/readyz"
        async with asyncio.timeout(_HOME_IN_TIME), httpx.AsyncClient() as client:
            while True:
                try:
                    if (await client.get(url)).is_success:
                        return
                except httpx.TransportError:
                    assert os.path.exists(f"/proc/{self._child}"), self.log()  # noqa: PTH110
                await asyncio.sleep(0.01)

    async def killed(self) -> None:
        """End a life by SIGKILL."""
        os.kill(self._child, signal.SIGKILL)
        status = int(await self._told("bury"))
        assert status == _KILLED, f"it had ended by itself ({status}): {self.log()}"

    def log(self) -> str:
        """Return what all lives have complained of."""
        return (self.served.folder / "served.log").read_text(encoding="utf-8")

    async def _told(self, word: str) -> str:
        pipes = self._nursery
        assert pipes.stdin is not None
        assert pipes.stdout is not None
        pipes.stdin.write(f"{word}\n".encode())
        answer = await pipes.stdout.readline()
        assert answer, self.log()
        return answer.decode()


@asynccontextmanager
async def reborn(served: Served) -> AsyncIterator[Reborn]:
    """Return a server that is still to be born; whoever lives in the end is killed."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("CONSENT_")}
    with (served.folder / "served.log").open("ab") as log:
        nursery = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.soak.nursery",
            env=kept | served.environment,
            stdin=PIPE,
            stdout=PIPE,
            stderr=log,
        )
    found = Reborn(served=served, _nursery=nursery)
    assert nursery.stdout is not None
    try:
        assert b"ready\n" == await nursery.stdout.readline(), found.log()
        yield found
    finally:
        if found._child and os.path.exists(f"/proc/{found._child}"):  # noqa: PTH110
            os.kill(found._child, signal.SIGKILL)
        nursery.kill()
        await nursery.wait()
