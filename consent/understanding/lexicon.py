"""The words customers use, as frozen data: which phrase plays which part, in which language.

It is built from plain dicts by `build_lexicon`; reading the operator's files, and refusing
broken ones, is the business of `locales`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from consent.catalogue import Catalogue
from consent.understanding.cues import Cues, build_cues
from consent.understanding.parts import INSIDE, Part, Sense, Senses, Words
from consent.understanding.spelling import MARKED, joined, respellings, unmarked
from consent.understanding.text import hear, symbol
from consent.understanding.weights import Learned

#: Words of which hearing would change nothing but the diacritics: none is said twice in a row,
#: and no single letter stands beside another.
_LETTER = f"[a-zа-я{MARKED}]"
_PLAIN = re.compile(rf"(?!(?:.* )?. .(?: |$))(?:({_LETTER}++) (?!\1\b))*+{_LETTER}++")
#: Part, value and language of one meaning of a phrase.
_Meaning = tuple[Part, str, str]
_Gathered = dict[str, tuple[_Meaning, ...]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Lexicon:
    """All words of all languages, frozen; the only thing `understand` knows of the world."""

    #: Keyed by canonical words, one space between them.
    phrases: Mapping[str, Senses]
    #: The most words a phrase has that begins with this word.
    longest: Mapping[str, int]
    #: Every word of every phrase.
    vocabulary: frozenset[str]
    #: Messages of signs alone: `?`, `+`, a thumb.
    symbols: Mapping[str, Senses]
    #: Whole messages, with diacritics, that look like keywords and are none.
    never: frozenset[str]
    #: Number on screen -> purpose.
    purposes: Mapping[int, str]
    channels: tuple[str, ...]
    #: The purposes that use channels: "stop sms offers" means the SMS.
    contacting: frozenset[str]
    #: What free wording gives itself away by.
    cues: Cues
    #: What examples taught about free wording; none if nothing was learnt.
    learned: Learned | None = None
    #: Words, with diacritics, that make an agreement depend on something: "if".
    conditions: frozenset[str] = frozenset()
    #: Words, folded, beside which a number is to stay: "keep"; and that may stand with them.
    keeping: frozenset[str] = frozenset()
    letting: frozenset[str] = frozenset()
    #: Phrases for numbers: "two", "second".
    numerals: frozenset[str] = frozenset()
    #: Numbers, folded, that say how many rather than which: "two".
    counting: frozenset[str] = frozenset()
    #: Words, folded, behind which a number may be an hour: "after"; and two, with an "and".
    timing: frozenset[str] = frozenset()
    between: frozenset[str] = frozenset()

    def warm(self) -> None:
        """Load what is otherwise loaded for the first doubtful message, and so find it whole.

        :raises ConsentError: it is not.
        """
        if self.learned is not None and self.learned.encoder is not None:
            self.learned.encoder.ready()

    def brands_of(self, word: str) -> tuple[str, ...]:
        """Return the brands a word names, none if it names none."""
        sense = self.phrases.get(word, {}).get(Part.BRAND)
        return sense.values if sense else ()

    def phrase_at(self, words: Sequence[str], at: int) -> tuple[int, Senses]:
        """Return the longest phrase that begins here and its length; no senses for none."""
        for length in range(self.longest.get(words[at], 0), 0, -1):
            senses = self.phrases.get(" ".join(words[at : at + length]))
            if senses:
                return length, senses
        return 1, {}

    def joins(self, word: str) -> bool:
        """Say whether a word is an "and"."""
        return Part.AND in self.phrases.get(word, {})

    def words(self, tokens: Iterable[str]) -> Iterator[str]:
        """Yield each token as the known word it stands for, else as it is."""
        for token in tokens:
            word = joined(token) if token[0].isalpha() else token
            if word in self.vocabulary:
                yield word
            elif word == token:
                yield self._respelled(word)
            else:
                yield from self._split(token, word)

    def _respelled(self, word: str) -> str:
        return next((w for w in respellings(word) if w in self.vocabulary), word)

    def _split(self, token: str, word: str) -> Iterator[str]:
        """Take `стоп-смс` apart if both sides are known; `стоп-кран` stays unknown."""
        whole = self._respelled(word)
        sides = [self._respelled(side) for side in token.replace("'", "").split("-")]
        apart = whole not in self.vocabulary and self.vocabulary.issuperset(sides)
        yield from sides if apart else (whole,)


@lru_cache(maxsize=16384)
def key_of(phrase: str) -> tuple[str, bool]:
    """Return the key under which a phrase is looked up, and whether it is a sign alone."""
    if _PLAIN.fullmatch(phrase):
        folded = unmarked(phrase)
        if folded == phrase or _PLAIN.fullmatch(folded):
            return folded, False
    heard = hear(phrase)
    if heard.is_symbol:
        return symbol(heard.plain), True
    return " ".join(map(joined, heard.tokens)), False


def build_lexicon(
    languages: Mapping[str, Words],
    never: Iterable[str],
    catalogue: Catalogue,
    cues: Cues | None = None,
    learned: Learned | None = None,
) -> Lexicon:
    """Return the lexicon of these words; phrases that fold to the same are one."""
    phrases: _Gathered = {}
    symbols: _Gathered = {}
    for meaning, listed in _meanings(languages):
        for phrase in listed:
            key, is_symbol = key_of(phrase)
            table = symbols if is_symbol and meaning[0] not in INSIDE else phrases
            table[key] = (*table.get(key, ()), meaning)
    longest: dict[str, int] = {}
    for key in phrases:
        first, length = key.partition(" ")[0], 1 + key.count(" ")
        longest[first] = max(longest.get(first, 0), length)
    # Most phrases mean what many others do.
    senses = cache(_senses)
    return Lexicon(
        phrases={key: senses(meanings) for key, meanings in phrases.items()},
        longest=longest,
        vocabulary=frozenset(word for key in phrases for word in key.split(" ")),
        symbols={key: senses(meanings) for key, meanings in symbols.items()},
        never=frozenset(hear(text).plain for text in never),
        purposes={p.number: p.id for p in catalogue.purposes},
        channels=tuple(c.id for c in catalogue.channels),
        contacting=frozenset(p.id for p in catalogue.contacting),
        cues=cues or build_cues(()),
        learned=learned,
        numerals=frozenset(key for key, meanings in phrases.items() if _counts(meanings)),
    )


def _meanings(languages: Mapping[str, Words]) -> Iterator[tuple[_Meaning, Iterable[str]]]:
    for language, words in languages.items():
        for part, values in words.items():
            for value, phrases in values.items():
                yield (part, value, language), phrases


def _counts(meanings: tuple[_Meaning, ...]) -> bool:
    return any(part is Part.COUNT for part, _, _ in meanings)


def _senses(meanings: tuple[_Meaning, ...]) -> Senses:
    parts: dict[Part, dict[str, set[str]]] = {}
    for part, value, language in meanings:
        parts.setdefault(part, {}).setdefault(value, set()).add(language)
    return {
        part: Sense(
            part=part,
            values=tuple(value for value in values if value),
            languages=frozenset[str]().union(*values.values()),
        )
        for part, values in parts.items()
    }
