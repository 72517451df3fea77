"""`consent check` on the command line; it imports what it needs, when it runs."""

from __future__ import annotations

from typing import Annotated

import typer

_NOT_ALLOWED = 3

_Whom = Annotated[
    str, typer.Argument(metavar="NUMBER", help="The phone number or e-mail address.")
]
_CrmId = Annotated[str, typer.Option(help="The CRM's own key of the customer, in its place.")]
_Brand = Annotated[str, typer.Option(help="The brand: lmt or amigo.")]
_Purposes = Annotated[list[str], typer.Option(help="The purpose, like offers; all of several.")]
_Channels = Annotated[
    list[str] | None, typer.Option(help="email, sms or call; of several, a verdict each.")
]
_Topics = Annotated[
    list[str] | None, typer.Option(help="A topic, like surveys; of several, a verdict each.")
]
_Json = Annotated[bool, typer.Option("--json", help="One JSON object for each verdict.")]


def check(  # noqa: PLR0913
    brand: _Brand,
    purpose: _Purposes,
    number: _Whom = "",
    crm_id: _CrmId = "",
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
