"""How many answers a number gets: enough for a person, too few for two machines."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent.decisions import YES, Decision
from consent.ports import Address, AddressKind
from consent.replies import SILENCE, Option
from consent.restraint import ALL_ANSWERS, IDLE_ANSWERS, SAME_ANSWERS
from tests.builders import AMIGO, CHAT, HOUR, NUMBER
from tests.dialogue.talks import Talk

OTHER = Address(AddressKind.MSISDN, "+37120000002")
TICK = timedelta(microseconds=1)
ECHO = timedelta(minutes=10)
LAST_WORD = ("limit.reached",)
BOTH_REFUSED = ("offers refused", "loyalty_offers refused")
EMAIL = [Option(name=f"channel_{way}", channel="email") for way in ("on", "off")]


async def _idle(talk: Talk, times: int, *, address: Address = NUMBER) -> list[tuple[str, ...]]:
    """Say something else each time that changes nothing; return what was answered."""
    words = [f"kas {talk.sent} {number}" for number in range(times)]
    return [(await talk.sms(said, address=address)).ids for said in words]


async def _change(talk: Talk, times: int) -> list[tuple[str, ...]]:
    """Switch e-mail on and off in turn; return what was answered."""
    await talk.say("dot 1")
    await talk.say("jā")
    replies = [await talk.sms(choice=EMAIL[number % 2]) for number in range(times)]
    return [reply.ids for reply in replies]


async def test_an_hour_has_thirty_answers_to_what_changes_nothing() -> None:
    """The last of them says that it is enough, once; then there is silence."""
    answers = await _idle(Talk(), IDLE_ANSWERS + 3)
    spoken, last, rest = answers[: IDLE_ANSWERS - 1], answers[IDLE_ANSWERS - 1], answers[-3:]
    assert all(spoken)
    assert LAST_WORD not in spoken
    assert (LAST_WORD, [()] * 3) == (last, rest)


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        pytest.param(HOUR - TICK, (), id="the-same-hour"),
        pytest.param(HOUR, ("unclear",), id="an-hour-after-the-first"),
    ],
)
async def test_when_the_hour_is_over_there_are_answers_again(
    later: timedelta, expected: tuple[str, ...]
) -> None:
    """The hour begins with the first answer, and after it all are there again."""
    talk = Talk()
    await _idle(talk, IDLE_ANSWERS + 1)
    talk.clock.move(later)
    assert [expected] == await _idle(talk, 1)


async def test_the_next_hour_is_counted_from_its_own_beginning() -> None:
    """It begins with its first answer, and has a last word of its own."""
    talk = Talk()
    await _idle(talk, IDLE_ANSWERS + 1)
    talk.clock.move(HOUR * 3)
    assert LAST_WORD == (await _idle(talk, IDLE_ANSWERS))[-1]
    talk.clock.move(HOUR - TICK)
    assert [()] == await _idle(talk, 1)


async def test_what_changes_something_is_answered_still() -> None:
    """When idle answers are used up, a withdrawal is confirmed all the same."""
    talk = Talk()
    await _idle(talk, IDLE_ANSWERS + 1)
    assert ("withdrawn.marketing", "stop.rest") == (await talk.sms("STOP")).ids


async def test_an_hour_has_a_hundred_answers_at_all() -> None:
    """Even what changes something is then carried out without a word."""
    talk = Talk()
    answers = await _change(talk, ALL_ANSWERS + 2)
    assert all(answers[:ALL_ANSWERS])
    assert [(), ()] == answers[ALL_ANSWERS:]
    assert ALL_ANSWERS + 2 == sum(d.subject.id == "email" for d in await talk.history())
    assert "email off" == (await talk.ledgered())[-1]
    talk.clock.move(2 * HOUR)
    assert (await talk.sms(choice=EMAIL[0])).ids


async def test_a_hundred_answers_are_for_questions_too() -> None:
    """Whoever changes a hundred things in an hour is not answered any more that hour."""
    talk = Talk()
    await _change(talk, ALL_ANSWERS)
    assert [()] * 3 == await _idle(talk, 3)


async def test_a_withdrawal_is_carried_out_when_nothing_is_answered_any_more() -> None:
    """Answers are held back, never what a message decides (law 2)."""
    talk = Talk()
    await _change(talk, ALL_ANSWERS)
    assert SILENCE == await talk.sms("STOP visu")
    assert not (await talk.may("offers")).allowed
    assert 8 == sum(d.action.value in {"withdrawn", "refused"} for d in await talk.history())


async def test_a_withdrawal_that_nobody_confirmed_is_not_carried_out_twice() -> None:
    """An hour later a second STOP is told since when: the first one counted."""
    talk = Talk()
    await _change(talk, ALL_ANSWERS)
    await talk.sms("STOP")
    talk.clock.move(2 * HOUR)
    assert ("already.marketing", "stop.rest") == (await talk.sms("STOP")).ids


@pytest.mark.parametrize("times", [IDLE_ANSWERS - 1, IDLE_ANSWERS, ALL_ANSWERS + 1])
async def test_a_question_that_nobody_saw_is_answered_by_no_yes(times: int) -> None:
    """Whatever was held back, a yes afterwards answers nothing and gives nothing."""
    talk = Talk()
    await _idle(talk, times)
    await talk.sms("dot 8")
    talk.clock.move(HOUR)
    assert ("yes.nothing",) == (await talk.sms("jā")).ids
    assert "research given" not in await talk.ledgered()


async def test_a_notice_nobody_saw_is_not_noted_as_shown() -> None:
    """In the silence nothing is shown, so the ledger says of nothing that it was asked."""
    talk = Talk()
    await _idle(talk, IDLE_ANSWERS)
    assert SILENCE == await talk.sms("dot 8")
    assert () == await talk.ledgered()


async def test_a_notice_whose_place_the_last_word_took_is_not_noted_as_shown() -> None:
    """Who reads that it is enough for now has not read the notice."""
    talk = Talk()
    await _idle(talk, IDLE_ANSWERS - 1)
    assert LAST_WORD == (await talk.sms("dot 8")).ids
    assert () == await talk.ledgered()


async def test_a_notice_that_was_seen_can_be_agreed_to_in_the_silence() -> None:
    """Asked before the answers ran out, the question stays open, and its yes is confirmed."""
    talk = Talk()
    await talk.sms("dot 8")
    await _idle(talk, IDLE_ANSWERS + 1)
    assert ("granted",) == (await talk.sms("jā")).ids
    assert ("research asked", "research given") == await talk.ledgered()


async def test_the_same_words_are_answered_three_times() -> None:
    """A machine that repeats itself hears no more, however it writes the words."""
    talk = Talk()
    echo = ("statuss", " STATUSS ", "Statuss\n", "statuss", "STATUSS")
    answers = [(await talk.sms(words)).ids for words in echo]
    assert all(answers[:SAME_ANSWERS])
    assert [()] * (len(echo) - SAME_ANSWERS) == answers[SAME_ANSWERS:]


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        pytest.param(ECHO - TICK, (), id="in-ten-minutes"),
        pytest.param(ECHO, ("status",), id="ten-minutes-later"),
    ],
)
async def test_words_said_again_much_later_are_a_question(
    after: timedelta, expected: tuple[str, ...]
) -> None:
    """After ten minutes without them, the same words are no echo."""
    talk = Talk()
    for _ in range(SAME_ANSWERS):
        await talk.sms("statuss")
    talk.clock.move(after)
    assert expected == (await talk.sms("statuss")).ids


async def test_an_echo_goes_on_as_long_as_it_lasts() -> None:
    """Every nine minutes the same words: silence, in the next hour too."""
    talk = Talk()
    answers = []
    for _ in range(SAME_ANSWERS + 8):
        answers.append((await talk.sms("statuss")).ids)
        talk.clock.move(timedelta(minutes=9))
    assert [()] * 8 == answers[SAME_ANSWERS:]


async def test_other_words_end_an_echo() -> None:
    """What is said in between shows that somebody is there."""
    talk = Talk()
    for _ in range(SAME_ANSWERS):
        await talk.sms("statuss")
    await talk.sms("palīdzība")
    again = [(await talk.sms("statuss")).ids for _ in range(SAME_ANSWERS)]
    assert [("status",)] * SAME_ANSWERS == again


async def test_a_stop_repeated_is_carried_out_once_and_answered_three_times() -> None:
    """The first changes something; of those that do not, two more are answered."""
    talk = Talk()
    answers = [(await talk.sms("STOP")).ids for _ in range(5)]
    first, *again = answers
    assert ("withdrawn.marketing", "stop.rest") == first
    assert [("already.marketing", "stop.rest")] * 2 + [()] * 2 == again
    assert BOTH_REFUSED == await talk.ledgered()


async def test_the_same_words_that_change_something_are_no_echo() -> None:
    """Given in the chat and stopped by SMS again and again, each STOP is confirmed."""
    talk = Talk()
    await talk.link()
    for _ in range(SAME_ANSWERS + 2):
        for words in ("START", "jā"):
            await talk.say(words, address=CHAT)
        assert ("withdrawn.marketing", "stop.rest") == (await talk.sms("STOP")).ids
    assert ("already.marketing", "stop.rest") == (await talk.sms("STOP")).ids


async def test_each_number_and_brand_is_counted_by_itself() -> None:
    """One customer's flood takes nobody else's answers, nor the other brand's."""
    talk = Talk()
    await _idle(talk, IDLE_ANSWERS + 1)
    assert all(await _idle(talk, 1, address=OTHER))
    assert (await talk.sms("statuss", brand=AMIGO)).ids
    assert [()] == await _idle(talk, 1)


