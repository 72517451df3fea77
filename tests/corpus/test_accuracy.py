"""How well messages are understood may get better, never quietly worse.

They were written by other hands than the words, the cues and the examples, and nothing is
learnt from it. `make accuracy` prints the figures in full.
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import pytest

from consent.intents import IntentName
from consent.understanding import understand
from locales import ROOT
from locales.catalogue_source import load_catalogue
from locales.lexicon import load_lexicon
from tests.corpus.accuracy import LANGUAGES, PARTS, tally

LEXICON = load_lexicon(ROOT, load_catalogue(ROOT))


class Least(NamedTuple):
    """What has been reached, with a little room: shares of withdrawals and of all messages."""

    right: float
    missed: float
    intent: float
    #: Grants that are none, and acts on messages that decide nothing, in a language.
    wrong_grants: int
    written: int


LEAST = {
    "open": Least(right=0.95, missed=0.015, intent=0.96, wrong_grants=0, written=1),
    "natural": Least(right=0.96, missed=0.01, intent=0.96, wrong_grants=1, written=5),
    "near": Least(right=0.9, missed=0.04, intent=0.83, wrong_grants=2, written=30),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("part", PARTS)
def test_the_corpus_is_understood(part: str, language: str) -> None:
    """Withdrawals are carried out, hardly any is lost, and next to nothing is given by mistake."""
    outcomes, confusion = tally(LEXICON, part, language)
    ending: Counter[str] = Counter()
    for (group, outcome), count in outcomes.items():
        if group == "ending":
            ending[outcome] += count
    withdrawals, least = sum(ending.values()), LEAST[part]
    right = sum(count for (want, got), count in confusion.items() if want == got)
    grants = sum(count for (_, outcome), count in outcomes.items() if outcome == "wrong grant")
    assert withdrawals > 200
    assert ending["right"] >= least.right * withdrawals
    assert ending["missed"] <= least.missed * withdrawals
    assert ending["too much"] <= 0.02 * withdrawals
    assert right >= least.intent * confusion.total()
    assert grants <= least.wrong_grants
    assert outcomes["unclear", "written"] <= least.written


@pytest.mark.parametrize(
    ("text", "channel"),
    [
        ("Could you please stop calling me?", "call"),
        ("can you stop sms?", "sms"),
        ("Отключите звонки, пожалуйста?", "call"),
        ("Vai jūs, lūdzu, varētu atslēgt zvanus?", "call"),
    ],
)
def test_a_courteous_question_is_a_wish_to_stop(text: str, channel: str) -> None:
    """It is carried out at once, though the same without courtesy would not be."""
    found = understand(text, LEXICON)
    assert (IntentName.WITHDRAW, (channel,), True) == (found.name, found.channels, found.certain)
