"""Words as they were meant: long ones that are one slip away from a known one, and runs of words.

Only words of six to 24 letters are put right, and only if one known word is meant: among short
words one letter makes another word (language.md, section 2). A slip is a letter too many, too
few, wrong, or two in the wrong order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from consent.understanding.scripts import one_script
from consent.understanding.spelling import unstretched
from consent.understanding.unspaced import parts

_SHORTEST, _LONGEST = 6, 24
_STEM = 5
_MOST_MET = 10_000
_ByShorter = dict[str, tuple[str, ...]]


class Spellings:
    """Known long words, found by what is left of them without one letter.

    What is left of all of them would take long to work out while the program starts: it is done
    for the words of one first letter when such a word is first asked for.
    """

    def __init__(self, known: frozenset[str]) -> None:
        """Know these words."""
        self.known = known
        #: Those that a slip can be put right to.
        self.words = words = frozenset(w for w in known if _SHORTEST <= len(w) <= _LONGEST)
        self._by_letter: dict[str, list[str]] = {}
        for word in words:
            self._by_letter.setdefault(word[0], []).append(word)
        self._lacking: dict[str, _ByShorter] = {}
        #: What is meant by a token, for tokens met lately.
        self.met: dict[str, tuple[str, ...]] = {}

    def meant(self, token: str) -> tuple[str, ...]:
        """Return the word meant by a token: unstretched, in one script, its slip put right.

        They are several if it was typed without the spaces between them.
        """
        found = self.met.get(token)
        if found is None:
            if len(self.met) >= _MOST_MET:
                self.met.clear()
            found = self.met[token] = parts(self.right(one_script(unstretched(token))), self.known)
        return found

    def right(self, word: str) -> str:
        """Return the one known word a long word was meant as, else the word itself."""
        if not _SHORTEST <= len(word) <= _LONGEST or word in self.words:
            return word
        meant = set(self._meant(word))
        stems = {known[:_STEM] for known in meant}
        return min(meant) if len(stems) == 1 else word

    def _meant(self, word: str) -> Iterator[str]:
        shortened, alike = _without_one(word), self._beginning(word[0])
        yield from self.words & shortened
        yield from alike.get(word, ())
        for shorter in alike.keys() & shortened:
            yield from (k for k in alike[shorter] if _one_apart(k, word))
        # The first letter is missing, wrong, or behind the second.
        yield from self._beheaded.get(word, ())
        yield from self._beheaded.get(word[1:], ())
        if (swapped := word[1] + word[0] + word[2:]) in self.words:
            yield swapped

    @cached_property
    def _beheaded(self) -> _ByShorter:
        return _by_shorter((word[1:], word) for word in self.words)

    def _beginning(self, letter: str) -> _ByShorter:
        """Return the known words of this first letter by each shorter word."""
        found = self._lacking.get(letter)
        if found is None:
            words = self._by_letter.get(letter, ())
            found = _by_shorter(
                (shorter, word) for word in words for shorter in _without_one(word)
            )
            if found:  # Whatever letter a stranger thinks of is not kept.
                self._lacking[letter] = found
        return found


def _one_apart(known: str, word: str) -> bool:
    """Say whether two words of one length differ in one letter or have two swapped."""
    apart = [at for at, (one, two) in enumerate(zip(known, word, strict=False)) if one != two]
    if len(apart) == 1:
        return True
    first, last = apart[0], apart[-1]
    return last == first + 1 and known[first] == word[last] and known[last] == word[first]


def _without_one(word: str) -> set[str]:
    return {word[:at] + word[at + 1 :] for at in range(len(word))}


def _by_shorter(pairs: Iterable[tuple[str, str]]) -> _ByShorter:
    known: _ByShorter = {}
    for shorter, word in pairs:
        known[shorter] = (*known.get(shorter, ()), word)
    return known


def build_spellings(words: Iterable[str]) -> Spellings:
    """Return the known words, ready to be looked up."""
    return Spellings(frozenset(filter(None, words)))
