"""What the clock and the service have done to consents, for those who must be told (seeds R18).

States are evaluated when they are read (`consent.states`); nothing here changes one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from consent.catalogue import Purpose
from consent.decisions import SERVICE, Action, Subject
from consent.standing import Standing
from consent.states import Lens, State

EXPIRED, PAUSE_ENDED = "expired", "pause_ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """Something that ended by itself, and when."""

    purpose: str
    what: str
    at: datetime


def passed(standing: Standing, lens: Lens) -> tuple[Passed, ...]:
    """Return the consents that have run out by now, and those whose pause is over."""
    found = (_passed(standing, lens, purpose) for purpose in lens.catalogue.purposes)
    return tuple(one for one in found if one)


def _passed(standing: Standing, lens: Lens, purpose: Purpose) -> Passed | None:
    reading = lens.read(standing, purpose)
    if reading.state is State.EXPIRED and reading.until:
        return Passed(purpose=purpose.id, what=EXPIRED, at=reading.until)
    record = standing.record(Subject.purpose(purpose.id))
    pause, yes = record.paused, record.yes
    if reading.state is not State.GIVEN or pause is None or pause.until is None or yes is None:
        return None
    # Given anew during the pause, it was not the clock that ended it.
    if pause.at < yes.at or pause.until > lens.now:
        return None
    return Passed(purpose=purpose.id, what=PAUSE_ENDED, at=pause.until)


def resumed_at(standing: Standing, lens: Lens) -> datetime | None:
    """Return when the service restarted for somebody whose loyalty was kept all the while."""
    past = [(at, action) for at, action in standing.record(SERVICE).service if at <= lens.now]
    if not past or past[-1][1] is not Action.RESTARTED:
        return None
    back = past[-1][0]
    left = [at for at, action in past if action is Action.ENDED]
    return back if left and kept_loyalty(standing, lens, back) else None


def kept_loyalty(standing: Standing, lens: Lens, by: datetime) -> tuple[Purpose, ...]:
    """Return the consents under which loyalty is kept, of those that were given by a moment."""
    found = []
    for purpose in lens.catalogue.purposes:
        reading = lens.read(standing, purpose)
        mark = reading.mark if reading.state is State.GIVEN else None
        if purpose.years_after_service is not None and mark and mark.at <= by:
            found.append(purpose)
    return tuple(found)
