"""The same words in another script: look-alikes, another keyboard, Russian or Latvian by sound."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_CYRILLIC = re.compile("[\u0400-\u04ff]")
#: Languages written in Cyrillic letters; the others are written in Latin ones.
_IN_CYRILLIC = frozenset({"ru"})
_LATIN = re.compile("[a-z]")
_TO_CYRILLIC = str.maketrans("abekmhopctyxu3", "авекмнорстухиз")
_TO_LATIN = str.maketrans("авекмнорстух", "abekmhopctyx")
_ENGLISH_KEYS = "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
_RUSSIAN_KEYS = "ёйцукенгшщзхъфывапролджэячсмитьбю"
_MEANT_RUSSIAN = str.maketrans(_ENGLISH_KEYS, _RUSSIAN_KEYS)
_MEANT_LATIN = str.maketrans(_RUSSIAN_KEYS, _ENGLISH_KEYS)
#: Russian in Latin letters as people type it: several that make one sound, longer ones first;
#: then all others, one by one.
_SOUNDS = dict(
    (
        *(("shch", "щ"), ("sch", "щ"), ("zh", "ж"), ("kh", "х"), ("ts", "ц"), ("ch", "ч")),
        *(("sh", "ш"), ("yu", "ю"), ("ju", "ю"), ("ya", "я"), ("ja", "я"), ("yo", "е")),
        *(("jo", "е"), ("ye", "е"), ("je", "е"), ("iy", "ий"), ("yj", "ый"), ("ij", "ий")),
    )
)
_SOUND = re.compile("|".join(_SOUNDS))
_LETTERS = str.maketrans("abcdefghijklmnopqrstuvwyz'", "абцдефгхийклмнопкрстуввызь") | {
    ord("x"): "кс"
}

#: Latvian in Russian letters, without diacritics.
_LATVIAN = str.maketrans(
    {
        **dict(zip("абвгдеёжзийклмнопрстуфхыэ", "abvgdeozzijklmnoprstufhie", strict=True)),
        "ц": "c",
        "ч": "c",
        "ш": "s",
        "щ": "sc",
        "ъ": "",
        "ь": "",
        "ю": "u",
        "я": "a",
    }
)


def one_script(word: str) -> str:
    """Return a word of mixed script in the script that most of its letters have."""
    if word.isascii():
        return word
    cyrillic, latin = len(_CYRILLIC.findall(word)), len(_LATIN.findall(word))
    if not cyrillic or not latin:
        return word
    return word.translate(_TO_CYRILLIC if cyrillic >= latin else _TO_LATIN)


def other_readings(plain: str) -> Iterator[str]:
    """Yield what a text says if it was typed in another script than it was meant in."""
    if _CYRILLIC.search(plain):
        yield on_other_keys(plain)
        yield plain.translate(_LATVIAN)
        return
    yield _SOUND.sub(lambda sound: _SOUNDS[sound[0]], plain).translate(_LETTERS)
    yield on_other_keys(plain)


def on_other_keys(plain: str) -> str:
    """Return what a text says if the keyboard was left in the other script."""
    return plain.translate(_MEANT_LATIN if _CYRILLIC.search(plain) else _MEANT_RUSSIAN)


def written_so(languages: Sequence[str], text: str) -> Sequence[str]:
    """Return those languages that are written in the letters of a text; all if it has both."""
    is_cyrillic, is_latin = bool(_CYRILLIC.search(text)), bool(_LATIN.search(text))
    if is_cyrillic == is_latin:
        return languages
    return [language for language in languages if (language in _IN_CYRILLIC) == is_cyrillic]
