"""Which of several numbers are to stay: "2 to 5 off, but keep 3", "с 2 по 5, кроме третьего"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from consent.understanding.lexicon import Lexicon
from consent.understanding.parts import Part

_NUMBERS, _MARKS, _PAUSE = "numbers", ".,;:!?()", ","
#: What stands between "except" and a number: "except for the points 3 and 4".
_BETWEEN = frozenset({Part.AND, Part.OF, Part.NUMBER, Part.CONSENT, Part.COURTESY})
_AGAINST = frozenset({Part.WITHDRAW, Part.STOP, Part.REFUSE})


def kept(folded: str, lexicon: Lexicon) -> frozenset[str]:
    """Return the purposes of numbers behind an "except" or a "not", or beside a "keep"."""
    return frozenset(_kept(_words(folded), lexicon))


def only_keeps(folded: str, lexicon: Lexicon) -> bool:
    """Say whether a message says no more than that numbers stay, which ends nothing for certain.

    "Keep only 3" says more.
    """
    words = _words(folded)
    keeps = not lexicon.keeping.isdisjoint(words)
    return keeps and all(numbered(word, lexicon) or _is_between(word, lexicon) for word in words)


def _words(folded: str) -> list[str]:
    """Return words, and pauses behind them; the point of "3." is none."""
    apart = (
        (word.strip(_MARKS), _PAUSE if word.rstrip(".")[-1:] in _MARKS else "")
        for word in folded.split()
    )
    return [part for both in apart for part in both if part]


def _kept(words: Sequence[str], lexicon: Lexicon) -> Iterator[str]:
    at = 0
    while at < len(words):
        before, word = at, words[at]
        length, senses = lexicon.phrase_at(words, at)
        at += length
        keeps = word in lexicon.keeping
        if keeps or Part.EXCEPT in senses or word in lexicon.sparing:
            behind, end = _behind(words, at, lexicon)
            if behind and not (keeps and end < len(words) and _ends(words, end, lexicon)):
                yield from behind
            elif keeps and not behind:
                yield from _in_front(words[:before], lexicon)


def _behind(words: Sequence[str], at: int, lexicon: Lexicon) -> tuple[list[str], int]:
    """Return the purposes of the numbers that come next, and where something else does."""
    found: list[str] = []
    while at < len(words):
        purpose = numbered(words[at], lexicon)
        if not (purpose or _is_between(words[at], lexicon)):
            break
        found += [purpose] if purpose else []
        at += 1
    return found, at


def _in_front(words: Sequence[str], lexicon: Lexicon) -> Iterator[str]:
    """Yield the purpose of the number right in front, and of those joined to it by "and"."""
    for at in range(len(words) - 1, -1, -2):
        purpose = numbered(words[at], lexicon)
        if not purpose:
            return
        yield purpose
        if Part.AND not in _parts(words[at - 1], lexicon):
            return


def _is_between(word: str, lexicon: Lexicon) -> bool:
    listed = word == _PAUSE or word in lexicon.keeping
    return listed or not _BETWEEN.isdisjoint(_parts(word, lexicon))


def _ends(words: Sequence[str], at: int, lexicon: Lexicon) -> bool:
    """Say whether a number is to be kept from being used: "keep 3 off"; not "keep 3, stop 4"."""
    return words[at - 1] != _PAUSE and ends(words[at], lexicon)


def ends(word: str, lexicon: Lexicon) -> bool:
    """Say whether a word behind a number ends it: "off"; not "no", which begins what follows."""
    found = _parts(word, lexicon)
    return not _AGAINST.isdisjoint(found) and found.isdisjoint((Part.NO, Part.OF))


def _parts(word: str, lexicon: Lexicon) -> frozenset[Part]:
    return frozenset(lexicon.phrases.get(word, {}))


def numbered(word: str, lexicon: Lexicon) -> str:
    """Return the purpose whose number on screen a word is; empty if it is none."""
    meant = {found.cue.value for found in lexicon.cues.find((word,)) if found.cue.name == _NUMBERS}
    return next((purpose for purpose in lexicon.purposes.values() if purpose in meant), "")
