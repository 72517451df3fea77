"""The access log: who looked at whom, when, and what for; newest first, a page at a time."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated

from litestar import Response, get
from litestar.params import QueryParameter

from app.composition import Assistant
from app.marketing.masking import masked
from app.marketing.places import EPOCH, MICRO, cursor_of, place_of
from app.marketing.session import Staff, StaffDoor, needs
from app.marketing.terms import Terms
from consent.ports import Address, AddressKind
from marketing.access import Right
from storage.looks import LookQuery, NotedLook, SqlLooks

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

PAGE = 50
#: A page looks back no further: the log grows with every check.
_SPAN = timedelta(days=31)
_LAST = 9000
#: The place just after every look of a moment.
_AFTER_ALL = "z"


def look_routes(door: StaffDoor, assistant: Assistant, looks: SqlLooks) -> list[HTTPRouteHandler]:
    """Return the route of the access log."""

    @get("/marketing/log", guards=[needs(Right.ACCESS_LOG)])
    async def show(
        staff: Staff,
        viewer: Annotated[str, QueryParameter(max_length=100)] = "",
        day: Annotated[str, QueryParameter(max_length=10)] = "",
        before: Annotated[str, QueryParameter(max_length=90)] = "",
    ) -> Response[str]:
        chosen, place = _day(day), place_of(before)
        since, until = _part(chosen, place, assistant)
        wanted = LookQuery(
            brand=staff.brand,
            viewer=viewer.strip(),
            since=since,
            until=until,
            before=place,
            most=PAGE + 1,
        )
        found = await looks.newest(wanted)
        more = cursor_of(found[PAGE - 1].at, found[PAGE - 1].id) if len(found) > PAGE else ""
        if not more and chosen is None:
            last = await looks.last_before(staff.brand, since)
            more = cursor_of(last, _AFTER_ALL) if last else ""
        terms = Terms(assistant, staff)
        return door.frame.page(
            staff,
            "looks.html",
            section="log",
            terms=terms,
            viewer=wanted.viewer,
            day=chosen.isoformat() if chosen else "",
            part=(terms.day_of(since), terms.day_of(until - MICRO)),
            is_first=place is None,
            looks=[_row(look, terms) for look in found[:PAGE]],
            more=more,
        )

    return [show]


def _part(
    chosen: date | None, place: tuple[datetime, str] | None, assistant: Assistant
) -> tuple[datetime, datetime]:
    """Return which part of the log a page shows: one day, or the time up to a place in it."""
    if chosen:
        zone = assistant.catalogue.timezone
        start = datetime.combine(chosen, time(), tzinfo=zone)
        return start, datetime.combine(chosen + timedelta(days=1), time(), tzinfo=zone)
    until = (place[0] if place else assistant.clock.now()) + MICRO
    return until - _SPAN, until


def _row(look: NotedLook, terms: Terms) -> dict[str, str]:
    number = Address(AddressKind.MSISDN, look.number)
    nobody = terms.say("log.list" if look.of_list else "log.nobody")
    return {
        "at": terms.moment(look.at),
        "viewer": look.viewer,
        "whom": masked(number) if look.number else nobody,
        "reason": terms.why(look.reason),
        "question": look.question,
        "answer": terms.answer(look.answer),
    }


def _day(text: str) -> date | None:
    """Return a day that a look can fall on."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if EPOCH.year < day.year < _LAST else None
