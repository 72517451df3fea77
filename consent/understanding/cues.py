"""Cues: words and word stems by which free wording gives itself away, found in a row of words.

A cue is written as people think of it: `прекрат*` is a stem, `не|ни` are alternatives, `..` lets
up to three other words stand between. Each says one thing: an act, an object or a block. What a
message means is decided elsewhere (`wording`); here cues are only found, in time linear in the
length of the message.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import cache
from itertools import chain
from typing import NamedTuple

from consent.understanding.spelling import MARKED, fold, plain, unmarked

_GAP = ".."
_WIDEST_GAP = 3
#: Stems are found by their first letters; shorter ones would be found everywhere.
_SHORTEST, _KEY = 2, 4
_LENGTHS = range(_SHORTEST, _KEY + 1)
_MOST_MET = 10_000
#: Words of alternatives, each two letters at least if it is a stem; gaps only between words.
_CHOICE = r"(?:[^\s|*]{2,}\*|[^\s|*]+)"
_PLACE = rf"(?!\.\.(?:\s|$)){_CHOICE}(?:\|{_CHOICE})*"
_WELL_FORMED = re.compile(rf"{_PLACE}(?: (?:\.\. )?{_PLACE})*")


def _quick(letter: str) -> re.Pattern[str]:
    """Return what finds such patterns of plain words much faster: nearly all are."""
    choice = rf"(?!.\*){letter}++(?:'{letter}++|-{letter}{{2,}}+)*+\*?+"
    return re.compile(rf"{choice}(?:(?:\|| (?:\.\. )?+){choice})*+")


#: What no folding changes, and what it takes nothing but the marks off.
_SIMPLE, _MARKED = _quick("[a-zа-я1-9]"), _quick(f"[a-zа-я1-9{MARKED}]")


class Kind(StrEnum):
    """What family a cue belongs to; the values are the tables of the operator's files."""

    ACT = "acts"
    OBJECT = "objects"
    BLOCK = "blocks"


class Cue(NamedTuple):
    """One thing that a piece of a message says."""

    kind: Kind
    name: str
    #: A purpose, channel, topic, brand or language.
    value: str
    language: str


_Index = dict[str, list[tuple[Cue, str]]]


class PatternBroken(ValueError):
    """A pattern that could match nothing, or nearly everything."""

    def __init__(self, cue: Cue, text: str) -> None:
        """Name the pattern and what it was for."""
        super().__init__(text)
        self.cue, self.text = cue, text


class Found(NamedTuple):
    """A cue at its place in a row of words."""

    cue: Cue
    start: int
    end: int
    #: The pattern that matched, for those who ask why.
    pattern: str

    def moved(self, places: int) -> Found:
        """Return the same so many words further on."""
        return Found(self.cue, self.start + places, self.end + places, self.pattern)


class _Word(NamedTuple):
    """One place of a pattern: exact words and stems, any of which may stand there."""

    exact: frozenset[str]
    stems: tuple[str, ...]

    def fits(self, word: str) -> bool:
        return word in self.exact or (bool(self.stems) and word.startswith(self.stems))


class _Pattern(NamedTuple):
    cue: Cue
    text: str
    first: _Word
    #: How many other words may stand before each further word, and the word.
    rest: tuple[tuple[int, _Word], ...]


class _Beginning(NamedTuple):
    """The patterns that begin with a word."""

    patterns: tuple[_Pattern, ...]
    #: Where those stand that need one of several second words, by the key of each.
    by_second: dict[str, tuple[int, ...]]
    #: Where those stand that need no second word.
    ready: tuple[int, ...]


def _beginning(patterns: tuple[_Pattern, ...]) -> _Beginning:
    by_second: dict[str, tuple[int, ...]] = {}
    for at, pattern in enumerate(patterns):
        for key in _keys(pattern.rest[0][1]) if pattern.rest else ():
            by_second[key] = (*by_second.get(key, ()), at)
    ready = tuple(at for at, pattern in enumerate(patterns) if not pattern.rest)
    return _Beginning(patterns, by_second, ready)


def _end(rest: tuple[tuple[int, _Word], ...], words: tuple[str, ...], at: int) -> int:
    """Return where a match ends of which the next word may stand at `at`, 0 for none."""
    length = len(words)
    for gap, (exact, stems) in rest:
        last = at + gap
        # As `fits`, without the call: a message tries some hundred patterns.
        while at < length and words[at] not in exact:
            if stems and words[at].startswith(stems):
                break
            at += 1
            if at > last:
                return 0
        if at >= length:
            return 0
        at += 1
    return at


