"""Answers in free wording to the open question, with words taught by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from consent.intents import IntentName
from consent.understanding import understand
from consent.understanding.answers import answered
from consent.understanding.hearing import listen
from consent.understanding.message import Message
from consent.understanding.sentence import read
from consent.understanding.text import hear
from tests.understanding import taught
from tests.understanding.taught import DOUBTS, Says, States, heard

OFF, ON = (0.9, 0.02), (0.02, 0.9)
GRANT = "grant:offers"
SAYS: Says = {
    "zork": {"yes": 0.95},
    "frob": {"no": 0.95},
    "plugh": {"grant": 0.97},
    # A word for giving may stand beside a yes.
    "want": {"yes": 0.95},
}


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        pytest.param("yes", "yes want", id="begins with a yes"),
        pytest.param("yes", "of course want", id="a yes of two words"),
        pytest.param("yes", "okay, want", id="an okay"),
        pytest.param("yes", "Yeees want", id="written by hand"),
        pytest.param("yes ?", "zork", id="one word that only sounds like it"),
        pytest.param("yes ?", "zork it", id="no listed word"),
        pytest.param("yes ?", "zork yes", id="a yes at the end"),
        pytest.param("yes ?", "of zork course", id="half a yes"),
        pytest.param("yes ?", "yes no zork", id="begins with a longer phrase that is a no"),
        pytest.param("yes ?", "no zork", id="begins with a no"),
        pytest.param("yes ?", "yes zork?", id="asked"),
        pytest.param("yes ?", "yes. zork it?", id="asked afterwards"),
        pytest.param("yes ?", "?? zork", id="begins with a sign"),
        pytest.param("yes ?", "yes want blib", id="goes on with who knows what"),
        pytest.param("yes ?", "yes want person", id="goes on with a word of another sense"),
    ],
)
def test_yes_to_a_notice(expected: str, text: str) -> None:
    """A yes to a notice is certain only if it begins with a listed word and asks nothing."""
    assert expected == heard(text, SAYS, pending=GRANT)


@pytest.mark.parametrize("doubt", DOUBTS)
@pytest.mark.parametrize("pending", [GRANT, "scope"])
def test_what_speaks_against_a_yes(doubt: str, pending: str) -> None:
    """A condition, a doubt, somebody else's words and their like make a yes uncertain."""
    assert "yes ?" == heard(f"yes zork {doubt}", SAYS, pending=pending)
    assert "yes ?" == heard(f"yes {doubt} so. zork", SAYS, pending=pending)


@pytest.mark.parametrize(
    ("certain", "text"),
    [
        pytest.param(True, "yes want", id="none"),
        pytest.param(False, "yes want unless", id="a condition"),
        pytest.param(False, "Yes want, UNLESS:", id="however it is written"),
        pytest.param(False, "yes want ja", id="a word without its mark"),
    ],
)
@pytest.mark.parametrize("pending", [GRANT, "scope"])
def test_listed_conditions(text: str, pending: str, *, certain: bool) -> None:
    """A word that is listed as making an agreement depend on something is found as typed."""
    lexicon = replace(taught.lexicon(SAYS), conditions=frozenset({"unless", "ja"}))
    found = understand(text, lexicon, pending=pending)
    assert (IntentName.YES, certain) == (found.name, found.certain)


@pytest.mark.parametrize(
    ("expected", "share"),
    [
        pytest.param("yes", 0.9, id="clear"),
        pytest.param("yes ?", 0.55, id="likely"),
    ],
)
@pytest.mark.parametrize("pending", [GRANT, "scope"])
def test_how_clear_a_yes_is(expected: str, share: float, pending: str) -> None:
    """A yes that is only just likely is asked about again."""
    assert expected == heard("yes want", {"want": {"yes": share}}, pending=pending)


@pytest.mark.parametrize(
    "shares",
    [
        pytest.param({"yes": 0.3, "grant": 0.5}, id="rather a grant"),
        pytest.param({"yes": 0.45, "explain": 0.3}, id="rather this than anything else"),
    ],
)
def test_an_unlikely_yes_accepts_no_notice(shares: dict[str, float]) -> None:
    """What is hardly a yes is never a certain one, whatever the likeliest label is."""
    found = taught.understood("zork it", {"zork": shares}, pending=GRANT)
    assert not (found.name is IntentName.YES and found.certain)


@pytest.mark.parametrize(
    ("certain", "text"),
    [
        pytest.param(False, "want offers", id="no listed word"),
        pytest.param(False, "want offers if", id="a condition"),
        pytest.param(False, "want offers?", id="a question"),
        pytest.param(True, "yes want offers", id="begins with a yes"),
    ],
)
def test_naming_the_consent_is_no_way_around(text: str, *, certain: bool) -> None:
    """A grant of the very consent that is asked about would be a yes: it needs as much."""
    found = taught.understood(text, {"want": {"grant": 0.97}}, {"offers": ON}, GRANT)
    assert (IntentName.GRANT, ("offers",)) == (found.name, found.purposes)
    assert certain == found.certain


