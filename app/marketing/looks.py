"""The access log: who looked at whom, when, and what for; newest first, a page at a time."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated

from litestar import Response, get
from litestar.params import QueryParameter

from app.composition import Assistant
from app.marketing.masking import masked
from app.marketing.session import Staff, StaffDoor, needs
from app.marketing.terms import Terms
from consent.ports import Address, AddressKind
from consent.verdicts import Reason
from marketing.access import Right
from marketing.checking import CHECK
from storage.looks import LookQuery, NotedLook, SqlLooks

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

PAGE = 50
_CURSOR = re.compile(r"(\d{1,17})-([0-9A-Za-z-]{1,64})")
_MICRO = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def look_routes(door: StaffDoor, assistant: Assistant, looks: SqlLooks) -> list[HTTPRouteHandler]:
    """Return the route of the access log."""
    zone = assistant.catalogue.timezone

    @get("/marketing/log", guards=[needs(Right.ACCESS_LOG)])
    async def show(
        staff: Staff,
        viewer: Annotated[str, QueryParameter(max_length=100)] = "",
        day: Annotated[str, QueryParameter(max_length=10)] = "",
        before: Annotated[str, QueryParameter(max_length=90)] = "",
    ) -> Response[str]:
        chosen = _day(day)
        start = datetime.combine(chosen, time(), tzinfo=zone) if chosen else None
        end = datetime.combine(chosen + timedelta(days=1), time(), tzinfo=zone) if chosen else None
        wanted = LookQuery(
            brand=staff.brand,
            viewer=viewer.strip(),
            since=start,
            until=end,
            before=_place(before),
            most=PAGE + 1,
        )
        found = await looks.newest(wanted)
        terms = Terms(assistant, staff)
        return door.frame.page(
            staff,
            "looks.html",
            section="log",
            terms=terms,
            viewer=wanted.viewer,
            day=chosen.isoformat() if chosen else "",
            is_first=wanted.before is None,
            looks=[_row(look, terms) for look in found[:PAGE]],
            more=_cursor(found[PAGE - 1]) if len(found) > PAGE else "",
        )

    return [show]


def _row(look: NotedLook, terms: Terms) -> dict[str, str]:
    number = Address(AddressKind.MSISDN, look.number)
    nobody = terms.say("log.list" if look.of_list else "log.nobody")
    return {
        "at": terms.moment(look.at),
        "viewer": look.viewer,
        "whom": masked(number) if look.number else nobody,
        "reason": terms.say("log.check") if look.reason == CHECK else look.reason,
        "question": look.question,
        "answer": _answer(look.answer, terms),
    }


def _answer(answer: str, terms: Terms) -> str:
    return terms.reason(answer) if answer in {reason.value for reason in Reason} else answer


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _cursor(look: NotedLook) -> str:
    return f"{(look.at - _EPOCH) // _MICRO}-{look.id}"


def _place(cursor: str) -> tuple[datetime, str] | None:
    found = _CURSOR.fullmatch(cursor)
    try:
        return (_EPOCH + int(found[1]) * _MICRO, found[2]) if found else None
    except OverflowError:
        return None
