"""How many single checks are answered a second over HTTP, by sixty-four callers at a time.

Beside two floors on the same server and framework (`floors/single_check.py`): one that commits
each answer by itself, which the aim is about, and one that commits all that came meanwhile at
once, as the product does. All write the same row to the read log, which is counted.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from app.bench_figures import Aim, Figure
from app.bench_scope import Place, Scope
from consent.access import Token, TokenScope, digest_of
from storage.database import open_database
from storage.ids import uuid7
from storage.tokens import SqlTokens
from tests.bench import turns
from tests.bench.http_load import Said, Talks, request
from tests.bench.many_customers import BRAND, grow, number
from tests.bench.sides import Run, Side, drive, floor, product
from tests.bench.stores import counted, home

CALLERS = 64
_AIM = Aim(least=0.8, of_ratio=True)
#: Different requests; asked again and again, of customers spread over the whole store.
_REQUESTS = 4_096
_PATH = "/api/v1/check"
_PUBLIC = "https://consent.example"
FLOOR, TOGETHER = "floor", "floor, committing together"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The sides, ready to be asked."""

    sides: tuple[Side, ...]
    #: Secrets of the tokens, one a caller.
    secrets: tuple[str, ...]
    customers: int

    def talks(self) -> Talks:
        """Return what all callers ask."""
        step = max(self.customers // _REQUESTS, 1)
        asked = range(0, self.customers, step)
        holders = self.secrets
        return Talks(
            talks=[
                [Said("check", _request(holders[at % len(holders)], who))]
                for at, who in enumerate(asked)
            ],
            again=True,
        )


def check(scope: Scope) -> Iterator[Figure]:
    """Measure on each store."""
    for place in scope.places:
        customers = scope.of(10_000, 50_000, 1_000_000)
        folder = scope.folder / f"check-{place.name}"
        folder.mkdir()
        with opened(place, folder, customers) as stage:
            require_same_answers(stage)
            talks = stage.talks()
            found = turns.compare(stage.sides, partial(driven, talks), scope.pace)
            note = f"{CALLERS} callers, {customers} customers; one commit an answer by the floor"
            row = f"single check, {place.name}"
            yield turns.figure(row, found, floor=FLOOR, aim=_AIM, note=note)
            note = "beside a floor that commits together all that came meanwhile (no aim)"
            row = f"  the same, {place.name}, coalescing floor"
            yield turns.figure(row, found, floor=TOGETHER, aim=None, note=note)


@contextmanager
def opened(place: Place, folder: Path, customers: int, *, ours: bool = True) -> Iterator[Stage]:
    """Fill a store, and start each side on a copy of its own."""
    with ExitStack() as stack:
        stores = stack.enter_context(home(place, folder))
        store, key = stores.fresh(), folder / "root.key"
        index = grow(store, key, customers)
        known = {secrets.token_hex(16): f"bench {n}" for n in range(CALLERS)}
        asyncio.run(_let_in(store, known))
        holders = {digest_of(secret): holder for secret, holder in known.items()}
        told = {"index": index.hex(), "holders": holders}
        sides = []
        if ours:
            settings = {"CONSENT_ROOT_KEY_FILE": str(key), "CONSENT_PUBLIC_URL": _PUBLIC}
            ours_ = product(folder / "product", stores.copy(store), **settings)
            sides.append(stack.enter_context(ours_))
        for name, together in ((FLOOR, False), (TOGETHER, True)):
            words: dict[str, Any] = {**told, "together": together}
            mine = folder / f"floor-{together}"
            least = floor(mine, "single_check", stores.copy(store), words, name)
            sides.append(stack.enter_context(least))
        yield Stage(sides=tuple(sides), secrets=tuple(known), customers=customers)


def driven(talks: Talks, side: Side, seconds: float) -> Run:
    """Let all callers ask one side.

    :raises AssertionError: the read log has not exactly one row for each answer.
    """
    before = counted(side.store, "read_log")
    run = drive(side, talks, seconds=seconds, callers=CALLERS)
    grown = counted(side.store, "read_log") - before
    assert grown.total() == run.answers.calls, f"{side.name}: {grown} for {run.answers.calls}"
    return run


def require_same_answers(stage: Stage, some: int = 40) -> None:
    """Go on only if all sides say the same, but for the moment at which they were asked.

    :raises AssertionError: they do not.
    """
    for who in range(some):
        found = [_answer(side, stage.secrets[0], who) for side in stage.sides]
        assert all(one == found[0] for one in found), found


def _answer(side: Side, secret: str, who: int) -> dict[str, Any]:
    said = Request(  # noqa: S310 - our own server
        f"{side.url}{_PATH}", data=_body(who), headers=_headers(secret), method="POST"
    )
    with urlopen(said) as answer:  # noqa: S310
        found: dict[str, Any] = json.load(answer)
    assert found.pop("asked_at")
    return found


def _request(secret: str, who: int) -> bytes:
    return request(_PATH, _body(who), _headers(secret))


def _headers(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}


def _body(who: int) -> bytes:
    asked = {"number": number(who), "purposes": ["offers"], "channel": "sms"}
    return json.dumps(asked).encode()


async def _let_in(store: str, known: dict[str, str]) -> None:
    database, now = open_database(store), datetime.now(UTC)
    tokens = SqlTokens(database)
    for secret, holder in known.items():
        token = Token(
            id=uuid7(now),
            brand=BRAND,
            holder=holder,
            scopes=frozenset({TokenScope.CHECK}),
            created_at=now,
            expires_at=now + timedelta(days=1),
        )
        await tokens.add(token, digest_of(secret))
    await database.close()
