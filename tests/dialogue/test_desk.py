"""The desk: one message, one transaction, one reply; driven by words and by buttons."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from consent.decisions import Action, Decision, Evidence
from consent.desk import rebuild
from consent.notices import Form
from consent.ports import Proof
from consent.replies import SILENCE, Option
from consent.verdicts import Reason
from tests.builders import AMIGO, CHAT, DAY, HOUR, LMT, NUMBER, START, inbound, notice, said
from tests.dialogue.talks import Talk

AGREE = Option(name="agree", purpose="offers", notice=notice(form=Form.SMS).code)
BOTH_REFUSED = ("offers refused", "loyalty_offers refused")


async def _grant(talk: Talk, number: str = "1") -> None:
    await talk.say(f"dot {number}")
    await talk.say("jā")


async def test_words_lead_from_start_to_a_channel_that_may_be_used() -> None:
    """START, JA, SMS: the notice, the yes, the channel; only then may an SMS be sent."""
    talk = Talk()
    start = await talk.say("START")
    before = await talk.may("offers", channel="sms")
    yes = await talk.say("JĀ")
    between = await talk.may("offers", channel="sms")
    word = await talk.say("sms")
    after = await talk.may("offers", channel="sms")
    assert ("notice", "ask.grant") == start.ids
    assert ("granted", "ask.channels") == yes.ids
    assert ("channel.on",) == word.ids
    assert [Reason.ASKED, Reason.CHANNEL_UNSET, Reason.ALLOWED] == [
        before.reason,
        between.reason,
        after.reason,
    ]
    assert ("offers asked", "offers given", "sms on") == await talk.ledgered()


async def test_buttons_lead_the_same_way() -> None:
    """Tapped or typed, the same decisions are made."""
    talk = Talk()
    await talk.link()
    page = await talk.say(choice=Option(name="explain", purpose="offers"), address=CHAT)
    agree = next(o for o in page.options if o.name == "agree")
    yes = await talk.say(choice=agree, address=CHAT)
    channel = next(o for o in yes.options if o.channel == "sms")
    await talk.say(choice=channel, address=CHAT)
    assert ("offers asked", "offers given", "sms on") == await talk.ledgered(CHAT)
    assert ["button"] * 3 == [d.method for d in await talk.history(CHAT)]


async def test_stop_from_a_number_never_seen_is_recorded() -> None:
    """The no of somebody unknown must survive a later import."""
    talk = Talk()
    reply = await talk.say("STOP")
    assert ("withdrawn.marketing", "stop.rest") == reply.ids
    assert BOTH_REFUSED == await talk.ledgered()


async def test_the_same_message_twice_is_one_message() -> None:
    """Delivered again, a message gets the same reply and decides nothing (law 5)."""
    talk = Talk()
    await talk.say("START")
    yes = inbound("JĀ", message_id="again")
    first = await talk.send(yes)
    talk.clock.move(HOUR)
    second = await talk.send(yes)
    assert first == second
    assert ("offers asked", "offers given") == await talk.ledgered()


async def test_the_same_id_at_another_door_or_brand_is_another_message() -> None:
    """The provider's id counts within its door and brand alone."""
    talk = Talk()
    await talk.link()
    for where in (
        inbound("STOP", message_id="x"),
        inbound("STOP", message_id="x", address=CHAT),
        inbound("STOP", message_id="x", brand=AMIGO),
    ):
        await talk.send(where)
    assert BOTH_REFUSED == await talk.ledgered()
    assert BOTH_REFUSED == await talk.ledgered(brand=AMIGO)


async def test_a_yes_by_sms_does_not_answer_a_question_of_the_chat() -> None:
    """A conversation belongs to brand, door and address, never to the customer."""
    talk = Talk()
    await talk.link()
    await talk.say("START", address=CHAT)
    by_sms = await talk.say("JĀ")
    in_chat = await talk.say("JĀ", address=CHAT)
    assert ("yes.nothing",) == by_sms.ids
    assert ("granted", "ask.channels") == in_chat.ids


async def test_a_stop_by_sms_is_not_undone_by_a_yes_to_an_older_question() -> None:
    """Asked in the chat, stopped by SMS, a yes in the chat is asked for once more."""
    talk = Talk()
    await talk.link()
    await talk.say("START", address=CHAT)
    await talk.say("STOP")
    late = await talk.say("JĀ", address=CHAT)
    assert ("button.stale", "page.state", "notice", "ask.grant") == late.ids
    assert not (await talk.may("offers")).allowed
    again = await talk.say("JĀ", address=CHAT)
    assert ("granted", "ask.channels") == again.ids


