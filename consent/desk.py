"""The consent desk: every door hands its messages here, and only here are decisions made.

One message is one transaction: the desk reads what stands, understands, takes a step of the
dialogue, and returns everything to be written at once. What it answers is what was committed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from consent.arriving import (
    counted_in,
    form_of,
    hint_of,
    is_late,
    is_muted,
    proof_of,
    session_of,
)
from consent.batch_ports import CHUNK, Batches
from consent.batches import Fate, Item
from consent.catalogue import BrandId, Catalogue
from consent.choices import intent_of, is_offered
from consent.copy_links import CopyWays
from consent.copying import handed_over, ways_of, with_link
from consent.decisions import Action, Decision, Subject
from consent.dialogue.answers import typed_code
from consent.dialogue.scene import Scene, Turn
from consent.dialogue.session import Pending, Session
from consent.dialogue.step import remark, resume, step
from consent.errors import StoreUnavailable
from consent.intents import Intent, IntentName
from consent.leaving import deferred, farewells, texts
from consent.notices import NoticeShelf
from consent.ports import Clock, Entropy, Inbound, Ledger, Snapshot, Writing
from consent.recording import evidence_of, filed, recorded, with_receipt, words_of
from consent.replies import SILENCE, Message, Reply
from consent.restraint import Allowance, Restraint, counted, restrained
from consent.settling import work_at
from consent.standing import Record, Standing
from consent.states import Lens
from consent.understanding import Lexicon, understood

_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What the operator offers: data, texts and the words customers use, all frozen."""

    catalogue: Catalogue
    notices: NoticeShelf
    lexicon: Lexicon
    #: The brands that can send SMS of their own accord, such as codes.
    texting: frozenset[str] = frozenset()
    #: Customers can open pages of ours, since there is a public address.
    public: bool = False

    def lens(self, brand: str, now: datetime) -> Lens:
        """Return what reads a standing of this brand at this moment."""
        return Lens(brand=brand, catalogue=self.catalogue, notices=self.notices, now=now)


class ConsentDesk:
    """The only writer of consents."""

    def __init__(  # noqa: PLR0913
        self,
        house: House,
        ledger: Ledger,
        clock: Clock,
        entropy: Entropy,
        allowance: Allowance | None = None,
        batches: Batches | None = None,
    ) -> None:
        """Put the desk together; it holds no state of its own.

        :param allowance: how many strangers may be answered; none: all of them.
        :param batches: where decisions taken elsewhere are recorded; none: they are not.
        """
        self._house = house
        self._ledger = ledger
        self._clock = clock
        self._entropy = entropy
        self._allowance = allowance
        self._batches = batches

    async def handle(self, inbound: Inbound) -> Reply:
        """Answer one message of one customer and commit what it decides.

        The same message again (door, brand, provider's id) gets the same reply and changes
        nothing (law 5).

        :raises StoreUnavailable: nothing was changed; the door must let the provider retry.
        """
        return await self._ledger.turn(inbound, partial(self._work, inbound))

    async def record_batch(self, entries: Sequence[Item]) -> tuple[Fate, ...]:
        """Record decisions taken elsewhere; return what became of each, in order.

        The same entry again is the same entry once. Every `CHUNK` of them is one transaction.

        :raises StoreUnavailable: what was recorded so far stays; all of it once more comes out
            the same.
        """
        if self._batches is None:
            raise StoreUnavailable("(it takes no batches)")
        fates: list[Fate] = []
        for start in range(0, len(entries), CHUNK):
            work = work_at(self._clock.now(), self._house.lens, self._entropy)
            fates += await self._batches.record(entries[start : start + CHUNK], work)
        return tuple(fates)

    def _work(self, inbound: Inbound, snapshot: Snapshot) -> Writing:
        now = self._moment(snapshot)
        session = session_of(inbound, snapshot)
        late = is_late(inbound, session)
        session = counted_in(inbound, session, late=late)
        scene = self._scene(inbound, snapshot, session, now, late=late)
        if session.language is None:
            session = replace(session, language=scene.hint)
        intent, why = self._intent(inbound, scene, session)
        turn = _turn(inbound, scene, session, intent)
        restraint = self._restraint(inbound, snapshot, turn)
        if restraint is not Restraint.NONE or _is_no_news(inbound, now):
            # Nobody was shown anything.
            turn.decisions = [d for d in turn.decisions if d.action is not Action.ASKED]
        evidence = evidence_of(inbound, session, intent, proof_of(inbound, snapshot))
        if turn.decisions and inbound.text is not None:
            evidence = replace(evidence, went_by=why())
        customer = snapshot.customer or self._entropy.customer_id(now)
        known = snapshot if snapshot.customer else replace(snapshot, customer=customer)
        decisions = recorded(inbound, known, turn, evidence, self._entropy)
        reply = with_receipt(_answer(turn, restraint), decisions)
        reply, links = with_link(reply, customer, now)
        return Writing(
            customer=customer,
            new_customer=snapshot.customer is None,
            decisions=decisions,
            records=_records(snapshot.standing, decisions),
            head=decisions[-1].hash if decisions else snapshot.head,
            length=snapshot.length + len(decisions),
            session=_remembered(inbound, snapshot, turn, restraint),
            # What leaves by the outbox is not said a second time if the message comes again.
            reply=SILENCE if inbound.deferred_until else reply,
            cases=filed(turn, evidence.words),
            notes=turn.notes,
            outgoing=(
                *farewells(inbound, snapshot, turn, self._entropy),
                *texts(inbound, snapshot, turn, self._entropy),
                *deferred(inbound, reply, turn, self._entropy),
                *handed_over(inbound, reply, now, self._entropy),
            ),
            links=links,
            blocks=True if inbound.silent else False if inbound.reopened else None,
        )

    def _restraint(self, inbound: Inbound, snapshot: Snapshot, turn: Turn) -> Restraint:
        """Say how far the answer must be held back; withdrawals are carried out all the same."""
        if inbound.silent or inbound.unanswerable:
            return Restraint.SILENT
        if inbound.channel is None:
            return Restraint.NONE
        stranger = snapshot.customer is None and self._allowance is not None
        if stranger and self._allowance and not self._allowance.take(inbound.brand):
            return Restraint.SILENT
        return restrained(turn)

    def _moment(self, snapshot: Snapshot) -> datetime:
        """Return now, or just after the customer's last word if the clock ran backwards.

        Otherwise a withdrawal could stand before the grant that it takes back.
        """
        now, newest = self._clock.now(), snapshot.standing.newest
        return now if newest is None else max(now, newest + _TICK)

    def _scene(
        self,
        inbound: Inbound,
        snapshot: Snapshot,
        session: Session,
        now: datetime,
        *,
        late: bool,
    ) -> Scene:
        brand = self._house.catalogue.brands[BrandId(inbound.brand)]
        return Scene(
            brand=brand,
            lens=self._house.lens(inbound.brand, now),
            standing=snapshot.standing,
            form=form_of(inbound.form, session),
            proof_level=proof_of(inbound, snapshot).level,
            linked=snapshot.linked,
            fresh_code=self._entropy.code(),
            fresh_pin=self._entropy.pin(),
            texting=inbound.brand in self._house.texting,
            blocked=frozenset(snapshot.blocked),
            muted=is_muted(inbound, snapshot),
            fresh_case=self._entropy.case_id(),
            words=words_of(inbound),
            message_id=inbound.message_id,
            late=late,
            hint=inbound.language if inbound.language in self._house.catalogue.languages else None,
            on_file=snapshot.on_file,
            copies=self._ways(inbound, snapshot, now),
            open_cases=snapshot.open_cases,
        )

    def _ways(self, inbound: Inbound, snapshot: Snapshot, now: datetime) -> CopyWays:
        heard = not is_muted(inbound, snapshot) and not _is_no_news(inbound, now)
        return ways_of(inbound, self._entropy.salt, linkable=self._house.public and heard)

    def _intent(
        self, inbound: Inbound, scene: Scene, session: Session
    ) -> tuple[Intent, Callable[[], tuple[str, ...]]]:
        """Return what is asked for, and what tells why words were read so."""
        if inbound.choice is not None:
            offered = is_offered(inbound.choice, scene.catalogue)
            return intent_of(inbound.choice) if offered else Intent(name=IntentName.UNCLEAR), tuple
        if typed := typed_code(scene, session.pending):
            return typed, lambda: ("code",)
        found = understood(
            scene.words,
            self._house.lexicon,
            pending=hint_of(session.pending, scene),
            language=session.language,
        )
        return found.intent, found.reasons


