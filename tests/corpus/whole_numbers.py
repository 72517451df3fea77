"""Turning a network that was learnt into the whole numbers that are shipped."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from consent.understanding.network import (
    COARSER,
    LARGE,
    MOST_ADDED,
    MOST_SAID,
    NARROW,
    SMALL,
    Network,
)
from consent.understanding.rows import FULL, ZERO, Rows, build_rows, key_of
from tests.corpus.network import Floats, Heard, Lesson, Taught

_LARGEST = 127
#: A few figures are much larger than all others; they are cut to this share's largest.
_NEARLY_ALL = 0.9995


class _Rounded(NamedTuple):
    """Figures as whole numbers, and what one of them stands for."""

    whole: NDArray[np.int64]
    unit: float


def network_of(net: Taught, known: Heard, labels: tuple[str, ...], lesson: Lesson) -> Network:
    """Return a network in whole numbers."""
    words = _rounded(net.words.now, _LARGEST, _NEARLY_ALL)
    beside = _rounded(net.beside.now, _LARGEST, _NEARLY_ALL)
    both = np.concatenate([net.windows.now.reshape(-1), net.together.now.reshape(-1)])
    adds = _rounded(both, MOST_ADDED)
    seen, together = np.split(adds.whole, [net.windows.now.size])
    says = _rounded(net.says.now, MOST_SAID)
    window = words.unit * adds.unit
    silent = np.repeat([LARGE, SMALL, 0], [lesson.large, lesson.small, lesson.blind]) * NARROW.lift
    floors = np.rint(net.floors.now / window).astype(np.int64) - silent
    return Network(
        labels=labels,
        bias=tuple(round(float(bias), 6) for bias in net.bias.now),
        unit=window * (1 << COARSER) * says.unit,
        words=_rows(known.words.names, words.whole),
        adds=tuple(_places(seen.reshape(net.windows.now.shape), lesson)),
        together=tuple(map(FULL.packed, together.reshape(lesson.width, -1).tolist())),
        floors=tuple(floors.tolist()),
        beside=_rows(known.beside.names, beside.whole),
        ratio=beside.unit / window,
        says=tuple(map(FULL.packed, says.whole.tolist())),
        large=lesson.large,
        small=lesson.small,
    )


def _rounded(figures: Floats, largest: int, share: float = 1.0) -> _Rounded:
    sizes = np.abs(figures) if figures.size else np.ones(1)
    top = float(np.quantile(sizes, share) if share < 1 else sizes.max()) or 1.0
    whole = np.rint(figures.astype(np.float64) * (largest / top)).astype(np.int64)
    return _Rounded(np.clip(whole, -largest, largest), top / largest)


def _places(windows: NDArray[np.int64], lesson: Lesson) -> list[int]:
    """Return what each figure adds, place after place; small windows do not see the ends."""
    seen = [lesson.seeing] * LARGE
    seen[0] = seen[-1] = lesson.large
    return [
        NARROW.packed(int(value) for at, ways in enumerate(seen) for value in figure[at, :ways])
        for figure in windows.transpose(1, 0, 2)
    ]


def _rows(names: Sequence[str], whole: NDArray[np.int64]) -> Rows:
    at_of = dict(sorted((key_of(name), at) for at, name in enumerate(names)))
    table = b"".join(bytes((whole[at] + ZERO).tolist()) for at in at_of.values())
    return build_rows(array("I", at_of), table, whole.shape[1])
