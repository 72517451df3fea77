"""`/api/v1/openapi.json`: OpenAPI 3.1, valid, and true of what is answered."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import fastjsonschema
import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok

from app.camara_routes import PATH as CAMARA
from tests.marketing.api_table import ASKS
from tests.marketing.served import Served, served
from tests.marketing.stage import Stage, number, whole

TRIES = 25
LONGEST_WAIT = 1
#: As the document names them; CAMARA has a document of its own.
OURS = [(m, re.sub(":str", "", path)) for m, path in ASKS if path != CAMARA]
#: What a schema cannot say: which purposes there are, what can be a number, how far a case is.
_LEGAL = ["2xx", "304", "400", "401", "403", "404", "409", "410", "422", "429"]
_USUAL = {"400", "401", "403", "429", "500", "503"}


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Stage]:
    """Return the whole server."""
    async with whole(tmp_path) as stage:
        yield stage


async def _document(server: Stage) -> dict[str, Any]:
    found: dict[str, Any] = (await server.client.get("/api/v1/openapi.json")).json()
    return found


async def test_the_whole_document_is_valid(server: Stage) -> None:
    """All routes of the server together, by the schema of OpenAPI 3.1 itself."""
    document = await _document(server)
    assert document["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(document).validate()
    assert [{"token": []}] == document["security"]
    assert "bearer" == document["components"]["securitySchemes"]["token"]["scheme"]
    described = {(m.upper(), path) for path, item in document["paths"].items() for m in item}
    assert set(OURS) == described


async def test_every_route_tells_its_errors_and_headers(server: Stage) -> None:
    """Problem details for each, what is left with all but 401, and when to come again."""
    document = await _document(server)
    for method, path in OURS:
        operation = document["paths"][path][method.lower()]
        assert operation["summary"]
        responses = operation["responses"]
        assert responses.keys() >= _USUAL, path
        for status, response in responses.items():
            headers = response.get("headers", {}).keys()
            left = {"RateLimit", "RateLimit-Policy"}
            assert (status != "401") == (left <= headers), (path, status)
            assert (status in {"429", "503"}) == ("Retry-After" in headers), (path, status)
            if int(status) >= 400:
                assert ["application/problem+json"] == [*response["content"]]
        assert "WWW-Authenticate" in responses["401"]["headers"]


async def test_reasons_are_named(server: Stage) -> None:
    """Whoever reads the document knows all reasons there are, ours and CAMARA's."""
    said = str((await _document(server))["components"]["schemas"])
    assert "channel_blocked" in said
    assert "OBJECTED" in said


async def test_examples_are_true(server: Stage) -> None:
    """Every JSON body has an example that is taken, every JSON answer one of its schema."""
    document, headers = await _document(server), await server.token()
    await server.says("+37126123456", "I want to talk to a person", "m1")
    for method, path in OURS:
        operation = document["paths"][path][method.lower()]
        for content in _contents(operation):
            for kind, media in content.items():
                if kind == "application/json" and "$ref" in media["schema"]:
                    schema = media["schema"] | {"components": document["components"]}
                    fastjsonschema.compile(schema)(media["examples"]["usual"]["value"])
        body = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if body is None:
            continue
        (filed, *_) = await server.store.cases.waiting("lmt")
        answer = await server.client.request(
            method,
            path.replace("{reference}", filed.case.id),
            json=body["examples"]["usual"]["value"],
            headers=headers,
        )
        # It closes the case, or says that the customer is just being told.
        taken = answer.is_success or path.startswith("/api/v1/cases/")
        assert taken, (path, answer.text)


def _contents(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield operation.get("requestBody", {}).get("content", {})
    for status, response in operation["responses"].items():
        if status.startswith("2"):
            yield response["content"]


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Return a served door."""
    with served(tmp_path_factory.mktemp("openapi")) as found:
        yield found


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize(("method", "path"), OURS)
def test_it_is_true_of_what_is_answered(
    door: Served, method: str, path: str, mode: GenerationMode
) -> None:
    """Whatever is sent, the answer is one of those described; what is not described is refused."""
    document = httpx.get(f"{door.url}/api/v1/openapi.json").json()
    schema = schemathesis.openapi.from_dict(document)
    schema.config.update(base_url=door.url)
    schema.config.checks.positive_data_acceptance.expected_statuses = _LEGAL
    operations = [one.ok() for one in schema.get_all_operations() if isinstance(one, Ok)]
    (operation,) = [one for one in operations if (one.method.upper(), one.path) == (method, path)]
    seen: Counter[int] = Counter()

    @settings(max_examples=TRIES, suppress_health_check=list(HealthCheck), database=None)
    @given(case=operation.as_strategy(generation_mode=mode), known=st.booleans())
    def send(case: Case[Any], *, known: bool) -> None:
        if known and mode is GenerationMode.POSITIVE:
            case.path_parameters = {name: door.names[name] for name in case.path_parameters or {}}
            if "purpose" in (case.query or {}) and method == "POST":
                case.query = {"purpose": "offers", "channel": "sms", "reason": "autumn"}
                case.body = f"phone\n{number()}\n"
        if isinstance((case.query or {}).get("wait"), int):
            case.query["wait"] = min(case.query["wait"], LONGEST_WAIT)
        answer = case.call(headers=door.headers)
        seen[answer.status_code] += 1
        case.validate_response(answer, headers=door.headers)

    send()
    assert {200, 202, 400, 404} & seen.keys()
