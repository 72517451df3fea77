"""What CAMARA's feature file does not say of its path, and must hold all the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from app.rate_limits import Quota, Quotas
from consent.decisions import Action
from tests.marketing.conftest import stage
from tests.marketing.stage import DAY, Stage, number, staged

__all__ = ["stage"]
PATH = "/consent-info/v0.2/retrieve"
BODY: dict[str, Any] = {
    "phoneNumber": number(),
    "scopes": ["marketing-offers:sms"],
    "purpose": "dpv:DirectMarketing",
    "requestCaptureUrl": False,
}


async def _ask(stage: Stage, headers: dict[str, str], **changes: Any) -> httpx.Response:  # noqa: ANN401
    body = {k: v for k, v in (BODY | changes).items() if v is not ...}
    return await stage.client.post(PATH, json=body, headers=headers)


def _code(answer: httpx.Response) -> tuple[int, str]:
    said = answer.json()
    assert "application/json" == answer.headers["content-type"]
    assert {"status", "code", "message"} == said.keys()
    assert said["status"] == answer.status_code
    assert answer.headers["x-correlator"]
    return answer.status_code, said["code"]


@pytest.mark.parametrize(
    ("decided", "scope", "purpose", "expected"),
    [
        ({"offers": "given"}, "marketing-offers:sms", "DirectMarketing", "PENDING"),
        (
            {"offers": "given", "sms": "off"},
            "marketing-offers:sms",
            "DirectMarketing",
            "DENIED",
        ),
        ({"credit": "refused"}, "credit-information:query", "CreditChecking", "DENIED"),
        (
            {"location": "given"},
            "location-data:analyse",
            "ProvidePersonalisedRecommendations",
            None,
        ),
        (
            {"location": "given"},
            "traffic-data:analyse",
            "ProvidePersonalisedRecommendations",
            "PENDING",
        ),
        (
            {"research": "given", "service": "ended"},
            "network-metadata:smart-city",
            "ImproveTransportMobility",
            "EXPIRED",
        ),
    ],
)
async def test_states_are_told_as_laid_down(
    stage: Stage, decided: dict[str, str], scope: str, purpose: str, expected: str | None
) -> None:
    """meaning.md's column of CAMARA; a reason only where it is not valid."""
    crm = await stage.token()
    await stage.decide(number(), {name: Action(action) for name, action in decided.items()})
    answer = await _ask(stage, crm, scopes=[scope], purpose=f"dpv:{purpose}")
    (item,) = answer.json()["statusInfo"]
    assert ([scope], f"dpv:{purpose}") == (item["scopes"], item["purpose"])
    assert expected == item.get("statusReason")
    assert item["statusValidForProcessing"] is (expected is None)
    assert "expirationDate" not in item


async def test_a_pause_is_a_no_without_a_date(stage: Stage) -> None:
    """A pause is DENIED; its end is not an expiry."""
    crm = await stage.token()
    await stage.give(number(), "location", ago=2 * DAY)
    await stage.decide(number(), {"location": Action.PAUSED})
    purpose = "dpv:ProvidePersonalisedRecommendations"
    answer = await _ask(stage, crm, scopes=["location-data:analyse"], purpose=purpose)
    (item,) = answer.json()["statusInfo"]
    assert ("DENIED", False) == (item["statusReason"], "expirationDate" in item)


async def test_scopes_that_stand_alike_stand_together(stage: Stage) -> None:
    """Each scope once, in as few items as there are different answers."""
    crm = await stage.token()
    await stage.give(number(), "offers", "sms")
    scopes = [f"marketing-offers:{way}" for way in ("email", "sms", "call", "email")]
    answer = await _ask(stage, crm, scopes=scopes)
    assert [
        (["marketing-offers:email", "marketing-offers:call"], "PENDING"),
        (["marketing-offers:sms"], None),
    ] == [(item["scopes"], item.get("statusReason")) for item in answer.json()["statusInfo"]]


async def test_the_forgotten_have_said_no(stage: Stage) -> None:
    """Their number is not asked for again."""
    crm = await stage.token()
    await stage.give(number(), "offers", "sms")
    await stage.forget(number())
    answer = await _ask(stage, crm, requestCaptureUrl=True)
    assert ["DENIED"] == [item["statusReason"] for item in answer.json()["statusInfo"]]
    assert "captureUrl" not in answer.json()


async def test_a_blocked_channel_is_denied(stage: Stage) -> None:
    """The provider was told to stop by the customer."""
    crm = await stage.token()
    await stage.give(number(), "offers", "sms")
    await stage.block(number(), "sms")
    (item,) = (await _ask(stage, crm)).json()["statusInfo"]
    assert "DENIED" == item["statusReason"]


async def test_whoever_asks_is_in_the_read_log(stage: Stage) -> None:
    """A line for each scope asked about; a question refused, or about nobody, leaves none."""
    crm = await stage.token()
    await stage.give(number(), "offers", "sms")
    await _ask(stage, crm, scopes=["location-verification:verify"])
    await _ask(stage, crm, phoneNumber=number(9))
    assert [] == await stage.looks()
    await _ask(stage, crm, scopes=["marketing-offers:sms", "marketing-offers:email"])
    assert {("offers/sms", "allowed"), ("offers/email", "channel_unset")} == {
        (look.question, look.answer) for look in await stage.looks()
    }


async def test_what_may_not_be_asked_tells_nothing_of_a_number(stage: Stage) -> None:
    """Known or not, a question that is not open is refused alike."""
    crm = await stage.token()
    await stage.give(number(), "offers", "sms")
    answers = [
        await _ask(stage, crm, phoneNumber=who, purpose="dpv:CreditChecking")
        for who in (number(), number(9))
    ]
    assert 1 == len({answer.text for answer in answers})


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_other_methods_are_told_which_is_answered(stage: Stage, method: str) -> None:
    """405 with `Allow`, in CAMARA's form."""
    answer = await stage.client.request(method, PATH)
    assert (405, "METHOD_NOT_ALLOWED") == _code(answer)
    assert "POST" == answer.headers["allow"]


