"""How a case is shown to staff: in a list without a word of the customer's, or in full."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo

from consent.case_ports import Filed, Opened, Reach, Sending
from consent.cases import CaseState, due_of
from consent.catalogue import BrandId, Catalogue
from consent.chain import stamp
from consent.delivery import Outcome

#: What became of an answer, in words.
_ENDS = {
    None: "on its way",
    Outcome.SENT: "sent",
    Outcome.REFUSED: "not sent: the provider refuses it",
    Outcome.BLOCKED: "not sent: the customer has blocked messages",
    Outcome.UNREACHABLE: "not sent: the customer cannot be reached there any more",
    Outcome.UNSURE: "perhaps sent, nobody can tell; ask the customer, then close the case",
    Outcome.LATE: "not sent in time",
}


def line(filed: Filed, catalogue: Catalogue, now: datetime) -> str:
    """Return a case on one line of the list."""
    case, zone = filed.case, catalogue.timezone
    due = due_at(filed, catalogue)
    days = (due.astimezone(zone).date() - now.astimezone(zone).date()).days
    when = f"in {days} days" if days else "today"
    if due < now:
        when = f"OVERDUE since {-days} days" if days else "OVERDUE"
    about = f"{case.kind} of {case.purpose}" if case.purpose else case.kind
    waits = "  being answered" if filed.by else ""
    fields = (case.id, f"{_day(due, zone)} ({when})", about, filed.door, case.language)
    return "  ".join(field or "-" for field in fields) + waits


def as_json(filed: Filed, catalogue: Catalogue, now: datetime) -> dict[str, str | bool | None]:
    """Return a case as a machine reads it."""
    case, due = filed.case, due_at(filed, catalogue)
    return {
        "case": case.id,
        "brand": filed.brand,
        "kind": case.kind,
        "purpose": case.purpose,
        "state": filed.state.value,
        "opened_at": stamp(case.opened_at),
        "due_at": stamp(due),
        "overdue": due < now,
        "door": filed.door or None,
        "language": case.language or None,
        "by": filed.by or None,
    }


def described(opened: Opened, catalogue: Catalogue, now: datetime) -> Iterator[str]:
    """Return a case in full, a fact a line."""
    filed, zone = opened.filed, catalogue.timezone
    case = filed.case
    yield line(filed, catalogue, now)
    yield f"state: {filed.state.value}{_closed(filed, zone)}"
    yield f"opened: {_moment(case.opened_at, zone)}"
    yield f"customer: {', '.join(opened.numbers) or 'no number is known'}"
    yield f"words: {_quoted(opened.words) or 'none; they pressed a button'}"
    if isinstance(opened.reach, Reach):
        yield f"an answer goes by: {opened.reach.door}, in {case.language or 'the usual language'}"
    elif filed.state is CaseState.OPEN:
        yield f"no answer can be sent: {opened.reach.value}"
    if opened.answer is not None:
        yield from _sending(opened.answer, zone)
    if opened.reason:
        yield f"closed because: {_quoted(opened.reason)}"


def due_at(filed: Filed, catalogue: Catalogue) -> datetime:
    """Return by when a case is to be answered, also of one from before there was a date."""
    case = filed.case
    if case.due_at is not None:
        return case.due_at
    brand = catalogue.brands[BrandId(filed.brand)]
    return due_of(case.kind, case.opened_at, brand, catalogue.timezone)


def _sending(sending: Sending, zone: tzinfo) -> Iterator[str]:
    yield f"answer: {_quoted(sending.text)}"
    report = f", the provider says: {sending.report}" if sending.report else ""
    yield f"by {sending.by}, {_moment(sending.at, zone)}: {_ENDS[sending.outcome]}{report}"


def _closed(filed: Filed, zone: tzinfo) -> str:
    if filed.closed_at is None:
        return ""
    return f" {_moment(filed.closed_at, zone)} by {filed.by}"


def _quoted(words: str) -> str:
    """Return words on one line, as nobody's terminal can be made to obey them."""
    seen = words.replace("\n", " ⏎ ")
    return "".join(c if c.isprintable() else "�" for c in seen)


def _day(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d}"


def _moment(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"
