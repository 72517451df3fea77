"""Reading the language model that doubtful messages are shown to: `locales/encoder.weights`.

The line of JSON says which tables follow, and how large they are; the pieces of words stand at
the end. The file is made by `make train-encoder`, and taught further by `make teach-encoder`. It
is mapped at the start; NumPy is loaded and its layers are unpacked, into some 40 MB, when the
first doubtful message comes, or by `ready`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from mmap import mmap
from pathlib import Path
from typing import TYPE_CHECKING

from consent.errors import CatalogueBroken
from locales.packed import facts_of, map_file, reading

if TYPE_CHECKING:
    from consent.understanding.encoder import Encoder

FILE = "encoder.weights"
_MADE_BY = "make train-encoder"
#: How many threads NumPy multiplies with; read when it is loaded.
_THREADS = "OPENBLAS_NUM_THREADS"


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
    with reading(FILE, _MADE_BY):
        mapped = map_file(root / FILE)
        taught = tuple(facts_of(mapped)["labels"])
    if taught != labels:
        why = f"it was taught other labels than the rest; `{_MADE_BY}` teaches it anew"
        raise CatalogueBroken(FILE, "-", why)
    return EncoderFile(mapped)


def _unpacked(mapped: mmap) -> Encoder:
    # Several threads for one small product gain a third alone, and lose fourfold beside others.
    os.environ.setdefault(_THREADS, "1")
    from locales.encoder_tables import read_encoder  # noqa: PLC0415

    with reading(FILE, _MADE_BY):
        return read_encoder(mapped)
