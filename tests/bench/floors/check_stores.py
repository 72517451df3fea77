"""How the floor of a check reads and writes, by the raw drivers; each commit is waited for.

One by one: a look is one statement that reads and one that writes, which commits by itself.
Together: all looks that came while others were written go in one transaction. One thread writes to
SQLite, as only one can; PostgreSQL has sixteen connections that are never given back or reset.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

from tests.bench.floors.raw import Connection, open_connections, open_file

#: A customer, and their records by kind and subject.
Checked = tuple[str, dict[tuple[str, str], str]]
#: A row of the read log.
Log = tuple[str, str, int, str, str, str, str]
Consider = Callable[[Checked, str], tuple[Any, Log]]
_READ = """SELECT a.address_hash, a.customer_id, c.blocks, s.kind, s.subject, s.record
FROM addresses a JOIN customers c ON c.customer_id = a.customer_id
LEFT JOIN standing s ON s.customer_id = a.customer_id WHERE a.address_hash """
_LOG = "INSERT INTO read_log VALUES "
_PREFIX = "sqlite:///"
_Asked = tuple[str, str]


class Looking(Protocol):
    """Where standings are looked up."""

    async def open(self) -> None:
        """Connect."""
        ...

    async def look(self, digest: str, viewer: str) -> Any:  # noqa: ANN401 - whatever is answered
        """Return the answer about an address; it is in the read log by then."""
        ...


def open_store(url: str, consider: Consider, *, together: bool) -> Looking:
    """Return where to look."""
    single: Looking
    if url.startswith(_PREFIX):
        single = _File(Path(url.removeprefix(_PREFIX)), consider)
        return _Together(single, single.many) if together else single
    server = _Server(url, consider)
    return _Together(server, server.many) if together else server


class _Together:
    """All that came while others were answered go at once."""

    def __init__(self, store: Looking, many: Callable[[Sequence[_Asked]], Any]) -> None:
        self.open, self._many = store.open, many
        self._waiting: list[tuple[_Asked, asyncio.Future[Any]]] = []
        self._task: asyncio.Task[None] | None = None

    async def look(self, digest: str, viewer: str) -> Any:  # noqa: ANN401
        answer = asyncio.get_running_loop().create_future()
        self._waiting.append(((digest, viewer), answer))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._answer())
        return await answer

    async def _answer(self) -> None:
        while self._waiting:
            taken, self._waiting = self._waiting, []
            answers = await self._many([asked for asked, _ in taken])
            for (_, answer), found in zip(taken, answers, strict=True):
                answer.set_result(found)


class _File:
    """A store in SQLite."""

    def __init__(self, file: Path, consider: Consider) -> None:
        self._file, self._consider = file, consider
        self._writer = ThreadPoolExecutor(max_workers=1)
        self._read, self._write = f"{_READ} = ?", f"{_LOG} (?, ?, ?, ?, ?, ?, ?)"

    async def open(self) -> None:
        self._store: sqlite3.Connection = await self._in_thread(open_file, self._file)

    async def look(self, digest: str, viewer: str) -> Any:  # noqa: ANN401
        return await self._in_thread(self._look, digest, viewer)

    async def many(self, asked: Sequence[_Asked]) -> list[Any]:
        """Answer several in one transaction."""
        found: list[Any] = await self._in_thread(self._looks, asked)
        return found

    async def _in_thread(self, work: Callable[..., Any], *words: object) -> Any:  # noqa: ANN401
        return await asyncio.get_running_loop().run_in_executor(self._writer, work, *words)

    def _look(self, digest: str, viewer: str) -> Any:  # noqa: ANN401
        rows = self._store.execute(self._read, (digest,)).fetchall()
        answer, log = self._consider(_person(rows), viewer)
        self._store.execute(self._write, log)
        return answer

    def _looks(self, asked: Sequence[_Asked]) -> list[Any]:
        self._store.execute("BEGIN IMMEDIATE")
        answers = [self._look(digest, viewer) for digest, viewer in asked]
        self._store.execute("COMMIT")
        return answers


class _Server:
    """A store in PostgreSQL."""

    def __init__(self, url: str, consider: Consider) -> None:
        self._url, self._consider = url, consider
        self._free: asyncio.LifoQueue[Connection] = asyncio.LifoQueue()
        self._read, self._write = f"{_READ} = $1", f"{_LOG} ($1, $2, $3, $4, $5, $6, $7)"
        self._all = f"{_READ} = ANY($1)"

    async def open(self) -> None:
        for connection in await open_connections(self._url):
            self._free.put_nowait(connection)

    async def look(self, digest: str, viewer: str) -> Any:  # noqa: ANN401
        connection = await self._free.get()
        try:
            rows = await connection.fetch(self._read, digest)
            answer, log = self._consider(_person(rows), viewer)
            await connection.execute(self._write, *log)
        finally:
            self._free.put_nowait(connection)
        return answer

    async def many(self, asked: Sequence[_Asked]) -> list[Any]:
        """Answer several: all are read at once, and written in one transaction."""
        connection = await self._free.get()
        try:
            rows = await connection.fetch(self._all, list({digest for digest, _ in asked}))
            people: dict[str, list[Any]] = {}
            for row in rows:
                people.setdefault(row[0], []).append(row)
            found = [self._consider(_person(people[digest]), viewer) for digest, viewer in asked]
            # One transaction by itself.
            await connection.executemany(self._write, [log for _, log in found])
        finally:
            self._free.put_nowait(connection)
        return [answer for answer, _ in found]


def _person(rows: Iterable[Any]) -> Checked:
    """Return whom the rows are about; there is somebody, or the floor was asked wrongly."""
    records: dict[tuple[str, str], str] = {}
    customer = ""
    for _, who, _, kind, subject, record in rows:
        customer = who
        if kind is not None:
            records[kind, subject] = record
    if not customer:
        raise LookupError("nobody has this address")
    return customer, records
