"""The command `consent export`; it imports what it needs, when it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.check_cli import CrmId, Whom


def export(  # noqa: PLR0913
    brand: Annotated[str, typer.Option(help="The brand: lmt or amigo.")],
    by: Annotated[str, typer.Option(help="Who makes the copy; the customer is told.")],
    reason: Annotated[str, typer.Option(help="What for; the customer is told.")],
    number: Whom = "",
    crm_id: CrmId = "",
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
    from app.export_command import Wanted, run_export  # noqa: PLC0415
    from app.whom import whom  # noqa: PLC0415

    wanted = Wanted(brand=brand, by=by, reason=reason, language=lang)
    for line in run_export(whom(number, crm_id), wanted, folder):
        typer.echo(line)
