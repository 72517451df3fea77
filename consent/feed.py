"""The change feed: every decision as an event for other systems (CloudEvents 1.0, JSON).

So is what changes without a decision: a consent that ran out by the clock, a number that changed
hands. Such an event has no `position`, since it is no link of the chain.

An event names its customer by pseudonym. Numbers are added when it is shown, and only to what is
shown, so that whoever is forgotten by then is not named any more.

Events of one customer come in the order of their chain. They can come twice: the same event has
the same id, and one whose `position` is not above the last one of its customer is old news.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from consent.chain import stamp
from consent.decisions import Decision

#: Under this kind decisions wait in the outbox.
FEED = "feed"
#: What the types of all events begin with; kind and action of the decision follow.
TYPE = "lv.consentassistant.v1"
_CURSOR = "1"
_LAST = 2**63 - 1

Event = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An event at its place in the feed, fit to be shown."""

    position: int
    customer: str
    event: Event = field(repr=False)

    @property
    def id(self) -> str:
        """The event's own id, which is the decision's."""
        return str(self.event["id"])


def event_of(decision: Decision) -> Event:
    """Return a decision as an event, without a number or any other personal data."""
    kind, action = decision.subject.kind.value, decision.action.value
    return {
        "specversion": "1.0",
        "id": decision.id,
        "source": f"/consent/{decision.brand}",
        "type": f"{TYPE}.{kind}.{action}",
        "subject": decision.customer,
        "time": stamp(decision.recorded_at),
        "datacontenttype": "application/json",
        "data": {
            "brand": decision.brand,
            "customer": decision.customer,
            "position": decision.position,
            "about": {"kind": kind, "id": decision.subject.id},
            "action": action,
            "said_at": stamp(decision.said_at),
            "until": stamp(decision.until) if decision.until else None,
            "notice": decision.notice,
            "door": decision.door,
            "actor": decision.actor,
        },
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """What changed for a customer without a decision of theirs."""

    brand: str
    customer: str
    #: Like `expired`, and about what: a purpose, or the customer.
    action: str
    kind: str
    id: str
    at: datetime
    until: datetime | None = None
    door: str = "clock"
    actor: str = "system"
    #: Tells two that are otherwise the same apart; it is not shown.
    key: str = ""


def happening_event(happening: Happening) -> Event:
    """Return a happening as an event; the same happening has the same id, whoever tells it."""
    at = stamp(happening.at)
    kind = f"{TYPE}.{happening.kind}.{happening.action}"
    name = f"{kind}/{happening.customer}/{happening.id}/{at}/{happening.key}"
    return {
        "specversion": "1.0",
        "id": str(uuid5(NAMESPACE_URL, name)),
        "source": f"/consent/{happening.brand}",
        "type": kind,
        "subject": happening.customer,
        "time": at,
        "datacontenttype": "application/json",
        "data": {
            "brand": happening.brand,
            "customer": happening.customer,
            "position": None,
            "about": {"kind": happening.kind, "id": happening.id},
            "action": happening.action,
            "said_at": at,
            "until": stamp(happening.until) if happening.until else None,
            "notice": None,
            "door": happening.door,
            "actor": happening.actor,
        },
    }


def with_numbers(event: Event, numbers: Sequence[str]) -> Event:
    """Return an event that says by which numbers its customer is reached now."""
    return {**event, "data": {**event["data"], "numbers": list(numbers)}}


def cursor_of(brand: str, position: int) -> str:
    """Return how a brand's reader names the place up to which it has read."""
    return urlsafe_b64encode(f"{_CURSOR} {brand} {position}".encode()).decode().rstrip("=")


def position_of(brand: str, cursor: str) -> int | None:
    """Return the place that a cursor names; none if it is no cursor of this brand."""
    try:
        said = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)).decode()
        position = int(said.rpartition(" ")[2])
    except ValueError:
        return None
    # Whatever else decodes to the same is none of ours.
    is_ours = 0 <= position <= _LAST and cursor_of(brand, position) == cursor
    return position if is_ours else None
