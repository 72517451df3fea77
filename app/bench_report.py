"""`BENCHMARKS.md`: the figures of a run, with all that is needed to repeat it."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence

from app.bench_figures import Figure, Unit, show, spread
from app.bench_machine import Machine
from app.bench_scope import Scope

_COLUMNS = ("measure", "median", "spread", "floor", "ratio", "aim", "reached")


def report(figures: Sequence[Figure], machine: Machine, scope: Scope) -> Iterator[str]:
    """Yield the report line by line."""
    pace = scope.pace
    yield "# Benchmarks"
    yield ""
    yield (
        f"Written by `consent bench --{scope.size.value}`: {pace.rounds} rounds, each side driven "
        f"for {pace.seconds:g} s in each, one after the other. The ratio is the median of the "
        "rounds' own ratios. Floors are the programs in `tests/bench/floors/`."
    )
    yield ""
    yield from (f"- {line}" for line in machine.lines())
    yield (
        f"- others used {machine.others():.0%} of one core meanwhile, "
        "the PostgreSQL server of this run among them"
    )
    yield ""
    yield _row(_COLUMNS)
    yield _row(["---"] + ["---:"] * 5 + ["---"])
    yield from (_row(_cells(figure)) for figure in figures)
    yield ""
    for figure in figures:
        notes = [note for note in (figure.note, *figure.details) if note]
        if notes:
            yield f"**{figure.row}**"
            yield ""
            yield from (f"- {note}" for note in notes)
            yield ""


def _cells(figure: Figure) -> Sequence[str]:
    floor = show(statistics.median(figure.floor), figure.unit) if figure.floor else "–"
    return (
        figure.row,
        show(figure.value, figure.unit),
        spread(figure.tries, figure.unit) or "–",
        floor,
        show(figure.ratio, Unit.TIMES) if figure.ratio is not None else "–",
        figure.aim.shown(figure.unit) if figure.aim else "–",
        {None: "–", True: "yes", False: "**no**"}[figure.reached],
    )


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
