"""The clock is set forwards by a day or backwards by an hour, in the middle of everything."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.chain import verify
from consent.decisions import Decision
from consent.desk import ConsentDesk, rebuild
from consent.notices import Form
from consent.ports import Inbound, Ledger, Proof
from consent.replies import Option
from consent.states import State
from storage.ids import SystemEntropy
from storage.memory import MemoryLedger
from tests.builders import MovableClock
from tests.store.test_ledger import HOUSE, NUMBER, message

HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
TICK = timedelta(microseconds=1)
AGREE, STOP = Option(name="agree"), Option(name="withdraw", purpose="traffic")
GRANT = Option(name="grant", purpose="traffic")
FORTH_AND_BACK = pytest.mark.parametrize(
    "by",
    [
        pytest.param(DAY, id="a-day-forwards"),
        pytest.param(-HOUR, id="an-hour-backwards"),
        pytest.param(-DAY, id="a-day-backwards"),
    ],
)


class Talk:
    """One customer whose messages are handled by a clock that jumps."""

    def __init__(self, ledger: Ledger, clock: MovableClock | None = None) -> None:
        """Begin with nothing said."""
        self.ledger = ledger
        self.clock = clock or MovableClock()
        self.desk = ConsentDesk(HOUSE, ledger, self.clock, SystemEntropy())
        self._said = 0

    def inbound(self, choice: Option) -> Inbound:
        """Return the next message, from a number that is proven well enough for everything."""
        self._said += 1
        proof = Proof(kind="sms_code", level=2)
        said = message(f"m{self._said}", choice, proof=proof, form=Form.CHAT)
        return replace(said, received_at=self.clock.now())

    async def says(self, *choices: Option) -> list[tuple[str, ...]]:
        """Choose these; return what was answered to each."""
        return [(await self.desk.handle(self.inbound(choice))).ids for choice in choices]

    async def history(self) -> tuple[Decision, ...]:
        """Return the decisions, after checking the chain and the order of their moments."""
        customer = await self.ledger.customer_of("lmt", NUMBER)
        decisions = await self.ledger.history(customer) if customer else ()
        if customer:
            assert len(decisions) == verify(decisions, await self.ledger.head_of(customer))
        moments = sorted({d.said_at for d in decisions})
        assert [d.said_at for d in decisions] == sorted(d.said_at for d in decisions)
        # No two messages share a moment: of two words at one moment nobody could tell the later.
        said = {d.said_at: set[str]() for d in decisions}
        for d in decisions:
            assert d.evidence
            said[d.said_at].add(d.evidence.message_id)
        assert all(len(said[moment]) == 1 for moment in moments)
        return decisions

    async def state(self, purpose: str = "traffic") -> State:
        """Return what a purpose's decisions mean by the clock as it now goes."""
        lens = HOUSE.lens("lmt", self.clock.now())
        found = lens.catalogue.purpose(purpose)
        return lens.read(rebuild(await self.history()), found).state


_JUMPS = st.sampled_from([-DAY, -HOUR, -TICK, timedelta(0), TICK, MINUTE, HOUR, DAY])
_DEEDS = st.sampled_from(["give", "stop", "stop all"])


@given(st.lists(st.tuples(_JUMPS, _DEEDS), min_size=1, max_size=8), _JUMPS)
def test_the_last_word_stands_however_the_clock_jumps(
    deeds: list[tuple[timedelta, str]], after: timedelta
) -> None:
    """A withdrawal never stands before the grant that it takes back, nor a grant before a no."""
    asyncio.run(_last_word_stands(deeds, after))


async def _last_word_stands(deeds: list[tuple[timedelta, str]], after: timedelta) -> None:
    talk = Talk(MemoryLedger())
    for jump, deed in deeds:
        talk.clock.move(jump)
        if deed == "give":
            await talk.says(GRANT, AGREE)
        else:
            all_of_it = Option(name="withdraw_all", scope="all")
            await talk.says(STOP if deed == "stop" else all_of_it)
    talk.clock.move(after)
    assert (deeds[-1][1] == "give") == (await talk.state() is State.GIVEN)


@FORTH_AND_BACK
async def test_a_stop_after_a_jump_ends_what_was_given_before(
    ledger: Ledger, by: timedelta
) -> None:
    """On every store: given, the clock jumps, stopped, and jumps back: it is withdrawn."""
    talk = Talk(ledger)
    await talk.says(GRANT, AGREE)
    assert State.GIVEN is await talk.state()
    talk.clock.move(by)
    await talk.says(STOP)
    assert State.WITHDRAWN is await talk.state()
    talk.clock.move(-by)
    assert State.WITHDRAWN is await talk.state()


async def test_a_yes_a_day_later_by_the_clock_only_gets_the_notice_again(ledger: Ledger) -> None:
    """Whether a day has passed or the clock was set: what may be too old is asked again."""
    talk = Talk(ledger)
    await talk.says(GRANT)
    talk.clock.move(DAY + TICK)
    (again,) = await talk.says(AGREE)
    assert "notice" in again
    assert State.ASKED is await talk.state()
    await talk.says(AGREE)
    assert State.GIVEN is await talk.state()


async def test_a_yes_to_a_question_from_an_hour_ahead_counts(ledger: Ledger) -> None:
    """The question was shown a moment ago, whatever the clock said then."""
    talk = Talk(ledger)
    await talk.says(GRANT)
    talk.clock.move(-HOUR)
    await talk.says(AGREE)
    assert State.GIVEN is await talk.state()


async def test_a_pause_ends_by_the_clock_and_a_no_in_it_wins(ledger: Ledger) -> None:
    """Set forwards it is over, set back it goes on; a withdrawal ends all of it for good."""
    talk = Talk(ledger)
    await talk.says(
        Option(name="grant", purpose="location"), AGREE, Option(name="pause", purpose="location")
    )
    states = []
    for by in (timedelta(0), -HOUR, DAY + 2 * HOUR, -DAY):
        talk.clock.move(by)
        states.append(await talk.state("location"))
    assert [State.PAUSED, State.PAUSED, State.GIVEN, State.PAUSED] == states
    talk.clock.move(-HOUR)
    await talk.says(Option(name="withdraw", purpose="location"))
    for by in (timedelta(0), 2 * DAY, -4 * DAY):
        talk.clock.move(by)
        assert State.WITHDRAWN is await talk.state("location")


async def test_answers_go_on_when_the_clock_was_set_back(ledger: Ledger) -> None:
    """Whoever asked often while it was ahead is not left without answers until it is there."""
    talk = Talk(ledger)
    again = Option(name="status")

    async def asks() -> bool:
        said = replace(talk.inbound(again), channel="sms")
        return bool((await talk.desk.handle(said)).messages)

    assert [True, True, True, False] == [await asks() for _ in range(4)]
    talk.clock.move(-DAY)
    assert await asks()
