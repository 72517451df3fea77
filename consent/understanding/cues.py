"""Cues: words and word stems by which free wording gives itself away, found in a row of words.

A cue is written as people think of it: `прекрат*` is a stem, `не|ни` are alternatives, `..` lets
up to three other words stand between. Each says one thing: an act, an object or a block. What a
message means is decided elsewhere (`wording`); here cues are only found, in time linear in the
length of the message.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache

from consent.understanding.spelling import fold, plain

_GAP = ".."
_WIDEST_GAP = 3
#: Stems are found by their first letters; shorter ones would be found everywhere.
_SHORTEST, _KEY = 2, 4
_MOST_MET = 10_000
#: What no folding changes.
_SIMPLE = re.compile("[a-zа-я0-9|*. ]+")
#: Words of alternatives, each two letters at least if it is a stem; gaps only between words.
_CHOICE = r"(?:[^\s|*]{2,}\*|[^\s|*]+)"
_PLACE = rf"(?!\.\.(?:\s|$)){_CHOICE}(?:\|{_CHOICE})*"
_WELL_FORMED = re.compile(rf"{_PLACE}(?: (?:\.\. )?{_PLACE})*")


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
    first: _Word
    #: How many other words may stand before each further word, and the word.
    rest: tuple[tuple[int, _Word], ...]

    def end(self, words: tuple[str, ...], start: int) -> int:
        """Return where a match whose first word stands at `start` ends, 0 for none."""
        at, length = start + 1, len(words)
        for gap, wanted in self.rest:
            last = at + gap
            while at < length and at <= last and not wanted.fits(words[at]):
                at += 1
            if at >= length or at > last:
                return 0
            at += 1
        return at


@dataclass(frozen=True, slots=True)
class Cues:
    """All cues of all languages, by what their first word is or begins with."""

    exact: Mapping[str, list[tuple[Cue, str]]]
    stems: Mapping[str, list[tuple[Cue, str]]]
    #: Patterns that begin with a word, for words met lately.
    met: dict[str, tuple[_Pattern, ...]] = field(default_factory=dict)

    def find(self, words: tuple[str, ...]) -> Iterator[Found]:
        """Yield every cue in a row of words."""
        for start, word in enumerate(words):
            for pattern in self._beginning(word):
                if end := pattern.end(words, start):
                    yield Found(pattern.cue, start, end, pattern.text)

    def _beginning(self, word: str) -> tuple[_Pattern, ...]:
        known = self.met.get(word)
        if known is None:
            keys = (word[:length] for length in range(_SHORTEST, min(_KEY, len(word)) + 1))
            likely = (_pattern(*entry) for key in keys for entry in self.stems.get(key, ()))
            exact = (_pattern(*entry) for entry in self.exact.get(word, ()))
            known = (*exact, *(p for p in likely if p.first.fits(word)))
            if len(self.met) >= _MOST_MET:
                self.met.clear()
            self.met[word] = known
        return known


def build_cues(entries: Iterable[tuple[Cue, str]]) -> Cues:
    """Return the cues of these patterns.

    :raises PatternBroken: a pattern has no word, begins or ends with a gap, or has a stem of one
        letter.
    """
    exact: dict[str, list[tuple[Cue, str]]] = {}
    stems: dict[str, list[tuple[Cue, str]]] = {}
    for entry in entries:
        cue, text = entry
        if not _WELL_FORMED.fullmatch(text if _SIMPLE.fullmatch(text) else plain(text)):
            raise PatternBroken(cue, text)
        first = _word(text.partition(" ")[0])
        for word in first.exact:
            exact.setdefault(word, []).append(entry)
        for key in {stem[:_KEY] for stem in first.stems}:
            stems.setdefault(key, []).append(entry)
    return Cues(exact, stems)


@cache
def _pattern(cue: Cue, text: str) -> _Pattern:
    first, *rest = text.split()
    gaps = (_WIDEST_GAP if before == _GAP else 0 for before in (first, *rest))
    words = ((gap, _word(part)) for gap, part in zip(gaps, rest, strict=False) if part != _GAP)
    return _Pattern(cue, text, _word(first), tuple(words))


@cache
def _word(part: str) -> _Word:
    exact, stems = set[str](), set[str]()
    is_folded = _SIMPLE.fullmatch(part) is not None
    for choice in part.split("|"):
        bare = choice.removesuffix("*")
        folded = bare if is_folded else fold(plain(bare))
        (stems if choice.endswith("*") else exact).add(folded)
    return _Word(frozenset(exact), tuple(sorted(stems)))