@pytest.mark.parametrize(
    ("kind", "content", "code"),
    [
        ("text/plain", b"{}", (415, "UNSUPPORTED_MEDIA_TYPE")),
        ("", b"{}", (415, "UNSUPPORTED_MEDIA_TYPE")),
        ("application/json", b"", (400, "INVALID_ARGUMENT")),
        ("application/json", b"{", (400, "INVALID_ARGUMENT")),
        ("application/json", b"\xff", (400, "INVALID_ARGUMENT")),
        ("application/json", b"[" * 60_000, (400, "INVALID_ARGUMENT")),
        ("application/json", b'{"scopes":["' + b"x" * 70_000, (400, "INVALID_ARGUMENT")),
        ("application/json; charset=utf-8", b"{}", (400, "INVALID_ARGUMENT")),
        ("APPLICATION/JSON", b"null", (400, "INVALID_ARGUMENT")),
    ],
)
async def test_bad_bodies_are_refused(
    stage: Stage, kind: str, content: bytes, code: tuple[int, str]
) -> None:
    """Whatever comes: an error in CAMARA's form, nothing of what was sent in it."""
    headers = await stage.token() | ({"content-type": kind} if kind else {})
    assert code == _code(await stage.client.post(PATH, content=content, headers=headers))


@pytest.mark.parametrize(
    "changes",
    [
        {"phoneNumber": "+37120000000\n"},
        {"phoneNumber": None},
        {"phoneNumber": "+0123456"},
        {"purpose": "dpv:"},
        {"purpose": ["dpv:DirectMarketing"]},
        {"purpose": "dpv:DirectMarketing\n"},
        {"scopes": []},
        {"scopes": [1]},
        {"requestCaptureUrl": "true"},
        {"requestCaptureUrl": ...},
        {"callbackUrl": 1},
        {"callbackUrl": None},
    ],
    ids=str,
)
async def test_what_the_schema_does_not_allow_is_invalid(
    stage: Stage, changes: dict[str, Any]
) -> None:
    """Strictly: no null for a text, no line end after a number, no word for a yes or no."""
    assert (400, "INVALID_ARGUMENT") == _code(await _ask(stage, await stage.token(), **changes))


@pytest.mark.parametrize(
    ("who", "code"),
    [
        (number(9), (404, "IDENTIFIER_NOT_FOUND")),
        ("+12345", (404, "IDENTIFIER_NOT_FOUND")),
        ("+888123456789", (404, "IDENTIFIER_NOT_FOUND")),
        ("+37167000000", (422, "SERVICE_NOT_APPLICABLE")),
        ("+37190000000", (422, "SERVICE_NOT_APPLICABLE")),
    ],
)
async def test_numbers_without_a_customer(stage: Stage, who: str, code: tuple[int, str]) -> None:
    """Unknown, or of a kind from which nobody gives a consent."""
    assert code == _code(await _ask(stage, await stage.token(), phoneNumber=who))


async def test_every_answer_has_a_correlator(stage: Stage) -> None:
    """The asker's own comes back; without one there is ours; a broken one never comes back."""
    crm = await stage.token()
    assert (
        "a-b/c;{d}"
        == (await _ask(stage, crm | {"x-correlator": "a-b/c;{d}"})).headers["x-correlator"]
    )
    ours = [(await _ask(stage, crm)).headers["x-correlator"] for _ in range(2)]
    assert 2 == len({*ours})
    for wrong in ("a b", "a\tb", "x" * 257, "%0a"):
        answer = await _ask(stage, crm | {"x-correlator": wrong})
        assert (400, "INVALID_ARGUMENT") == _code(answer)
        assert wrong not in answer.headers["x-correlator"]
    empty = await _ask(stage, crm | {"x-correlator": ""})
    assert 404 == empty.status_code


async def test_without_the_store_nothing_is_told(stage: Stage) -> None:
    """503 in CAMARA's form, and when to come back."""
    crm = await stage.token()
    await stage.give(number(), "offers", "sms")
    await _ask(stage, crm)
    file = stage.store.database.file  # type: ignore[attr-defined]
    file.rename(file.with_suffix(".away"))
    answer = await _ask(stage, crm)
    assert (503, "UNAVAILABLE") == _code(answer)
    assert "10" == answer.headers["retry-after"]
    file.with_suffix(".away").rename(file)
    assert 200 == (await _ask(stage, crm)).status_code


async def test_a_fault_of_ours_tells_nothing(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """500 in CAMARA's form; the log says where, never who."""

    def broken(*_: object) -> None:
        raise RuntimeError(number())

    monkeypatch.setattr("app.consent_info.questions_of", broken)
    answer = await _ask(stage, await stage.token())
    assert (500, "INTERNAL") == _code(answer)
    assert number() not in caplog.text
    assert "RuntimeError" in caplog.text


async def test_too_many_are_told_when_to_come_back(tmp_path: Path) -> None:
    """429 in CAMARA's form, with what is left on every answer before."""
    quotas = Quotas(consent_info=Quota(name="consent-info", most=1))
    async with staged(tmp_path, quotas=quotas) as strict:
        crm = await strict.token()
        first, second = await _ask(strict, crm), await _ask(strict, crm)
    assert '"consent-info";r=0;t=60' == first.headers["ratelimit"]
    assert (429, "TOO_MANY_REQUESTS") == _code(second)
    assert "60" == second.headers["retry-after"]
