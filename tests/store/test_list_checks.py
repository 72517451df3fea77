"""List checks in the store: judged and noted together, on every kind of database."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, cast

import pytest
from sqlalchemy import Connection, Result, Select, Table, func, select

from consent.decisions import CustomerId
from consent.feed import FEED
from consent.ports import Address, AddressKind
from consent.verdicts import Question, Reason
from marketing.list_verdicts import ListJudge, subjects_of
from marketing.listing import Answer
from storage import schema
from storage.database import Database
from storage.ids import uuid7
from storage.list_changes import Changes, changes_since
from storage.list_checks import Begun, SqlListChecks
from storage.list_judging import Chunk
from storage.list_looks import CODES, Earlier, looks_of
from storage.moments import to_store
from storage.rows import record_row
from tests.builders import LMT, START, given, lens, standing
from tests.store.stores import VAULT

QUESTION = Question(brand=LMT, purpose="offers", channel="sms")
NUMBERS = [Address(AddressKind.MSISDN, f"+3712000000{n}") for n in range(4)]


async def _meet(database: Database, number: Address, *names: str) -> CustomerId:
    """Keep a customer who has given these."""
    customer = CustomerId(uuid7(START))
    owner = {"customer_id": customer, "brand": LMT, "created_at": to_store(START)}
    owner |= {"head": "0" * 64, "length": 0, "wrapped_key": b"k"}
    address = {
        "address_hash": VAULT.address_hash(LMT, number),
        "customer_id": customer,
        "brand": LMT,
        "kind": "msisdn",
        "sealed_address": b"",
        "proof_kind": "sms",
        "proof_level": 1,
        "proven_at": to_store(START),
    }
    records = standing(*given(*names)).records
    rows = [record_row(customer, s, r) for s, r in records.items()]
    await database.write(lambda c: c.execute(schema.customers.insert(), owner))
    await database.write(lambda c: c.execute(schema.addresses.insert(), address))
    await database.write(lambda c: c.execute(schema.standing.insert(), rows))
    return customer


def _begun(name: str) -> Begun:
    return Begun(
        id=name,
        brand=LMT,
        viewer="tool",
        reason="letter",
        question=QUESTION,
        at=START,
        valid_until=START + timedelta(days=1),
    )


def _chunk(digests: list[str]) -> Chunk[Answer]:
    seen = lens()
    return Chunk(
        check="c-1",
        brand=LMT,
        number=0,
        digests=digests,
        subjects=subjects_of(QUESTION, seen),
        judge=ListJudge(QUESTION, seen).answer,
        unknown=Answer(Reason.UNKNOWN_ADDRESS),
        erased=Answer(Reason.ERASED),
    )


async def test_a_chunk_is_judged_and_noted(database: Database) -> None:
    """In the order asked; each customer finds the look, whoever is unknown has none."""
    first = await _meet(database, NUMBERS[0], "offers", "sms")
    second = await _meet(database, NUMBERS[2], "offers")
    checks = SqlListChecks(database, VAULT)
    await checks.begin(_begun("c-1"))
    found = await checks.look(_chunk(checks.digests(LMT, NUMBERS[:3])))
    assert [(first, "allowed"), (None, "unknown_address"), (second, "channel_unset")] == [
        (customer, answer.reason.value) for customer, answer in found
    ]
    for customer, answer in ((first, "allowed"), (second, "channel_unset")):
        (look,) = await database.read(partial(looks_of, brand=LMT, customers=[customer]))
        assert ("tool", "letter", "offers/sms", answer, START) == (
            look.viewer,
            look.reason,
            look.question,
            look.answer,
            look.at,
        )
    assert [] == await database.read(partial(looks_of, brand="amigo", customers=[first]))
    stranger = uuid7(START)
    assert [] == await database.read(partial(looks_of, brand=LMT, customers=[stranger]))


async def test_a_chunk_of_several_questions_keeps_its_order(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many are asked for together, everybody is answered in their place, and as marked."""
    monkeypatch.setattr("storage.list_judging._TOGETHER", 2)
    names = (("offers", "sms"), ("offers",), ("email",), ("offers", "sms", "email"), ("sms",))
    numbers = [Address(AddressKind.MSISDN, f"+3712000001{n}") for n in range(7)]
    met = [await _meet(database, numbers[n], *given) for n, given in enumerate(names)]
    blocks = schema.customers.update().where(schema.customers.c.customer_id == met[3])
    blocked = blocks.values(blocks='{"sms":{"blocks":true,"since":1,"last":1}}')
    await database.write(lambda c: c.execute(blocked))
    gone: dict[str, object] = {
        "address_hash": VAULT.address_hash(LMT, numbers[5]),
        "customer_id": "",
        "brand": LMT,
    }
    gone |= {"forgotten_at": to_store(START), "reason": "asked"}
    await database.write(lambda c: c.execute(schema.tombstones.insert(), gone))
    checks = SqlListChecks(database, VAULT)
    await checks.begin(_begun("c-1"))
    for some in (numbers, numbers[::-1]):
        chunk = replace(_chunk(checks.digests(LMT, some)), number=numbers.index(some[0]))
        found = [(who, answer.reason.value) for who, answer in await checks.look(chunk)]
        assert [
            (met[0], "allowed"),
            (met[1], "channel_unset"),
            (met[2], "never_asked"),
            (met[3], "channel_blocked"),
            (met[4], "never_asked"),
            (None, "erased"),
            (None, "unknown_address"),
        ] == (found if some is numbers else found[::-1])


