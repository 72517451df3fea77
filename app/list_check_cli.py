"""The command `consent check-list`; it imports what it needs, when it runs."""

from __future__ import annotations

import gc
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, NoReturn

import typer

_BROKEN = 1
#: So many new objects before anybody looks for garbage: a list makes millions and no cycles, and
#: the looking took a quarter of the time.
_OBJECTS = 200_000

_In = Annotated[Path | None, typer.Argument(metavar="IN", help="CSV, JSON Lines or Parquet.")]
_Out = Annotated[Path | None, typer.Option("-o", "--out", help="Where the allowed rows go.")]
_Brand = Annotated[str, typer.Option(help="The brand: lmt or amigo.")]
_Purposes = Annotated[
    list[str] | None, typer.Option(help="The purpose, like offers; all of several.")
]
_Channel = Annotated[str | None, typer.Option(help="email, sms or call.")]
_Topic = Annotated[str | None, typer.Option(help="A topic, like surveys.")]
_By = Annotated[str, typer.Option(help="Who asks; customers are told.")]
_Reason = Annotated[str, typer.Option(help="What for; customers are told.")]
_Blocked = Annotated[Path | None, typer.Option(help="Where these rows go, with our reason.")]
_Rejected = Annotated[Path | None, typer.Option(help="Where rows that mean nobody are listed.")]
_Summary = Annotated[
    Path | None, typer.Option(help="Where the signed summary goes, for the campaign.")
]
_WHICH = (
    "Whom a row means: a column, by name or number; klients=crm_id (=email, =number). "
    "Of several, the first that is not empty."
)
_Columns = Annotated[list[str] | None, typer.Option(help=_WHICH)]
_Hours = Annotated[int, typer.Option(min=1, max=168, help="How long it is good.")]
_Since = Annotated[
    str | None, typer.Option(help="A summary or check id: only what has changed since.")
]
_Verify = Annotated[
    Path | None, typer.Option(help="A summary to check, with --key; nothing else is done.")
]
_Key = Annotated[Path | None, typer.Option(help="The public key, in PEM.")]
_Json = Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")]


def check_list(  # noqa: PLR0913
    file: _In = None,
    out: _Out = None,
    brand: _Brand = "",
    purpose: _Purposes = None,
    channel: _Channel = None,
    topic: _Topic = None,
    by: _By = "",
    reason: _Reason = "",
    blocked: _Blocked = None,
    rejected: _Rejected = None,
    summary: _Summary = None,
    column: _Columns = None,
    valid_hours: _Hours = 24,
    since: _Since = None,
    verify: _Verify = None,
    key: _Key = None,
    *,
    as_json: _Json = False,
) -> None:
    """May we contact all of these? Allowed rows go to a new file; with --since, what has changed.

    Example:  consent check-list in.csv -o ok.csv --brand lmt --purpose offers --by CRM --reason ad
    """
    gc.set_threshold(_OBJECTS)
    from app.list_check_command import Said, run_check_list  # noqa: PLC0415
    from app.list_check_run import Targets  # noqa: PLC0415

    if verify is not None:
        _verify(verify, key)
    if file is None or out is None:
        raise typer.BadParameter("IN and -o OUT must be named")
    asked = {"channel": channel, "topic": topic, "since": since}
    said = Said(
        brand=brand,
        purposes=purpose or [],
        columns=tuple(column or ()),
        by=by,
        reason=reason,
        valid_hours=valid_hours,
        as_json=as_json,
        **asked,
    )
    targets = Targets(out=out, blocked=blocked, rejected=rejected, summary=summary)
    _show(run_check_list(file, said, targets))


def _show(lines: Iterable[str]) -> None:
    for line in lines:
        typer.echo(line)


def _verify(summary: Path, key: Path | None) -> NoReturn:
    from app.list_check_command import verify_summary  # noqa: PLC0415

    if key is None:
        raise typer.BadParameter("--verify needs --key")
    whole, lines = verify_summary(summary, key)
    _show(lines)
    raise typer.Exit(0 if whole else _BROKEN)
