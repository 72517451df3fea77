"""Reading the words customers use: `{language}/lexicon/keywords.toml` and `names.toml`.

An operator adds a variant or a misspelling here without Python. What could make a message mean
two things, or name something that does not exist, is refused at start with file and key.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import rtoml

from consent.catalogue import Catalogue
from consent.errors import CatalogueBroken
from consent.understanding import WHOLE, Lexicon, Part, Words, build_lexicon
from consent.understanding.lexicon import key_of
from consent.understanding.parts import A
from consent.understanding.weights import Learned
from locales.cues import load_cues
from locales.encoder import find_encoder
from locales.weights import load_weights

_KEYWORDS, _NAMES = "keywords.toml", "names.toml"
_PLAIN = WHOLE - {Part.LANGUAGE}
_VERBS = frozenset({Part.WITHDRAW, Part.GRANT, Part.EXPLAIN})
_NAMED = frozenset({Part.PURPOSE, Part.CHANNEL, Part.TOPIC, Part.BRAND, Part.WITHOUT})
_VALUED = frozenset({Part.UNIT, Part.COUNT})
_SMALL = frozenset(Part) - WHOLE - _VERBS - _NAMED - _VALUED
_HOURS = {
    "hours": "1",
    "days": "24",
    "weeks": "168",
    "an_hour": f"{A}1",
    "a_day": f"{A}24",
    "a_week": f"{A}168",
}
#: How a language is written in SMS.
_SPELLINGS = ("diacritics", "plain")
#: Without a word for these, a customer could not stop, answer or ask.
_NEEDED = (Part.STOP, Part.YES, Part.NO, Part.HELP, Part.STATUS, Part.ALL)

_Words = dict[Part, dict[str, list[str]]]


def load_lexicon(root: Path, catalogue: Catalogue) -> Lexicon:
    """Read the words of every language of the catalogue, and what examples taught.

    :raises CatalogueBroken: as `load_words`; or the weights are missing or broken.
    """
    with _uncollected():
        learned = load_weights(root)
        encoder = find_encoder(root, learned.order.labels)
        return load_words(root, catalogue, replace(learned, encoder=encoder))


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the collector still: it would walk many small objects that all stay (a sixth)."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def load_words(root: Path, catalogue: Catalogue, learned: Learned | None = None) -> Lexicon:
    """Read the words of every language of the catalogue.

    :raises CatalogueBroken: a file is missing or unreadable, names an unknown purpose, channel,
        topic or brand, or lists one phrase under two meanings.
    """
    languages: dict[str, Words] = {}
    never: list[str] = []
    # What is said of a word, without making a message of known words of those it stands in.
    keys = ("conditions", "keep", "let", "counts", "times", "between")
    beside: dict[str, list[str]] = {key: [] for key in keys}
    for language in catalogue.languages:
        folder = root / language / "lexicon"
        tables = _read(folder / _KEYWORDS)
        never += _strings(folder / _KEYWORDS, "never", tables.pop("never", []))
        for key, listed in beside.items():
            listed.extend(_strings(folder / _KEYWORDS, key, tables.pop(key, [])))
        keywords = _checked(folder / _KEYWORDS, tables, catalogue)
        languages[language] = keywords | _names(folder / _NAMES, catalogue)
    cues = load_cues(root, catalogue)
    lexicon = build_lexicon(languages, never, catalogue, cues, learned)
    return replace(
        lexicon,
        conditions=frozenset(beside["conditions"]),
        keeping=frozenset(key_of(word)[0] for word in beside["keep"]),
        letting=frozenset(key_of(word)[0] for word in beside["let"]),
        counting=frozenset(key_of(word)[0] for word in beside["counts"]),
        timing=frozenset(key_of(word)[0] for word in beside["times"]),
        between=frozenset(key_of(word)[0] for word in beside["between"]),
    )


def _checked(file: Path, tables: dict[str, object], catalogue: Catalogue) -> _Words:
    words = dict(_keywords(file, tables, catalogue))
    for part in _NEEDED:
        if not words.get(part, {}).get(""):
            raise CatalogueBroken(_name(file), part.value, "there is no word for it")
    _refuse_double(file, _meanings(words, WHOLE))
    return words


def _keywords(
    file: Path, tables: dict[str, object], catalogue: Catalogue
) -> Iterator[tuple[Part, dict[str, list[str]]]]:
    sections = _sections(file, tables, ("keywords", "verbs", "words", "units", "numbers"))
    wanted = _table(file, "keywords.language", sections["keywords"].pop("language", {}))
    codes = {code: code for code in (*catalogue.languages, *_SPELLINGS)} | {"choose": ""}
    yield Part.LANGUAGE, _renamed(file, "keywords.language", wanted, codes)
    for section, parts in (("keywords", _PLAIN), ("verbs", _VERBS), ("words", _SMALL)):
        for key, phrases in sections[section].items():
            if key not in parts:
                raise CatalogueBroken(_name(file), f"{section}.{key}", "there is no such key")
            yield Part(key), {"": _strings(file, f"{section}.{key}", phrases)}
    yield Part.UNIT, _renamed(file, "units", sections["units"], _HOURS)
    numbers = {str(p.number): str(p.number) for p in catalogue.purposes}
    yield Part.COUNT, _renamed(file, "numbers", sections["numbers"], numbers)


def _names(file: Path, catalogue: Catalogue) -> _Words:
    ids: dict[Part, list[str]] = {
        Part.PURPOSE: [p.id for p in catalogue.purposes],
        Part.CHANNEL: [c.id for c in catalogue.channels],
        Part.TOPIC: [t.id for t in catalogue.topics],
        Part.BRAND: list(catalogue.brands),
        Part.WITHOUT: [c.id for c in catalogue.channels],
    }
    sections = _sections(file, _read(file), tuple(part.value for part in ids))
    names = {
        part: _renamed(file, part.value, sections[part.value], {i: i for i in known})
        for part, known in ids.items()
    }
    _refuse_double(file, _meanings(names, _NAMED))
    for phrase in (p for phrases in names[Part.BRAND].values() for p in phrases):
        if " " in key_of(phrase)[0]:
            raise CatalogueBroken(_name(file), phrase, "a brand's name here is one word")
    return names


def _read(file: Path) -> dict[str, object]:
    try:
        return rtoml.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CatalogueBroken(_name(file), "-", "the file is missing") from None
    except (rtoml.TomlParsingError, UnicodeDecodeError) as fault:
        raise CatalogueBroken(_name(file), "-", f"not readable as TOML: {fault}") from fault


def _name(file: Path) -> str:
    """Return the file as the operator knows it: `lv/lexicon/names.toml`."""
    return "/".join(file.parts[-3:])


def _sections(
    file: Path, tables: Mapping[str, object], known: tuple[str, ...]
) -> dict[str, dict[str, object]]:
    for key in tables:
        if key not in known:
            raise CatalogueBroken(_name(file), key, "there is no such key")
    return {key: _table(file, key, tables.get(key, {})) for key in known}


def _table(file: Path, key: str, value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise CatalogueBroken(_name(file), key, "must be a table")
    return dict(value)


def _renamed(
    file: Path, section: str, table: Mapping[str, object], values: Mapping[str, str]
) -> dict[str, list[str]]:
    """Return the phrases by value, refusing an id or a key that does not exist."""
    for key in table:
        if key not in values:
            raise CatalogueBroken(_name(file), f"{section}.{key}", "there is no such id")
    return {values[key]: _strings(file, f"{section}.{key}", p) for key, p in table.items()}


def _strings(file: Path, key: str, value: object) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(x, str) and x.strip() for x in value):
        raise CatalogueBroken(_name(file), key, "must be a list of words")
    return value


def _meanings(
    words: Mapping[Part, Mapping[str, list[str]]], parts: frozenset[Part]
) -> Iterator[tuple[str, str, str]]:
    """Yield each phrase with its meaning and the key it is found by."""
    for part in parts & words.keys():
        for value, phrases in words[part].items():
            # A name may belong to two purposes: then it is asked which is meant.
            meaning = part.value if part is Part.PURPOSE else f"{part.value} {value}".strip()
            yield from ((key_of(phrase)[0], meaning, phrase) for phrase in phrases)


def _refuse_double(file: Path, meanings: Iterator[tuple[str, str, str]]) -> None:
    found = set(meanings)
    if len({key for key, _, _ in found}) == len({(key, meaning) for key, meaning, _ in found}):
        return
    seen: dict[str, str] = {}
    for key, meaning, phrase in sorted(found):
        other = seen.setdefault(key, meaning)
        if other != meaning:
            raise CatalogueBroken(_name(file), phrase, f"means both {other} and {meaning}")
