"""How long a list check takes, beside a floor in the same run: time and memory of both.

The floor is what nobody can do without, with the raw driver of SQLite: read the same CSV, hash the
numbers, join, read the records, write the same CSV and the log. Each runs in a process of its own.

    .venv/bin/python -m tests.bench.list_check [NUMBERS [CUSTOMERS [FOLDER]]]

makes the store in the folder, unless it is there already: 1 000 000 of 2 000 000 take minutes.
"""

from __future__ import annotations

import csv
import hashlib
import itertools
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from consent.decisions import DecisionId
from consent.ports import Address, AddressKind
from consent.standing import Mark, Record
from storage.database import open_database
from storage.ids import uuid7
from storage.key_file import load_root_keys
from storage.keys import recognise
from storage.migration import migrate
from storage.moments import to_store
from storage.vault import Vault

_CHUNK = 20_000
_BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
_NOTICE_OF = (
    "from locales import ROOT; from locales.notice_lock import read_lock; "
    "from consent.notices import Form; "
    "print(read_lock(ROOT).current('lmt', 'offers', 'lv', Form.CHAT).fingerprint)"
)
_QUERY = """SELECT a.address_hash, a.customer_id, c.blocks, s.kind, s.subject, s.record
FROM json_each(?) j JOIN addresses a ON a.address_hash = j.value
JOIN customers c ON c.customer_id = a.customer_id
LEFT JOIN standing s ON s.customer_id = a.customer_id
AND s.subject IN ('offers', 'loyalty_offers', 'sms', 'service')"""


def main() -> None:
    """Make the store, run both, print what they took."""
    if sys.argv[1:2] == ["--floor"]:
        _floor(*map(Path, sys.argv[2:]))
        return
    numbers = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    customers = int(sys.argv[2]) if len(sys.argv) > 2 else 2 * numbers
    if len(sys.argv) > 3:
        _measure(Path(sys.argv[3]), numbers, customers)
        return
    with tempfile.TemporaryDirectory() as folder:
        _measure(Path(folder), numbers, customers)


def _measure(folder: Path, numbers: int, customers: int) -> None:
    folder.mkdir(exist_ok=True)
    store, listed = folder / "consent.db", folder / f"list-{numbers}.csv"
    if not store.exists():
        _grow(store, customers)
    _write_list(listed, numbers, customers)
    environment = {**os.environ, "CONSENT_DATABASE_URL": f"sqlite:///{store}"}
    environment.pop("CONSENT_ROOT_KEY_FILE", None)
    ours = [str(Path(sys.executable).with_name("consent"))]
    for _ in range(3):
        rows: dict[str, Any] = {}
        for name, command in (
            ("floor", [sys.executable, "-m", "tests.bench.list_check", "--floor"]),
            ("ours", ours),
        ):
            out, no = folder / f"{name}-yes.csv", folder / f"{name}-no.csv"
            for file in (out, no):
                file.unlink(missing_ok=True)
            arguments = [str(part) for part in (store, listed, out, no)]
            if name == "ours":
                arguments = [
                    *("check-list", str(listed), "-o", str(out), "--blocked", str(no)),
                    *("--brand", "lmt", "--purpose", "offers", "--channel", "sms"),
                    *("--by", "bench", "--reason", "bench", "--json"),
                ]
            rows[name] = _run([*command, *arguments], environment)
            rows[name]["allowed"] = sum(1 for _ in out.open()) - 1
        rows["ratio"] = round(rows["ours"]["seconds"] / rows["floor"]["seconds"], 2)
        sys.stdout.write(json.dumps(rows) + "\n")
        sys.stdout.flush()


def _run(command: list[str], environment: dict[str, str]) -> dict[str, float]:
    begun = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begun
    if status:
        raise SystemExit(f"{command[0]} failed")
    processor = used.ru_utime + used.ru_stime
    return {
        "seconds": round(seconds, 2),
        "processor": round(processor, 2),
        "peak_mb": round(used.ru_maxrss / 1024),
    }


def _number(index: int) -> str:
    return f"+371{20_000_000 + index * 7 % 9_999_991:08}"


