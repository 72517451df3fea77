"""Long words that are one slip away from a known one.

Only words of six to 24 letters are put right, and only if one known word is meant: among short
words one letter makes another word (language.md, section 2). A slip is a letter too many, too
few, wrong, or two in the wrong order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_SHORTEST, _LONGEST = 6, 24
_STEM = 5


@dataclass(frozen=True, slots=True)
class Spellings:
    """Known long words, found by what is left of them without one letter."""

    words: frozenset[str]
    lacking: dict[str, tuple[str, ...]]

    def right(self, word: str) -> str:
        """Return the one known word a long word was meant as, else the word itself."""
        if not _SHORTEST <= len(word) <= _LONGEST or word in self.words:
            return word
        meant = set(self._meant(word))
        stems = {known[:_STEM] for known in meant}
        return min(meant) if len(stems) == 1 else word

    def _meant(self, word: str) -> Iterator[str]:
        yield from self.lacking.get(word, ())
        shortened = _without_one(word)
        yield from self.words & shortened
        for shorter in self.lacking.keys() & shortened:
            yield from (k for k in self.lacking[shorter] if _one_apart(k, word))


def _one_apart(known: str, word: str) -> bool:
    """Say whether two words of one length differ in one letter or have two swapped."""
    apart = [at for at, (one, two) in enumerate(zip(known, word, strict=False)) if one != two]
    if len(apart) == 1:
        return True
    first, last = apart[0], apart[-1]
    return last == first + 1 and known[first] == word[last] and known[last] == word[first]


def _without_one(word: str) -> set[str]:
    return {word[:at] + word[at + 1 :] for at in range(len(word))}


def build_spellings(words: Iterable[str]) -> Spellings:
    """Return the known words of six letters and more, ready to be looked up."""
    known = frozenset(word for word in words if _SHORTEST <= len(word) <= _LONGEST)
    lacking: dict[str, tuple[str, ...]] = {}
    for word in sorted(known):
        for shorter in _without_one(word):
            lacking[shorter] = (*lacking.get(shorter, ()), word)
    return Spellings(known, lacking)
