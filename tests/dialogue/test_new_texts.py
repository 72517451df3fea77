"""New versions of texts: told once, asked again once, never by a message that nobody asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from consent.decisions import Action
from consent.desk import House
from consent.dialogue.scene import Scene, Turn
from consent.dialogue.step import step
from consent.intents import Intent, IntentName
from consent.notices import Form, Notice, NoticeShelf
from consent.replies import Option, Reply
from consent.states import State
from consent.verdicts import Reason
from tests.builders import (
    CATALOGUE,
    CHAT,
    DAY,
    LMT,
    NUMBER,
    START,
    decided,
    given,
    intent,
    lens,
    notice,
    notices,
    outcome,
    said,
    scene,
    session,
    shelf,
)
from tests.dialogue.talks import HOUSE, Talk

STATUS = Intent(name=IntentName.STATUS)
MENU = Option(name="menu")


def version(major: int, minor: int, *purposes: str) -> tuple[Notice, ...]:
    """Return a new version of every text of LMT about these purposes."""
    return tuple(
        notice(p, language=x, form=f, major=major, minor=minor)
        for p in purposes
        for x in CATALOGUE.languages
        for f in Form
        if f is not Form.SMS_PLAIN or x == "lv"
    )


MINOR, MAJOR = shelf(*version(1, 1, "offers")), shelf(*version(2, 0, "offers"))
LATER = NoticeShelf((*notices(), *version(1, 1, "offers"), *version(2, 0, "offers")))


def renewed(talk: Talk, texts: NoticeShelf) -> Talk:
    """Return the same talk after the operator has entered new texts."""
    house: House = replace(HOUSE, notices=texts)
    return Talk(ledger=talk.ledger, clock=talk.clock, house=house, sent=talk.sent + 100)


async def agreed(*, in_chat: bool = True) -> Talk:
    """Return a talk with somebody who gave offers under 1.0, from a chat and a number."""
    talk = Talk()
    await talk.link()
    at = CHAT if in_chat else NUMBER
    await talk.say(choice=Option(name="grant", purpose="offers"), address=at)
    shown = HOUSE.notices.current(LMT, "offers", "lv", Form.CHAT if in_chat else Form.SMS)
    await talk.say(choice=Option(name="agree", purpose="offers", notice=shown.code), address=at)
    assert "offers given" in await talk.ledgered()
    talk.clock.move(DAY * 30)
    return talk


def changes(reply: Reply) -> list[object]:
    """Return the versions whose changes a reply tells."""
    return [m.params["changes"] for m in reply.messages if m.id.startswith("news.")]


async def test_a_minor_version_is_told_once_at_whatever_door() -> None:
    """With what changed; nothing is asked, and the consent stands as it did."""
    talk = renewed(await agreed(), MINOR)
    told = await talk.say("statuss", address=CHAT)
    assert "news.changed" in told.ids
    newest = MINOR.current(LMT, "offers", "lv", Form.CHAT)
    assert [[newest.fingerprint]] == changes(told)
    assert not {o.name for o in told.options} & {"agree", "refuse"}
    for address in (CHAT, NUMBER):
        again = await talk.say("statuss", address=address)
        assert "news.changed" not in again.ids
    opened = await talk.say(choice=Option(name="explain", purpose="offers"), address=CHAT)
    assert "news.changed" not in opened.ids
    assert (await talk.may("offers")).reason is Reason.ALLOWED


async def test_a_minor_version_is_told_on_the_page() -> None:
    """Above the text that was opened; the ledger says which version was shown."""
    talk = renewed(await agreed(), MINOR)
    page = await talk.say(choice=Option(name="explain", purpose="offers"), address=CHAT)
    assert ("news.changed", "page.state", "notice") == page.ids
    *_, last = await talk.history()
    newest = MINOR.current(LMT, "offers", "lv", Form.CHAT)
    assert (Action.ASKED, newest.fingerprint) == (last.action, last.notice)
    assert "news.changed" not in (await talk.say("statuss")).ids
    assert (await talk.say("jā", address=CHAT)).ids == ("yes.nothing",)


async def test_by_sms_the_short_explanation_tells_it() -> None:
    """One sentence before what was asked for."""
    talk = renewed(await agreed(in_chat=False), MINOR)
    reply = await talk.sms(choice=Option(name="explain", purpose="offers"))
    assert ("news.changed", "explain") == reply.ids
    assert "news.changed" not in (await talk.sms("statuss")).ids


async def test_a_major_version_is_asked_once() -> None:
    """At the first look at the list or the status; silence leaves it outdated, and unasked."""
    talk = renewed(await agreed(), MAJOR)
    assert (await talk.may("offers")).reason is Reason.ALLOWED
    first = await talk.say(choice=MENU, address=CHAT)
    assert "news.outdated" in first.ids
    assert Option(name="explain", purpose="offers") in first.options
    for text in ("statuss", "izvēlne"):
        for address in (CHAT, NUMBER):
            talk.clock.move(DAY * 3)
            assert "news.outdated" not in (await talk.say(text, address=address)).ids
    house = replace(HOUSE, notices=MAJOR)
    reading = house.lens(LMT, talk.clock.now()).read(
        await talk.kept(), CATALOGUE.purpose("offers")
    )
    assert State.OUTDATED is reading.state
    assert () == talk.ledger.outgoing


async def test_a_no_to_it_withdraws() -> None:
    """Said at once, by a word, to the question that was asked."""
    talk = renewed(await agreed(), MAJOR)
    await talk.say("statuss", address=CHAT)
    reply = await talk.say("nē", address=CHAT)
    assert "withdrawn" in reply.ids
    assert (await talk.may("offers")).reason is Reason.WITHDRAWN
    assert "news.outdated" not in (await talk.say("statuss", address=CHAT)).ids


async def test_a_yes_to_it_first_gets_the_text() -> None:
    """Nobody agrees to what was not shown; the second yes gives it anew (law 1)."""
    talk = renewed(await agreed(in_chat=False), MAJOR)
    assert "news.outdated" in (await talk.say("statuss")).ids
    shown = await talk.say("jā")
    assert ("notice", "ask.grant") == shown.ids
    before = await talk.ledgered()
    assert 1 == before.count("offers given")
    assert "granted" in (await talk.say("jā")).ids
    assert 2 == (await talk.ledgered()).count("offers given")


async def test_a_question_of_another_door_is_not_answered() -> None:
    """Told by SMS, a yes in the chat answers nothing."""
    talk = renewed(await agreed(), MAJOR)
    await talk.say("statuss")
    assert ("yes.nothing",) == (await talk.say("jā", address=CHAT)).ids


async def test_nothing_is_asked_beside_a_no() -> None:
    """A withdrawal is confirmed, and nothing else; the next look asks."""
    talk = renewed(await agreed(), MAJOR)
    reply = await talk.say("atsaukt 2", address=CHAT)
    assert not any(i.startswith("news.") for i in reply.ids)
    assert "news.outdated" in (await talk.say("statuss", address=CHAT)).ids


async def test_what_nobody_is_told_counts_as_untold() -> None:
    """Fetched too late to be answered: the next message is told."""
    talk = renewed(await agreed(in_chat=False), MAJOR)
    await talk.fetch("statuss", ago=timedelta(hours=1))
    assert "news.outdated" in (await talk.sms("statuss")).ids


async def test_every_version_since_is_told_in_a_chat() -> None:
    """In order; by SMS only what gave it another meaning."""
    talk = renewed(await agreed(), LATER)
    assert ["1.1", "2.0"] == _versions(await talk.say("statuss", address=CHAT))
    other = renewed(await agreed(in_chat=False), LATER)
    assert ["2.0"] == _versions(await other.sms("statuss"))


def _versions(reply: Reply) -> list[str]:
    """Return the versions whose changes a reply tells."""
    told = [m.params["changes"] for m in reply.messages if m.id == "news.outdated"]
    found = [LATER.find(str(digest)) for digest in told[0]]  # type: ignore[union-attr]
    return [n.version for n in found if n]


async def test_a_later_minor_version_does_not_ask_again() -> None:
    """Asked under 2.0 and left unanswered, 2.1 is no reason to ask once more."""
    talk = renewed(await agreed(), MAJOR)
    await talk.say("statuss", address=CHAT)
    later = renewed(talk, shelf(*version(2, 0, "offers"), *version(2, 1, "offers")))
    later.clock.move(DAY * 9)
    assert "news.outdated" not in (await later.say("statuss", address=CHAT)).ids
    third = renewed(later, shelf(*version(2, 0, "offers"), *version(3, 0, "offers")))
    assert "news.outdated" in (await third.say("statuss", address=CHAT)).ids


def _look(seen: Scene, wish: Intent = STATUS) -> Turn:
    return step(seen, session(), wish)


TWO = shelf(*version(2, 0, "offers", "traffic"))
BOTH_MINOR = shelf(*version(1, 1, "offers", "traffic"))
OLD = given("offers", "traffic")


def test_one_question_at_a_time() -> None:
    """Of two texts with another meaning, the second is asked about another day."""
    first = _look(scene(*OLD, through=lens(on=TWO)))
    assert 1 == first.reply().ids.count("news.outdated")
    assert ("offers asked",) == decided(first)
    shown = TWO.current(LMT, "offers", "lv", Form.CHAT)
    asked = said("offers", Action.ASKED, at=START - timedelta(hours=1), shown=shown)
    second = _look(scene(*OLD, asked, through=lens(on=TWO)))
    assert ("traffic asked",) == decided(second)


@pytest.mark.parametrize(
    ("form", "count"), [pytest.param(Form.CHAT, 2, id="chat"), pytest.param(Form.SMS, 1, id="sms")]
)
def test_how_much_is_told_at_once(form: Form, count: int) -> None:
    """In a chat all that is new; by SMS one text a message."""
    turn = _look(scene(*OLD, through=lens(on=BOTH_MINOR), form=form))
    assert count == turn.reply().ids.count("news.changed")


@pytest.mark.parametrize(
    ("past", "texts"),
    [
        pytest.param((), MAJOR, id="never-given"),
        pytest.param((*OLD, said("offers", Action.WITHDRAWN)), MAJOR, id="withdrawn"),
        pytest.param(OLD, shelf(), id="nothing-new"),
        pytest.param(
            (*given("traffic"), said("offers", Action.GIVEN, shown=notice(major=9))),
            shelf(),
            id="a-text-that-nobody-knows",
        ),
        pytest.param(
            (*OLD, said("service", Action.ENDED, at=START - DAY)), MAJOR, id="of-no-use-any-more"
        ),
    ],
)
def test_who_is_told_nothing(past: tuple[object, ...], texts: NoticeShelf) -> None:
    """Whoever has given nothing, has been told, or could do nothing with it."""
    turn = _look(scene(*past, through=lens(on=texts)))  # type: ignore[arg-type]
    assert [] == [i for i in turn.reply().ids if i.startswith("news.")]


@pytest.mark.parametrize(
    "changes_",
    [
        pytest.param({"linked": False}, id="number-not-known"),
        pytest.param({"muted": True}, id="nothing-arrives"),
        pytest.param({"late": True}, id="late"),
    ],
)
def test_where_it_would_not_be_read(changes_: dict[str, bool]) -> None:
    """Nothing is told, and it does not count as told."""
    seen = replace(scene(*OLD, through=lens(on=MAJOR)), **changes_)  # type: ignore[arg-type]
    turn = step(seen, session(), Intent(name=IntentName.HELP))
    assert () == decided(turn)


def test_an_open_question_comes_first() -> None:
    """Whoever is being asked something is not asked something else."""
    asked = _look(scene(through=lens(on=shelf())), intent(IntentName.GRANT, "research"))
    turn = step(scene(*OLD, through=lens(on=MAJOR)), asked.session, STATUS)
    assert "news.outdated" not in turn.reply().ids


def test_a_pause_hides_nothing() -> None:
    """What is paused stands: a new minor version is told too."""
    paused = said("location", Action.PAUSED, at=START, until=START + DAY)
    texts = shelf(*version(1, 1, "location"))
    turn = _look(scene(*given("location"), paused, through=lens(on=texts)))
    assert ("location asked",) == decided(turn)


def test_help_asks_but_tells_no_small_news() -> None:
    """Somebody who wants to know what to type is not told of a comma."""
    minor = step(scene(*OLD, through=lens(on=MINOR)), session(), Intent(name=IntentName.HELP))
    assert "news.changed" not in minor.reply().ids
    major = step(scene(*OLD, through=lens(on=MAJOR)), session(), Intent(name=IntentName.HELP))
    assert (("help", "news.outdated"), ("offers asked",), "grant") == outcome(major)
