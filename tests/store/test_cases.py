"""Cases in the store: listed by what is due, shown to those who say why, answered once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from consent.case_ports import (
    CasePage,
    CaseQuery,
    Draft,
    Named,
    Reach,
    Told,
    Until,
    more_time,
)
from consent.case_refusals import CaseRefused, Trouble, Why
from consent.cases import CaseState, lawful_end
from consent.decisions import CustomerId
from consent.delivery import Outcome, Report
from consent.desk import ConsentDesk
from consent.forgetting import Forgetting, ForgettingRefused, parting
from consent.notices import Form
from consent.ports import Address, AddressKind, Inbound
from consent.replies import Option
from storage import schema
from storage.cases import SqlCases
from storage.database import Database
from storage.deliveries import SqlDeliveries
from storage.ids import SystemEntropy
from storage.outbox import SqlOutbox
from storage.sqlite import SqliteDatabase
from tests.builders import CATALOGUE, CountedEntropy, MovableClock
from tests.dialogue.talks import HOUSE
from tests.store.stores import NEW, OLD, VAULT, in_chat, outgoing, rows, share, sql_ledger
from tests.store.test_ledger import CLOCK, NUMBER, OTHER, message

NOW = CLOCK.now()
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
ZONE = CATALOGUE.timezone
WORDS = "Mans uzvārds ir Kalniņa"


def _draft(text: str = "Izlabots.", form: Form | None = None) -> Draft:
    return Draft(words=lambda _door: text, form=lambda _message, _reach: form)


def _too_long(text: str = "Izlabots.") -> Draft:
    def refuse(_message: object, _reach: Reach) -> Form | None:
        raise CaseRefused(Why.LONG_CHAT, "It is too long.", over=1)

    return Draft(words=lambda _door: text, form=refuse)


class Office:
    """One store with its desk, its staff and what carries its messages."""

    def __init__(self, database: Database) -> None:
        """Open everything on one database."""
        self.database, self.clock = database, MovableClock(NOW)
        self.ledger = sql_ledger(database)
        self.desk = ConsentDesk(HOUSE, self.ledger, self.clock, SystemEntropy())
        self.cases = SqlCases(database, VAULT)
        self.outbox = SqlOutbox(database, VAULT)

    async def handle(self, inbound: Inbound) -> str:
        """Hand in a message; return the case that its answer names, if any."""
        said = replace(inbound, received_at=self.clock.now())
        reply = await self.desk.handle(said)
        named = (m.params.get("case") for m in reply.messages)
        return next((str(name) for name in named if name), "")

    def named(self, case: str, brand: str = "lmt") -> Named:
        """Return a case as a member of staff means it now."""
        return Named(brand=brand, case=case, by="A. Kalna", at=self.clock.now())

    async def answer(self, case: str, text: str = "Izlabots.") -> Told:
        """Answer a case."""
        return await self.cases.answer(self.named(case), _draft(text))

    async def carry(
        self, kind: str = "sms", outcome: Outcome | None = Outcome.SENT, case: str | None = None
    ) -> list[str]:
        """Carry what waits as a courier does; return what it said. None: die on the way."""
        said: list[str] = []
        for item in await self.outbox.claim(kind, "lmt", self.clock.now() + MINUTE):
            meant = case in {None, item.reply.messages[0].params.get("case")}
            if meant and await self.outbox.depart(item, self.clock.now()):
                said += [str(m.params.get("answer")) for m in item.reply.messages]
                if outcome is not None:
                    await self.outbox.settle(item, self.clock.now(), outcome)
        return said

    async def state(self, case: str) -> CaseState:
        """Return how far a case is."""
        return (await self.cases.show(self.named(case), "test")).filed.state

    async def page(self, **asked: object) -> CasePage:
        """Return a page of a list."""
        return await self.cases.listed(CaseQuery(brand="lmt", **asked))  # type: ignore[arg-type]

    async def listed(self, **asked: object) -> list[str]:
        """Return the names of what a page lists."""
        return [filed.case.id for filed in (await self.page(**asked)).cases]

    async def names(self, **asked: object) -> list[str]:
        """Return the names of what is listed."""
        found = await self.cases.waiting("lmt", **asked)  # type: ignore[arg-type]
        return [filed.case.id for filed in found]


@pytest.fixture
def office(database: Database) -> Office:
    """Return an office on each kind of database."""
    return Office(database)


def _asks(message_id: str, page: str = "correction", number: Address = NUMBER) -> Inbound:
    return message(message_id, Option(name=page), address=number)


def _number(digit: int) -> Address:
    return Address(AddressKind.MSISDN, f"+3712000010{digit}")


async def test_a_case_is_kept_with_all_it_takes_to_answer(office: Office) -> None:
    """Kind, purpose, due date, door, language and address; the words sealed."""
    case = await office.handle(_asks("m1", "other_proof"))
    await office.handle(message("m2", None, text=WORDS))
    (row,) = rows(office.database, schema.cases)
    due = lawful_end(NOW, ZONE)
    assert (case, "lmt", "other_proof", "credit") == (
        row.case_id,
        row.brand,
        row.kind,
        row.purpose,
    )
    assert ("sms", "lv", VAULT.address_hash("lmt", NUMBER)) == (
        row.door,
        row.language,
        row.address_hash,
    )
    assert WORDS.encode() not in row.sealed_words
    opened = await office.cases.show(office.named(case), "to answer")
    assert (f"[other_proof]\n{WORDS}", (NUMBER.value,)) == (opened.words, opened.numbers)
    assert due == opened.filed.case.due_at


async def test_open_cases_are_listed_by_what_is_due(office: Office) -> None:
    """The first due first, page by page; nothing that customers said is in the list."""
    names = []
    for day in range(3):
        office.clock.at = NOW + (2 - day) * DAY
        names.append(await office.handle(_asks(f"m{day}", number=_number(day))))
    office.clock.at = NOW
    expected = names[::-1]
    assert expected == await office.names()
    assert expected[:2] == await office.names(most=2)
    assert expected[2:] == await office.names(after=expected[1])
    assert expected[2:] == await office.listed(after=(await office.page(most=2)).after)
    assert expected[:1] == await office.listed(overdue_at=lawful_end(NOW, ZONE) + MINUTE)
    assert [] == await office.listed(kind="access")
    (filed, *_) = await office.cases.waiting("lmt")
    assert ("", CaseState.OPEN, "sms") == (filed.case.words, filed.state, filed.door)
    assert () == await office.cases.waiting("amigo")


async def test_what_is_over_is_listed_the_last_first(office: Office) -> None:
    """With whether it was answered; what ended in time is not told as overdue."""
    answered = await office.handle(_asks("m1", number=_number(1)))
    office.clock.at = NOW + DAY
    closed = await office.handle(_asks("m2", number=_number(2)))
    await office.answer(answered)
    await office.carry()
    office.clock.at = NOW + 2 * DAY
    await office.cases.close(office.named(closed), "by phone")
    page = await office.page(over=True, most=1)
    assert [(closed, CaseState.CLOSED)] == [(x.case.id, x.state) for x in page.cases]
    rest = await office.page(over=True, after=page.after)
    assert [(answered, CaseState.ANSWERED)] == [(x.case.id, x.state) for x in rest.cases]
    assert ((), None) == (rest.cases[1:], rest.after)
    assert [] == await office.listed(over=True, overdue_at=NOW + 90 * DAY)
    assert [] == await office.listed()


async def test_only_what_is_overdue_can_be_listed(office: Office) -> None:
    """On the last day it is in time; the next morning it is not."""
    case = await office.handle(_asks("m1"))
    due = lawful_end(NOW, ZONE)
    assert [] == await office.names(overdue_at=due)
    assert [case] == await office.names(overdue_at=due + timedelta(microseconds=1))


async def test_a_list_goes_on_after_a_case_of_its_brand(office: Office) -> None:
    """Also after one that is closed since; a name of another brand, or none, is refused."""
    first = await office.handle(_asks("m1"))
    office.clock.move(DAY)
    second = await office.handle(_asks("m2", number=OTHER))
    await office.cases.close(office.named(first), "by phone")
    assert [second] == await office.names(after=first)
    for brand, name in (("amigo", first), ("lmt", "NOSU-CHCA")):
        with pytest.raises(CaseRefused, match="go on after"):
            await office.cases.waiting(brand, after=name)


async def test_old_cases_without_a_date_are_listed_too(office: Office) -> None:
    """A case from before there were dates is due a month after it was opened."""
    case = await office.handle(_asks("m1"))
    table = schema.cases
    bare = {"due_at": None, "door": None, "language": None, "address_hash": None}
    office.database.write_now(lambda c: c.execute(table.update().values(bare)))
    assert [case] == await office.names(overdue_at=NOW + 32 * DAY)
    assert [] == await office.names(overdue_at=NOW + 30 * DAY)
    opened = await office.cases.show(office.named(case), "to answer")
    assert Trouble.UNKNOWN is opened.reach


async def test_nobody_looks_unseen(office: Office) -> None:
    """Whoever is shown a case is in the customer's read log, with what for (law 9)."""
    case = await office.handle(_asks("m1"))
    await office.cases.waiting("lmt")
    assert [] == rows(office.database, schema.read_log)
    await office.cases.show(office.named(case), "to answer it")
    (look,) = rows(office.database, schema.read_log)
    assert ("A. Kalna", "to answer it", f"case {case}") == (
        look.viewer,
        look.reason_of_look,
        look.question,
    )


