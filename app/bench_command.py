"""`consent bench`: how long understanding takes, beside a floor measured in the same run.

A time alone tells as much about the machine as about the program; its ratio to a fixed piece of
plain Python tells about the program.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from app.bench_rows import LIMITS, MB, MS, ROWS, US, Figure, Row, Subject, measure_floor
from locales import ROOT
from locales.catalogue_source import load_catalogue
from locales.lexicon import load_lexicon

_COLUMNS = ("", "median", "× floor", "limit", "", "")


def run_bench(  # noqa: PLR0913
    *,
    repeats: int,
    check: bool = False,
    as_json: bool = False,
    limits: Mapping[str, float] = LIMITS,
    rows: Sequence[Row] = ROWS,
    root: Path = ROOT,
) -> tuple[int, list[str]]:
    """Return the exit status and the lines to print.

    The status is 1 if a `check` was asked for and something is over its limit, or has a limit and
    could not be measured; else it is 0, however slow everything is.
    """
    catalogue = load_catalogue(root)
    subject = Subject(
        root=root,
        languages=tuple(catalogue.languages),
        lexicon=load_lexicon(root, catalogue),
        repeats=repeats,
    )
    floor = measure_floor(repeats)
    measured = (figure for row in rows for figure in row(subject))
    figures = [Figure(row="floor", value=floor), *measured]
    lines = [_line(f, f.floor or floor, limits.get(f.row)) for f in figures]
    failed = check and any(line["over"] for line in lines)
    printed = [json.dumps(line, ensure_ascii=False) for line in lines]
    return int(failed), printed if as_json else _table(lines)


def _line(figure: Figure, floor: float, limit: float | None) -> dict[str, Any]:
    value = figure.value
    return {
        "row": figure.row,
        "figure": value,
        "unit": figure.unit,
        "ratio": None if value is None else round(value / floor, 2),
        "limit": limit,
        "over": limit is not None and (value is None or value > limit),
        "note": figure.note,
    }


def _table(lines: Sequence[Mapping[str, Any]]) -> list[str]:
    rows = [_COLUMNS, *map(_cells, lines)]
    return [f"{r[0]:16}{r[1]:>12}{r[2]:>12}{r[3]:>12}  {r[4]:6}{r[5]}".rstrip() for r in rows]


def _cells(line: Mapping[str, Any]) -> tuple[str, ...]:
    measured, limit = line["figure"] is not None, line["limit"]
    return (
        line["row"],
        _shown(line["figure"], line["unit"]) if measured else "not measured",
        f"{line['ratio']:,.1f}" if measured else "",
        "" if limit is None else _shown(limit, line["unit"]),
        "over" if measured and line["over"] else "",
        line["note"],
    )


def _shown(value: float, unit: str) -> str:
    if unit == "bytes":
        return f"{value / MB:.1f} MB"
    return f"{value / MS:.2f} ms" if value >= MS else f"{value / US:.1f} µs"
