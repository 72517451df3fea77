"""The least that any server must do for an SMS: take it, check who sent it, write, answer.

`python -m tests.bench.floors.sms_turn PLAN`: one route on the server and event loop that the
product runs on; the provider's own check; the raw driver; one commit for each message. It decides
nothing: the plan says which rows a message writes, as they were found in the product's store.
"""

from __future__ import annotations

import asyncio
import gc
import hashlib
import json
import os
import sqlite3
import sys
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import uvicorn
from multidict import MultiDict
from twilio.request_validator import HMAC_SHA1, RequestValidator

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Scope]]
Send = Callable[[Scope], Awaitable[None]]
#: A plan's values: itself, or what differs by message: `{"random": 96}`, `{"of": "customer"}`.
_Value = str | int | float | None | Mapping[str, Any]

_PATH = "/sms/lmt/inbound"
_SIGNATURE = b"x-twilio-signature"
_BEGIN = b'<?xml version="1.0" encoding="UTF-8"?><Response>'
_END = b"</Response>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What one message writes and how it is answered."""

    statements: tuple[tuple[str, tuple[_Value, ...]], ...]
    answer: bytes


class Floor:
    """An ASGI application."""

    def __init__(self, plan: Mapping[str, Any]) -> None:
        """Be ready to answer every message of the plan; the file is made anew."""
        self._check = RequestValidator(plan["token"])
        self._url = plan["url"]
        self._turns = {said: _turn(written) for said, written in plan["messages"].items()}
        self._writer = ThreadPoolExecutor(max_workers=1)
        file, shape = Path(plan["file"]), plan["shape"]
        self._store: sqlite3.Connection = self._writer.submit(make, file, shape).result()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        form = await self._authenticated(scope, receive)
        if form is None:
            await _respond(send, 403, b"")
            return
        turn = self._turns[form["Body"]]
        loop = asyncio.get_running_loop()
        number, message = form["From"], form["MessageSid"]
        await loop.run_in_executor(self._writer, self._write, turn, number, message)
        await _respond(send, 200, turn.answer)

    async def _authenticated(self, scope: Scope, receive: Receive) -> MultiDict[str] | None:
        event = await receive()
        body = event["body"]
        while event.get("more_body"):
            event = await receive()
            body += event["body"]
        signature = dict(scope["headers"]).get(_SIGNATURE, b"").decode("latin-1")
        form = MultiDict(parse_qsl(body.decode("ascii"), keep_blank_values=True))
        is_signed = self._check.validate(self._url, form, signature, HMAC_SHA1)
        return form if scope["path"] == _PATH and is_signed else None

    def _write(self, turn: Turn, number: str, message: str) -> None:
        known = {
            "customer": f"01920000-0000-7000-8000-{number[1:]:0>12}",
            "address": hashlib.sha256(number.encode()).hexdigest(),
            "message": message,
        }
        store = self._store
        store.execute("BEGIN IMMEDIATE")
        try:
            for sql, values in turn.statements:
                store.execute(sql, [_value(value, known) for value in values])
        except sqlite3.Error:
            store.execute("ROLLBACK")
            raise
        store.execute("COMMIT")


def _value(value: _Value, known: Mapping[str, str]) -> str | float | bytes | None:
    if not isinstance(value, Mapping):
        return value
    return known[value["of"]] if "of" in value else os.urandom(value["random"])


def make(file: Path, shape: list[str]) -> sqlite3.Connection:
    """Make an empty store of this shape and return the connection that writes to it."""
    store = connect(file)
    for sql in shape:
        store.execute(sql)
    return store


def connect(file: Path) -> sqlite3.Connection:
    """Open the store so that what is answered survives a loss of power."""
    store = sqlite3.connect(file, isolation_level=None)
    store.execute("PRAGMA journal_mode=WAL")
    store.execute("PRAGMA synchronous=FULL")
    return store


def _turn(written: Mapping[str, Any]) -> Turn:
    filling = b"<Message>%b</Message>" % (b"x" * int(written["letters"]))
    return Turn(
        statements=tuple((sql, tuple(values)) for sql, values in written["statements"]),
        answer=_BEGIN + filling + _END if written["letters"] else _BEGIN + _END,
    )


async def _respond(send: Send, status: int, body: bytes) -> None:
    length = str(len(body)).encode("ascii")
    headers = [(b"content-type", b"text/xml; charset=utf-8"), (b"content-length", length)]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def main() -> None:
    """Serve until told to stop, as `consent serve` does."""
    plan = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    floor = Floor(plan)
    gc.freeze()
    config = uvicorn.Config(
        floor,
        port=plan["port"],
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        lifespan="off",
    )
    asyncio.run(uvicorn.Server(config).serve())


if __name__ == "__main__":
    main()
