"""Reading the language model that doubtful messages are shown to: `locales/encoder.weights`.

A line of JSON says which tables follow, and how large they are; the pieces of words stand at the
end. The file is made by `make train-encoder` and by nothing else; it is replaced, never written
over. NumPy is loaded and the file opened when the first doubtful message comes, or by `ready`: the
rows of pieces stay in it, the layers are unpacked into some 40 MB.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from consent.errors import CatalogueBroken

if TYPE_CHECKING:
    from consent.understanding.encoder import Encoder

FILE = "encoder.weights"
_BROKEN = (OSError, ValueError, KeyError, TypeError, OverflowError, MemoryError)


@dataclass(slots=True)
class EncoderFile:
    """A language model on disk, opened when it is first asked."""

    path: Path
    labels: tuple[str, ...]
    _encoder: Encoder | None = field(default=None, init=False)

    def scores(self, text: str, question: str | None = None) -> Mapping[str, float]:
        """Return the logarithmic odds of every label for a message in normal form.

        :raises CatalogueBroken: the file is missing or broken.
        """
        return self.ready().scores(text, question)

    def reasons(self, text: str, question: str | None, label: str) -> list[str]:
        """Return the words that speak for a label most strongly, the strongest first.

        :raises CatalogueBroken: the file is missing or broken.
        """
        return self.ready().reasons(text, question, label)

    def ready(self) -> Encoder:
        """Open the file, if that was not done before, and return what it holds.

        :raises CatalogueBroken: it is missing, broken, or not the one that was found at start.
        """
        if self._encoder is None:
            encoder = _opened(self.path)
            _check_labels(encoder.labels, self.labels)
            self._encoder = encoder
        return self._encoder


def find_encoder(root: Path, labels: tuple[str, ...]) -> EncoderFile:
    """Return the language model of a folder, unopened.

    :raises CatalogueBroken: there is none, it was cut short, or it was taught other labels.
    """
    path = root / FILE
    try:
        with path.open("rb") as stream:
            taught = tuple(facts_of(stream.readline(), path.stat().st_size)["labels"])
    except FileNotFoundError:
        why = "the file is missing; `make train-encoder` makes it"
        raise CatalogueBroken(FILE, "-", why) from None
    except _BROKEN as fault:
        raise CatalogueBroken(FILE, "-", f"not readable: {fault}") from fault
    _check_labels(taught, labels)
    return EncoderFile(path, labels)


def _check_labels(taught: tuple[str, ...], labels: tuple[str, ...]) -> None:
    if taught != labels:
        why = "it was taught other labels than the rest; `make train-encoder` teaches it anew"
        raise CatalogueBroken(FILE, "-", why)


def facts_of(head: bytes, size: int) -> dict[str, Any]:
    """Return what the first line says.

    :raises ValueError: it says nothing, or something else about the size of the file.
    """
    facts: dict[str, Any] = json.loads(head)
    if size != len(head) + facts["bytes"]:
        raise ValueError(f"{size - len(head)} bytes instead of {facts['bytes']}")
    return facts


def _opened(path: Path) -> Encoder:
    from locales.encoder_tables import read_encoder  # noqa: PLC0415

    try:
        return read_encoder(path)
    except _BROKEN as fault:
        raise CatalogueBroken(FILE, "-", f"not readable: {fault}") from fault
