"""`consent serve` as a process that is killed, frozen, and whose store goes away."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.sms.fake_twilio_api import Account, FakeTwilio, Network
from tests.sms.fake_twilio_carrier import Answer, Headers

PUBLIC = "https://piekrisana.lv"
_STARTS_WITHIN = 60


class Road(Network):
    """The way to the process, which knows how much is on it."""

    def __init__(self, reach: dict[str, str]) -> None:
        """Begin empty."""
        super().__init__(reach)
        self.busy = 0

    async def post(self, url: str, body: bytes, headers: Headers) -> Answer:
        """See `Carrier.post`."""
        self.busy += 1
        try:
            return await super().post(url, body, headers)
        finally:
            self.busy -= 1


@dataclass(slots=True, kw_only=True)
class Served:
    """The process, its settings and its store."""

    folder: Path
    port: int
    environment: dict[str, str]
    _process: Process | None = field(default=None, repr=False)

    @property
    def store(self) -> Path:
        """The folder that holds the ledger and nothing else."""
        return self.folder / "store"

    @property
    def ledger(self) -> Path:
        """The file of the ledger."""
        return self.store / "soak.db"

    @asynccontextmanager
    async def alive(self) -> AsyncIterator[None]:
        """Run the process; kill -9 it in the end."""
        command = Path(sys.executable).with_name("consent")
        kept = {k: v for k, v in os.environ.items() if not k.startswith("CONSENT_")}
        with (self.folder / "served.log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                command,
                "serve",
                cwd=self.folder,
                env=kept | self.environment,
                stdout=log,
                stderr=log,
            )
        self._process = process
        try:
            await self._listening(process)
            yield
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def _listening(self, process: Process) -> None:
        async with asyncio.timeout(_STARTS_WITHIN):
            while True:
                assert process.returncode is None, (self.folder / "served.log").read_text()
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                except OSError:
                    await asyncio.sleep(0.05)
                else:
                    writer.close()
                    return

    async def lose_the_store(self, seconds: float) -> None:
        """Take the store away from under the process for a while, as a disk that drops out."""
        away = self.folder / "away"
        self.store.rename(away)
        await asyncio.sleep(seconds)
        away.rename(self.store)

    async def freeze(self, seconds: float) -> None:
        """Let the process do nothing for a while."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(seconds)
        self._process.send_signal(signal.SIGCONT)


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def open_process(
    folder: Path, port: int, twilio: FakeTwilio, lines: Mapping[str, tuple[Account, str, str]]
) -> Served:
    """Return a process that is still to be run.

    :param lines: by brand, its account, its number and its opt-out mode.
    """
    environment = {
        "CONSENT_DATABASE_URL": f"sqlite:///{folder}/store/soak.db",
        "CONSENT_ROOT_KEY_FILE": f"{folder}/root.key",
        "CONSENT_PUBLIC_URL": PUBLIC,
        "CONSENT_PORT": str(port),
        "CONSENT_TWILIO_API_URL": twilio.url,
    }
    for brand, (account, number, opt_out) in lines.items():
        prefix = f"CONSENT_{brand.upper()}_TWILIO"
        environment |= {
            f"{prefix}_ACCOUNT_SID": account.sid,
            f"{prefix}_AUTH_TOKEN": account.auth_token,
            f"{prefix}_SENDER": number,
            f"{prefix}_OPT_OUT": opt_out,
        }
    return Served(folder=folder, port=port, environment=environment)
