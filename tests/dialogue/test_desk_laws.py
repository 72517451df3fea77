"""The laws at the desk: two brands, two doors, repetitions and a clock that jumps.

A machine talks at random; beside the ledger it keeps a plain model of what each customer was
promised: the last explicit answer about each purpose.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from consent.decisions import NO, Action, Kind
from consent.desk import rebuild
from consent.ports import Address, AddressKind, Inbound
from consent.replies import Option, Reply
from tests.builders import AMIGO, CATALOGUE, CHAT, DAY, HOUR, LMT, NUMBER, PURPOSES, inbound
from tests.dialogue.talks import Talk
from tests.dialogue.wishes import states_shown

_T = TypeVar("_T")
Key = tuple[str, Address]
BRANDS = st.sampled_from((LMT, AMIGO))
NEW_CHAT = Address(AddressKind.TELEGRAM, "1002")
DOORS = st.sampled_from((NUMBER, CHAT, NEW_CHAT))
ACCOUNTS = st.sampled_from((CHAT, NEW_CHAT))
#: What only the customer may see.
OWN = {"status", "page.state", "switches", "my_data"}
WORDS = st.sampled_from(
    (
        "STOP",
        "STOP visu",
        "START",
        "JĀ",
        "NĒ",
        "CANCEL",
        "statuss",
        "palīdzība",
        "izvēlne",
        "kanāli",
        "mani dati",
        "atsaukt 1",
        "1-",
        "dot 1",
        "dot 4",
        "8+",
        "3",
        "atsaukt sms",
        "sms",
        "zvani un e-pasts",
        "pauze 5",
        "STOP amigo",
        "STOP lmt",
        "1+ 2- 3-",
        "1- 1+",
        "1+ 1+",
        "1- 12-",
        "atsaukt reklāma un 1",
        "sms- e-pasts+",
        "atteikties",
        "JĀ 47",
        "STOP\ud83d",
        "kaut kas cits",
        "",
    )
)
GIVING = frozenset({Action.GIVEN, Action.ON})


class Conversations(RuleBasedStateMachine):
    """Customers of two brands, each with a number and two chat accounts, say anything."""

    def __init__(self) -> None:
        """Open an empty desk."""
        super().__init__()
        self.talk = Talk()
        self.loop = asyncio.new_event_loop()
        self.sent: list[tuple[Inbound, Reply]] = []
        self.offered: dict[Key, tuple[Option, ...]] = {}
        #: By brand, the one account that has the number.
        self.linked: dict[str, Address] = {}
        #: When the newest message of each conversation came.
        self.heard: dict[Key, datetime] = {}

    def teardown(self) -> None:
        """Close the loop."""
        self.loop.close()

    def _run(self, work: Coroutine[object, object, _T]) -> _T:
        return self.loop.run_until_complete(work)

    def _lengths(self) -> dict[str, int]:
        return {b: len(self._run(self.talk.history(brand=b))) for b in (LMT, AMIGO)}

    def _send(self, message: Inbound) -> Reply:
        before = self._lengths()
        if message.order is None:
            message = replace(message, order=len(self.sent) + 1)
            self.heard[message.brand, message.address] = self.talk.clock.now()
        reply = self._run(self.talk.send(message))
        other = AMIGO if message.brand == LMT else LMT
        assert before[other] == self._lengths()[other]
        assert before[message.brand] <= self._lengths()[message.brand]
        if not self._is_known(message.brand, message.address):
            rows = [row for m in reply.messages for row in states_shown(m)]
            assert {None} >= {row["state"] for row in rows}
            assert not OWN & set(reply.ids)
        self.sent.append((message, reply))
        self.offered[message.brand, message.address] = reply.options
        return reply

    def _is_known(self, brand: str, address: Address) -> bool:
        return address in {NUMBER, self.linked.get(brand)}

    def _id(self) -> str:
        return f"m-{len(self.sent)}"

    @initialize()
    def first_words(self) -> None:
        """Everybody starts by being explained something."""
        self._send(inbound("palīdzība", message_id=self._id()))

    @rule(text=WORDS, address=DOORS, brand=BRANDS)
    def say(self, text: str, address: Address, brand: str) -> None:
        """Say something at a door of a brand."""
        self._send(inbound(text, message_id=self._id(), address=address, brand=brand))

    @rule(text=WORDS, address=DOORS, brand=BRANDS)
    def say_late(self, text: str, address: Address, brand: str) -> None:
        """Say something that arrives after what was said later: it raises no permission."""
        newest = self.heard.get((brand, address))
        if newest is None or self.talk.clock.now() - newest >= DAY:
            return
        told = self._lengths()[brand]
        late = inbound(text, message_id=self._id(), address=address, brand=brand)
        self._send(replace(late, order=0))
        added = self._run(self.talk.history(brand=brand))[told:]
        assert not GIVING & {entry.action for entry in added}

    @rule(data=st.data(), address=DOORS, brand=BRANDS)
    def choose(self, data: st.DataObject, address: Address, brand: str) -> None:
        """Choose one of the options last offered."""
        options = self.offered.get((brand, address))
        if options:
            choice = data.draw(st.sampled_from(options))
            self._send(inbound(message_id=self._id(), choice=choice, address=address, brand=brand))

    @rule(brand=BRANDS, account=ACCOUNTS)
    def share_the_number(self, brand: str, account: Address) -> None:
        """Share the number in a chat: whichever account had it before is told, nobody else."""
        before, told = self.linked.get(brand), len(self.talk.ledger.outgoing)
        self.linked[brand] = account
        shared = Option(name="contact")
        self._send(
            inbound(
                message_id=self._id(), choice=shared, address=account, brand=brand, contact=NUMBER
            )
        )
        lost = [before] if before and before != account else []
        for other in lost:
            # It begins anew, and so does the count of its messages.
            self.heard.pop((brand, other), None)
        assert lost == [sent.to for sent in self.talk.ledger.outgoing[told:]]

    @rule(brand=BRANDS, address=DOORS)
    def grant_in_full(self, brand: str, address: Address) -> None:
        """Ask for a notice and say yes to it at once: it is given, at this door and brand."""
        asked = self._send(inbound("dot 8", message_id=self._id(), address=address, brand=brand))
        if "ask.grant" in asked.ids:
            self._send(inbound("JĀ", message_id=self._id(), address=address, brand=brand))
            assert self._run(self.talk.may("research", brand=brand)).allowed

    @rule(brand=BRANDS, address=DOORS)
    def stop(self, brand: str, address: Address) -> None:
        """Say STOP: from this message on nothing may be sent (law 2)."""
        self._send(inbound("STOP", message_id=self._id(), address=address, brand=brand))
        if self._is_known(brand, address):
            for purpose in ("offers", "loyalty_offers"):
                assert not self._run(self.talk.may(purpose, brand=brand)).allowed

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def deliver_again(self, data: st.DataObject) -> None:
        """Deliver a message again: same reply, nothing decided (law 5)."""
        message, reply = data.draw(st.sampled_from(self.sent))
        before = self._lengths()
        assert reply == self._run(self.talk.send(message))
        assert before == self._lengths()

    @rule(by=st.sampled_from((timedelta(0), HOUR, DAY + HOUR, -HOUR, -3 * DAY)))
    def move_the_clock(self, by: timedelta) -> None:
        """Let time pass, or run backwards."""
        self.talk.clock.move(by)

    @invariant()
    def what_is_kept_is_what_was_said(self) -> None:
        """Standings kept and rebuilt are the same; chains verify; moments never step back."""
        for brand in (LMT, AMIGO):
            entries = self._run(self.talk.history(brand=brand))
            assert rebuild(entries) == self._run(self.talk.kept(brand=brand))
            assert sorted(d.said_at for d in entries) == [d.said_at for d in entries]
            assert {d.brand for d in entries} <= {brand}

    @invariant()
    def only_an_answer_gives(self) -> None:
        """Each grant in the ledger rests on a JA, or a tap, under its own notice (law 1)."""
        for brand in (LMT, AMIGO):
            for entry in self._run(self.talk.history(brand=brand)):
                if entry.action is Action.GIVEN:
                    shown = self.talk.house.notices.find(entry.notice or "")
                    assert shown is not None
                    assert (brand, entry.subject.id) == (shown.brand, shown.purpose)
                    assert entry.evidence is not None
                    assert entry.evidence.words in {
                        "JĀ",
                        "dot 1",
                        "dot 4",
                        "dot 8",
                        "8+",
                        "1+ 1+",
                        "[agree]",
                    }

    @invariant()
    def the_last_explicit_word_stands(self) -> None:
        """Told against a plain model: the last yes or no about a purpose is what stands."""
        for brand in (LMT, AMIGO):
            last: dict[str, Action] = {}
            for entry in self._run(self.talk.history(brand=brand)):
                if entry.subject.kind is Kind.PURPOSE and entry.action in GIVING | NO:
                    last[entry.subject.id] = entry.action
            for purpose in PURPOSES:
                if CATALOGUE.purpose(purpose).pausable:
                    continue
                allowed = self._run(self.talk.may(purpose, brand=brand)).allowed
                assert (last.get(purpose) is Action.GIVEN) is allowed


TestConversations = Conversations.TestCase
TestConversations.settings = settings(max_examples=120, stateful_step_count=25, deadline=None)
