"""Builders: plain functions with defaults, so that a test names only what it is about.

Time stands at `START` unless a test moves it; ids are counted or made from content, so every
run is the same run.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from consent import chain
from consent.catalogue import BrandId, Catalogue
from consent.decisions import (
    SERVICE,
    Action,
    CustomerId,
    Decision,
    DecisionId,
    Evidence,
    Subject,
)
from consent.dialogue.scene import Scene, Turn
from consent.dialogue.session import Awaiting, Pending, Session
from consent.intents import Intent, IntentName
from consent.notices import Form, Notice, NoticeShelf, Status, fingerprint
from consent.ports import Address, AddressKind, Inbound, Proof
from consent.replies import Option
from consent.standing import Standing
from consent.states import Lens
from locales import ROOT
from locales.catalogue_source import load_catalogue

START = datetime(2025, 3, 10, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LMT, AMIGO = "lmt", "amigo"
CATALOGUE: Catalogue = load_catalogue(ROOT)
PURPOSES: tuple[str, ...] = tuple(p.id for p in CATALOGUE.purposes)
CHANNELS: tuple[str, ...] = tuple(c.id for c in CATALOGUE.channels)
TOPICS: tuple[str, ...] = tuple(t.id for t in CATALOGUE.topics)


def notice(  # noqa: PLR0913
    purpose: str = "offers",
    *,
    brand: str = LMT,
    language: str = "lv",
    form: Form = Form.CHAT,
    major: int = 1,
    minor: int = 0,
    status: Status = Status.DRAFT,
) -> Notice:
    """Return a notice whose text is its own name."""
    text = f"{brand} {purpose} {language} {form.value} {major}.{minor}"
    return Notice(
        fingerprint=fingerprint(text),
        brand=brand,
        purpose=purpose,
        language=language,
        form=form,
        major=major,
        minor=minor,
        status=status,
        changed="as entered",
    )


def notices() -> tuple[Notice, ...]:
    """Return version 1.0 of every notice; only Latvian has a plain SMS text."""
    return tuple(
        notice(purpose, brand=brand, language=language, form=form)
        for brand in (LMT, AMIGO)
        for purpose in PURPOSES
        for language in CATALOGUE.languages
        for form in Form
        if form is not Form.SMS_PLAIN or language == "lv"
    )


def shelf(*more: Notice) -> NoticeShelf:
    """Return a shelf of all notices, and of later versions."""
    return NoticeShelf((*notices(), *more))


SHELF = shelf()


class MovableClock:
    """A clock that stands still until it is moved, backwards too."""

    def __init__(self, at: datetime = START) -> None:
        """Start at a moment."""
        self.at = at

    def now(self) -> datetime:
        """Return the moment it was moved to."""
        return self.at

    def move(self, by: timedelta) -> None:
        """Move it."""
        self.at += by


class CountedEntropy:
    """Ids and secrets counted up from one."""

    def __init__(self) -> None:
        """Start at one."""
        self._drawn = 0

    def _next(self) -> int:
        self._drawn += 1
        return self._drawn

    def customer_id(self, at: datetime) -> CustomerId:
        """Return a new customer's id."""
        return CustomerId(f"customer-{at:%Y}-{self._next():06d}")

    def decision_id(self, at: datetime) -> DecisionId:
        """Return a new decision's id."""
        return DecisionId(f"decision-{at:%Y}-{self._next():06d}")

    def case_id(self) -> str:
        """Return a new case's name."""
        return f"CASE-{self._next():06d}"

    def salt(self) -> str:
        """Return 16 bytes, hex."""
        return f"{self._next():032x}"

    def code(self) -> str:
        """Return two digits that do not start with 0."""
        return str(10 + self._next() % 90)

    def pin(self) -> str:
        """Return four digits that do not start with 0."""
        return str(1000 + self._next() % 9000)


def subject(name: str) -> Subject:
    """Return the purpose, channel or topic of this name, or the service."""
    if name == "service":
        return SERVICE
    if name in CHANNELS:
        return Subject.channel(name)
    return Subject.topic(name) if name in TOPICS else Subject.purpose(name)


def evidence(words: str = "JA", message_id: str = "m-1", level: int = 1) -> Evidence:
    """Return what proves a decision."""
    return Evidence(
        words=words, message_id=message_id, proof_kind="sms", proof_level=level, intent="yes"
    )


def said(  # noqa: PLR0913
    name: str,
    action: Action,
    *,
    at: datetime = START,
    until: datetime | None = None,
    shown: Notice | None = None,
    brand: str = LMT,
    actor: str = "customer",
) -> Decision:
    """Return a decision outside any chain; a yes or a question names its current notice."""
    with_text = action in {Action.GIVEN, Action.ASKED} and shown is None
    text = notice(name, brand=brand) if with_text else shown
    content = (name, action.value, chain.stamp(at), until, text and text.code, actor)
    return Decision(
        id=DecisionId("/".join(str(part) for part in content)),
        customer=CustomerId("customer-1"),
        position=1,
        brand=brand,
        subject=subject(name),
        action=action,
        said_at=at,
        recorded_at=at,
        until=until,
        notice=text.fingerprint if text else None,
        language="lv",
        door="telegram",
        actor=actor,
        method="text",
        evidence_hash="",
        evidence=None,
        salt=None,
        previous=chain.GENESIS,
        hash="",
    )


