"""`/api/v1/openapi.json`: OpenAPI 3.1, valid, and true of what is answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok

from tests.journeys.harness import open_house
from tests.marketing.served import Served, served

TRIES = 60
OURS = [
    ("POST", "/api/v1/check"),
    ("POST", "/api/v1/check/batch"),
    ("GET", "/api/v1/audience"),
    ("POST", "/api/v1/audience"),
]
#: What a schema cannot say: which purposes there are, and what can be a phone number.
_LEGAL = ["2xx", "400", "401", "403", "429"]


async def test_the_whole_document_is_valid(tmp_path: Path) -> None:
    """All routes of the server together, by the schema of OpenAPI 3.1 itself."""
    house = open_house(tmp_path, "lmt")
    async with house.client as client:
        document = (await client.get("/api/v1/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(document).validate()
    assert [{"token": []}] == document["security"]
    assert "bearer" == document["components"]["securitySchemes"]["token"]["scheme"]
    for method, path in OURS:
        operation = document["paths"][path][method.lower()]
        assert operation["summary"]
        assert {"200", "400", "401", "403", "429", "503"} <= operation["responses"].keys()
        assert {"RateLimit", "RateLimit-Policy"} == operation["responses"]["200"]["headers"].keys()
        assert ["application/problem+json"] == [*operation["responses"]["429"]["content"]]


async def test_reasons_are_named(tmp_path: Path) -> None:
    """Whoever reads the document knows all reasons there are, ours and CAMARA's."""
    house = open_house(tmp_path, "lmt")
    async with house.client as client:
        document = (await client.get("/api/v1/openapi.json")).json()
    said = str(document["components"]["schemas"])
    assert "channel_blocked" in said
    assert "OBJECTED" in said


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
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case: Case[Any]) -> None:
        answer = case.call(headers=door.headers)
        seen[answer.status_code] += 1
        case.validate_response(answer, headers=door.headers)

    send()
    assert {200, 400} & seen.keys()
