"""The command `consent export`; it imports what it needs, when it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def export(  # noqa: PLR0913
    number: Annotated[str, typer.Argument(help="The phone number, like +37120000000.")],
    brand: Annotated[str, typer.Option(help="The brand: lmt or amigo.")],
    by: Annotated[str, typer.Option(help="Who makes the copy; the customer is told.")],
    reason: Annotated[str, typer.Option(help="What for; the customer is told.")],
    folder: Annotated[Path, typer.Option("-o", help="Where the files go.")] = Path(),
    lang: Annotated[
        str | None, typer.Option(help="lv, ru or en; else the customer's own.")
    ] = None,
) -> None:
    """Write a copy of everything on file about a customer: a page to read, and JSON.

    It is noted in the customer's read log before anything is written. The files can be read by
    you alone, and replace none.

    Example:  consent export +37120000000 --brand lmt --by "Privacy officer" --reason "GDPR 15"
    """
    from app.export_command import run_export  # noqa: PLC0415

    for line in run_export(
        number, brand=brand, by=by, reason=reason, folder=folder, language=lang
    ):
        typer.echo(line)
