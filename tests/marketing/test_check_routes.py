"""`POST /api/v1/check` and `/check/batch`: what is answered, in which order, and what is noted."""

from __future__ import annotations

from datetime import timedelta

import pytest

from consent.decisions import Action
from tests.marketing.stage import DAY, YEAR, Stage, number

BATCH = "/api/v1/check/batch"


async def test_a_yes_is_allowed_and_proven(stage: Stage) -> None:
    """Since when, and the decision that proves it; nothing is kept by a cache."""
    crm = await stage.token()
    await stage.give(number(), "offers", "sms")
    answer = await stage.check(crm)
    said = answer.json()
    assert (200, "no-store") == (answer.status_code, answer.headers["cache-control"])
    assert (True, "allowed", None) == (said["allowed"], said["reason"], said["camara_reason"])
    assert said["since"] == (stage.clock.now() - DAY).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert said["decision"]
    assert {"kind": "purpose", "id": "offers"} == said["about"]


@pytest.mark.parametrize(
    ("decided", "asked", "reason", "camara"),
    [
        pytest.param({}, {}, "unknown_address", "PENDING", id="unknown"),
        pytest.param({"offers": Action.REFUSED}, {}, "refused", "DENIED", id="refused"),
        pytest.param(
            {"offers": Action.GIVEN}, {}, "channel_unset", "PENDING", id="channel-not-chosen"
        ),
        pytest.param(
            {"offers": Action.GIVEN, "sms": Action.OFF}, {}, "channel_off", "DENIED", id="off"
        ),
        pytest.param(
            {"offers": Action.GIVEN, "sms": Action.ON, "news": Action.OFF},
            {"topic": "news"},
            "topic_off",
            "OBJECTED",
            id="topic",
        ),
        pytest.param(
            {"offers": Action.GIVEN, "sms": Action.ON},
            {"purposes": ["offers", "traffic"]},
            "never_asked",
            "PENDING",
            id="one-of-several",
        ),
        pytest.param(
            {"location": Action.GIVEN},
            {"purposes": ["location"], "channel": ...},
            "allowed",
            None,
            id="use",
        ),
        pytest.param(
            {"offers": Action.GIVEN, "service": Action.ENDED},
            {"channel": ...},
            "service_ended",
            "EXPIRED",
            id="left",
        ),
    ],
)
async def test_every_answer_says_why(
    stage: Stage,
    decided: dict[str, Action],
    asked: dict[str, object],
    reason: str,
    camara: str | None,
) -> None:
    """Our finer code, and what CAMARA calls it; allowed only without a reason."""
    crm = await stage.token()
    if decided:
        await stage.decide(number(), decided)
    said = (await stage.check(crm, **asked)).json()
    assert (reason, camara) == (said["reason"], said["camara_reason"])
    assert (reason == "allowed") == said["allowed"]


async def test_what_ends_says_when(stage: Stage) -> None:
    """A loyalty consent of a former customer runs out at the end of the day two years on."""
    crm = await stage.token()
    await stage.give(number(), "loyalty", ago=3 * DAY)
    await stage.decide(number(), {"service": Action.ENDED}, ago=2 * DAY)
    asked = {"purposes": ["loyalty"], "channel": ...}
    said = (await stage.check(crm, **asked)).json()
    assert (True, "2028-11-20T22:00:00Z") == (said["allowed"], said["until"])
    stage.clock.wait(3 * 365 * 24)
    late = await stage.token("late", days=9 * 365)
    said = (await stage.check(late, **asked)).json()
    assert ("expired", "EXPIRED") == (said["reason"], said["camara_reason"])


async def test_several_are_allowed_since_the_last_was_given(stage: Stage) -> None:
    """Of several purposes all count, and the verdict is as old as the youngest yes."""
    crm = await stage.token()
    await stage.give(number(), "traffic", ago=3 * DAY)
    await stage.give(number(), "research", ago=2 * DAY)
    for purposes in (["traffic", "research"], ["research", "traffic", "traffic"]):
        said = (await stage.check(crm, purposes=purposes, channel=...)).json()
        assert said["allowed"]
        assert "research" == said["about"]["id"]
        assert said["since"] == (stage.clock.now() - 2 * DAY).strftime("%Y-%m-%dT%H:%M:%SZ")


