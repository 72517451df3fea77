"""Reading the words of advertising texts: `{language}/lexicon/ads.toml`.

They tell a text's language and how it says that one can refuse. An entry is folded (small
letters, no diacritics) and may end in a star; one that could never match is refused at start.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import rtoml

from consent.catalogue import Catalogue
from consent.errors import CatalogueBroken
from consent.notices import plain

_FILE = "ads.toml"
_SENTENCES = ("example", "example_by_phone", "letters")
_LISTS = ("refusal", "stop", "reply", "send", "to", "call", "common", "endings")
#: Lists that a language with letters of its own can leave empty.
_CAN_BE_EMPTY = ("common", "endings")

#: A sentence is a list of one.
AdPhrases = Mapping[str, tuple[str, ...]]


def load_ads(root: Path, catalogue: Catalogue) -> dict[str, AdPhrases]:
    """Read the words of advertising texts of every language of the catalogue.

    :raises CatalogueBroken: a file is missing or unreadable, or a key or an entry is none.
    """
    return {
        language: dict(_phrases(root / language / "lexicon" / _FILE))
        for language in catalogue.languages
    }


def _phrases(file: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    table = _read(file)
    for key in table:
        if key not in (*_SENTENCES, *_LISTS):
            raise _broken(file, key, "there is no such key")
    for key in _SENTENCES:
        text = table.get(key)
        if not isinstance(text, str) or not (text or key == "letters"):
            raise _broken(file, key, "must be a sentence")
        yield key, (text,)
    for key in _LISTS:
        yield key, tuple(_entries(file, key, table.get(key)))


def _entries(file: Path, key: str, value: object) -> Iterator[str]:
    if not isinstance(value, list) or not (value or key in _CAN_BE_EMPTY):
        raise _broken(file, key, "must be a list of words")
    for entry in value:
        if not isinstance(entry, str) or not entry.strip("* "):
            raise _broken(file, key, "must be a list of words")
        if entry != plain(entry).lower().replace("ё", "е"):
            raise _broken(file, f"{key}: {entry}", "write small letters without diacritics")
        yield entry


def _read(file: Path) -> dict[str, object]:
    try:
        return rtoml.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise _broken(file, "-", "the file is missing") from None
    except (rtoml.TomlParsingError, UnicodeDecodeError) as fault:
        raise _broken(file, "-", f"not readable as TOML: {fault}") from fault


def _broken(file: Path, key: str, reason: str) -> CatalogueBroken:
    return CatalogueBroken("/".join(file.parts[-3:]), key, reason)
