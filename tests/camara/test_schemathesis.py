"""CAMARA's own OpenAPI file, untouched, under Schemathesis: hundreds of requests, good and bad."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation

from tests.camara.standards import ARE_THERE, OPENAPI, WITHOUT
from tests.marketing.served import Served, served
from tests.marketing.stage import CALLBACK, number

pytestmark = pytest.mark.skipif(not ARE_THERE, reason=WITHOUT)
TRIES = 150
#: A number may be missing or too many whatever the schema says: that is 422 by the standard.
_LEGAL = ["2xx", "401", "403", "404", "422"]
_HARD = settings(max_examples=TRIES, suppress_health_check=list(HealthCheck), database=None)

Operation = APIOperation[Any, Any, Any, Any]
_MEANT = st.fixed_dictionaries(
    {
        "scopes": st.lists(
            st.sampled_from(["marketing-offers:sms", "marketing-offers:email"]), min_size=1
        ),
        "purpose": st.sampled_from(["dpv:DirectMarketing", "dpv:DirectMarketing", "dpv:Other"]),
    },
    optional={
        "phoneNumber": st.sampled_from([number(), "+123456789", "+37167000000", number(9)]),
        "callbackUrl": st.sampled_from([CALLBACK, CALLBACK, "https://elsewhere.example.net/"]),
    },
)


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Return a served door."""
    with served(tmp_path_factory.mktemp("camara")) as found:
        yield found


@pytest.fixture(scope="module")
def operation(door: Served) -> Operation:
    """Return the one operation of the file as it is, at our address."""
    schema = schemathesis.openapi.from_path(OPENAPI)
    schema.config.update(base_url=f"{door.url}/consent-info/v0.2")
    schema.config.checks.positive_data_acceptance.expected_statuses = _LEGAL
    (found,) = [result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)]
    return found


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_the_api_is_what_its_file_says(
    operation: Operation, door: Served, mode: GenerationMode
) -> None:
    """Whatever is sent, the answer is one of those described, in the form described."""
    seen: Counter[int] = Counter()

    @_HARD
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case: Case[Any]) -> None:
        answer = case.call(headers=door.headers)
        seen[answer.status_code] += 1
        case.validate_response(answer, headers=door.headers)

    send()
    assert seen.total() >= TRIES
    assert (200 in seen or 403 in seen) if mode is GenerationMode.POSITIVE else 400 in seen


def test_questions_with_a_meaning_too(operation: Operation, door: Served) -> None:
    """With numbers, scopes, purposes and callbacks that there are, every answer is reached."""
    seen: Counter[int] = Counter()

    @_HARD
    @given(case=operation.as_strategy(generation_mode=GenerationMode.POSITIVE), changes=_MEANT)
    def send(case: Case[Any], changes: dict[str, Any]) -> None:
        assert isinstance(case.body, dict)
        case.body = {k: v for k, v in case.body.items() if k != "callbackUrl"} | changes
        answer = case.call(headers=door.headers)
        seen[answer.status_code] += 1
        case.validate_response(answer, headers=door.headers)

    send()
    assert {200, 403, 404, 422} <= seen.keys()


def test_the_file_s_own_examples_are_understood(operation: Operation, door: Served) -> None:
    """Each is answered in the form described: their scopes are no scopes of this house."""
    described = operation.definition.raw["requestBody"]["content"]["application/json"]
    examples = [example["value"] for example in described["examples"].values()]
    assert len(examples) == 4
    for body in examples:
        case = operation.Case(body=body, media_type="application/json")
        answer = case.call_and_validate(headers=door.headers)
        assert "CONSENT_INFO.NOT_ALLOWED_SCOPES_PURPOSE" == answer.json()["code"]
