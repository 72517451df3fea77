"""Every situation in which the dialogue says something, played through its real `step`.

So a budget is asserted of whole replies as they leave the house, and a message that the
dialogue learns to say is missed at once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count

from consent.catalogue import BrandId
from consent.copy_links import NO_WAY, CopyWays
from consent.decisions import SERVICE, Action, CustomerId, Decision, DecisionId, Subject
from consent.dialogue.scene import OnFile, Scene, Turn
from consent.dialogue.session import Awaiting, Pending, Session
from consent.dialogue.step import remark, resume, step
from consent.intents import Intent, IntentName, Scope
from consent.notices import Form, code_of
from consent.standing import Standing
from consent.states import Lens
from locales.wording import Texts

#: In English `22 Sept 2026` is as long as a date can be.
NOW = datetime(2026, 9, 22, 11, 5, tzinfo=UTC)
BEFORE = NOW - timedelta(days=1)
CODE, PIN = "47", "4711"
CASE = "K7M2-94QX"
CHANNELS = ("email", "sms", "call")
TOPICS = ("news", "greetings", "surveys", "tariffs", "devices", "events")
GRANT, WITHDRAW, YES, NO = IntentName.GRANT, IntentName.WITHDRAW, IntentName.YES, IntentName.NO
STOP, PAUSE, EXPLAIN = IntentName.WITHDRAW_ALL, IntentName.PAUSE, IntentName.EXPLAIN
NEVER_SEEN = OnFile(number_end="0001", linked_at=BEFORE, decisions=128)
SEEN = replace(NEVER_SEEN, looks=1024, last_look=NOW)
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Said:
    """Something said or done earlier."""

    subject: Subject
    action: Action
    notice: str | None = None
    actor: str = "customer"
    at: datetime = BEFORE
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """One brand, language and form on which situations are played."""

    texts: Texts
    brand: str
    language: str
    form: Form
    door: str = "sms"
    #: Nobody has looked at this customer.
    unseen: bool = False
    #: SMS can be sent to the customer's number.
    texting: bool = False
    #: A provider blocks SMS to the customer.
    blocked: bool = False
    #: How a copy of the data can be given.
    copies: CopyWays = NO_WAY

    def scene(self, past: tuple[Said, ...], *, proof: int, linked: bool) -> Scene:
        """Return what the dialogue sees."""
        return Scene(
            brand=self.texts.catalogue.brands[BrandId(self.brand)],
            lens=Lens(
                brand=self.brand,
                catalogue=self.texts.catalogue,
                notices=self.texts.notices,
                now=NOW,
            ),
            standing=Standing().with_decisions(self._decision(s) for s in past),
            form=self.form,
            proof_level=proof,
            linked=linked,
            fresh_code=CODE,
            fresh_pin=PIN,
            texting=self.texting,
            blocked=frozenset({"sms"} if self.blocked else ()),
            fresh_case=CASE,
            on_file=lambda: NEVER_SEEN if self.unseen else SEEN,
            copies=self.copies,
        )

    def turn(  # noqa: PLR0913
        self,
        intent: Intent,
        *past: Said,
        pending: Pending | None = None,
        greeted: bool = True,
        linked: bool = True,
        proof: int = 1,
        misses: int = 0,
        codes: int = 0,
    ) -> Turn:
        """Let one message be answered."""
        session = Session(
            language=self.language,
            chosen=True,
            greeted=greeted,
            pending=pending,
            misses=misses,
            codes=codes,
            codes_since=BEFORE + timedelta(hours=1) if codes else None,
            missed_at=BEFORE + timedelta(hours=1) if misses else None,
        )
        return step(self.scene(past, proof=proof, linked=linked), session, intent)

    def given(self, *purposes: str) -> tuple[Said, ...]:
        """Return a yes to each purpose, under the text shown now."""
        return tuple(self._said(p, Action.GIVEN) for p in purposes)

    def ended(self, *purposes: str) -> tuple[Said, ...]:
        """Return a yes and a later no to each purpose."""
        later = BEFORE + timedelta(hours=1)
        ends = (Said(Subject.purpose(p), Action.WITHDRAWN, at=later) for p in purposes)
        return (*self.given(*purposes), *ends)

    def asked_for(self, purpose: str, **changes: object) -> Pending:
        """Return the question after a notice, as it waits for the yes."""
        proof = self.texts.catalogue.purpose(purpose).proof
        by_sms = self.form is not Form.CHAT
        values: dict[str, object] = {
            "awaiting": Awaiting.GRANT,
            "asked_at": NOW - timedelta(minutes=5),
            "purposes": (purpose,),
            "notice": self._fingerprint(purpose),
            "code": CODE if by_sms and proof > 1 else None,
        }
        return Pending(**(values | changes))  # type: ignore[arg-type]

    def resume(self, wish: Intent | None, *past: Said) -> Turn:
        """Let the number be proven while a wish waits for it."""
        pending = Pending(awaiting=Awaiting.LINK, asked_at=NOW, intent=wish)
        session = Session(language=self.language, chosen=True, greeted=True, pending=pending)
        return resume(self.scene(past, proof=1, linked=True), session)

    def remark(self, why: str) -> Turn:
        """Let something be sent that no door can use."""
        session = Session(language=self.language, chosen=True, greeted=True)
        return remark(self.scene((), proof=1, linked=True), session, why)

    def code(self, purpose: str) -> str:
        """Return the code of the text shown now, as its buttons carry it."""
        return code_of(self._fingerprint(purpose))

    def _said(self, purpose: str, action: Action) -> Said:
        return Said(Subject.purpose(purpose), action, self._fingerprint(purpose))

    def _fingerprint(self, purpose: str) -> str:
        scene = self.scene((), proof=1, linked=True)
        return scene.notice(purpose, self.language).fingerprint

    def _decision(self, said: Said) -> Decision:
        return Decision(
            id=DecisionId(f"{next(_numbers):08d}"),
            customer=CustomerId("somebody"),
            position=1,
            brand=self.brand,
            subject=said.subject,
            action=said.action,
            said_at=said.at,
            recorded_at=said.at,
            until=said.until,
            notice=said.notice,
            language=self.language,
            door=self.door,
            actor=said.actor,
            method="text",
            evidence_hash="",
            evidence=None,
            salt=None,
            previous="",
            hash="",
        )


def on(*channels: str) -> tuple[Said, ...]:
    """Return each channel switched on."""
    return tuple(Said(Subject.channel(c), Action.ON) for c in channels)


def off(*topics: str) -> tuple[Said, ...]:
    """Return each topic switched off."""
    return tuple(Said(Subject.topic(t), Action.OFF) for t in topics)


def wish(name: IntentName, *purposes: str) -> Intent:
    """Return a wish about purposes."""
    return Intent(name=name, purposes=purposes)


GONE = Said(SERVICE, Action.ENDED, at=BEFORE)
ALL = Intent(name=STOP, scope=Scope.ALL)
MARKETING = Intent(name=STOP, scope=Scope.MARKETING)