async def test_a_chat_is_not_limited() -> None:
    """Answers there cost nothing; whatever is typed is answered."""
    talk = Talk()
    await talk.link()
    replies = [await talk.say("statuss", address=CHAT) for _ in range(ALL_ANSWERS + 5)]
    assert {("status",)} == {reply.ids for reply in replies}


async def test_a_message_delivered_again_is_not_counted_again() -> None:
    """The provider's repetitions use up nobody's answers, and get the stored one (law 5)."""
    talk = Talk()
    first = await talk.sms("statuss", message_id="x")
    for _ in range(IDLE_ANSWERS):
        assert first == await talk.sms("statuss", message_id="x")
    assert LAST_WORD not in await _idle(talk, IDLE_ANSWERS - 2)


async def test_a_number_that_is_not_worth_an_answer_is_still_obeyed() -> None:
    """From a premium or foreign number a STOP counts, and nothing is said or asked."""
    talk = Talk()
    start = await talk.sms("dot 8", unanswerable=True)
    yes = await talk.sms("jā", unanswerable=True)
    stop = await talk.sms("STOP", unanswerable=True)
    assert [SILENCE] * 3 == [start, yes, stop]
    assert BOTH_REFUSED == await talk.ledgered()


class UsedUp:
    """An allowance of no answers."""

    def take(self, brand: str) -> bool:  # noqa: ARG002
        """Refuse."""
        return False


