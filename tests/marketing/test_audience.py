"""How many may be contacted: counted by the verdict itself, and no small group is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from consent.decisions import Action
from consent.errors import StoreUnavailable
from consent.replies import Option
from consent.standing import Standing
from consent.states import Lens
from consent.verdicts import Question, judge
from marketing.audience import SMALLEST, Audience, shown
from storage import schema
from storage.audience import SqlCrowd
from storage.database import Database
from storage.ledger import SqlLedger
from tests.builders import (
    CATALOGUE,
    CHANNELS,
    DAY,
    LMT,
    PURPOSES,
    START,
    MovableClock,
    lens,
    said,
    standing,
)
from tests.builders import given as yes
from tests.marketing.stage import Stage, number
from tests.store.feeds import number as address
from tests.store.stores import VAULT
from tests.store.test_ledger import STOP, desk, message

Held = tuple[Standing, frozenset[str]]
NOBODY: frozenset[str] = frozenset()


class _Crowd:
    """Customers made up by a test, in pages of three."""

    def __init__(self, *held: Held) -> None:
        self.held = held
        self.read = 0
        self.broken = False

    async def standings(self, brand: str) -> AsyncIterator[tuple[Held, ...]]:
        assert LMT == brand
        self.read += 1
        for start in range(0, len(self.held) + 1, 3):
            await asyncio.sleep(0)
            if self.broken:
                raise StoreUnavailable("(gone)")
            yield self.held[start : start + 3]


def _audience(crowd: _Crowd, clock: MovableClock | None = None) -> Audience:
    ticking = clock or MovableClock()

    def read(brand: str) -> Lens:
        return lens(ticking.now(), brand=brand)

    return Audience(crowd, read)


REACHED: Held = (standing(*yes("offers", "sms")), NOBODY)


@pytest.mark.parametrize(("there", "told"), [(0, None), (9, None), (10, 10), (14, 10), (15, 20)])
async def test_a_small_group_is_not_told(there: int, told: int | None) -> None:
    """Fewer than ten are not told, not even that there are none."""
    counts = await _audience(_Crowd(*[REACHED] * there)).count(LMT)
    assert told == counts.groups["offers", "sms"]
    assert {None} == {n for place, n in counts.groups.items() if place != ("offers", "sms")}
    assert len(PURPOSES) * len(CHANNELS) == len(counts.groups)


_ACTIONS = st.sampled_from([Action.GIVEN, Action.WITHDRAWN, Action.REFUSED, Action.ASKED])
_SWITCHES = st.sampled_from([Action.ON, Action.OFF, Action.UNSET])
_STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["offers", "loyalty_offers", "traffic", "location"]), _ACTIONS),
        st.tuples(st.sampled_from([*CHANNELS, "news", "tariffs"]), _SWITCHES),
        st.just(("service", Action.ENDED)),
    ),
    max_size=4,
)
_PEOPLE = st.lists(
    st.tuples(_STEPS, st.frozensets(st.sampled_from(CHANNELS), max_size=1)), max_size=12
)


def _held(steps: Sequence[tuple[str, Action]], blocked: frozenset[str]) -> Held:
    # Most have given a lot, or hardly anybody would ever be counted.
    start = START - len(steps) * DAY
    before = yes("offers", "traffic", *CHANNELS, at=start - DAY)
    later = [said(name, action, at=start + i * DAY) for i, (name, action) in enumerate(steps)]
    return standing(*before, *later), blocked


@settings(max_examples=60)
@given(people=_PEOPLE, topic=st.sampled_from([None, "news", "tariffs"]))
def test_a_count_is_as_many_as_the_verdict_allows(
    people: list[tuple[list[tuple[str, Action]], frozenset[str]]], topic: str | None
) -> None:
    """Law 8: whoever is counted would be allowed by a check, and nobody is left out."""
    # Ten of each, so that every group is large enough to be told.
    held = [_held(steps, blocked) for steps, blocked in people for _ in range(SMALLEST)]
    counts = asyncio.run(_audience(_Crowd(*held)).count(LMT, topic))
    for (purpose, channel), told in counts.groups.items():
        question = Question(brand=LMT, purpose=purpose, channel=channel, topic=topic)
        allowed = sum(judge(question, s, lens(), blocked=b).allowed for s, b in held)
        assert shown(allowed) == told


async def test_it_is_counted_once_a_minute() -> None:
    """Within a minute the same count is told, with the moment it was true; then a new one."""
    clock, crowd = MovableClock(), _Crowd(*[REACHED] * 10)
    audience = _audience(crowd, clock)
    first = await audience.count(LMT)
    clock.move(timedelta(seconds=59))
    crowd.held = ()
    assert first == await audience.count(LMT)
    clock.move(timedelta(seconds=1))
    later = await audience.count(LMT)
    assert (clock.now(), None, 2) == (later.at, later.groups["offers", "sms"], crowd.read)


async def test_who_asks_together_shares_one_count() -> None:
    """A hundred at once read the customers once; another topic is another count."""
    crowd = _Crowd(*[REACHED] * 10)
    audience = _audience(crowd)
    counts = await asyncio.gather(*(audience.count(LMT) for _ in range(100)))
    assert (1, 1) == (crowd.read, len({id(one) for one in counts}))
    await audience.count(LMT, "news")
    assert 2 == crowd.read


async def test_whoever_goes_away_does_not_take_the_count_along() -> None:
    """The others still get it."""
    audience = _audience(_Crowd(*[REACHED] * 10))
    first = asyncio.create_task(audience.count(LMT))
    await asyncio.sleep(0)
    second = asyncio.create_task(audience.count(LMT))
    await asyncio.sleep(0)
    first.cancel()
    assert 10 == (await second).groups["offers", "sms"]


async def test_a_count_that_failed_is_not_kept() -> None:
    """Without the store nothing is told; with it again, the next who asks gets a count."""
    crowd = _Crowd(*[REACHED] * 10)
    audience = _audience(crowd)
    crowd.broken = True
    with pytest.raises(StoreUnavailable):
        await audience.count(LMT)
    crowd.broken = False
    assert 10 == (await audience.count(LMT)).groups["offers", "sms"]


async def test_an_unknown_topic_is_refused() -> None:
    """The catalogue says what can be asked."""
    with pytest.raises(KeyError):
        await _audience(_Crowd()).count(LMT, "weather")


async def _stands(database: Database, page: int, brand: str = "lmt") -> list[Held]:
    return [one async for held in SqlCrowd(database, page=page).standings(brand) for one in held]


@pytest.mark.parametrize("page", [1, 2, 5, 100])
async def test_every_customer_is_read_once(database: Database, page: int) -> None:
    """Whatever the page: all of the brand, none twice, with what stands of them."""
    ledger = SqlLedger(database, VAULT)
    for who in range(5):
        await desk(ledger).handle(message(f"m{who}", STOP, address=address(who)))
    await desk(ledger).handle(message("m9", STOP, address=address(9), brand="amigo"))
    found = await _stands(database, page)
    assert 5 == len(found)
    assert {2} == {len(one.records) for one, _ in found}
    assert 1 == len(await _stands(database, page, "amigo"))


async def test_who_is_gone_is_not_counted(database: Database) -> None:
    """Neither the forgotten nor those who turned out to be somebody else."""
    ledger = SqlLedger(database, VAULT)
    for who in range(4):
        await desk(ledger).handle(message(f"m{who}", STOP, address=address(who)))
    gone = await ledger.customer_of("lmt", address(0))
    joined = await ledger.customer_of("lmt", address(1))

    def change(connection: Connection) -> None:
        table = schema.customers
        mine = partial(table.c.customer_id.__eq__)
        connection.execute(table.update().where(mine(gone)).values(wrapped_key=None))
        connection.execute(table.update().where(mine(joined)).values(joined_to="x"))

    database.write_now(change)
    assert 2 == len(await _stands(database, 3))


async def test_a_brand_without_customers_has_no_groups(database: Database) -> None:
    """Nobody is a count like any other."""
    assert [] == await _stands(database, 3)


async def test_blocked_channels_are_read_with_the_standing(database: Database) -> None:
    """Whoever a provider blocks is known to be blocked."""
    ledger = SqlLedger(database, VAULT)
    blocked = message("m1", Option(name="status"), silent=True, channel="sms", text=None)
    await desk(ledger).handle(message("m0", STOP))
    await desk(ledger).handle(blocked)
    ((_, channels),) = await _stands(database, 3)
    assert {"sms"} == channels


async def _served(stage: Stage, headers: dict[str, str], **asked: Any) -> dict[str, Any]:  # noqa: ANN401
    answer = await stage.client.post("/api/v1/audience", json=asked, headers=headers)
    assert 200 == answer.status_code
    found: dict[str, Any] = answer.json()
    return found


async def test_systems_learn_how_many_they_can_reach(stage: Stage) -> None:
    """All groups by purpose and channel, or those asked for; the same counts both ways."""
    crm = await stage.token()
    for who in range(12):
        await stage.give(number(who), "offers", "sms", *(["email"] if who < 3 else []))
    whole = (await stage.client.get("/api/v1/audience", headers=crm)).json()
    assert ("lmt", None, SMALLEST) == (whole["brand"], whole["topic"], whole["smallest"])
    assert stage.clock.now().isoformat().replace("+00:00", "Z") == whole["at"]
    counted = {(g["purpose"], g["channel"]): g["customers"] for g in whole["groups"]}
    assert (10, None) == (counted["offers", "sms"], counted["offers", "email"])
    assert len(CATALOGUE.purposes) * len(CATALOGUE.channels) == len(counted)
    some = await _served(stage, crm, purposes=["offers", "traffic"], channels=["sms"])
    assert [("offers", "sms", 10), ("traffic", "sms", None)] == [
        (g["purpose"], g["channel"], g["customers"]) for g in some["groups"]
    ]


async def test_nobody_s_read_log_says_they_were_counted(stage: Stage) -> None:
    """A count names nobody and looks at nobody's standing alone."""
    crm = await stage.token()
    await stage.give(number(), "offers", "sms")
    await _served(stage, crm)
    assert [] == await stage.looks()


async def test_a_topic_counts_those_who_want_it(stage: Stage) -> None:
    """Who switched a topic off is not in the count of that topic."""
    crm = await stage.token()
    for who in range(12):
        await stage.give(number(who), "offers", "sms")
    for who in range(2):
        await stage.decide(number(who), {"news": Action.OFF})
    answer = await stage.client.get("/api/v1/audience?topic=news", headers=crm)
    assert ("news", 10) == (answer.json()["topic"], answer.json()["groups"][1]["customers"])


@pytest.mark.parametrize(
    "asked",
    [
        {"topic": "weather"},
        {"purposes": ["weather"]},
        {"channels": ["fax"]},
        {"purposes": "offers"},
        {"more": 1},
    ],
)
async def test_what_is_not_there_cannot_be_counted(stage: Stage, asked: dict[str, Any]) -> None:
    """A problem detail that names the field."""
    answer = await stage.client.post("/api/v1/audience", json=asked, headers=await stage.token())
    assert (400, "application/problem+json") == (
        answer.status_code,
        answer.headers["content-type"],
    )
    assert next(iter(asked)) in answer.json()["detail"]
