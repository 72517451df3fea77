"""The steps of `consent-info.feature`, each as the sentence there says it."""

# ruff: noqa: E501 - the sentences stand as CAMARA wrote them
from __future__ import annotations

import inspect
import re
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from openapi_schema_validator import OAS30Validator, oas30_format_checker

from marketing.capture import MOST_LINKS, CaptureResult
from tests.camara.standards import schema_at
from tests.camara.world import (
    ALLOWED,
    DENIED,
    ENDING,
    EXPIRED,
    KNOWN,
    LANDLINE,
    LOYALTY,
    OFFERS,
    PENDING,
    THREE_LEGGED,
    UNKNOWN,
    World,
)
from tests.marketing.stage import CALLBACK

Step = Callable[..., Awaitable[None] | None]
_STEPS: dict[re.Pattern[str], Step] = {}


def step(pattern: str) -> Callable[[Step], Step]:
    """Say which sentence a function plays; in braces what it is given."""
    escaped = re.sub(r"\\{\w+\\}", "(.+)", re.escape(pattern))

    def keep(function: Step) -> Step:
        _STEPS[re.compile(escaped)] = function
        return function

    return keep


async def play(world: World, sentence: str) -> None:
    """Play one step.

    :raises LookupError: no function, or more than one, plays this sentence.
    """
    found = [(f, m) for p, f in _STEPS.items() if (m := p.fullmatch(sentence.strip()))]
    exact = [one for one in found if not one[1].groups()] or found
    if len(exact) != 1:
        raise LookupError(f"{len(exact)} steps for: {sentence}")
    function, match = exact[0]
    done = function(world, *match.groups())
    if inspect.isawaitable(done):
        await done


def _set(world: World, **changes: Any) -> None:  # noqa: ANN401
    world.body = (world.body or {}) | changes


# Background


@step('an environment at "apiRoot"')
async def _environment(world: World) -> None:
    await world.settle()


@step('the resource "{path}"')
def _resource(world: World, path: str) -> None:
    world.path = path


@step('the header "Content-Type" is set to "application/json"')
def _content_type(world: World) -> None:
    world.headers["content-type"] = "application/json"


@step('the header "Authorization" is set to a valid access token')
@step(
    'the header "Authorization" is set to a valid access token which does not identify a single phone number'
)
def _two_legged(world: World) -> None:
    world.headers["authorization"] = "Bearer cst_crm"


@step('the header "x-correlator" complies with the schema at "{pointer}"')
def _correlator(world: World, pointer: str) -> None:
    said = "b4333c46-49c0-4f62-80d7-f0ef930f1c46"
    OAS30Validator(schema_at(pointer)).validate(said)
    world.headers["x-correlator"] = said


@step(
    'the request body is set by default to a request body compliant with the schema at "{pointer}"'
)
def _default_body(world: World, pointer: str) -> None:
    world.ask_about(KNOWN)
    _set(world, requestCaptureUrl=False)
    OAS30Validator(schema_at(pointer)).validate(world.body)


# What is asked about


@step("a valid phone number identified by the token or provided in the request body")
def _valid_number(world: World) -> None:
    _set(world, phoneNumber=KNOWN)


@step('the request body property "$.scopes" is set to a valid scope list')
def _valid_scopes(world: World) -> None:
    _set(world, scopes=OFFERS[0])


@step('the request body property "$.purpose" is set to a valid purpose for the requested scope(s)')
def _valid_purpose(world: World) -> None:
    _set(world, purpose=OFFERS[1])


@step("the data processing is allowed for the requested scope(s) and purpose")
def _allowed(world: World) -> None:
    world.ask_about(ALLOWED)


@step("the data processing is not allowed for the requested scope(s) and purpose")
def _not_allowed(world: World) -> None:
    world.ask_about(DENIED)


@step(
    "the data processing is allowed for the requested scope(s) and purpose with an expiration date"
)
def _ending(world: World) -> None:
    world.ask_about(ENDING, LOYALTY)


@step(
    "the data processing is not allowed for the requested scope(s) and purpose because it has expired"
)
def _expired(world: World) -> None:
    world.ask_about(EXPIRED, LOYALTY)


@step(
    "the data processing is not allowed for the requested scope(s) and purpose because Consent is pending, requested or expired"
)
def _pending(world: World) -> None:
    world.ask_about(PENDING)


