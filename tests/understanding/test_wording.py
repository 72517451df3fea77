"""Free wording: what is done about a message by how it weighs, with words taught by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from consent.intents import IntentName
from consent.understanding import understand
from tests.builders import CATALOGUE
from tests.understanding import taught
from tests.understanding.taught import Says, States, heard, understood

OFF, ON = (0.9, 0.02), (0.02, 0.9)
OPENING = CATALOGUE.opening.id
STOPS: Says = {"zork": {"withdraw_all marketing": 0.95}}


@pytest.mark.parametrize("pending", [None, "withdraw", "link"])
@pytest.mark.parametrize(
    "text",
    [
        pytest.param("zork", id="a word"),
        pytest.param("ZORK!!!", id="with signs"),
        pytest.param("zork?", id="asked"),
        pytest.param("(zork)", id="in brackets"),
        pytest.param("«zork…»", id="in quotes"),
        pytest.param("zork.lv", id="written together"),
        pytest.param("3zork", id="with a number in it"),
    ],
)
def test_one_word_is_a_keyword_or_nothing(text: str, pending: str | None) -> None:
    """A single word is not weighed, whatever it says, unless it answers a question."""
    assert "unclear" == heard(text, STOPS, pending=pending)


@pytest.mark.parametrize(
    ("text", "pending"),
    [
        pytest.param("zork it", None, id="two words"),
        pytest.param("zork 🙏", None, id="a word and an emoji"),
        pytest.param("zork 3", None, id="a word and a number"),
        pytest.param("zork", "grant:offers", id="one word to a notice"),
        pytest.param("zork", "channels", id="one word to the channels"),
        pytest.param("zork", "scope", id="one word to the scope"),
    ],
)
def test_what_is_weighed(text: str, pending: str | None) -> None:
    """Two words are weighed; one, if it can answer a question in free wording."""
    assert "withdraw_all marketing" == heard(text, STOPS, pending=pending)


@pytest.mark.parametrize("text", ["zork it", "stop 3+", "zork"])
def test_without_weights_nothing_is_weighed(text: str) -> None:
    """With nothing learnt only the rules read."""
    lexicon = replace(taught.lexicon(STOPS), learned=None)
    assert IntentName.UNCLEAR is understand(text, lexicon, pending="scope").name


def test_signs_are_left_to_the_rules() -> None:
    """Where a sign at a number makes no sense to the rules, the words are not weighed."""
    says: Says = {"stop": {"withdraw_all marketing": 0.99}}
    assert "unclear" == heard("stop 3+", says)
    assert "withdraw_all marketing" == heard("stop person", says)


@pytest.mark.parametrize(
    ("expected", "text", "share"),
    [
        pytest.param("withdraw_all marketing", "stop person", 0.95, id="clear"),
        pytest.param("withdraw_all marketing ?", "stop person", 0.82, id="not so clear"),
        pytest.param("withdraw_all marketing", "stop zorking", 0.82, id="an unknown word"),
        pytest.param("withdraw_all marketing ?", "stop help", 0.95, id="a word that asks"),
        pytest.param("withdraw_all marketing", "stop help", 0.99, id="one beyond doubt"),
    ],
)
def test_known_words_must_be_clearer(expected: str, text: str, share: float) -> None:
    """What rules knew every word of and made no sense of is carried out only if very clear."""
    assert expected == heard(text, {"stop": {"withdraw_all marketing": share}})


def test_a_polite_request_may_be_a_question() -> None:
    """A question mark after free wording is weighed with it; after a keyword it asks back."""
    says: Says = {"stop": {"withdraw_all marketing": 0.95}}
    assert "withdraw_all marketing" == heard("stop person?", says)
    assert "withdraw_all marketing ?" == heard("stop?", says)


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        pytest.param("withdraw_all marketing ?", "zork it now then", id="hardly a word known"),
        pytest.param("withdraw_all marketing", "zork zork it now", id="half of them known"),
        pytest.param("withdraw_all marketing", "zork it now then halt", id="an act is named"),
        pytest.param("withdraw_all marketing", "zork at lmt amigo now", id="many things named"),
        pytest.param("unclear", "plugh it now then", id="a strange grant"),
        pytest.param("grant", "plugh plugh it now", id="a grant half known"),
        pytest.param("status", "frob it now then", id="what is only shown"),
    ],
)
def test_strange_messages(expected: str, text: str) -> None:
    """Of a message with hardly a known word nothing is carried out: it is asked about at most."""
    says: Says = {**STOPS, "plugh": {"grant": 0.97}, "frob": {"status": 0.97}}
    assert expected == heard(text, says)


@pytest.mark.parametrize(
    ("expected", "label"),
    [
        pytest.param("status", "status", id="what is only shown"),
        pytest.param("grant", "grant", id="a notice"),
        pytest.param(f"pause {OPENING} ?", "pause", id="a pause"),
    ],
)
def test_what_changes_nothing_need_not_be_clearer(expected: str, label: str) -> None:
    """Whatever is only shown is shown, clear or not."""
    assert expected == heard("stop person", {"stop": {label: 0.78 if label != "grant" else 0.97}})


@pytest.mark.parametrize(
    ("expected", "text", "share", "states"),
    [
        pytest.param("grant", "plugh it", 0.97, {}, id="nothing named"),
        pytest.param("grant traffic", "plugh traffic", 0.97, {"traffic": ON}, id="a consent"),
        pytest.param("grant email", "plugh email", 0.97, {"email": ON}, id="a channel"),
        pytest.param(
            "grant email ?", "plugh email?", 0.97, {"email": ON}, id="a channel in doubt"
        ),
        pytest.param("grant news ?", "plugh news?", 0.97, {"news": ON}, id="a topic in doubt"),
        pytest.param("grant news", "plugh news", 0.97, {"news": ON}, id="a topic"),
        pytest.param(
            "grant traffic, grant email ?",
            "plugh traffic email?",
            0.97,
            {"traffic": ON, "email": ON},
            id="each by itself",
        ),
        pytest.param(
            "grant email, withdraw sms",
            "plugh email sms",
            0.97,
            {"email": ON, "sms": OFF},
            id="another off",
        ),
        pytest.param("withdraw sms", "plugh sms", 0.97, {"sms": OFF}, id="off alone"),
        pytest.param("unclear", "plugh traffic", 0.93, {"traffic": ON}, id="not likely enough"),
    ],
)
def test_grants(expected: str, text: str, share: float, states: States) -> None:
    """A likely grant leads to its notice; a channel or topic comes on only if it is clear."""
    assert expected == heard(text, {"plugh": {"grant": share}}, states)


@pytest.mark.parametrize(
    ("expected", "text", "shares"),
    [
        pytest.param("status", "zork it", {"status": 0.9}, id="status"),
        pytest.param("help", "zork it", {"help": 0.9}, id="help"),
        pytest.param("unclear", "zork it", {"unclear": 0.9}, id="unclear"),
        pytest.param(
            "help", "zork it", {"help": 0.5, "status": 0.3, "explain": 0.2}, id="likeliest"
        ),
        pytest.param("explain", "zork it", {"explain": 0.9}, id="explain"),
        pytest.param("explain traffic", "zork it", {"explain": 0.9, "traffic": 0.8}, id="about"),
        pytest.param("explain", "zork it", {"explain": 0.9, "traffic": 0.3}, id="hardly about"),
        pytest.param("explain", "zork it", {"explain": 0.9, "email": 0.8}, id="no channels"),
        pytest.param(
            "status traffic credit",
            "zork it",
            {"status": 0.9, "traffic": 0.8, "credit": 0.8},
            id="two",
        ),
        pytest.param("help", "zork it", {"help": 0.9, "traffic": 0.8}, id="help is about nothing"),
        pytest.param("human review", "zork review", {"human": 0.9, "credit": 0.9}, id="a review"),
        pytest.param("human credit", "zork it", {"human": 0.9, "credit": 0.9}, id="a person"),
        pytest.param(
            "explain privacy", "zork privacy", {"explain": 0.9, "credit": 0.9}, id="privacy"
        ),
        pytest.param("explain my_data", "zork mydata", {"explain": 0.9}, id="my data"),
        pytest.param("status", "zork privacy", {"status": 0.9}, id="a page of another wish"),
        pytest.param(f"pause {OPENING}", "zork it", {"pause": 0.9}, id="a pause"),
        pytest.param(
            "pause location", "zork it", {"pause": 0.9, "location": 0.8}, id="a pause of"
        ),
        pytest.param("language lv", "zork latvian", {"language": 0.9}, id="a language"),
        pytest.param("language", "zork latvian russian", {"language": 0.9}, id="two languages"),
        pytest.param("language", "zork it", {"language": 0.9}, id="which is not said"),
        pytest.param("help", "zork latvian", {"help": 0.9}, id="a language in passing"),
    ],
)
def test_what_is_shown(expected: str, text: str, shares: dict[str, float]) -> None:
    """What is likeliest is shown: the page and the language that are named, and what about."""
    assert expected == heard(text, {"zork": shares})


@pytest.mark.parametrize(
    ("expected", "shares", "pending"),
    [
        pytest.param("explain credit", {}, "grant:credit", id="the consent asked about"),
        pytest.param("explain traffic", {"traffic": 0.9}, "grant:credit", id="another is named"),
        pytest.param("explain", {}, "channels", id="no consent is asked about"),
    ],
)
def test_what_is_this(expected: str, shares: dict[str, float], pending: str) -> None:
    """A question without a name is about the consent that is asked for."""
    assert expected == heard("zork it", {"zork": {"explain": 0.9, **shares}}, pending=pending)


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        pytest.param("amigo", "zork amigo", id="one"),
        pytest.param(None, "zork it", id="none"),
        pytest.param(None, "zork amigo lmt", id="two"),
    ],
)
def test_brands(expected: str | None, text: str) -> None:
    """The one brand that is named is the one meant."""
    assert expected == understood(text, STOPS).brand


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        pytest.param("en", "zork traffic", id="one language"),
        pytest.param("lv", "zork akcijas", id="another"),
        pytest.param(None, "zork akcijas traffic", id="as much of both"),
        pytest.param(None, "zork it", id="no word known"),
    ],
)
def test_languages(expected: str | None, text: str) -> None:
    """A message is answered in the language that most of it is known in."""
    assert expected == understood(text, STOPS).language


def test_confidence_is_told() -> None:
    """How probable a reading is stands beside it."""
    assert 0.8 == pytest.approx(
        understood("zork it", {"zork": {"help": 0.8}}).confidence, abs=0.03
    )


def test_a_grant_in_doubt_is_nothing_else() -> None:
    """What is most likely a grant, but not surely, is not taken for what is hardly likely."""
    says = {"zork": {"grant": 0.55, "withdraw": 0.25, "human": 0.15, "unclear": 0.05}}
    assert "unclear" == taught.heard("zork it", says)
    says = {"zork": {"grant": 0.3, "human": 0.65, "unclear": 0.05}}
    assert "human" == taught.heard("zork it", says)
