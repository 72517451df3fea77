"""What `consent bench` finds: figures, each beside its floor of the same rounds, and their aims.

A figure alone tells as much about the machine as about the program; its ratio to a floor that did
the same work in the same minute tells about the program.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

US, MS, SECOND, MB = 1e3, 1e6, 1e9, 1e6


class Unit(StrEnum):
    """What a figure counts."""

    NANOSECONDS = "ns"
    BYTES = "bytes"
    #: The only one of which more is better.
    A_SECOND = "a second"
    TIMES = "times"


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """What is to be reached: at most, or at least, so much of the figure or of its ratio."""

    most: float | None = None
    least: float | None = None
    #: Of the ratio to the floor; else of the figure.
    of_ratio: bool = False

    def is_reached(self, value: float) -> bool:
        """Say whether a figure, or a ratio, is good enough."""
        if self.most is not None:
            return value <= self.most
        return self.least is None or value >= self.least

    def shown(self, unit: Unit) -> str:
        """Return the aim as people read it."""
        sign, limit = ("≤", self.most) if self.most is not None else ("≥", self.least)
        return f"{sign} {limit or 0:g} × floor" if self.of_ratio else f"{sign} {show(limit, unit)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One row: what was measured in each round, and what the floor did in the same rounds."""

    row: str
    #: One a round; none: it could not be measured, and `note` says why.
    tries: tuple[float, ...] = ()
    unit: Unit = Unit.NANOSECONDS
    #: As many, each measured beside the try at its place.
    floor: tuple[float, ...] = ()
    aim: Aim | None = None
    note: str = ""
    #: It could not be measured, though it was asked for.
    broken: bool = False
    #: Lines that belong to it: processor time, latencies, who was busy.
    details: tuple[str, ...] = ()

    @property
    def value(self) -> float | None:
        """The median of the rounds."""
        return statistics.median(self.tries) if self.tries else None

    @property
    def ratios(self) -> list[float]:
        """Each round beside the floor of the same round, so that a slow minute counts for both."""
        if not self.tries or len(self.tries) != len(self.floor):
            return []
        return [one / least for one, least in zip(self.tries, self.floor, strict=True)]

    @property
    def ratio(self) -> float | None:
        """The median of the ratios; none without a floor."""
        return statistics.median(self.ratios) if self.ratios else None

    @property
    def reached(self) -> bool | None:
        """Whether the aim is; none without an aim or without what it is about."""
        value = self.ratio if self.aim and self.aim.of_ratio else self.value
        return None if self.aim is None or value is None else self.aim.is_reached(value)

    @property
    def failed(self) -> bool:
        """Whether there is an aim, and it was missed or not measured."""
        return self.broken or (self.aim is not None and not self.reached)

    def as_json(self) -> dict[str, Any]:
        """Return it as one JSON object."""
        floor = statistics.median(self.floor) if self.floor else None
        return {
            "row": self.row,
            "figure": self.value,
            "unit": self.unit.value,
            "tries": list(self.tries),
            "floor": floor,
            "floor_tries": list(self.floor),
            "ratio": None if self.ratio is None else round(self.ratio, 3),
            "aim": self.aim.shown(self.unit) if self.aim else None,
            "reached": self.reached,
            "note": self.note,
            "details": list(self.details),
        }


def show(value: float | None, unit: Unit) -> str:
    """Return a figure as people read it."""
    if value is None:
        return "not measured"
    if unit is Unit.BYTES:
        return f"{value / MB:.1f} MB"
    if unit is Unit.A_SECOND:
        return f"{value:,.0f} /s".replace(",", " ")
    if unit is Unit.TIMES:
        return f"{value:.2f} ×"
    for size, name in ((SECOND, "s"), (MS, "ms")):
        if value >= size:
            return f"{value / size:.2f} {name}"
    return f"{value / US:.1f} µs"


def spread(values: tuple[float, ...], unit: Unit) -> str:
    """Return the least and the most of several tries."""
    if len(values) <= 1:
        return ""
    return f"{show(min(values), unit)} – {show(max(values), unit)}"