@step('the request body property "$.requestCaptureUrl" is set to true')
def _wants_capture(world: World) -> None:
    _set(world, requestCaptureUrl=True)


@step(
    'the request body property "$.scopes" and "$.purpose" are set to a value which is not allowed for the API Consumer'
)
def _foreign_scopes(world: World) -> None:
    _set(world, scopes=["location-verification:verify"], purpose="dpv:FraudPreventionAndDetection")


@step(
    "the API Consumer has exceeded the maximum number of captureUrl requests for the same phone number within a certain time period"
)
async def _asked_too_often(world: World) -> None:
    for _ in range(MOST_LINKS):
        await world.send()
        assert 200 == world.answered().status_code
        world.stage.clock.wait(1)


@step('the request body property "$.callbackUrl" is set to an invalid URL')
def _bad_callback(world: World) -> None:
    _set(world, callbackUrl="https://elsewhere.example.net/consent/callback")


@step(
    'the request body property "$.phoneNumber" does not comply with the OAS schema at "{pointer}"'
)
def _bad_number(world: World, pointer: str) -> None:
    _set(world, phoneNumber="0037120000001")
    assert not OAS30Validator(schema_at(pointer)).is_valid("0037120000001")


@step(
    'the request body property "$.phoneNumber" is compliant with the schema but does not identify a valid phone number'
)
def _unknown_number(world: World) -> None:
    _set(world, phoneNumber=UNKNOWN)


@step('the header "Authorization" is set to a valid access token identifying a phone number')
def _three_legged(world: World) -> None:
    world.headers["authorization"] = f"Bearer {THREE_LEGGED}"


@step('the request body property "$.phoneNumber" is set to a valid phone number')
def _number_said(world: World) -> None:
    _set(world, phoneNumber=KNOWN)


@step('the request body property "$.phoneNumber" is not included')
def _no_number(world: World) -> None:
    world.body = {k: v for k, v in (world.body or {}).items() if k != "phoneNumber"}


@step("that the service is not available for all phone numbers commercialized by the operator")
def _not_everywhere(_world: World) -> None:
    """Nobody gives a consent from a fixed line."""


@step(
    "a valid phone number, identified by the token or provided in the request body, for which the service is not applicable"
)
def _landline(world: World) -> None:
    _set(world, phoneNumber=LANDLINE)


# Broken requests


@step('the request body is set to any value which is not compliant with the schema at "{pointer}"')
def _bad_body(world: World, pointer: str) -> None:
    world.body = {"scopes": "marketing-offers:sms", "purpose": "DirectMarketing"}
    assert not OAS30Validator(schema_at(pointer)).is_valid(world.body)


@step("the request body is not included")
def _no_body(world: World) -> None:
    world.body = None


@step("the request body is set to {}")
def _empty_body(world: World) -> None:
    world.body = {}


@step("the request body is set to a valid request body")
def _good_body(world: World) -> None:
    world.ask_about(ALLOWED)


@step(
    'the header "x-correlator" is set to a value which is not compliant with the schema at "{pointer}"'
)
def _bad_correlator(world: World, pointer: str) -> None:
    world.headers["x-correlator"] = "not correlated!"
    assert not OAS30Validator(schema_at(pointer)).is_valid("not correlated!")


@step('the header "Authorization" is removed')
def _no_token(world: World) -> None:
    del world.headers["authorization"]


@step('the header "Authorization" is set to an expired access token')
def _expired_token(world: World) -> None:
    world.headers["authorization"] = "Bearer cst_expired"


@step('the header "Authorization" is set to an invalid access token')
def _invalid_token(world: World) -> None:
    world.headers["authorization"] = "Bearer anything"


@step('the header "Authorization" is set to an access token without the required scope')
def _other_scope(world: World) -> None:
    world.headers["authorization"] = "Bearer cst_other"


# The way to a consent and back


@step('a prior "retrieveStatus" request where the API Consumer requested a Consent capture URL')
def _prior(world: World) -> None:
    # What else it said comes in the next sentence; it is sent when its answer is looked at.
    world.ask_about(PENDING)
    _set(world, requestCaptureUrl=True)


@step(
    'the request body property "$.callbackUrl" was set to a valid URL belonging to the API Consumer'
)
def _callback(world: World) -> None:
    _set(world, callbackUrl=CALLBACK)


