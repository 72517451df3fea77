"""Nobody sees what is not theirs: every endpoint with every wrong token and brand."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from consent.access import TokenScope
from tests.marketing.stage import Stage, number

ONE = {"number": number(), "purposes": ["offers"], "channel": "sms"}
ASKED: dict[str, tuple[str, str, dict[str, Any] | None, TokenScope]] = {
    "check": ("POST", "/api/v1/check", ONE, TokenScope.CHECK),
    "batch": ("POST", "/api/v1/check/batch", {"questions": [ONE]}, TokenScope.CHECK),
    "count": ("GET", "/api/v1/audience", None, TokenScope.AUDIENCE),
    "count some": ("POST", "/api/v1/audience", {}, TokenScope.AUDIENCE),
    "camara": (
        "POST",
        "/consent-info/v0.2/retrieve",
        {
            "phoneNumber": number(),
            "scopes": ["marketing-offers:sms"],
            "purpose": "dpv:DirectMarketing",
            "requestCaptureUrl": False,
        },
        TokenScope.CHECK,
    ),
}
every = pytest.mark.parametrize("endpoint", ASKED)


async def _ask(
    stage: Stage,
    endpoint: str,
    headers: Any,  # noqa: ANN401
    body: dict[str, Any] | None = None,
) -> httpx.Response:
    method, path, usual, _ = ASKED[endpoint]
    return await stage.client.request(method, path, json=body or usual, headers=headers)


@pytest.fixture
async def known(stage: Stage) -> Stage:
    """Return a door to a store where offers may be sent by SMS, at both brands' customers."""
    await stage.give(number(), "offers", "sms")
    await stage.give(number(1), "offers", "sms", brand="amigo")
    return stage


@every
async def test_the_right_token_is_let_in(known: Stage, endpoint: str) -> None:
    """A token with the one scope that it takes is enough."""
    good = await known.token("good", ASKED[endpoint][3])
    assert 200 == (await _ask(known, endpoint, good)).status_code


@every
@pytest.mark.parametrize(
    "said",
    ["", "Bearer", "Bearer ", "Bearer cst_other", "Basic Y3N0X2dvb2Q=", "cst_good", "Bearer ā"],
)
async def test_without_a_good_token_nobody_is_let_in(
    known: Stage, endpoint: str, said: str
) -> None:
    """None, another scheme, an unknown one: 401, and nobody was looked at."""
    await known.token("good")
    headers = {"authorization": said.encode()} if said else {}
    answer = await _ask(known, endpoint, headers)
    assert (401, "UNAUTHENTICATED") == (answer.status_code, answer.json()["code"])
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert [] == await known.looks()


@every
async def test_what_has_ended_opens_nothing(known: Stage, endpoint: str) -> None:
    """Expired and revoked look like unknown."""
    answers = [
        await _ask(known, endpoint, await known.token("expired", days=-0.5)),
        await _ask(known, endpoint, await known.token("revoked", revoked=True)),
        await _ask(known, endpoint, {"authorization": "Bearer cst_unknown"}),
    ]
    assert [401] * 3 == [answer.status_code for answer in answers]
    assert 1 == len({answer.text for answer in answers})
    assert [] == await known.looks()


@every
async def test_a_token_ends_by_the_clock(known: Stage, endpoint: str) -> None:
    """Good until its last moment, and not at it."""
    good = await known.token("good")
    assert 200 == (await _ask(known, endpoint, good)).status_code
    known.clock.wait(24)
    assert 401 == (await _ask(known, endpoint, good)).status_code


@every
async def test_every_other_scope_is_refused(known: Stage, endpoint: str) -> None:
    """A token for all else together is not one for this."""
    others = set(TokenScope) - {ASKED[endpoint][3]}
    answer = await _ask(known, endpoint, await known.token("others", *others))
    assert (403, "PERMISSION_DENIED") == (answer.status_code, answer.json()["code"])
    assert [] == await known.looks()


@every
async def test_the_other_brand_s_customers_do_not_exist(known: Stage, endpoint: str) -> None:
    """The brand comes from the token: their customer is unknown, ours is theirs to nobody."""
    amigo = await known.token("amigo", brand="amigo")
    answer = await _ask(known, endpoint, amigo)
    assert 'allowed":true' not in answer.text
    assert '"statusValidForProcessing":true' not in answer.text
    assert [] == await known.looks()
    if endpoint == "check":
        assert "unknown_address" == answer.json()["reason"]
    if endpoint == "camara":
        assert (404, "IDENTIFIER_NOT_FOUND") == (answer.status_code, answer.json()["code"])


@pytest.mark.parametrize(
    ("endpoint", "body"),
    [
        ("check", ONE | {"brand": "amigo"}),
        ("check", ONE | {"brand": "nobody"}),
        ("batch", {"questions": [ONE, ONE | {"brand": "amigo"}]}),
        ("batch", {"questions": [ONE | {"number": "x"}, ONE | {"brand": "amigo"}]}),
        ("count some", {"brand": "amigo"}),
    ],
)
async def test_to_name_another_brand_is_refused(
    known: Stage, endpoint: str, body: dict[str, Any]
) -> None:
    """Whoever means another brand learns that this token is not for it, before anything else."""
    answer = await _ask(known, endpoint, await known.token(), body)
    assert (403, "PERMISSION_DENIED") == (answer.status_code, answer.json()["code"])
    assert [] == await known.looks()


async def test_to_name_one_s_own_brand_is_fine(known: Stage) -> None:
    """A system for both brands can say which it means."""
    answer = await known.check(await known.token(), brand="lmt")
    assert answer.json()["allowed"]
