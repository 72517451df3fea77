"""May we? The one place where precedence is written (meaning.md, "Verdict").

Every verdict says why and names the decision that proves it (law 8).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

from consent.catalogue import BrandId, Catalogue, Contact, Purpose
from consent.decisions import DecisionId, Subject
from consent.standing import Mark, Standing
from consent.states import Lens, Reading, State, Switch


class Reason(StrEnum):
    """Why not; the first in this order wins, `allowed` only when none applies."""

    BRAND_MISMATCH = "brand_mismatch"
    UNKNOWN_ADDRESS = "unknown_address"
    ERASED = "erased"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"
    PAUSED = "paused"
    EXPIRED = "expired"
    SERVICE_ENDED = "service_ended"
    OUTDATED = "outdated"
    ASKED = "asked"
    NEVER_ASKED = "never_asked"
    CHANNEL_BLOCKED = "channel_blocked"
    CHANNEL_OFF = "channel_off"
    CHANNEL_UNSET = "channel_unset"
    TOPIC_OFF = "topic_off"
    ALLOWED = "allowed"


_NEVER = datetime.min.replace(tzinfo=UTC)
_RANK = {reason: rank for rank, reason in enumerate(Reason)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What marketing wants to do: use data for a purpose, or contact over a channel."""

    brand: str
    purpose: str
    channel: str | None = None
    topic: str | None = None
    #: Further purposes: it may be done only if all of them allow it.
    also: tuple[str, ...] = ()

    @property
    def purposes(self) -> tuple[str, ...]:
        """All purposes asked about, each once, in the order asked."""
        return tuple(dict.fromkeys((self.purpose, *self.also)))

    @property
    def asked(self) -> str:
        """The question in short, as the read log keeps it: `offers+traffic/sms/news`."""
        parts = ("+".join(self.purposes), self.channel, self.topic)
        return "/".join(part for part in parts if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The answer, the reason and the proof."""

    question: Question
    reason: Reason
    #: The decision that makes it so; none where nothing was ever said.
    decision: DecisionId | None = None
    since: datetime | None = None
    #: When an allowed consent runs out, or when a pause ends.
    until: datetime | None = None
    #: The purpose, channel or topic that the reason is about.
    about: Subject | None = None

    @property
    def allowed(self) -> bool:
        """Say whether it may be done."""
        return self.reason is Reason.ALLOWED


def unknown(question: Question) -> Verdict:
    """Return the verdict on an address that nobody has heard of."""
    return Verdict(question=question, reason=Reason.UNKNOWN_ADDRESS)


def erased(question: Question) -> Verdict:
    """Return the verdict on the address of somebody who was forgotten."""
    return Verdict(question=question, reason=Reason.ERASED)


def judge(
    question: Question,
    standing: Standing,
    lens: Lens,
    *,
    blocked: frozenset[str] = frozenset(),
) -> Verdict:
    """Answer a question from one customer's standing.

    :param blocked: channels that the provider itself refuses to deliver to.
    :raises KeyError: the catalogue has no such purpose, channel or topic.
    """
    check_question(question, lens.catalogue)
    if question.brand != lens.brand:
        return Verdict(question=question, reason=Reason.BRAND_MISMATCH)
    uses = [
        _use(question, standing, lens, lens.catalogue.purpose(purpose))
        for purpose in question.purposes
    ]
    findings = list(uses)
    if question.channel is not None:
        contact = _contact_purpose(standing, lens)
        findings.append(_use(question, standing, lens, contact))
        findings.append(_channel(question, standing, lens, blocked))
    if question.topic is not None:
        findings.append(_topic(question, standing, lens))
    worst = min(findings, key=lambda v: _RANK[v.reason])
    if not worst.allowed:
        return worst
    if question.also:
        # Several are allowed together since the last of them was given.
        worst = max(uses, key=lambda v: v.since or _NEVER)
    ends = [finding.until for finding in findings if finding.until]
    return replace(worst, until=min(ends, default=None))


def check_question(question: Question, catalogue: Catalogue) -> None:
    """Refuse a question that cannot be answered, whoever it is about.

    :raises KeyError: the catalogue has no such purpose, channel or topic.
    """
    for purpose in question.purposes:
        catalogue.purpose(purpose)
    if question.channel is not None and question.channel not in {c.id for c in catalogue.channels}:
        raise KeyError(question.channel)
    if question.topic is not None and question.topic not in {t.id for t in catalogue.topics}:
        raise KeyError(question.topic)


def _contact_purpose(standing: Standing, lens: Lens) -> Purpose:
    """Return the purpose that a contact stands on: another one for former customers."""
    former = lens.is_former(standing)
    wanted = Contact.FORMER_CUSTOMER if former else Contact.CUSTOMER
    matching = [p for p in lens.catalogue.contacting if p.contact is wanted]
    return (matching or list(lens.catalogue.contacting))[0]


_REASONS = {
    State.NEVER_ASKED: Reason.NEVER_ASKED,
    State.ASKED: Reason.ASKED,
    State.GIVEN: Reason.ALLOWED,
    State.REFUSED: Reason.REFUSED,
    State.WITHDRAWN: Reason.WITHDRAWN,
    State.PAUSED: Reason.PAUSED,
    State.OUTDATED: Reason.OUTDATED,
    State.EXPIRED: Reason.EXPIRED,
}


def _use(question: Question, standing: Standing, lens: Lens, purpose: Purpose) -> Verdict:
    reading: Reading = lens.read(standing, purpose)
    reason = _REASONS[reading.state]
    if reason is Reason.ALLOWED and _ended_with_service(standing, lens, purpose):
        reason = Reason.SERVICE_ENDED
    return _verdict(
        question, reason, reading.mark, Subject.purpose(purpose.id), until=reading.until
    )


def _ended_with_service(standing: Standing, lens: Lens, purpose: Purpose) -> bool:
    lives_on = purpose.years_after_service is not None
    allowed = lens.catalogue.brands[BrandId(lens.brand)].use_after_service
    return lens.is_former(standing) and not lives_on and not allowed


def _channel(
    question: Question, standing: Standing, lens: Lens, blocked: frozenset[str]
) -> Verdict:
    subject = Subject.channel(question.channel or "")
    if subject.id in blocked:
        return _verdict(question, Reason.CHANNEL_BLOCKED, None, subject)
    switch, mark = lens.switch(standing, subject)
    reasons = {
        Switch.ON: Reason.ALLOWED,
        Switch.OFF: Reason.CHANNEL_OFF,
        Switch.UNSET: Reason.CHANNEL_UNSET,
    }
    return _verdict(question, reasons[switch], mark, subject)


def _topic(question: Question, standing: Standing, lens: Lens) -> Verdict:
    subject = Subject.topic(question.topic or "")
    topic = next(t for t in lens.catalogue.topics if t.id == question.topic)
    switch, mark = lens.switch(standing, subject)
    applies = topic.channel is None or question.channel in {None, topic.channel}
    off = switch is Switch.OFF and applies
    return _verdict(question, Reason.TOPIC_OFF if off else Reason.ALLOWED, mark, subject)


def _verdict(
    question: Question,
    reason: Reason,
    mark: Mark | None,
    about: Subject,
    *,
    until: datetime | None = None,
) -> Verdict:
    return Verdict(
        question=question,
        reason=reason,
        decision=mark.decision if mark else None,
        since=mark.at if mark else None,
        until=until,
        about=about,
    )