async def test_what_cannot_be_judged_is_not_noted(database: Database) -> None:
    """Answer and note are one transaction."""
    await _meet(database, NUMBERS[0], "offers")
    checks = SqlListChecks(database, VAULT)
    chunk = _chunk(checks.digests(LMT, NUMBERS))

    def break_down(*_: object) -> Answer:
        raise ZeroDivisionError

    object.__setattr__(chunk, "judge", break_down)
    with pytest.raises(ZeroDivisionError):
        await checks.look(chunk)
    count = select(func.count()).select_from(schema.list_looks)
    assert 0 == await database.read(lambda c: c.execute(count).scalar_one())


async def test_what_changed_since_is_known(database: Database) -> None:
    """What was told then, and whose address is news since."""
    first = await _meet(database, NUMBERS[0], "offers", "sms")
    checks = SqlListChecks(database, VAULT)
    begun = _begun("c-1")
    await checks.begin(begun)
    await checks.look(_chunk(checks.digests(LMT, NUMBERS)))
    blocks = schema.customers.update().values(
        blocks=f'{{"sms":{{"blocks":true,"since":1,"last":{to_store(START) + 1}}}}}'
    )
    await database.write(lambda c: c.execute(blocks))
    changes = await checks.changes(begun)
    assert {True} == changes.earlier.told(first)
    assert frozenset() == changes.earlier.told(uuid7(START))
    assert VAULT.address_hash(LMT, NUMBERS[0]) in changes.touched
    assert not changes.new_texts


class _Relayed:
    """A connection whose store is relayed to the feed after the first look at either."""

    def __init__(self, connection: Connection, customer: str) -> None:
        self._connection, self._customer, self._is_over = connection, customer, False

    def __getattr__(self, name: str) -> object:
        return getattr(self._connection, name)

    def execute(self, query: Select[Any]) -> Result[Any]:
        found = self._connection.execute(query).freeze()()
        looks = {table.name for table in query.get_final_froms() if isinstance(table, Table)}
        if not self._is_over and looks & {"feed", "outbox"}:
            self._is_over = True
            entry = {"position": 1, "brand": LMT, "customer_id": self._customer}
            entry |= {"event_id": "e-1", "event": "{}", "entered_at": to_store(START)}
            self._connection.execute(schema.feed.insert(), entry)
            sent = schema.outbox.update().values(sent_at=to_store(START), outcome="sent")
            self._connection.execute(sent)
        return found


def _outgoing(customer: str, **settled: object) -> dict[str, object]:
    row: dict[str, object] = {
        "customer_id": customer,
        "outgoing_id": "o-1",
        "brand": LMT,
        "kind": FEED,
    }
    row |= {"address_hash": "", "sealed_payload": b"{}", "created_at": to_store(START)}
    return row | {"claimed_until": 0} | settled


async def test_a_change_on_its_way_to_the_feed_is_not_missed(database: Database) -> None:
    """Between two looks the relay moves it: it is found where it was or where it is."""
    customer = await _meet(database, NUMBERS[0], "offers", "sms")
    await database.write(lambda c: c.execute(schema.outbox.insert(), _outgoing(customer)))

    def moving(connection: Connection) -> Changes:
        begun = replace(_begun("c-1"), at=START + timedelta(hours=1))
        return changes_since(begun, cast("Connection", _Relayed(connection, customer)))

    changes = await database.write(moving)
    assert VAULT.address_hash(LMT, NUMBERS[0]) in changes.touched


async def test_a_change_that_was_set_aside_is_not_missed(database: Database) -> None:
    """The feed never tells of it, a check does."""
    customer = await _meet(database, NUMBERS[0], "offers", "sms")
    aside = _outgoing(customer, sent_at=to_store(START), outcome="refused")
    await database.write(lambda c: c.execute(schema.outbox.insert(), aside))
    begun = replace(_begun("c-1"), at=START + timedelta(hours=1))
    changes = await SqlListChecks(database, VAULT).changes(begun)
    assert VAULT.address_hash(LMT, NUMBERS[0]) in changes.touched


async def test_a_check_is_found_by_its_brand_alone(database: Database) -> None:
    """With its summary once it is finished."""
    checks = SqlListChecks(database, VAULT)
    await checks.begin(_begun("c-1"))
    assert None is await checks.find("amigo", "c-1")
    assert () == await checks.past("amigo")
    await checks.finish("c-1", "{}", b"signed", START)
    found = await checks.find(LMT, "c-1")
    assert found is not None
    assert ("{}", b"signed", START, QUESTION) == (
        found.summary,
        found.signature,
        found.finished_at,
        found.question,
    )
    assert (found,) == await checks.past(LMT)


def test_hashes_are_those_of_the_vault() -> None:
    """The quick way of hashing finds what the usual one has kept."""
    checks = SqlListChecks(None, VAULT)  # type: ignore[arg-type]
    some = [*NUMBERS, Address(AddressKind.EMAIL, "ā@example.lv")]
    assert [VAULT.address_hash(LMT, one) for one in some] == checks.digests(LMT, some)


def test_every_reason_has_a_code_that_stays() -> None:
    """Stores hold these numbers: a new reason gets a new one, none changes."""
    assert {*Reason} == {*CODES}
    assert len(CODES) == len({*CODES.values()})
    assert (0, 4, 15) == (CODES[Reason.ALLOWED], CODES[Reason.WITHDRAWN], CODES[Reason.TOPIC_OFF])
    assert frozenset() == Earlier([]).told(uuid7(START))
