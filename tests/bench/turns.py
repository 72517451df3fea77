"""A B A B …: every side is driven in turn, round by round, and compared with the floor."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from app.bench_figures import Aim, Figure, Unit
from app.bench_scope import Pace
from tests.bench.meters import peak_memory
from tests.bench.sides import TOO_BUSY, Run, Side

Drive = Callable[[Side, float], Run]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Several sides, and what each of them did in each round."""

    sides: tuple[Side, ...]
    rounds: tuple[Mapping[str, Run], ...]

    def runs(self, name: str) -> list[Run]:
        """Return what one side did, round by round."""
        return [found[name] for found in self.rounds]

    def rates(self, name: str) -> tuple[float, ...]:
        """Return its answers a second, round by round."""
        return tuple(run.answers.rate for run in self.runs(name))


def compare(sides: Sequence[Side], drive: Drive, pace: Pace, warm: float = 0.5) -> Compared:
    """Drive each side once to warm it, and then all in turn."""
    for side in sides:
        drive(side, warm)
    rounds = [{side.name: drive(side, pace.seconds) for side in sides} for _ in range(pace.rounds)]
    return Compared(sides=tuple(sides), rounds=tuple(rounds))


def figure(row: str, found: Compared, *, floor: str, aim: Aim | None, note: str) -> Figure:
    """Return the product's answers a second beside those of a floor."""
    ours, theirs = found.runs("product"), found.runs(floor)
    by_name = {side.name: side for side in found.sides}
    shown = [_detail(by_name["product"], ours), _detail(by_name[floor], theirs)]
    busiest = max(run.answers.busy for run in (*ours, *theirs))
    callers = f"callers' own process {busiest:.0%} busy at most"
    if busiest > TOO_BUSY:
        callers += ": TOO BUSY, figures are lower bounds"
    others = statistics.median(run.others for run in (*ours, *theirs))
    return Figure(
        row=row,
        tries=found.rates("product"),
        unit=Unit.A_SECOND,
        floor=found.rates(floor),
        aim=aim,
        note=note,
        details=(*shown, f"{callers}; others and the database's own processes {others:.0%}"),
    )


def _detail(side: Side, runs: Sequence[Run]) -> str:
    def median(of: Callable[[Run], float]) -> float:
        return statistics.median(map(of, runs))

    half, high, top = (median(lambda run, n=n: run.answers.latencies[n]) for n in range(3))  # type: ignore[misc]
    flushes = median(lambda run: run.counted.flushes / run.answers.calls)
    return (
        f"{side.name}: {half:.1f} / {high:.1f} / {top:.1f} ms (50 / 95 / 99 %), "
        f"{median(lambda run: run.processor):.0f} µs of its processor an answer, "
        f"{median(lambda run: run.server_busy):.0%} busy, {flushes:.2f} disk flushes an answer, "
        f"peak {peak_memory(side.pid):.0f} MB"
    )