def chained(decisions: Iterable[Decision]) -> tuple[Decision, ...]:
    """Return these decisions as one customer's chain, each with evidence and salt."""
    entries: list[Decision] = []
    previous = chain.GENESIS
    for position, decision in enumerate(decisions, 1):
        proof, salt = evidence(message_id=f"m-{position}"), f"{position:032x}"
        entry = replace(
            decision,
            position=position,
            evidence=proof,
            salt=salt,
            evidence_hash=chain.evidence_hash(proof, salt),
            previous=previous,
        )
        entries.append(replace(entry, hash=chain.digest(entry)))
        previous = entries[-1].hash
    return tuple(entries)


def standing(*decisions: Decision) -> Standing:
    """Return what these decisions add up to."""
    return Standing().with_decisions(decisions)


def given(*names: str, at: datetime = START - DAY) -> tuple[Decision, ...]:
    """Return a yes to each of these: purposes are given, channels and topics switched on."""
    switches = {*CHANNELS, *TOPICS}
    return tuple(said(n, Action.ON if n in switches else Action.GIVEN, at=at) for n in names)


def lens(
    now: datetime = START,
    *,
    brand: str = LMT,
    catalogue: Catalogue = CATALOGUE,
    on: NoticeShelf = SHELF,
) -> Lens:
    """Return what reads a standing at a moment."""
    return Lens(brand=brand, catalogue=catalogue, notices=on, now=now)


def scene(
    *decisions: Decision,
    through: Lens | None = None,
    form: Form = Form.CHAT,
    proof_level: int = 1,
    linked: bool = True,
    code: str = "47",
) -> Scene:
    """Return what a step may look at."""
    seen_through = through or lens()
    return Scene(
        brand=seen_through.catalogue.brands[BrandId(seen_through.brand)],
        lens=seen_through,
        standing=standing(*decisions),
        form=form,
        proof_level=proof_level,
        linked=linked,
        fresh_code=code,
        fresh_case="K7M2-94QX",
    )


def session(pending: Pending | None = None, *, greeted: bool = True) -> Session:
    """Return a conversation in which the customer was greeted already."""
    return Session(greeted=greeted, pending=pending)


def pending(
    awaiting: Awaiting,
    *purposes: str,
    asked_at: datetime = START - HOUR,
    intent: Intent | None = None,
) -> Pending:
    """Return a question asked an hour ago."""
    return Pending(awaiting=awaiting, asked_at=asked_at, purposes=purposes, intent=intent)


def grant_pending(
    shown: Notice | None = None,
    *,
    asked_at: datetime = START - HOUR,
    code: str | None = None,
) -> Pending:
    """Return the question whether the consent of a notice is given."""
    text = shown or notice()
    full = notice(text.purpose, brand=text.brand, language=text.language)
    return Pending(
        awaiting=Awaiting.GRANT,
        asked_at=asked_at,
        purposes=(text.purpose,),
        notice=text.fingerprint,
        linked_notice=None if text.form is Form.CHAT else full.fingerprint,
        code=code,
    )


def intent(name: IntentName, *purposes: str) -> Intent:
    """Return a wish about purposes."""
    return Intent(name=name, purposes=purposes)


def decided(turn: Turn) -> tuple[str, ...]:
    """Return the decisions of a step in short: `offers given`."""
    return tuple(f"{d.subject.id} {d.action.value}" for d in turn.decisions)


def awaited(turn: Turn) -> str | None:
    """Return what kind of answer is pending after a step."""
    return turn.session.pending.awaiting.value if turn.session.pending else None


#: Message ids, decisions in short, and what is pending.
Outcome = tuple[tuple[str, ...], tuple[str, ...], str | None]


def outcome(turn: Turn) -> Outcome:
    """Return what a step said, decided and waits for."""
    return turn.reply().ids, decided(turn), awaited(turn)


NUMBER = Address(AddressKind.MSISDN, "+37120000001")
CHAT = Address(AddressKind.TELEGRAM, "1001")


def inbound(  # noqa: PLR0913
    text: str | None = None,
    *,
    choice: Option | None = None,
    message_id: str = "m-1",
    brand: str = LMT,
    address: Address = NUMBER,
    contact: Address | None = None,
    form: Form | None = None,
    silent: bool = False,
) -> Inbound:
    """Return a message: by SMS from a number, in a chat from an account."""
    by_sms = address.kind is AddressKind.MSISDN
    level = 1 if by_sms or contact else 0
    return Inbound(
        brand=brand,
        door="sms" if by_sms else "telegram",
        address=address,
        message_id=message_id,
        received_at=START,
        proof=Proof(kind="sms" if by_sms else "contact", level=level),
        form=form or (Form.SMS if by_sms else Form.CHAT),
        text=text,
        choice=choice,
        contact=contact,
        silent=silent,
    )
