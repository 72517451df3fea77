"""One spelling for what customers type: case, width, marks, look-alikes, stretched letters.

Customers write with look-alike letters of another script, without diacritics, with doubled
vowels for long ones, with dots or spaces between letters (language.md, section 3). Everything
is linear in the length of the text: runs of combining marks are cut before they are sorted.

Spellings that depend on a vocabulary (look-alikes, doubled vowels, stretched letters) are only
offered here, by `respellings`; the lexicon takes one if it knows the word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_MARKS_KEPT = 4
#: One letter can become eighteen; words that people type do not grow like that.
_LONGEST_GROWTH = 4
_RANGES_UNSEEN = (
    *((0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5)),
    *((0x180B, 0x180F), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F)),
    *((0x20E3, 0x20E3), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF)),
    *((0xFFA0, 0xFFA0), (0xFFF0, 0xFFFB), (0x1F3FB, 0x1F3FF), (0xE0000, 0xE01EF)),
)
_UNSEEN: dict[int, str] = {
    code: "" for first, last in _RANGES_UNSEEN for code in range(first, last + 1)
}
#: Done before NFKC, which would turn № into "No" and an acute accent into a space.
_FIRST: dict[int, str] = (
    _UNSEEN
    | dict.fromkeys(map(ord, "‐‑‒–—―−﹘﹣－"), "-")
    | dict.fromkeys(map(ord, "’‘ʼ‛`´′＇"), "'")
    | {ord("№"): "#"}
)


def _without_marks() -> dict[int, str]:
    """Return the Latin letters with marks, and ё; й is a letter of its own."""
    table = {ord("ё"): "е"}
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        base = unicodedata.normalize("NFKD", chr(code))[0]
        if base.isascii() and base.isalpha() and base != chr(code):
            table[code] = base
    return table


_PLAIN = _without_marks()
#: What operators write words with, beside a-z and а-я: `unmarked` folds it at a tenth of the time.
MARKED = "ёāčēģīķļņšūž"
_UNMARKED = str.maketrans(MARKED, "еacegiklnsuz")
#: Letters that look alike in some case or hand; a respelling counts only if it gives a known word.
_LATIN = str.maketrans("агпвекмнорстухіјѕԁӏαβεζηικμνορτυχ", "agpbekmhopctyxijsdlabezhikmnoptyx")
_CYRILLIC = str.maketrans("abekmnhoprctuyxαβεικμνορτυχη", "авекмпноргстиухавеикмпортухн")
_SPACED_LETTERS = re.compile(r"(?<![^\W_])[^\W\d_](?:[ .\-_*·,]{1,2}[^\W\d_](?![^\W_])){2,}")
_NOT_LETTERS = re.compile(r"[\W\d_]+")
_ZERO_IN_WORD = re.compile(r"(?<=[^\W\d_])0(?=[^\W\d_])")
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
_DOUBLED = re.compile(r"([aeiou])\1")
#: Letters and signs among which no mark is that combines: nearly all that people type.
_MAY_COMBINE = re.compile("[^\0-\u02ff\u0370-\u0482\u048a-\u0590\u2000-\u20cf\u2100-\u2bff]")


def plain(text: str) -> str:
    """Return a text in normal form, lower case, single spaces; diacritics kept."""
    if not text.isascii():
        text = _cut_marks(text.translate(_FIRST))
        normal = unicodedata.normalize("NFKC", text)
        text = normal if len(normal) <= _LONGEST_GROWTH * len(text) else text
    else:
        text = text.replace("`", "'")
    return " ".join(text.casefold().split())


def _cut_marks(text: str) -> str:
    """Keep a few of a run of combining marks: sorting a long run takes quadratic time."""
    if not _MAY_COMBINE.search(text):
        return text
    kept: list[str] = []
    run = 0
    for letter in text:
        run = run + 1 if unicodedata.combining(letter) else 0
        if run <= _MARKS_KEPT:
            kept.append(letter)
    return "".join(kept)


def fold(text: str) -> str:
    """Return a plain text without diacritics, with letter-spaced and dotted words joined."""
    if not text.isascii():
        text = text.translate(_PLAIN)
        if _MAY_COMBINE.search(text):
            text = "".join([c for c in text if not unicodedata.combining(c)])
    if "0" in text:
        text = _ZERO_IN_WORD.sub("o", text)
    return _SPACED_LETTERS.sub(lambda spaced: _NOT_LETTERS.sub("", spaced[0]), text)


def unmarked(word: str) -> str:
    """Return a word of small letters, a-z, а-я and `MARKED`, without its marks."""
    return word.translate(_UNMARKED)


def joined(word: str) -> str:
    """Return a word without the hyphens and apostrophes inside it."""
    return word.replace("-", "").replace("'", "")


def unstretched(word: str) -> str:
    """Return a word with each letter that stands three times or more in a row once."""
    return _STRETCHED.sub(r"\1", word)


def respellings(word: str) -> Iterator[str]:
    """Yield what a word may have been meant as, the likeliest first."""
    bases = [word]
    stretched = unstretched(word)
    if stretched != word:
        bases += [stretched, _STRETCHED.sub(r"\1\1", word)]
    for base in bases:
        if base != word:
            yield base
        yield _DOUBLED.sub(r"\1", base)
        if not base.isascii():
            yield base.translate(_LATIN)
        yield base.translate(_CYRILLIC)
