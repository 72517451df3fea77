"""Labelled examples of what customers write, as they stand in `locales/{language}/lexicon/`.

`examples.tsv` has one wish a message, `several.tsv` what is wanted off and on, `answers.tsv`
answers to a question that is open. The corpus in `tests/corpus` is never learnt from.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from consent.catalogue import Catalogue
from consent.understanding.labels import LABELS, MARKETING

#: A message of several wishes teaches as much about mentions as this many of one.
_WEIGHT = 4


@dataclass(frozen=True, slots=True)
class Example:
    """A labelled message: its label, and what it wants off and on or speaks of."""

    text: str
    language: str
    label: str
    off: frozenset[str]
    on: frozenset[str]
    spoken_of: frozenset[str]
    #: The kind of question it answers, if it answers one.
    question: str | None = None
    #: How often its mentions are looked at.
    weight: int = 1

    def state(self, thing: str) -> int:
        """Return the column of what the message wants done with a thing."""
        return 1 if thing in self.off else 2 if thing in self.on else 0


def read_examples(root: Path, catalogue: Catalogue) -> list[Example]:
    """Return every example of every language."""
    consents = frozenset(p.id for p in catalogue.purposes)
    return [
        example
        for language in catalogue.languages
        for example in (
            *_single(root, language, "examples.tsv"),
            *_single(root, language, "answers.tsv"),
            *_several(root, language, consents),
        )
    ]


def _rows(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)


def _ids(value: str) -> frozenset[str]:
    return frozenset(filter(None, (value or "").split(",")))


def _single(root: Path, language: str, name: str) -> Iterator[Example]:
    for row in _rows(root / language / "lexicon" / name):
        intent = row["intent"]
        label = f"{intent} {row['scope']}" if intent == "withdraw_all" else intent
        if label not in LABELS:
            raise ValueError(f"no such label: {label!r} of {row['text']!r}")
        narrow = _ids(row["channels"]) | _ids(row["topics"])
        things = narrow or _ids(row["purposes"])
        none = frozenset[str]()
        yield Example(
            text=row["text"],
            language=language,
            label=label,
            off=things if intent == "withdraw" else none,
            on=things if intent == "grant" else none,
            spoken_of=things if intent not in {"withdraw", "grant", "withdraw_all"} else none,
            question=row.get("pending", "").partition(":")[0] or None,
        )


def _several(root: Path, language: str, consents: frozenset[str]) -> Iterator[Example]:
    for row in _rows(root / language / "lexicon" / "several.tsv"):
        off, on = _ids(row["off"]), _ids(row["on"])
        label = MARKETING if "marketing" in off else "withdraw" if off else "grant"
        off = (off - {"all"}) | consents if "all" in off else off - {"marketing"}
        yield Example(row["text"], language, label, off, on, frozenset(), weight=_WEIGHT)
