"""What a record means at a moment (meaning.md, "States of a purpose").

Evaluated when read, by the clock and the catalogue, never waiting for a job.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from enum import StrEnum

from consent.catalogue import Catalogue, Purpose
from consent.decisions import SERVICE, Action, Subject
from consent.notices import NoticeShelf
from consent.standing import Mark, Record, Standing


class State(StrEnum):
    """The state of a purpose."""

    NEVER_ASKED = "never_asked"
    ASKED = "asked"
    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    PAUSED = "paused"
    OUTDATED = "outdated"
    EXPIRED = "expired"


class Switch(StrEnum):
    """The state of a channel or topic."""

    ON = "on"
    OFF = "off"
    UNSET = "unset"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A state, since when, and the decision that made it so."""

    state: State
    mark: Mark | None = None
    #: End of a pause, or the moment the consent runs or ran out.
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lens:
    """All that is needed to read a standing: whose, with which data, when."""

    brand: str
    catalogue: Catalogue
    notices: NoticeShelf
    now: datetime

    def read(self, standing: Standing, purpose: Purpose) -> Reading:
        """Return the state of a purpose now."""
        record = standing.record(Subject.purpose(purpose.id))
        yes, no = record.yes, record.no
        if no and (yes is None or no.at >= yes.at):
            taken_back = record.first_yes is not None and record.first_yes <= no.at
            return Reading(state=State.WITHDRAWN if taken_back else State.REFUSED, mark=no)
        if yes is None:
            state = State.ASKED if record.asked else State.NEVER_ASKED
            return Reading(state=state, mark=record.asked)
        return self._read_yes(standing, purpose, record, yes)

    def _read_yes(
        self, standing: Standing, purpose: Purpose, record: Record, yes: Mark
    ) -> Reading:
        pause, ends = record.paused, self._end(standing, purpose, yes)
        if pause and pause.until and pause.at >= yes.at and self.now < pause.until:
            return Reading(state=State.PAUSED, mark=pause, until=pause.until)
        if ends and ends <= self.now:
            return Reading(state=State.EXPIRED, mark=yes, until=ends)
        if self.notices.outdated(self.brand, purpose.id, yes.notice):
            return Reading(state=State.OUTDATED, mark=yes)
        return Reading(state=State.GIVEN, mark=yes, until=ends)

    def _end(self, standing: Standing, purpose: Purpose, yes: Mark) -> datetime | None:
        """Return when a yes runs out: the end of the first term that no restart cut short.

        A yes said by a former customer after their term was over starts a term of its own.
        """
        years = purpose.years_after_service
        if years is None:
            return None
        history = standing.record(SERVICE).service
        for index, (at, action) in enumerate(history):
            restart = next((m for m, a in history[index:] if a is Action.RESTARTED), None)
            if action is not Action.ENDED or (restart and restart <= yes.at):
                continue
            end = end_of_term(at, years, self.catalogue.timezone)
            if yes.at >= end:
                end = end_of_term(yes.at, years, self.catalogue.timezone)
            if restart is None or restart >= end:
                return end
        return None

    def is_former(self, standing: Standing) -> bool:
        """Say whether the customer's service has ended by now."""
        past = [a for at, a in standing.record(SERVICE).service if at <= self.now]
        return bool(past) and past[-1] is Action.ENDED

    def contacts(self, standing: Standing) -> bool:
        """Say whether any purpose that allows contact is given now."""
        return any(
            self.read(standing, p).state in {State.GIVEN, State.PAUSED}
            for p in self.catalogue.contacting
        )

    def switch(self, standing: Standing, subject: Subject) -> tuple[Switch, Mark | None]:
        """Return the state of a channel or topic, and the decision behind it.

        The newest word counts; of two at the same instant the no does. `unset` passes both.
        """
        record = standing.record(subject)
        marks = [m for m in (record.yes, record.no, record.unset) if m]
        if not marks:
            return Switch.UNSET, None
        newest = max(m.at for m in marks)
        if record.no and record.no.at == newest:
            return Switch.OFF, record.no
        if record.unset and record.unset.at == newest:
            return Switch.UNSET, record.unset
        return Switch.ON, record.yes


def end_of_term(start: datetime, years: int, zone: tzinfo) -> datetime:
    """Return the end of the day, in `zone`, a number of calendar years after `start`.

    29 February becomes the last of February (Regulation 1182/71; seeds Q15).
    """
    day = start.astimezone(zone).date()
    try:
        last = day.replace(year=day.year + years)
    except ValueError:
        last = day.replace(year=day.year + years, day=28)
    midnight = datetime.combine(last + timedelta(days=1), time(), tzinfo=zone)
    return midnight.astimezone(UTC)
