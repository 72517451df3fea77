"""The staff log: who came in, who changed accounts and tokens, who copied or erased data.

A brand's privacy officer and administrators read the lines of their own brand; that they did
stands in the log before a page leaves.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

from litestar import Response, get
from litestar.params import QueryParameter

from app.composition import Assistant
from app.marketing.places import cursor_of, place_of
from app.marketing.session import Staff, StaffDoor, needs
from app.marketing.terms import Terms
from consent.access import TokenScope
from consent.staff import ENTERED, EXPORTED, EXPORTED_STANDINGS, FORGOT, READ, Entry, Role
from consent.token_rotation import ROTATED
from marketing.access import Right
from storage.staff_log import LogQuery, NotedEntry, SqlStaffLog

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

PATH = "/marketing/staff-log"
PAGE = 50
#: Acts that name an account, a brand and roles.
_ROLES = ("added", "granted", "revoked")
#: What the log can be narrowed to, with the acts it then shows.
KINDS: Mapping[str, tuple[str, ...]] = {
    "logins": (ENTERED, "left", "tried", "chose a password"),
    "accounts": (*_ROLES, "disabled", "reset"),
    "tokens": ("issued a token", ROTATED, "revoked a token"),
    "customers": (EXPORTED, FORGOT, EXPORTED_STANDINGS),
    "readings": (READ,),
}
#: Its id, and its successor's; the brand; whose it is, what it opens, and until when.
_TOKEN = re.compile(r"(\S+ )(\S+ )?\S+ “(.*)” (\S+) until (\d{4}-\d\d-\d\d \d\d:\d\d) UTC\b.*")
_KNOWN = frozenset(act for acts in KINDS.values() for act in acts)


def staff_log_routes(
    door: StaffDoor, assistant: Assistant, log: SqlStaffLog
) -> list[HTTPRouteHandler]:
    """Return the route of the staff log."""

    @get(PATH, guards=[needs(Right.STAFF_LOG)])
    async def show(
        staff: Staff,
        kind: Annotated[str, QueryParameter(max_length=20)] = "",
        name: Annotated[str, QueryParameter(max_length=100)] = "",
        before: Annotated[str, QueryParameter(max_length=90)] = "",
    ) -> Response[str]:
        chosen, place = kind if kind in KINDS else "", place_of(before)
        wanted = LogQuery(
            brand=staff.brand,
            actions=frozenset(KINDS.get(chosen, ())),
            name=name.strip(),
            before=place,
            most=PAGE + 1,
        )
        look = Entry(assistant.clock.now(), staff.viewer, READ, staff.brand)
        found = await log.read(wanted, look)
        terms = Terms(assistant, staff)
        return door.frame.page(
            staff,
            "staff_log.html",
            section="staff_log",
            kinds=tuple(KINDS),
            kind=chosen,
            name=wanted.name,
            is_first=place is None,
            entries=[_row(entry, terms) for entry in found[:PAGE]],
            more=cursor_of(found[PAGE - 1].at, found[PAGE - 1].id) if len(found) > PAGE else "",
        )

    return [show]


def _row(entry: NotedEntry, terms: Terms) -> dict[str, str]:
    act = entry.action
    if act in _KNOWN:
        act = terms.say(f"staff_log.act.{act.replace(' ', '_')}")
    is_at_the_door = entry.actor == "login page"
    return {
        "at": terms.moment(entry.at),
        "actor": terms.say("staff_log.door") if is_at_the_door else entry.actor,
        "act": act,
        "about": _about(entry, terms),
    }


def _about(entry: NotedEntry, terms: Terms) -> str:
    """Return what something was done to; the brand is the page's own and goes without saying."""
    words = entry.about.split(" ")
    if entry.action in {READ, EXPORTED_STANDINGS}:
        return "–"
    if entry.action in KINDS["tokens"]:
        return _token(entry.about, terms)
    if entry.action not in _ROLES or len(words) == 1:
        return entry.about
    known = set(Role)
    roles = [terms.say(f"accounts.role.{one}") if one in known else one for one in words[2:]]
    return f"{words[0]} · {', '.join(roles)}"


def _token(about: str, terms: Terms) -> str:
    """Return which token it was: whose, what it opens, until when, and its id."""
    found = _TOKEN.fullmatch(about)
    if found is None:
        return about
    old, new, holder, scopes, until = found.groups()
    known = set(TokenScope)
    opens = [
        terms.say(f"tokens.scope.{one}") if one in known else one for one in scopes.split(",")
    ]
    ends = terms.moment(datetime.fromisoformat(until).replace(tzinfo=UTC))
    name = f"{old.strip()} → {new.strip()}" if new else old.strip()
    return " · ".join((holder, ", ".join(opens), terms.say("until", moment=ends), name))
