"""`consent import` and the papers behind it, on the command line. Each imports what it needs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

#: Some rows were rejected.
_REJECTED = 3

Brand = Annotated[str, typer.Option(help="The brand: lmt or amigo.")]


def bring_in(
    file: Annotated[Path, typer.Argument(help="CSV or JSON Lines, in UTF-8.")],
    brand: Brand,
    rejected: Annotated[
        Path | None, typer.Option(help="Where rejected rows are listed; else beside the file.")
    ] = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Record nothing.")] = False,
) -> None:
    """Bring in decisions taken elsewhere; exit status 3 if rows were rejected.

    The same file again changes nothing; what was stopped goes on where it was.

    Example:  consent import crm.csv --brand lmt --dry-run
    """
    from app.import_command import run_import  # noqa: PLC0415

    clean, lines = run_import(file, brand=brand, dry_run=dry_run, rejected=rejected)
    for line in lines:
        typer.echo(line)
    raise typer.Exit(0 if clean else _REJECTED)


def register(  # noqa: PLR0913
    file: Annotated[Path, typer.Argument(help="The text as customers read it, in UTF-8.")],
    brand: Brand,
    purpose: Annotated[str, typer.Option(help="What it is about, like offers.")],
    language: Annotated[str, typer.Option(help="lv, ru or en.")],
    version: Annotated[str, typer.Option(help="Like 1.0; major as of our texts that say it.")],
    status: Annotated[str, typer.Option(help="approved or draft.")] = "approved",
) -> None:
    """Keep a text that customers were shown on paper, so that imported consents can name it.

    Example:  consent notice register form.txt --brand lmt --purpose offers --language lv
    --version 1.0
    """
    from app.notice_register import Paper, register_paper  # noqa: PLC0415

    paper = Paper(brand=brand, purpose=purpose, language=language, version=version, status=status)
    typer.echo(register_paper(file, paper))


def papers() -> None:
    """List the texts registered from paper: code, what they are, fingerprint."""
    from app.notice_register import list_papers  # noqa: PLC0415

    for line in list_papers():
        typer.echo(line)
