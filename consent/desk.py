"""The consent desk: every door hands its messages here, and only here are decisions made.

One message is one transaction: the desk reads what stands, understands, takes a step of the
dialogue, and returns everything to be written at once. What it answers is what was committed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from consent import chain
from consent.catalogue import BrandId, Catalogue
from consent.choices import intent_of, is_offered
from consent.decisions import Action, CustomerId, Decision, Evidence
from consent.dialogue.scene import Awaiting, Decide, Pending, Scene, Session, Turn
from consent.dialogue.step import remark, resume, step
from consent.intents import Intent, IntentName
from consent.notices import NoticeShelf, code_of
from consent.ports import (
    Clock,
    Entropy,
    Inbound,
    Ledger,
    Outgoing,
    Proof,
    Snapshot,
    Writing,
)
from consent.replies import SILENCE, Reply
from consent.standing import Standing
from consent.states import Lens
from consent.understanding import Lexicon, explain, understand

_TICK = timedelta(microseconds=1)
_FAREWELL = timedelta(days=1)
#: How long a provider keeps what it could not deliver (Telegram: 24 hours).
_PROVIDER_KEEPS = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What the operator offers: data, texts and the words customers use, all frozen."""

    catalogue: Catalogue
    notices: NoticeShelf
    lexicon: Lexicon

    def lens(self, brand: str, now: datetime) -> Lens:
        """Return what reads a standing of this brand at this moment."""
        return Lens(brand=brand, catalogue=self.catalogue, notices=self.notices, now=now)


class ConsentDesk:
    """The only writer of consents."""

    def __init__(self, house: House, ledger: Ledger, clock: Clock, entropy: Entropy) -> None:
        """Put the desk together; it holds no state of its own."""
        self._house = house
        self._ledger = ledger
        self._clock = clock
        self._entropy = entropy

    async def handle(self, inbound: Inbound) -> Reply:
        """Answer one message of one customer and commit what it decides.

        The same message again (door, brand, provider's id) gets the same reply and changes
        nothing (law 5).

        :raises StoreUnavailable: nothing was changed; the door must let the provider retry.
        """
        return await self._ledger.turn(inbound, partial(self._work, inbound))

    def _work(self, inbound: Inbound, snapshot: Snapshot) -> Writing:
        now = self._moment(snapshot)
        session = snapshot.session or Session()
        if inbound.reopened:
            session = replace(session, blocked=False)
        late = _is_late(inbound, session)
        session = _counted(inbound, session, late=late)
        scene = replace(self._scene(inbound, snapshot, now), late=late)
        if session.language is None:
            session = replace(session, language=scene.hint)
        intent = self._intent(inbound, scene, session)
        turn = _turn(inbound, scene, session, intent)
        customer = snapshot.customer or self._entropy.customer_id(now)
        evidence = _evidence(inbound, session, intent, _proof(inbound, snapshot))
        if turn.decisions and inbound.text is not None:
            evidence = replace(evidence, went_by=self._reasons(scene, session))
        decisions = self._decisions(inbound, snapshot, turn, evidence, customer)
        standing = snapshot.standing.with_decisions(decisions)
        return Writing(
            customer=customer,
            new_customer=snapshot.customer is None,
            decisions=decisions,
            records={d.subject: standing.record(d.subject) for d in decisions},
            head=decisions[-1].hash if decisions else snapshot.head,
            length=snapshot.length + len(decisions),
            session=_asked_aloud(turn.session, silent=inbound.silent),
            reply=SILENCE if inbound.silent else _with_receipt(turn.reply(), decisions),
            cases=tuple(turn.cases),
            outgoing=self._farewells(inbound, snapshot, now),
        )

    def _farewells(
        self, inbound: Inbound, snapshot: Snapshot, now: datetime
    ) -> tuple[Outgoing, ...]:
        """Tell accounts that have lost the number to this one; a day later it is no news."""
        return tuple(
            Outgoing(
                id=self._entropy.decision_id(now),
                brand=inbound.brand,
                kind=gone.address.kind.value,
                to=gone.address,
                payload={"message": "link.ended", "language": gone.language or ""},
                not_after=now + _FAREWELL,
            )
            for gone in snapshot.displaced
        )

    def _moment(self, snapshot: Snapshot) -> datetime:
        """Return now, or just after the customer's last word if the clock ran backwards.

        Otherwise a withdrawal could stand before the grant that it takes back.
        """
        now, newest = self._clock.now(), snapshot.standing.newest
        return now if newest is None else max(now, newest + _TICK)

    def _scene(self, inbound: Inbound, snapshot: Snapshot, now: datetime) -> Scene:
        brand = self._house.catalogue.brands[BrandId(inbound.brand)]
        return Scene(
            brand=brand,
            lens=self._house.lens(inbound.brand, now),
            standing=snapshot.standing,
            form=inbound.form,
            proof_level=_proof(inbound, snapshot).level,
            linked=snapshot.linked,
            fresh_code=self._entropy.code(),
            fresh_case=self._entropy.case_id(),
            words=_words(inbound),
            message_id=inbound.message_id,
            hint=inbound.language if inbound.language in self._house.catalogue.languages else None,
            on_file=snapshot.on_file,
        )

    def _intent(self, inbound: Inbound, scene: Scene, session: Session) -> Intent:
        if inbound.choice is not None:
            offered = is_offered(inbound.choice, scene.catalogue)
            return intent_of(inbound.choice) if offered else Intent(name=IntentName.UNCLEAR)
        return understand(
            scene.words,
            self._house.lexicon,
            pending=_hint(session.pending, scene),
            language=session.language,
        )

    def _reasons(self, scene: Scene, session: Session) -> tuple[str, ...]:
        """Return why the words were read as they were, to be kept with the evidence."""
        return explain(
            scene.words,
            self._house.lexicon,
            pending=_hint(session.pending, scene),
            language=session.language,
        )

    def _decisions(
        self,
        inbound: Inbound,
        snapshot: Snapshot,
        turn: Turn,
        evidence: Evidence,
        customer: CustomerId,
    ) -> tuple[Decision, ...]:
        entries: list[Decision] = []
        previous, position = snapshot.head, snapshot.length
        for effect in turn.decisions:
            if inbound.silent and effect.action is Action.ASKED:
                # Nobody was shown anything.
                continue
            position += 1
            entry = self._entry(inbound, turn, evidence, effect)
            entry = replace(entry, customer=customer, position=position, previous=previous)
            entry = replace(entry, hash=chain.digest(entry))
            entries.append(entry)
            previous = entry.hash
        return tuple(entries)

    def _entry(self, inbound: Inbound, turn: Turn, evidence: Evidence, effect: Decide) -> Decision:
        now = turn.scene.now
        salt = self._entropy.salt()
        if effect.proved:
            evidence = replace(evidence, proof_kind="sms_code", proof_level=2)
        return Decision(
            id=self._entropy.decision_id(now),
            customer=CustomerId(""),
            position=0,
            brand=inbound.brand,
            subject=effect.subject,
            action=effect.action,
            said_at=now,
            recorded_at=now,
            until=effect.until,
            notice=effect.notice,
            linked_notice=effect.linked_notice,
            language=turn.language,
            door=inbound.door,
            actor="customer",
            method="button" if inbound.choice else "text",
            evidence_hash=chain.evidence_hash(evidence, salt),
            evidence=evidence,
            salt=salt,
            previous="",
            hash="",
        )


