"""With or without diacritics: the customer's choice for SMS in Latvian, remembered."""

from __future__ import annotations

from dataclasses import replace

import pytest

from consent.desk import House
from consent.notices import Form
from consent.ports import Address
from consent.replies import Option, Reply
from tests.builders import AMIGO, CHAT, DAY, HOUR, NUMBER, notice, shelf
from tests.dialogue.talks import HOUSE, Talk

PLAIN, FULL = "bez garumzīmēm", "ar garumzīmēm"
OTHER = Address(NUMBER.kind, "+37120000002")
FORMS = [
    pytest.param(PLAIN, Form.SMS_PLAIN, id="without"),
    pytest.param(FULL, Form.SMS, id="with"),
]


def _shown(reply: Reply) -> object:
    """Return the fingerprint of the notice that a reply shows."""
    return next(m.params["notice"] for m in reply.messages if m.id == "notice")


def _print_of(purpose: str, form: Form, *, language: str = "lv", brand: str = "lmt") -> str:
    return notice(purpose, form=form, language=language, brand=brand).fingerprint


@pytest.mark.parametrize("door", [Form.SMS, Form.SMS_PLAIN])
@pytest.mark.parametrize(("words", "form"), FORMS)
async def test_the_choice_is_the_form_of_all_that_follows(
    words: str, form: Form, door: Form
) -> None:
    """From its confirmation on, replies and notices are written so, however the door writes."""
    talk = Talk()
    chosen = await talk.sms(words, form=door)
    help_ = await talk.sms("palīdzība", form=door)
    asked = await talk.sms("dot 8", form=door)
    given = await talk.sms("jā", form=door)
    assert ("language.spelling",) == chosen.ids
    assert {form} == {reply.form for reply in (chosen, help_, asked, given)}
    assert _print_of("research", form) == _shown(asked)
    assert _print_of("research", form) == (await talk.history())[-1].notice


@pytest.mark.parametrize("door", [Form.SMS, Form.SMS_PLAIN])
async def test_who_has_not_chosen_reads_what_the_brand_writes(door: Form) -> None:
    """Without a choice the door's own form is used, and no other is named."""
    talk = Talk()
    asked = await talk.sms("dot 8", form=door)
    assert (None, _print_of("research", door)) == (asked.form, _shown(asked))


async def test_the_choice_can_be_changed_back() -> None:
    """The last word counts."""
    talk = Talk()
    forms = [(await talk.sms(words)).form for words in (PLAIN, FULL, PLAIN)]
    assert [Form.SMS_PLAIN, Form.SMS, Form.SMS_PLAIN] == forms


async def test_the_choice_is_remembered() -> None:
    """A year later, in the same conversation, it still holds."""
    talk = Talk()
    await talk.sms(PLAIN)
    talk.clock.move(365 * DAY)
    assert Form.SMS_PLAIN is (await talk.sms("statuss")).form


async def test_the_choice_gives_and_ends_nothing() -> None:
    """How something is written is no decision."""
    talk = Talk()
    await talk.sms(PLAIN)
    assert () == await talk.ledgered()


async def test_the_choice_belongs_to_one_conversation() -> None:
    """Another number, the other brand and the chat are written to as before."""
    talk = Talk()
    await talk.link()
    await talk.sms(PLAIN)
    others = [
        await talk.sms("dot 8", address=OTHER),
        await talk.sms("dot 8", brand=AMIGO),
        await talk.say("dot 8", address=CHAT),
    ]
    expected = [
        _print_of("research", Form.SMS),
        _print_of("research", Form.SMS, brand=AMIGO),
        _print_of("research", Form.CHAT),
    ]
    assert [None] * 3 == [reply.form for reply in others]
    assert expected == [_shown(reply) for reply in others]


async def test_a_chat_has_no_spelling_to_choose() -> None:
    """There every letter is free: the wish is answered with the languages there are."""
    talk = Talk()
    await talk.link()
    reply = await talk.say(PLAIN, address=CHAT)
    assert (("language.choose",), None) == (reply.ids, reply.form)
    assert _print_of("research", Form.CHAT) == _shown(await talk.say("dot 8", address=CHAT))


async def test_a_question_stays_open_and_its_yes_is_to_what_was_shown() -> None:
    """Chosen between the notice and the yes, the evidence is the text that was read."""
    talk = Talk()
    await talk.sms("dot 8")
    await talk.sms(PLAIN)
    given = await talk.sms("jā")
    assert (("granted",), Form.SMS_PLAIN) == (given.ids, given.form)
    assert _print_of("research", Form.SMS) == (await talk.history())[-1].notice


async def test_a_language_without_a_plain_text_has_its_own() -> None:
    """In Russian the notice is the one there is; back in Latvian the choice holds again."""
    talk = Talk()
    await talk.sms(PLAIN)
    await talk.sms(choice=Option(name="language", language="ru"))
    russian = await talk.sms(choice=Option(name="grant", purpose="research"))
    await talk.sms(choice=Option(name="language", language="lv"))
    latvian = await talk.sms(choice=Option(name="grant", purpose="traffic"))
    assert _print_of("research", Form.SMS, language="ru") == _shown(russian)
    assert _print_of("traffic", Form.SMS_PLAIN) == _shown(latvian)


async def test_a_question_written_so_is_asked_again_once_its_text_changed() -> None:
    """The plain text is a text of its own: a new version of it needs a yes of its own."""
    talk = Talk()
    await talk.sms(PLAIN)
    await talk.sms("dot 8")
    newer: House = replace(HOUSE, notices=shelf(notice("research", form=Form.SMS_PLAIN, minor=1)))
    after = Talk(ledger=talk.ledger, clock=talk.clock, house=newer, sent=talk.sent)
    reply = await after.sms("jā")
    assert ("notice.changed", "notice", "ask.grant") == reply.ids
    assert ("research asked",) == await talk.ledgered()


async def test_an_answer_that_leaves_later_is_written_so() -> None:
    """What the outbox carries names the form, since no door is there to remember it."""
    talk = Talk()
    await talk.sms(PLAIN)
    talk.clock.move(HOUR)
    await talk.fetch("dot 8")
    (sent,) = talk.ledger.outgoing
    assert Form.SMS_PLAIN is sent.reply.form
    assert _print_of("research", Form.SMS_PLAIN) == _shown(sent.reply)


async def test_a_code_is_asked_for_in_the_form_chosen() -> None:
    """The two digits stand under the text without diacritics too, and prove its reading."""
    talk = Talk()
    await talk.sms(PLAIN)
    asked = await talk.sms("dot 4")
    await talk.sms(f"jā {asked.messages[-1].params['code']}")
    entry = (await talk.history())[-1]
    assert (_print_of("credit", Form.SMS_PLAIN), _print_of("credit", Form.CHAT)) == (
        entry.notice,
        entry.linked_notice,
    )