async def test_a_yes_to_one_brand_answers_no_question_of_the_other() -> None:
    """Asked by LMT, a yes said to Amigo is a yes to nothing (law 7)."""
    talk = Talk()
    await talk.say("START")
    reply = await talk.say("JĀ", brand=AMIGO)
    assert ("yes.nothing",) == reply.ids
    assert () == await talk.ledgered(brand=AMIGO)


async def test_what_is_said_in_the_chat_stands_by_sms_too() -> None:
    """Chat and number are one customer: a no on one door is seen on the other."""
    talk = Talk()
    await talk.link()
    await talk.say("STOP", address=CHAT)
    reply = await talk.say("STOP")
    assert ("already.marketing", "stop.rest") == reply.ids


async def test_a_stop_before_the_number_is_known_waits_for_it() -> None:
    """STOP from an unlinked account is carried out at the share, without asking again."""
    talk = Talk()
    asked = await talk.say("STOP", address=CHAT)
    assert ("link.stop",) == asked.ids
    assert () == await talk.ledgered(CHAT)
    shared = await talk.link()
    assert ("link.done", "withdrawn.marketing", "stop.rest") == shared.ids
    assert BOTH_REFUSED == await talk.ledgered(CHAT) == await talk.ledgered()
    assert {"withdraw_all"} == {_evidence(d).intent for d in await talk.history()}


async def test_sharing_the_number_first_opens_the_menu() -> None:
    """A share that nothing waited for shows the consents."""
    talk = Talk()
    assert ("link.done", "welcome", "menu") == (await talk.link()).ids


def _evidence(decision: Decision) -> Evidence:
    assert decision.evidence is not None
    return decision.evidence


async def test_the_evidence_is_what_the_customer_said() -> None:
    """Words, message, reading and proof are kept with each decision."""
    talk = Talk()
    await talk.say("Stop!")
    evidence = [_evidence(d) for d in await talk.history()]
    expected = Evidence(
        words="Stop!",
        message_id="m-1",
        proof_kind="sms",
        proof_level=1,
        intent="withdraw_all",
        went_by=("keyword",),
    )
    assert [expected, expected] == evidence


async def test_the_evidence_of_a_button_needs_no_reading() -> None:
    """A button means one thing; its evidence has no reasons and keeps its hash."""
    assert (
        "went_by"
        not in Evidence(
            words="[no]", message_id="m", proof_kind="none", proof_level=0, intent="no"
        ).as_json()
    )


async def test_the_evidence_of_a_stop_that_waited_is_the_stop() -> None:
    """What proves it are the words that were carried out, not the share that came later."""
    talk = Talk()
    await talk.say("Stop!", address=CHAT)
    await talk.say("JĀ", address=CHAT)
    await talk.link()
    evidence = [_evidence(d) for d in await talk.history()]
    expected = Evidence(
        words="Stop!",
        message_id="m-1",
        proof_kind="contact",
        proof_level=1,
        intent="withdraw_all",
    )
    assert [expected, expected] == evidence


async def test_half_a_character_is_no_reason_to_fail() -> None:
    """A message with a lone half of an emoji is answered like any other."""
    talk = Talk()
    replies = [await talk.say(words) for words in ("dot 8", "nē \ud83d", "STOP\ud83d", "\ud83d")]
    assert all(reply.messages for reply in replies)


@pytest.mark.parametrize(
    "forged",
    [
        pytest.param(Option(name="nonsense"), id="name"),
        pytest.param(Option(name="withdraw", purpose="nonsense"), id="purpose"),
        pytest.param(Option(name="channel_off", channel="nonsense"), id="channel"),
        pytest.param(Option(name="topic_off", topic="nonsense"), id="topic"),
        pytest.param(Option(name="withdraw_all", scope="nonsense"), id="scope"),
    ],
)
async def test_an_option_nobody_offered_is_unclear(forged: Option) -> None:
    """A choice of what is not in the catalogue decides nothing."""
    talk = Talk()
    await talk.say("palīdzība")
    assert ("unclear",) == (await talk.say(choice=forged)).ids
    assert () == await talk.ledgered()


async def test_the_evidence_of_a_button_is_its_name() -> None:
    """A tap has no words; its name in brackets stands for them."""
    talk = Talk()
    await talk.say(choice=Option(name="withdraw_all"))
    assert {"[withdraw_all]"} == {_evidence(d).words for d in await talk.history()}


