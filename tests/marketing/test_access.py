"""Nobody sees what is not theirs: every route of the server with every wrong token and brand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Select, select

from consent.access import TokenScope
from storage import schema
from tests.marketing.api_table import ASKS, NUMBER, PUBLIC, WORDS, Known, Route, routes_of
from tests.marketing.list_stage import Lists
from tests.marketing.stage import DAY, Stage, number, whole

CHECK, BATCH = ("POST", "/api/v1/check"), ("POST", "/api/v1/check/batch")
SOME = ("POST", "/api/v1/audience")
ONE = {"number": NUMBER, "purposes": ["offers"], "channel": "sms"}
#: What is kept of customers, or because somebody looked at them.
_KEPT = ("decisions", "standing", "cases", "read_log", "list_checks", "list_looks", "addresses")


@pytest.fixture
async def known(tmp_path: Path) -> AsyncIterator[Known]:
    """Return a whole server where both brands have customers and cases, and LMT checked a list."""
    async with whole(tmp_path) as stage:
        await stage.give(NUMBER, "offers", "sms")
        await stage.give(number(1), "offers", "sms", brand="amigo")
        await stage.says(number(1), WORDS, "a1", brand="amigo")
        cases = {}
        for index, name in enumerate(("show", "answer", "extend", "close")):
            await stage.says(number(10 + index), WORDS, f"m{index}")
            (*_, filed) = await stage.store.cases.waiting("lmt")
            cases[name] = filed.case.id
            stage.clock.wait(24)
        maker = await stage.token("maker", TokenScope.CHECK, holder="maker")
        checked = await Lists(stage, maker, tmp_path / "lists").checked(f"phone\n{NUMBER}\n")
        yield Known(stage=stage, cases=cases, check=checked["id"])


async def _kept(stage: Stage, brand: str | None = None) -> dict[str, Any]:
    """Return all that is kept, of one brand or of both."""
    owners = schema.customers
    mine = select(owners.c.customer_id)
    if brand is not None:
        mine = mine.where(owners.c.brand == brand)
    found: dict[str, Any] = {}
    for name in _KEPT:
        table = schema.metadata.tables[name]
        query = select(table)
        if "customer_id" in table.c:
            query = query.where(table.c.customer_id.in_(mine))
        elif brand is not None:
            query = query.where(table.c.brand == brand)
        rows = await stage.store.database.read(partial(_rows, query))
        found[name] = sorted(map(repr, rows))
    return found


def _rows(query: Select[Any], connection: Connection) -> list[Any]:
    return list(connection.execute(query))


async def test_every_route_of_the_server_is_tried(known: Known) -> None:
    """A route without a question here fails; what needs no token is the description alone."""
    app = known.stage.client._app  # type: ignore[attr-defined]
    assert ASKS.keys() | PUBLIC == routes_of(app)
    for _, path in PUBLIC:
        answer = await known.stage.client.get(path)
        assert not [mark for mark in known.marks() if mark in answer.text]


async def test_the_right_token_is_let_in(known: Known) -> None:
    """A token with the one scope that it takes is enough."""
    found: dict[Route, int] = {}
    for index, (route, ask) in enumerate(ASKS.items()):
        good = await known.stage.token(f"good{index}", ask.scope, holder="maker")
        answer = await known.ask(route, good)
        found[route] = answer.status_code
        assert "ratelimit" in answer.headers, route
    assert {route: ask.status for route, ask in ASKS.items()} == found


@pytest.mark.parametrize(
    "said",
    ["", "Bearer", "Bearer ", "Bearer cst_other", "Basic Y3N0X2dvb2Q=", "cst_good", "Bearer ā"],
)
async def test_without_a_good_token_nobody_is_let_in(known: Known, said: str) -> None:
    """None, another scheme, an unknown one: 401, nobody was looked at and nothing changed."""
    await known.stage.token("good")
    before = await _kept(known.stage)
    headers = {"authorization": said.encode()} if said else {}
    for route in ASKS:
        answer = await known.ask(route, headers)
        assert (401, "UNAUTHENTICATED") == (answer.status_code, answer.json()["code"]), route
        assert answer.headers["www-authenticate"].startswith("Bearer")
    assert before == await _kept(known.stage)


async def test_what_has_ended_opens_nothing(known: Known) -> None:
    """Expired and revoked look like unknown, at every route."""
    expired = await known.stage.token("expired", days=-0.5)
    revoked = await known.stage.token("revoked", revoked=True)
    before = await _kept(known.stage)
    for route in ASKS:
        unknown = {"authorization": "Bearer cst_unknown"}
        answers = [await known.ask(route, said) for said in (expired, revoked, unknown)]
        assert [401] * 3 == [answer.status_code for answer in answers], route
        assert 1 == len({answer.text for answer in answers}), route
    assert before == await _kept(known.stage)


async def test_a_token_ends_by_the_clock(known: Known) -> None:
    """Good until its last moment, and not at it."""
    good = await known.stage.token("good", holder="maker")
    assert 200 == (await known.ask(CHECK, good)).status_code
    known.stage.clock.moment += DAY
    assert {401} == {(await known.ask(route, good)).status_code for route in ASKS}


async def test_every_other_scope_is_refused(known: Known) -> None:
    """A token for all else together is not one for this."""
    before = await _kept(known.stage)
    for scope in TokenScope:
        others = await known.stage.token(f"not-{scope}", *set(TokenScope) - {scope})
        for route in [route for route, ask in ASKS.items() if ask.scope is scope]:
            answer = await known.ask(route, others)
            assert (403, "PERMISSION_DENIED") == (answer.status_code, answer.json()["code"]), route
    assert before == await _kept(known.stage)


async def test_the_other_brand_s_anything_does_not_exist(known: Known) -> None:
    """The brand comes from the token: nothing of LMT's is told, looked at or changed."""
    amigo = await known.stage.token("amigo", brand="amigo", holder="maker")
    before, marks = await _kept(known.stage, "lmt"), known.marks()
    for route in ASKS:
        answer = await known.ask(route, amigo)
        assert not [mark for mark in marks if mark in answer.text], route
        assert 'allowed":true' not in answer.text, route
        assert '"statusValidForProcessing":true' not in answer.text, route
        if "{" in route[1]:
            assert (404, "NOT_FOUND") == (answer.status_code, answer.json()["code"]), route
    assert before == await _kept(known.stage, "lmt")


