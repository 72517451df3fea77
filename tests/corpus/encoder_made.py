"""Writing a language model that was taught this task, as `locales.encoder_tables` reads it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from consent.understanding.encoder import Floats
from consent.understanding.subwords import Subwords
from tests.corpus.pretrained import Pretrained

#: What it means to stand at a place: kept as it is.
PLACES = "places"
#: The largest whole number of a byte.
_MOST = 127

_Named = tuple[str, NDArray[Any]]


def subwords_of(model: Pretrained) -> Subwords:
    """Return what cuts words into any piece of a model."""
    special = {model.begin, model.end, model.unknown}
    numbered = enumerate(zip(model.pieces, model.likely.tolist(), strict=True))
    pieces = {
        piece: (at, likely) for at, (piece, likely) in numbered if piece and at not in special
    }
    return Subwords(pieces, model.unknown)


def vocabulary_of(model: Pretrained, subwords: Subwords, met: Iterable[int]) -> tuple[int, ...]:
    """Return the numbers of the pieces that are kept: those that were met, and all single letters.

    Those of a message's ends and of the unknown come first.
    """
    ends = (model.begin, model.end, model.unknown)
    used = {*met, *(number for piece, (number, _) in subwords.pieces.items() if len(piece) == 1)}
    return (*ends, *sorted(used.difference(ends)))


def encoder_as_bytes(
    model: Pretrained,
    kept: Sequence[int],
    taught: Mapping[str, Floats],
    labels: tuple[str, ...],
) -> bytes:
    """Return the file of a model whose tables are named as `locales.encoder_tables` names them.

    Weights are kept as whole numbers of a byte, each column in its own measure.
    """
    tables = [*_pieces(model, kept), *_tables(taught)]
    words = "\n".join(model.pieces[number] for number in kept).encode()
    body = b"".join(table.tobytes() for _, table in tables) + words
    facts = {
        "labels": labels,
        "layers": len({name.split(".")[1] for name in taught if name.startswith("layers.")}),
        "begin": 0,
        "end": 1,
        "unknown": 2,
        "tables": [(name, table.dtype.str, table.shape) for name, table in tables],
        "bytes": len(body),
    }
    return json.dumps(facts).encode() + b"\n" + body


def _pieces(model: Pretrained, kept: Sequence[int]) -> Iterator[_Named]:
    rows = model.rows()
    yield "pieces.likely", model.likely[list(kept)].astype("<f4")
    yield "pieces.scales", rows.scales[list(kept)]
    yield "pieces.figures", rows.figures[list(kept)]


def _tables(taught: Mapping[str, Floats]) -> Iterator[_Named]:
    for name, table in taught.items():
        if table.ndim == 1 or name == PLACES:
            yield name, table.astype("<f4")
            continue
        scales = np.maximum(np.abs(table).max(0) / _MOST, np.finfo(np.float32).tiny)
        yield name, np.round(table / scales).astype(np.int8)
        yield f"{name.rpartition('.')[0]}.scales", scales.astype("<f4")
