"""A yes in the chat that needs better proof: a code by SMS to the number, typed in the chat."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from consent.decisions import Evidence
from consent.desk import House
from consent.dialogue.grants import CODES_ALLOWED, MISSES_ALLOWED
from consent.ports import Address, Proof, Snapshot, Writing
from consent.replies import Option, Reply
from consent.verdicts import Reason
from locales import ROOT
from locales.lexicon import load_lexicon
from tests.builders import AMIGO, CATALOGUE, CHAT, DAY, HOUR, LMT, NUMBER, START, inbound, notice
from tests.dialogue.talks import TEXTING, Talk

STOP = Option(name="withdraw_all", scope="marketing")
ASKED = ("page.state", "notice", "ask.grant")
NO_CODES = ("page.state", "notice", "proof.needed")


async def code_talk(house: House = TEXTING) -> Talk:
    """Return a talk in a chat that knows its number, in a house that can send codes."""
    talk = Talk(house=house)
    await talk.link()
    return talk


async def agree(talk: Talk, purpose: str = "credit", *, address: Address = CHAT) -> Reply:
    """Open a notice and press the button that agrees to it."""
    opened = Option(name="explain", purpose=purpose)
    page = await talk.say(choice=opened, address=address)
    pressed = next(o for o in page.options if o.name.startswith("agree"))
    return await talk.say(choice=pressed, address=address)


def codes_sent(talk: Talk) -> list[str]:
    """Return the codes that went out by SMS."""
    texts = [item.reply.messages[0] for item in talk.ledger.outgoing if item.kind == "sms"]
    return [str(text.params["code"]) for text in texts]


def _wrong(code: str) -> str:
    return "1111" if code != "1111" else "2222"


async def _evidence(talk: Talk) -> Evidence:
    found = (await talk.history())[-1].evidence
    assert found is not None
    return found


async def test_agreeing_sends_a_code_to_the_number() -> None:
    """The notice asks like any other; the yes to it sends a code and gives nothing yet."""
    talk = await code_talk()
    assert ASKED == (await talk.say("dot 4", address=CHAT)).ids
    assert ("code.sent",) == (await agree(talk)).ids
    (sent,) = talk.ledger.outgoing
    assert (LMT, "sms", NUMBER, ("code.text",)) == (
        sent.brand,
        sent.kind,
        sent.to,
        sent.reply.ids,
    )
    assert ("credit asked",) == await talk.ledgered()


async def test_a_code_is_no_news_after_five_minutes() -> None:
    """Who asks for a code waits for it: later it is not sent any more."""
    talk = await code_talk()
    await agree(talk)
    (sent,) = talk.ledger.outgoing
    assert sent.not_after is not None
    assert timedelta(minutes=5) == sent.not_after - talk.clock.now() - timedelta(microseconds=1)


async def test_the_code_is_sent_in_the_language_of_the_chat() -> None:
    """Who reads Russian in the chat gets a Russian SMS, and is told the number's end."""
    talk = await code_talk()
    await talk.say(choice=Option(name="language", language="ru"), address=CHAT)
    told = await agree(talk)
    (sent,) = talk.ledger.outgoing
    assert ("ru", "ru", "credit") == (
        sent.reply.language,
        told.language,
        sent.reply.messages[0].params["purpose"],
    )
    assert {"purpose": "credit", "number_end": "0001"} == told.messages[0].params


@pytest.mark.parametrize("purpose", ["profiling", "credit", "location"])
async def test_typing_the_code_gives_the_consent(purpose: str) -> None:
    """Four digits from the SMS prove whose number it is: level 2, of the notice agreed to."""
    talk = await code_talk()
    await agree(talk, purpose)
    (code,) = codes_sent(talk)
    given = await talk.say(f" {code}\n", address=CHAT)
    entry = (await talk.history())[-1]
    assert ("granted",) == given.ids
    assert (f"{purpose} asked", f"{purpose} given") == await talk.ledgered()
    assert (notice(purpose).fingerprint, None, "text") == (
        entry.notice,
        entry.linked_notice,
        entry.method,
    )
    found = await _evidence(talk)
    assert ("sms_code", 2, f" {code}\n", "yes") == (
        found.proof_kind,
        found.proof_level,
        found.words,
        found.intent,
    )
    assert (await talk.may(purpose)).allowed


