"""A message as a row of known phrases; a message with one unknown word is none.

This is what keeps keywords from being found inside other words and sentences (language.md,
section 2): nothing is searched for, the whole message must be made of phrases the lexicon
knows, longest first. Courtesy ("please", "lūdzu") and the names of brands are set aside.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import reduce

from consent.understanding.lexicon import Lexicon
from consent.understanding.message import Atom, Sentence
from consent.understanding.parts import Part
from consent.understanding.text import BEFORE_SIGN, OFF_SIGN, ON_SIGN, QUESTION

#: A keyword message is short; a longer one is for the deeper stages.
_LONGEST_MESSAGE, _LONGEST_NUMBER = 24, 9
_NUMBER = re.compile(r"[0-9]+")
_SIGNS = frozenset({ON_SIGN, OFF_SIGN})
_SIGNABLE = (Part.PURPOSE, Part.CHANNEL, Part.TOPIC, Part.COUNT)


def read(tokens: tuple[str, ...], lexicon: Lexicon) -> Sentence | None:
    """Return the message as known phrases, or none if a word is unknown or it is too long."""
    if len(tokens) > _LONGEST_MESSAGE:
        return None
    question = QUESTION in tokens
    words: list[str] = []
    for word in lexicon.words(t for t in tokens if t != QUESTION):
        if word not in lexicon.vocabulary and word[0].isalpha():
            return None
        words.append(word)
    brands = {w: found for w in words if (found := lexicon.brands_of(w))}
    atoms: list[Atom] = []
    for atom in _atoms(_without_brands(tuple(words), brands, lexicon), lexicon):
        if atom is None:
            return None
        atoms.append(atom)
    spoken = [_languages(a) for a in atoms if a.senses]
    return Sentence(
        atoms=tuple(a for a in atoms if not _set_aside(a)),
        brands=frozenset(brand for values in brands.values() for brand in values),
        languages=reduce(frozenset.intersection, spoken) if spoken else frozenset(),
        question=question,
        courteous=any(Part.COURTESY in a for a in atoms),
    )


def _without_brands(
    words: tuple[str, ...], brands: Mapping[str, object], lexicon: Lexicon
) -> tuple[str, ...]:
    """Return the words without brands, and without an "and" between two brands."""
    if not brands:
        return words
    around = zip(("", *words), words, (*words[1:], ""), strict=False)
    return tuple(
        word
        for before, word, after in around
        if word not in brands
        and not (before in brands and after in brands and lexicon.joins(word))
    )


def _languages(atom: Atom) -> frozenset[str]:
    return frozenset[str]().union(*(s.languages for s in atom.senses.values()))


def _set_aside(atom: Atom) -> bool:
    """Courtesy says nothing about what is wanted; nor does a mere preposition."""
    return Part.COURTESY in atom or atom.senses.keys() == {Part.OF}


def _atoms(words: tuple[str, ...], lexicon: Lexicon) -> Iterator[Atom | None]:
    """Yield the phrases, longest first; none for a word that begins no phrase."""
    at = 0
    before = False
    while at < len(words):
        word = words[at]
        if word == BEFORE_SIGN:
            before, at = True, at + 1
            continue
        taken, atom = _number(word) if word[0].isdigit() else _phrase(words, at, lexicon)
        at += taken
        sign = BEFORE_SIGN if before else ""
        if at < len(words) and words[at] in _SIGNS:
            sign, at = words[at], at + 1
        yield _signed(atom, sign) if atom else None
        before = False


def _signed(atom: Atom, sign: str) -> Atom:
    """Return the atom with its sign; a dash after a verb is mere punctuation: `STOP -`."""
    idle = sign == OFF_SIGN and not atom.numbers and not any(part in atom for part in _SIGNABLE)
    return atom._replace(sign=sign) if sign and not idle else atom


def _number(word: str) -> tuple[int, Atom | None]:
    digits = _NUMBER.findall(word)
    if max(map(len, digits), default=_LONGEST_NUMBER + 1) > _LONGEST_NUMBER:
        return 1, None
    ends = [int(d) for d in digits]
    return 1, Atom({}, numbers=(min(ends), max(ends)), digits=word)


def _phrase(words: tuple[str, ...], at: int, lexicon: Lexicon) -> tuple[int, Atom | None]:
    length, senses = lexicon.phrase_at(words, at)
    return length, Atom(senses) if senses else None
