"""The staff's overview: how many customers may be contacted, and how that came about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated, TypeVar

from litestar import Response, get
from litestar.params import QueryParameter
from markupsafe import Markup

from app.composition import Assistant
from app.marketing.charts import Chart, bars, lines
from app.marketing.session import Staff, StaffDoor, needs
from app.marketing.terms import Terms
from consent.decisions import Action
from marketing.access import Right
from marketing.overview import COUNTED, Overview, Overviews, Span

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

_T = TypeVar("_T")
_SPANS = {"days": Span.DAYS, "weeks": Span.WEEKS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A chart with what it shows, and the same as a table."""

    id: str
    #: What is to be seen in it.
    finding: str
    drawing: Markup
    caption: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


def overview_routes(
    door: StaffDoor, assistant: Assistant, overviews: Overviews
) -> list[HTTPRouteHandler]:
    """Return the route of the overview."""

    @get("/marketing/overview", guards=[needs(Right.COUNTS)])
    async def show(
        staff: Staff,
        span: Annotated[str, QueryParameter(max_length=10)] = "",
        purpose: Annotated[str, QueryParameter(max_length=40)] = "",
    ) -> Response[str]:
        known = [p.id for p in assistant.catalogue.purposes]
        asked = purpose if purpose in known else assistant.catalogue.opening.id
        step = span if span in _SPANS else "days"
        found = await overviews.look(staff.brand, _SPANS[step])
        terms = Terms(assistant, staff)
        return door.frame.page(
            staff,
            "overview.html",
            section="overview",
            terms=terms,
            at=terms.moment(found.at) if found else "",
            span=step,
            spans=_SPANS,
            purpose=asked,
            purposes=known,
            figures=_figures(found, terms, assistant, asked) if found else None,
        )

    return [show]


def _figures(
    found: Overview, terms: Terms, assistant: Assistant, purpose: str
) -> Mapping[str, Figure]:
    figures = (
        _reach(found, terms, assistant),
        _time(found, terms),
        _doors(found, terms),
        _reasons(found, terms, purpose),
    )
    return {figure.id: figure for figure in figures}


def _reach(found: Overview, terms: Terms, assistant: Assistant) -> Figure:
    catalogue = assistant.catalogue
    opening, channels = str(catalogue.opening.id), [str(c.id) for c in catalogue.channels]
    of_offers = {channel: found.places[opening, channel] for channel in channels}
    best = _most(of_offers)
    name = terms.purpose(opening)
    if best is None:
        finding = terms.say("overview.reach.none", purpose=name)
    else:
        channel = terms.channel(best[0])
        values = {"purpose": name, "channel": channel, "count": terms.count(best[1])}
        finding = terms.say("overview.reach.finding", **values)
    labels = [terms.channel(channel) for channel in channels]
    chart = Chart(name=finding, labels=labels, series={name: list(of_offers.values())})
    return Figure(
        id="reach",
        finding=finding,
        drawing=bars(chart) if best else Markup(),
        caption=terms.say("overview.reach.caption"),
        heads=[terms.say("overview.purpose"), *labels],
        rows=[
            [terms.purpose(p.id), *(terms.count(found.places[p.id, c]) for c in channels)]
            for p in catalogue.purposes
        ],
    )


def _time(found: Overview, terms: Terms) -> Figure:
    is_weeks = found.span is Span.WEEKS
    given = {step: found.by_step[step, Action.GIVEN] for step in found.steps}
    best = _most(given)
    kind = "week" if is_weeks else "day"
    finding = (
        terms.say(f"overview.time.none.{kind}")
        if best is None
        else terms.say(
            f"overview.time.finding.{kind}", day=terms.day(best[0]), count=terms.count(best[1])
        )
    )
    series = {
        terms.say(f"overview.{action.value}"): [
            found.by_step[step, action] for step in found.steps
        ]
        for action in COUNTED
    }
    is_told = any(value is not None for values in series.values() for value in values)
    chart = Chart(name=finding, labels=[terms.short_day(s) for s in found.steps], series=series)
    return Figure(
        id="time",
        finding=finding,
        drawing=lines(chart) if is_told else Markup(),
        caption=terms.say(f"overview.time.caption.{kind}"),
        heads=[terms.say(f"overview.{kind}"), *_said(terms)],
        rows=[_step(found, terms, step) for step in reversed(found.steps)],
    )


def _step(found: Overview, terms: Terms, step: date) -> list[str]:
    return [terms.day(step), *(terms.count(found.by_step[step, a]) for a in COUNTED)]


def _doors(found: Overview, terms: Terms) -> Figure:
    doors = list(dict.fromkeys(door for door, _ in found.by_door))
    given = {door: found.by_door[door, Action.GIVEN] for door in doors}
    best = _most(given)
    finding = (
        terms.say("overview.doors.none")
        if best is None
        else terms.say(
            "overview.doors.finding", door=terms.door(best[0]), count=terms.count(best[1])
        )
    )
    labels = [terms.door(door) for door in doors]
    chart = Chart(name=finding, labels=labels, series={"": list(given.values())})
    return Figure(
        id="doors",
        finding=finding,
        drawing=bars(chart) if best else Markup(),
        caption=terms.say("overview.doors.caption", since=terms.day(found.steps[0])),
        heads=[terms.say("overview.door"), *_said(terms)],
        rows=[
            [terms.door(door), *(terms.count(found.by_door[door, a]) for a in COUNTED)]
            for door in doors
        ],
    )


def _reasons(found: Overview, terms: Terms, purpose: str) -> Figure:
    counts = found.reasons[purpose]
    best = _most(counts)
    name = terms.purpose(purpose)
    finding = (
        terms.say("overview.reasons.none", purpose=name)
        if best is None
        else terms.say(
            "overview.reasons.finding",
            purpose=name,
            reason=terms.reason(best[0]),
            count=terms.count(best[1]),
        )
    )
    labels = [terms.reason(reason) for reason in counts]
    chart = Chart(name=finding, labels=labels, series={name: list(counts.values())})
    return Figure(
        id="reasons",
        finding=finding,
        drawing=bars(chart) if best else Markup(),
        caption=terms.say("overview.reasons.caption", purpose=name),
        heads=[terms.say("overview.reason"), terms.say("overview.customers")],
        rows=[[terms.reason(reason), terms.count(count)] for reason, count in counts.items()],
    )


def _said(terms: Terms) -> list[str]:
    return [terms.say(f"overview.{action.value}") for action in COUNTED]


def _most(counts: Mapping[_T, int | None]) -> tuple[_T, int] | None:
    """Return the largest group that is told, and how large it is."""
    told = {name: count for name, count in counts.items() if count is not None}
    return max(told.items(), key=lambda item: item[1], default=None)
