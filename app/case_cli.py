"""The commands `consent case …`; each imports what it needs, when it runs."""

from __future__ import annotations

from typing import Annotated

import typer

case_app = typer.Typer(
    help="What waits for a person: list, show, answer, extend, close.", no_args_is_help=True
)

CaseId = Annotated[str, typer.Argument(help="Its reference, like K7M2-94QX.")]
Brand = Annotated[str, typer.Option(help="The brand: lmt or amigo.")]
Who = Annotated[str, typer.Option("--by", help="Who you are; kept with the case.")]


@case_app.command("list")
def case_list(
    brand: Brand,
    after: Annotated[str | None, typer.Option(help="Go on after this case.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many to list.")] = 100,
    *,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only those over time.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a case.")] = False,
) -> None:
    """List open cases, the first due first; nothing that customers said is shown.

    Example:  consent case list --brand lmt --overdue
    """
    from app.case_commands import list_cases  # noqa: PLC0415

    for line in list_cases(brand=brand, overdue=overdue, after=after, most=limit, in_json=as_json):
        typer.echo(line)


@case_app.command("show")
def case_show(
    case: CaseId,
    brand: Brand,
    viewer: Annotated[str, typer.Option(help="Who looks; the customer can ask for it.")],
    reason: Annotated[str, typer.Option(help="What for; the customer can ask for it.")],
) -> None:
    """Show a case: the customer's words and numbers, and what was answered.

    Example:  consent case show K7M2-94QX --brand lmt --viewer "A. Kalna" --reason "to answer"
    """
    from app.case_commands import show_case  # noqa: PLC0415

    for line in show_case(case, brand=brand, who=viewer, reason=reason):
        typer.echo(line)


@case_app.command("answer")
def case_answer(
    case: CaseId,
    brand: Brand,
    who: Who,
    text: Annotated[str | None, typer.Option(help="The answer, in their language.")] = None,
    file: Annotated[str | None, typer.Option(help="A file with it; - is standard input.")] = None,
) -> None:
    """Answer a case over the door it came by: in Telegram, or by an SMS of at most 3 parts.

    The same answer again is the same one, and another one after it is refused. The case is
    closed once the answer has left; where nobody can be reached it stays open.

    Example:  consent case answer K7M2-94QX --brand lmt --by "A. Kalna" --text "Corrected."
    """
    from app.case_commands import answer_case  # noqa: PLC0415

    typer.echo(answer_case(case, brand=brand, who=who, text=text, file=file))


@case_app.command("extend")
def case_extend(
    case: CaseId,
    brand: Brand,
    who: Who,
    reason: Annotated[str, typer.Option(help="Why, in the customer's language.")],
) -> None:
    """Take two months more, once, and tell the customer why (GDPR 12(3)).

    Example:  consent case extend K7M2-94QX --brand lmt --by "A. Kalna" --reason "Archive search"
    """
    from app.case_commands import extend_case  # noqa: PLC0415

    typer.echo(extend_case(case, brand=brand, who=who, reason=reason))


@case_app.command("close")
def case_close(
    case: CaseId,
    brand: Brand,
    who: Who,
    reason: Annotated[str, typer.Option(help="Why, like 'answered on the phone'.")],
) -> None:
    """End a case without an answer from here, and keep why.

    Example:  consent case close K7M2-94QX --brand lmt --by "A. Kalna" --reason "By phone"
    """
    from app.case_commands import close_case  # noqa: PLC0415

    typer.echo(close_case(case, brand=brand, who=who, reason=reason))
