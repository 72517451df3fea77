"""Which language an advertising text is in, by its letters and its commonest words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sms.lint.findings import Finding, note, warning
from sms.lint.words import AdWords

if TYPE_CHECKING:
    from sms.lint.advert import Advert

_WORD = re.compile(r"[^\W\d_]+")
#: Shorter words end in anything.
_LONG = 6
#: Words in another language that are no more a name or a slogan.
_FOREIGN_WORDS, _FOREIGN_SHARE = 3, 0.2
#: Staff read names rather than codes; a language without one here is named by its code.
NAMES = {"lv": "Latvian", "ru": "Russian", "en": "English"}


@dataclass(frozen=True, slots=True)
class Languages:
    """The words of a text that belong to one language alone: which, and where."""

    votes: tuple[tuple[str, int], ...]

    @property
    def counts(self) -> Counter[str]:
        """How many words each language has."""
        return Counter(language for language, _ in self.votes)

    def main(self, preferred: str) -> str | None:
        """Return the language most words are in; of two equal ones the preferred."""
        counts = self.counts
        return max(counts, key=lambda x: (counts[x], x == preferred)) if counts else None

    def beside(self, main: str | None) -> list[str]:
        """Return other languages that whole parts of a text are in."""
        counts = self.counts
        enough = max(_FOREIGN_WORDS, _FOREIGN_SHARE * counts.total())
        return [x for x, count in counts.items() if x != main and count >= enough]


def languages(
    text: str, folded: str, words: Mapping[str, AdWords], skipped: Sequence[tuple[int, int]]
) -> Languages:
    """Return which words of a text tell its language, outside the places skipped."""
    votes = (
        (_of_word(text[m.start() : m.end()].lower(), m[0], words), m.start())
        for m in _WORD.finditer(folded)
        if not any(start <= m.start() < end for start, end in skipped)
    )
    return Languages(tuple((language, at) for language, at in votes if language))


def _of_word(raw: str, folded: str, words: Mapping[str, AdWords]) -> str | None:
    for speaks in (
        [x for x, w in words.items() if not w.letters.isdisjoint(raw)],
        [x for x, w in words.items() if folded in w.common],
        [x for x, w in words.items() if len(folded) >= _LONG and folded.endswith(w.endings)],
    ):
        if speaks:
            return speaks[0] if len(speaks) == 1 else None
    return None


def name_of(language: str) -> str:
    """Return a language as staff call it."""
    return NAMES.get(language, language)


def spoken_languages(advert: Advert) -> Iterator[Finding]:
    """Say whether the language is known, is the one expected, and is the only one."""
    counts = advert.spoken.counts
    if advert.language is None:
        yield warning(
            "language_unknown",
            "The language is not recognised: name it, so that the refusal can be checked.",
        )
        return
    main = advert.spoken.main(advert.language)
    if main and main != advert.language:
        yield warning(
            "language_differs",
            f"The text was said to be {name_of(advert.language)}, but reads as {name_of(main)}.",
        )
        return
    for language in advert.spoken.beside(main):
        yield note(
            "mixed_languages",
            f"Mostly {name_of(advert.language)}, but {counts[language]} words are "
            f"{name_of(language)}.",
            next(at for spoken, at in advert.spoken.votes if spoken == language),
        )
