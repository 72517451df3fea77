"""The real command, serving in a folder of its own: what a newcomer gets from `make run`."""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

COMMAND = Path(sys.executable).parent / "consent"
#: Far longer than it ever takes; only a server that does not start at all waits so long.
PATIENCE = 60.0
_LOOK_AGAIN = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A running server."""

    url: str
    folder: Path
    process: subprocess.Popen[bytes]
    #: Seconds from the start of the process until it said that it is ready.
    readiness: float
    #: Mebibytes of memory it then held.
    memory: float
    #: What it had said on standard error by then.
    grumble: str

    @property
    def printed(self) -> str:
        """What the command has printed so far."""
        return (self.folder / "out.txt").read_text(encoding="utf-8")

    def counted(self, database: str = "demo.db") -> dict[str, int]:
        """Return how many rows each table of a store in the folder has."""
        path = self.folder / "var" / database
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as store:
            tables = store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            names = [name for (name,) in tables]
            counts = {n: store.execute(f'SELECT count(*) FROM "{n}"') for n in names}  # noqa: S608
            return {name: int(count.fetchone()[0]) for name, count in counts.items()}

    @contextmanager
    def store_gone(self) -> Iterator[None]:
        """Move the demo store away while the server runs, and put it back."""
        store = self.folder / "var" / "demo.db"
        away = store.with_suffix(".away")
        store.rename(away)
        try:
            yield
        finally:
            away.rename(store)


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def serving(folder: Path, host: str = "127.0.0.1", **settings: str) -> Iterator[Served]:
    """Run `consent serve` in a folder, with only these settings, until it is no longer needed."""
    port = free_port()
    kept = {k: v for k, v in os.environ.items() if not k.startswith("CONSENT_")}
    environment = kept | {"CONSENT_PORT": str(port)} | settings
    with (folder / "out.txt").open("wb") as out, (folder / "err.txt").open("wb") as err:
        begun = time.monotonic()
        process = subprocess.Popen(
            [str(COMMAND), "serve"], cwd=folder, env=environment, stdout=out, stderr=err
        )
        try:
            _wait_until_ready(process, f"http://{host}:{port}", folder)
            yield Served(
                url=f"http://{host}:{port}",
                folder=folder,
                process=process,
                readiness=time.monotonic() - begun,
                memory=resident(process.pid),
                grumble=(folder / "err.txt").read_text(encoding="utf-8"),
            )
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _wait_until_ready(process: subprocess.Popen[bytes], url: str, folder: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        said = (folder / "err.txt").read_text(encoding="utf-8")
        assert process.poll() is None, f"the server ended: {said}"
        try:
            if httpx.get(f"{url}/readyz").status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            time.sleep(_LOOK_AGAIN)
    raise AssertionError("the server was never ready")


def resident(pid: int) -> float:
    """Return the mebibytes of memory a process holds."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024