@pytest.mark.parametrize(
    ("expected", "text", "states"),
    [
        pytest.param(
            [("grant", "offers", False), ("withdraw", "sms", True)],
            "plugh offers sms",
            {"offers": ON, "sms": OFF},
            id="the consent asked about and another wish",
        ),
        pytest.param(
            [("grant", "traffic", True), ("withdraw", "offers", True)],
            "plugh traffic offers",
            {"traffic": ON, "offers": OFF},
            id="another consent, and the one asked about refused",
        ),
    ],
)
def test_among_several_wishes(
    expected: list[tuple[str, str, bool]], text: str, states: States
) -> None:
    """Of several wishes only the one that would accept the notice is in doubt."""
    found = taught.understood(text, SAYS, states, GRANT)
    assert expected == [(w.name.value, *w.purposes, *w.channels, w.certain) for w in found.wishes]


@pytest.mark.parametrize(
    "text", [pytest.param("zork it", id="no listed word"), pytest.param("zork", id="one word")]
)
def test_yes_to_the_scope(text: str) -> None:
    """To end more, or to keep the rest, needs no listed word: nothing is granted by it."""
    assert "yes" == heard(text, SAYS, pending="scope")


@pytest.mark.parametrize("pending", [GRANT, "scope", "channels"])
@pytest.mark.parametrize("text", ["frob", "frob it", "yes frob", "frob maybe?"])
def test_no(text: str, pending: str) -> None:
    """A no needs no listed word, and no question or doubt makes it less of one."""
    assert "no" == heard(text, SAYS, pending=pending)


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        pytest.param("no", "frob it", id="no alone"),
        pytest.param("no", "frob, halt it", id="that ends nothing else"),
        pytest.param("no", "frob, halt offers", id="that ends what is asked about"),
        pytest.param("no", "frob traffic", id="that only names something"),
        pytest.param("withdraw traffic ?", "frob, halt traffic", id="that ends something else"),
        pytest.param("withdraw_all marketing ?", "frob, halt everything", id="that ends all"),
    ],
)
def test_a_no_that_ends_more(expected: str, text: str) -> None:
    """A no to a notice that may end something else as well is asked about, not lost."""
    says: Says = {"frob": {"no": 0.53, "withdraw": 0.45}}
    assert expected == heard(text, says, {"traffic": OFF}, GRANT)


@pytest.mark.parametrize("text", ["frob, halt traffic", "frob, halt everything"])
def test_what_a_sure_no_ends_is_not_lost(text: str) -> None:
    """However surely a message is a no, what else it ends is done or asked about."""
    says: Says = {"frob": {"no": 0.8, "withdraw": 0.17}}
    assert "no" != heard(text, says, {"traffic": OFF}, GRANT)


@pytest.mark.parametrize("pending", [GRANT, "scope", "channels"])
def test_something_else_is_read_as_if_nothing_were_asked(pending: str) -> None:
    """Whoever ends something instead of answering ends it."""
    says: Says = {"zork": {"withdraw": 0.9}}
    assert "withdraw traffic" == heard("zork traffic", says, {"traffic": OFF}, pending)


@pytest.mark.parametrize("pending", [None, "withdraw", "link"])
@pytest.mark.parametrize("text", ["yes zork", "frob it", "plugh email"])
def test_other_questions_are_not_weighed(text: str, pending: str | None) -> None:
    """Without a question, or with one of the others, there is nothing to answer."""
    lexicon = taught.lexicon(SAYS, {"email": ON})
    assert lexicon.learned is not None
    sentence = read(hear(text).tokens, lexicon)
    message = Message(heard=hear(text), sentence=sentence, weighed=[], pending=pending)
    weighed = listen(hear(text), lexicon, lexicon.learned, pending)
    assert answered(message, weighed, lexicon.learned, lexicon) is None


@pytest.mark.parametrize(
    ("expected", "text", "states"),
    [
        pytest.param("grant email", "want email", {"email": ON}, id="one"),
        pytest.param("grant email sms", "want sms email", {"email": ON, "sms": ON}, id="two"),
        pytest.param("grant email sms call", "want everything", {}, id="all"),
        pytest.param("grant email ?", "want email blib", {"email": ON}, id="and who knows what"),
        pytest.param("grant email ?", "want sms email", {"email": ON, "sms": OFF}, id="one not"),
        pytest.param("grant email sms ?", "want everything call", {"call": OFF}, id="not all"),
        pytest.param("grant email call ?", "want except sms", {"sms": OFF}, id="but one"),
        pytest.param(
            "grant email ?", "want email offers", {"email": ON, "offers": ON}, id="and the consent"
        ),
        pytest.param(
            "grant email ?", "want email news", {"email": ON, "news": ON}, id="and a topic"
        ),
    ],
)
def test_which_channels(expected: str, text: str, states: States) -> None:
    """A channel is switched on by its name and a wish; with anything else it is asked about."""
    assert expected == heard(text, {"want": {"grant": 0.97}}, states, "channels")


def test_a_guessed_channel_is_asked_about() -> None:
    """A channel that nothing names and no "all" covers is in doubt."""
    says: Says = {"zork": {"grant": 0.97, "email": 0.9}}
    assert "grant email ?" == heard("zork it", says, {"email": ON}, "channels")


def test_a_yes_alone_names_no_channel() -> None:
    """Which channels are wanted is not said by wanting: nothing is switched on."""
    assert "grant" == heard("plugh it", SAYS, pending="channels")


@pytest.mark.parametrize("text", ["plugh email?", "plugh everything?", "email? plugh"])
def test_a_question_about_channels_switches_nothing_on(text: str) -> None:
    """Whoever asks about a channel has not chosen it."""
    found = taught.understood(text, SAYS, {"email": ON}, "channels")
    assert not (found.certain and any(w.channels and w.certain for w in found.wishes))
