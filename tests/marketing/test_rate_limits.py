"""How much a token may ask, and how that is told (draft-ietf-httpapi-ratelimit-headers-10)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from app.rate_limits import Quota, Quotas, RateLimits
from consent.access import Token, TokenScope
from tests.builders import MovableClock
from tests.marketing.stage import Stage, number, staged

FEW = Quotas(
    check=Quota(name="check", most=3),
    batch=Quota(name="batch", most=1),
    audience=Quota(name="audience", most=1, window=timedelta(seconds=30)),
)


@pytest.fixture
async def strict(tmp_path: Path) -> AsyncIterator[Stage]:
    """Return a door that lets only a few questions in."""
    async with staged(tmp_path, quotas=FEW) as found:
        yield found


def _token(name: str, clock: MovableClock) -> Token:
    return Token(
        id=name,
        brand="lmt",
        holder=name,
        scopes=frozenset({TokenScope.CHECK}),
        created_at=clock.now(),
        expires_at=clock.now() + timedelta(days=1),
    )


def test_a_window_begins_with_its_first_question() -> None:
    """So many, then none until the window has passed; then all again; each token for itself."""
    clock = MovableClock()
    limits, quota = RateLimits(clock.now), Quota(name="check", most=2)
    ours, theirs = _token("a", clock), _token("b", clock)
    found = []
    for seconds in (0, 20, 10, 29.5, 0.5, 1):
        clock.move(timedelta(seconds=seconds))
        allowance = limits.take(ours, quota)
        found.append((max(allowance.left, 0), allowance.seconds, allowance.is_spent))
    assert [
        (1, 60, False),
        (0, 40, False),
        (0, 30, True),
        (0, 1, True),
        (1, 60, False),
        (0, 59, False),
    ] == found
    assert 1 == limits.take(theirs, quota).left
    assert 1 == limits.take(ours, Quota(name="batch", most=2)).left


def test_a_clock_set_back_begins_a_new_window() -> None:
    """Nobody waits longer than a window, whatever the clock does."""
    clock = MovableClock()
    limits, quota = RateLimits(clock.now), Quota(name="check", most=1)
    assert not limits.take(_token("a", clock), quota).is_spent
    assert limits.take(_token("a", clock), quota).is_spent
    clock.move(-timedelta(days=1))
    assert not limits.take(_token("a", clock), quota).is_spent


async def test_every_answer_says_what_is_left(strict: Stage) -> None:
    """The rule and what is left of it, on answers and on problems alike."""
    crm = await strict.token()
    for left, asked in ((2, {}), (1, {"channel": "fax"}), (0, {"brand": "amigo"})):
        answer = await strict.check(crm, **asked)
        assert '"check";q=3;w=60' == answer.headers["ratelimit-policy"]
        assert f'"check";r={left};t=60' == answer.headers["ratelimit"]
        assert "retry-after" not in answer.headers


async def test_one_too_many_is_a_problem_and_looks_at_nobody(strict: Stage) -> None:
    """429 with when to come back; then it is answered again."""
    crm = await strict.token()
    await strict.give(number(), "offers", "sms")
    for _ in range(3):
        assert 200 == (await strict.check(crm)).status_code
    strict.clock.wait(15 / 3600)
    answer = await strict.check(crm)
    assert (429, "application/problem+json", "TOO_MANY_REQUESTS", "45") == (
        answer.status_code,
        answer.headers["content-type"],
        answer.json()["code"],
        answer.headers["retry-after"],
    )
    assert '"check";r=0;t=45' == answer.headers["ratelimit"]
    assert 3 == len(await strict.looks())
    assert 200 == (await strict.check(await strict.token("other"))).status_code
    strict.clock.wait(45 / 3600)
    assert 200 == (await strict.check(crm)).status_code


async def test_each_kind_of_question_has_its_own(strict: Stage) -> None:
    """Batches and counts do not use up single checks."""
    crm = await strict.token()
    batch = {"questions": [{"number": number(), "purposes": ["offers"]}]}
    statuses = [
        (await strict.client.post("/api/v1/check/batch", json=batch, headers=crm)).status_code,
        (await strict.client.post("/api/v1/check/batch", json=batch, headers=crm)).status_code,
        (await strict.client.get("/api/v1/audience", headers=crm)).status_code,
        (await strict.client.post("/api/v1/audience", json={}, headers=crm)).status_code,
        (await strict.check(crm)).status_code,
    ]
    assert [200, 429, 200, 429, 200] == statuses


async def test_who_is_not_let_in_uses_up_nothing(strict: Stage) -> None:
    """Without a good token there is no window to tell of."""
    for _ in range(5):
        answer = await strict.check({"authorization": "Bearer other"})
        assert (401, False) == (answer.status_code, "ratelimit" in answer.headers)