def _proof(inbound: Inbound, snapshot: Snapshot) -> Proof:
    """Return the better of what the message proves and what is on file for its sender."""
    on_file = snapshot.proof
    if on_file is None or inbound.proof.level >= on_file.level:
        return inbound.proof
    return on_file


def _is_late(inbound: Inbound, session: Session) -> bool:
    """Say whether a later message was answered already.

    The provider keeps messages for a day and may then count from anywhere, so an older count
    says nothing.
    """
    if inbound.order is None or session.newest_at is None:
        return False
    counts = inbound.received_at - session.newest_at < _PROVIDER_KEEPS
    return counts and inbound.order < session.newest


def _counted(inbound: Inbound, session: Session, *, late: bool) -> Session:
    """Note the message's number; to a late one no question is pending (law 6)."""
    if late:
        return replace(session, pending=_waiting(session.pending))
    if inbound.order is None:
        return session
    return replace(session, newest=inbound.order, newest_at=inbound.received_at)


def _waiting(pending: Pending | None) -> Pending | None:
    """Keep only what waits for the number: it asks for nothing but a withdrawal or a page."""
    return pending if pending and pending.awaiting is Awaiting.LINK else None


def _turn(inbound: Inbound, scene: Scene, session: Session, intent: Intent) -> Turn:
    if inbound.remark is not None:
        return remark(scene, session, inbound.remark.value)
    if inbound.contact is not None:
        return resume(scene, session)
    return step(scene, session, intent)


def _with_receipt(reply: Reply, decisions: tuple[Decision, ...]) -> Reply:
    """Number the receipts: the code of the newest link of the customer's chain.

    Who holds it can prove what the ledger said then: every later link builds on it.
    """
    said = [d for d in decisions if d.action is not Action.ASKED]
    if not said:
        return reply
    number = code_of(said[-1].hash)
    messages = tuple(
        replace(m, params=m.params | {"receipt": number}) if m.kept else m for m in reply.messages
    )
    return replace(reply, messages=messages)


def _words(inbound: Inbound) -> str:
    """Return what was said, fit to be stored, or the option chosen."""
    if inbound.text is not None:
        # A lone half of a surrogate pair has no form in UTF-8; it becomes U+FFFD.
        return inbound.text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return f"[{inbound.choice.name}]" if inbound.choice else ""


def _evidence(inbound: Inbound, session: Session, intent: Intent, proof: Proof) -> Evidence:
    """Return what proves this message's decisions: of a kept wish, the words that made it."""
    waited = session.pending if inbound.contact is not None else None
    kept = waited if waited and waited.intent else None
    said = kept.intent if kept and kept.intent else intent
    return Evidence(
        words=kept.words if kept else _words(inbound),
        message_id=kept.message_id if kept else inbound.message_id,
        proof_kind=proof.kind,
        proof_level=proof.level,
        intent=said.name.value,
    )


def _asked_aloud(session: Session, *, silent: bool) -> Session:
    """Drop a question that nobody will see, and note that nothing we send arrives."""
    return replace(session, pending=None, blocked=True) if silent else session


def _hint(pending: Pending | None, scene: Scene) -> str | None:
    """Return what understanding may know of the pending question, like `grant:offers`.

    A question whose time is over is none: it must not turn a STOP into a mere no.
    """
    if pending is None or not pending.is_fresh(scene.now, scene.brand.yes_within_hours):
        return None
    if pending.awaiting is Awaiting.GRANT:
        return f"grant:{pending.purposes[0]}"
    return pending.awaiting.value


def rebuild(decisions: Sequence[Decision]) -> Standing:
    """Return the standing that these decisions add up to (law 3)."""
    return Standing().with_decisions(decisions)
