"""What a door could not use, what is kept as a receipt, and the language a door believes in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from consent.decisions import Action
from consent.dialogue.session import Awaiting, Pending, Session
from consent.dialogue.step import remark
from consent.intents import Intent, IntentName
from consent.notices import code_of
from consent.ports import Inbound, Remark
from consent.replies import Option
from tests.builders import (
    CHAT,
    grant_pending,
    inbound,
    outcome,
    pending,
    scene,
    session,
)
from tests.dialogue.talks import Talk

ASKS_AGAIN = {Remark.CONTACT_FOREIGN, Remark.CONTACT_FORWARDED}
STOP = Intent(name=IntentName.WITHDRAW_ALL)
UNSEEN = replace(inbound(message_id="u", address=CHAT), remark=Remark.UNSEEN)


@pytest.mark.parametrize("why", [r for r in Remark if r is not Remark.UNSEEN])
def test_a_remark_says_why_and_offers_the_way_on(why: Remark) -> None:
    """The contact is asked for again where it was somebody else's; else there is the list."""
    turn = remark(scene(), session(), why.value)
    assert ((why.value,), (), None) == outcome(turn)
    assert [Option(name="contact" if why in ASKS_AGAIN else "menu")] == turn.options


@pytest.mark.parametrize(
    "before",
    [
        pytest.param(grant_pending(), id="a-notice"),
        pytest.param(pending(Awaiting.LINK, intent=STOP), id="a-stop-that-waits"),
    ],
)
def test_a_remark_leaves_the_open_question_open(before: Pending) -> None:
    """What could not be used answers nothing and forgets nothing."""
    remembered = session(before)
    assert remembered == remark(scene(), remembered, "remark.wordless").session


@pytest.mark.parametrize(
    "before",
    [
        pytest.param(grant_pending(), id="a-notice"),
        pytest.param(pending(Awaiting.CHANNELS), id="which-channels"),
        pytest.param(pending(Awaiting.SCOPE), id="the-rest-too"),
        pytest.param(pending(Awaiting.WITHDRAW, "offers"), id="end-them"),
        pytest.param(None, id="nothing"),
    ],
)
def test_an_answer_nobody_saw_asks_nothing(before: Pending | None) -> None:
    """What never reached the customer is no question, and nothing more is said."""
    remembered = replace(session(before), language="ru")
    turn = remark(scene(), remembered, Remark.UNSEEN.value)
    assert ((), (), None) == outcome(turn)
    assert ([], "ru") == (turn.options, turn.reply().language)
    assert replace(remembered, pending=None) == turn.session


async def test_an_answer_nobody_saw_does_not_lose_the_stop_it_answered() -> None:
    """A STOP before the number is known is carried out at the share, whatever was delivered."""
    talk = Talk()
    await talk.say("STOP", address=CHAT)
    await talk.send(UNSEEN)
    await talk.link()
    assert ("offers refused", "loyalty_offers refused") == await talk.ledgered()


async def test_a_yes_to_a_notice_nobody_saw_gives_nothing() -> None:
    """The notice was never delivered, so the next yes agrees to nothing (law 1)."""
    talk = Talk()
    await talk.link()
    await talk.say("START", address=CHAT)
    unseen = await talk.send(UNSEEN)
    yes = await talk.say("JĀ", address=CHAT)
    assert ((), ("yes.nothing",)) == (unseen.ids, yes.ids)
    assert ("offers asked",) == await talk.ledgered(CHAT)


def _sticker(number: int = 9) -> Inbound:
    message = inbound(message_id=f"sticker-{number}", address=CHAT)
    return replace(message, remark=Remark.WORDLESS)


async def test_the_desk_says_a_remark_and_changes_nothing() -> None:
    """A sticker between notice and yes is answered, and the yes still counts."""
    talk = Talk()
    await talk.link()
    await talk.say("START", address=CHAT)
    reply = await talk.send(_sticker())
    before = await talk.ledgered(CHAT)
    await talk.say("JĀ", address=CHAT)
    assert ("remark.wordless",) == reply.ids
    assert ("offers asked",) == before
    assert ("offers asked", "offers given") == await talk.ledgered(CHAT)


async def test_a_remark_wins_over_the_words_beside_it() -> None:
    """An edited STOP was answered when it was sent; the edit itself decides nothing."""
    talk = Talk()
    await talk.link()
    edited = replace(inbound("STOP", message_id="e", address=CHAT), remark=Remark.EDITED)
    assert ("remark.edited",) == (await talk.send(edited)).ids
    assert () == await talk.ledgered(CHAT)


async def test_a_remark_is_answered_once() -> None:
    """Delivered again, it gets the same answer."""
    talk = Talk()
    assert await talk.send(_sticker()) == await talk.send(_sticker())


