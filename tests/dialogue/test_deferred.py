"""Messages fetched after an outage: a late STOP counts, a late yes is asked for again (law 4)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from consent.notices import Form
from consent.replies import SILENCE, Option
from consent.verdicts import Reason
from tests.builders import CHAT, DAY, HOUR, LMT, NUMBER, START, notice
from tests.dialogue.talks import NEWS, Talk

STOP = Option(name="withdraw_all", scope="marketing")
MINUTE = timedelta(minutes=1)
SMS_ON = Option(name="channel_on", channel="sms")
BOTH_REFUSED = ("offers refused", "loyalty_offers refused")
AGAIN = ("notice.again", "notice", "ask.grant")


def _left(talk: Talk) -> list[tuple[str, ...]]:
    """Return what was queued to leave the house."""
    return [item.reply.ids for item in talk.ledger.outgoing]


async def _asked(words: str = "dot 8") -> Talk:
    """Return a talk in which a notice was shown an hour ago."""
    talk = Talk()
    await talk.sms(words)
    talk.clock.move(HOUR)
    return talk


async def test_a_late_stop_is_carried_out() -> None:
    """However long it lay at the provider, it is in force once it is fetched."""
    talk = Talk()
    await talk.sms("START")
    await talk.sms("jā")
    talk.clock.move(DAY)
    await talk.fetch("STOP", ago=20 * HOUR)
    assert Reason.WITHDRAWN is (await talk.may("offers")).reason


async def test_a_late_stop_of_a_number_never_seen_is_recorded() -> None:
    """The no of somebody unknown survives a later import, late or not."""
    talk = Talk()
    await talk.fetch("STOP", ago=20 * HOUR)
    assert BOTH_REFUSED == await talk.ledgered()


async def test_a_late_yes_gets_the_notice_again_and_gives_nothing() -> None:
    """Only a yes of now, to the notice sent again, gives the consent."""
    talk = await _asked()
    await talk.fetch("jā", ago=2 * MINUTE)
    assert [AGAIN] == _left(talk)
    assert ("research asked",) == await talk.ledgered()
    assert ("granted",) == (await talk.sms("jā")).ids
    assert ("research asked", "research given") == await talk.ledgered()


@pytest.mark.parametrize("words", ["8+", "dot 8", "jā 8"])
async def test_a_late_yes_by_number_gives_nothing_either(words: str) -> None:
    """Named by its number, the pending notice is shown again all the same."""
    talk = await _asked()
    await talk.fetch(words, ago=2 * MINUTE)
    assert "ask.grant" in _left(talk)[0]
    assert ("research asked",) == await talk.ledgered()


async def test_a_late_code_gives_nothing() -> None:
    """A code repeated too late proves nothing: it gets the notice again, with another code."""
    talk = Talk()
    asked = await talk.sms("dot 4")
    code = asked.messages[-1].params["code"]
    talk.clock.move(HOUR)
    await talk.fetch(f"jā {code}", ago=2 * MINUTE)
    (sent,) = talk.ledger.outgoing
    assert ("notice.again", "notice", "ask.grant.code") == sent.reply.ids
    assert code != sent.reply.messages[-1].params["code"]
    assert ("credit asked",) == await talk.ledgered()


async def test_a_late_no_counts() -> None:
    """It was said to a question that had been asked: lowering is always accepted."""
    talk = await _asked()
    await talk.fetch("nē", ago=2 * MINUTE)
    assert [("refused",)] == _left(talk)
    assert ("research asked", "research refused") == await talk.ledgered()


async def test_a_late_no_counts_in_words_that_need_the_question() -> None:
    """CANCEL is a no while a question is open (meaning.md), whenever it is fetched."""
    talk = await _asked()
    await talk.fetch("cancel", ago=2 * MINUTE)
    assert ("research asked", "research refused") == await talk.ledgered()


async def test_a_late_no_after_a_late_yes_counts() -> None:
    """All were said to the same question, and the no was the last word."""
    talk = await _asked()
    for minutes, words in ((4, "jā"), (3, "jā"), (2, "nē")):
        await talk.fetch(words, ago=minutes * MINUTE)
    assert ("research asked", "research refused") == await talk.ledgered()


async def test_a_late_no_after_a_yes_too_late_to_be_answered_counts() -> None:
    """However long they lay at the provider: the question was asked before both."""
    talk = await _asked()
    await talk.fetch("jā", ago=HOUR / 2)
    await talk.fetch("nē", ago=HOUR / 3)
    assert ("research asked", "research refused") == await talk.ledgered()


async def test_a_late_yes_to_a_withdrawal_ends_it() -> None:
    """Asked whether offers should end too, a yes lowers permission: late, it counts as well."""
    talk = Talk()
    for words in ("START", "jā", "sms"):
        await talk.sms(words)
    assert "channel.last_off" in (await talk.sms("atsaukt sms")).ids
    talk.clock.move(HOUR)
    await talk.fetch("jā", ago=2 * MINUTE)
    assert Reason.WITHDRAWN is (await talk.may("offers")).reason


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param("jā", ("yes.nothing",), id="a-yes"),
        pytest.param("nē", ("no.nothing",), id="a-no"),
    ],
)
async def test_a_message_older_than_the_question_does_not_answer_it(
    words: str, expected: tuple[str, ...]
) -> None:
    """Sent before the notice was shown, it was said to something else."""
    talk = Talk()
    talk.clock.move(HOUR)
    await talk.sms("dot 8")
    await talk.fetch(words, ago=MINUTE)
    assert [expected] == _left(talk)
    assert ("research asked",) == await talk.ledgered()


@pytest.mark.parametrize(
    ("ago", "answers"),
    [
        pytest.param(timedelta(0), True, id="at-the-same-moment"),
        pytest.param(timedelta(microseconds=1), False, id="an-instant-before"),
    ],
)
async def test_what_was_asked_before_is_told_to_the_instant(
    ago: timedelta, *, answers: bool
) -> None:
    """The moments of question and answer are compared as they are."""
    talk = Talk()
    await talk.sms("palīdzība")
    await talk.sms("dot 8")
    await talk.fetch("nē", ago=ago)
    assert answers is ("research refused" in await talk.ledgered())


async def test_a_late_message_raises_nothing() -> None:
    """A channel switched on by a word of some time ago waits for a word of now."""
    talk = Talk()
    for words in ("START", "jā"):
        await talk.sms(words)
    talk.clock.move(HOUR)
    await talk.fetch(choice=SMS_ON, ago=2 * MINUTE)
    assert [("switches", "switches.topics")] == _left(talk)
    assert Reason.CHANNEL_UNSET is (await talk.may("offers", channel="sms")).reason


async def test_the_answer_leaves_by_the_outbox() -> None:
    """No request waits for it: it goes to the sender, through the same door, while it is news."""
    talk = Talk()
    talk.clock.move(HOUR)
    direct = await talk.fetch("STOP", ago=2 * MINUTE)
    (sent,) = talk.ledger.outgoing
    assert SILENCE == direct
    assert (LMT, "sms", NUMBER) == (sent.brand, sent.kind, sent.to)
    assert START + HOUR - 2 * MINUTE + NEWS == sent.not_after
    assert ("lv", ("withdrawn.marketing", "stop.rest")) == (sent.reply.language, sent.reply.ids)
    assert "receipt" in sent.reply.messages[0].params
    assert f"m-{talk.sent}" == sent.answers


async def test_a_redelivery_is_silent() -> None:
    """What has left by the outbox is not said again, by whatever way the message comes (law 5)."""
    talk = Talk()
    ways: tuple[dict[str, Any], ...] = ({}, {}, {"deferred_until": None})
    replies = [await talk.fetch("STOP", message_id="x", **way) for way in ways]
    assert [SILENCE] * 3 == replies
    assert [None, "latest", "latest"] == [reply.repeated for reply in replies]
    assert 1 == len(talk.ledger.outgoing)
    assert BOTH_REFUSED == await talk.ledgered()


async def test_what_the_door_has_answered_is_not_answered_again() -> None:
    """Fetched although it was handled, a message changes nothing and nothing leaves."""
    talk = Talk()
    said = await talk.sms("STOP", message_id="x")
    again = await talk.fetch("STOP", message_id="x")
    assert (said, "latest") == (again, again.repeated)
    assert () == talk.ledger.outgoing


async def test_where_the_provider_has_answered_nothing_leaves() -> None:
    """A late STOP that the provider took is written, and its channel is blocked."""
    talk = Talk()
    await talk.fetch(choice=STOP, silent=True)
    assert () == talk.ledger.outgoing
    assert BOTH_REFUSED == await talk.ledgered()
    assert ("yes.nothing",) == (await talk.sms("jā")).ids


async def test_a_number_not_worth_an_answer_gets_none_late_either() -> None:
    """Its STOP counts; nothing is queued to it."""
    talk = Talk()
    await talk.fetch("STOP", unanswerable=True)
    assert () == talk.ledger.outgoing
    assert BOTH_REFUSED == await talk.ledgered()


async def test_a_late_message_does_not_make_the_next_one_late() -> None:
    """After the catching up all goes on as before."""
    talk = Talk()
    await talk.fetch("palīdzība", ago=HOUR)
    await talk.sms("dot 8")
    assert ("granted",) == (await talk.sms("jā")).ids


async def test_a_late_question_is_answered_as_ever() -> None:
    """What changes nothing is answered late too, while it is news."""
    talk = Talk()
    talk.clock.move(HOUR)
    await talk.fetch("statuss", ago=MINUTE)
    assert [("status",)] == _left(talk)


async def test_the_chat_s_own_question_stays_open() -> None:
    """What is fetched by SMS answers nothing of the chat, and closes nothing there."""
    talk = Talk()
    await talk.link()
    await talk.say("dot 8", address=CHAT)
    await talk.fetch("jā")
    assert [("yes.nothing",)] == _left(talk)
    assert ("granted",) == (await talk.say("jā", address=CHAT)).ids


async def test_a_notice_that_is_too_late_to_be_sent_is_not_asked() -> None:
    """Fetched hours later, its answer is never sent: nothing was shown, no yes can mean it."""
    talk = Talk()
    talk.clock.move(HOUR)
    await talk.fetch("dot 8", ago=NEWS)
    yes = await talk.sms("jā")
    assert ("yes.nothing",) == yes.ids
    assert () == await talk.ledgered()


@pytest.mark.parametrize(
    ("ago", "asked"),
    [
        pytest.param(NEWS - timedelta(microseconds=1), True, id="in-the-last-instant"),
        pytest.param(NEWS, False, id="too-late"),
    ],
)
async def test_only_an_answer_that_is_news_asks_anything(ago: timedelta, *, asked: bool) -> None:
    """To the instant at which the outbox lets it go no more."""
    talk = Talk()
    talk.clock.move(HOUR)
    await talk.fetch("dot 8", ago=ago)
    assert asked is ("research asked" in await talk.ledgered())
    assert asked is ("granted" in (await talk.sms("jā")).ids)


async def test_a_late_no_to_one_notice_is_none_to_the_next() -> None:
    """Sent when another notice was open, it does not refuse the one shown since."""
    talk = await _asked()
    await talk.sms("dot 2")
    await talk.fetch("nē", ago=HOUR / 2)
    assert ("research asked", "traffic asked") == await talk.ledgered()


async def test_what_changes_nothing_leaves_the_open_question_as_it_was() -> None:
    """Fetched after the notice, a question about something else takes no yes away."""
    talk = await _asked()
    await talk.fetch("statuss", ago=2 * MINUTE)
    assert ("granted",) == (await talk.sms("jā")).ids


async def test_an_older_message_leaves_the_newer_question_open() -> None:
    """Sent before the notice was shown and fetched after it, it closes nothing."""
    talk = Talk()
    talk.clock.move(HOUR)
    await talk.sms("dot 8")
    await talk.fetch("statuss", ago=MINUTE)
    assert ("granted",) == (await talk.sms("jā")).ids


async def test_who_got_no_answer_in_time_is_greeted_with_the_next() -> None:
    """A welcome that was too late to be sent was none."""
    talk = Talk()
    talk.clock.move(HOUR)
    await talk.fetch("labdien", ago=NEWS)
    assert ("welcome",) == (await talk.sms("labdien visiem")).ids


async def test_a_notice_that_the_provider_refused_is_not_agreed_to() -> None:
    """Blocked on its way, the notice was never seen: the next yes is a yes to nothing (law 1)."""
    talk = Talk()
    await talk.fetch("dot 8")
    (customer,) = talk.ledger._customers.values()
    customer.heard("sms", True, talk.clock.now())  # noqa: FBT003
    await talk.sms("jā")
    assert "research given" not in await talk.ledgered()


async def test_the_evidence_of_a_late_grant_is_the_notice_sent_again() -> None:
    """What was agreed to is what the outbox carried, with the full text it links to."""
    talk = await _asked()
    await talk.fetch("jā", ago=2 * MINUTE)
    (sent,) = talk.ledger.outgoing
    await talk.sms("jā")
    given = (await talk.history())[-1]
    assert sent.reply.messages[1].params["notice"] == given.notice
    assert (notice("research", form=Form.SMS).fingerprint, notice("research").fingerprint) == (
        given.notice,
        given.linked_notice,
    )
