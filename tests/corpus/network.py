"""Learning a network of word windows by stochastic descent (Adam).

Each word is the sum of its traits. Windows of three and of five words are weighed, and of each
kind of window the loudest counts; how loud it must be depends on the words together and on what
is known of the message as a whole. The same messages give the same network: the order is drawn
from a fixed seed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from consent.understanding.network import LARGE, MOST_FIGURES, SMALL
from consent.understanding.tokens import Token, traits_of
from tests.corpus.descent import likely

Floats = NDArray[np.float32]
Whole = NDArray[np.int64]

_BATCH = 64
#: What was met in fewer tokens, or in fewer messages, is not learnt from.
_RAREST_IN_WORDS, _RAREST_BESIDE = 5, 5
#: These shares are hidden at each look: of traits of a word, of traits of a message, of words, of
#: figures of a word and of what windows say. So nothing single is relied on. Of a word of few
#: traits none is hidden.
_HIDDEN, _ASIDE, _UNHEARD, _BLURRED, _UNSAID, _FEW = 0.25, 0.35, 0.08, 0.2, 0.3, 2
_PACE, _SLOWEST = 2e-3, 0.05
_FIRST, _SECOND, _LEAST = 0.9, 0.999, 1e-8
_BEFORE = LARGE // 2
_INNER = slice((LARGE - SMALL) // 2, (LARGE + SMALL) // 2)


@dataclass(frozen=True, slots=True)
class Lesson:
    """How a network is learnt."""

    #: So many labels, the first ones, exclude each other; the rest stand alone.
    one_of: int
    rounds: int
    #: Figures of a word; kinds of large windows, of small ones, and of those that see no word.
    width: int = MOST_FIGURES
    large: int = 64
    small: int = 96
    blind: int = 32

    @property
    def seeing(self) -> int:
        """How many kinds see words."""
        return self.large + self.small

    @property
    def kinds(self) -> int:
        """How many kinds there are."""
        return self.seeing + self.blind


class Table(NamedTuple):
    """Rows of traits in numbers."""

    names: tuple[str, ...]
    rows: tuple[Whole, ...]


class Heard(NamedTuple):
    """Messages as rows of words, words as rows of traits, and what stands beside them."""

    words: Table
    beside: Table
    messages: tuple[Whole, ...]


def heard(
    messages: Sequence[Sequence[Token]], beside: Sequence[Iterable[str]], *, rarest: int = 1
) -> Heard:
    """Return messages in numbers; `rarest` 0 keeps what was met once, too."""
    met = Counter(token for message in messages for token in message)
    counts: Counter[str] = Counter()
    for token, count in met.items():
        counts.update(dict.fromkeys(traits_of(token), count))
    places = {token: at for at, token in enumerate(sorted(met))}
    return Heard(
        _table(map(traits_of, places), counts, _RAREST_IN_WORDS * rarest),
        _table(beside, Counter(t for told in beside for t in set(told)), _RAREST_BESIDE * rarest),
        tuple(np.array([places[token] for token in message], np.int64) for message in messages),
    )


def _table(rows: Iterable[Iterable[str]], counts: Counter[str], rarest: int) -> Table:
    names = tuple(sorted(name for name, count in counts.items() if count >= rarest))
    index = {name: at for at, name in enumerate(names)}
    known = (sorted({index[t] for t in row if t in index}) for row in rows)
    return Table(names, tuple(np.array(row, np.int64) for row in known))


@dataclass(slots=True)
class Figures:
    """A table that is learnt, and how steep it was so far: Adam's two moments."""

    now: Floats
    _first: Floats = field(init=False)
    _second: Floats = field(init=False)

    def __post_init__(self) -> None:
        """Begin without any pace."""
        self._first, self._second = np.zeros_like(self.now), np.zeros_like(self.now)

    def step(self, slope: Floats, pace: float, rows: Whole | slice = slice(None)) -> None:
        """Go down a slope; of some rows alone, if they alone have one."""
        first = self._first[rows] * _FIRST + (1 - _FIRST) * slope
        second = self._second[rows] * _SECOND + (1 - _SECOND) * slope * slope
        self._first[rows], self._second[rows] = first, second
        self.now[rows] -= pace * first / (np.sqrt(second) + _LEAST)


