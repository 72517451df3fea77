"""One customer for a privacy officer, on every database: found, noted, forgotten."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from consent.decisions import CustomerId
from consent.forgetting import Erasure, ForgettingRefused, parting
from consent.one_customer import Remains, Shown, Sight
from consent.own_data import OwnData
from consent.ports import Address
from consent.replies import Option
from storage import schema
from storage.database import Database
from storage.one_customer import SqlOneCustomer
from tests.builders import AMIGO, CountedEntropy
from tests.store.batch_stage import NOW, bring, freed
from tests.store.stores import VAULT, in_chat, rows, share, sql_ledger
from tests.store.test_forgetting import WORDS
from tests.store.test_joining import both
from tests.store.test_ledger import NUMBER, OTHER, desk, message

LATER = NOW + timedelta(days=1)


def _sight(whom: Address | CustomerId = NUMBER, shown: Shown = Shown.HISTORY) -> Sight:
    return Sight(
        brand="lmt", whom=whom, viewer="staff:anna", reason="GDPR 17", at=LATER, shown=shown
    )


async def _known(database: Database, address: Address = NUMBER) -> CustomerId:
    """Let somebody give, and write; return who they are."""
    office = desk(sql_ledger(database))
    await office.handle(share("s", number=address))
    await office.handle(in_chat("g", Option(name="grant", purpose="research")))
    await office.handle(in_chat("y", Option(name="agree", purpose="research")))
    await office.handle(replace(message("m1", address=address), choice=None, text=WORDS))
    customer = await sql_ledger(database).customer_of("lmt", address)
    assert customer is not None
    return customer


async def _forget(database: Database, sight: Sight) -> Remains:
    wanted = Erasure(brand="lmt", reason="request of 3 March", actor="staff:anna", at=LATER)
    customers = SqlOneCustomer(database, VAULT)
    return await customers.forget(sight, wanted, parting(wanted, CountedEntropy()))


def _log(database: Database) -> list[tuple[str, str, str]]:
    looks = rows(database, schema.read_log)
    return sorted((x.customer_id, x.question, x.answer) for x in looks)


async def test_by_number_and_by_pseudonym(database: Database) -> None:
    """Either finds the same customer, and each look is noted with what was shown."""
    customer = await _known(database)
    customers = SqlOneCustomer(database, VAULT)
    by_number = await customers.open(_sight())
    by_name = await customers.open(_sight(customer, Shown.NUMBERS))
    copy = await customers.open(_sight(customer, Shown.COPY))
    for found in (by_number, by_name, copy):
        assert isinstance(found, OwnData)
        assert customer == found.customer
        assert NUMBER.value in {held.value for held in found.addresses}
        assert WORDS in {d.evidence.words for d in found.history if d.evidence}
    assert isinstance(by_number, OwnData)
    told = f"{len(by_number.history)} decisions"
    expected = [("copy", "everything"), ("history", told), ("numbers", told)]
    assert [(customer, *line) for line in expected] == _log(database)


async def test_nobody_is_not_noted(database: Database) -> None:
    """A stranger, a name that was never given, and another brand's customer (law 7)."""
    customer = await _known(database)
    customers = SqlOneCustomer(database, VAULT)
    strangers = [_sight(OTHER), _sight(CustomerId("0" * 36))]
    strangers += [replace(_sight(whom), brand=AMIGO) for whom in (NUMBER, customer)]
    for sight in strangers:
        assert await customers.open(sight) is None
        with pytest.raises(ForgettingRefused):
            await _forget(database, sight)
    assert [] == _log(database)


async def test_whoever_was_joined_is_the_one_they_became(database: Database) -> None:
    """A page that was open before a join means the customer as they are known now."""
    office = desk(sql_ledger(database))
    await office.handle(message("m1"))
    await office.handle(message("m2", address=OTHER))
    known = [await sql_ledger(database).customer_of("lmt", x) for x in (NUMBER, OTHER)]
    assert [None] == await bring(database, both())
    now = await sql_ledger(database).customer_of("lmt", OTHER)
    for customer in known:
        assert customer is not None
        found = await SqlOneCustomer(database, VAULT).open(_sight(customer))
        assert isinstance(found, OwnData)
        assert (now, 2) == (found.customer, len(found.chains))


async def test_a_number_that_changed_hands_means_nobody_else(database: Database) -> None:
    """Its new owner is not who was on the page; by pseudonym only the old one goes."""
    customer = await _known(database)
    assert [None] == await bring(database, freed(-0.0))
    await desk(sql_ledger(database)).handle(message("new"))
    newcomer = await sql_ledger(database).customer_of("lmt", NUMBER)
    assert newcomer != customer
    await _forget(database, _sight(customer))
    assert newcomer == await sql_ledger(database).customer_of("lmt", NUMBER)
    keys = {x.customer_id: x.wrapped_key for x in rows(database, schema.customers)}
    assert (True, False) == (keys[customer] is None, keys[str(newcomer)] is None)


async def test_what_is_left_of_the_forgotten(database: Database) -> None:
    """By number and by pseudonym: when and why, and how many decisions stay; once is enough."""
    customer = await _known(database)
    left = await _forget(database, _sight())
    stays = len(rows(database, schema.decisions))
    assert left == Remains(
        customer=customer, decisions=stays, at=LATER, reason="request of 3 March"
    )
    customers = SqlOneCustomer(database, VAULT)
    assert [left] * 2 == [await customers.open(_sight(x)) for x in (NUMBER, customer)]
    for whom in (NUMBER, customer):
        with pytest.raises(ForgettingRefused):
            await _forget(database, _sight(whom))
    answers = [("erasure", f"{stays} decisions stay"), *[("history", "erased")] * 2]
    assert [(customer, *line) for line in answers] == _log(database)


async def test_an_open_case_comes_first(database: Database) -> None:
    """Whoever waits for an answer stays whole, and nothing is noted as done."""
    customer = await _known(database)
    await desk(sql_ledger(database)).handle(message("h", Option(name="human")))
    with pytest.raises(ForgettingRefused):
        await _forget(database, _sight(customer))
    assert [] == _log(database)
    assert isinstance(await SqlOneCustomer(database, VAULT).open(_sight(customer)), OwnData)


async def test_two_who_press_at_once_forget_once(database: Database) -> None:
    """The second is told that nothing is left to forget."""
    customer = await _known(database)
    both_ = [_forget(database, _sight(customer)) for _ in range(2)]
    ends = await asyncio.gather(*both_, return_exceptions=True)
    assert {Remains, ForgettingRefused} == {type(end) for end in ends}