@pytest.mark.parametrize("brand", ["amigo", "lmt"])
async def test_a_case_of_nobody_is_refused(office: Office, brand: str) -> None:
    """A name that the brand does not have shows nothing, answers and notes nothing (law 7)."""
    case = await office.handle(_asks("m1"))
    wrong = office.named(case if brand == "amigo" else "NOSU-CHCA", brand)
    for attempt in (
        office.cases.show(wrong, "curious"),
        office.cases.answer(wrong, _draft()),
        office.cases.close(wrong, "x"),
    ):
        with pytest.raises(CaseRefused, match="has no case"):
            await attempt
    assert [] == rows(office.database, schema.read_log)


async def test_a_name_that_two_customers_have_is_refused(office: Office) -> None:
    """Names are drawn by chance; where two are the same nobody gets the other's answer."""
    case = await office.handle(_asks("m1"))
    await office.handle(_asks("m2", number=OTHER))
    table = schema.cases
    office.database.write_now(lambda c: c.execute(table.update().values(case_id=case)))
    with pytest.raises(CaseRefused, match="Two customers"):
        await office.answer(case)


async def test_an_answer_leaves_over_the_door_the_case_came_by(office: Office) -> None:
    """To the number or chat that asked, in its language, named after its case."""
    await office.handle(share("s"))
    by_chat = await office.handle(in_chat("h", Option(name="correction")))
    by_sms = await office.handle(_asks("m1", "human"))
    for case in (by_chat, by_sms):
        await office.answer(case)
    found = [(await office.outbox.claim(k, "lmt", NOW + MINUTE))[0] for k in ("telegram", "sms")]
    assert [OLD, NUMBER] == [item.to for item in found]
    assert ["lv", "lv"] == [item.reply.language for item in found]
    expected = [{"case": case, "answer": "Izlabots."} for case in (by_chat, by_sms)]
    assert expected == [item.reply.messages[0].params for item in found]
    assert {None} == {item.not_after for item in found}


