"""A small network that reads words in the order they stand in.

Every word is a row of figures, the sum of what was learnt of its traits. Windows of five and of
three words are weighed, each in many ways. Of each way the loudest window counts, if it rises
above a floor that depends on all words together and on what is known of the message as a whole;
what is heard speaks for labels. All of it but the last sum is whole numbers, so a reading is the
same on every machine.

Fields of four bytes stand side by side in long integers, so that one multiplication
weighs a figure in all ways, and one addition adds all fields.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import accumulate, chain, compress, pairwise, repeat
from operator import add, mul
from typing import NamedTuple

from consent.understanding.rows import BITS, BYTES, FULL, ZERO, Fields, Rows, repeated
from consent.understanding.tokens import SILENCE, Token, traits_of

#: Windows see so many words.
LARGE, SMALL = 5, 3
#: A word is so many figures; so much at most each adds to a window, and a way says for a label.
#: With the most traits that a word and its marks can have, all of it stays within its field.
MOST_FIGURES, MOST_ADDED, MOST_SAID = 48, 220, 511
#: A word has seventy-one traits of its own at most, and so many marks beside.
_MOST_MARKS = 25
#: So many ways can all speak for one label without leaving its field.
_MOST_WAYS = 192
#: All words together are as loud as this at most, and a way is heard no louder.
_LOUDEST_TOGETHER, _LOUDEST = 12_000, 10_000
#: What is heard is told in so much coarser a measure.
COARSER = 7
#: So many words met lately are kept with what they add: three kilobytes each.
MOST_MET = 6_000
#: What five words add leaves the topmost bit of a field free, and so does what all words add
#: together, or all ways say; the figures of a word are smaller.
NARROW, _FIGURES = Fields(1 << 27), Fields(1 << 14)


class Added(NamedTuple):
    """What a word adds to windows, by where it stands in them, and to all words together."""

    places: tuple[int, ...]
    figures: int
    #: No figure is further from nothing than the first; they add the second to all words
    #: together, unless those are too loud.
    loudest: int
    together: int


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Network:
    """What was learnt of words in their order, frozen.

    Its ways are those of large windows first, then those of small ones, then those that see no
    word but the message as a whole alone.
    """

    labels: tuple[str, ...]
    bias: tuple[float, ...]
    #: What one unit of what is said stands for.
    unit: float
    #: The figures of traits of words; what each figure adds to windows, place after place, and
    #: to all words together.
    words: Rows
    adds: tuple[int, ...]
    together: tuple[int, ...]
    #: What is added to the loudest window: always, and by traits of the message.
    floors: tuple[int, ...]
    beside: Rows
    #: What one unit beside stands for, in units of windows.
    ratio: float
    #: What each way says for all labels.
    says: tuple[int, ...]
    large: int
    small: int
    #: What words met lately add, with their marks; and what words and marks add by themselves.
    met: dict[Token, Added] = field(init=False, default_factory=dict)
    learnt: dict[Token, Added] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Make sure that the figures belong together.

        :raises ValueError: they do not.
        """
        fits = (
            len(self.labels) == len(self.bias),
            self.words.width == len(self.adds) == len(self.together),
            self.beside.width == len(self.floors) == len(self.says),
            0 < self.large + self.small <= len(self.floors) <= _MOST_WAYS,
        )
        if not all(fits):
            raise ValueError("the figures of the network do not fit")

    def scores(self, tokens: Sequence[Token], beside: Iterable[str]) -> dict[str, float]:
        """Return the logarithmic odds of every label; unknown traits say nothing."""
        count = len(self.labels)
        heard = self._heard(self._added(tokens), beside)
        spoken = map(mul, compress(heard, heard), compress(self.says, heard))
        said = FULL.read(sum(spoken, FULL.lifted(count)), count)
        pairs = zip(self.labels, said, self.bias, strict=True)
        return {name: (got - FULL.lift) * self.unit + bias for name, got, bias in pairs}

    def reasons(
        self, tokens: Sequence[Token], beside: Iterable[str], label: str, most: int = 5
    ) -> list[str]:
        """Return the words that speak for a label most strongly, the strongest first."""
        added = self._added(tokens)
        count, column = self.large + self.small, self.labels.index(label)
        windows = [NARROW.read(window, count) for window in self._windows(added)]
        heard = self._heard(added, beside)[:count]
        speaks = [0] * len(tokens)
        for way, (loud, says) in enumerate(zip(heard, self.says, strict=False)):
            if loud:
                said = FULL.read(says + FULL.lifted(len(self.labels)), len(self.labels))
                loudness = [window[way] for window in windows]
                speaks[loudness.index(max(loudness))] += loud * (said[column] - FULL.lift)
        ranked = sorted(range(len(tokens)), key=lambda at: -speaks[at])
        return [_phrase(tokens, at) for at in ranked[:most] if speaks[at] > 0]

    def _heard(self, added: Sequence[Added], beside: Iterable[str]) -> list[int]:
        """Return how far each way rises above its floor; not at all if it does not."""
        floors = self._floors(added, beside)
        loudest = NARROW.read(reduce(_louder, self._windows(added)), self.large + self.small)
        loud = map(add, chain(loudest, repeat(0)), floors)
        heard = [int(rise) >> COARSER if rise > 0 else 0 for rise in loud]
        return heard if max(heard) < _LOUDEST else [min(rise, _LOUDEST) for rise in heard]

    def _floors(self, added: Sequence[Added], beside: Iterable[str]) -> list[float]:
        """Return what is added to the loudest windows."""
        count = len(self.floors)
        summed = FULL.read(self._together(added) + FULL.lifted(count), count)
        places = self.beside.found(beside)
        share, ratio = 1 / math.sqrt(len(added)), self.ratio / math.sqrt(len(places) or 1)
        nothing = FULL.lift * share + ZERO * len(places) * ratio
        told = zip(self.floors, summed, self.beside.added(places), strict=True)
        return [floor + (got * share + aside * ratio - nothing) for floor, got, aside in told]

    def _together(self, added: Sequence[Added]) -> int:
        """Return what all words add together."""
        if sum(one.loudest for one in added) <= _LOUDEST_TOGETHER:
            return sum(one.together for one in added)
        silent, most = len(added) * _FIGURES.lift, _LOUDEST_TOGETHER
        words = _FIGURES.read(sum(one.figures for one in added), len(self.together))
        figures = [max(-most, min(most, got - silent)) for got in words]
        return sum(map(mul, figures, self.together))

    def _windows(self, added: Sequence[Added]) -> Iterator[int]:
        """Yield how loud each way is at each word."""
        silence = (self._added((SILENCE,))[0].places,) * (LARGE // 2)
        row = (*silence, *(one.places for one in added), *silence)
        shifted = (row[at:] for at in range(LARGE))
        for one, two, three, four, five in zip(*shifted, strict=False):
            yield one[0] + two[1] + three[2] + four[3] + five[4]

    def _added(self, tokens: Iterable[Token]) -> list[Added]:
        known = self.met.get
        return [known(token) or self._added_by(token) for token in tokens]

    def _added_by(self, token: Token) -> Added:
        """Return what a word and its marks add, and keep it: words come again and again."""
        word, *marks = token
        added = self._learnt((word,))
        nothing = self._learnt(SILENCE)
        for mark in marks[:_MOST_MARKS]:
            more = self._learnt(("", mark))
            both = zip(added.places, more.places, nothing.places, strict=True)
            places = tuple([one + two - none for one, two, none in both])
            figures, loudest, together = (
                one + two for one, two in zip(added[1:], more[1:], strict=True)
            )
            added = Added(places, figures - nothing.figures, loudest, together)
        if len(self.met) >= MOST_MET:
            self.met.clear()
        self.met[token] = added
        return added

    def _learnt(self, token: Token) -> Added:
        """Return what a word or a mark adds by itself, lifted, and keep it."""
        known = self.learnt.get(token)
        if known is not None:
            return known
        if len(self.learnt) >= MOST_MET:
            self.learnt.clear()
        places = self.words.found(traits_of(token))
        zero = ZERO * len(places)
        figures = [got - zero for got in self.words.added(places)]
        lifted = _FIGURES.lifted(len(figures)) + _FIGURES.packed(figures)
        loudest, together = max(map(abs, figures)), sum(map(mul, figures, self.together))
        added = Added(self._parts(figures), lifted, loudest, together)
        self.learnt[token] = added
        return added

    def _parts(self, figures: Sequence[int]) -> tuple[int, ...]:
        """Return what figures add to windows, place after place."""
        both = self.large + self.small
        ends = (self.large, *(both,) * SMALL, self.large)
        summed = sum(map(mul, figures, self.adds), NARROW.lifted(sum(ends)))
        packed = summed.to_bytes(BYTES * sum(ends), "little")
        cuts = pairwise(accumulate((BYTES * end for end in ends), initial=0))
        return tuple(int.from_bytes(packed[start:end], "little") for start, end in cuts)


def _louder(one: int, two: int) -> int:
    """Return the larger of each two fields; the topmost bit of each is free."""
    tops = repeated(1 << (BITS - 1), (one | two).bit_length() // BITS + 1)
    first = ((one | tops) - two) & tops
    mask = first - (first >> (BITS - 1))
    return two ^ ((one ^ two) & mask)


def _phrase(tokens: Sequence[Token], at: int) -> str:
    """Return the words of the small window around a place."""
    return " ".join(word for word, *_ in tokens[max(0, at - 1) : at + 2] if word)
