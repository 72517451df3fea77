"""What the dialogue sees and wants done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from consent.cases import SAME_CASE, Case, due_of
from consent.catalogue import Brand, Catalogue, Purpose
from consent.copy_links import NO_WAY, CopyWays
from consent.decisions import NO, YES, Action, Kind, Subject
from consent.dialogue.session import Awaiting, Pending, Session
from consent.notices import Form, Notice
from consent.replies import Message, Option, Param, Reply
from consent.standing import Standing
from consent.states import Lens, Reading, State, Switch


@dataclass(frozen=True, slots=True, kw_only=True)
class Decide:
    """An effect: this goes into the ledger."""

    subject: Subject
    action: Action
    notice: str | None = None
    linked_notice: str | None = None
    until: datetime | None = None
    #: The yes repeated a code that only the holder of the number could read.
    proved: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OnFile:
    """What else the store holds about the customer, read only when asked for."""

    #: The last digits of the number, enough to know it by.
    number_end: str = ""
    linked_at: datetime | None = None
    decisions: int = 0
    looks: int = 0
    last_look: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Everything a step may look at; `fresh_code` and `fresh_case` are drawn anew each time."""

    brand: Brand
    lens: Lens
    standing: Standing
    form: Form
    proof_level: int
    linked: bool
    fresh_code: str
    fresh_case: str
    #: Four digits, for a code by SMS.
    fresh_pin: str = ""
    #: The brand can send SMS of its own accord.
    texting: bool = False
    #: Contact channels to this customer that a provider blocks.
    blocked: frozenset[str] = frozenset()
    #: So is the door's own: nothing we show is seen.
    muted: bool = False
    #: What was said, and the provider's id of it.
    words: str = field(default="", repr=False)
    message_id: str = ""
    #: Said before something that was answered already: it may only lower permission.
    late: bool = False
    #: The language the door believes the customer reads; words and profile come first.
    hint: str | None = None
    on_file: Callable[[], OnFile] = OnFile
    copies: CopyWays = NO_WAY
    #: Reads the customer's cases that wait for an answer; none: nobody keeps them.
    open_cases: Callable[[], tuple[Case, ...]] | None = None

    @property
    def now(self) -> datetime:
        """The moment of this message."""
        return self.lens.now

    @property
    def catalogue(self) -> Catalogue:
        """The operator's data."""
        return self.lens.catalogue

    def read(self, purpose: Purpose) -> Reading:
        """Return the state of a purpose as it stood before this message."""
        return self.lens.read(self.standing, purpose)

    def notice(self, purpose: str, language: str) -> Notice:
        """Return the notice this door shows; a language without diacritics has no plain one."""
        shelf, brand = self.lens.notices, self.brand.id
        if self.form is Form.SMS_PLAIN:
            plain = shelf.newest(brand, purpose, language, Form.SMS_PLAIN)
            return plain or shelf.current(brand, purpose, language, Form.SMS)
        return shelf.current(brand, purpose, language, self.form)

    def full_notice(self, purpose: str, language: str) -> Notice:
        """Return the full text, which an SMS links to."""
        return self.lens.notices.current(self.brand.id, purpose, language, Form.CHAT)