async def test_a_case_is_closed_when_its_answer_has_left(office: Office) -> None:
    """Until then it is open, and being answered; afterwards it says by whom and what."""
    case = await office.handle(_asks("m1"))
    told = await office.answer(case)
    assert isinstance(told.reach, Reach)
    assert (False, NUMBER, "sms") == (told.again, told.reach.to, told.reach.door)
    assert CaseState.OPEN is await office.state(case)
    assert ["Izlabots."] == await office.carry()
    opened = await office.cases.show(office.named(case), "test")
    assert (CaseState.ANSWERED, "A. Kalna", NOW) == (
        opened.filed.state,
        opened.filed.by,
        opened.filed.closed_at,
    )
    assert opened.answer is not None
    assert ("Izlabots.", Outcome.SENT) == (opened.answer.text, opened.answer.outcome)
    assert [] == await office.names()


async def test_the_answer_is_kept_sealed(file_database: SqliteDatabase) -> None:
    """Neither the customer's words nor the answer can be read in the file."""
    office = Office(file_database)
    case = await office.handle(_asks("m1"))
    await office.handle(message("m2", None, text=WORDS))
    await office.answer(case, "Labots uz Kalniņa")
    await office.carry()
    files = file_database.file.parent.glob(f"{file_database.file.name}*")
    stored = b"".join(path.read_bytes() for path in files)
    assert "Kalniņa".encode() not in stored


