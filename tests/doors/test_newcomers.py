"""People never heard of before: only so many are answered a minute, and each is obeyed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from app.newcomers import A_MINUTE, Newcomers
from consent.ports import Address
from consent.replies import SILENCE, Option
from tests.builders import AMIGO, HOUR, LMT, NUMBER, MovableClock
from tests.dialogue.talks import Talk

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
STOP = Option(name="withdraw_all", scope="marketing")
BOTH_REFUSED = ("offers refused", "loyalty_offers refused")


def _taken(bucket: Newcomers, times: int, *, brand: str = LMT) -> int:
    """Return how many of so many answers there were."""
    return sum(bucket.take(brand) for _ in range(times))


def test_a_brand_begins_with_a_minute_s_answers() -> None:
    """A rush is answered at once, up to what a minute has."""
    bucket = Newcomers(MovableClock().now)
    assert A_MINUTE == _taken(bucket, A_MINUTE + 5)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        pytest.param(SECOND / 2, 1, id="half-a-second"),
        pytest.param(timedelta(seconds=0.4), 0, id="less"),
        pytest.param(SECOND, 2, id="a-second"),
        pytest.param(10 * SECOND, 20, id="ten-seconds"),
        pytest.param(MINUTE, A_MINUTE, id="a-minute"),
        pytest.param(24 * HOUR, A_MINUTE, id="a-day-saves-up-no-more"),
        pytest.param(-HOUR, 0, id="a-clock-that-runs-backwards"),
    ],
)
def test_the_bucket_fills_up_evenly(after: timedelta, expected: int) -> None:
    """Answers come back with time, a minute's worth at most."""
    clock = MovableClock()
    bucket = Newcomers(clock.now)
    _taken(bucket, A_MINUTE)
    clock.move(after)
    assert expected == _taken(bucket, A_MINUTE + 5)


def test_parts_of_an_answer_add_up() -> None:
    """Asked every tenth of a second, one in five is answered: refusing costs nothing."""
    clock = MovableClock()
    bucket = Newcomers(clock.now)
    _taken(bucket, A_MINUTE)
    taken = 0
    for _ in range(100):
        clock.move(SECOND / 10)
        taken += bucket.take(LMT)
    assert taken == pytest.approx(20, abs=1)


def test_each_brand_has_a_bucket_of_its_own() -> None:
    """A flood at one brand takes nothing from the other (law 7)."""
    bucket = Newcomers(MovableClock().now)
    assert A_MINUTE == _taken(bucket, A_MINUTE + 1)
    assert A_MINUTE == _taken(bucket, A_MINUTE + 1, brand=AMIGO)


def test_how_many_a_minute_can_be_set() -> None:
    """A smaller bucket is emptied sooner and fills up more slowly."""
    clock = MovableClock()
    bucket = Newcomers(clock.now, a_minute=6)
    assert 6 == _taken(bucket, 10)
    clock.move(20 * SECOND)
    assert 2 == _taken(bucket, 10)


@dataclass(slots=True)
class Few:
    """An allowance of so many answers."""

    left: int
    asked: list[str] = field(default_factory=list)

    def take(self, brand: str) -> bool:
        """Take one out."""
        self.asked.append(brand)
        self.left -= 1
        return self.left >= 0


def _number(index: int) -> Address:
    return Address(NUMBER.kind, f"+3712000{index:04}")


async def test_newcomers_beyond_the_allowance_are_not_answered() -> None:
    """The first are welcomed; then there is silence, and nothing is asked of anybody."""
    talk = Talk(allowance=Few(2))
    replies = [await talk.sms("dot 8", address=_number(n)) for n in range(4)]
    assert [("notice", "ask.grant")] * 2 + [()] * 2 == [reply.ids for reply in replies]
    assert [("research asked",), ()] == [await talk.ledgered(_number(n)) for n in (0, 3)]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param("STOP", BOTH_REFUSED, id="stop"),
        pytest.param("atsaukt 8", ("research refused",), id="one-purpose"),
    ],
)
async def test_an_unanswered_newcomer_is_obeyed(words: str, expected: tuple[str, ...]) -> None:
    """A withdrawal is never lost, however many write at once (law 2)."""
    talk = Talk(allowance=Few(0))
    assert SILENCE == await talk.sms(words)
    assert expected == await talk.ledgered()


async def test_a_notice_that_a_newcomer_did_not_get_is_not_agreed_to() -> None:
    """The next message is answered; a yes in it is a yes to nothing (law 1)."""
    talk = Talk(allowance=Few(0))
    await talk.sms("dot 8")
    assert ("yes.nothing",) == (await talk.sms("jā")).ids
    assert () == await talk.ledgered()


async def test_who_is_known_is_answered_whatever_newcomers_do() -> None:
    """Only the first message of a number takes from the allowance."""
    few = Few(1)
    talk = Talk(allowance=few)
    await talk.sms("palīdzība")
    await talk.sms("kas", address=_number(7))
    assert ("status",) == (await talk.sms("statuss")).ids
    assert [LMT, LMT] == few.asked


async def test_a_customer_of_the_chat_is_no_newcomer_by_sms() -> None:
    """Whose number is known already takes nothing."""
    few = Few(0)
    talk = Talk(allowance=few)
    await talk.link()
    assert ("status",) == (await talk.sms("statuss")).ids
    assert [] == few.asked


async def test_a_chat_takes_nothing() -> None:
    """Answers there cost nothing."""
    few = Few(0)
    talk = Talk(allowance=few)
    assert (await talk.say("palīdzība", address=Address(NUMBER.kind, "+37120009999"))).ids
    await talk.link()
    assert [] == few.asked


async def test_a_number_that_is_not_answered_anyway_takes_nothing() -> None:
    """A flood from abroad uses up nobody's answers."""
    few = Few(1)
    talk = Talk(allowance=few)
    await talk.sms("kas", address=_number(7), unanswerable=True)
    assert [] == few.asked


async def test_a_newcomer_s_message_delivered_again_takes_nothing() -> None:
    """The stored reply comes again, of its own accord (law 5)."""
    few = Few(1)
    talk = Talk(allowance=few)
    first = await talk.sms("palīdzība", message_id="x")
    assert first == await talk.sms("palīdzība", message_id="x")
    assert [LMT] == few.asked


async def test_a_stop_that_the_provider_answered_takes_nothing() -> None:
    """Nothing is said to it, so it leaves the answers to those who get one."""
    talk = Talk(allowance=Few(1))
    await talk.sms(choice=STOP, address=_number(7), silent=True)
    assert (await talk.sms("palīdzība")).ids


async def test_who_was_not_answered_is_greeted_with_the_next_answer() -> None:
    """Nobody has told them yet who we are."""
    talk = Talk(allowance=Few(0))
    await talk.sms("labdien")
    assert ("welcome",) == (await talk.sms("labdien visiem")).ids
