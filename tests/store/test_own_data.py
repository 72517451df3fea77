"""What a copy of one's data holds, and how long a link to it is good, on every database."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import Connection

from consent.chain import verify
from consent.copy_links import CopyLink, credentials_of
from consent.decisions import CustomerId
from consent.desk import ConsentDesk
from consent.forgetting import Forgetting, parting
from consent.notices import Notice
from consent.own_data import OwnData
from consent.ports import Address, AddressKind, Look
from consent.replies import Option
from consent.verdicts import Question
from marketing.checking import check
from storage import schema
from storage.copies import SqlCopies
from storage.copy_rows import keep_links
from storage.database import Database
from storage.ids import SystemEntropy
from storage.own_data import SqlOwnData
from storage.relay import FeedRelay
from tests.builders import AMIGO, CountedEntropy, lens
from tests.store.batch_stage import NOW, bring, freed, no
from tests.store.stores import NEW, OLD, VAULT, in_chat, rows, share, sql_ledger
from tests.store.test_joining import both
from tests.store.test_ledger import CLOCK, HOUSE, NUMBER, OTHER, desk, message

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
WORDS = "Стоп, больше не пишите!"
COPY = Option(name="copy")


async def _copy(database: Database, address: Address = NUMBER) -> OwnData:
    found = await SqlOwnData(database, VAULT).of_address("lmt", address, NOW)
    assert found is not None
    for chain in found.chains:
        assert len(chain.decisions) == verify(chain.decisions, chain.head)
    return found


async def _link(database: Database, address: Address = NUMBER, name: str = "c") -> str:
    """Ask for a copy by SMS; return the opaque part of the link."""
    public = replace(HOUSE, public=True)
    office = ConsentDesk(public, sql_ledger(database), CLOCK, SystemEntropy())
    reply = await office.handle(message(name, COPY, address=address))
    assert ("copy.link",) == reply.ids
    return str(reply.messages[0].params["own_link"])


async def _opens(database: Database, part: str, later: timedelta = timedelta(0)) -> bool:
    copies = SqlCopies(database, VAULT)
    customer, digest = credentials_of(part)
    found = await copies.find(customer, digest, NOW + later)
    opened = await copies.open(customer, digest, NOW + later)
    assert (found is None) == (opened is None)
    return opened is not None


async def test_a_copy_holds_words_texts_and_sources(database: Database) -> None:
    """What was said, in the very words, under the very text, where it came from, as it stands."""
    shelf = HOUSE.notices
    ledger = sql_ledger(database)
    used: list[tuple[Notice, str]] = [(n, f"text of {n.code}") for n in shelf]
    await ledger.register(used, NOW)
    office = desk(ledger)
    await office.handle(share("s"))
    await office.handle(in_chat("g", Option(name="grant", purpose="research")))
    await office.handle(in_chat("y", Option(name="agree", purpose="research")))
    await office.handle(replace(message("m1"), choice=None, text=WORDS))
    await bring(database, no(9, address=OTHER), no(9))
    data = await _copy(database)
    words = [d.evidence.words for d in data.history if d.evidence]
    assert [WORDS] * 2 == [w for w in words if w == WORDS]
    assert ["form of 0000"] == [d.evidence.words for d in data.imported if d.evidence]
    shown = {d.notice for d in data.history if d.notice}
    assert shown == {text.fingerprint for text in data.texts}
    assert all(text.text.startswith("text of ") for text in data.texts)
    assert {("msisdn", NUMBER.value), ("telegram", OLD.value)} == {
        (a.kind, a.value) for a in data.addresses
    }
    assert {"telegram", "sms"} == {talk.door for talk in data.talks}
    assert 4 == len(data.messages)
    assert data.standing.record(data.history[0].subject).yes is not None


async def test_a_copy_tells_of_cases_looks_and_systems(database: Database) -> None:
    """Open requests with the words that made them, every look, and how often systems were told."""
    ledger = sql_ledger(database)
    await desk(ledger).handle(message("m1"))
    await desk(ledger).handle(message("m2", COPY))
    await check(ledger, lens(NOW), Question(brand="lmt", purpose="offers"), NUMBER, "crm")
    before = await _copy(database)
    assert (0, 1) == (before.told, before.untold)
    await FeedRelay(database, ["lmt"], "relay").move(NOW)
    data = await _copy(database)
    assert (1, 0, NOW) == (data.told, data.untold, data.told_last)
    assert ["access"] == [case.kind for case in data.cases]
    assert [("crm", "offers")] == [(look.viewer, look.question) for look in data.looks]


async def test_reading_ones_own_data_is_no_look(database: Database) -> None:
    """The read log tells of staff and systems alone."""
    await desk(sql_ledger(database)).handle(message("m1"))
    await _copy(database)
    assert () == (await _copy(database)).looks


async def test_a_copy_that_staff_make_is_noted_first(database: Database) -> None:
    """Who made it and what for stands in the copy itself (law 9)."""
    await desk(sql_ledger(database)).handle(message("m1"))
    look = Look(brand="lmt", address=NUMBER, viewer="dpo", purpose_of_look="GDPR 15", at=NOW)
    found = await SqlOwnData(database, VAULT).for_staff(look)
    assert found is not None
    (noted,) = found.looks
    assert ("dpo", "GDPR 15", "copy") == (noted.viewer, noted.reason, noted.question)
    nobody = replace(look, address=OTHER)
    assert await SqlOwnData(database, VAULT).for_staff(nobody) is None


async def test_nobody_gets_what_is_not_theirs(database: Database) -> None:
    """An unproven account, another brand's customer and a stranger get nothing (law 7)."""
    office = desk(sql_ledger(database))
    await office.handle(share("s"))
    await office.handle(in_chat("x", Option(name="menu"), account=NEW))
    copies = SqlOwnData(database, VAULT)
    assert await copies.of_address("lmt", NEW, NOW) is None
    assert await copies.of_address("lmt", OTHER, NOW) is None
    assert await copies.of_address(AMIGO, NUMBER, NOW) is None
    stranger = Address(AddressKind.TELEGRAM, "1")
    assert await copies.of_address("lmt", stranger, NOW) is None
    assert 1 == len((await _copy(database, OLD)).chains)