async def test_the_same_answer_is_the_same_answer_once(office: Office) -> None:
    """Said again before or after it has left, it does not leave a second time."""
    case = await office.handle(_asks("m1"))
    first = await office.answer(case)
    again = [await office.answer(case)]
    assert ["Izlabots."] == await office.carry()
    again.append(await office.answer(case))
    assert [True, True] == [told.again for told in again]
    assert {first.at} == {told.at for told in again}
    assert [] == await office.carry()
    assert 1 == len(outgoing(office.database))


async def test_another_answer_after_it_is_refused(office: Office) -> None:
    """On its way or sent: whoever has been told is not told something else."""
    case = await office.handle(_asks("m1"))
    await office.answer(case)
    with pytest.raises(CaseRefused, match="on its way"):
        await office.answer(case, "Nē.")
    await office.carry()
    with pytest.raises(CaseRefused, match="new case"):
        await office.answer(case, "Nē.")


async def test_many_answers_at_once_are_one(office: Office) -> None:
    """Two members of staff, or one command run twice at the same moment."""
    case = await office.handle(_asks("m1"))
    told = await asyncio.gather(*(office.answer(case) for _ in range(5)))
    assert 1 == sum(not one.again for one in told)
    assert ["Izlabots."] == await office.carry()


async def test_a_courier_that_dies_sends_nothing_twice(office: Office) -> None:
    """Handed over and never settled: perhaps sent; nobody sends it again, staff are told."""
    case = await office.handle(_asks("m1"))
    await office.answer(case)
    assert ["Izlabots."] == await office.carry(outcome=None)
    office.clock.move(11 * MINUTE)
    assert [] == await office.carry()
    assert CaseState.OPEN is await office.state(case)
    for text in ("Izlabots.", "Nē."):
        with pytest.raises(CaseRefused, match="perhaps"):
            await office.answer(case, text)
    assert await office.cases.close(office.named(case), "they have it")
    opened = await office.cases.show(office.named(case), "test")
    assert opened.answer is not None
    assert ("Izlabots.", "they have it") == (opened.answer.text, opened.reason)


async def test_a_worker_that_dies_before_leaves_the_answer(office: Office) -> None:
    """Claimed and not yet handed over: it is claimed again by the clock, and sent."""
    case = await office.handle(_asks("m1"))
    await office.answer(case)
    assert 1 == len(await office.outbox.claim("sms", "lmt", NOW))
    office.clock.move(3 * MINUTE)
    assert ["Izlabots."] == await office.carry()
    assert CaseState.ANSWERED is await office.state(case)


@pytest.mark.parametrize(
    "outcome", [Outcome.BLOCKED, Outcome.UNREACHABLE, Outcome.REFUSED, Outcome.LATE]
)
async def test_an_answer_that_could_not_be_sent_leaves_the_case_open(
    office: Office, outcome: Outcome
) -> None:
    """It says why, is listed again, and can be answered anew."""
    case = await office.handle(_asks("m1"))
    await office.answer(case)
    await office.carry(outcome=outcome)
    opened = await office.cases.show(office.named(case), "test")
    assert opened.answer is not None
    assert (CaseState.OPEN, outcome) == (opened.filed.state, opened.answer.outcome)
    assert [case] == await office.names()
    assert not (await office.answer(case)).again
    assert ["Izlabots."] == await office.carry()


