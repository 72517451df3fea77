"""The commands `consent key …`; each imports what it needs, when it runs."""

from __future__ import annotations

import typer

key_app = typer.Typer(
    help="The root key: replace one that may have leaked, while the house goes on.",
    no_args_is_help=True,
)


@key_app.command("list")
def key_list() -> None:
    """List the root keys by fingerprint: which wraps, which wait, which are still needed."""
    from app.key_commands import list_keys  # noqa: PLC0415

    _say(list_keys())


@key_app.command("new")
def key_new() -> None:
    """Put a fresh root key on top of the key file; it is not used yet.

    Then: bring the file to every server, restart them one after the other, and run
    `consent key rotate`, then `consent key retire`.
    """
    from app.key_commands import make_key  # noqa: PLC0415

    _say(make_key())


@key_app.command("rotate")
def key_rotate() -> None:
    """Seal everything under the newest root key, beside running servers.

    Whatever stops it, run it again: it goes on where it was. Servers that were not restarted since
    `consent key new` answer 503.
    """
    from app.key_commands import rotate_key  # noqa: PLC0415

    _say(rotate_key())


@key_app.command("retire")
def key_retire() -> None:
    """Take replaced root keys out of store and file; refused while anything still needs one."""
    from app.key_commands import retire_keys  # noqa: PLC0415

    _say(retire_keys())


def _say(lines: list[str]) -> None:
    for line in lines:
        typer.echo(line)
