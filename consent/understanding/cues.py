"""Cues: words and word stems by which free wording gives itself away, found in a row of words.

A cue is written as people think of it: `прекрат*` is a stem, `не|ни` are alternatives, `..` lets
up to three other words stand between. Each says one thing: an act, an object or a block. What a
message means is decided elsewhere (`gist`); here cues are only found, in time linear in the
length of the message.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from consent.understanding.spelling import fold, plain

_GAP = ".."
_WIDEST_GAP = 3
#: Stems are found by their first letters; shorter ones would be found everywhere.
_SHORTEST, _KEY = 2, 4


class Kind(StrEnum):
    """What family a cue belongs to; the values are the tables of the operator's files."""

    ACT = "acts"
    OBJECT = "objects"
    BLOCK = "blocks"


@dataclass(frozen=True, slots=True)
class Cue:
    """One thing that a piece of a message says."""

    kind: Kind
    name: str
    #: A purpose, channel, topic, brand or language.
    value: str
    language: str


class PatternBroken(ValueError):
    """A pattern that could match nothing, or nearly everything."""

    def __init__(self, cue: Cue, text: str) -> None:
        """Name the pattern and what it was for."""
        super().__init__(text)
        self.cue, self.text = cue, text


@dataclass(frozen=True, slots=True)
class Found:
    """A cue at its place in a row of words."""

    cue: Cue
    start: int
    end: int
    #: The pattern that matched, for those who ask why.
    pattern: str


@dataclass(frozen=True, slots=True)
class _Word:
    """One place of a pattern: exact words and stems, any of which may stand there."""

    exact: frozenset[str]
    stems: tuple[str, ...]

    def fits(self, word: str) -> bool:
        return word in self.exact or (bool(self.stems) and word.startswith(self.stems))


@dataclass(frozen=True, slots=True)
class _Pattern:
    cue: Cue
    text: str
    words: tuple[_Word | None, ...]

    def end(self, words: tuple[str, ...], start: int) -> int:
        """Return where a match that begins at `start` ends, 0 for none."""
        at = start
        gap = False
        for wanted in self.words:
            if wanted is None:
                gap = True
                continue
            last = min(at + (_WIDEST_GAP if gap else 0), len(words) - 1)
            found = next((n for n in range(at, last + 1) if wanted.fits(words[n])), None)
            if found is None:
                return 0
            at, gap = found + 1, False
        return at


@dataclass(frozen=True, slots=True)
class Cues:
    """All cues of all languages, frozen."""

    exact: Mapping[str, tuple[_Pattern, ...]]
    stems: Mapping[str, tuple[_Pattern, ...]]

    def find(self, words: tuple[str, ...]) -> Iterator[Found]:
        """Yield every cue in a row of words."""
        for start, word in enumerate(words):
            first = list(self.exact.get(word, ()))
            for length in range(_SHORTEST, _KEY + 1):
                first += self.stems.get(word[:length], ()) if len(word) >= length else ()
            for pattern in first:
                if end := pattern.end(words, start):
                    yield Found(pattern.cue, start, end, pattern.text)


def build_cues(entries: Iterable[tuple[Cue, str]]) -> Cues:
    """Return the cues of these patterns.

    :raises PatternBroken: a pattern has no word, begins or ends with a gap, or has a stem of one
        letter.
    """
    exact: dict[str, list[_Pattern]] = {}
    stems: dict[str, list[_Pattern]] = {}
    for cue, text in entries:
        try:
            words = tuple(_word(part) for part in text.split())
        except ValueError as fault:
            raise PatternBroken(cue, text) from fault
        if not words or words[0] is None or words[-1] is None:
            raise PatternBroken(cue, text)
        pattern = _Pattern(cue, text, words)
        for word in words[0].exact:
            exact.setdefault(word, []).append(pattern)
        for key in {stem[:_KEY] for stem in words[0].stems}:
            stems.setdefault(key, []).append(pattern)
    return Cues(
        exact={word: tuple(found) for word, found in exact.items()},
        stems={key: tuple(found) for key, found in stems.items()},
    )


@lru_cache(maxsize=None)
def _word(part: str) -> _Word | None:
    if part == _GAP:
        return None
    exact, stems = set[str](), set[str]()
    for choice in part.split("|"):
        folded = fold(plain(choice.removesuffix("*")))
        if not folded or (choice.endswith("*") and len(folded) < _SHORTEST):
            raise ValueError(part)
        (stems if choice.endswith("*") else exact).add(folded)
    return _Word(frozenset(exact), tuple(sorted(stems)))