async def test_what_confirms_a_change_carries_the_receipt() -> None:
    """The number is that of the newest entry, which vouches for all before it."""
    talk = Talk()
    reply = await talk.say("STOP")
    newest = (await talk.history())[-1]
    expected = {"withdrawn.marketing": code_of(newest.hash), "stop.rest": None}
    assert expected == {m.id: m.params.get("receipt") for m in reply.messages}
    assert ["withdrawn.marketing"] == [m.id for m in reply.messages if m.kept]


async def test_what_changes_nothing_has_no_receipt() -> None:
    """A text shown or a no repeated is noted or not, but nothing to be kept."""
    talk = Talk()
    await talk.say("STOP")
    replies = [await talk.say(words) for words in ("STOP", "dot 8", "statuss")]
    messages = [m for reply in replies for m in reply.messages]
    assert [] == [m.id for m in messages if m.kept or "receipt" in m.params]


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        pytest.param(["dot 1", "jā"], ("granted",), id="a-yes"),
        pytest.param(["dot 1", "nē"], ("refused",), id="a-no"),
        pytest.param(["dot 1", "jā", "sms"], ("channel.on",), id="a-channel"),
        pytest.param(["atsaukt jaunumi"], ("topic.off",), id="a-topic"),
        pytest.param(
            ["atsaukt 4"],
            ("refused", "alternative.other_proof_of_credit"),
            id="with-the-other-way",
        ),
        pytest.param(
            ["STOP visu"], ("withdrawn.all", "alternative.other_proof_of_credit"), id="all"
        ),
        pytest.param(["dot 1", "jā", "1- 8+"], ("withdrawn",), id="beside-a-notice"),
    ],
)
async def test_every_change_is_kept(words: list[str], kept: tuple[str, ...]) -> None:
    """Of the last reply, what confirms is kept; questions and texts are not."""
    talk = Talk()
    replies = [await talk.say(said) for said in words]
    assert kept == tuple(m.id for m in replies[-1].messages if m.kept)
    changes = [d for d in await talk.history() if d.action is not Action.ASKED]
    number = code_of(changes[-1].hash)
    assert {number} == {m.params["receipt"] for m in replies[-1].messages if m.kept}


async def test_a_case_is_kept_without_a_number_of_the_ledger() -> None:
    """The reference of a case is worth keeping; no decision stands behind it."""
    talk = Talk()
    message = (await talk.say(choice=Option(name="human"))).messages[0]
    assert (True, {"case", "due"}) == (message.kept, set(message.params))


async def test_a_receipt_stays_the_same_when_the_message_comes_again() -> None:
    """Delivered again after other decisions, a STOP has the number it had."""
    talk = Talk()
    stop = inbound("STOP", message_id="again")
    first = await talk.send(stop)
    await talk.say("STOP visu")
    again = await talk.send(stop)
    assert first.messages == again.messages


@pytest.mark.parametrize(
    ("text", "hint", "expected"),
    [
        pytest.param("kaut kas", "ru", "ru", id="the-door-s"),
        pytest.param("kaut kas", "xx", "lv", id="a-language-we-do-not-speak"),
        pytest.param("kaut kas", None, "lv", id="the-brand-s-own"),
        pytest.param("palīdzība", "ru", "lv", id="the-words-come-first"),
    ],
)
async def test_the_door_may_hint_at_the_language(
    text: str, hint: str | None, expected: str
) -> None:
    """After words and profile, before the brand's own language, the door's belief counts."""
    talk = Talk()
    message = replace(inbound(text, address=CHAT), language=hint)
    assert expected == (await talk.send(message)).language


async def test_a_language_of_the_profile_comes_before_the_hint() -> None:
    """Who has chosen a language keeps it, whatever the door believes."""
    talk = Talk()
    await talk.say(choice=Option(name="language", language="en"), address=CHAT)
    assert "en" == (await talk.send(replace(_sticker(), language="ru"))).language


async def test_the_first_hint_is_kept_until_the_customer_s_own_words() -> None:
    """What a door believes later does not change the language; words do."""
    talk = Talk()
    heard = [
        (await talk.send(replace(_sticker(1), language="ru"))).language,
        (await talk.send(replace(_sticker(2), language="en"))).language,
        (await talk.send(_sticker(3))).language,
        (await talk.say("palīdzība", address=CHAT)).language,
        (await talk.send(replace(_sticker(4), language="ru"))).language,
    ]
    assert ["ru", "ru", "ru", "lv", "lv"] == heard


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        pytest.param(session(), "ru", id="a-remark-in-the-door-s"),
        pytest.param(Session(language="en"), "en", id="a-remark-in-the-profile-s"),
    ],
)
def test_a_remark_speaks_the_customer_s_language(before: Session, expected: str) -> None:
    """A remark has no words of its own to go by."""
    turn = remark(replace(scene(), hint="ru"), before, "remark.edited")
    assert expected == turn.reply().language
