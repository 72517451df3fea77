"""What a turn writes, found by playing every message once, and told to the floor.

It is played in this process, on a store of its own, at the SMS door alone: so nothing that the
server does of its own accord is taken for part of a turn.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import httpx
from litestar import Litestar

from app.bench_turn import CONVERSATIONS
from app.composition import compose
from app.settings import load_settings
from app.sms_door import sms_routes
from app.store import open_store
from locales import ROOT
from locales.catalogue_source import load_catalogue
from tests.bench.durable_rows import Rows, Written, rows_in, written
from tests.bench.sms_customers import OURS, PATH, PUBLIC, TOKEN, Call, conversation

#: One brand with a sender, whose every message is ours to answer.
SETTINGS = {
    "CONSENT_PUBLIC_URL": PUBLIC,
    "CONSENT_LMT_TWILIO_AUTH_TOKEN": TOKEN,
    "CONSENT_LMT_TWILIO_SENDER": OURS,
    "CONSENT_LMT_TWILIO_OPT_OUT": "off",
}
_EMPTY = b'<?xml version="1.0" encoding="UTF-8"?><Response></Response>'
#: Columns by which the rows of one customer or message differ from those of another.
_OWN = {"customer_id": "customer", "address_hash": "address", "message_id": "message"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What one message wrote, and the bytes of its answer between `<Message` and its end."""

    rows: tuple[Written, ...]
    letters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the floor is to do."""

    #: By message.
    turns: dict[str, Turn]

    def messages(self) -> dict[str, Any]:
        """Return the turns as the floor reads them."""
        return {said: _told(turn) for said, turn in self.turns.items()}

    @property
    def tables(self) -> set[str]:
        """Return the tables to which turns add rows."""
        return {row.table for turn in self.turns.values() for row in turn.rows if row.is_new}

    def inserted(self, answered: Mapping[str, int]) -> Counter[str]:
        """Return how many new rows tables must have after so many answers to each message."""
        found: Counter[str] = Counter()
        for said, times in answered.items():
            for row in self.turns[said].rows:
                found[row.table] += times * row.is_new
        return found


def learned(folder: Path) -> Plan:
    """Return what the product's turns write, on a store in this folder."""
    return asyncio.run(_learned(folder))


async def _learned(folder: Path) -> Plan:
    file = folder / "learned.db"
    environment = SETTINGS | {"CONSENT_DATABASE_URL": f"sqlite:///{file}"}
    settings = load_settings(load_catalogue(ROOT), environment, folder / "no.env")
    store = open_store(settings)
    assistant = compose(ROOT, store.ledger, settings.link_base, texting=settings.texting)
    door = Litestar([*sms_routes(assistant, store, settings)], logging_config=None)
    transport = httpx.ASGITransport(cast("Any", door))
    try:
        async with httpx.AsyncClient(transport=transport, base_url=PUBLIC) as client:
            return Plan(turns=await turns_of(client, file))
    finally:
        await store.database.close()


async def turns_of(client: httpx.AsyncClient, file: Path) -> dict[str, Turn]:
    """Return what every message of the conversations writes, by playing each of them once.

    A first message counts only when it is met with silence, as all but two a second are in a run:
    who was never heard of is answered up to so many times a minute.
    """
    found: dict[str, Turn] = {}
    for place in range(len(CONVERSATIONS)):
        customer, before = place, rows_in(file)
        while (turn := await _turn(client, file, conversation(customer)[0], before)).letters:
            customer, before = customer + len(CONVERSATIONS), rows_in(file)
        first, *others = conversation(customer)
        found[first.said] = turn
        for call in others:
            found[call.said] = await _turn(client, file, call, rows_in(file))
    return found


async def _turn(
    client: httpx.AsyncClient, file: Path, call: Call, before: Mapping[str, Rows]
) -> Turn:
    answer = await client.post(PATH, content=call.body, headers=call.headers)
    assert answer.status_code == httpx.codes.OK, answer.text
    letters = len(answer.content) - len(_EMPTY) - len(b"<Message></Message>")
    return Turn(rows=tuple(written(before, rows_in(file))), letters=max(letters, 0))


def _told(turn: Turn) -> dict[str, Any]:
    names = Names()
    return {"statements": [statement(row, names) for row in turn.rows], "letters": turn.letters}


class Names:
    """What stands in a plan in place of one customer's own ids and hashes, in order met."""

    def __init__(self) -> None:
        """Nothing was met yet."""
        self._met: dict[str, list[object]] = {}

    def of(self, kind: str, value: object) -> dict[str, Any]:
        """Return the place of a value: the same for the same one."""
        met = self._met.setdefault(kind, [])
        if value not in met:
            met.append(value)
        return {"of": kind, "n": met.index(value)}


def statement(row: Written, names: Names) -> tuple[str, list[Any]]:
    """Return what writes a row like this one: its own keys, random bytes for what is sealed."""
    columns = {**row.key, **row.values} if row.is_new else {**row.values, **row.key}
    values = [_value(name, value, names) for name, value in columns.items()]
    if row.is_new:
        places = ", ".join("?" * len(columns))
        return f"INSERT INTO {row.table} ({', '.join(columns)}) VALUES ({places})", values  # noqa: S608
    changed = ", ".join(f"{name} = ?" for name in row.values)
    mine = " AND ".join(f"{name} = ?" for name in row.key)
    return f"UPDATE {row.table} SET {changed} WHERE {mine}", values  # noqa: S608


def removal(row: Written, names: Names) -> tuple[str, list[Any]]:
    """Return what takes a row like this one away."""
    mine = " AND ".join(f"{name} = ?" for name in row.key)
    values = [_value(name, value, names) for name, value in row.key.items()]
    return f"DELETE FROM {row.table} WHERE {mine}", values  # noqa: S608


def _value(name: str, value: object, names: Names) -> object:
    if name in _OWN and value:
        return names.of(_OWN[name], value)
    return {"random": len(value)} if isinstance(value, bytes) else value
