"""Words typed without the spaces between them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.understanding import understand
from consent.understanding.clauses import read_clauses
from consent.understanding.misspelt import build_spellings
from consent.understanding.unspaced import parts
from tests.understanding import taught

_TEXT = """
stop all ads please take me off the list i dont want your offers pro test an any more ne не vairs
nesutiet присылайте звоните мне по слали marketing news letter newsletter
"""
KNOWN = frozenset(_TEXT.split())
LONGEST = 48


@pytest.mark.parametrize(
    ("expected", "word"),
    [
        pytest.param("stop all ads please", "stopalladsplease", id="a sentence"),
        pytest.param("take me off the list", "takemeoffthelist", id="short words too"),
        pytest.param("i dont want your offers", "idontwantyouroffers", id="one letter"),
        pytest.param("stop offers", "stopoffers", id="two words"),
        pytest.param("не присылайте", "неприсылайте", id="a negation in Russian"),
        pytest.param("не звоните мне", "незвонитемне", id="and more"),
        pytest.param("vairs nesutiet", "vairsnesutiet", id="Latvian"),
        pytest.param("newsletter", "newsletter", id="known as it is"),
        pytest.param("послали", "послали", id="a prefix is no word"),
        pytest.param("marketingan", "marketingan", id="an ending is no word"),
        pytest.param("stop ads", "stopads", id="seven letters"),
        pytest.param("alloff", "alloff", id="too short"),
        pytest.param("stopxallxads", "stopxallxads", id="something unknown in it"),
        pytest.param("anananananan", "anananananan", id="any letters could be that"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_parts(expected: str, word: str) -> None:
    """A long unknown word is taken apart if it is made of known ones, long enough in the mean."""
    assert expected == " ".join(parts(word, KNOWN))


def test_the_fewest_words_are_taken() -> None:
    """What can be read as fewer words is."""
    assert ("stop", "newsletter", "please") == parts("stopnewsletterplease", KNOWN)


def test_what_is_too_long_stays() -> None:
    """A giant word takes no time."""
    fits = "stop" * (LONGEST // 4)
    assert LONGEST // 4 == len(parts(fits, KNOWN))
    assert (f"{fits}stop",) == parts(f"{fits}stop", KNOWN)


@given(st.text(alphabet="stopaldz", max_size=60))
def test_nothing_is_lost(word: str) -> None:
    """The parts make the word again, and each of several is known."""
    found = parts(word, KNOWN)
    assert word == "".join(found)
    assert len(found) == 1 or KNOWN.issuperset(found)


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        pytest.param("unclear", "haltit", id="two words could be one"),
        pytest.param("withdraw_all marketing ?", "halttrafficnow", id="a few are asked about"),
        pytest.param("withdraw_all marketing", "haltitallrightnow", id="more are words"),
        pytest.param("withdraw_all marketing", "halttraffic now", id="so is what stands beside"),
    ],
)
def test_a_message_without_spaces(expected: str, text: str) -> None:
    """A message of one run is asked about unless it has many words, and then it counts."""
    lexicon = taught.lexicon({"halt": {"withdraw_all marketing": 0.999}})
    assert lexicon.learned is not None
    spellings = build_spellings(["halt", "traffic", "now", "it", "all", "right"])
    learned = replace(lexicon.learned, spellings=spellings)
    assert expected == taught.told(understand(text, replace(lexicon, learned=learned)))


def test_a_reading_has_the_words() -> None:
    """A message reads as if the spaces were there, and no longer than any other."""
    spellings = build_spellings([*KNOWN, "halt", "traffic", "now"])
    assert ("halt", "traffic", "now") == read_clauses(
        "halttrafficnow", taught.cues(), spellings
    ).words
    crowd = read_clauses("halttrafficnow " * 30, taught.cues(), spellings)
    assert len(crowd.words) == len(read_clauses("halt " * 99, taught.cues(), spellings).words)