async def test_the_forgotten_stay_a_no(stage: Stage) -> None:
    """Who was forgotten is neither unknown nor contacted, and nobody's read log grows."""
    crm = await stage.token()
    await stage.give(number(), "offers", "sms")
    await stage.forget(number())
    said = (await stage.check(crm)).json()
    assert (False, "erased", "DENIED") == (said["allowed"], said["reason"], said["camara_reason"])
    assert [] == await stage.looks()


async def test_a_blocked_channel_is_blocked(stage: Stage) -> None:
    """What the provider does not deliver is not allowed, whatever was given."""
    crm = await stage.token()
    await stage.give(number(), "offers", "sms", "email")
    await stage.block(number(), "sms")
    assert "channel_blocked" == (await stage.check(crm)).json()["reason"]
    assert "allowed" == (await stage.check(crm, channel="email")).json()["reason"]


async def test_an_address_is_found_however_it_is_written(stage: Stage) -> None:
    """With spaces or without the country; an e-mail address in whatever case, if it is one."""
    crm = await stage.token()
    await stage.give("+37126123456", "offers", "sms")
    for written in ("+37126123456", "26123456", "+371 26 123 456", "00371 26123456"):
        assert (await stage.check(crm, number=written)).json()["allowed"], written
    by_mail = await stage.check(crm, number=..., email="Anna@Example.LV")
    assert "unknown_address" == by_mail.json()["reason"]


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ({"number": "12"}, "number"),
        ({"number": "anna"}, "number"),
        ({"number": "+888123456789"}, "number"),
        ({"number": "2" * 5_000}, "number"),
        ({"number": 37120000000}, "number"),
        ({"number": ..., "email": "anna"}, "email"),
        ({"number": ..., "email": "a@b"}, "email"),
        ({"number": ..., "email": "a b@example.lv"}, "email"),
        ({"email": "a@example.lv"}, "one of them"),
        ({"number": ...}, "one of them"),
        ({"purposes": []}, "purposes"),
        ({"purposes": ["offers"] * 21}, "purposes"),
        ({"purposes": "offers"}, "purposes"),
        ({"purposes": ...}, "purposes"),
        ({"purposes": ["weather"]}, "no such purpose"),
        ({"channel": "fax"}, "no such purpose, channel"),
        ({"topic": "weather"}, "topic"),
        ({"channel": ["sms"]}, "channel"),
        ({"priority": 1}, "priority"),
    ],
    ids=lambda value: str(value)[:40].encode("ascii", "replace").decode(),
)
async def test_bad_questions_are_problems(
    stage: Stage, asked: dict[str, object], named: str
) -> None:
    """What cannot be asked is a problem detail that names the field; nobody was looked at."""
    crm = await stage.token()
    await stage.give(number(), "offers")
    answer = await stage.check(crm, **asked)
    problem = answer.json()
    assert (400, "application/problem+json", "INVALID_ARGUMENT") == (
        answer.status_code,
        answer.headers["content-type"],
        problem["code"],
    )
    assert named in problem["detail"]
    assert [] == await stage.looks()


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"{}" * 20_000])
@pytest.mark.parametrize("path", ["/api/v1/check", BATCH])
async def test_broken_bodies_are_problems(stage: Stage, path: str, body: bytes) -> None:
    """No body, half of one, another shape or too much of it: never a crash."""
    headers = await stage.token() | {"content-type": "application/json"}
    answer = await stage.client.post(path, content=body, headers=headers)
    assert answer.status_code in {400, 413}
    assert "application/problem+json" == answer.headers["content-type"]


async def test_whoever_asks_is_noted_before_they_are_told(stage: Stage) -> None:
    """The customer's read log says who asked, what for, what about and what they were told."""
    crm = await stage.token()
    await stage.give(number(), "offers", "sms")
    await stage.check(crm, purposes=["offers", "traffic"], topic="news")
    (look,) = await stage.looks()
    assert ("system:crm", "check", "offers+traffic/sms/news", "never_asked") == (
        look.viewer,
        look.reason_of_look,
        look.question,
        look.answer,
    )