async def test_an_unsure_end_is_no_answer_and_no_second_try(office: Office) -> None:
    """Perhaps sent: the case stays open, and nothing is said twice."""
    case = await office.handle(_asks("m1"))
    await office.answer(case)
    await office.carry(outcome=Outcome.UNSURE)
    assert CaseState.OPEN is await office.state(case)
    with pytest.raises(CaseRefused, match="nobody can tell"):
        await office.answer(case)


def _report(office: Office, status: str, stage: int) -> Report:
    """Return what the provider says of the one answer that has left."""
    (row,) = outgoing(office.database)
    return Report(
        brand="lmt",
        to=NUMBER,
        reference=row.outgoing_id,
        provider_id="SM1",
        status=status,
        stage=stage,
        error="",
        at=NOW,
    )


async def test_a_late_report_opens_the_case_again(office: Office) -> None:
    """Taken by the provider and never delivered: the customer was not answered."""
    case = await office.handle(_asks("m1"))
    await office.answer(case)
    await office.carry()
    report = _report(office, status="sent", stage=3)
    deliveries = SqlDeliveries(office.database, VAULT)
    await deliveries.note(report)
    assert CaseState.ANSWERED is await office.state(case)
    await deliveries.note(replace(report, status="undelivered", stage=5))
    opened = await office.cases.show(office.named(case), "test")
    assert opened.answer is not None
    assert (CaseState.OPEN, Outcome.UNREACHABLE, "undelivered") == (
        opened.filed.state,
        opened.answer.outcome,
        opened.answer.report,
    )
    assert not (await office.answer(case)).again


async def test_a_delivered_answer_stays_one(office: Office) -> None:
    """The provider's last word on an answer that arrived changes nothing."""
    case = await office.handle(_asks("m1"))
    await office.answer(case)
    await office.carry()
    report = _report(office, status="delivered", stage=5)
    await SqlDeliveries(office.database, VAULT).note(report)
    assert CaseState.ANSWERED is await office.state(case)


async def test_what_is_too_long_changes_nothing(office: Office) -> None:
    """The case can be answered in fewer words, as if nothing had been tried."""
    case = await office.handle(_asks("m1"))
    for attempt in (
        office.cases.answer(office.named(case), _too_long()),
        office.cases.extend(office.named(case), _until(office), _too_long()),
    ):
        with pytest.raises(CaseRefused, match="too long"):
            await attempt
    assert [] == outgoing(office.database)
    assert not (await office.answer(case)).again


async def test_the_spelling_the_customer_chose_is_known(office: Office) -> None:
    """With diacritics if they asked for that; a form that was chosen goes with the answer."""
    await office.handle(message("m0", None, text="ar garumzīmēm"))
    case = await office.handle(_asks("m1"))
    told = await office.cases.answer(office.named(case), _draft(form=Form.SMS))
    assert told.reach is not None
    assert told.reach.diacritics is True
    (item,) = await office.outbox.claim("sms", "lmt", NOW + MINUTE)
    assert Form.SMS is item.reply.form


async def _block(office: Office) -> None:
    await office.outbox.note_block("lmt", NUMBER, "sms", NOW)


async def _lose(office: Office) -> None:
    await office.outbox.note_reach("lmt", NUMBER, NOW)


async def _release(office: Office) -> None:
    digest = VAULT.address_hash("lmt", NUMBER)
    table = schema.addresses
    gone = table.delete().where(table.c.address_hash == digest)
    await office.database.write(lambda c: c.execute(gone))


async def _demo(office: Office) -> None:
    table = schema.cases
    await office.database.write(lambda c: c.execute(table.update().values(door="playground")))