async def test_a_code_repeated_is_proof_of_level_two() -> None:
    """A yes with the code sent to the number proves that its holder read the SMS."""
    talk = Talk()
    asked = await talk.say("dot 4")
    code = asked.messages[-1].params["code"]
    wrong = "10" if code != "10" else "11"
    missed = await talk.say(f"JĀ {wrong}")
    fresh = missed.messages[-1].params["code"]
    given = await talk.say(f"JĀ {fresh}")
    last = _evidence((await talk.history())[-1])
    assert ("code.wrong", "notice", "ask.grant.code") == missed.ids
    assert ("granted",) == given.ids
    assert ("sms_code", 2) == (last.proof_kind, last.proof_level)


async def test_a_code_cannot_be_tried_out() -> None:
    """Three misses end the attempts for a day, however often the notice is asked for."""
    talk = Talk()
    heard = [(await talk.say(words)).ids[-1] for words in ("dot 4", "jā 99", "jā 99", "jā 99")]
    again = await talk.say("dot 4")
    guess = await talk.say("jā 99")
    talk.clock.move(DAY + HOUR)
    later = await talk.say("dot 4")
    assert ["ask.grant.code", "ask.grant.code", "ask.grant.code", "code.exhausted"] == heard
    assert ("notice", "code.exhausted") == again.ids
    assert "granted" not in guess.ids
    assert ("notice", "ask.grant.code") == later.ids


async def test_better_proof_on_file_counts() -> None:
    """A message that proves less than what is on file stands on what is on file."""
    talk = Talk()
    better = Proof(kind="letter", level=2)
    await talk.send(replace(inbound("palīdzība", message_id="0"), proof=better))
    asked = await talk.say("dot 4")
    await talk.say("JĀ")
    last = _evidence((await talk.history())[-1])
    assert ("notice", "ask.grant") == asked.ids
    assert ("letter", 2) == (last.proof_kind, last.proof_level)


async def test_where_the_provider_answers_we_write_and_say_nothing() -> None:
    """A STOP the provider took is written; no reply, and no question nobody will see."""
    talk = Talk()
    stop = Option(name="withdraw_all", scope="marketing")
    silent = await talk.say(choice=stop, silent=True)
    after = await talk.say("JĀ")
    assert SILENCE == silent
    assert ("yes.nothing",) == after.ids
    assert BOTH_REFUSED == await talk.ledgered()


async def test_a_notice_that_nobody_saw_was_not_shown() -> None:
    """Where the provider answers a START in our place, nothing is noted as asked."""
    talk = Talk()
    await talk.say("START", silent=True)
    assert () == await talk.ledgered()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param("atsaukt reklāma un 1", ("withdrawn.marketing", "stop.rest"), id="twice"),
        pytest.param("1- 1+", ("withdrawn",), id="with-the-opposite"),
        pytest.param("1- 12-", ("withdrawn", "unknown.number"), id="beside-an-unknown-number"),
    ],
)
async def test_what_one_message_says_of_a_consent_ends_it_once(
    words: str, expected: tuple[str, ...]
) -> None:
    """A message that names a given consent twice, or oddly, withdraws it and says so once."""
    talk = Talk()
    await _grant(talk)
    assert expected == (await talk.say(words)).ids
    assert 1 == (await talk.ledgered()).count("offers withdrawn")


async def test_wishing_twice_in_one_message_gives_nothing() -> None:
    """A plus said twice shows the notice once and agrees to nothing."""
    talk = Talk()
    reply = await talk.say("1+ 1+")
    assert ("notice", "ask.grant") == reply.ids
    assert ("offers asked",) == await talk.ledgered()


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        pytest.param(HOUR, ("research asked", "research refused"), id="asked-an-hour-ago"),
        pytest.param(365 * DAY, ("research asked", *BOTH_REFUSED), id="asked-a-year-ago"),
    ],
)
async def test_a_word_of_refusal_answers_only_a_question_still_open(
    later: timedelta, expected: tuple[str, ...]
) -> None:
    """To a question still open it is a no; once its time is over it is a STOP."""
    talk = Talk()
    await talk.say("dot 8")
    talk.clock.move(later)
    await talk.say("atteikties")
    assert expected == await talk.ledgered()


async def test_a_yes_after_an_answer_does_not_reach_back_to_an_older_question() -> None:
    """STOP asks about the rest; told in between what stands, a yes ends nothing."""
    talk = Talk()
    await _grant(talk, "8")
    await talk.say("STOP")
    between = await talk.say("dot 8")
    yes = await talk.say("JĀ")
    assert [("already.given",), ("yes.nothing",)] == [between.ids, yes.ids]
    assert "research withdrawn" not in await talk.ledgered()


