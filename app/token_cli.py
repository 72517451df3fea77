"""The commands `consent token …`; each imports what it needs, when it runs."""

from __future__ import annotations

from typing import Annotated

import typer

from consent.access import TokenScope

_FAILED = 1

token_app = typer.Typer(
    help="Ways in for other systems: make, list, rotate and revoke them.", no_args_is_help=True
)

Brand = Annotated[str, typer.Option(help="The brand: lmt or amigo.")]
TokenId = Annotated[str, typer.Argument(help="The id that `consent token list` shows.")]


@token_app.command("add")
def token_add(
    holder: Annotated[str, typer.Argument(help="Whose it is, like 'campaign tool'.")],
    brand: Brand,
    scope: Annotated[
        list[str],
        typer.Option(help=f"What it opens: {', '.join(TokenScope)}; may be repeated."),
    ],
    days: Annotated[int, typer.Option(min=1, max=366, help="How long it is good.")] = 90,
) -> None:
    """Make a token and print it: this once, the store keeps its hash alone.

    Example:  consent token add "campaign tool" --brand lmt --scope texts
    """
    from app.token_commands import add_token  # noqa: PLC0415

    typer.echo(add_token(brand=brand, holder=holder, scopes=scope, days=days))


@token_app.command("list")
def token_list() -> None:
    """List all tokens: whose, for what, until when, last used, and which replaces which."""
    from app.token_commands import list_tokens  # noqa: PLC0415

    for line in list_tokens():
        typer.echo(line)


@token_app.command("rotate")
def token_rotate(
    token_id: TokenId,
    grace: Annotated[
        str, typer.Option(help="How long the old one still works: 90m, 24h, 7d; 0: no more.")
    ] = "24h",
) -> None:
    """Replace a token by a new one for the same: same name, brand, scopes and life.

    Prints the new secret, this once; what else there is to say goes to standard error. Until the
    grace ends both work.

    Example:  consent token rotate 01a2026c-a308-7395-b01d-1ada3c025953 --grace 24h
    """
    from app.token_commands import rotate_token  # noqa: PLC0415

    secret, *rest = rotate_token(token_id, grace=grace)
    typer.echo(secret)
    for line in rest:
        typer.echo(line, err=True)


@token_app.command("revoke")
def token_revoke(token_id: TokenId) -> None:
    """End a token at once; exit status 1 if there is no such good token."""
    from app.token_commands import revoke_token  # noqa: PLC0415

    ended = revoke_token(token_id)
    typer.echo("The token is revoked." if ended else "There is no such token to end.")
    raise typer.Exit(0 if ended else _FAILED)