@pytest.mark.parametrize(
    ("happens", "trouble"),
    [
        pytest.param(_block, Trouble.BLOCKED, id="blocked"),
        pytest.param(_lose, Trouble.GONE, id="unreachable"),
        pytest.param(_release, Trouble.MOVED, id="released"),
        pytest.param(_demo, Trouble.NO_COURIER, id="no-courier"),
    ],
)
async def test_staff_are_told_when_nobody_can_be_reached(
    office: Office, happens: object, trouble: Trouble
) -> None:
    """Plainly, and before anything is sent: the case stays open."""
    case = await office.handle(_asks("m1"))
    await happens(office)  # type: ignore[operator]
    for attempt in (
        office.cases.answer(office.named(case), _draft()),
        office.cases.extend(office.named(case), _until(office), _draft()),
    ):
        with pytest.raises(CaseRefused, match=trouble.value):
            await attempt
    assert trouble is (await office.cases.show(office.named(case), "test")).reach
    assert ([case], []) == (await office.names(), outgoing(office.database))


async def test_a_parted_account_gets_no_answer_of_the_number_s(office: Office) -> None:
    """Queued or not: what staff say to a customer never reaches who had their chat (law 7)."""
    await office.handle(share("s"))
    queued = await office.handle(in_chat("h", Option(name="correction")))
    await office.answer(queued)
    later = await office.handle(in_chat("h2", Option(name="human")))
    await office.handle(share("n", account=NEW))
    assert "Izlabots." not in await office.carry("telegram")
    for case in (queued, later):
        with pytest.raises(CaseRefused, match="no longer theirs"):
            await office.answer(case)
    assert {queued, later} == set(await office.names())


async def test_an_account_with_another_number_gets_no_answer_of_before(office: Office) -> None:
    """The same chat, now somebody else's by its number, is not told what it asked before."""
    await office.handle(share("s"))
    case = await office.handle(in_chat("h", Option(name="correction")))
    await office.answer(case)
    await office.handle(share("n", number=OTHER))
    assert "Izlabots." not in await office.carry("telegram")
    assert [case] == await office.names()


async def test_sharing_the_number_again_loses_no_answer(office: Office) -> None:
    """The same chat with the same number gets what waits for it."""
    await office.handle(share("s"))
    case = await office.handle(in_chat("h", Option(name="correction")))
    await office.answer(case)
    await office.handle(share("s2"))
    assert ["Izlabots."] == await office.carry("telegram")
    assert CaseState.ANSWERED is await office.state(case)


async def test_after_the_answer_asking_again_is_a_new_case(office: Office) -> None:
    """The same day, the same kind: while it waits it is one, once answered another."""
    first = await office.handle(_asks("m1"))
    assert first == await office.handle(_asks("m2"))
    await office.answer(first)
    await office.carry()
    assert first != await office.handle(_asks("m3"))
    assert 2 == len(rows(office.database, schema.cases))


def _until(office: Office) -> Until:
    return lambda case: more_time(case, office.clock.now(), ZONE)


async def test_more_time_counts_when_the_customer_was_told(office: Office) -> None:
    """The notice leaves by the door of the case; then, and only then, the date moves."""
    case = await office.handle(_asks("m1"))
    draft = _draft("Meklējam arhīvā.")
    told = await office.cases.extend(office.named(case), _until(office), draft)
    assert told.message is not None
    assert "Meklējam arhīvā." == told.message.params["reason"]
    assert lawful_end(NOW, ZONE) == (await office.cases.waiting("lmt"))[0].case.due_at
    again = await office.cases.extend(office.named(case), _until(office), draft)
    assert again.again
    await office.carry()
    (filed,) = await office.cases.waiting("lmt")
    assert filed.case.due_at is not None
    assert filed.case.due_at - lawful_end(NOW, ZONE) > 58 * DAY
    with pytest.raises(CaseRefused, match="once"):
        await office.cases.extend(office.named(case), _until(office), draft)


