"""Turning message ids and parameters into words of one language.

`chat.po` holds every text, `sms.po` the shorter wording of those that go out by SMS,
`purposes.po` the names, `playground.po`, `receipt.po` and `own_data.po` the words of those pages.
They are read as they are: nothing needs compiling after a change.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from gettext import c2py
from pathlib import Path

from babel.messages.pofile import PoFileError, read_po

from consent.catalogue import Catalogue
from consent.errors import WordsBroken

_FILES = (
    "chat",
    "sms",
    "purposes",
    "playground",
    "receipt",
    "own_data",
    "capture",
    "reasons",
    "marketing",
)


@dataclass(frozen=True, slots=True)
class Strings:
    """One gettext file: what is there, and how to say it."""

    ids: frozenset[str]
    #: By id; of those that depend on a number, all forms.
    texts: Mapping[str, str | tuple[str, ...]]
    #: Tells which form goes with a number.
    form: Callable[[int], int]

    def say(self, message_id: str, count: int | None = None) -> str:
        """Return the text of an id, in the plural form of `count` where one is given."""
        text = self.texts.get(message_id, message_id)
        if isinstance(text, str):
            return text
        return text[self.form(1 if count is None else count)]


def read_strings(root: Path, catalogue: Catalogue) -> dict[str, dict[str, Strings]]:
    """Read all gettext files: language, then file name.

    :raises WordsBroken: a file is missing or broken, or an id is in one language only.
    """
    strings = {
        language: {name: read_file(root / language / f"{name}.po", language) for name in _FILES}
        for language in catalogue.languages
    }
    for names in (("chat", "sms"), *((name,) for name in _FILES[2:])):
        own = {
            language: frozenset().union(*(files[name].ids for name in names))
            for language, files in strings.items()
        }
        _check_parity(own, " or ".join(f"{name}.po" for name in names))
    _check_names(strings[catalogue.languages[0]], catalogue)
    return strings


def read_file(file: Path, language: str) -> Strings:
    """Read one gettext file.

    :raises WordsBroken: it is missing or broken.
    """
    try:
        with file.open("rb") as stream:
            entries = read_po(stream, locale=language, abort_invalid=True)
        form = c2py(entries.plural_expr)
    except (OSError, PoFileError, ValueError) as fault:
        raise WordsBroken(f"{language}/{file.name}: {fault}") from fault
    # What a translator has marked as uncertain is no text yet.
    texts = {_first(x.id): "" if x.fuzzy else _text(x.string) for x in entries if x.id}
    empty = [message_id for message_id, text in texts.items() if not text or not all(text)]
    if empty:
        raise WordsBroken(f"{language}/{file.name}: no text for {', '.join(empty)}")
    return Strings(frozenset(texts), texts, form)


def _first(message_id: object) -> str:
    return str(message_id[0] if isinstance(message_id, list | tuple) else message_id)


def _text(said: object) -> str | tuple[str, ...]:
    return tuple(map(str, said)) if isinstance(said, list | tuple) else str(said or "")


def _check_parity(ids: dict[str, frozenset[str]], name: str) -> None:
    everything = frozenset().union(*ids.values())
    for language, own in ids.items():
        missing = sorted(everything - own)
        if missing:
            raise WordsBroken(f"{language}/{name}: missing {', '.join(missing)}")


def _check_names(files: dict[str, Strings], catalogue: Catalogue) -> None:
    wanted = {
        f"purpose.{p.id}.{part}" for p in catalogue.purposes for part in ("title", "label", "gain")
    }
    wanted |= {f"channel.{c.id}.name" for c in catalogue.channels}
    wanted |= {f"topic.{t.id}.name" for t in catalogue.topics}
    missing = sorted(wanted - files["purposes"].ids)
    alternatives = {f"alternative.{a}" for p in catalogue.purposes for a in p.alternatives}
    missing += sorted(alternatives - files["chat"].ids)
    if missing:
        raise WordsBroken(f"no text for {', '.join(missing)}")
