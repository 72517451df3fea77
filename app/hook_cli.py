"""The commands `consent hook …`; each imports what it needs, when it runs."""

from __future__ import annotations

from typing import Annotated

import typer

_FAILED = 1

hook_app = typer.Typer(
    help="Where other systems are told of decisions: add, list, remove.", no_args_is_help=True
)

HookId = Annotated[str, typer.Argument(help="Its id, as `consent hook list` shows it.")]


@hook_app.command("add")
def hook_add(
    url: Annotated[str, typer.Argument(help="https://…; http:// on this machine alone.")],
    brand: Annotated[str, typer.Option(help="The brand: lmt or amigo.")],
) -> None:
    """Tell a URL what a brand's customers decide from now on; print its id and its secret.

    The secret is shown this once. Messages are CloudEvents, signed as Standard Webhooks says.

    Example:  consent hook add https://crm.lmt.lv/consents --brand lmt
    """
    from app.hook_commands import add_hook  # noqa: PLC0415

    for line in add_hook(url, brand=brand):
        typer.echo(line)


@hook_app.command("list")
def hook_list() -> None:
    """List all hooks: how far each has been told, and what it has missed."""
    from app.hook_commands import list_hooks  # noqa: PLC0415

    for line in list_hooks():
        typer.echo(line)


@hook_app.command("remove")
def hook_remove(hook_id: HookId) -> None:
    """End a hook at once; exit status 1 if there is none of this id."""
    from app.hook_commands import remove_hook  # noqa: PLC0415

    ended = remove_hook(hook_id)
    typer.echo("The hook is removed." if ended else "There is no such hook to remove.")
    raise typer.Exit(0 if ended else _FAILED)


@hook_app.command("redeliver")
def hook_redeliver(
    hook_id: HookId,
    start: Annotated[
        int | None, typer.Option("--from", help="A position; else the first it has missed.")
    ] = None,
) -> None:
    """Tell a hook again, in order, all since a position; exit status 1 if there is nothing."""
    from app.hook_commands import redeliver  # noqa: PLC0415

    found = redeliver(hook_id, start)
    nothing = "There is no such hook, or it has missed nothing."
    typer.echo(f"Telling it again from {found} on." if found else nothing)
    raise typer.Exit(0 if found else _FAILED)
