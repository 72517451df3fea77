"""What a wish is about: numbers, names, channels, topics, "all", "all except …".

Order inside a message does not matter here ("3 stop", "stop 3"): every word is known, so
nothing can hide between them. What does not add up (an "and" at the end, an "except" of
nothing) gives no targets, and so no intent.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from consent.understanding.lexicon import Lexicon
from consent.understanding.message import Atom
from consent.understanding.parts import Part

_CODE_DIGITS = 2
#: The digits of a range told in words: "2 to 4".
_SPAN = "-"
_NAMED = (Part.PURPOSE, Part.CHANNEL, Part.TOPIC)
_FLAGS = (Part.ADVERTISING, Part.ALL, Part.REST, Part.NONE, Part.CONSENT)
_FILLERS = (Part.NUMBER, Part.ONLY, Part.OF, Part.TO)


class Targets(NamedTuple):
    """Everything a message names, sorted by kind."""

    #: Purposes named by a number on screen, and those named by name.
    numbered: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    flags: frozenset[Part] = frozenset()
    #: A number no purpose has.
    unknown: int | None = None
    #: A number of two digits that alone could be a code.
    code: str | None = None
    #: How many things were counted up ("all eight").
    counted: int = 0
    #: An "and" stands between some of them.
    joined: bool = False
    #: A name belongs to more than one purpose.
    unsure: bool = False
    signs: frozenset[str] = frozenset()
    #: What follows "except".
    exceptions: Targets | None = None

    @property
    def purposes(self) -> tuple[str, ...]:
        """All purposes, each once, in the order said."""
        return tuple(dict.fromkeys((*self.numbered, *self.named)))

    @property
    def narrow(self) -> bool:
        """Whether channels or topics are named."""
        return bool(self.channels or self.topics)

    @property
    def flag(self) -> Part | None:
        """The widest of the small words, if nothing is named beside it."""
        if self.numbered or self.named or self.narrow or self.unknown is not None:
            return None
        return next((p for p in _FLAGS if p in self.flags), None)

    @property
    def empty(self) -> bool:
        """Whether nothing at all is named."""
        return self.flag is None and not (self.purposes or self.narrow or self.unknown is not None)


def gather(atoms: tuple[Atom, ...], lexicon: Lexicon) -> Targets | None:
    """Return what these phrases name, or none if one of them names nothing."""
    split = next((n for n, a in enumerate(atoms) if Part.EXCEPT in a), None)
    if split is None:
        return _gather(_with_ranges(atoms), lexicon)
    wide, narrow = (
        _gather(_with_ranges(atoms[:split]), lexicon),
        gather(atoms[split + 1 :], lexicon),
    )
    if wide is None or narrow is None or narrow.exceptions or narrow.flags - {Part.CONSENT}:
        return None
    unknown = narrow.unknown if wide.unknown is None else wide.unknown
    return wide._replace(exceptions=narrow, unknown=unknown)


def _with_ranges(atoms: tuple[Atom, ...]) -> tuple[Atom, ...]:
    """Return the phrases, with one range made of "2 to 4", and of "second to fourth"."""
    merged: list[Atom] = []
    for atom in atoms:
        low = _ends(merged[-2]) if len(merged) > 1 and Part.TO in merged[-1] else None
        high = _ends(atom)
        if low and high:
            ends = (min(low[0], high[0]), max(low[1], high[1]))
            merged[-2:] = [atom._replace(senses={}, numbers=ends, digits=_SPAN)]
        else:
            merged.append(atom)
    return tuple(merged)


def hours(atoms: tuple[Atom, ...]) -> bool:
    """Say whether a channel and "2 to 5" behind it are all there is: those may be hours."""
    told = [atom for atom in _with_ranges(atoms) if _part(atom) not in {Part.OF, Part.NUMBER}]
    if len(told) != 2:  # noqa: PLR2004 - a channel and a range
        return False
    return Part.CHANNEL in told[0] and told[1].digits == _SPAN


def _gather(atoms: tuple[Atom, ...], lexicon: Lexicon) -> Targets | None:
    if atoms and (Part.AND in atoms[0] or Part.AND in atoms[-1]):
        return None
    names: dict[Part, list[str]] = {part: [] for part in _NAMED}
    numbered: list[str] = []
    flags: set[Part] = set()
    unknown: list[int] = []
    unsure = False
    for atom in atoms:
        part = _part(atom)
        if part is Part.COUNT:
            numbered += _numbered(atom, lexicon, unknown)
        elif part in names:
            unsure = unsure or (part is Part.PURPOSE and len(atom.values(part)) > 1)
            names[part] += atom.values(part)
        elif part in _FLAGS:
            flags.add(part)
        elif part is None:
            return None
    return Targets(
        numbered=tuple(dict.fromkeys(numbered)),
        named=tuple(dict.fromkeys(names[Part.PURPOSE])),
        channels=tuple(c for c in lexicon.channels if c in names[Part.CHANNEL]),
        topics=tuple(dict.fromkeys(names[Part.TOPIC])),
        flags=frozenset(flags),
        unknown=unknown[0] if unknown else None,
        code=_code(atoms),
        counted=_counted_up(atoms),
        joined=any(Part.AND in a for a in atoms),
        unsure=unsure,
        signs=frozenset(a.sign for a in atoms if a.sign),
    )


def _part(atom: Atom) -> Part | None:
    if atom.numbers:
        return Part.COUNT
    parts = (Part.COUNT, *_NAMED, *_FLAGS, Part.AND, *_FILLERS)
    return next((p for p in parts if p in atom), None)


def _numbered(atom: Atom, lexicon: Lexicon, unknown: list[int]) -> Iterable[str]:
    """Return the purposes with these numbers; note a number that none has."""
    low, high = _ends(atom) or (0, 0)
    missing = [n for n in (low, high) if n not in lexicon.purposes]
    if missing:
        unknown += missing
        return ()
    return [lexicon.purposes[n] for n in range(low, high + 1) if n in lexicon.purposes]


def _ends(atom: Atom) -> tuple[int, int] | None:
    """Return the first and last number of an atom, which may be a number in words; or none."""
    counted = [int(number) for number in atom.values(Part.COUNT)]
    return atom.numbers or ((counted[0], counted[0]) if counted else None)


def _numbers(atoms: tuple[Atom, ...]) -> list[Atom]:
    return [a for a in atoms if _part(a) is Part.COUNT]


def _code(atoms: tuple[Atom, ...]) -> str | None:
    """Return a code: one plain number of two digits from 10 on, with nothing but "code"."""
    numbers = _numbers(atoms)
    if len(numbers) != 1 or any(Part.NUMBER not in a for a in atoms if a is not numbers[0]):
        return None
    digits = numbers[0].digits
    plain = len(digits) == _CODE_DIGITS and digits.isdigit() and digits[0] != "0"
    return digits if plain and not numbers[0].sign else None


def _counted_up(atoms: tuple[Atom, ...]) -> int:
    """Return the one number said, if one was."""
    numbers = _numbers(atoms)
    low, high = (len(numbers) == 1 and _ends(numbers[0])) or (0, 1)
    return low if low == high else 0