async def test_an_end_of_service_dated_ahead_does_not_move_the_clock() -> None:
    """Words said before a date that is known already keep their own moment."""
    talk = Talk()
    await _grant(talk)
    customer = await talk.ledger.customer_of(LMT, NUMBER)
    assert customer is not None
    stands = await talk.kept()
    ahead = stands.with_decisions([said("service", Action.ENDED, at=START + 30 * DAY)])
    talk.ledger._customers[customer].standing = ahead
    await talk.say("STOP")
    assert (await talk.history())[-1].said_at < START + DAY


@pytest.mark.parametrize(
    ("later", "given"),
    [
        pytest.param(DAY, True, id="at-the-last-instant"),
        pytest.param(DAY + timedelta(seconds=1), False, id="too-late"),
    ],
)
async def test_a_late_yes_only_gets_the_notice_again(later: timedelta, *, given: bool) -> None:
    """A yes is good for a day."""
    talk = Talk()
    await talk.say("START")
    talk.clock.move(later)
    await talk.say("JĀ")
    assert given is ("offers given" in await talk.ledgered())


async def test_a_clock_that_runs_backwards_does_not_bring_a_yes_back() -> None:
    """A withdrawal is always written after the grant that it takes back."""
    talk = Talk()
    await _grant(talk)
    talk.clock.move(-DAY)
    await talk.say("STOP")
    verdict = await talk.may("offers")
    moments = [d.said_at for d in await talk.history()]
    assert Reason.WITHDRAWN is verdict.reason
    assert sorted(moments) == moments
    assert START < moments[-1]


async def test_each_entry_of_one_message_is_hooked_to_the_one_before() -> None:
    """STOP ALL writes eight entries in one chain."""
    talk = Talk()
    await talk.say("STOP visu")
    entries = await talk.history()
    assert list(range(1, 9)) == [d.position for d in entries]
    assert [d.hash for d in entries[:-1]] == [d.previous for d in entries[1:]]


async def test_a_case_is_opened_once() -> None:
    """Asking for a person twice in a day names the same case."""
    talk = Talk()
    first = await talk.say(choice=Option(name="human"))
    second = await talk.say(choice=Option(name="human"))
    assert first.messages[0].params == second.messages[0].params


async def test_words_meant_for_the_other_brand_write_nothing() -> None:
    """Told "STOP Amigo", LMT knows that it is not LMT's to write."""
    talk = Talk()
    reply = await talk.say("STOP amigo")
    assert ("brand.other",) == reply.ids
    assert () == await talk.ledgered(brand=LMT)
    assert () == await talk.ledgered(brand=AMIGO)


async def test_cancel_answers_a_question_and_else_leads_to_one() -> None:
    """With a question pending CANCEL is a no to it; with none it is asked, and nothing ends."""
    talk = Talk()
    greeted = await talk.say("palīdzība")
    asked = await talk.say("CANCEL")
    kept = await talk.say("nē")
    await talk.say("START")
    answer = await talk.say("CANCEL")
    assert ("welcome",) == greeted.ids
    assert ("ask.withdraw",) == asked.ids
    assert ("kept",) == kept.ids
    assert ("refused",) == answer.ids


async def test_a_word_of_two_languages_is_read_in_that_of_the_conversation() -> None:
    """What "info" asks for depends on the language spoken so far; before, it is unclear."""
    talk = Talk()
    await talk.say("kaut kas cits")
    unknown = await talk.say("info")
    await talk.say("palīdzība")
    spoken = await talk.say("info")
    assert ("unclear",) == unknown.ids
    assert ("status",) == spoken.ids


async def test_an_empty_message_decides_nothing() -> None:
    """A message without text or choice is unclear."""
    talk = Talk()
    await talk.say(None)
    assert () == await talk.ledgered()


async def test_the_standing_kept_is_the_standing_rebuilt() -> None:
    """What the store keeps beside the ledger is what the ledger adds up to (law 3)."""
    talk = Talk()
    await _grant(talk)
    await talk.say("sms")
    await talk.say("STOP")
    assert rebuild(await talk.history()) == await talk.kept()


async def test_half_a_character_does_not_turn_a_stop_into_a_question() -> None:
    """A STOP with half an emoji behind it is a STOP."""
    talk = Talk()
    await talk.say("STOP\ud83d")
    assert BOTH_REFUSED == await talk.ledgered()


@pytest.mark.parametrize(
    ("words", "ended"),
    [
        ("1- 12+", "offers refused"),
        ("sms- 12-", "sms off"),
        ("atsaukt sms un 12", "sms off"),
        ("atsaukt reklāma un 12", "offers refused"),
    ],
)
async def test_a_number_nobody_has_saves_nothing_beside_it(words: str, ended: str) -> None:
    """What is certain ends, whatever else the message names."""
    talk = Talk()
    await talk.say(words)
    assert ended in await talk.ledgered()