async def test_another_brand_s_decisions_are_refused_one_by_one(known: Known) -> None:
    """What names LMT is no entry of Amigo's."""
    amigo = await known.stage.token("amigo", brand="amigo")
    for path in ("/api/v1/decisions", "/api/v1/service-events"):
        (outcome,) = (await known.ask(("POST", path), amigo)).json()["outcomes"]
        assert ("refused", "another_brand") == (outcome["outcome"], outcome["code"])


@pytest.mark.parametrize(
    ("route", "body"),
    [
        (CHECK, ONE | {"brand": "amigo"}),
        (CHECK, ONE | {"brand": "nobody"}),
        (BATCH, {"questions": [ONE, ONE | {"brand": "amigo"}]}),
        (BATCH, {"questions": [ONE | {"number": "x"}, ONE | {"brand": "amigo"}]}),
        (SOME, {"brand": "amigo"}),
        (("POST", "/api/v1/sms/lint"), {"text": "A", "brand": "amigo", "sender": "A"}),
    ],
)
async def test_to_name_another_brand_is_refused(
    known: Known, route: Route, body: dict[str, Any]
) -> None:
    """Whoever means another brand learns that this token is not for it, before anything else."""
    before = await _kept(known.stage)
    answer = await known.ask(route, await known.stage.token(), body)
    assert (403, "PERMISSION_DENIED") == (answer.status_code, answer.json()["code"])
    assert before == await _kept(known.stage)


async def test_to_name_one_s_own_brand_is_fine(known: Known) -> None:
    """A system for both brands can say which it means."""
    answer = await known.stage.check(await known.stage.token(), number=NUMBER, brand="lmt")
    assert answer.json()["allowed"]