@dataclass(slots=True)
class Turn:
    """What one step has gathered so far."""

    scene: Scene
    session: Session
    language: str
    messages: list[Message] = field(default_factory=list)
    options: list[Option] = field(default_factory=list)
    decisions: list[Decide] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    #: By the name of an open case, what the customer has added to it.
    notes: dict[str, str] = field(default_factory=dict)
    #: SMS to the customer's number, besides the answer.
    texts: list[Message] = field(default_factory=list)
    #: The question that was pending when the message came.
    before: Pending | None = None

    def __post_init__(self) -> None:
        """Note the pending question."""
        self.before = self.session.pending

    def say(self, message_id: str, /, **params: Param) -> None:
        """Add a message to the reply."""
        self.messages.append(Message(message_id, params))

    def confirm(self, message_id: str, /, **params: Param) -> None:
        """Add a message that confirms a change: the customer keeps it as a receipt."""
        self.messages.append(Message(message_id, params, kept=True))

    def offer(self, *options: Option) -> None:
        """Add things to choose from."""
        self.options.extend(options)

    def decide(self, decision: Decide) -> None:
        """Add a decision to the ledger."""
        self.decisions.append(decision)

    def last(self, subject: Subject) -> Action | None:
        """Return what this message has decided about a subject so far, if anything."""
        said = [d.action for d in self.decisions if d.subject == subject]
        return said[-1] if said else None

    @property
    def contacts(self) -> bool:
        """Whether any purpose that allows contact stands, after what this message has ended."""
        stands = {State.GIVEN, State.PAUSED}
        said = {p.id: self.last(Subject.purpose(p.id)) for p in self.scene.catalogue.contacting}
        return any(
            said[p.id] in YES or (said[p.id] not in NO and self.scene.read(p).state in stands)
            for p in self.scene.catalogue.contacting
        )

    def is_on(self, subject: Subject) -> bool:
        """Say whether a channel or topic is on, after all that this message has decided."""
        said = self.last(subject)
        if said is not None:
            return said is Action.ON
        state = self.scene.lens.switch(self.scene.standing, subject)[0]
        # A topic nobody has touched is on (meaning.md, "Channels and topics").
        return state is Switch.ON or (state is Switch.UNSET and subject.kind is Kind.TOPIC)

    @property
    def channels_on(self) -> tuple[Subject, ...]:
        """The channels that are on, after all that this message has decided."""
        channels = (Subject.channel(c.id) for c in self.scene.catalogue.channels)
        return tuple(subject for subject in channels if self.is_on(subject))

    def has_decided(self, subject: Subject) -> bool:
        """Say whether an earlier wish of the same message has decided this already."""
        return self.last(subject) is not None

    @property
    def asks_for_a_yes(self) -> bool:
        """Whether this message has shown a notice already: one at a time."""
        pending = self.session.pending
        return (
            pending is not None
            and pending is not self.before
            and pending.awaiting is Awaiting.GRANT
        )

    def wait_for(self, pending: Pending | None) -> None:
        """Make this the only pending question."""
        if pending is self.session.pending is None:
            return
        if pending is not None and not pending.message_id:
            pending = replace(pending, message_id=self.scene.message_id)
        if pending is not None and self.before is not None and pending is not self.before:
            pending = replace(pending, since=_asked_first(pending, self.before))
        self.session = replace(self.session, pending=pending)

    def settle(self) -> None:
        """Drop the question that was pending before this message, but none asked since."""
        if self.session.pending is self.before:
            self.wait_for(None)

    def remember(
        self, *, language: str | None = None, chosen: bool | None = None, greeted: bool = False
    ) -> None:
        """Note something about the conversation."""
        known = self.session
        language = language or known.language
        chosen = known.chosen if chosen is None else chosen
        greeted = greeted or known.greeted
        if (language, chosen, greeted) != (known.language, known.chosen, known.greeted):
            self.session = replace(known, language=language, chosen=chosen, greeted=greeted)

    def open_case(self, kind: str, purpose: str | None = None) -> Case:
        """Return the case of this kind: the one open since less than a day, or a new one."""
        now, zone = self.scene.now, self.scene.catalogue.timezone
        waiting = {case.id: case for case in (*self.waiting_cases, *self.cases)}
        for case in self.session.cases:
            if case.kind == kind and now - case.opened_at < SAME_CASE and case.id in waiting:
                return waiting[case.id]
        # Each message brings one fresh name; a second case of it needs another.
        name = f"{self.scene.fresh_case}{f'-{len(self.cases) + 1}' if self.cases else ''}"
        due = due_of(kind, now, self.scene.brand, zone)
        case = Case(id=name, kind=kind, opened_at=now, purpose=purpose, due_at=due)
        others = tuple(c for c in self.session.cases if c.kind != kind)
        self.session = replace(self.session, cases=(*others, case))
        self.cases.append(case)
        return case

    @property
    def waiting_cases(self) -> tuple[Case, ...]:
        """The cases from before this message that wait for an answer."""
        read = self.scene.open_cases
        return self.session.cases if read is None else read()

    def reply(self) -> Reply:
        """Return what has been said so far."""
        return Reply(
            language=self.language,
            messages=tuple(self.messages),
            form=None if self.session.diacritics is None else self.scene.form,
            options=_each_once(self.options),
        )


def _asked_first(pending: Pending, before: Pending) -> datetime | None:
    """Return when a question that is asked once more was asked first."""
    same = (pending.awaiting, pending.purposes) == (before.awaiting, before.purposes)
    return (before.since or before.asked_at) if same else None


def _each_once(options: list[Option]) -> tuple[Option, ...]:
    """Return each option once, the way back last: there it always is."""
    others = dict.fromkeys(o for o in options if o.name != "menu")
    back = [o for o in options if o.name == "menu"][:1]
    return (*others, *back)
