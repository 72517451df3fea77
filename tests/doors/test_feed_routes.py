"""`GET /api/v1/feed` over real HTTP semantics: who may read, in what parts, and how to wait."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import Litestar
from litestar.openapi import OpenAPIConfig

from app.feed_routes import feed_routes
from app.system_access import system_guard
from consent.access import Token, TokenScope, digest_of
from consent.feed import cursor_of
from storage import schema
from storage.feed import SqlFeed
from storage.migration import migrate
from storage.sqlite import SqliteDatabase
from storage.tokens import SqlTokens
from tests.journeys.harness import AppClient, open_house
from tests.journeys.set_clock import SetClock
from tests.store.feeds import history, number, relay, rows, says
from tests.store.stores import VAULT

PATH = "/api/v1/feed"


@dataclass(eq=False, slots=True)
class Stage:
    """A store, and a client of what is served from it."""

    database: SqliteDatabase
    clock: SetClock
    client: httpx.AsyncClient

    async def decide(self, *customers: int, brand: str = "lmt") -> None:
        """Let customers say STOP, two decisions each, and hand them on."""
        for who in customers:
            await says(self.database, f"m{who}", who, brand=brand)
        await relay(self.database).move(self.clock.now())

    async def get(self, *, reader: str = "lmt", **asked: str | int) -> httpx.Response:
        """Ask for a page, with the token of a reader."""
        headers = {"authorization": f"Bearer cst_{reader}"} if reader else {}
        return await self.client.get(PATH, params=asked, headers=headers)

    async def page(
        self, *, reader: str = "lmt", **asked: str | int
    ) -> tuple[list[dict[str, Any]], str]:
        """Return the events of a page, and its cursor."""
        answer = await self.get(reader=reader, **asked)
        assert 200 == answer.status_code, answer.text
        return answer.json()["events"], answer.json()["cursor"]


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """Return a served feed with a token for each brand, and one for something else."""
    database, clock = SqliteDatabase(f"sqlite:///{tmp_path}/feed.db"), SetClock()
    migrate(database)
    tokens = SqlTokens(database)
    for brand, scope in (
        ("lmt", TokenScope.FEED),
        ("amigo", TokenScope.FEED),
        ("texts", TokenScope.TEXTS),
    ):
        token = Token(
            id=brand,
            brand=brand,
            holder=f"{brand} CRM",
            scopes=frozenset({scope}),
            created_at=clock.now(),
            expires_at=clock.now() + timedelta(days=1),
        )
        await tokens.add(token, digest_of(f"cst_{brand}"))
    guard = system_guard(tokens, clock, TokenScope.FEED)
    routes = feed_routes(SqlFeed(database, VAULT), clock, guards=[guard])
    openapi = OpenAPIConfig(title="Consent store", version="1", path="/api/v1")
    async with AppClient(Litestar(routes, openapi_config=openapi)) as client:
        yield Stage(database=database, clock=clock, client=client)
    await database.close()


async def test_everything_is_read_from_page_to_page(stage: Stage) -> None:
    """Each page says what to go on after; at the end there is nothing, and the same cursor."""
    await stage.decide(1, 2, 3)
    found: list[dict[str, Any]] = []
    events, cursor = await stage.page(limit=4)
    while events:
        found += events
        events, cursor = await stage.page(limit=4, after=cursor)
    chains = [await history(stage.database, who) for who in (1, 2, 3)]
    assert [d.id for chain in chains for d in chain] == [event["id"] for event in found]
    assert ([], cursor) == await stage.page(after=cursor)
    await stage.decide(4)
    assert 2 == len((await stage.page(after=cursor))[0])


async def test_an_event_is_what_a_hook_is_told(stage: Stage) -> None:
    """A CloudEvent with the customer's number and the pseudonym."""
    await stage.decide(1)
    (first, _), _ = await stage.page()
    (decision, _) = await history(stage.database, 1)
    assert ("1.0", decision.customer) == (first["specversion"], first["subject"])
    data = first["data"]
    assert ([number(1).value], 1) == (data["numbers"], data["position"])
    assert ({"kind": "purpose", "id": "offers"}, "refused") == (data["about"], data["action"])


async def test_a_token_reads_its_own_brand_s_feed(stage: Stage) -> None:
    """The brand comes from the token; another brand's cursor leads nowhere (law 7)."""
    await stage.decide(1)
    await stage.decide(1, brand="amigo")
    for brand in ("lmt", "amigo"):
        events, _ = await stage.page(reader=brand)
        assert [brand] * 2 == [event["data"]["brand"] for event in events]
    _, cursor = await stage.page()
    assert 400 == (await stage.get(reader="amigo", after=cursor)).status_code


async def test_one_can_begin_with_what_is_new(stage: Stage) -> None:
    """`after=end` shows nothing and says where the future begins."""
    await stage.decide(1)
    events, cursor = await stage.page(after="end")
    assert [] == events
    assert [] == await rows(stage.database, schema.read_log)
    await stage.decide(2)
    events, _ = await stage.page(after=cursor)
    assert [[number(2).value]] * 2 == [event["data"]["numbers"] for event in events]


async def test_an_empty_feed_has_a_cursor_too(stage: Stage) -> None:
    """Who comes first waits from there."""
    assert ([], cursor_of("lmt", 0)) == await stage.page()
    assert ([], cursor_of("lmt", 0)) == await stage.page(after="end")


