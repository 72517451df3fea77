"""The language model: the same figures as the plain formulas, however it is written."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest
from numpy.typing import NDArray

from consent.understanding.encoder import (
    GRAIN,
    HEADS,
    MOST_PIECES,
    Encoder,
    Floats,
    Layer,
    Norm,
    Pieces,
    Weighing,
)
from consent.understanding.subwords import BEGIN, Subwords

WIDTH, WIDE, BLOCK = 2 * HEADS, 5, 24
LABELS = ("grant", "withdraw", "unclear")
WORDS = ("stop", "send", "me", "not", "scope?")
BEGINS, ENDS, UNKNOWN = 0, 1, 2


def _encoder(seed: int = 0) -> Encoder:
    draw = np.random.default_rng(seed)

    def table(*shape: int) -> Floats:
        return draw.normal(0, 1, shape).astype(np.float32)

    def weighing(rows: int, columns: int) -> Weighing:
        return Weighing(table(rows, columns), table(columns))

    def norm() -> Norm:
        return Norm(table(WIDTH), table(WIDTH))

    def layer() -> Layer:
        return Layer(
            looks=weighing(WIDTH, 3 * WIDTH),
            tells=weighing(WIDTH, WIDTH),
            looked=norm(),
            widens=weighing(WIDTH, WIDE),
            narrows=weighing(WIDE, WIDTH),
            thought=norm(),
        )

    count = 3 + len(WORDS)
    return Encoder(
        labels=LABELS,
        subwords=Subwords(
            {BEGIN + word: (3 + at, -1.0) for at, word in enumerate(WORDS)}, UNKNOWN
        ),
        pieces=Pieces(
            draw.normal(0, 0.1, (count, WIDTH // BLOCK)).astype(np.float16),
            draw.integers(0, 256, (count, WIDTH // BLOCK, BLOCK // 2), dtype=np.uint8),
        ),
        begin=BEGINS,
        end=ENDS,
        places=table(MOST_PIECES, WIDTH),
        even=norm(),
        layers=(layer(), layer()),
        says=weighing(WIDTH, len(LABELS)),
    )


ENCODER = _encoder()
_Row = list[float]


def _row(number: int) -> _Row:
    """Return the figures of a piece: of each byte the lower half first."""
    found: _Row = []
    for scale, block in zip(
        ENCODER.pieces.scales[number], ENCODER.pieces.figures[number], strict=True
    ):
        both = [byte % 16 for byte in block.tolist()] + [byte // 16 for byte in block.tolist()]
        found += [float(scale) * (figure - 8) for figure in both]
    return found


def _weighed(by: Weighing, row: Sequence[float]) -> _Row:
    columns = by.weight.T.tolist()
    return [
        sum(a * b for a, b in zip(row, column, strict=True)) + bias
        for column, bias in zip(columns, by.bias.tolist(), strict=True)
    ]


def _evened(by: Norm, row: Iterable[float]) -> _Row:
    row = list(row)
    mean = sum(row) / len(row)
    spread = math.sqrt(sum((figure - mean) ** 2 for figure in row) / len(row))
    told = zip(row, by.weight.tolist(), by.bias.tolist(), strict=True)
    return [(figure - mean) / spread * weight + bias for figure, weight, bias in told]


def _attended(looks: list[_Row], at: int) -> _Row:
    """Return what one piece is told by all."""
    told: _Row = []
    size = WIDTH // HEADS
    for start in range(0, WIDTH, size):
        asks = looks[at][start : start + size]
        fits = [
            sum(a * b for a, b in zip(asks, row[WIDTH + start :], strict=False)) / math.sqrt(size)
            for row in looks
        ]
        grown = [math.exp(fit) for fit in fits]
        shares = [share / sum(grown) for share in grown]
        for place in range(start, start + size):
            told.append(
                sum(s * row[2 * WIDTH + place] for s, row in zip(shares, looks, strict=True))
            )
    return told


def _bent(figure: float) -> float:
    return 0.5 * figure * (1 + math.erf(figure / math.sqrt(2)))


def _layered(layer: Layer, rows: list[_Row]) -> list[_Row]:
    looks = [_weighed(layer.looks, row) for row in rows]
    found: list[_Row] = []
    for at, row in enumerate(rows):
        told = _weighed(layer.tells, _attended(looks, at))
        seen = _evened(layer.looked, map(sum, zip(row, told, strict=True)))
        thought = _weighed(layer.narrows, [_bent(f) for f in _weighed(layer.widens, seen)])
        found.append(_evened(layer.thought, map(sum, zip(seen, thought, strict=True))))
    return found


def _all_layers(numbers: Sequence[int]) -> list[_Row]:
    """Return what the formulas give, step by step."""
    places = ENCODER.places.tolist()
    rows = [
        _evened(ENCODER.even, map(sum, zip(_row(number), places[at], strict=True)))
        for at, number in enumerate(numbers)
    ]
    for layer in ENCODER.layers:
        rows = _layered(layer, rows)
    return rows


def _plainly(numbers: Sequence[int]) -> _Row:
    rows = _all_layers(numbers)
    return _weighed(ENCODER.says, [sum(column) / len(rows) for column in zip(*rows, strict=True)])


@pytest.mark.parametrize(
    ("text", "question", "numbers"),
    [
        ("stop", None, [0, 3, 1]),
        ("stop send me", None, [0, 3, 4, 5, 1]),
        ("stop", "scope", [0, 7, 3, 1]),
        ("", None, [0, 1]),
    ],
)
def test_the_formulas(text: str, question: str | None, numbers: list[int]) -> None:
    """What is said is what the plain formulas give."""
    said = ENCODER.scores(text, question)
    assert LABELS == tuple(said)
    assert list(said.values()) == pytest.approx(_plainly(numbers), abs=GRAIN)


def test_the_order_counts() -> None:
    """The same words in another order say something else."""
    assert ENCODER.scores("stop send me") != ENCODER.scores("send me stop")


def test_of_a_long_message_the_beginning_is_read() -> None:
    """And its time has an end."""
    assert ENCODER.scores("stop " * MOST_PIECES) == ENCODER.scores("stop " * 1000)
    assert ENCODER.scores("stop " * (MOST_PIECES - 2)) == ENCODER.scores("stop " * MOST_PIECES)
    assert ENCODER.scores("stop " * 9) != ENCODER.scores("stop " * MOST_PIECES)


def test_what_is_said_is_rounded() -> None:
    """To the same grain, whatever the last digits are on this machine."""
    said = ENCODER.scores("stop send me not").values()
    assert all((score / GRAIN).is_integer() for score in said)


def test_the_words_that_speak_for_a_label() -> None:
    """Each piece has its share in what is said; those for the label come first."""
    text = "stop send me"
    says = [
        _weighed(Weighing(ENCODER.says.weight, np.zeros(3, np.float32)), row)
        for row in _all_layers([0, 3, 4, 5, 1])
    ]
    spoken = ENCODER.reasons(text, "scope", "grant", most=9)
    assert "scope?" not in spoken
    for column, label in enumerate(LABELS):
        shares = {
            word: row[column] - sum(row) / 3
            for word, row in zip(text.split(), says[1:-1], strict=True)
        }
        ranked = sorted(shares, key=shares.__getitem__, reverse=True)
        assert ENCODER.reasons(text, None, label) == [w for w in ranked if shares[w] > 0]


def test_of_an_endless_message_only_what_was_read_speaks() -> None:
    """What stands behind that has no share in it."""
    spoken = ENCODER.reasons("stop " * MOST_PIECES + "not", None, "grant", most=100)
    assert "not" not in spoken


def test_in_another_order_it_says_nearly_the_same() -> None:
    """What is added in another order differs by a grain at most."""
    order = np.random.default_rng(5).permutation(WIDE)
    turned = replace(ENCODER, layers=tuple(_turned(layer, order) for layer in ENCODER.layers))
    for text in ("stop", "send me not", "stop send me not stop"):
        both = zip(ENCODER.scores(text).values(), turned.scores(text).values(), strict=True)
        assert all(abs(one - two) <= GRAIN for one, two in both)


def _turned(layer: Layer, order: NDArray[np.int64]) -> Layer:
    widens = Weighing(layer.widens.weight[:, order], layer.widens.bias[order])
    return layer._replace(
        widens=widens, narrows=layer.narrows._replace(weight=layer.narrows.weight[order])
    )


def _layers(**parts: Weighing | Norm) -> dict[str, Any]:
    first, *rest = ENCODER.layers
    return {"layers": (first._replace(**cast("Any", parts)), *rest)}


def _short(of: Weighing | Norm) -> Any:  # noqa: ANN401 - whatever it is of
    """Return a table with a row less."""
    return of._replace(weight=of.weight[:-1])


FIRST = ENCODER.layers[0]


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param({"places": ENCODER.places[:-1]}, id="too few places"),
        pytest.param({"places": ENCODER.places[:, :-1]}, id="narrow places"),
        pytest.param({"even": _short(ENCODER.even)}, id="even"),
        pytest.param({"says": _short(ENCODER.says)}, id="says"),
        pytest.param({"labels": LABELS[:-1]}, id="labels"),
        pytest.param(
            {"pieces": Pieces(ENCODER.pieces.scales[:, :0], ENCODER.pieces.figures[:, :0])},
            id="pieces",
        ),
        *(
            pytest.param(_layers(**{part: _short(getattr(FIRST, part))}), id=part)
            for part in ("looks", "tells", "looked", "widens", "narrows", "thought")
        ),
    ],
)
def test_tables_that_do_not_fit_are_refused(parts: dict[str, Any]) -> None:
    """Before anything is read with them."""
    with pytest.raises(ValueError, match="do not fit"):
        replace(ENCODER, **parts)
