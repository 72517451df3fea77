"""A consent's page in a chat: how it stands, its text, and what can be done about it."""

from __future__ import annotations

import pytest

from consent.choices import intent_of
from consent.decisions import Action
from consent.dialogue.scene import Scene
from consent.dialogue.step import step
from consent.intents import IntentName
from consent.notices import Form
from consent.replies import Option
from tests.builders import (
    DAY,
    HOUR,
    START,
    Outcome,
    given,
    grant_pending,
    intent,
    lens,
    notice,
    outcome,
    said,
    scene,
    session,
    shelf,
)

EXPLAIN, YES = IntentName.EXPLAIN, IntentName.YES
MENU = Option(name="menu")
PAUSED = said("location", Action.PAUSED, at=START - HOUR, until=START + HOUR)
REFUSED = said("traffic", Action.REFUSED, at=START - DAY)
WITHDRAWN = (*given("traffic"), said("traffic", Action.WITHDRAWN, at=START - HOUR))
NEW_TRAFFIC = lens(on=shelf(notice("traffic", major=2)))
UNLINKED = scene(*given("traffic"), linked=False, proof_level=0)


def _button(name: str, purpose: str, *, major: int = 1) -> Option:
    return Option(name=name, purpose=purpose, notice=notice(purpose, major=major).code)


def _last(purpose: str) -> tuple[Option, Option]:
    return Option(name="privacy", purpose=purpose), MENU


def test_the_page_says_how_it_stands_before_its_text() -> None:
    """State, since when and through whom, then the text word for word."""
    turn = step(scene(*given("research")), session(), intent(EXPLAIN, "research"))
    row = {
        "purpose": "research",
        "state": "given",
        "since": "2025-03-09T09:00:00.000000Z",
        "until": None,
        "source": "telegram",
    }
    expected = [
        {"page": [row]},
        {"purpose": "research", "notice": notice("research").fingerprint},
    ]
    assert expected == [m.params for m in turn.messages]


def test_the_page_says_until_when_a_consent_is_paused() -> None:
    """What is paused says when it applies again."""
    turn = step(scene(*given("location"), PAUSED), session(), intent(EXPLAIN, "location"))
    page = turn.messages[0].params["page"]
    assert isinstance(page, list)
    assert ("paused", "2025-03-10T10:00:00.000000Z") == (page[0]["state"], page[0]["until"])


@pytest.mark.parametrize(
    ("seen", "purpose", "expected"),
    [
        pytest.param(
            scene(),
            "traffic",
            [_button("agree", "traffic"), _button("refuse", "traffic"), *_last("traffic")],
            id="never-asked",
        ),
        pytest.param(
            scene(said("traffic", Action.ASKED)),
            "traffic",
            [_button("agree", "traffic"), _button("refuse", "traffic"), *_last("traffic")],
            id="asked-before",
        ),
        pytest.param(
            scene(*given("traffic"), through=NEW_TRAFFIC),
            "traffic",
            [
                _button("agree", "traffic", major=2),
                _button("refuse", "traffic", major=2),
                *_last("traffic"),
            ],
            id="outdated",
        ),
        pytest.param(
            scene(REFUSED), "traffic", [_button("agree", "traffic"), *_last("traffic")], id="no"
        ),
        pytest.param(
            scene(*WITHDRAWN),
            "traffic",
            [_button("agree", "traffic"), *_last("traffic")],
            id="withdrawn",
        ),
        pytest.param(
            scene(*given("traffic")),
            "traffic",
            [_button("withdraw", "traffic"), *_last("traffic")],
            id="given",
        ),
        pytest.param(
            scene(*given("location")),
            "location",
            [_button("withdraw", "location"), _button("pause", "location"), *_last("location")],
            id="given-and-can-be-paused",
        ),
        pytest.param(
            scene(*given("location"), PAUSED),
            "location",
            [_button("withdraw", "location"), *_last("location")],
            id="paused",
        ),
        pytest.param(UNLINKED, "traffic", [Option(name="link"), *_last("traffic")], id="unlinked"),
        pytest.param(
            scene(),
            "credit",
            [_button("refuse", "credit"), *_last("credit")],
            id="cannot-be-given-here",
        ),
        pytest.param(
            scene(*given("location"), PAUSED, proof_level=2),
            "location",
            [_button("agree", "location"), _button("withdraw", "location"), *_last("location")],
            id="paused-and-can-be-given-again",
        ),
    ],
)
def test_the_page_offers_what_changes_it(
    seen: Scene, purpose: str, expected: list[Option]
) -> None:
    """Agree and refuse while it does not stand, withdraw and pause while it does."""
    assert expected == step(seen, session(), intent(EXPLAIN, purpose)).options


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        pytest.param(
            scene(),
            (("page.state", "notice", "explain.beside", "ask.grant"), ("loyalty asked",), "grant"),
            id="not-given",
        ),
        pytest.param(
            scene(*given("loyalty")),
            (("page.state", "notice", "explain.beside"), (), None),
            id="given",
        ),
        pytest.param(
            scene(linked=False, proof_level=0),
            (("notice", "explain.beside", "link.page"), (), None),
            id="before-the-number-is-known",
        ),
    ],
)
def test_the_loyalty_consents_stand_side_by_side(seen: Scene, expected: Outcome) -> None:
    """Each names the other under its text, before any question (meaning.md)."""
    assert expected == outcome(step(seen, session(), intent(EXPLAIN, "loyalty")))


