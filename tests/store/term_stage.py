"""A store, its desk and one clock, for the life of a customer over the years."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from consent.batches import Entry, Item
from consent.decisions import SERVICE, Action, Subject
from consent.desk import ConsentDesk
from consent.feed import Event
from consent.notices import Form
from consent.ports import Address, Inbound
from consent.replies import Option, Reply
from consent.verdicts import Question, Reason
from marketing.checking import check
from storage.batches import SqlBatches
from storage.database import Database
from storage.ids import SystemEntropy
from storage.ledger import SqlLedger
from storage.terms import REST, TermSweep
from tests.builders import MovableClock
from tests.store.feeds import read, relay
from tests.store.stores import VAULT
from tests.store.test_ledger import HOUSE, NUMBER, message

LEFT = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
#: The end of 15 January 2028 in Riga.
OVER = datetime(2028, 1, 15, 22, 0, tzinfo=UTC)
TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)


class World:
    """A store, its desk, and one clock."""

    def __init__(self, database: Database) -> None:
        """Begin when somebody leaves."""
        self.database, self.clock, self.sent = database, MovableClock(LEFT), 0
        self.ledger = SqlLedger(database, VAULT)
        batches = SqlBatches(database, VAULT)
        self.desk = ConsentDesk(HOUSE, self.ledger, self.clock, SystemEntropy(), batches=batches)

    def sweep(self, holder: str = "first") -> TermSweep:
        """Return the sweep of a process."""
        return TermSweep(self.database, HOUSE.lens, holder)

    async def round(self, holder: str = "first") -> int:
        """Go through everybody; return how much was told."""
        sweep, told = self.sweep(holder), 0
        while True:
            portion = await sweep.step(self.clock.now())
            told += portion.told
            if not portion.more:
                # Between two rounds there is a rest.
                self.clock.move(REST)
                return told

    async def gave(self, *purposes: str, address: Address = NUMBER) -> None:
        """Record a yes to each of these, said before leaving."""
        for purpose in purposes:
            shown = HOUSE.notices.current("lmt", purpose, "lv", Form.CHAT).fingerprint
            entry = self.entry(Subject.purpose(purpose), Action.GIVEN, address)
            await self.record(replace(entry, notice=shown, said_at=LEFT - DAY))

    async def service(self, action: Action, address: Address = NUMBER) -> None:
        """Record that the service ended or restarted now."""
        await self.record(self.entry(SERVICE, action, address))

    async def record(self, *entries: Item) -> None:
        """Record what is told by another system."""
        fates = await self.desk.record_batch(entries)
        assert [None] * len(entries) == [fate.refusal for fate in fates]

    def entry(self, subject: Subject, action: Action, address: Address = NUMBER) -> Entry:
        """Return what another system tells now."""
        return Entry(
            brand="lmt",
            address=address,
            subject=subject,
            action=action,
            said_at=self.clock.now(),
            language="lv",
            actor="crm",
            door="import",
            method="paper",
        )

    async def told(self, after: int = 0) -> list[Event]:
        """Return what other systems read that nobody decided."""
        while await relay(self.database).move(self.clock.now()):
            pass
        entries = await read(self.database, after)
        return [e.event for e in entries if e.event["data"]["position"] is None]

    async def says(self, text: str, address: Address = NUMBER) -> Reply:
        """Let a customer write an SMS now."""
        self.sent += 1
        said = replace(message(f"life-{self.sent}", None, address=address), text=text)
        return await self.desk.handle(self.arrived(said))

    async def presses(self, option: Option, address: Address = NUMBER) -> Reply:
        """Let a customer choose something now."""
        self.sent += 1
        return await self.desk.handle(
            self.arrived(message(f"life-{self.sent}", option, address=address))
        )

    def arrived(self, said: Inbound) -> Inbound:
        """Return a message as it arrives now."""
        return replace(said, received_at=self.clock.now())

    async def reason(
        self, purpose: str, *, channel: str | None = None, address: Address = NUMBER
    ) -> Reason:
        """Ask as marketing would now."""
        question = Question(brand="lmt", purpose=purpose, channel=channel)
        lens = HOUSE.lens("lmt", self.clock.now())
        return (await check(self.ledger, lens, question, address, "tester")).reason
