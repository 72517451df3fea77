"""Reading the cues of free wording: `{language}/lexicon/cues.toml`.

Tables `acts`, `objects`, `blocks`; a key's list holds patterns (see `consent.understanding.cues`),
a key's table holds lists by id: purposes, channels, topics, brands, languages. A speaker of the
language extends it without Python.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import rtoml

from consent.catalogue import Catalogue
from consent.errors import CatalogueBroken
from consent.understanding.cues import Cue, Cues, Kind, PatternBroken, build_cues

_FILE = "cues.toml"
_KNOWN = {
    Kind.ACT: {
        *("stop", "cease", "annoyed", "give", "polite", "pause", "status", "explain", "help"),
        *("human", "review", "privacy", "my_data", "language", "only", "except"),
    },
    Kind.OBJECT: {
        *("ads", "contact", "everything", "consent", "purposes", "numbers", "channels"),
        *("topics", "brands"),
    },
    Kind.BLOCK: {"but", "keep", "other", "third", "quote", "condition", "past", "doubt"},
}


def load_cues(root: Path, catalogue: Catalogue) -> Cues:
    """Read the cues of every language of the catalogue.

    :raises CatalogueBroken: a file is missing or broken, or a key or pattern is none.
    """
    ids: dict[str, set[str]] = {
        "purposes": {p.id for p in catalogue.purposes},
        "numbers": {p.id for p in catalogue.purposes},
        "channels": {c.id for c in catalogue.channels},
        "topics": {t.id for t in catalogue.topics},
        "brands": {str(b) for b in catalogue.brands},
        "language": set(catalogue.languages),
    }
    entries: list[tuple[Cue, str]] = []
    for language in catalogue.languages:
        file = root / language / "lexicon" / _FILE
        entries += _entries(file, language, ids)
    try:
        return build_cues(entries)
    except PatternBroken as fault:
        file = root / fault.cue.language / "lexicon" / _FILE
        key = f"{fault.cue.kind.value}.{fault.cue.name}"
        raise _broken(file, key, f"no pattern: {fault.text}") from fault


def _entries(file: Path, language: str, ids: dict[str, set[str]]) -> Iterator[tuple[Cue, str]]:
    for kind_name, table in _read(file).items():
        if kind_name not in {kind.value for kind in Kind}:
            raise _broken(file, kind_name, "there is no such table")
        kind = Kind(kind_name)
        for name, patterns in table.items():
            if name not in _KNOWN[kind]:
                raise _broken(file, f"{kind_name}.{name}", "there is no such key")
            for value, found in _by_value(file, name, patterns, ids):
                cue = Cue(kind, name, value, language)
                yield from ((cue, pattern) for pattern in found)


def _by_value(
    file: Path, name: str, patterns: object, ids: dict[str, set[str]]
) -> Iterator[tuple[str, list[str]]]:
    by_value = patterns if isinstance(patterns, dict) else {"": patterns}
    if (name in ids) != isinstance(patterns, dict):
        raise _broken(file, name, "must be a table of ids" if name in ids else "must be a list")
    for value, found in by_value.items():
        if name in ids and value not in ids[name]:
            raise _broken(file, f"{name}.{value}", "there is no such id")
        if not isinstance(found, list) or not all(isinstance(p, str) for p in found):
            raise _broken(file, f"{name}.{value}", "must be a list of patterns")
        yield value, found


def _read(file: Path) -> dict[str, dict[str, object]]:
    try:
        tables = rtoml.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise _broken(file, "-", "the file is missing") from None
    except (rtoml.TomlParsingError, UnicodeDecodeError) as fault:
        raise _broken(file, "-", f"not readable as TOML: {fault}") from fault
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise _broken(file, name, "must be a table")
    return tables


def _broken(file: Path, key: str, reason: str) -> CatalogueBroken:
    return CatalogueBroken("/".join(file.parts[-3:]), key, reason)