async def test_without_the_store_there_is_no_verdict(stage: Stage) -> None:
    """A store that is gone is a problem that says when to come back; then it is answered."""
    crm = await stage.token()
    await stage.give(number(), "offers", "sms")
    await stage.check(crm)
    file = stage.store.database.file  # type: ignore[attr-defined]
    away = file.with_suffix(".away")
    file.rename(away)
    answer = await stage.check(crm)
    assert (503, "UNAVAILABLE", "10") == (
        answer.status_code,
        answer.json()["code"],
        answer.headers["retry-after"],
    )
    away.rename(file)
    assert (await stage.check(crm)).json()["allowed"]


async def test_many_questions_are_answered_in_their_order(stage: Stage) -> None:
    """A thousand at once, one answer each, and a line in each customer's read log."""
    crm = await stage.token()
    for who in range(0, 1_000, 50):
        await stage.give(number(who), "offers", "sms")
    asked = [
        {"number": number(who), "purposes": ["offers"], "channel": "sms"} for who in range(1_000)
    ]
    answer = await stage.client.post(BATCH, json={"questions": asked}, headers=crm)
    found = [said["allowed"] for said in answer.json()["answers"]]
    assert [who % 50 == 0 for who in range(1_000)] == found
    looks = await stage.looks()
    assert (20, 20) == (len(looks), len({look.customer_id for look in looks}))


async def test_the_same_number_twice_is_two_answers(stage: Stage) -> None:
    """Questions differ though the customer is one; each is noted."""
    crm = await stage.token()
    await stage.give(number(), "offers", "sms")
    asked = [
        {"number": number(), "purposes": ["offers"], "channel": channel}
        for channel in ("sms", "call", "sms")
    ]
    answer = await stage.client.post(BATCH, json={"questions": asked}, headers=crm)
    assert ["allowed", "channel_unset", "allowed"] == [
        said["reason"] for said in answer.json()["answers"]
    ]
    assert 3 == len(await stage.looks())


async def test_a_batch_with_bad_questions_is_refused_whole(stage: Stage) -> None:
    """Which are wrong is told, ten of them by name; nothing was answered and nobody looked at."""
    crm = await stage.token()
    await stage.give(number(), "offers", "sms")
    good = {"number": number(), "purposes": ["offers"]}
    asked = [good, *({"number": "x", "purposes": ["offers"]} for _ in range(12))]
    answer = await stage.client.post(BATCH, json={"questions": asked}, headers=crm)
    detail = answer.json()["detail"]
    assert 400 == answer.status_code
    assert "questions[1]: number" in detail
    assert "questions[10]: number" in detail
    assert detail.endswith("; and 2 more")
    assert [] == await stage.looks()


@pytest.mark.parametrize("count", [0, 1_001])
async def test_a_batch_has_from_one_to_a_thousand(stage: Stage, count: int) -> None:
    """None, or one too many, is a problem."""
    crm = await stage.token()
    asked = [{"number": number(), "purposes": ["offers"]}] * count
    answer = await stage.client.post(BATCH, json={"questions": asked}, headers=crm)
    assert 400 == answer.status_code
    assert "questions" in answer.json()["detail"]


async def test_a_stop_blocks_the_next_check(stage: Stage) -> None:
    """What was answered to the customer is true for marketing from then on."""
    crm = await stage.token()
    await stage.give(number(), "offers", "sms", ago=timedelta(hours=1))
    assert (await stage.check(crm)).json()["allowed"]
    await stage.says(number(), "STOP", "m1")
    assert "withdrawn" == (await stage.check(crm)).json()["reason"]


async def test_a_restart_of_the_service_counts(stage: Stage) -> None:
    """Who came back within the term is a customer again."""
    crm = await stage.token()
    await stage.give(number(), "offers", "sms", ago=2 * YEAR)
    await stage.decide(number(), {"service": Action.ENDED}, ago=YEAR)
    assert not (await stage.check(crm)).json()["allowed"]
    await stage.decide(number(), {"service": Action.RESTARTED}, ago=DAY)
    assert (await stage.check(crm)).json()["allowed"]
