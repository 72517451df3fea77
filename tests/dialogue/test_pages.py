"""What can be read: menu, pages, status, rights, a person, the language."""

from __future__ import annotations

from dataclasses import replace

import pytest

from consent.dialogue.scene import Scene
from consent.dialogue.session import Awaiting, Session
from consent.dialogue.step import step
from consent.intents import Intent, IntentName, Page
from consent.notices import Form
from consent.replies import Option
from tests.builders import (
    CATALOGUE,
    DAY,
    START,
    Outcome,
    given,
    grant_pending,
    intent,
    lens,
    notice,
    outcome,
    pending,
    scene,
    session,
)

EXPLAIN, HELP, STATUS = IntentName.EXPLAIN, IntentName.HELP, IntentName.STATUS
HUMAN, LANGUAGE, UNCLEAR = IntentName.HUMAN, IntentName.LANGUAGE, IntentName.UNCLEAR
NEW = session(greeted=False)
MENU = Intent(name=HELP, page=Page.MENU)
UNLINKED = scene(linked=False, proof_level=0)
ASKING = (("page.state", "notice", "ask.grant"), ("research asked",), "grant")


@pytest.mark.parametrize(
    ("seen", "before", "wish", "expected"),
    [
        pytest.param(scene(), NEW, intent(HELP), (("welcome", "menu"), (), None), id="first-time"),
        pytest.param(scene(), session(), intent(HELP), (("help",), (), None), id="what-to-type"),
        pytest.param(scene(), session(), MENU, (("menu",), (), None), id="the-list-again"),
        pytest.param(
            scene(form=Form.SMS), session(), MENU, (("help",), (), None), id="the-list-by-sms"
        ),
        pytest.param(
            scene(form=Form.SMS), session(), intent(HELP), (("help",), (), None), id="by-sms"
        ),
        pytest.param(
            scene(), session(), intent(EXPLAIN), (("privacy",), (), None), id="the-rights"
        ),
        pytest.param(scene(), session(), intent(EXPLAIN, "research"), ASKING, id="a-page"),
        pytest.param(
            scene(*given("research")),
            session(),
            intent(EXPLAIN, "research"),
            (("page.state", "notice"), (), None),
            id="a-page-of-what-is-given",
        ),
        pytest.param(
            scene(),
            session(),
            intent(EXPLAIN, "loyalty"),
            (("page.state", "notice", "explain.beside", "ask.grant"), ("loyalty asked",), "grant"),
            id="loyalty-beside-the-other",
        ),
        pytest.param(
            UNLINKED,
            session(),
            intent(EXPLAIN, "research"),
            (("notice", "link.page"), (), None),
            id="a-page-before-the-number-is-known",
        ),
        pytest.param(
            scene(form=Form.SMS),
            session(),
            intent(EXPLAIN, "research"),
            (("explain",), (), None),
            id="by-sms-in-short",
        ),
        pytest.param(
            scene(),
            session(),
            intent(EXPLAIN, "research", "credit"),
            (("explain", "explain"), (), None),
            id="several-in-short",
        ),
        pytest.param(
            scene(form=Form.SMS),
            session(),
            intent(EXPLAIN, "research", "credit"),
            (("explain", "explain"), (), None),
            id="two-by-sms",
        ),
        pytest.param(
            scene(form=Form.SMS),
            session(),
            intent(EXPLAIN, "research", "credit", "traffic"),
            (("explain.many",), (), None),
            id="more-by-sms-would-cost-too-much",
        ),
        pytest.param(
            scene(),
            session(),
            intent(EXPLAIN, "research", "credit", "traffic"),
            (("explain", "explain", "explain"), (), None),
            id="more-in-a-chat",
        ),
        pytest.param(
            scene(),
            session(),
            Intent(name=EXPLAIN, unknown_number=9),
            (("unknown.number",), (), None),
            id="a-number-nobody-has",
        ),
        pytest.param(
            scene(),
            NEW,
            intent(UNCLEAR),
            (("welcome", "menu"), (), None),
            id="unclear-from-a-newcomer",
        ),
        pytest.param(scene(), session(), intent(UNCLEAR), (("unclear",), (), None), id="unclear"),
        pytest.param(
            scene(),
            session(grant_pending()),
            intent(UNCLEAR),
            (("unclear.pending",), (), "grant"),
            id="unclear-keeps-the-question",
        ),
        pytest.param(
            scene(),
            session(grant_pending(), greeted=False),
            intent(UNCLEAR),
            (("unclear.pending",), (), "grant"),
            id="unclear-from-a-newcomer-who-was-asked",
        ),
        pytest.param(
            scene(),
            session(pending(Awaiting.CHANNELS)),
            intent(UNCLEAR),
            (("unclear",), (), "channels"),
            id="unclear-where-yes-or-no-would-not-answer",
        ),
        pytest.param(
            scene(),
            session(),
            Intent(name=LANGUAGE, wanted_language="ru"),
            (("language.set", "menu"), (), None),
            id="another-language",
        ),
        pytest.param(
            scene(),
            session(),
            Intent(name=LANGUAGE, wanted_language="lt"),
            (("language.choose",), (), None),
            id="a-language-we-do-not-speak",
        ),
        pytest.param(
            scene(), session(), intent(LANGUAGE), (("language.choose",), (), None), id="which"
        ),
    ],
)
def test_what_can_be_read(seen: Scene, before: Session, wish: Intent, expected: Outcome) -> None:
    """Reading decides nothing, beyond noting that a notice was shown."""
    assert expected == outcome(step(seen, before, wish))


