"""`POST /api/v1/sms/lint` over real HTTP semantics: who may ask, what is answered."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from litestar import Litestar
from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException, PermissionDeniedException
from litestar.handlers import BaseRouteHandler
from litestar.openapi import OpenAPIConfig

from app.lint_route import lint_routes
from tests.journeys.harness import AppClient
from tests.sms.ad_checks import ad_desk

PATH = "/api/v1/sms/lint"
ASKED = {"text": "LMT: tikai šodien. Atteikties: STOP 1", "brand": "lmt", "sender": "+37120000000"}
STAFF = {"authorization": "Bearer staff"}


def _staff_only(connection: ASGIConnection[Any, Any, Any, Any], _to: BaseRouteHandler) -> None:
    token = connection.headers.get("authorization")
    if token is None:
        raise NotAuthorizedException("A token is needed.")
    if token != STAFF["authorization"]:
        raise PermissionDeniedException("This token is not for texts.")


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """Return a client of a server that lets staff in."""
    openapi = OpenAPIConfig(title="Marketing", version="1", path="/api/v1")
    routes = lint_routes(ad_desk(), guards=[_staff_only])
    async with AppClient(Litestar(routes, openapi_config=openapi)) as found:
        yield found


async def _ask(client: httpx.AsyncClient, **changes: object) -> httpx.Response:
    asked = {k: v for k, v in (ASKED | changes).items() if v is not ...}
    return await client.post(PATH, json=asked, headers=STAFF)


async def test_a_sound_text_has_no_findings(client: httpx.AsyncClient) -> None:
    """The answer has the figures of the text, and nothing to mend."""
    answer = await _ask(client, price=0.05)
    assert (200, "application/json") == (answer.status_code, answer.headers["content-type"])
    assert {
        "language": "lv",
        "encoding": "UCS-2",
        "parts": 1,
        "characters": 37,
        "left": 33,
        "cost_per_1000": 50.0,
        "findings": [],
    } == answer.json()


async def test_findings_have_code_level_message_and_place(client: httpx.AsyncClient) -> None:
    """What is wrong is a typed list, however wrong it is; asking was right."""
    answer = await _ask(client, sender="LMT")
    (found,) = answer.json()["findings"]
    assert (200, "reply_to_name", "error", 31) == (
        answer.status_code,
        found["code"],
        found["level"],
        found["offset"],
    )
    assert "80768076" in found["message"]


async def test_the_language_can_be_said(client: httpx.AsyncClient) -> None:
    """A language named in the question is believed."""
    assert "en" == (await _ask(client, language="en")).json()["language"]


@pytest.mark.parametrize(
    ("changes", "detail"),
    [
        pytest.param({"brand": "bite"}, "lmt, amigo", id="brand"),
        pytest.param({"language": "et"}, "lv, ru, en", id="language"),
        pytest.param({"sender": "LMT!"}, "A sender is", id="sender"),
        pytest.param({"sender": ""}, "sender", id="empty sender"),
        pytest.param({"sender": ...}, "`sender`", id="no sender"),
        pytest.param({"text": ...}, "`text`", id="no text"),
        pytest.param({"text": 5}, "text: Expected `str`", id="no string"),
        pytest.param({"price": -1}, "price", id="negative price"),
        pytest.param({"price": "NaN"}, "price", id="no price"),
        pytest.param({"colour": "red"}, "colour", id="unknown field"),
    ],
)
async def test_bad_questions_are_problems(
    client: httpx.AsyncClient, changes: dict[str, object], detail: str
) -> None:
    """What cannot be asked is a problem detail that names the field (RFC 9457)."""
    answer = await _ask(client, **changes)
    assert (400, "application/problem+json") == (
        answer.status_code,
        answer.headers["content-type"],
    )
    problem = answer.json()
    assert ("about:blank", "Bad Request", 400, "INVALID_ARGUMENT") == (
        problem["type"],
        problem["title"],
        problem["status"],
        problem["code"],
    )
    assert detail in problem["detail"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"\xff", b'{"text": "\\ud800"}'])
async def test_no_json_is_a_problem(client: httpx.AsyncClient, body: bytes) -> None:
    """A body that is no question is a problem, never a fault of ours."""
    headers = STAFF | {"content-type": "application/json"}
    answer = await client.post(PATH, content=body, headers=headers)
    assert (400, "INVALID_ARGUMENT") == (answer.status_code, answer.json()["code"])
    assert answer.json()["detail"]


async def test_a_giant_body_is_refused(client: httpx.AsyncClient) -> None:
    """Nothing that is no SMS is looked at; a long text is answered as too long."""
    assert 413 == (await _ask(client, text="a" * 100_000)).status_code
    long = await _ask(client, text="a" * 20_000)
    assert ["too_long"] == [f["code"] for f in long.json()["findings"]]


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        pytest.param({}, 401, "UNAUTHENTICATED", id="nobody"),
        pytest.param({"authorization": "Bearer x"}, 403, "PERMISSION_DENIED", id="another"),
    ],
)
async def test_only_who_is_let_in_may_ask(
    client: httpx.AsyncClient, headers: dict[str, str], status: int, code: str
) -> None:
    """The guards decide before the text is looked at, and refuse in the same form."""
    answer = await client.post(PATH, content=b"{", headers=headers)
    assert (status, code) == (answer.status_code, answer.json()["code"])
    assert "application/problem+json" == answer.headers["content-type"]


async def test_the_route_is_described(client: httpx.AsyncClient) -> None:
    """OpenAPI names the question, the answer and the problem."""
    described = (await client.get("/api/v1/openapi.json")).json()
    operation = described["paths"][PATH]["post"]
    question = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    asked = described["components"]["schemas"][question.rpartition("/")[2]]
    assert {"text", "brand", "sender"} == set(asked["required"])
    assert {"text", "brand", "sender", "language", "price"} == asked["properties"].keys()
    statuses = {"200", "400", "401", "403", "413", "429", "500", "503"}
    assert statuses == operation["responses"].keys()
    assert ["application/problem+json"] == [*operation["responses"]["400"]["content"]]
