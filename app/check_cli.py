"""`consent check` and `consent history`; each imports what it needs, when it runs."""

from __future__ import annotations

from typing import Annotated

import typer

_NOT_ALLOWED = 3

Whom = Annotated[str, typer.Argument(metavar="NUMBER", help="The phone number or e-mail address.")]
CrmId = Annotated[str, typer.Option(help="The CRM's own key of the customer, in its place.")]
Brand = Annotated[str, typer.Option(help="The brand: lmt or amigo.")]
_Purposes = Annotated[list[str], typer.Option(help="The purpose, like offers; all of several.")]
_Channels = Annotated[
    list[str] | None, typer.Option(help="email, sms or call; of several, a verdict each.")
]
_Topics = Annotated[
    list[str] | None, typer.Option(help="A topic, like surveys; of several, a verdict each.")
]
_Json = Annotated[bool, typer.Option("--json", help="One JSON object for each verdict.")]


def check(  # noqa: PLR0913
    brand: Brand,
    purpose: _Purposes,
    number: Whom = "",
    crm_id: CrmId = "",
    channel: _Channels = None,
    topic: _Topics = None,
    *,
    as_json: _Json = False,
) -> None:
    """May we? A verdict with its reason; exit status 0 allowed, 3 not allowed.

    Of several purposes, all must allow it; of several channels or topics, it is 0 if each does.

    Example:  consent check +37120000000 --brand lmt --purpose offers --channel sms
    """
    from app.check_command import Wanted, run_check  # noqa: PLC0415
    from app.whom import whom  # noqa: PLC0415

    wanted = Wanted(brand=brand, purposes=purpose, channels=channel or (), topics=topic or ())
    allowed, lines = run_check(whom(number, crm_id), wanted, as_json=as_json)
    for line in lines:
        typer.echo(line)
    raise typer.Exit(0 if allowed else _NOT_ALLOWED)


def history(brand: Brand, number: Whom = "", crm_id: CrmId = "") -> None:
    """Print a customer's decisions as JSON, one a line, after checking their chain.

    Example:  consent history +37120000000 --brand lmt
    """
    from app.check_command import run_history  # noqa: PLC0415
    from app.whom import whom  # noqa: PLC0415

    for line in run_history(whom(number, crm_id), brand=brand):
        typer.echo(line)
