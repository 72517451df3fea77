"""The tables of a language model, from bytes in a file to what reads messages."""

from __future__ import annotations

from mmap import mmap
from typing import Any

import numpy as np
from numpy.typing import NDArray

from consent.understanding.encoder import Encoder, Layer, Norm, Pieces, Weighing
from consent.understanding.subwords import Subwords
from locales.packed import facts_of

Tables = dict[str, NDArray[Any]]


def read_encoder(mapped: mmap) -> Encoder:
    """Return what a file holds; the rows of pieces stay in it until they are asked for.

    :raises ValueError: it is broken.
    :raises KeyError: something is missing in it.
    """
    facts = facts_of(mapped)
    tables: Tables = {}
    for name, kind, shape in facts["tables"]:
        dtype, count = np.dtype(kind), int(np.prod(shape))
        tables[name] = np.frombuffer(mapped, dtype, count, mapped.tell()).reshape(shape)
        mapped.seek(count * dtype.itemsize, 1)
    return Encoder(
        labels=tuple(facts["labels"]),
        subwords=_subwords(tables, mapped.read().decode(), facts),
        pieces=Pieces(tables["pieces.scales"], tables["pieces.figures"]),
        begin=facts["begin"],
        end=facts["end"],
        places=tables["places"],
        even=_norm(tables, "even"),
        layers=tuple(_layer(tables, f"layers.{at}") for at in range(facts["layers"])),
        says=_weighing(tables, "says"),
    )


def _subwords(tables: Tables, words: str, facts: dict[str, Any]) -> Subwords:
    """Return what cuts words; what stands for no letters is in no word."""
    special = {facts["begin"], facts["end"], facts["unknown"]}
    numbered = enumerate(zip(words.split("\n"), tables["pieces.likely"].tolist(), strict=True))
    pieces = {word: (at, score) for at, (word, score) in numbered if at not in special}
    return Subwords(pieces, facts["unknown"])


def _layer(tables: Tables, name: str) -> Layer:
    return Layer(
        looks=_weighing(tables, f"{name}.looks"),
        tells=_weighing(tables, f"{name}.tells"),
        looked=_norm(tables, f"{name}.looked"),
        widens=_weighing(tables, f"{name}.widens"),
        narrows=_weighing(tables, f"{name}.narrows"),
        thought=_norm(tables, f"{name}.thought"),
    )


def _weighing(tables: Tables, name: str) -> Weighing:
    """Return weights that are kept as whole numbers of a byte, each column in its own measure."""
    weight = tables[f"{name}.weight"] * tables[f"{name}.scales"]
    return Weighing(weight, tables[f"{name}.bias"])


def _norm(tables: Tables, name: str) -> Norm:
    return Norm(tables[f"{name}.weight"], tables[f"{name}.bias"])
