"""The command line: `consent …`. Each command imports what it needs, when it runs."""

from __future__ import annotations

import gc
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from app.bench_cli import bench
from app.case_cli import case_app
from app.check_cli import check, history
from app.export_cli import export
from app.hook_cli import hook_app
from app.import_cli import bring_in, papers, register
from app.key_cli import key_app
from app.list_check_cli import check_list
from app.proof_cli import proof_app, verify
from app.staff_cli import staff_app
from app.store_cli import backup, export_standings, forget, migrate
from app.token_cli import token_app
from consent.errors import ConsentError

_FAILED = 1

app = typer.Typer(
    name="consent",
    help="Explains, takes and withdraws customers' consents, and keeps the proof.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
notice_app = typer.Typer(
    help="The texts customers see: check them, enter new versions.", no_args_is_help=True
)
app.add_typer(notice_app, name="notice")
app.add_typer(token_app, name="token")
app.add_typer(hook_app, name="hook")
app.add_typer(case_app, name="case")
app.add_typer(proof_app, name="proof")
app.add_typer(key_app, name="key")
app.add_typer(staff_app, name="staff")
app.command()(verify)
app.command()(check)
app.command()(history)
app.command("import")(bring_in)
app.command()(export)
app.command()(bench)
app.command("check-list")(check_list)
for _command in (forget, migrate, backup):
    app.command()(_command)
app.command("export-standings")(export_standings)
notice_app.command("register")(register)
notice_app.command("papers")(papers)

Brand = Annotated[str, typer.Option(help="The brand: lmt or amigo.")]


class Via(StrEnum):
    """How the terminal shows the conversation."""

    TELEGRAM = "telegram"
    SMS = "sms"


@app.callback()
def _root(
    *, debug: Annotated[bool, typer.Option(help="Show tracebacks of errors.")] = False
) -> None:
    """Take the options that every command shares."""
    if debug:
        _shared["debug"] = True


#: Options that every command shares, for `main` to look at.
_shared = {"debug": False}


@app.command()
def chat(
    brand: Brand = "lmt",
    number: Annotated[str, typer.Option("--as", help="Your number.")] = "+37120000001",
    via: Annotated[Via, typer.Option(help="Show it as Telegram or as SMS.")] = Via.TELEGRAM,
    lang: Annotated[str | None, typer.Option(help="Begin in lv, ru or en.")] = None,
    *,
    show_store: Annotated[bool, typer.Option(help="Show what is written.")] = False,
) -> None:
    """Talk to the assistant in the terminal, on a demo store of its own.

    Lines can also be piped in:  echo 'Стоп!' | consent chat --via sms
    """
    from app.conversation import Talk  # noqa: PLC0415
    from app.terminal import run_chat  # noqa: PLC0415

    run_chat(Talk(brand=brand, number=number, via=via.value, language=lang, store=show_store))


@app.command()
def serve() -> None:
    """Open all doors in one process, on SQLite unless told otherwise.

    CONSENT_HOST and CONSENT_PORT say where (127.0.0.1:8000); `consent doctor` lists the rest.
    """
    # Hardly anything loaded now is ever garbage: looking for it takes a tenth of the start.
    gc.disable()
    from app.serving import run_server  # noqa: PLC0415

    run_server()


@app.command()
def worker() -> None:
    """Send waiting SMS and fetch missed ones, beside servers that only take messages.

    `consent serve` does the same by itself; several of either share the work.
    """
    from app.serving import run_worker  # noqa: PLC0415

    run_worker()


@app.command()
def understand(
    lang: Annotated[str | None, typer.Option(help="The customer's language, if known.")] = None,
    pending: Annotated[
        str | None, typer.Option(help="The open question: grant:3, channels, scope.")
    ] = None,
    *,
    explain: Annotated[bool, typer.Option(help="Say which rule decided.")] = False,
) -> None:
    """Say what messages are read as: one JSON object for each line of standard input.

    Example:  echo 'не пишите мне больше' | consent understand --explain
    """
    from app.understand_command import run_understand  # noqa: PLC0415

    for line in run_understand(lang, pending, why=explain):
        typer.echo(line)


@app.command("lint-sms")
def lint_sms(  # noqa: PLR0913
    file: Annotated[str, typer.Argument(help="A file of texts; - is standard input.")] = "-",
    brand: Brand = "lmt",
    sender: Annotated[
        str, typer.Option(help="A number, a short number or a name; else as set.")
    ] = "",
    lang: Annotated[str | None, typer.Option(help="lv, ru or en; else recognised.")] = None,
    price: Annotated[str | None, typer.Option(help="The price of one part, like 0.05.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a text.")] = False,
) -> None:
    """Check an advertising text before it goes out; exit status 1 if anything is an error.

    Several texts in a file stand between lines of ---. Nothing is stored and nothing is sent.

    Example:  echo 'LMT: -20% telefoniem! Atteikties: STOP 1' | consent lint-sms --sender 1632
    """
    from app.ad_texts import CheckRefused  # noqa: PLC0415
    from app.lint_command import run_lint  # noqa: PLC0415

    try:
        sound, lines = run_lint(
            file, brand=brand, sender=sender, language=lang, price=price, as_lines_of_json=as_json
        )
    except CheckRefused as fault:
        raise typer.BadParameter(fault.reason) from fault
    for line in lines:
        typer.echo(line)
    raise typer.Exit(0 if sound else _FAILED)


@app.command()
def doctor() -> None:
    """List every setting, its source and what is missing; check texts and store."""
    from app.doctor import examine  # noqa: PLC0415

    sound, lines = examine()
    for line in lines:
        typer.echo(line)
    raise typer.Exit(0 if sound else _FAILED)


@notice_app.command("check")
def notice_check() -> None:
    """Load all texts and say what is wrong with the first that is broken."""
    from app.notice_commands import check_notices  # noqa: PLC0415

    typer.echo(check_notices())


@notice_app.command("update")
def notice_update(
    changed: Annotated[
        list[str], typer.Option(help="What changed, told to customers: en=One sentence.")
    ],
    *,
    major: Annotated[bool, typer.Option(help="Earlier grants need a new yes.")] = False,
    root: Annotated[Path | None, typer.Option(help="Another folder of locales.")] = None,
) -> None:
    """Enter changed texts into notices.lock as new versions.

    Customers are told once, in their language; so every language that changed needs its sentence.

    Example:  consent notice update --changed "en=The text names the new address."
    """
    from app.notice_commands import update_notices  # noqa: PLC0415

    typer.echo(update_notices(changed, major=major, root=root))


def main() -> None:
    """Run the command line; errors are one line on standard error, without a traceback."""
    try:
        app()
    except ConsentError as fault:
        if _shared["debug"]:
            raise
        typer.echo(f"consent: {fault}", err=True)
        sys.exit(_FAILED)