async def test_waiting_ends_with_the_first_news(stage: Stage) -> None:
    """Who waits learns of a STOP at once, not at the end of the time."""
    waiting = asyncio.create_task(stage.page(wait=30))
    await asyncio.sleep(0.3)
    await stage.decide(1)
    events, _ = await asyncio.wait_for(waiting, 1)
    assert 2 == len(events)


async def test_waiting_in_vain_ends(stage: Stage) -> None:
    """After the time asked for there is a page without events."""
    begun = asyncio.get_running_loop().time()
    assert ([], cursor_of("lmt", 0)) == await stage.page(wait=1)
    assert 1 <= asyncio.get_running_loop().time() - begun < 3


@pytest.mark.parametrize(
    "asked",
    [
        {"after": "nonsense"},
        {"after": "5"},
        {"after": "END"},
        {"after": "x" * 5_000},
        {"after": "ā"},
        {"after": cursor_of("amigo", 1)},
        {"after": cursor_of("lmt", 2**63)},
        {"limit": 0},
        {"limit": 501},
        {"limit": "many"},
        {"wait": -1},
        {"wait": 31},
    ],
    ids=lambda asked: str(asked)[:40],
)
async def test_bad_questions_are_problems(stage: Stage, asked: dict[str, str | int]) -> None:
    """What cannot be asked is a problem detail that names the parameter (RFC 9457)."""
    answer = await stage.get(**asked)  # type: ignore[arg-type]
    problem = answer.json()
    assert (400, "application/problem+json", "INVALID_ARGUMENT", "Bad Request") == (
        answer.status_code,
        answer.headers["content-type"],
        problem["code"],
        problem["title"],
    )
    assert next(iter(asked)) in problem["detail"]


@pytest.mark.parametrize(
    ("reader", "status", "code"),
    [
        pytest.param("", 401, "UNAUTHENTICATED", id="none"),
        pytest.param("other", 401, "UNAUTHENTICATED", id="unknown"),
        pytest.param("texts", 403, "PERMISSION_DENIED", id="for-something-else"),
    ],
)
async def test_only_who_has_a_token_for_it_may_read(
    stage: Stage, reader: str, status: int, code: str
) -> None:
    """The guards decide before anything is read, and refuse in the same form."""
    await stage.decide(1)
    answer = await stage.get(reader=reader)
    assert (status, code) == (answer.status_code, answer.json()["code"])
    assert "application/problem+json" == answer.headers["content-type"]
    assert "event" not in answer.text
    assert [] == await rows(stage.database, schema.read_log)


async def test_who_has_read_is_noted_with_each_customer(stage: Stage) -> None:
    """A line a page and customer, with the system's name (law 9); reading nothing leaves none."""
    await stage.decide(1, 2)
    _, cursor = await stage.page()
    await stage.page(after=cursor)
    looks = await rows(stage.database, schema.read_log)
    assert {("system:lmt CRM", "feed", "2 decisions")} == {
        (look.viewer, look.reason_of_look, look.answer) for look in looks
    }
    customers = {(await history(stage.database, who))[0].customer for who in (1, 2)}
    assert customers == {look.customer_id for look in looks}
    assert 2 == len(looks)


async def test_a_store_that_is_gone_is_a_problem(stage: Stage) -> None:
    """Nothing is shown, and who asks is told to come back."""
    await stage.decide(1)
    await stage.page()
    away = stage.database.file.with_suffix(".away")
    stage.database.file.rename(away)
    answer = await stage.get()
    assert (503, "UNAVAILABLE", "10") == (
        answer.status_code,
        answer.json()["code"],
        answer.headers["retry-after"],
    )
    away.rename(stage.database.file)
    assert 2 == len((await stage.page())[0])


async def test_the_route_is_described(stage: Stage) -> None:
    """OpenAPI names the parameters, the page and the problem."""
    described = (await stage.client.get("/api/v1/openapi.json")).json()
    operation = described["paths"][PATH]["get"]
    assert {"after", "limit", "wait"} == {p["name"] for p in operation["parameters"]}
    assert {"200", "400", "401", "403", "429", "500", "503"} == operation["responses"].keys()
    assert {"numbers", "position", "about", "action"} <= set(
        described["components"]["schemas"]["Said"]["properties"]
    )
    assert ["application/problem+json"] == [*operation["responses"]["400"]["content"]]


async def test_the_server_serves_and_fills_it(tmp_path: Path) -> None:
    """What an SMS decides is read from the same server, with nothing else running."""
    house = open_house(tmp_path, "lmt")
    async with house.client:
        token = Token(
            id="t",
            brand="lmt",
            holder="CRM",
            scopes=frozenset({TokenScope.FEED}),
            created_at=house.clock.now(),
            expires_at=house.clock.now() + timedelta(days=1),
        )
        await house.store.tokens.add(token, digest_of("cst_t"))
        await house.sms("STOP", "SM1")
        headers = {"authorization": "Bearer cst_t"}
        answer = await house.client.get(PATH, params={"wait": "5"}, headers=headers)
        decisions = await house.decisions()
    assert [d.id for d in decisions] == [e["id"] for e in json.loads(answer.content)["events"]]
