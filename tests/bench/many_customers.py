"""Stores of any number of customers, whose standings are real and whose chains are none.

Every second or so allows offers by SMS, each decided at moments of their own. Numbers are found by
the store's own hash, so that the product answers about them as about anybody.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from consent.notices import Form
from consent.ports import Address, AddressKind
from locales import ROOT
from locales.notice_lock import read_lock
from storage.database import open_database
from storage.ids import uuid7
from storage.key_file import load_root_keys
from storage.keys import recognise
from storage.moments import to_store
from storage.vault import Vault
from tests.bench.floors.raw import connect
from tests.bench.stores import file_of, is_file

CHUNK = 20_000
#: In place of what is sealed: nobody could open it anyway.
_SEALED = os.urandom(80)
BRAND = "lmt"
_BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
_COLUMNS = {
    "customers": (
        *("customer_id", "brand", "created_at", "wrapped_key", "head", "length", "blocks"),
    ),
    "addresses": (
        *("address_hash", "customer_id", "brand", "kind", "sealed_address"),
        *("proof_kind", "proof_level", "proven_at"),
    ),
    "standing": ("customer_id", "kind", "subject", "record"),
}
_Rows = dict[str, list[tuple[object, ...]]]


def number(index: int) -> str:
    """Return the n-th customer's number."""
    return f"+371{20_000_000 + index * 7 % 9_999_991:08}"


def open_keys(url: str, key_file: Path) -> tuple[Vault, bytes]:
    """Return the vault of a store, and the key of its address index; make both where new."""
    keys = load_root_keys(key_file, create=True)
    database = open_database(url)
    usual, index = database.write_now(lambda c: recognise(Vault(*keys).roots, c))
    database.close_now()
    return Vault(*keys, usual=usual, index=index), index


def grow(url: str, key_file: Path, customers: int) -> bytes:
    """Fill a store that has its tables; return the key of its address index."""
    vault, index = open_keys(url, key_file)
    notice = read_lock(ROOT).current("lmt", "offers", "lv", Form.CHAT).fingerprint
    steps = range(0, customers, CHUNK)
    chunks = (_rows(vault, range(n, min(n + CHUNK, customers)), notice) for n in steps)
    if is_file(url):
        _fill_file(file_of(url), chunks)
    else:
        asyncio.run(_fill_server(url, chunks))
    return index


def _fill_file(file: Path, chunks: Iterator[_Rows]) -> None:
    with closing(sqlite3.connect(file)) as store:
        for chunk in chunks:
            for table, rows in chunk.items():
                names = _COLUMNS[table]
                places = ",".join("?" * len(names))
                store.executemany(
                    f"INSERT INTO {table} ({','.join(names)}) VALUES ({places})",  # noqa: S608
                    rows,
                )
            store.commit()
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")


async def _fill_server(url: str, chunks: Iterator[_Rows]) -> None:
    store = await connect(url)
    try:
        for chunk in chunks:
            for table, rows in chunk.items():
                await store.copy_records_to_table(table, records=rows, columns=_COLUMNS[table])
        await store.execute("VACUUM ANALYZE")
    finally:
        await store.close()


def _rows(vault: Vault, some: range, notice: str) -> _Rows:
    found: _Rows = {table: [] for table in _COLUMNS}
    owners, addresses, standing = found.values()
    for n in some:
        at = _BEGUN + timedelta(seconds=n)
        customer, moment = uuid7(at), to_store(at)
        digest = vault.address_hash(BRAND, Address(AddressKind.MSISDN, number(n)))
        owners.append((customer, BRAND, moment, _SEALED, "0" * 64, 3, "{}"))
        addresses.append((digest, customer, BRAND, "msisdn", _SEALED, "sms", 1, moment))
        standing += [(customer, *row) for row in records(n, at, notice)]
    return found


def records(n: int, at: datetime, notice: str) -> list[tuple[str, str, str]]:
    """Return kind, subject and record of what the n-th customer has decided, as they are stored.

    Written out by hand: millions of them are made.
    """

    def mark(later: int, shown: str = "null") -> str:
        moment = at + timedelta(seconds=later)
        return (
            f'{{"at":"{moment:%Y-%m-%dT%H:%M:%S}Z","decision":"{uuid7(moment)}","door":"sms",'
            f'"actor":"customer","notice":{shown},"until":null}}'
        )

    def record(first: str, asked: str, yes: str, no: str) -> str:
        return (
            f'{{"asked":{asked},"yes":{yes},"no":{no},"paused":null,"unset":null,'
            f'"first_yes":{first},"service":[]}}'
        )

    text = f'"{notice}"'
    first = [f'"{at + timedelta(seconds=s):%Y-%m-%dT%H:%M:%S}Z"' for s in (1, 2)]
    no = mark(500) if n % 5 == 1 else "null"
    found = [("purpose", "offers", record(first[0], mark(0, text), mark(1, text), no))]
    if n % 10 < 6:
        found.append(("channel", "sms", record(first[1], "null", mark(2, text), "null")))
    found.append(("channel", "email", record("null", "null", "null", mark(3))))
    return found
