"""The least that any program must do for a list: read CSV, hash, join, judge, write CSV and log.

`python -m tests.bench.floors.list_check STORE INDEX IN OUT BLOCKED`: the raw driver, one statement
that reads and one transaction for each twenty thousand numbers, the same log of who was looked at.
It knows one way to write a number and one question.
"""

from __future__ import annotations

import asyncio
import csv
import gc
import hashlib
import itertools
import json
import os
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from tests.bench.floors.raw import open_connections, open_file

CHUNK = 20_000
#: As the product: nothing here makes rings of objects, and looking for them takes its time.
_OBJECTS = 200_000
_COLUMNS = "a.address_hash, a.customer_id, c.blocks, s.kind, s.subject, s.record"
_JOINED = """JOIN customers c ON c.customer_id = a.customer_id
LEFT JOIN standing s ON s.customer_id = a.customer_id
AND s.subject IN ('offers', 'loyalty_offers', 'sms', 'service')"""
#: Both look customers up in the order of their ids: the quickest way that was found.
_FOUND = """WITH a AS MATERIALIZED (SELECT a.address_hash, a.customer_id FROM {} AS wanted(value)
JOIN addresses a ON a.address_hash = wanted.value ORDER BY a.customer_id)"""
_FROM_FILE = f"""{_FOUND.format("json_each(?)").replace("wanted(value)", "wanted")}
SELECT {_COLUMNS} FROM a {_JOINED}"""  # noqa: S608
_FROM_SERVER = f"""{_FOUND.format("json_array_elements_text($1::json)")}
SELECT {_COLUMNS} FROM a {_JOINED}"""  # noqa: S608
_LOG = "INSERT INTO list_looks VALUES "
_PREFIX = "sqlite:///"
_Rows = Sequence[Sequence[Any]]
_Logs = list[tuple[int, str, int, str, bytes]]
#: Reads what stands of addresses; what it is given is then called with that and returns the log.
_Chunk = Callable[[list[str], Callable[[_Rows], _Logs]], Awaitable[None]]


class Hashes:
    """HMAC-SHA-256 of numbers, with the key's own part done once."""

    def __init__(self, key: bytes) -> None:
        """Take the key of the address index."""
        padded = key.ljust(64, b"\0")
        self._inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded))
        self._outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in padded))

    def of(self, written: str) -> str:
        """Return the hash of a number as it is written in the list."""
        number = written.replace(" ", "")
        number = number if number[0] == "+" else f"+371{number}"
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(f"lmt\0msisdn\0{number}".encode())
        outer.update(inner.digest())
        return outer.hexdigest()


def judged(
    listed: Sequence[list[str]], digests: Sequence[str], rows: _Rows
) -> tuple[list[list[str]], list[list[str]], dict[str, list[bytes]]]:
    """Return what is allowed, what is not and why, and who was looked at."""
    found: dict[str, tuple[str, dict[str, Any]]] = {}
    for digest, customer, _, _, subject, record in rows:
        owner = found.setdefault(digest, (customer, {}))
        if subject:
            owner[1][subject] = msgspec.json.decode(record)
    looked: dict[str, list[bytes]] = {}
    allowed, blocked = [], []
    for row, digest in zip(listed, digests, strict=True):
        reason, since, owned = "unknown_address", "", found.get(digest)
        if owned is not None:
            offers, sms = owned[1].get("offers", {}), owned[1].get("sms", {})
            reason = "allowed"
            if not offers.get("yes"):
                reason = "never_asked"
            elif offers.get("no") and offers["no"]["at"] >= offers["yes"]["at"]:
                reason, since = "withdrawn", offers["no"]["at"]
            elif not sms.get("yes"):
                reason = "channel_unset"
            who = bytes.fromhex(owned[0][19:].replace("-", ""))
            looked.setdefault(owned[0][-2:], []).append(who + bytes([reason != "allowed"]))
        if reason == "allowed":
            allowed.append(row)
        else:
            blocked.append([*row, reason, since])
    return allowed, blocked, looked


async def run(store: str, index: bytes, listed: Path, out: Path, no: Path) -> None:
    """Check the whole list."""
    hashes, check = Hashes(index), f"floor-{os.getpid()}"
    chunk = await _opened(store)
    with listed.open(newline="") as source, out.open("w") as yes, no.open("w") as other:
        reader, writers = csv.reader(source), (csv.writer(yes), csv.writer(other))
        header = next(reader)
        writers[0].writerow(header)
        writers[1].writerow([*header, "reason", "since"])
        for number, some in enumerate(_chunks(reader)):
            digests = [hashes.of(row[1]) for row in some]
            found: list[tuple[list[list[str]], list[list[str]]]] = []

            def logs(
                rows: _Rows,
                some: list[list[str]] = some,
                digests: list[str] = digests,
                number: int = number,
                found: list[tuple[list[list[str]], list[list[str]]]] = found,
            ) -> _Logs:
                allowed, blocked, looked = judged(some, digests, rows)
                found.append((allowed, blocked))
                return [
                    (int(part, 16), check, number, "lmt", b"".join(sorted(who)))
                    for part, who in looked.items()
                ]

            await chunk(digests, logs)
            for writer, lines in zip(writers, found[0], strict=True):
                writer.writerows(lines)


def _chunks(reader: Iterator[list[str]]) -> Iterator[list[list[str]]]:
    while some := list(itertools.islice(reader, CHUNK)):
        yield some


async def _opened(url: str) -> _Chunk:
    if url.startswith(_PREFIX):
        return _on_file(Path(url.removeprefix(_PREFIX)))
    return await _on_server(url)


def _on_file(file: Path) -> _Chunk:
    store = open_file(file)

    async def chunk(digests: list[str], logs: Callable[[_Rows], _Logs]) -> None:
        store.execute("BEGIN IMMEDIATE")
        rows = store.execute(_FROM_FILE, [json.dumps(sorted(digests))])
        found = logs(rows)  # type: ignore[arg-type] # a cursor is gone through once, like a list
        store.executemany(f"{_LOG} (?, ?, ?, ?, ?)", found)
        store.execute("COMMIT")

    return chunk


async def _on_server(url: str) -> _Chunk:
    (store,) = await open_connections(url, 1)

    async def chunk(digests: list[str], logs: Callable[[_Rows], _Logs]) -> None:
        async with store.transaction():
            found = logs(await store.fetch(_FROM_SERVER, json.dumps(sorted(digests))))
            await store.executemany(f"{_LOG} ($1, $2, $3, $4, $5)", found)

    return chunk


def main() -> None:
    """Check a list."""
    gc.set_threshold(_OBJECTS)
    store, index, *files = sys.argv[1:]
    listed, out, no = map(Path, files)
    asyncio.run(run(store, bytes.fromhex(index), listed, out, no))


if __name__ == "__main__":
    main()