def _write_list(file: Path, numbers: int, customers: int) -> None:
    """Write numbers of which some are nobody's, in an order of their own, each fifth spaced."""
    dice = random.Random(1)  # noqa: S311 - the same list each time
    chosen = dice.sample(range(customers + customers // 10), numbers)
    with file.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["id", "phone", "name", "segment"])
        for row, index in enumerate(chosen):
            number = _number(index)
            if row % 5 == 0:
                number = f"{number[4:6]} {number[6:9]} {number[9:]}"
            writer.writerow([row, number, f"Customer {row}", "gold" if row % 3 else "silver"])


def _grow(store: Path, customers: int) -> None:
    """Make a store of customers of whom half allow offers by SMS, each at moments of their own."""
    database = open_database(f"sqlite:///{store}")
    keys = load_root_keys(store.parent / "root.key", create=True)
    migrate(database)
    usual, index = database.write_now(lambda c: recognise(Vault(*keys).roots, c))
    vault = Vault(*keys, usual=usual, index=index)
    database.close_now()
    fingerprint = subprocess.run(
        [sys.executable, "-c", _NOTICE_OF], check=True, capture_output=True, text=True
    ).stdout.strip()
    with sqlite3.connect(store) as raw:
        for start in range(0, customers, _CHUNK):
            _grow_some(raw, vault, range(start, min(start + _CHUNK, customers)), fingerprint)
            raw.commit()


def _grow_some(raw: sqlite3.Connection, vault: Vault, some: range, notice: str) -> None:
    owners, addresses, standing = [], [], []
    for n in some:
        at = _BEGUN + timedelta(seconds=n)
        customer, number = uuid7(at), _number(n)
        owners.append((customer, "lmt", to_store(at), os.urandom(80), "0" * 64, 3, "{}"))
        digest = vault.address_hash("lmt", Address(AddressKind.MSISDN, number))
        addresses.append(
            (digest, customer, "lmt", "msisdn", os.urandom(60), "sms", 1, to_store(at))
        )
        for kind, subject, record in _records(n, at, notice):
            standing.append((customer, kind, subject, msgspec.json.encode(record).decode()))
    raw.executemany(
        "INSERT INTO customers (customer_id, brand, created_at, wrapped_key, head, length, blocks)"
        " VALUES (?,?,?,?,?,?,?)",
        owners,
    )
    raw.executemany(
        "INSERT INTO addresses (address_hash, customer_id, brand, kind, sealed_address,"
        " proof_kind, proof_level, proven_at) VALUES (?,?,?,?,?,?,?,?)",
        addresses,
    )
    raw.executemany("INSERT INTO standing VALUES (?,?,?,?)", standing)


def _records(n: int, at: datetime, notice: str) -> list[tuple[str, str, object]]:
    def mark(later: int, shown: str | None = None) -> Mark:
        moment = at + timedelta(seconds=later)
        return Mark(
            at=moment,
            decision=DecisionId(uuid7(moment)),
            door="sms",
            actor="customer",
            notice=shown,
        )

    yes = Record(asked=mark(0, notice), yes=mark(1, notice), first_yes=mark(1).at)
    no = Record(asked=mark(0, notice), yes=mark(1, notice), first_yes=mark(1).at, no=mark(500))
    offers = no if n % 5 == 1 else yes
    found: list[tuple[str, str, object]] = [("purpose", "offers", offers)]
    if n % 10 < 6:
        found.append(("channel", "sms", Record(yes=mark(2, notice), first_yes=mark(2).at)))
    found.append(("channel", "email", Record(no=mark(3))))
    return found


def _floor(store: Path, listed: Path, out: Path, no: Path) -> None:
    """Do the least, with the raw driver."""
    keys = load_root_keys(store.parent / "root.key", create=False)
    database = open_database(f"sqlite:///{store}")
    _, index = database.write_now(lambda c: recognise(Vault(*keys).roots, c))
    database.close_now()
    key = index.ljust(64, b"\0")
    inner = hashlib.sha256(bytes(b ^ 0x36 for b in key))
    outer = hashlib.sha256(bytes(b ^ 0x5C for b in key))
    raw = sqlite3.connect(store, isolation_level=None)
    raw.execute("PRAGMA synchronous=FULL")
    with listed.open(newline="") as source, out.open("w") as yes, no.open("w") as other:
        reader = csv.reader(source)
        writers = (csv.writer(yes), csv.writer(other))
        header = next(reader)
        writers[0].writerow(header)
        writers[1].writerow([*header, "reason", "since"])
        number = 0
        while rows := list(itertools.islice(reader, _CHUNK)):
            _floor_chunk(raw, rows, (inner, outer), writers, number)
            number += 1


def _floor_chunk(  # noqa: C901
    raw: sqlite3.Connection,
    rows: list[list[str]],
    keys: tuple[Any, Any],
    writers: tuple[Any, Any],
    number: int,
) -> None:
    digests = []
    for row in rows:
        written = row[1].replace(" ", "")
        written = written if written[0] == "+" else "+371" + written
        inner, outer = keys[0].copy(), keys[1].copy()
        inner.update(f"lmt\0msisdn\0{written}".encode())
        outer.update(inner.digest())
        digests.append(outer.hexdigest())
    raw.execute("BEGIN IMMEDIATE")
    found: dict[str, tuple[str, str, dict[str, dict[str, dict[str, str]]]]] = {}
    for digest, customer, blocks, _, subject, record in raw.execute(_QUERY, [json.dumps(digests)]):
        if digest not in found:
            found[digest] = (customer, blocks, {})
        if subject:
            found[digest][2][subject] = msgspec.json.decode(record)
    parts: dict[str, list[bytes]] = {}
    allowed, blocked = [], []
    for row, digest in zip(rows, digests, strict=True):
        reason, since, owner = "unknown_address", "", found.get(digest)
        if owner is not None:
            offers, sms = owner[2].get("offers", {}), owner[2].get("sms", {})
            reason = "allowed"
            if not offers.get("yes"):
                reason = "never_asked"
            elif offers.get("no") and offers["no"]["at"] >= offers["yes"]["at"]:
                reason, since = "withdrawn", offers["no"]["at"]
            elif not sms.get("yes"):
                reason = "channel_unset"
            who = bytes.fromhex(owner[0][19:].replace("-", ""))
            parts.setdefault(owner[0][-2:], []).append(who + bytes([reason != "allowed"]))
        if reason == "allowed":
            allowed.append(row)
        else:
            blocked.append([*row, reason, since])
    raw.executemany(
        "INSERT INTO list_looks VALUES (?, ?, ?, 'lmt', ?)",
        [
            (int(part, 16), f"floor-{os.getpid()}", number, b"".join(sorted(who)))
            for part, who in parts.items()
        ],
    )
    raw.execute("COMMIT")
    writers[0].writerows(allowed)
    writers[1].writerows(blocked)


if __name__ == "__main__":
    main()