def test_before_the_number_is_known_a_page_leaves_an_open_question_alone() -> None:
    """Reading a text changes nothing, and shows nothing of a standing."""
    before = session(grant_pending())
    turn = step(UNLINKED, before, intent(EXPLAIN, "traffic"))
    assert (("notice", "link.page"), (), "grant") == outcome(turn)
    assert before == turn.session


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        pytest.param(
            _button("withdraw", "location"),
            (("withdrawn",), ("location withdrawn",), None),
            id="withdraw",
        ),
        pytest.param(
            _button("pause", "location"), (("paused",), ("location paused",), None), id="pause"
        ),
        pytest.param(
            Option(name="privacy", purpose="location"), (("privacy",), (), None), id="privacy"
        ),
    ],
)
def test_one_tap_on_the_page_is_enough(option: Option, expected: Outcome) -> None:
    """A button of the page does at once what it says."""
    assert expected == outcome(step(scene(*given("location")), session(), intent_of(option)))


def test_who_is_responsible_leads_back_to_the_page() -> None:
    """Asked on a consent's page, the answer leads back to it; its question stays open."""
    page = step(scene(), session(), intent(EXPLAIN, "traffic"))
    privacy = next(o for o in page.options if o.name == "privacy")
    turn = step(scene(said("traffic", Action.ASKED)), page.session, intent_of(privacy))
    assert [
        Option(name="explain", purpose="traffic"),
        Option(name="human"),
        MENU,
    ] == turn.options
    assert "grant" == outcome(turn)[2]


ASKS = ("page.state", "notice", "ask.grant")


@pytest.mark.parametrize(
    ("seen", "option", "expected"),
    [
        pytest.param(
            scene(*WITHDRAWN),
            _button("withdraw", "traffic"),
            (("already.withdrawn", *ASKS), (), "grant"),
            id="withdraw-what-is-withdrawn",
        ),
        pytest.param(
            scene(REFUSED),
            _button("withdraw", "traffic"),
            (("already.refused", *ASKS), (), "grant"),
            id="withdraw-what-is-refused",
        ),
        pytest.param(
            scene(REFUSED),
            _button("refuse", "traffic"),
            (("already.refused", *ASKS), (), "grant"),
            id="refuse-what-is-refused",
        ),
        pytest.param(
            scene(said("credit", Action.REFUSED)),
            _button("refuse", "credit"),
            (("already.refused", "page.state", "notice", "proof.needed"), (), "grant"),
            id="refuse-what-cannot-be-given-here",
        ),
        pytest.param(
            scene(*WITHDRAWN),
            Option(name="withdraw", purpose="traffic"),
            (("already.withdrawn",), (), None),
            id="withdraw-of-another-page",
        ),
        pytest.param(
            scene(*given("traffic")),
            _button("refuse", "traffic"),
            (("withdrawn",), ("traffic withdrawn",), None),
            id="refuse-what-was-given-since",
        ),
        pytest.param(
            scene(),
            _button("withdraw", "traffic"),
            (("refused",), ("traffic refused",), None),
            id="withdraw-what-does-not-stand",
        ),
        pytest.param(
            scene(*given("traffic")),
            _button("agree", "traffic"),
            (("already.given", "page.state", "notice"), (), None),
            id="agree-to-what-is-given",
        ),
        pytest.param(
            scene(*WITHDRAWN),
            _button("agree", "traffic"),
            (("button.stale", *ASKS), (), "grant"),
            id="agree-to-what-is-withdrawn",
        ),
        pytest.param(
            scene(*given("location"), PAUSED),
            _button("agree", "location"),
            (("button.stale", "page.state", "notice", "proof.needed"), (), "grant"),
            id="agree-to-what-is-paused",
        ),
    ],
)
def test_a_button_pressed_too_late_is_explained(
    seen: Scene, option: Option, expected: Outcome
) -> None:
    """It says why it changes nothing and shows the page as it is now; a no still counts."""
    assert expected == outcome(step(seen, session(), intent_of(option)))


def test_a_late_agree_says_since_when_it_stands() -> None:
    """Agreeing again to what is given says since when, and the page offers the way out."""
    seen = scene(*given("traffic"))
    turn = step(seen, session(), intent_of(_button("agree", "traffic")))
    expected = {"purpose": "traffic", "since": "2025-03-09T09:00:00.000000Z"}
    assert expected == turn.messages[0].params
    assert [_button("withdraw", "traffic"), *_last("traffic")] == turn.options


def test_a_yes_to_the_page_shown_again_gives() -> None:
    """The page that answers a late button asks anew: a yes to it is a good one."""
    seen = scene(*WITHDRAWN)
    late = step(seen, session(), intent_of(_button("agree", "traffic")))
    turn = step(seen, late.session, intent_of(late.options[0]))
    assert (("granted",), ("traffic given",), None) == outcome(turn)


def test_by_sms_a_late_yes_to_what_is_given_says_so() -> None:
    """Without pages the answer names what stands, and how to end it."""
    before = session(grant_pending(notice(form=Form.SMS), asked_at=START - DAY - HOUR))
    turn = step(scene(*given("offers"), form=Form.SMS), before, intent(YES))
    assert (("notice.again", "notice", "already.given"), (), None) == outcome(turn)
    assert [Option(name="withdraw", purpose="offers"), MENU] == turn.options
