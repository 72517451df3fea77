"""Learning a network: it goes downhill, it is repeatable, and whole numbers say the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from consent.understanding.network import LARGE
from consent.understanding.tokens import Token
from tests.corpus import network
from tests.corpus.network import Figures, Floats, Heard, Lesson, Taught, Whole
from tests.corpus.whole_numbers import network_of

START, END = ("", "start"), ("", "end")
MESSAGES: list[list[Token]] = [
    [START, ("halt", "x"), ("the",), ("mail",), END],
    [START, ("keep",), ("mail",), END],
    [START, ("mail",), ("halt", "x"), ("the",), ("mail",), ("now",), END],
]
BESIDE = [["p", "q"], ["q"], ["p", "r"]]
WANTED = np.array([[1, 0, 0, 1, 0], [0, 1, 0, 0, 1], [0, 0, 1, 1, 1]], np.float32)
LABELS = ("one", "two", "three", "four", "five")
LESSON = Lesson(one_of=3, rounds=40, width=6, large=4, small=3, blind=2)
HIDING = ("_HIDDEN", "_ASIDE", "_UNHEARD", "_BLURRED", "_UNSAID")


@pytest.fixture
def known() -> Heard:
    """Return three messages of which nothing is too rare."""
    return network.heard(MESSAGES, BESIDE, rarest=0)


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide nothing: each look is the same."""
    for name in HIDING:
        monkeypatch.setattr(network, name, 0.0)


def _scores(net: Taught, known: Heard, at: int, lesson: Lesson = LESSON) -> NDArray[np.float64]:
    """Return what a network says of a message, window after window."""
    words = [net.words.now[known.words.rows[t]].sum(0) for t in known.messages[at]]
    beyond = [np.zeros(lesson.width)] * (LARGE // 2)
    row = [*beyond, *words, *beyond]
    windows = [
        sum(row[start + place] @ net.windows.now[place] for place in range(LARGE))
        for start in range(len(words))
    ]
    beside = net.beside.now[known.beside.rows[at]]
    together = sum(words) @ net.together.now / np.sqrt(len(words))
    total = net.floors.now + together + beside.sum(0) / np.sqrt(max(len(beside), 1))
    total[: lesson.seeing] += np.max(windows, 0)
    scores: NDArray[np.float64] = np.maximum(total, 0) @ net.says.now + net.bias.now
    return scores


def _loss(net: Taught, known: Heard) -> float:
    scores = np.array([_scores(net, known, at) for at in range(len(MESSAGES))])
    first, rest = scores[:, : LESSON.one_of], scores[:, LESSON.one_of :]
    wanted, alone = WANTED[:, : LESSON.one_of], WANTED[:, LESSON.one_of :]
    one = np.log(np.exp(first).sum(1)).sum() - (wanted * first).sum()
    many = (np.log1p(np.exp(rest)) - alone * rest).sum()
    return float(one + many) / len(MESSAGES)


def _slopes(net: Taught, known: Heard, monkeypatch: pytest.MonkeyPatch) -> dict[int, Floats]:
    """Return the slope of each table of figures, as learning takes it."""
    slopes: dict[int, Floats] = {}

    def step(
        figures: Figures, slope: Floats, _pace: float, rows: Whole | slice = slice(None)
    ) -> None:
        whole = np.zeros(figures.now.shape)
        whole[rows] = slope
        slopes[id(figures)] = whole.astype(np.float32)

    draw = np.random.default_rng(1)
    look = network._look(net, known, np.arange(len(MESSAGES)), draw)
    with monkeypatch.context() as context:
        context.setattr(Figures, "step", step)
        network._corrected(net, look, WANTED, LESSON, 1.0)
    return slopes


def _tables(net: Taught) -> Iterator[tuple[str, Figures]]:
    return ((n, f) for n, f in zip(net._fields, net, strict=True) if isinstance(f, Figures))


@pytest.mark.usefixtures("plain")
def test_it_goes_downhill(known: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each figure is corrected by how much the error grows with it."""
    draw = np.random.default_rng(0)
    net = network._untaught(known, len(LABELS), LESSON, draw)
    for name, figures in _tables(net):
        spread = draw.normal(0, 0.3, figures.now.shape)
        figures.now = (figures.now + spread * (net.sees if name == "windows" else 1)).astype(
            np.float64
        )
    slopes = _slopes(net, known, monkeypatch)
    for name, figures in _tables(net):
        for _ in range(20):
            at = tuple(draw.integers(0, size) for size in figures.now.shape)
            if name == "windows" and not net.sees[at]:
                continue
            was, around = figures.now[at], []
            for step in (1e-4, -1e-4):
                figures.now[at] = was + step
                around.append(_loss(net, known))
            figures.now[at] = was
            measured = (around[0] - around[1]) / 2e-4
            assert slopes[id(figures)][at] == pytest.approx(measured, abs=2e-3), name


def test_it_learns(known: Heard) -> None:
    """After some rounds each message is read as it is labelled, however much was hidden."""
    net = network.learn(known, WANTED, replace(LESSON, rounds=600))
    for at, wanted in enumerate(WANTED):
        scores = _scores(net, known, at)
        assert int(wanted[:3].argmax()) == int(scores[:3].argmax())
        assert wanted[3:].tolist() == (scores[3:] > 0).astype(float).tolist()


def test_learning_is_repeatable(known: Heard) -> None:
    """The same messages give the same figures."""
    one, two = (network.learn(known, WANTED, LESSON) for _ in range(2))
    for (name, first), (_, second) in zip(_tables(one), _tables(two), strict=True):
        assert np.array_equal(first.now, second.now), name


def test_small_windows_do_not_see_the_ends(known: Heard) -> None:
    """What was learnt of a small window says nothing of the first and the last of five words."""
    net = network.learn(known, WANTED, LESSON)
    ends = net.windows.now[[0, -1], :, LESSON.large :]
    assert not ends.any()
    assert net.windows.now[1:-1, :, LESSON.large :].all()


def test_whole_numbers_say_the_same(known: Heard) -> None:
    """What is shipped says what was learnt, but for rounding."""
    net = network.learn(known, WANTED, LESSON)
    shipped = network_of(net, known, LABELS, LESSON)
    for at, message in enumerate(MESSAGES):
        told = shipped.scores(message, BESIDE[at])
        assert list(told.values()) == pytest.approx(_scores(net, known, at).tolist(), abs=0.05)


def test_what_is_rare_is_not_learnt() -> None:
    """A trait that was met in one message alone is remembered by nobody."""
    often = [[START, ("halt",), END]] * 9
    known = network.heard([*often, [START, ("once",), END]], [["p"]] * 9 + [["once"]])
    assert "w=halt" in known.words.names
    assert "w=once" not in known.words.names
    assert ("p",) == known.beside.names
