"""Asking for a person's work: noted at once, with a reference, a day, and the words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from consent.cases import Case
from consent.choices import intent_of
from consent.dialogue.scene import Turn
from consent.dialogue.step import step
from consent.intents import Intent, IntentName, Page
from consent.notices import Form
from consent.replies import Option
from tests.builders import (
    CATALOGUE,
    CHAT,
    DAY,
    HOUR,
    START,
    given,
    grant_pending,
    intent,
    lens,
    notice,
    outcome,
    scene,
    session,
)
from tests.dialogue.talks import Talk

HUMAN = IntentName.HUMAN
CORRECTION = Intent(name=HUMAN, page=Page.CORRECTION)
OTHER_PROOF = Intent(name=HUMAN, page=Page.OTHER_PROOF)
UNCLEAR = intent(IntentName.UNCLEAR)
DUE = "2025-04-10T20:59:59.999999Z"
TOLD = {"case": "K7M2-94QX", "due": DUE}


def _opened(turn: Turn) -> list[tuple[str, str | None]]:
    return [(case.kind, case.purpose) for case in turn.cases]


@pytest.mark.parametrize(
    ("wish", "message", "expected"),
    [
        pytest.param(intent(HUMAN), "human", ("contact", None), id="person"),
        pytest.param(
            Intent(name=HUMAN, page=Page.REVIEW),
            "human.review",
            ("review", "profiling"),
            id="review",
        ),
        pytest.param(CORRECTION, "human.correction", ("correction", None), id="correction"),
        pytest.param(OTHER_PROOF, "human.other_proof", ("other_proof", "credit"), id="proof"),
    ],
)
def test_a_request_is_noted_with_its_reference_and_day(
    wish: Intent, message: str, expected: tuple[str, str | None]
) -> None:
    """The confirmation says the reference and by when we answer; it is kept."""
    turn = step(scene(), session(), wish)
    assert [expected] == _opened(turn)
    assert (message, TOLD, True) == (
        turn.messages[0].id,
        turn.messages[0].params,
        turn.messages[0].kept,
    )
    assert [DUE] == [case.due_at and f"{case.due_at:%Y-%m-%dT%H:%M:%S.%fZ}" for case in turn.cases]


def test_a_person_offers_what_else_there_is() -> None:
    """Who asks for a person may want a review, or their data corrected: one tap."""
    turn = step(scene(), session(), intent(HUMAN))
    assert [Option(name="review"), Option(name="correction"), Option(name="menu")] == turn.options


@pytest.mark.parametrize("name", ["correction", "other_proof", "review"])
def test_every_request_has_a_button(name: str) -> None:
    """A button means the same as the word for it."""
    wish = intent_of(Option(name=name))
    assert (HUMAN, Page(name)) == (wish.name, wish.page)


@pytest.mark.parametrize("how", [IntentName.WITHDRAW, IntentName.NO])
def test_a_no_to_the_credit_check_offers_another_proof(how: IntentName) -> None:
    """Refused or withdrawn, the other way is one tap away (seeds 4.5)."""
    before = session(grant_pending(notice("credit"))) if how is IntentName.NO else session()
    past = () if how is IntentName.NO else given("credit")
    turn = step(scene(*past), before, intent(how, "credit"))
    assert "alternative.other_proof_of_credit" in turn.reply().ids
    assert Option(name="other_proof", purpose="credit") in turn.options


def test_where_nothing_has_another_proof_a_person_is_asked() -> None:
    """An operator whose catalogue names no other way still lets a person answer."""
    plain = tuple(replace(p, alternatives=()) for p in CATALOGUE.purposes)
    seen = scene(through=lens(catalogue=replace(CATALOGUE, purposes=plain)))
    assert [("contact", None)] == _opened(step(seen, session(), OTHER_PROOF))


def test_two_requests_of_one_message_have_names_of_their_own() -> None:
    """Only one fresh name comes with a message; a second case of it is told from the first."""
    turn = step(scene(), session(), CORRECTION)
    turn.open_case("loyalty")
    assert ["K7M2-94QX", "K7M2-94QX-2"] == [case.id for case in turn.cases]
    assert turn.cases[1] == turn.open_case("loyalty")


@pytest.mark.parametrize("wish", [CORRECTION, OTHER_PROOF], ids=["correction", "proof"])
def test_what_is_written_next_is_added(wish: Intent) -> None:
    """What we do not understand within the hour belongs to the case just opened."""
    asked = step(scene(), session(), wish)
    seen = replace(scene(through=lens(START + HOUR)), words="Kalniņa, nevis Kalnina")
    turn = step(seen, asked.session, UNCLEAR)
    assert {"K7M2-94QX": "Kalniņa, nevis Kalnina"} == turn.notes
    assert (("case.noted",), TOLD) == (turn.reply().ids, turn.messages[0].params)
    more = step(replace(seen, words="un Rīgā"), turn.session, UNCLEAR)
    assert {"K7M2-94QX": "un Rīgā"} == more.notes


@pytest.mark.parametrize(
    ("words", "later", "kept"),
    [
        pytest.param("hm", HOUR + timedelta(seconds=1), True, id="too-late"),
        pytest.param("  ", HOUR, True, id="no-words"),
        pytest.param("[old]", HOUR, True, id="a-button"),
        pytest.param("hm", HOUR, False, id="answered-since"),
    ],
)
def test_nothing_else_is_added(words: str, later: timedelta, kept: bool) -> None:  # noqa: FBT001
    """Later words, a button, or words after the answer are simply not understood."""
    asked = step(scene(), session(), CORRECTION)
    seen = replace(scene(through=lens(START + later)), words=words)
    seen = seen if kept else replace(seen, open_cases=lambda: ())
    turn = step(seen, asked.session, UNCLEAR)
    assert (("unclear",), {}) == (turn.reply().ids, turn.notes)


@pytest.mark.parametrize("name", [IntentName.YES, IntentName.NO])
def test_a_yes_or_a_no_is_none_to_a_request(name: IntentName) -> None:
    """Nothing is asked that a yes or a no could answer, so nothing is given or ended."""
    asked = step(scene(*given("offers")), session(), CORRECTION)
    turn = step(scene(*given("offers")), asked.session, intent(name))
    assert ((f"{name.value}.nothing",), ()) == outcome(turn)[:2]


def test_a_stop_is_a_stop_while_we_listen() -> None:
    """What is understood is carried out, and is no part of the request."""
    asked = step(scene(*given("offers")), session(), CORRECTION)
    turn = step(scene(*given("offers")), asked.session, intent(IntentName.WITHDRAW_ALL))
    assert "offers withdrawn" in outcome(turn)[1]
    assert {} == turn.notes


def _waiting(case: Case) -> tuple[Case, ...]:
    return (replace(case, due_at=case.opened_at + 90 * DAY),)


def test_the_store_says_until_when() -> None:
    """Asked again within a day, the day is the one that stands now, extended or not."""
    first = step(scene(), session(), intent(HUMAN))
    extended = _waiting(first.cases[0])
    again = step(replace(scene(), open_cases=lambda: extended), first.session, intent(HUMAN))
    assert [] == again.cases
    assert "2025-06-08T09:00:00.000000Z" == again.messages[0].params["due"]


def test_after_the_answer_asking_again_is_a_new_case() -> None:
    """A case that waits no longer is not handed out again."""
    first = step(scene(), session(), intent(HUMAN))
    seen = replace(scene(), open_cases=lambda: (), fresh_case="NEWC-ASE2")
    assert ["NEWC-ASE2"] == [c.id for c in step(seen, first.session, intent(HUMAN)).cases]


STATUS = intent(IntentName.STATUS)
MY_DATA = Intent(name=IntentName.EXPLAIN, page=Page.MY_DATA)


@pytest.mark.parametrize("wish", [STATUS, MY_DATA], ids=["status", "my-data"])
def test_the_own_pages_show_what_waits(wish: Intent) -> None:
    """Status and data in a chat name every open request with its day; also an old one's."""
    old = Case(id="OLDC-ASE2", kind="access", opened_at=START)
    turn = step(replace(scene(), open_cases=lambda: (old,)), session(), wish)
    rows = next(m.params["cases"] for m in turn.messages if m.id == "cases.open")
    assert [{"case": "OLDC-ASE2", "kind": "access", "due": DUE}] == rows


@pytest.mark.parametrize("form", list(Form))
def test_where_nothing_waits_nothing_is_said(form: Form) -> None:
    """No heading without a request under it; by SMS the status stays one part."""
    waiting = (Case(id="C", kind="access", opened_at=START),)
    seen = replace(scene(form=form), open_cases=lambda: () if form is Form.CHAT else waiting)
    assert "cases.open" not in step(seen, session(), STATUS).reply().ids


async def test_the_ledger_keeps_words_and_what_was_added() -> None:
    """The words that asked, and those that followed, stand with the case."""
    talk = Talk()
    await talk.link()
    await talk.say(choice=Option(name="correction"), address=CHAT)
    await talk.say("Kalniņa, nevis Kalnina", address=CHAT)
    owner = await talk.ledger.customer_of("lmt", CHAT)
    assert owner is not None
    (case,) = talk.ledger._customers[owner].cases
    assert ("[correction]\nKalniņa, nevis Kalnina", "lv") == (case.words, case.language)
    page = await talk.say("mani dati", address=CHAT)
    assert "cases.open" in page.ids