async def test_more_time_that_nobody_learned_of_does_not_count(office: Office) -> None:
    """A notice that could not be sent leaves the date as it was."""
    case = await office.handle(_asks("m1"))
    await office.cases.extend(office.named(case), _until(office), _draft())
    await office.carry(outcome=Outcome.REFUSED)
    assert lawful_end(NOW, ZONE) == (await office.cases.waiting("lmt"))[0].case.due_at


async def test_a_case_is_closed_without_an_answer_for_a_reason(office: Office) -> None:
    """It says who and why; a second time changes nothing, and nothing more can be done."""
    case = await office.handle(_asks("m1"))
    assert await office.cases.close(office.named(case), "answered on the phone")
    assert not await office.cases.close(office.named(case), "again")
    opened = await office.cases.show(office.named(case), "test")
    assert (CaseState.CLOSED, "answered on the phone", None) == (
        opened.filed.state,
        opened.reason,
        opened.answer,
    )
    for attempt in (
        office.answer(case),
        office.cases.extend(office.named(case), _until(office), _draft()),
    ):
        with pytest.raises(CaseRefused, match="closed"):
            await attempt
    assert [] == outgoing(office.database)


async def test_a_case_whose_answer_is_leaving_is_not_closed(office: Office) -> None:
    """The answer closes it; after one that failed it can be closed by hand."""
    case = await office.handle(_asks("m1"))
    await office.answer(case)
    with pytest.raises(CaseRefused, match="on its way"):
        await office.cases.close(office.named(case), "by phone")
    await office.carry(outcome=Outcome.REFUSED)
    assert await office.cases.close(office.named(case), "by phone")
    opened = await office.cases.show(office.named(case), "test")
    assert (CaseState.CLOSED, "by phone") == (opened.filed.state, opened.reason)


async def _forget(office: Office) -> None:
    at = office.clock.now() + DAY
    wanted = Forgetting(brand="lmt", address=NUMBER, reason="request", actor="cli:dpo", at=at)
    await office.ledger.forget(wanted, parting(wanted, CountedEntropy()))


async def test_the_forgotten_leave_cases_without_words(office: Office) -> None:
    """Refused while an answer is on its way; then kind and dates stay, words and answer go."""
    case = await office.handle(_asks("m1"))
    await office.answer(case)
    with pytest.raises(ForgettingRefused, match=case):
        await _forget(office)
    await office.carry()
    await _forget(office)
    (row,) = rows(office.database, schema.cases)
    assert (None, None, None) == (row.sealed_words, row.sealed_answer, row.address_hash)
    opened = await office.cases.show(office.named(case), "audit")
    assert ("", (), None, Trouble.FORGOTTEN) == (
        opened.words,
        opened.numbers,
        opened.answer,
        opened.reach,
    )


_STEPS = some.lists(
    some.sampled_from(["answer", "other answer", "sent", "failed", "unsure", "died", "close"]),
    max_size=8,
)


@given(steps=_STEPS)
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
)
async def test_a_customer_is_never_told_twice(
    file_database: SqliteDatabase, steps: list[str]
) -> None:
    """Whatever staff and couriers do, in whatever order: at most one answer is said as sent."""
    office = Office(file_database)
    office.clock.at = datetime(2030, 1, 1, tzinfo=UTC)
    name = SystemEntropy().customer_id(NOW)
    number = Address(AddressKind.MSISDN, f"+3712{int(CustomerId(name)[-7:], 16) % 10**7:07}")
    case = await office.handle(_asks(name, number=number))
    perhaps = list[str]()
    for step in steps:
        office.clock.move(11 * MINUTE)
        try:
            if step.endswith("answer"):
                await office.answer(case, step)
            elif step == "close":
                await office.cases.close(office.named(case), "by hand")
        except CaseRefused:
            pass
        ends = {"sent": Outcome.SENT, "failed": Outcome.REFUSED, "unsure": Outcome.UNSURE}
        if step in {*ends, "died"}:
            said = await office.carry(outcome=ends.get(step), case=case)
            perhaps += said if step != "failed" else []
    assert len(perhaps) <= 1
