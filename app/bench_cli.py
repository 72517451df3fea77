"""The command `consent bench`; it imports what it needs, when it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def bench(  # noqa: PLR0913
    only: Annotated[
        list[str] | None, typer.Option(help="Only this row; can be said several times.")
    ] = None,
    store: Annotated[
        str, typer.Option(help="sqlite, postgres, or a URL to make databases at; else both.")
    ] = "",
    rounds: Annotated[int | None, typer.Option(min=1, help="How often to measure each.")] = None,
    write: Annotated[Path | None, typer.Option(help="Write the report to this file.")] = None,
    *,
    quick: Annotated[bool, typer.Option("--quick", help="Three minutes, small stores.")] = False,
    full: Annotated[bool, typer.Option("--full", help="As long as it takes.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Exit status 1 if an aim is missed.")] = (
        False
    ),
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, a row a line.")] = False,
) -> None:
    """Measure how fast everything is, each beside its floor: a program that does the least.

    Floors are in the checkout (tests/bench/floors); without it they, and what is held against
    them, are left out, and the row says so. Everything is built in a folder of its own.

    Example:  consent bench --quick --only check --store sqlite
    """
    from app.bench_command import run_bench  # noqa: PLC0415
    from app.bench_plan import NAMES  # noqa: PLC0415
    from app.bench_scope import Size  # noqa: PLC0415

    unknown = [name for name in only or () if name not in NAMES]
    if unknown:
        raise typer.BadParameter(f"no row {unknown[0]}; there are {', '.join(NAMES)}")
    if quick and full:
        raise typer.BadParameter("either --quick or --full")
    size = Size.QUICK if quick else Size.FULL if full else Size.USUAL
    reached = run_bench(
        typer.echo,
        size=size,
        store=store,
        only=only or (),
        rounds=rounds,
        as_json=as_json,
        write=write,
    )
    raise typer.Exit(int(check and not reached))