async def test_a_code_is_not_said_to_be_a_guess() -> None:
    """The evidence of a grant by code does not name how free wording would have read it."""
    talk = await code_talk(replace(TEXTING, lexicon=load_lexicon(ROOT, CATALOGUE)))
    await talk.say(choice=Option(name="explain", purpose="credit"), address=CHAT)
    await talk.say("jā", address=CHAT)
    await talk.say(codes_sent(talk)[0], address=CHAT)
    assert "credit given" in await talk.ledgered()
    assert "wording" not in (await _evidence(talk)).went_by


async def test_a_mistyped_code_can_be_tried_again() -> None:
    """The first miss costs nothing: the same code still counts, and no other SMS is sent."""
    talk = await code_talk()
    await agree(talk)
    (code,) = codes_sent(talk)
    assert ("code.mistyped",) == (await talk.say(_wrong(code), address=CHAT)).ids
    assert ("granted",) == (await talk.say(code, address=CHAT)).ids
    assert [code] == codes_sent(talk)


async def test_three_misses_end_the_attempt() -> None:
    """After the third, neither the right code nor another purpose helps before the next day."""
    talk = await code_talk()
    await agree(talk)
    (code,) = codes_sent(talk)
    heard = [(await talk.say(_wrong(code), address=CHAT)).ids[0] for _ in range(MISSES_ALLOWED)]
    right = await talk.say(code, address=CHAT)
    other = await talk.say("dot 5", address=CHAT)
    talk.clock.move(DAY + HOUR)
    await agree(talk)
    later = await talk.say(codes_sent(talk)[-1], address=CHAT)
    assert ["code.mistyped", "code.mistyped", "code.exhausted"] == heard
    assert ("unclear",) == right.ids
    assert ("page.state", "notice", "code.exhausted") == other.ids
    assert ("granted",) == later.ids


@pytest.mark.parametrize("words", ["123", "12345", "kods 1010", "1 0 1 0", "４７１１", ""])
async def test_anything_but_four_digits_is_no_code(words: str) -> None:
    """It is neither a yes nor a miss, and the code can be typed afterwards."""
    talk = await code_talk()
    await agree(talk)
    assert "code.mistyped" not in (await talk.say(words, address=CHAT)).ids
    assert "credit given" not in await talk.ledgered()
    assert ("granted",) == (await talk.say(codes_sent(talk)[0], address=CHAT)).ids


async def test_a_day_has_three_codes() -> None:
    """They cost money and patience: the fourth is refused, whatever the purpose, for a day."""
    talk = await code_talk()
    heard = [(await agree(talk, purpose)).ids for purpose in ("credit", "location", "credit")]
    refused = await agree(talk, "profiling")
    talk.clock.move(DAY + HOUR)
    tomorrow = await agree(talk, "profiling")
    assert [("code.sent",)] * CODES_ALLOWED == heard
    assert (("code.enough",), ("code.sent",)) == (refused.ids, tomorrow.ids)
    assert CODES_ALLOWED + 1 == len(codes_sent(talk))
    assert not [entry for entry in await talk.ledgered() if entry.endswith("given")]


async def test_after_the_last_code_nothing_is_pending() -> None:
    """Refused a code, neither an old one nor a bare yes gives anything."""
    talk = await code_talk()
    for _ in range(CODES_ALLOWED + 1):
        await agree(talk)
    await talk.say(codes_sent(talk)[-1], address=CHAT)
    assert ("yes.nothing",) == (await talk.say("jā", address=CHAT)).ids
    assert "credit given" not in await talk.ledgered()


async def test_the_day_of_codes_begins_with_the_first() -> None:
    """A day after the first there are three more, however late the last one was."""
    talk = await code_talk()
    for _ in range(CODES_ALLOWED):
        await agree(talk)
        talk.clock.move(8 * HOUR + timedelta(minutes=1))
    assert ("code.sent",) == (await agree(talk)).ids