@step('the response property "$.captureUrl" is present and it contains a valid URL')
async def _has_capture(world: World) -> None:
    if world.response is None:
        await world.send()
    (url,) = world.values("$.captureUrl")
    assert ("https", True) == (urlsplit(url).scheme, bool(urlsplit(url).netloc))


@step("the User is redirected to the Consent capture URL")
async def _opens(world: World) -> None:
    await world.open_capture(None)


@step(
    'the User is redirected to the Consent capture URL including a query parameter "state" with a valid value'
)
async def _opens_with_state(world: World) -> None:
    await world.open_capture('xyz 123&="<b>')


@step("the Consent Capture process reach a final state")
async def _finishes(world: World) -> None:
    await world.finish_capture()


@step(
    'the API Consumer receives a redirection to the callback URL provided in the original "retrieveStatus" request'
)
def _came_back(world: World) -> None:
    assert world.returned()


@step(
    'the redirection includes a query parameter "capture_result" with a valid capture result value'
)
def _result(world: World) -> None:
    assert [CaptureResult.GRANTED.value] == world.returned()["capture_result"]


@step(
    'the redirection includes a query parameter "state" with the same value as provided when opening the Consent Capture URL'
)
def _same_state(world: World) -> None:
    assert [world.state] == world.returned()["state"]


# Sending and looking


@step('the request "retrieveStatus" is sent')
async def _send(world: World) -> None:
    await world.send()


@step("the response status code is {status}")
def _status(world: World, status: str) -> None:
    assert int(status) == world.answered().status_code, world.answered().text


@step('the response header "Content-Type" is "application/json"')
def _is_json(world: World) -> None:
    assert "application/json" == world.answered().headers["content-type"]


@step('the response header "x-correlator" has same value as the request header "x-correlator"')
def _same_correlator(world: World) -> None:
    assert world.headers["x-correlator"] == world.answered().headers["x-correlator"]


@step('the response body complies with the OAS schema at "{pointer}"')
def _complies(world: World, pointer: str) -> None:
    validator = OAS30Validator(schema_at(pointer), format_checker=oas30_format_checker)
    validator.validate(world.answered().json())


@step('the response property "{path}" is either equal to or a subset of the requested scopes')
def _subset(world: World, path: str) -> None:
    assert world.body is not None
    found = world.values(path)
    assert found
    assert all(scopes and set(scopes) <= set(world.body["scopes"]) for scopes in found)


@step('the response property "{path}" matches the requested purpose')
def _purpose(world: World, path: str) -> None:
    assert world.body is not None
    assert {world.body["purpose"]} == set(world.values(path))


@step('the response property "{path}" is true')
def _true(world: World, path: str) -> None:
    assert {True} == set(world.values(path))


@step('the response property "{path}" is false')
def _false(world: World, path: str) -> None:
    assert {False} == set(world.values(path))


@step('the response property "{path}" is present')
def _present(world: World, path: str) -> None:
    assert len(world.values("$.statusInfo[*]")) == len(world.values(path))


@step('the response property "{path}" is "EXPIRED"')
def _is_expired(world: World, path: str) -> None:
    assert {"EXPIRED"} == set(world.values(path))


@step('the response property "{path}" is "PENDING", "REQUESTED" or "EXPIRED"')
def _is_open(world: World, path: str) -> None:
    assert set(world.values(path)) <= {"PENDING", "REQUESTED", "EXPIRED"}
    assert world.values(path)


def _moments(world: World, path: str) -> list[datetime]:
    found = [datetime.fromisoformat(value) for value in world.values(path)]
    assert found
    assert all(moment.tzinfo for moment in found)
    return found


@step('the response property "{path}" is present and its value is in the future')
def _future(world: World, path: str) -> None:
    assert all(moment > world.stage.clock.now() for moment in _moments(world, path))


@step('the response property "{path}" is present and its value is in the past')
def _past(world: World, path: str) -> None:
    assert all(moment < world.stage.clock.now() for moment in _moments(world, path))


@step('the response property "$.status" is {status}')
def _said_status(world: World, status: str) -> None:
    assert [int(status)] == world.values("$.status")


@step('the response property "$.code" is "{code}"')
def _said_code(world: World, code: str) -> None:
    assert [code] == world.values("$.code")


@step('the response property "$.message" contains a user friendly text')
def _friendly(world: World) -> None:
    (message,) = world.values("$.message")
    assert re.fullmatch(r"[^{}]{10,200}", message)
