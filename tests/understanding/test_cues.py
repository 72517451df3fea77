"""Cues: what a pattern finds in a row of words, and which patterns are refused."""

from __future__ import annotations

import pytest

from consent.understanding.cues import Cue, Kind, PatternBroken, build_cues

STOP = Cue(Kind.ACT, "stop", "", "en")
ADS = Cue(Kind.OBJECT, "ads", "", "en")
MOST_MET = 10_000


def _found(pattern: str, text: str) -> list[str]:
    """Return the words that a pattern covers, at each place where it is found."""
    words = tuple(text.split())
    found = build_cues([(STOP, pattern)]).find(words)
    return [" ".join(words[f.start : f.end]) for f in found]


@pytest.mark.parametrize(
    ("expected", "pattern", "text"),
    [
        pytest.param(["halt"], "halt", "please halt this", id="a word"),
        pytest.param([], "halt", "please halting this", id="a word is no stem"),
        pytest.param(["halting"], "halt*", "please halting this", id="a stem"),
        pytest.param(["halt"], "halt*", "halt", id="a stem is a word too"),
        pytest.param([], "halt*", "hal asphalt", id="a stem begins the word"),
        pytest.param(["me", "more"], "me|more", "me no more", id="alternatives"),
        pytest.param(["no", "nothing"], "no|not*", "no nothing none", id="word or stem"),
        pytest.param(["unsubscribed"], "unsubscrib*", "unsubscribed", id="a long stem"),
        pytest.param(["no"], "no*", "n no", id="a stem of two letters"),
        pytest.param(["stop ads"], "stop ads", "stop ads stop the ads", id="side by side"),
        pytest.param([], "stop ads", "stop", id="cut short"),
        pytest.param(["stop ads"], "stop .. ads", "stop ads", id="an empty gap"),
        pytest.param(["stop all of the ads"], "stop .. ads", "stop all of the ads", id="a gap"),
        pytest.param([], "stop .. ads", "stop it all of the ads", id="a gap too wide"),
        pytest.param([], "stop .. ads", "stop it all", id="nothing after the gap"),
        pytest.param(["stop ads"], "stop .. ads", "stop ads or ads", id="the nearest"),
        pytest.param(["stop x ads y me"], "stop .. ads .. me", "stop x ads y me", id="two gaps"),
        pytest.param(["stop", "stop"], "stop", "stop or stop", id="every place"),
        pytest.param(["izsledz"], "IZSLĒG*|Izslēdz*", "izsledz", id="case and marks"),
        pytest.param(["еще"], "ещё", "еще", id="Cyrillic"),
        pytest.param(["e-pastu"], "e-past*", "e-pastu", id="a hyphen"),
        pytest.param(["🌹"], "🌹", "🌹", id="a sign"),
    ],
)
def test_found(expected: list[str], pattern: str, text: str) -> None:
    """A pattern is found where all of its words stand, at most three others in a gap."""
    assert expected == _found(pattern, text)


def test_what_is_found_tells_why() -> None:
    """Each cue is found by itself, with the pattern that found it."""
    cues = build_cues([(STOP, "halt*"), (ADS, "halts|ads"), (ADS, "ads")])
    found = [(f.cue, f.start, f.pattern) for f in cues.find(("halts", "ads"))]
    assert sorted(found, key=str) == sorted(
        [(STOP, 0, "halt*"), (ADS, 0, "halts|ads"), (ADS, 1, "halts|ads"), (ADS, 1, "ads")],
        key=str,
    )


def test_a_stem_is_found_once() -> None:
    """Two stems that begin alike do not find a word twice."""
    assert ["halting"] == _found("halt*|halti*", "halting")


def test_no_cues_find_nothing() -> None:
    """Without patterns there is nothing to find."""
    assert [] == list(build_cues(()).find(("halt", "")))


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param("", id="empty"),
        pytest.param("  ", id="spaces"),
        pytest.param("..", id="a gap alone"),
        pytest.param(".. halt", id="a gap first"),
        pytest.param("halt ..", id="a gap last"),
        pytest.param("*", id="a star alone"),
        pytest.param("h*", id="a stem of one letter"),
        pytest.param("halt me|m*", id="a short stem beside a word"),
        pytest.param("halt|", id="an empty alternative"),
        pytest.param("halt ā*", id="a short stem with a mark"),
        pytest.param("\u200b", id="nothing to be seen"),
        pytest.param("halt s\u030c*", id="one letter and its mark apart"),
    ],
)
def test_a_pattern_is_refused(pattern: str) -> None:
    """What would match nothing or nearly everything is refused by name."""
    with pytest.raises(PatternBroken) as caught:
        build_cues([(ADS, "ads"), (STOP, pattern)])
    assert (STOP, pattern) == (caught.value.cue, caught.value.text)


def test_words_met_are_found_again() -> None:
    """However many words were met, each is still found, and not all are remembered."""
    cues = build_cues([(STOP, "halt*")])
    words = ("halting", *(f"word{n}" for n in range(MOST_MET + 5)), "halting")
    assert [0, MOST_MET + 6] == [f.start for f in cues.find(words)]
    assert len(cues.met) <= MOST_MET
