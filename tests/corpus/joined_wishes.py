"""Two examples of one wish each, put into one message: both wishes are wanted.

Nobody has to write them, and no two wishes always come together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

from consent.catalogue import Catalogue
from consent.understanding.labels import MARKETING
from tests.corpus.examples import Example

#: So many are tried of the examples of each language; nine of ten fit each other.
_TRIED = 5000
_MOST_WORDS = 14
#: What stands between two wishes; the last only where one ends something and the other does not.
_JOINTS = {
    "lv": (". ", ". ", ". ", "\n", ", ", "; ", " un ", ", un ", ", bet "),
    "ru": (". ", ". ", ". ", "\n", ", ", "; ", " и ", ", и ", ", а "),
    "en": (". ", ". ", ". ", "\n", ", ", "; ", " and ", ", and ", ", but "),
}
_STOPS = ".!;,… "
_WISHES = (MARKETING, "withdraw", "grant")


def with_joined(
    examples: Sequence[Example], catalogue: Catalogue, tried: int = _TRIED
) -> list[Example]:
    """Return all examples, and some of them joined in twos; the same ones each time."""
    wishes: defaultdict[str, list[Example]] = defaultdict(list)
    for example in examples:
        if _is_one_wish(example):
            wishes[example.language].append(example)
    joiner = _Joiner(
        consents=frozenset(p.id for p in catalogue.purposes),
        contacting=frozenset(p.id for p in catalogue.contacting),
        draw=Random(0),  # noqa: S311 - nothing is kept secret
    )
    return [*examples, *(one for found in wishes.values() for one in joiner.joined(found, tried))]


def _is_one_wish(example: Example) -> bool:
    if example.question or example.label not in _WISHES or "?" in example.text:
        return False
    things = len(example.off | example.on)
    is_one = things == (0 if example.label == MARKETING else 1)
    return is_one and len(example.text.split()) <= _MOST_WORDS


@dataclass(frozen=True, slots=True, kw_only=True)
class _Joiner:
    """Joins wishes that are about different things."""

    consents: frozenset[str]
    contacting: frozenset[str]
    draw: Random

    def joined(self, wishes: Sequence[Example], tried: int) -> Iterator[Example]:
        for _ in range(tried):
            one, two = self.draw.choice(wishes), self.draw.choice(wishes)
            if self._fit(one, two):
                yield self._both(one, two)

    def _fit(self, one: Example, two: Example) -> bool:
        """Say whether neither of two wishes is a part of the other."""
        things = [example.off | example.on for example in (one, two)]
        both = things[0] | things[1]
        if MARKETING in (one.label, two.label):
            return bool(one.off | two.off) and both <= self.consents - self.contacting
        if both <= self.consents:
            return not things[0] & things[1]
        # Offers beside a channel may be one wish.
        return not things[0] & things[1] and not both & self.contacting

    def _both(self, one: Example, two: Example) -> Example:
        """Return both as one message, the wider one its label."""
        joints = _JOINTS[one.language]
        joint = self.draw.choice(joints if bool(one.on) != bool(two.on) else joints[:-1])
        after = two.text if joint[0] in ".\n" else two.text[:1].lower() + two.text[1:]
        return replace(
            one,
            text=f"{one.text.rstrip(_STOPS)}{joint}{after}",
            label=min(one.label, two.label, key=_WISHES.index),
            off=one.off | two.off,
            on=one.on | two.on,
            spoken_of=frozenset(),
        )
