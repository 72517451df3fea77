"""`consent proof …` and `consent verify` on the command line. Each imports what it needs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from consent.errors import ConsentError

_BROKEN = 1

proof_app = typer.Typer(
    help="Signed proofs of all decisions, to be checked by anybody.", no_args_is_help=True
)

Proof = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The proof.")]
Key = Annotated[
    Path,
    typer.Option(exists=True, dir_okay=False, help="The public key in PEM; several in a row do."),
]
Since = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, help="An earlier proof that must still stand."),
]


@proof_app.command("export")
def proof_export(
    file: Annotated[Path, typer.Argument(help="The file to write; there must be none yet.")],
    brand: Annotated[
        list[str] | None, typer.Option(help="Only this brand's decisions; may be repeated.")
    ] = None,
    since: Since = None,
) -> None:
    """Write every decision with a signature, and read it back; exit status 1 if one is broken.

    Example:  consent proof export /mnt/notary/2026-11-22.jsonl
    """
    from app.proof_commands import run_export  # noqa: PLC0415

    _say(*run_export(file, brands=brand or (), since=since))


@proof_app.command("key")
def proof_key() -> None:
    """Print the public key; give it away before it is needed.

    Example:  consent proof key > public.pem
    """
    from app.proof_commands import public_key  # noqa: PLC0415

    typer.echo(public_key(), nl=False)


def verify(file: Proof, key: Key, since: Since = None) -> None:
    """Check a proof with the public key alone; exit status 0 whole, 1 broken, 2 no such file.

    Names every decision that was changed, removed, added or moved. Needs neither the store nor
    its settings.

    Example:  consent verify 2026-11-22.jsonl --key public.pem --since 2026-10-22.jsonl
    """
    from app.verify_command import run_verify  # noqa: PLC0415

    try:
        found = run_verify(file, key=key, since=since)
    except ConsentError as fault:
        raise typer.BadParameter(str(fault)) from fault
    _say(*found)


def _say(whole: bool, lines: list[str]) -> None:  # noqa: FBT001
    for line in lines:
        typer.echo(line)
    raise typer.Exit(0 if whole else _BROKEN)
