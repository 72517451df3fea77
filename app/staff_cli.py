"""The commands `consent staff …`; each imports what it needs, when it runs."""

from __future__ import annotations

from typing import Annotated

import typer

_FAILED = 1

staff_app = typer.Typer(
    help="Who may look: accounts and roles for the pages under /marketing.", no_args_is_help=True
)

Login = Annotated[str, typer.Argument(help="Their login, like anna.kalna or an e-mail address.")]
Brand = Annotated[str, typer.Option(help="The brand: lmt or amigo.")]
Role = Annotated[str, typer.Option(help="marketing, care, privacy or admin.")]


@staff_app.command("add")
def staff_add(
    login: Login,
    brand: Brand,
    role: Annotated[
        list[str], typer.Option(help="marketing, care, privacy or admin; may be repeated.")
    ],
) -> None:
    """Make an account; print a one-time invitation word, good for 24 hours.

    Its owner logs in with it once at /marketing/login and chooses a password there.

    Example:  consent staff add anna --brand lmt --role admin --role marketing
    """
    from app.staff_commands import add_staff  # noqa: PLC0415

    for line in add_staff(login, brand=brand, roles=role):
        typer.echo(line)


@staff_app.command("list")
def staff_list() -> None:
    """List all accounts: their roles by brand, and whether they are good."""
    from app.staff_commands import list_staff  # noqa: PLC0415

    lines = list_staff()
    for line in lines or ["Nobody has an account. `consent staff add` makes the first."]:
        typer.echo(line)


@staff_app.command("grant")
def staff_grant(login: Login, brand: Brand, role: Role) -> None:
    """Give a role at a brand; it works with the next page they open.

    Example:  consent staff grant anna --brand amigo --role care
    """
    from app.staff_commands import change_role  # noqa: PLC0415

    changed = change_role(login, brand=brand, role=role, give=True)
    typer.echo("The role is given." if changed else "They have this role already.")


@staff_app.command("revoke")
def staff_revoke(login: Login, brand: Brand, role: Role) -> None:
    """Take a role at once; exit status 1 if there was none to take."""
    from app.staff_commands import change_role  # noqa: PLC0415

    changed = change_role(login, brand=brand, role=role, give=False)
    typer.echo("The role is taken." if changed else "They have no such role.")
    raise typer.Exit(0 if changed else _FAILED)


@staff_app.command("disable")
def staff_disable(login: Login) -> None:
    """Close an account and end its sessions at once; exit status 1 if it was closed already."""
    from app.staff_commands import disable_staff  # noqa: PLC0415

    changed = disable_staff(login)
    typer.echo("The account is closed." if changed else "The account was closed already.")
    raise typer.Exit(0 if changed else _FAILED)


@staff_app.command("reset")
def staff_reset(login: Login) -> None:
    """Print a new invitation; the old password, all sessions and any lock or closing end.

    Example:  consent staff reset anna
    """
    from app.staff_commands import reset_staff  # noqa: PLC0415

    for line in reset_staff(login):
        typer.echo(line)