async def test_a_newcomer_beyond_the_allowance_is_still_obeyed() -> None:
    """In a flood of numbers never seen, a STOP counts without a word."""
    talk = Talk(allowance=UsedUp())
    assert SILENCE == await talk.sms("STOP")
    assert BOTH_REFUSED == await talk.ledgered()


async def test_a_case_opened_in_the_silence_is_not_lost() -> None:
    """Who asks for a person gets one, answered or not."""
    talk = Talk()
    await talk.sms("atceļu līgumu")
    await _idle(talk, IDLE_ANSWERS)
    assert SILENCE == await talk.sms(choice=Option(name="human"))
    (customer,) = talk.ledger._customers.values()
    assert ["contact"] == [case.kind for case in customer.cases]


async def test_changes_do_not_use_up_the_answers_to_questions() -> None:
    """Thirty answers an hour are for messages that change nothing."""
    talk = Talk()
    await _change(talk, IDLE_ANSWERS)
    assert ("status", "status.no_channels") == (await talk.sms("statuss")).ids


async def test_nobody_is_left_in_silence_without_a_last_word() -> None:
    """When a change was the thirtieth answer, the next idle message is told that it is enough."""
    talk = Talk()
    await _idle(talk, IDLE_ANSWERS - 1)
    await talk.sms("STOP")
    assert LAST_WORD in await _idle(talk, 3)


async def test_messages_that_were_not_answered_use_up_no_answers() -> None:
    """A hundred answers an hour are answers: a STOP after much silence is confirmed."""
    talk = Talk()
    await _idle(talk, ALL_ANSWERS + 1)
    assert ("withdrawn.marketing", "stop.rest") == (await talk.sms("STOP")).ids


async def test_the_last_word_is_spelt_as_the_customer_chose() -> None:
    """With or without diacritics, the last answer is written like the others."""
    talk = Talk()
    chosen = await talk.sms("bez garumzīmēm")
    await _idle(talk, IDLE_ANSWERS - 2)
    last = await talk.sms("statuss")
    assert (LAST_WORD, chosen.form, ()) == (last.ids, last.form, last.options)


async def test_an_older_notice_is_no_longer_asked_once_another_was_held_back() -> None:
    """The yes after a notice in the silence is not taken for the one before it."""
    talk = Talk()
    await talk.sms("dot 8")
    await _idle(talk, IDLE_ANSWERS)
    await talk.sms("dot 2")
    await talk.sms("jā")
    assert ("research asked",) == await talk.ledgered()


WORDS = ("STOP", "STOP visu", "START", "JĀ", "NĒ", "dot 8", "8-", "statuss", "atsaukt 1", "sms")


def _raised(words: list[str], *, channel: str | None) -> set[str]:
    """Return what is given or on after a flood that all but ends the answers, and these words."""
    talk = Talk()

    async def run() -> tuple[Decision, ...]:
        for number in range(IDLE_ANSWERS - 3):
            await talk.say(f"kas {number}", channel=channel)
        for said in words:
            await talk.say(said, channel=channel)
        return await talk.history()

    newest = {d.subject: d.action for d in asyncio.run(run())}
    return {subject.id for subject, action in newest.items() if action in YES}


@settings(max_examples=60)
@given(st.lists(st.sampled_from(WORDS), max_size=12))
def test_holding_back_answers_never_raises_permission(words: list[str]) -> None:
    """Whoever is answered less has given nothing that they would not have given otherwise."""
    assert _raised(words, channel="sms") <= _raised(words, channel=None)