class Taught(NamedTuple):
    """What a network is made of."""

    words: Figures
    #: By place in the window, figure of the word, and kind.
    windows: Figures
    #: What all words together add, and what stands beside them.
    together: Figures
    beside: Figures
    floors: Figures
    says: Figures
    bias: Figures
    #: Which kind of window sees which place.
    sees: Floats


def _untaught(known: Heard, labels: int, lesson: Lesson, draw: np.random.Generator) -> Taught:
    def even(shape: tuple[int, ...], fan: Floats | float) -> Figures:
        return Figures((draw.uniform(-1, 1, shape) / np.sqrt(fan)).astype(np.float32))

    def normal(rows: int, columns: int, spread: float) -> Figures:
        return Figures(draw.normal(0, spread, (rows, columns)).astype(np.float32))

    sees = np.zeros((LARGE, lesson.width, lesson.seeing), np.float32)
    sees[:, :, : lesson.large] = 1
    sees[_INNER, :, lesson.large :] = 1
    fan = sees.sum((0, 1))
    windows = even(sees.shape, fan)
    windows.now *= sees
    return Taught(
        words=normal(len(known.words.names), lesson.width, 0.1),
        windows=windows,
        together=even((lesson.width, lesson.kinds), lesson.width),
        beside=normal(len(known.beside.names), lesson.kinds, 0.05),
        floors=Figures(np.zeros(lesson.kinds, np.float32)),
        says=even((lesson.kinds, labels), lesson.kinds),
        bias=Figures(np.zeros(labels, np.float32)),
        sees=sees,
    )


def learn(known: Heard, wanted: Floats, lesson: Lesson, seed: int = 0) -> Taught:
    """Return what messages teach; a row of `wanted` is what is right for each label."""
    draw = np.random.default_rng(seed)
    net = _untaught(known, wanted.shape[1], lesson, draw)
    steps = 0
    for turn in range(lesson.rounds):
        pace = _PACE * max(_SLOWEST, 1 - turn / lesson.rounds)
        order = draw.permutation(len(known.messages))
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            steps += 1
            level = float(np.sqrt(1 - _SECOND**steps) / (1 - _FIRST**steps))
            look = _look(net, known, batch, draw)
            _corrected(net, look, wanted[batch], lesson, pace * level)
    return net


class _Sums(NamedTuple):
    """Rows added from a table: the traits that were shown, whose they are, and the sums."""

    traits: Whole
    whose: Whole
    sums: Floats


def _added(
    figures: Figures, rows: Sequence[Whole], hidden: float, few: int, draw: np.random.Generator
) -> _Sums:
    sizes = np.array([len(row) for row in rows])
    traits = np.concatenate(rows)
    whose = np.repeat(np.arange(len(rows)), sizes)
    shown = (draw.random(len(traits), np.float32) >= hidden) | (sizes[whose] <= few)
    traits, whose = traits[shown], whose[shown]
    sums = np.zeros((len(rows), figures.now.shape[1]), np.float32)
    if len(traits):
        present, first = np.unique(whose, return_index=True)
        sums[present] = np.add.reduceat(figures.now[traits], first)
    return _Sums(traits, whose, sums)


def _correct(figures: Figures, shown: _Sums, slopes: Floats, pace: float) -> None:
    """Correct the rows that were added, each by the slope of its sum."""
    if len(shown.traits):
        order = np.argsort(shown.traits, kind="stable")
        rows, first = np.unique(shown.traits[order], return_index=True)
        figures.step(np.add.reduceat(slopes[shown.whose[order]], first), pace, rows)


class _Look(NamedTuple):
    """Some messages, as they are shown once."""

    words: _Sums
    beside: _Sums
    #: Where each word stands; 0 is silence: before, behind, and what is not heard.
    places: Whole
    inside: NDArray[np.bool_]
    #: How clearly each figure is shown, and the figures.
    clear: Floats
    laid: Floats
    #: What is seen in the window at each place.
    views: Floats
    #: One by the root of how many words, and traits beside, each message has.
    share: Floats
    share_beside: Floats
    said: Floats


