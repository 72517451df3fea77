"""Long words that are one slip away from a known one."""

from __future__ import annotations

import pytest

from consent.understanding.misspelt import build_spellings

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
