"""The least that any server must do for one check: read who it is, judge, write it down, answer.

`python -m tests.bench.floors.single_check TOLD`: one route on the server and framework that the
product runs on, the raw driver, the same rows read, the same read-log row, the same answer; one
commit for each answer, or (`together`) one for all that came meanwhile. Tokens are known by heart;
nothing is counted or limited, nothing but this one question can be asked.
"""

from __future__ import annotations

import asyncio
import gc
import hashlib
import hmac
import json
import re
import sys
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import uvicorn
from litestar import Litestar, Request, Response, post
from litestar.exceptions import NotAuthorizedException
from litestar.params import JSONBody

from storage.ids import uuid7
from tests.bench.floors.check_stores import Checked, Log, open_store

_NUMBER = re.compile(r"\+371[2-9]\d{7}")
_QUESTION = "offers/sms"
_FRESH = {"cache-control": "no-store"}


class Question(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What is asked."""

    number: str
    purposes: list[str]
    channel: str

    def __post_init__(self) -> None:
        """Take nothing but what this program can answer."""
        if not _NUMBER.fullmatch(self.number) or self.purposes != ["offers"]:
            raise ValueError("another question")


class About(msgspec.Struct, kw_only=True):
    """What the reason is about."""

    kind: str
    id: str


class Answer(msgspec.Struct, kw_only=True):
    """What is answered; the same as the product does."""

    allowed: bool
    reason: str
    camara_reason: str | None
    about: About | None
    since: datetime | None
    until: datetime | None
    decision: str | None
    asked_at: datetime


class Marked(msgspec.Struct):
    """The part of a decision that counts here."""

    at: datetime
    decision: str


class Standing(msgspec.Struct):
    """The part of a record that counts here."""

    yes: Marked | None = None
    no: Marked | None = None


_decode = msgspec.json.Decoder(Standing).decode
_NONE = Standing()


def judge(records: Mapping[tuple[str, str], str], now: datetime) -> Answer:
    """Return whether offers may be sent by SMS: a no at or after the yes stops them."""
    offers = _decode(records["purpose", "offers"]) if ("purpose", "offers") in records else _NONE
    sms = _decode(records["channel", "sms"]) if ("channel", "sms") in records else _NONE
    if offers.no and (not offers.yes or offers.no.at >= offers.yes.at):
        return _no("withdrawn", "DENIED", About(kind="purpose", id="offers"), offers.no, now)
    if not offers.yes:
        return _no("never_asked", "PENDING", About(kind="purpose", id="offers"), None, now)
    if not sms.yes:
        return _no("channel_unset", "PENDING", About(kind="channel", id="sms"), None, now)
    return Answer(
        allowed=True,
        reason="allowed",
        camara_reason=None,
        about=About(kind="purpose", id="offers"),
        since=offers.yes.at,
        until=None,
        decision=offers.yes.decision,
        asked_at=now,
    )


def _no(reason: str, camara: str, about: About, by: Marked | None, now: datetime) -> Answer:
    return Answer(
        allowed=False,
        reason=reason,
        camara_reason=camara,
        about=about,
        since=by.at if by else None,
        until=None,
        decision=by.decision if by else None,
        asked_at=now,
    )


def consider(found: Checked, viewer: str) -> tuple[Answer, Log]:
    """Return the answer about somebody, and the row of their read log."""
    now = datetime.now(UTC)
    customer, records = found
    answer = judge(records, now)
    at = time.time_ns() // 1000
    row = (customer, uuid7(now), at, viewer, "check", _QUESTION, answer.reason)
    return answer, row


def application(told: Mapping[str, Any]) -> Litestar:
    """Return the one route there is."""
    key, holders = bytes.fromhex(told["index"]), told["holders"]
    store = open_store(told["store"], consider, together=told["together"])

    @post("/api/v1/check", status_code=200)
    async def check(request: Request[Any, Any, Any], data: JSONBody[Question]) -> Response[Answer]:
        secret = request.headers.get("authorization", "").removeprefix("Bearer ")
        holder = holders.get(hashlib.sha256(secret.encode()).hexdigest())
        if holder is None:
            raise NotAuthorizedException("This token is not good.")
        digest = hmac.digest(key, f"lmt\0msisdn\0{data.number}".encode(), "sha256").hex()
        return Response(await store.look(digest, f"system:{holder}"), headers=_FRESH)

    return Litestar([check], on_startup=[store.open], openapi_config=None)


def main(words: Iterable[str]) -> None:
    """Serve until told to stop, as `consent serve` does."""
    (file,) = words
    told = json.loads(Path(file).read_text(encoding="utf-8"))
    server = application(told)
    gc.freeze()
    config = uvicorn.Config(
        server,
        port=told["port"],
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
    )
    asyncio.run(uvicorn.Server(config).serve())


if __name__ == "__main__":
    main(sys.argv[1:])
