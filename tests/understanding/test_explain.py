"""Why a message was read as it was: told to those who ask, and kept with the evidence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from consent.understanding import explain, understand
from consent.understanding.message import Message
from consent.understanding.text import hear
from consent.understanding.wording import reasons
from tests.understanding import LEXICON, taught
from tests.understanding.taught import Says

SAYS: Says = {"zork": {"withdraw": 0.8, "grant": 0.15, "offers": 0.9}}
LEARNED = taught.lexicon(SAYS, {"email": (0.7, 0.2)})


@pytest.mark.parametrize(
    ("expected", "text", "pending"),
    [
        pytest.param("keyword", "STOP", None, id="a keyword"),
        pytest.param("keyword", "/stop", None, id="a command"),
        pytest.param("sign", "👍", None, id="a sign"),
        pytest.param("number", "3", None, id="a number"),
        pytest.param("code", "JA 47", "grant:credit", id="a code"),
        pytest.param("wish", "STOP SMS", None, id="a verb and a name"),
        pytest.param("answer", "sms", "channels", id="an answer"),
        pytest.param("own_words", "1+ 2- 3+", None, id="our own words"),
        pytest.param("wording", "please do stop sending all this advertising", None, id="wording"),
    ],
)
def test_who_decided(expected: str, text: str, pending: str | None) -> None:
    """The recogniser that had a reading is told first."""
    assert expected == explain(text, LEXICON, pending=pending)[0]


@pytest.mark.parametrize("text", ["", "zork", "qwrtp", "🌹"])
def test_nobody_decided(text: str) -> None:
    """Of what nobody understood there is nothing to tell."""
    assert () == explain(text, LEXICON)


def test_rules_go_by_nothing_else() -> None:
    """What a rule read is explained by the rule alone."""
    assert ("keyword",) == explain("STOP", LEXICON)


def test_what_free_wording_went_by() -> None:
    """The likeliest labels, the things mentioned, the cues and the heaviest words are told."""
    name, *went_by = explain("halt zork email", LEARNED)
    assert "wording" == name
    labels = [reason.partition(" ")[0] for reason in went_by[:3]]
    assert ["withdraw", "grant", "unclear"] == labels
    shares = [float(reason.rpartition(" ")[2]) for reason in went_by[:3]]
    assert [0.8, 0.15, 0.05] == pytest.approx(shares, abs=0.03)
    things = {reason.partition(":")[0] for reason in went_by if ": off " in reason}
    assert {"email", "offers"} == things
    assert {"en acts.stop: halt", "en objects.channels: email"} <= set(went_by)
    assert "halt zork email" == went_by[-1]


def test_an_answer_is_explained_as_one() -> None:
    """The question that was open counts in the explanation as in the reading."""
    learned = taught.lexicon({"zork": {"yes": 0.9}})
    assert "wording" == explain("zork", learned, pending="grant:offers")[0]
    assert () == explain("zork", learned)


def test_without_weights_there_are_no_reasons() -> None:
    """Where nothing was learnt nothing can be weighed."""
    message = Message(heard=hear("zork it"), sentence=None, weighed=[])
    assert [] == list(reasons(message, replace(LEARNED, learned=None)))


def test_the_start_command_is_no_word() -> None:
    """Telegram's start button opens the menu, and no word of ours is told as the reason."""
    assert "menu" in taught.told(understand("/start", LEXICON))
    assert "keyword" not in explain("/start", LEXICON)