def test_several_pages_are_each_a_tap_away() -> None:
    """Explained in short, each consent links to its full text and opens by one tap."""
    turn = step(scene(), session(), intent(EXPLAIN, "credit", "research"))
    expected = [
        {"purpose": "credit", "link": notice("credit").code},
        {"purpose": "research", "link": notice("research").code},
    ]
    assert expected == [m.params for m in turn.messages]
    assert [
        Option(name="explain", purpose="credit"),
        Option(name="explain", purpose="research"),
        Option(name="menu"),
    ] == turn.options


@pytest.mark.parametrize(
    ("form", "purposes", "kept"),
    [
        pytest.param(Form.SMS, ("research",), False, id="another-by-sms"),
        pytest.param(Form.SMS, ("offers",), True, id="the-same-by-sms"),
        pytest.param(Form.SMS, ("offers", "research"), False, id="another-beside-it-by-sms"),
        pytest.param(Form.SMS, ("credit", "research", "traffic"), False, id="many-by-sms"),
        pytest.param(Form.CHAT, ("credit", "research"), False, id="several-in-a-chat"),
    ],
)
def test_a_yes_does_not_reach_past_another_explanation(
    form: Form, purposes: tuple[str, ...], *, kept: bool
) -> None:
    """What was read last asks nothing, so a yes after it agrees to nothing (law 1)."""
    seen = scene(form=form)
    read = step(seen, session(grant_pending(notice(form=form))), intent(EXPLAIN, *purposes))
    yes = step(seen, read.session, intent(IntentName.YES))
    assert ("grant" if kept else None) == outcome(read)[2]
    assert (("offers given",) if kept else ()) == outcome(yes)[1]


def test_an_explanation_leaves_other_questions_open() -> None:
    """Only a notice is agreed to by what was read last; which channels is asked on."""
    before = session(pending(Awaiting.CHANNELS))
    turn = step(scene(*given("offers")), before, intent(EXPLAIN, "credit", "research"))
    assert "channels" == outcome(turn)[2]


def test_a_person_is_one_case_however_often_asked() -> None:
    """Asking again within a day is the same case; a day later it is a new one."""
    first = step(scene(), session(), intent(HUMAN, "credit"))
    again = step(scene(), first.session, intent(HUMAN))
    later = step(scene(through=lens(START + DAY)), again.session, intent(HUMAN))
    assert [("contact", "credit")] == [(c.kind, c.purpose) for c in first.cases]
    assert [] == again.cases
    assert [("contact", None)] == [(c.kind, c.purpose) for c in later.cases]
    expected = {"case": "K7M2-94QX", "due": "2025-04-10T20:59:59.999999Z"}
    assert expected == first.messages[0].params == again.messages[0].params


def test_a_review_is_a_case_of_its_own() -> None:
    """A review of an automated decision is always offered and is another case."""
    asked = step(scene(), session(), intent(HUMAN))
    turn = step(scene(), asked.session, Intent(name=HUMAN, page=Page.REVIEW))
    assert Option(name="review") in asked.options
    assert ("human.review",) == turn.reply().ids
    assert [("review", "profiling")] == [(c.kind, c.purpose) for c in turn.cases]
    assert ["contact", "review"] == [c.kind for c in turn.session.cases]


def test_without_automated_decisions_a_review_is_a_person() -> None:
    """Where nothing is decided automatically, a person is all there is to ask for."""
    plain = tuple(replace(p, automated_decisions=False) for p in CATALOGUE.purposes)
    seen = scene(through=lens(catalogue=replace(CATALOGUE, purposes=plain)))
    turn = step(seen, session(), Intent(name=HUMAN, page=Page.REVIEW))
    assert [("contact", None)] == [(c.kind, c.purpose) for c in turn.cases]


def test_a_language_once_chosen_is_kept() -> None:
    """Keywords of another language do not change what the customer chose."""
    chosen = step(scene(), session(), Intent(name=LANGUAGE, wanted_language="ru"))
    after = step(scene(), chosen.session, Intent(name=STATUS, language="en"))
    assert ("ru", "ru") == (chosen.reply().language, after.session.language)


@pytest.mark.parametrize(
    ("before", "wish", "expected"),
    [
        pytest.param(session(), intent(HELP), "lv", id="the-brand-s-own"),
        pytest.param(replace(session(), language="en"), intent(HELP), "en", id="spoken-before"),
        pytest.param(session(), Intent(name=HELP, language="ru"), "ru", id="spoken-now"),
    ],
)
def test_the_reply_speaks_the_customer_s_language(
    before: Session, wish: Intent, expected: str
) -> None:
    """The language of the message, else of the conversation, else of the brand."""
    assert expected == step(scene(), before, wish).reply().language


def test_a_language_spoken_is_remembered() -> None:
    """Who writes in Russian is answered in Russian from then on."""
    turn = step(scene(), session(), Intent(name=HELP, language="ru"))
    after = step(scene(), turn.session, intent(UNCLEAR))
    assert "ru" == after.reply().language


def test_a_question_for_channels_stays_while_reading() -> None:
    """Looking at the status does not drop the question."""
    turn = step(scene(*given("offers")), session(pending(Awaiting.CHANNELS)), intent(STATUS))
    assert "channels" == outcome(turn)[2]