def _look(net: Taught, known: Heard, batch: Whole, draw: np.random.Generator) -> _Look:
    rows = [known.messages[at] for at in batch]
    sizes = np.array([len(row) for row in rows])
    tokens, inverse = np.unique(np.concatenate(rows), return_inverse=True)
    words = _added(net.words, [known.words.rows[at] for at in tokens], _HIDDEN, _FEW, draw)
    told = [known.beside.rows[at] for at in batch]
    beside = _added(net.beside, told, _ASIDE, 0, draw)
    places = np.zeros((len(rows), int(sizes.max()) + LARGE - 1), np.int64)
    inside = np.arange(int(sizes.max())) < sizes[:, None]
    places[:, _BEFORE:-_BEFORE][inside] = inverse + 1
    places[draw.random(places.shape, np.float32) < _UNHEARD] = 0
    silence = np.zeros((1, words.sums.shape[1]), np.float32)
    laid = np.concatenate([silence, words.sums])[places]
    clear = _dropped(laid.shape, _BLURRED, draw)
    laid *= clear
    seen = np.lib.stride_tricks.sliding_window_view(laid, LARGE, axis=1)
    views = np.ascontiguousarray(seen.transpose(0, 1, 3, 2)).reshape(inside.size, -1)
    return _Look(
        *(words, beside, places, inside, clear, laid, views),
        share=_root(sizes),
        share_beside=_root(np.array([len(row) for row in told])),
        said=_dropped((len(rows), net.says.now.shape[0]), _UNSAID, draw),
    )


def _dropped(shape: tuple[int, ...], share: float, draw: np.random.Generator) -> Floats:
    return ((draw.random(shape, np.float32) >= share) / np.float32(1 - share)).astype(np.float32)


def _root(sizes: Whole) -> Floats:
    return (1 / np.sqrt(np.maximum(sizes, 1)))[:, None].astype(np.float32)


def _corrected(net: Taught, look: _Look, wanted: Floats, lesson: Lesson, pace: float) -> None:
    """Correct the network by what it made of some messages."""
    shape = (*look.inside.shape, lesson.seeing)
    weights = net.windows.now.reshape(-1, lesson.seeing)
    loud = (look.views @ weights).reshape(shape)
    loud[~look.inside] = -np.inf
    best = loud.argmax(1)
    bag = look.laid.sum(1) * look.share
    total = net.floors.now + bag @ net.together.now + look.beside.sums * look.share_beside
    total[:, : lesson.seeing] += np.take_along_axis(loud, best[:, None], 1)[:, 0]
    spoken = np.maximum(total, 0) * look.said
    scores = spoken @ net.says.now + net.bias.now
    slope = (likely(scores, lesson.one_of) - wanted) / np.float32(len(wanted))
    back = (slope @ net.says.now.T) * look.said * (total > 0)
    spread = np.zeros_like(loud)
    np.put_along_axis(spread, best[:, None], back[:, None, : lesson.seeing], 1)
    spread = spread.reshape(-1, lesson.seeing)
    words = _to_words(look, spread @ weights.T, (back @ net.together.now.T) * look.share)
    _correct(net.words, look.words, words, pace)
    _correct(net.beside, look.beside, back * look.share_beside, pace)
    net.windows.step((look.views.T @ spread).reshape(net.sees.shape) * net.sees, pace)
    net.together.step(bag.T @ back, pace)
    net.floors.step(back.sum(0), pace)
    net.says.step(spoken.T @ slope, pace)
    net.bias.step(slope.sum(0), pace)


def _to_words(look: _Look, slopes: Floats, together: Floats) -> Floats:
    """Return the slope of each word: of all windows and places it was seen in."""
    laid = np.repeat(together[:, None], look.places.shape[1], 1)
    views = slopes.reshape(*look.inside.shape, LARGE, -1)
    for at in range(LARGE):
        laid[:, at : at + views.shape[1]] += views[:, :, at]
    laid *= look.clear
    found = np.zeros((len(look.words.sums) + 1, laid.shape[2]), np.float32)
    np.add.at(found, look.places.reshape(-1), laid.reshape(-1, laid.shape[2]))
    return found[1:]
