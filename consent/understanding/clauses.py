"""A message in free wording, cut into clauses, with the cues found in each.

Which script was meant is decided here too: Russian typed in Latin letters, Latvian in Cyrillic
ones, or either on the wrong keyboard is read in the spelling whose words are known best.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from consent.understanding.cues import Cues, Found, Kind
from consent.understanding.misspelt import Spellings
from consent.understanding.scripts import other_readings, written_so

#: A dot after a number or "nr" ends no sentence.
_SENTENCE = re.compile(
    r"(?:[^.!?;\n…]|(?:(?<=\d)|(?<=\bnr)|(?<=\bart)|(?<=\bno))\.(?!$))+[.!…]*[?]?"
)
_WORD = re.compile(
    r"[^\W\d_]+(?:['-][^\W\d_]+)*|\d+|[,:()]|(?<=\s)-(?=\s)|[\u2600-\u27bf\U0001f000-\U0001faff]"
)
#: Between two wishes of one sentence.
_BREAKS = frozenset({",", ":", "(", ")", "-"})
#: Of a longer message the beginning and the end are read: what people want stands there.
_HEAD, _TAIL = 10, 30
MOST_WORDS = _HEAD + _TAIL
#: With the second share of its words known, a message is read as it was typed; with less than
#: the first, another spelling is no likelier.
_GUESSED, _KNOWN = 0.4, 0.5
#: Acts that end something: by themselves, with an object, or as a complaint.
_ENDING = frozenset({"stop", "cease", "annoyed"})


class Clause(NamedTuple):
    """One clause: what was found in it."""

    found: tuple[Found, ...]
    question: bool

    def names(self, kind: Kind) -> frozenset[str]:
        """Return which cues of a kind it has."""
        return frozenset(f.cue.name for f in self.found if f.cue.kind is kind)

    def values(self, name: str) -> tuple[str, ...]:
        """Return the values of its objects of this name, in order."""
        return tuple(dict.fromkeys(f.cue.value for f in self.found if f.cue.name == name))


class Reading(NamedTuple):
    """A message in the spelling it was most likely meant in."""

    words: tuple[str, ...]
    #: Before which words it pauses: a comma, a dash, a new sentence.
    pauses: tuple[int, ...]
    clauses: tuple[Clause, ...]
    #: The share of its words in which a cue was found.
    known: float
    #: It was read in another script than it was typed in.
    retyped: bool = False
    #: What was read, in that script; without its middle if it is long.
    text: str = ""

    def language(self) -> str | None:
        """Return the language that most of what was found belongs to; none if two tie.

        A word may be listed by several: then by whose letters it is written in.
        """
        found = {(f.start, f.end, f.cue.language) for c in self.clauses for f in c.found}
        counts = Counter(language for _, _, language in found)
        most = max(counts.values(), default=0)
        tied = [language for language, count in counts.items() if count == most]
        likeliest = written_so(tied, " ".join(self.words)) if len(tied) > 1 else tied
        return likeliest[0] if len(likeliest) == 1 else None


def read_clauses(folded: str, cues: Cues, spellings: Spellings) -> Reading:
    """Return the reading whose words are known best; as typed if that is known well enough."""
    typed = chosen = _abridged(folded)
    best = _heard(typed, cues, spellings)
    if best.known < _KNOWN:
        for text in other_readings(typed):
            other = _heard(text, cues, spellings)
            if other.known > max(best.known, _GUESSED):
                best, chosen = other, text
    return _reading(best)._replace(retyped=chosen is not typed, text=chosen)


def _abridged(folded: str) -> str:
    """Return a text without its middle if it is too long to be read whole."""
    if len(_WORD.findall(folded)) <= MOST_WORDS:
        return folded
    places = [found.span() for found in _WORD.finditer(folded) if found[0] not in _BREAKS]
    if len(places) <= MOST_WORDS:
        return folded
    return f"{folded[: places[_HEAD - 1][1]]}… {folded[places[-_TAIL][0] :]}"


class _Sentence(NamedTuple):
    """One sentence, its places counted from its own first word."""

    words: tuple[str, ...]
    breaks: tuple[int, ...]
    found: tuple[Found, ...]
    question: bool


class _Heard(NamedTuple):
    """A message in one spelling, and the share of its words in which a cue was found."""

    sentences: tuple[_Sentence, ...]
    known: float


def _heard(folded: str, cues: Cues, spellings: Spellings) -> _Heard:
    sentences: list[_Sentence] = []
    count = known = 0
    for piece in _SENTENCE.findall(folded):
        words, breaks = _words(piece, MOST_WORDS - count, spellings)
        found = _unhidden(tuple(cues.find(words)))
        sentences.append(_Sentence(words, breaks, found, question=piece.endswith("?")))
        known += len({at for f in found for at in range(f.start, f.end)})
        count += len(words)
        if count >= MOST_WORDS:
            break
    return _Heard(tuple(sentences), known / max(count, 1))


def _reading(heard: _Heard) -> Reading:
    all_words: list[str] = []
    pauses: list[int] = []
    clauses: list[Clause] = []
    for words, inside, found, question in heard.sentences:
        first = len(all_words)
        moved = tuple(f.moved(first) for f in found) if first else found
        breaks = (first, *(at + first for at in inside))
        clauses += _parted(moved, breaks, question=question)
        all_words += words
        pauses += breaks
    return Reading(tuple(all_words), tuple(pauses), tuple(clauses), heard.known)


def _words(piece: str, most: int, spellings: Spellings) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Return the words of a sentence, and before which of them it pauses."""
    words: list[str] = []
    breaks: list[int] = []
    for token in _WORD.findall(piece):
        if token in _BREAKS:
            breaks.append(len(words))
        elif len(words) == most:
            break
        else:
            words += spellings.meant(token)[: most - len(words)]
    return tuple(words), tuple(breaks)


