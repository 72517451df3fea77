"""How well the open corpus is understood may get better, never quietly worse.

The corpus was written by other hands than the words, the cues and the examples, and nothing is
learnt from it. `make accuracy` prints the figures in full.
"""

from __future__ import annotations

from collections import Counter

import pytest

from consent.intents import IntentName
from consent.understanding import understand
from locales import ROOT
from locales.catalogue_source import load_catalogue
from locales.lexicon import load_lexicon
from tests.corpus.accuracy import LANGUAGES, tally

LEXICON = load_lexicon(ROOT, load_catalogue(ROOT))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_open_corpus_is_understood(language: str) -> None:
    """Withdrawals are carried out, hardly any is lost, and next to nothing is given by mistake."""
    outcomes, confusion = tally(LEXICON, "open", language)
    ending: Counter[str] = Counter()
    for (group, outcome), count in outcomes.items():
        if group == "ending":
            ending[outcome] += count
    withdrawals = sum(ending.values())
    right = sum(count for (want, got), count in confusion.items() if want == got)
    grants = sum(count for (_, outcome), count in outcomes.items() if outcome == "wrong grant")
    assert withdrawals > 200
    assert ending["right"] >= 0.93 * withdrawals
    assert ending["missed"] <= 0.02 * withdrawals
    assert ending["too much"] <= 0.02 * withdrawals
    assert right >= 0.92 * confusion.total()
    assert grants <= 2


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
