"""`consent bench`: how fast everything is, beside floors measured in the same run."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from app.bench_figures import Figure, Unit, show, spread
from app.bench_machine import Machine
from app.bench_plan import Entry, chosen, measured
from app.bench_report import report
from app.bench_scope import Scope, Size, scope_of

_COLUMNS = ("", "median", "floor", "ratio", "aim", "reached")


def run_bench(  # noqa: PLR0913
    say: Callable[[str], None],
    *,
    size: Size = Size.USUAL,
    store: str = "",
    only: Sequence[str] = (),
    rounds: int | None = None,
    as_json: bool = False,
    write: Path | None = None,
    entries: Sequence[Entry] | None = None,
) -> bool:
    """Measure, and say each figure once it is known; return whether every aim is reached.

    :param write: where to write the report; none: nowhere.
    :raises SettingBroken: there is no such store.
    """
    plan = chosen(only) if entries is None else tuple(entries)
    figures: list[Figure] = []
    with scope_of(size, store, rounds) as scope:
        machine = Machine(scope.folder)
        if not as_json:
            for line in (*machine.lines(), "", _line(_COLUMNS)):
                say(line)
        for figure in _measured(plan, scope):
            figures.append(figure)
            for line in (
                [json.dumps(figure.as_json(), ensure_ascii=False)] if as_json else (shown(figure))
            ):
                say(line)
        if write is not None:
            write.write_text("\n".join(report(figures, machine, scope)) + "\n", encoding="utf-8")
    return not any(figure.failed for figure in figures)


def _measured(plan: Iterable[Entry], scope: Scope) -> Iterable[Figure]:
    for entry in plan:
        yield from measured(entry, scope)


def shown(figure: Figure) -> list[str]:
    """Return a figure as lines of the table, what belongs to it below."""
    lines = [_line(cells(figure))]
    ranges = [spread(figure.tries, figure.unit), spread(figure.floor, figure.unit)]
    notes = [figure.note] if figure.note else []
    notes += [f"spread {ranges[0]}" + (f"; floor {ranges[1]}" if ranges[1] else "")] * bool(
        ranges[0]
    )
    return [*lines, *(f"    {note}" for note in (*notes, *figure.details))]


def cells(figure: Figure) -> tuple[str, ...]:
    """Return what stands in the columns of the table."""
    floor, ratio = figure.as_json()["floor"], figure.ratio
    return (
        figure.row,
        show(figure.value, figure.unit),
        show(floor, figure.unit) if floor is not None else "",
        show(ratio, Unit.TIMES) if ratio is not None else "",
        figure.aim.shown(figure.unit) if figure.aim else "",
        {None: "", True: "yes", False: "NO"}[figure.reached],
    )


def _line(row: Sequence[str]) -> str:
    widths = (40, 14, 14, 10, 16, 8)
    first, *others = zip(row, widths, strict=True)
    padded = [f"{first[0]:{first[1]}}", *(f"{cell:>{width}}" for cell, width in others)]
    return "".join(padded).rstrip()
