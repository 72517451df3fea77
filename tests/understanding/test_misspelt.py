"""Long words that are one slip away from a known one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.understanding.misspelt import build_spellings

MOST_MET = 10_000
KNOWN = build_spellings(
    ["marketing", "newsletter", "отключите", "отключить", "stop", "casting", "lasting"]
)


@pytest.mark.parametrize(
    ("expected", "word"),
    [
        pytest.param("marketing", "marketing", id="right already"),
        pytest.param("marketing", "markting", id="a letter too few"),
        pytest.param("marketing", "arketing", id="the first letter missing"),
        pytest.param("marketing", "markketing", id="a letter too many"),
        pytest.param("marketing", "marketings", id="one at the end"),
        pytest.param("marketing", "narketing", id="a wrong letter"),
        pytest.param("marketing", "maketing", id="one dropped in the middle"),
        pytest.param("marketing", "markteing", id="two swapped"),
        pytest.param("marketing", "amrketing", id="the first two swapped"),
        pytest.param("отключите", "откльчите", id="Cyrillic"),
        pytest.param("отключите", "отключитэ", id="the one nearer"),
        pytest.param("отключите", "отключит", id="two forms of one word: the first"),
        pytest.param("mraketign", "mraketign", id="two slips"),
        pytest.param("arketingm", "arketingm", id="the first letter last"),
        pytest.param("stpp", "stpp", id="too short"),
        pytest.param("stopp", "stopp", id="short and nearly known"),
        pytest.param("basting", "basting", id="two words could be meant"),
        pytest.param("xylophone", "xylophone", id="nothing like it"),
        pytest.param("", "", id="empty"),
    ],
)
def test_right(expected: str, word: str) -> None:
    """A long word one slip away from one known word is that word; any other stays."""
    assert expected == KNOWN.right(word)


@pytest.mark.parametrize(
    ("expected", "known", "word"),
    [
        pytest.param("zvanit", ["zvanit"], "zvanut", id="six letters"),
        pytest.param("a" * 23 + "b", ["a" * 23 + "b"], "a" * 23 + "c", id="24 letters"),
        pytest.param("banted", ["banter", "banted"], "bantes", id="alike in five letters"),
    ],
)
def test_limits(expected: str, known: list[str], word: str) -> None:
    """Words of six to 24 letters are put right; forms of a word begin with the same five."""
    assert expected == build_spellings(known).right(word)


def test_short_words_are_not_kept() -> None:
    """Among short words one letter makes another word: those are never meant."""
    assert "stop" not in KNOWN.words
    assert "stoppt" == build_spellings(["stopt"]).right("stoppt")


def test_words_without_end_stay() -> None:
    """What is longer than any word is neither kept nor put right."""
    long = "marketing" * 3
    assert long + "s" == build_spellings([long]).right(long + "s")


def _slips(word: str) -> Iterator[str]:
    """Yield every word that is one slip away, of letters that the tests below use."""
    for at in range(len(word) + 1):
        head, tail = word[:at], word[at:]
        yield from (head + tail[1:], head + tail[1:2] + tail[:1] + tail[2:])
        for letter in "abc":
            yield from (head + letter + tail, head + letter + tail[1:])


_WORDS = st.text("abc", min_size=6, max_size=8)


@given(st.frozensets(_WORDS, max_size=30), _WORDS)
def test_any_slip_is_put_right(known: frozenset[str], word: str) -> None:
    """A word is put right if the known words one slip away are forms of one word."""
    meant = known.intersection(_slips(word))
    is_clear = word not in known and len({known[:5] for known in meant}) == 1
    assert (min(meant) if is_clear else word) == build_spellings(known).right(word)


def test_a_token_is_one_word_whenever_it_comes() -> None:
    """However many tokens were met, each is still put right, and not all are remembered."""
    spellings = build_spellings(["marketing", "stop"])
    for token in (*(f"{n}x" for n in range(MOST_MET)), "marrrkting", "markting", "sтop"):
        first, again = spellings.meant(token), spellings.meant(token)
        assert first == again
    assert [("marketing",), ("stop",)] == [spellings.meant("markting"), spellings.meant("sтop")]
    assert len(spellings.met) <= MOST_MET
