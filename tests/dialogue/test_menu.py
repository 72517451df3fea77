"""The list of consents and the ways from it; what can be typed; which language."""

from __future__ import annotations

import pytest

from consent.choices import intent_of
from consent.dialogue.scene import Scene
from consent.dialogue.session import Session
from consent.dialogue.step import step
from consent.intents import Intent, IntentName, Page
from consent.notices import Form
from consent.replies import Option
from tests.builders import (
    CATALOGUE,
    PURPOSES,
    Outcome,
    given,
    grant_pending,
    intent,
    outcome,
    scene,
    session,
)

HELP = IntentName.HELP
LIST, LINK = Intent(name=HELP, page=Page.MENU), Intent(name=HELP, page=Page.LINK)
NEW = session(greeted=False)
UNLINKED = scene(*given("offers"), linked=False, proof_level=0)
BY_SMS = scene(form=Form.SMS)
PAGES = [Option(name="explain", purpose=p) for p in PURPOSES]
OWN = [Option(name="status"), Option(name="switches"), Option(name="my_data")]
ALWAYS = [Option(name="privacy"), Option(name="human")]
LANGUAGES = [Option(name="language", language=x) for x in CATALOGUE.languages]
CHOOSE = Option(name="language")
HUMAN, MENU = Option(name="human"), Option(name="menu")


@pytest.mark.parametrize(
    ("seen", "before", "wish", "expected"),
    [
        pytest.param(scene(), NEW, LIST, (("welcome", "menu"), (), None), id="first-time"),
        pytest.param(scene(), session(), LIST, (("menu",), (), None), id="the-list"),
        pytest.param(scene(), session(), intent(HELP), (("help",), (), None), id="what-to-type"),
        pytest.param(scene(), session(), LINK, (("link.ask",), (), None), id="share-the-number"),
        pytest.param(BY_SMS, NEW, LIST, (("welcome",), (), None), id="first-sms"),
        pytest.param(BY_SMS, session(), LIST, (("help",), (), None), id="the-list-by-sms"),
        pytest.param(BY_SMS, session(), LINK, (("help",), (), None), id="by-sms-it-is-known"),
        pytest.param(
            scene(), session(grant_pending()), LIST, (("menu",), (), "grant"), id="a-question-open"
        ),
    ],
)
def test_the_list_comes_without_commands(
    seen: Scene, before: Session, wish: Intent, expected: Outcome
) -> None:
    """Who we are is said once, what can be typed only when asked for."""
    assert expected == outcome(step(seen, before, wish))


@pytest.mark.parametrize(
    ("seen", "before", "wish", "expected"),
    [
        pytest.param(scene(), NEW, LIST, [*PAGES, *OWN, *ALWAYS, *LANGUAGES], id="first-time"),
        pytest.param(scene(), session(), LIST, [*PAGES, *OWN, *ALWAYS, CHOOSE], id="later"),
        pytest.param(
            UNLINKED,
            session(),
            LIST,
            [*PAGES, Option(name="link"), *ALWAYS, CHOOSE],
            id="before-the-number-is-known",
        ),
        pytest.param(BY_SMS, NEW, LIST, [*PAGES, *LANGUAGES], id="first-sms"),
        pytest.param(BY_SMS, session(), LIST, [*PAGES, HUMAN, MENU], id="by-sms"),
        pytest.param(scene(), session(), intent(HELP), [HUMAN, MENU], id="what-to-type"),
        pytest.param(scene(), session(), LINK, [Option(name="contact")], id="share-the-number"),
    ],
)
def test_the_list_leads_everywhere(
    seen: Scene, before: Session, wish: Intent, expected: list[Option]
) -> None:
    """Every consent, one's own pages, rights, a person and the language are one tap away."""
    assert expected == step(seen, before, wish).options


@pytest.mark.parametrize("name", ["menu", "link", "help"])
def test_buttons_open_the_same_pages_as_words(name: str) -> None:
    """A button of the list is the wish that its words are."""
    wish = {"menu": LIST, "link": LINK, "help": intent(HELP)}[name]
    expected = step(UNLINKED, session(), wish).reply()
    assert expected == step(UNLINKED, session(), intent_of(Option(name=name))).reply()


def test_before_the_number_is_known_the_list_shows_no_state() -> None:
    """An account without a number sees the consents, never a standing."""
    turn = step(UNLINKED, NEW, LIST)
    expected = [{"purpose": p, "state": None} for p in PURPOSES]
    assert expected == next(m.params["overview"] for m in turn.messages if m.id == "menu")


def test_language_without_one_lets_choose() -> None:
    """The button for the language offers those there are, each by its own name."""
    turn = step(scene(), session(), intent_of(CHOOSE))
    assert (("language.choose",), (), None) == outcome(turn)
    assert [*LANGUAGES, Option(name="menu")] == turn.options


def test_a_chosen_language_shows_the_list_in_it() -> None:
    """After the choice the list follows, without the commands."""
    turn = step(scene(), session(), intent_of(LANGUAGES[-1]))
    assert ("language.set", "menu") == turn.reply().ids
    assert CATALOGUE.languages[-1] == turn.reply().language