def _records(before: Standing, decisions: tuple[Decision, ...]) -> dict[Subject, Record]:
    """Return what the decisions change in a standing."""
    standing = before.with_decisions(decisions)
    return {d.subject: standing.record(d.subject) for d in decisions}


def _turn(inbound: Inbound, scene: Scene, session: Session, intent: Intent) -> Turn:
    if inbound.remark is not None:
        return remark(scene, session, inbound.remark.value, about=inbound.about)
    if inbound.contact is not None:
        return resume(scene, session)
    return step(scene, session, intent)


def _remembered(inbound: Inbound, snapshot: Snapshot, turn: Turn, restraint: Restraint) -> Session:
    """Return the conversation with what was really said in it, and no question nobody saw."""
    session, before = turn.session, snapshot.session or Session()
    pending, tally = session.pending, session.tally
    if inbound.channel is not None and not inbound.silent:
        tally = counted(turn, restraint)
    unsaid = restraint is not Restraint.NONE or _is_no_news(inbound, turn.scene.now)
    if pending is turn.before:
        # A late message leaves the question to those who answer in time.
        pending = before.pending if inbound.deferred_until else pending
    elif unsaid:
        pending = _still_open(inbound, turn)
    if inbound.silent:
        pending = None
    if unsaid:
        session = replace(session, greeted=before.greeted, copied_at=before.copied_at)
    if pending is session.pending and tally is session.tally:
        return session
    return replace(session, pending=pending, tally=tally)


def _still_open(inbound: Inbound, turn: Turn) -> Pending | None:
    """Return the question that an unsent answer leaves: a no of the same outage still counts."""
    asked, asks = turn.before, turn.session.pending
    again = asked is not None and asks is not None and asked.purposes == asks.purposes
    return asked if inbound.deferred_until and again else None


def _is_no_news(inbound: Inbound, now: datetime) -> bool:
    """Say whether an answer would be too late to be sent."""
    return inbound.deferred_until is not None and inbound.deferred_until <= now


def _answer(turn: Turn, restraint: Restraint) -> Reply:
    """Return the answer, the one text that ends a flood of them, or nothing."""
    if restraint is Restraint.SILENT:
        return SILENCE
    reply = turn.reply()
    if restraint is Restraint.LAST_WORD:
        return replace(reply, messages=(Message("limit.reached"),), options=())
    return reply


def rebuild(decisions: Sequence[Decision]) -> Standing:
    """Return the standing that these decisions add up to (law 3)."""
    return Standing().with_decisions(decisions)
