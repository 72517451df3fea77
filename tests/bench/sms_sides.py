"""The two servers that are compared: `consent serve`, and the floor that writes what it writes."""

from __future__ import annotations

import json
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from storage.database import open_database
from tests.bench.floors.sms_turn import connect
from tests.bench.sms_customers import PATH, PUBLIC, TOKEN
from tests.bench.sms_plan import SETTINGS, Plan
from tests.playground.served import PATIENCE, free_port, serving

_HOME = Path(__file__).parents[2]
#: What is committed survives a loss of power: each commit is waited for.
_DURABLE = {"synchronous": 2, "journal_mode": "wal"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A running server and its store."""

    name: str
    url: str
    pid: int
    file: Path


@contextmanager
def product(folder: Path) -> Iterator[Side]:
    """Run `consent serve` in a folder of its own.

    :raises AssertionError: a connection as it opens them does not wait for the disk.
    """
    with serving(folder, **SETTINGS) as served:
        file = folder / "var" / "consent.db"
        database = open_database(f"sqlite:///{file}")
        assert _DURABLE == database.write_now(_pragmas)
        database.close_now()
        yield Side(name="product", url=served.url, pid=served.process.pid, file=file)


def _pragmas(store: Connection | sqlite3.Connection) -> dict[str, object]:
    run = store.exec_driver_sql if isinstance(store, Connection) else store.execute
    return {name: next(iter(run(f"PRAGMA {name}")))[0] for name in _DURABLE}


@contextmanager
def floor(folder: Path, plan: Plan) -> Iterator[Side]:
    """Run the floor in a folder of its own.

    :raises AssertionError: a connection as it opens them does not wait for the disk.
    """
    port, file, told = free_port(), folder / "floor.db", folder / "plan.json"
    words = {"port": port, "url": f"{PUBLIC}{PATH}", "token": TOKEN, "file": str(file)}
    words |= {"shape": plan.shape, "messages": plan.messages()}
    told.write_text(json.dumps(words), encoding="utf-8")
    program = [sys.executable, "-m", "tests.bench.floors.sms_turn", str(told)]
    with subprocess.Popen(program, cwd=_HOME) as process:
        try:
            _wait_for(port, process)
            with closing(connect(file)) as store:
                assert _DURABLE == _pragmas(store)
            yield Side(name="floor", url=f"http://127.0.0.1:{port}", pid=process.pid, file=file)
        finally:
            process.terminate()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        assert process.poll() is None, "the floor ended"
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.02)
        else:
            return
    raise AssertionError("the floor was never ready")