class Cues:
    """All cues of all languages, by what their first word is or begins with."""

    __slots__ = ("exact", "met", "stems")

    def __init__(self, exact: _Index, stems: _Index) -> None:
        """Find patterns by their whole first word, or by how it begins."""
        self.exact, self.stems = exact, stems
        #: Patterns that begin with a word, for words met lately.
        self.met: dict[str, _Beginning | None] = {}

    def find(self, words: tuple[str, ...]) -> Iterator[Found]:
        """Yield every cue in a row of words."""
        begun = [
            (at, beginning)
            for at, word in enumerate(words, 1)
            if (beginning := self._beginning(word))
        ]
        if not begun:
            return
        there = {word[:length] for word in words for length in _LENGTHS}
        there.update(words)
        for at, (patterns, by_second, ready) in begun:
            # Hundreds of patterns begin with "not": nearly all are not even looked at.
            likely = patterns
            if by_second:
                seconds = there & by_second.keys()
                places = {*ready, *chain.from_iterable(by_second[key] for key in seconds)}
                likely = tuple(patterns[place] for place in sorted(places))
            for cue, text, _, rest in likely:
                if end := _end(rest, words, at):
                    yield Found(cue, at - 1, end, text)

    def _beginning(self, word: str) -> _Beginning | None:
        """Return the patterns that begin with a word; none if none does."""
        if word in self.met:
            return self.met[word]
        keys = (word[:length] for length in range(_SHORTEST, min(_KEY, len(word)) + 1))
        likely = (_pattern(*entry) for key in keys for entry in self.stems.get(key, ()))
        exact = (_pattern(*entry) for entry in self.exact.get(word, ()))
        patterns = (*exact, *(p for p in likely if p.first.fits(word)))
        if len(self.met) >= _MOST_MET:
            self.met.clear()
        found = self.met[word] = _beginning(patterns) if patterns else None
        return found


def build_cues(entries: Iterable[tuple[Cue, str]]) -> Cues:
    """Return the cues of these patterns.

    :raises PatternBroken: a pattern has no word, begins or ends with a gap, or has a stem of one
        letter.
    """
    exact: _Index = {}
    stems: _Index = {}
    for entry in entries:
        for choice in _choices(*entry):
            is_stem = choice[-1:] == "*"
            table, key = (stems, choice[:-1][:_KEY]) if is_stem else (exact, choice)
            if key not in table:
                table[key] = [entry]
            elif (listed := table[key])[-1] is not entry:
                # Choices of one pattern can begin alike.
                listed.append(entry)
    return Cues(exact, stems)


def _choices(cue: Cue, text: str) -> list[str]:
    """Return what a pattern can begin with: words, and stems with their star."""
    first = text.partition(" ")[0]
    if _SIMPLE.fullmatch(text):
        return first.split("|")
    if _MARKED.fullmatch(text):
        return unmarked(first).split("|")
    if not _WELL_FORMED.fullmatch(plain(text)):
        raise PatternBroken(cue, text)
    word = _word(text.split(maxsplit=1)[0])
    return [*word.exact, *(f"{stem}*" for stem in word.stems)]


@cache
def _pattern(cue: Cue, text: str) -> _Pattern:
    first, *rest = text.split()
    gaps = (_WIDEST_GAP if before == _GAP else 0 for before in (first, *rest))
    words = tuple(
        (gap, _word(part)) for gap, part in zip(gaps, rest, strict=False) if part != _GAP
    )
    return _Pattern(cue, text, _word(first), words)


def _keys(word: _Word) -> frozenset[str]:
    """Return the words that may stand at a place, stems cut short."""
    return word.exact | {stem[:_KEY] for stem in word.stems}


@cache
def _word(part: str) -> _Word:
    exact, stems = set[str](), set[str]()
    is_folded = _SIMPLE.fullmatch(part) is not None
    for choice in part.split("|"):
        bare = choice.removesuffix("*")
        folded = bare if is_folded else fold(plain(bare))
        (stems if choice.endswith("*") else exact).add(folded)
    return _Word(frozenset(exact), tuple(sorted(stems)))
