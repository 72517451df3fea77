"""Turning message ids and parameters into words of one language.

`chat.po` holds every text, `sms.po` the shorter wording of those that go out by SMS,
`purposes.po` the names, `playground.po`, `receipt.po` and `own_data.po` the words of those pages.
They are read as they are: nothing needs compiling after a change.
"""

from __future__ import annotations

import gettext
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
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
    texts: gettext.GNUTranslations

    def say(self, message_id: str, count: int | None = None) -> str:
        """Return the text of an id, in the plural form of `count` where one is given."""
        if count is None:
            return self.texts.gettext(message_id)
        return self.texts.ngettext(message_id, f"{message_id}.plural", count)


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
        compiled = BytesIO()
        write_mo(compiled, entries)
    except (OSError, PoFileError, ValueError) as fault:
        raise WordsBroken(f"{language}/{file.name}: {fault}") from fault
    compiled.seek(0)
    ids = {_first(entry.id): _complete(entry.string) for entry in entries if entry.id}
    empty = [message_id for message_id, complete in ids.items() if not complete]
    if empty:
        raise WordsBroken(f"{language}/{file.name}: no text for {', '.join(empty)}")
    return Strings(frozenset(ids), gettext.GNUTranslations(compiled))


def _first(message_id: object) -> str:
    return str(message_id[0] if isinstance(message_id, list | tuple) else message_id)


def _complete(text: object) -> bool:
    return all(text) if isinstance(text, list | tuple) else bool(text)


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