async def test_agreeing_again_while_a_code_is_on_its_way_sends_no_other() -> None:
    """The button pressed twice is told to wait; the code still counts."""
    talk = await code_talk()
    page = await talk.say("dot 4", address=CHAT)
    agree = next(o for o in page.options if o.name == "agree")
    heard = [(await talk.say(choice=agree, address=CHAT)).ids for _ in range(3)]
    by_word = await talk.say("jā", address=CHAT)
    assert [("code.sent",), ("code.waiting",), ("code.waiting",)] == heard
    assert ("code.waiting",) == by_word.ids
    assert ("granted",) == (await talk.say(codes_sent(talk)[0], address=CHAT)).ids
    assert 1 == len(codes_sent(talk))


async def test_a_button_delivered_again_sends_no_other_code() -> None:
    """The same message is one message, its SMS one SMS (law 5)."""
    talk = await code_talk()
    page = await talk.say("dot 4", address=CHAT)
    agree = next(o for o in page.options if o.name == "agree")
    pressed = inbound(choice=agree, message_id="again", address=CHAT)
    assert await talk.send(pressed) == await talk.send(pressed)
    assert 1 == len(codes_sent(talk))


async def test_where_nothing_can_be_sent_the_service_centre_is_named() -> None:
    """A brand without a sender asks for no code, as a yes there can prove nothing more."""
    talk = await code_talk()
    await talk.link(brand=AMIGO)
    assert NO_CODES == (await talk.say("dot 4", address=CHAT, brand=AMIGO)).ids
    assert NO_CODES == (await talk.say("jā", address=CHAT, brand=AMIGO)).ids
    assert () == talk.ledger.outgoing


async def test_a_number_that_gets_no_sms_is_sent_no_code() -> None:
    """Blocked before or after the notice was shown: the old answer, and nothing leaves."""
    talk = await code_talk()
    await talk.say("dot 4", address=CHAT)
    await talk.sms(choice=STOP, silent=True)
    yes = await talk.say("jā", address=CHAT)
    page = await talk.say("dot 5", address=CHAT)
    assert (NO_CODES, NO_CODES) == (yes.ids, page.ids)
    assert () == talk.ledger.outgoing


async def test_without_a_number_nothing_is_sent() -> None:
    """If the store knows no number, no SMS is queued, and no code can be right."""
    talk = await code_talk()
    await talk.say("dot 4", address=CHAT)
    yes = replace(inbound("jā", message_id="yes", address=CHAT), received_at=START)

    def work(snapshot: Snapshot) -> Writing:
        return talk.desk._work(yes, replace(snapshot, number=lambda: None))

    await talk.ledger.turn(yes, work)
    assert () == talk.ledger.outgoing
    assert ("credit asked",) == await talk.ledgered()


async def test_better_proof_on_file_needs_no_code() -> None:
    """An account proven at level 2 agrees at once."""
    talk = Talk(house=TEXTING)
    better = Proof(kind="letter", level=2)
    shared = inbound(choice=Option(name="contact"), message_id="s", address=CHAT, contact=NUMBER)
    await talk.send(replace(shared, proof=better))
    assert ("granted",) == (await agree(talk)).ids
    assert () == talk.ledger.outgoing


@pytest.mark.parametrize("words", ["atsaukt 4", "4-", "STOP visu"])
async def test_a_withdrawal_never_needs_a_code(words: str) -> None:
    """Given with a code, it is taken back with one message and no SMS (law 2)."""
    talk = await code_talk()
    await agree(talk)
    await talk.say(codes_sent(talk)[0], address=CHAT)
    await talk.say(words, address=CHAT)
    assert Reason.WITHDRAWN is (await talk.may("credit")).reason
    assert 1 == len(talk.ledger.outgoing)


@pytest.mark.parametrize("purpose", ["offers", "traffic", "loyalty", "research"])
async def test_what_needs_no_better_proof_sends_no_code(purpose: str) -> None:
    """A yes to the others gives at once."""
    talk = await code_talk()
    assert "granted" in (await agree(talk, purpose)).ids
    assert () == talk.ledger.outgoing


async def test_a_yes_by_sms_sends_no_code_either() -> None:
    """By SMS the notice itself carries its two digits; four digits are no attempt at them."""
    talk = await code_talk()
    asked = await talk.sms("dot 4")
    assert ("unclear.pending",) == (await talk.sms("1010")).ids
    given = await talk.sms(f"jā {asked.messages[-1].params['code']}")
    assert (("notice", "ask.grant.code"), ("granted",)) == (asked.ids, given.ids)
    assert () == talk.ledger.outgoing