def _parted(
    found: tuple[Found, ...], breaks: tuple[int, ...], *, question: bool
) -> Iterator[Clause]:
    """Yield the clauses of a sentence: cut where the wish changes sides, at a pause if any."""
    acts = sorted((f for f in found if side_of(f)), key=lambda f: f.start)
    buts = tuple(f.start for f in found if f.cue.name == "but")
    cuts = [
        _cut(one, two, buts, breaks) for one, two in pairwise(acts) if side_of(one) != side_of(two)
    ]
    for start, end in pairwise((0, *cuts, MOST_WORDS + 1)):
        inside = tuple(f for f in found if start <= f.start < end)
        yield Clause(inside, question=question)


def _cut(one: Found, two: Found, buts: Iterable[int], breaks: Iterable[int]) -> int:
    """Return where one wish ends and another begins: at a "but", at a pause, at the verb."""
    for places in (buts, breaks):
        if between := [p for p in places if one.end <= p <= two.start]:
            return max(between)
    return two.start


def side_of(found: Found) -> str:
    """Return whether an act takes away or gives; nothing for all else."""
    if found.cue.kind is not Kind.ACT:
        return ""
    if found.cue.name in _ENDING:
        return "off"
    return "on" if found.cue.name == "give" else ""


def _unhidden(found: tuple[Found, ...]) -> tuple[Found, ...]:
    """Drop what lies inside a longer cue of the same kind, and acts inside a block."""
    return tuple(
        f
        for f in found
        if not any(g.start <= f.start < g.end and g is not f and _hides(g, f) for g in found)
    )


def _hides(longer: Found, shorter: Found) -> bool:
    """Say whether one of two hides the other, which begins inside it."""
    if side_of(longer) == "off" and side_of(shorter) == "on":
        return True
    if shorter.end > longer.end:
        return False
    if longer.cue.kind is Kind.BLOCK and shorter.cue.kind is Kind.ACT:
        return True
    bigger = longer.end - longer.start > shorter.end - shorter.start
    return bigger and longer.cue.kind is shorter.cue.kind
