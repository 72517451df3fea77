"""Reading the language model that doubtful messages are shown to: `locales/encoder.weights`.

A line of JSON says which tables follow, and how large they are; the pieces of words stand at the
end. The file is made by `make train-encoder` and by nothing else; it is replaced, never written
over. It is mapped at the start, so nothing that happens to its name matters later; NumPy is loaded
and its layers are unpacked, into some 40 MB, when the first doubtful message comes, or by `ready`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import TYPE_CHECKING, Any

from consent.errors import CatalogueBroken

if TYPE_CHECKING:
    from consent.understanding.encoder import Encoder

FILE = "encoder.weights"
_BROKEN = (OSError, ValueError, KeyError, TypeError, OverflowError, MemoryError)


@dataclass(slots=True)
class EncoderFile:
    """A language model on disk, unpacked when it is first asked."""

    mapped: mmap
    _encoder: Encoder | None = field(default=None, init=False)

    def scores(self, text: str, question: str | None = None) -> Mapping[str, float]:
        """Return the logarithmic odds of every label for a message in normal form.

        :raises CatalogueBroken: the file is broken.
        """
        return self.ready().scores(text, question)

    def reasons(self, text: str, question: str | None, label: str) -> list[str]:
        """Return the words that speak for a label most strongly, the strongest first.

        :raises CatalogueBroken: the file is broken.
        """
        return self.ready().reasons(text, question, label)

    def ready(self) -> Encoder:
        """Unpack the file, if that was not done before, and return what it holds.

        :raises CatalogueBroken: it is broken.
        """
        if self._encoder is None:
            self._encoder = _unpacked(self.mapped)
        return self._encoder


def find_encoder(root: Path, labels: tuple[str, ...]) -> EncoderFile:
    """Return the language model of a folder, still packed.

    :raises CatalogueBroken: there is none, it was cut short, or it was taught other labels.
    """
    try:
        with (root / FILE).open("rb") as stream:
            mapped = mmap(stream.fileno(), 0, access=ACCESS_READ)
        taught = tuple(facts_of(mapped)["labels"])
    except FileNotFoundError:
        why = "the file is missing; `make train-encoder` makes it"
        raise CatalogueBroken(FILE, "-", why) from None
    except _BROKEN as fault:
        raise CatalogueBroken(FILE, "-", f"not readable: {fault}") from fault
    if taught != labels:
        why = "it was taught other labels than the rest; `make train-encoder` teaches it anew"
        raise CatalogueBroken(FILE, "-", why)
    return EncoderFile(mapped)


def facts_of(mapped: mmap) -> dict[str, Any]:
    """Return what the first line says; what follows it is read next.

    :raises ValueError: it says nothing, or something else about the size of the file.
    """
    mapped.seek(0)
    head = mapped.readline()
    facts: dict[str, Any] = json.loads(head)
    length = len(mapped) - len(head)
    if length != facts["bytes"]:
        raise ValueError(f"{length} bytes instead of {facts['bytes']}")
    return facts


def _unpacked(mapped: mmap) -> Encoder:
    from locales.encoder_tables import read_encoder  # noqa: PLC0415

    try:
        return read_encoder(mapped)
    except _BROKEN as fault:
        raise CatalogueBroken(FILE, "-", f"not readable: {fault}") from fault