async def test_what_was_joined_is_in_the_copy(database: Database) -> None:
    """Both records' history, each with its own chain and opened with its own key."""
    await desk(sql_ledger(database)).handle(message("m1"))
    await desk(sql_ledger(database)).handle(
        replace(message("m2", address=OTHER), choice=None, text=WORDS)
    )
    assert [None] == await bring(database, both())
    data = await _copy(database)
    assert data == replace(await _copy(database, OTHER), made_at=data.made_at)
    assert 2 == len(data.chains)
    assert WORDS in {d.evidence.words for d in data.history if d.evidence}
    assert {NUMBER.value, OTHER.value} == {a.value for a in data.addresses}


async def test_a_forgotten_customer_has_no_copy(database: Database) -> None:
    """Neither by their number nor by a link that was given out before."""
    ledger = sql_ledger(database)
    await desk(ledger).handle(message("m1"))
    part = await _link(database)
    wanted = Forgetting(brand="lmt", address=NUMBER, reason="x", actor="cli:dpo", at=NOW + DAY)
    await ledger.forget(wanted, parting(wanted, CountedEntropy()))
    assert await SqlOwnData(database, VAULT).of_address("lmt", NUMBER, NOW) is None
    assert not await _opens(database, part)
    assert 0 == await _links(database)


async def _links(database: Database) -> int:
    return len(rows(database, schema.copies))


async def test_a_link_opens_ten_times(database: Database) -> None:
    """The eleventh time nothing opens; looking whether it would uses nothing up."""
    part = await _link(database)
    assert [True] * 10 + [False] == [await _opens(database, part) for _ in range(11)]


async def test_ten_opens_at_once_are_ten(database: Database) -> None:
    """However many open it at the same moment."""
    copies, (customer, digest) = SqlCopies(database, VAULT), credentials_of(await _link(database))
    found = await asyncio.gather(*(copies.open(customer, digest, NOW) for _ in range(14)))
    assert 10 == sum(data is not None for data in found)


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        pytest.param(DAY - timedelta(microseconds=1), True, id="to-the-last-moment"),
        pytest.param(DAY, False, id="and-not-longer"),
    ],
)
async def test_a_link_is_good_for_a_day(
    database: Database, later: timedelta, *, expected: bool
) -> None:
    """24 hours after it was given out it opens nothing."""
    assert expected is await _opens(database, await _link(database), later)


async def test_a_link_opens_its_own_customers_copy_alone(database: Database) -> None:
    """A secret under another's name, and a wrong secret under the right name, open nothing."""
    mine, theirs = await _link(database), await _link(database, OTHER, "d")
    (me, my), (them, their) = credentials_of(mine), credentials_of(theirs)
    copies = SqlCopies(database, VAULT)
    for customer, digest in ((me, their), (them, my), (CustomerId(""), my), (me, "")):
        assert await copies.open(customer, digest, NOW) is None
    opened = await copies.open(me, my, NOW)
    assert opened is not None
    assert {NUMBER.value} == {a.value for a in opened.addresses}


async def test_a_number_that_changed_hands_takes_its_links_along(database: Database) -> None:
    """Once it is released, what was sent to it opens nothing (law 7)."""
    await desk(sql_ledger(database)).handle(message("m1"))
    part = await _link(database)
    assert [None] == await bring(database, freed(-0.0))
    assert not await _opens(database, part)


async def test_a_join_ends_links(database: Database) -> None:
    """A link given out to one of two records opens nothing of both together."""
    await desk(sql_ledger(database)).handle(message("m1"))
    part = await _link(database, OTHER)
    assert [None] == await bring(database, both())
    assert not await _opens(database, part)


def _keep(customer: CustomerId, link: CopyLink, connection: Connection) -> None:
    keep_links(connection, customer, "lmt", [link])


async def test_old_links_are_cleared_away(database: Database) -> None:
    """A new link removes those whose time is over; those that are good stay."""
    customer = credentials_of(await _link(database))[0]
    later = CopyLink(
        digest="a" * 64, language="lv", created_at=NOW + 2 * DAY, expires_at=NOW + 3 * DAY
    )
    soon = replace(later, digest="b" * 64, created_at=NOW + HOUR)
    for link, left in ((soon, 2), (later, 2)):
        await database.write(partial(_keep, customer, link))
        assert left == await _links(database)
