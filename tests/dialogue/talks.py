"""Talking to the desk: a house with few words, a ledger in memory, and customers."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from consent import chain
from consent.decisions import Decision
from consent.desk import ConsentDesk, House
from consent.notices import Form
from consent.ports import Address, Circumstances, Inbound, Look
from consent.replies import Option, Reply
from consent.restraint import Allowance
from consent.standing import Standing
from consent.understanding import Lexicon, Part, Words, build_lexicon
from consent.verdicts import Question, Verdict, judge, unknown
from storage.memory import MemoryLedger
from tests.builders import (
    CATALOGUE,
    CHAT,
    LMT,
    NUMBER,
    SHELF,
    CountedEntropy,
    MovableClock,
    inbound,
    lens,
)

_LATVIAN: Words = {
    Part.STOP: {"": ["stop"]},
    Part.EVERYTHING: {"": ["stop visu"]},
    Part.START: {"": ["start"]},
    Part.STATUS: {"": ["statuss", "info"]},
    Part.SWITCHES: {"": ["kanāli"]},
    Part.HELP: {"": ["palīdzība"]},
    Part.MENU: {"": ["izvēlne"]},
    Part.MY_DATA: {"": ["mani dati"]},
    Part.YES: {"": ["jā"]},
    Part.NO: {"": ["nē"]},
    Part.CANCEL: {"": ["cancel"]},
    Part.REFUSE: {"": ["atteikties"]},
    Part.WITHDRAW: {"": ["atsaukt"]},
    Part.GRANT: {"": ["dot"]},
    Part.PAUSE: {"": ["pauze"]},
    Part.AND: {"": ["un"]},
    Part.ADVERTISING: {"": ["reklāma"]},
    Part.CHANNEL: {"sms": ["sms"], "email": ["e-pasts"], "call": ["zvani"]},
    Part.TOPIC: {"news": ["jaunumi"]},
    Part.BRAND: {"amigo": ["amigo"], "lmt": ["lmt"]},
    Part.LANGUAGE: {"plain": ["bez garumzīmēm"], "diacritics": ["ar garumzīmēm"]},
}
#: One word that is another wish in another language.
_ENGLISH: Words = {Part.HELP: {"": ["info"]}}
LEXICON: Lexicon = build_lexicon({"lv": _LATVIAN, "en": _ENGLISH}, [], CATALOGUE)
HOUSE = House(catalogue=CATALOGUE, notices=SHELF, lexicon=LEXICON)
#: A house in which one brand can send SMS of its own accord.
TEXTING = replace(HOUSE, texting=frozenset({LMT}))
#: How long the answer to a message that was fetched is news.
NEWS = timedelta(minutes=5)


@dataclass(slots=True)
class Talk:
    """One desk, its clock and everybody who talks to it."""

    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    clock: MovableClock = field(default_factory=MovableClock)
    house: House = HOUSE
    allowance: Allowance | None = None
    sent: int = 0
    desk: ConsentDesk = field(init=False)

    def __post_init__(self) -> None:
        """Put the desk in front of the ledger."""
        entropy = CountedEntropy()
        self.desk = ConsentDesk(self.house, self.ledger, self.clock, entropy, self.allowance)

    async def send(self, message: Inbound) -> Reply:
        """Hand in a message as it is."""
        return await self.desk.handle(replace(message, received_at=self.clock.now()))

    async def say(  # noqa: PLR0913
        self,
        text: str | None = None,
        *,
        choice: Option | None = None,
        address: Address = NUMBER,
        brand: str = LMT,
        contact: Address | None = None,
        form: Form | None = None,
        silent: bool = False,
        **door: Any,  # noqa: ANN401
    ) -> Reply:
        """Say or choose something in a message of its own; `door` is what else the door knows."""
        self.sent += 1
        said = inbound(
            text,
            choice=choice,
            message_id=f"m-{self.sent}",
            address=address,
            brand=brand,
            contact=contact,
            form=form,
            silent=silent,
        )
        return await self.send(replace(said, **door))

    async def sms(self, text: str | None = None, **said: Any) -> Reply:  # noqa: ANN401
        """Say something at a door that speaks through a channel: its answers cost money."""
        return await self.say(text, channel="sms", **said)

    async def fetch(
        self,
        text: str | None = None,
        *,
        ago: timedelta = timedelta(0),
        **door: Any,  # noqa: ANN401
    ) -> Reply:
        """Hand in an SMS that nobody could take when it was sent, some time ago."""
        self.sent += 1
        sent_at = self.clock.now() - ago
        said = replace(
            inbound(text, message_id=f"m-{self.sent}"),
            channel="sms",
            received_at=sent_at,
            deferred_until=sent_at + NEWS,
        )
        return await self.desk.handle(replace(said, **door))

    async def link(
        self, number: Address = NUMBER, *, brand: str = LMT, account: Address = CHAT
    ) -> Reply:
        """Share a number in the chat."""
        shared = Option(name="contact")
        return await self.say(choice=shared, address=account, brand=brand, contact=number)

    async def history(
        self, address: Address = NUMBER, *, brand: str = LMT
    ) -> tuple[Decision, ...]:
        """Return what the ledger holds of an address, checked against its chain."""
        customer = await self.ledger.customer_of(brand, address)
        if customer is None:
            return ()
        decisions = await self.ledger.history(customer)
        assert len(decisions) == chain.verify(decisions, await self.ledger.head_of(customer))
        return decisions

    async def ledgered(self, address: Address = NUMBER, *, brand: str = LMT) -> tuple[str, ...]:
        """Return the ledger of an address in short: `offers given`."""
        entries = await self.history(address, brand=brand)
        return tuple(f"{d.subject.id} {d.action.value}" for d in entries)

    async def kept(self, address: Address = NUMBER, *, brand: str = LMT) -> Standing:
        """Return the standing that the store keeps of an address."""
        seen: list[Standing] = []

        def look(standing: Standing | None, _around: Circumstances) -> Verdict:
            seen.append(standing or Standing())
            return unknown(Question(brand=brand, purpose="offers"))

        await self.ledger.consult(self._look(address, brand), look)
        return seen[0]

    async def blocked(self, address: Address = NUMBER, *, brand: str = LMT) -> frozenset[str]:
        """Return the channels that the store says a provider blocks to an address."""
        seen: list[frozenset[str]] = []

        def look(_standing: Standing | None, around: Circumstances) -> Verdict:
            seen.append(around.blocked)
            return unknown(Question(brand=brand, purpose="offers"))

        await self.ledger.consult(self._look(address, brand), look)
        return seen[0]

    async def may(
        self,
        purpose: str,
        *,
        address: Address = NUMBER,
        brand: str = LMT,
        channel: str | None = None,
    ) -> Verdict:
        """Ask the store as marketing would."""
        question = Question(brand=brand, purpose=purpose, channel=channel)

        def answer(standing: Standing | None, around: Circumstances) -> Verdict:
            if standing is None:
                return unknown(question)
            reads = lens(self.clock.now(), brand=brand)
            return judge(question, standing, reads, blocked=around.blocked)

        return await self.ledger.consult(self._look(address, brand), answer)

    def _look(self, address: Address, brand: str) -> Look:
        return Look(
            brand=brand,
            address=address,
            viewer="test",
            purpose_of_look="test",
            at=self.clock.now(),
        )
