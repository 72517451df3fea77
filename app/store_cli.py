"""Keeping the store: `forget`, `migrate`, `backup`, `export-standings`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from app.check_cli import CrmId, Whom

Brand = Annotated[str, typer.Option(help="The brand: lmt or amigo.")]


class Format(StrEnum):
    """How standings are written."""

    CSV = "csv"
    JSONL = "jsonl"


def forget(  # noqa: PLR0913
    number: Whom = "",
    crm_id: CrmId = "",
    brand: Annotated[str | None, typer.Option(help="The brand: lmt or amigo.")] = None,
    reason: Annotated[
        str | None, typer.Option(help="Who decided it and why, without a name.")
    ] = None,
    listed: Annotated[
        Path | None, typer.Option("--list", help="Write who was forgotten, for --reapply.")
    ] = None,
    reapply: Annotated[
        Path | None, typer.Option(help="Forget again all of a list, after a restored backup.")
    ] = None,
) -> None:
    """Forget a person: key, addresses, words and conversations go; every "no" stays.

    Refused while a case of theirs is open. It cannot be taken back. The list names nobody: keep
    it apart from the backups, and reapply it before a restored store is served.

    Example:  consent forget +37120000000 --brand lmt --reason "Request of 3 March, DPO"
    """
    if listed is not None or reapply is not None:
        _one_thing(number or None, crm_id or None, brand, reason, listed and reapply)
        typer.echo(_with_list(listed, reapply))
        return
    if not (number or crm_id) or brand is None or reason is None:
        raise typer.BadParameter("NUMBER, --brand and --reason are needed, or --list or --reapply")
    from app.forget_command import run_forget  # noqa: PLC0415
    from app.whom import whom  # noqa: PLC0415

    typer.echo(run_forget(whom(number, crm_id), brand=brand, reason=reason))


def _one_thing(*others: object) -> None:
    if any(other is not None for other in others):
        raise typer.BadParameter("--list and --reapply stand alone")


def _with_list(listed: Path | None, reapply: Path | None) -> str:
    from app.forgotten_list import reapply_list, write_list  # noqa: PLC0415

    if reapply is not None:
        return reapply_list(reapply)
    return write_list(listed) if listed is not None else ""


def migrate(
    step: Annotated[
        str | None, typer.Option("--to", help="Another step, like 0003; else the newest.")
    ] = None,
) -> None:
    """Make the store, or bring it to the shape this version writes.

    Back with --to: decisions stay as they are; refused where something would be lost that must
    be kept. Stop all servers and make a backup before.

    Example:  consent migrate --to 0003
    """
    from app.migrate_command import run_migrate  # noqa: PLC0415

    for line in run_migrate(step):
        typer.echo(line)


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write; there must be none yet.")],
) -> None:
    """Copy an SQLite store while servers write: all that was answered before it began is in it.

    The root key is not in it. To restore: stop all servers; move the old store away, with what
    lies beside it (-wal, -shm); put the copy in its place; `consent forget --reapply LIST`.

    Example:  consent backup /mnt/backups/2026-11-22.db
    """
    from app.backup_command import run_backup  # noqa: PLC0415

    for line in run_backup(file):
        typer.echo(line)


def export_standings(  # noqa: PLR0913
    brand: Brand,
    by: Annotated[str, typer.Option(help="Who wants it: customers can read it.")],
    reason: Annotated[str, typer.Option(help="What for: customers can read it.")],
    file: Annotated[
        Path | None, typer.Option("--output", "-o", help="A new file; else standard output.")
    ] = None,
    shape: Annotated[Format, typer.Option("--format", help="csv or jsonl.")] = Format.CSV,
    changed_since: Annotated[
        str | None, typer.Option(help="Only who stands otherwise since then: 2026-11-22.")
    ] = None,
) -> None:
    """Write how all customers of a brand stand, one row a customer, for a CRM.

    Noted in every customer's read log. A copy grows old: pauses end and consents run out by
    themselves, so take it anew, or follow the change feed.

    Example:  consent export-standings --brand lmt -o lmt.csv --by "CRM" --reason "monthly sync"
    """
    from app.standings_export import Wanted, run_export  # noqa: PLC0415

    wanted = Wanted(
        brand=brand, by=by, reason=reason, shape=shape.value, changed_since=changed_since
    )
    summary = run_export(wanted, file)
    typer.echo(summary, err=file is None)
