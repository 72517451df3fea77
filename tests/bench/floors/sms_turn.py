"""The least that any server must do for an SMS: take it, check who sent it, write, answer.

`python -m tests.bench.floors.sms_turn TOLD`: one route on the server and event loop that the
product runs on; the provider's own check; the raw driver; one commit for each message. It decides
and reads nothing: it is told which rows a message writes, as they were found in the product's
store.
"""

from __future__ import annotations

import asyncio
import gc
import hashlib
import json
import os
import sys
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import uvicorn
from multidict import MultiDict
from twilio.request_validator import HMAC_SHA1, RequestValidator

from tests.bench.floors.writers import open_writer

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

    def __init__(self, told: Mapping[str, Any]) -> None:
        """Be ready to answer every message it was told of."""
        self._check = RequestValidator(told["token"])
        self._url = told["url"]
        self._turns = {said: _turn(written) for said, written in told["messages"].items()}
        self._store = open_writer(told["store"])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self._begin(receive, send)
            return
        form = await self._authenticated(scope, receive)
        if form is None:
            await _respond(send, 403, b"")
            return
        turn = self._turns[form["Body"]]
        number = form["From"]
        known = {
            "customer": f"01920000-0000-7000-8000-{number[1:]:0>12}",
            "address": hashlib.sha256(number.encode()).hexdigest(),
            "message": form["MessageSid"],
        }
        rows = [(sql, [_value(value, known) for value in row]) for sql, row in turn.statements]
        await self._store.write(rows)
        await _respond(send, 200, turn.answer)

    async def _begin(self, receive: Receive, send: Send) -> None:
        await receive()
        await self._store.open()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})

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


def _value(value: _Value, known: Mapping[str, str]) -> str | float | bytes | None:
    if not isinstance(value, Mapping):
        return value
    return known[value["of"]] if "of" in value else os.urandom(value["random"])


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
    told = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    floor = Floor(told)
    gc.freeze()
    config = uvicorn.Config(
        floor,
        port=told["port"],
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        lifespan="on",
        access_log=False,
    )
    asyncio.run(uvicorn.Server(config).serve())


if __name__ == "__main__":
    main()
