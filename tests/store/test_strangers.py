"""Strangers prepared beforehand: written as they would have been decided, byte for byte."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent.batches import Entry, Fate, Refusal
from consent.chain import verify
from consent.decisions import SERVICE, Action, CustomerId, DecisionId, Subject
from consent.forgetting import Forgetting, parting
from consent.ports import Address, AddressKind
from consent.settling import work_at
from storage import schema
from storage.batch_rows import BatchRows
from storage.batches import SqlBatches
from storage.database import Database
from storage.ids import SystemEntropy
from storage.ledger import SqlLedger
from storage.moments import to_store
from storage.moulds import STRANGER, Moulds
from storage.strangers import Prepared, prepare
from storage.vault import Vault
from tests.store.batch_stage import (
    DAY,
    NOW,
    OFFERS,
    SEEN,
    SMS,
    bring,
    freed,
    history,
    kept_standing,
    no,
    number,
    yes,
)
from tests.store.stores import VAULT, rows, sql_ledger
from tests.store.test_ledger import HOUSE, NUMBER, OTHER

WORK = work_at(NOW, HOUSE.lens, SystemEntropy())
HOUR = timedelta(hours=1)
RIGA = timezone(timedelta(hours=2))
CRM = Address(AddressKind.CRM_ID, "K-1")


def prepared(*entries: Entry) -> Prepared:
    """Return entries as another process would prepare them: packed and unpacked."""
    found = prepare(VAULT, SystemEntropy(), Moulds(), entries, WORK)
    return msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=Prepared)


async def write(database: Database, *entries: Entry) -> set[str]:
    """Prepare entries and record them; return the numbers that were left."""
    return await SqlBatches(database, VAULT).record_strangers(prepared(*entries))


def digest(address: Address) -> str:
    """Return the hash of a number."""
    return VAULT.address_hash("lmt", address)


class _Replayed(SystemEntropy):
    """Gives the ids and salts of one customer's rows once more."""

    def __init__(self, customer: str, decisions: Sequence[dict[str, Any]]) -> None:
        self._customer = customer
        self._ids = iter([row["id"] for row in decisions])
        self._salts = iter([row["sealed_evidence"]["salt"] for row in decisions])

    def customer_id(self, at: datetime) -> CustomerId:  # noqa: ARG002 - as drawn
        """Return whose they are."""
        return CustomerId(self._customer)

    def decision_id(self, at: datetime) -> DecisionId:  # noqa: ARG002 - as drawn
        """Return the next one's id."""
        return DecisionId(next(self._ids))

    def salt(self) -> str:
        """Return the next one's salt."""
        return str(next(self._salts))


def opened(found: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """Return rows by table with what is sealed in them opened, and the data keys left out."""
    seals = {
        row["customer_id"]: VAULT.data_key(row["customer_id"], row.pop("wrapped_key"))
        for row in found.get("customers", [])
    }
    for row in found.get("addresses", []):
        bound = f"address:{row['address_hash']}"
        row["sealed_address"] = seals[row["customer_id"]].open(row["sealed_address"], bound)
    for row in found.get("decisions", []):
        plain = seals[row["customer_id"]].open(row["sealed_evidence"], f"evidence:{row['id']}")
        row["plain"] = plain
        row["sealed_evidence"] = msgspec.json.decode(plain)
    return {table: lines for table, lines in found.items() if lines}


def as_rows(found: Prepared) -> dict[str, list[dict[str, Any]]]:
    """Return what was prepared as rows by table."""
    return {
        table: [dict(zip(leaf.names, row, strict=True)) for row in leaf.rows]
        for table, leaf in found.leaves.items()
    }


_SAID = st.sampled_from(
    [
        *(NOW - hours * HOUR for hours in range(100, 112)),
        *(None, NOW, NOW - DAY, NOW - DAY + timedelta(microseconds=7), NOW + DAY),
        *((NOW - 2 * DAY).astimezone(RIGA), NOW.replace(microsecond=0) - 3 * DAY),
    ]
)
_ABOUT = [
    (OFFERS, Action.GIVEN),
    (OFFERS, Action.WITHDRAWN),
    (OFFERS, Action.PAUSED),
    (SMS, Action.ON),
    (SMS, Action.OFF),
    (SERVICE, Action.ENDED),
    (SERVICE, Action.RESTARTED),
    (Subject.topic("nothing"), Action.ON),
]
_ENTRY = st.builds(
    lambda entry, about, **rest: replace(entry, subject=about[0], action=about[1], **rest),
    st.integers(0, 3).map(lambda i: yes(address=number(i))),
    st.sampled_from(_ABOUT),
    said_at=_SAID,
    notice=st.sampled_from([SEEN, SEEN, None, "f" * 64]),
    language=st.sampled_from(["lv", "lv", "ru", ""]),
    actor=st.sampled_from(["staff 12", "Jānis & Co", "100 % kiosk", "", "+37120000001", 'o"b']),
    method=st.sampled_from(["paper", "%(id)s", "", "by\nhand"]),
    document=st.one_of(st.just(""), st.text(max_size=30), st.just("x" * 1200)),
    until=st.sampled_from([None, None, NOW + DAY]),
    unnamed=st.sampled_from([None, None, None, Refusal.CRM_ID_OF_ANOTHER]),
)


def another(entry: Entry, *, turned: bool = False) -> Entry:
    """Return what somebody else said of the same kind, at other moments.

    :param turned: in the opposite order; else in the same.
    """
    said = entry.said_at
    if turned and said:
        said = NOW - 20 * DAY + (NOW - said)
    return replace(
        entry,
        address=number(100 + int(entry.address.value[-3:])),
        said_at=NOW - 3 * (NOW - said) - DAY if said and said <= NOW else said,
        actor="shop 9" if entry.actor[:1].isalpha() and '"' not in entry.actor else entry.actor,
        document="another \\ paper, 100 %" if entry.document else "",
    )


@given(entries=st.lists(_ENTRY, min_size=1, max_size=12))
@settings(max_examples=200, deadline=None)
def test_whatever_is_prepared_is_what_would_be_decided(entries: list[Entry]) -> None:
    """Fates, chain, evidence, standing and feed are the same, whatever the entries say."""
    moulds = Moulds()
    # Others have left their moulds: most of these are cast in them, if they fit.
    for turned in (True, False):
        others = [another(entry, turned=turned) for entry in entries]
        prepare(VAULT, SystemEntropy(), moulds, others, WORK)
    found = prepare(VAULT, SystemEntropy(), moulds, entries, WORK)
    got = opened(as_rows(found))
    owners = {row["address_hash"]: row["customer_id"] for row in got.get("addresses", [])}
    expected: dict[str, list[dict[str, Any]]] = {}
    for key in dict.fromkeys(found.digests):
        places = [i for i, d in enumerate(found.digests) if d == key]
        mine = [entries[i] for i in places]
        decisions = [r for r in got.get("decisions", []) if r["customer_id"] == owners.get(key)]
        replayed = _Replayed(owners.get(key, ""), decisions)
        deeds = work_at(NOW, HOUSE.lens, replayed).settle(STRANGER, mine)
        told = [found.fates.get(i, Fate()) for i in places]
        both = [[replace(fate, decision=None) for fate in fates] for fates in (told, deeds.fates)]
        assert both[0] == both[1]
        if deeds.customer is None:
            continue
        plain = BatchRows(VAULT, to_store(NOW))
        plain.add_settled(deeds.customer, deeds, mine[0], key, VAULT.usual)
        for table, lines in opened(plain.by_table).items():
            expected.setdefault(table, []).extend(lines)
    assert got == expected


async def test_strangers_are_written_as_they_were_prepared(database: Database) -> None:
    """Each has a chain that verifies, evidence, a standing, and a place in the feed."""
    entries = [yes(9, address=number(i)) for i in range(50, 80)]
    two = [yes(9), no(3)]
    assert set() == await write(database, *entries, *two)
    ledger = sql_ledger(database)
    for address, length in ((number(50), 1), (number(79), 1), (NUMBER, 2)):
        found = await history(database, address)
        assert length == verify(found, await ledger.head_of(found[0].customer))
        assert found[0].evidence is not None
        assert f"form of {address.value[-4:]}" == found[0].evidence.words
        await kept_standing(database, address)
    assert 31 == len(rows(database, schema.outbox)) == len(rows(database, schema.customers))


async def test_what_was_prepared_is_known_to_whoever_comes_later(database: Database) -> None:
    """The same entries one at a time are there already; a later no follows the chain."""
    entries = [yes(9, address=number(i)) for i in range(50, 53)]
    await write(database, *entries)
    assert ["again"] * 3 == await bring(database, *entries)
    assert [None] == await bring(database, no(1, address=number(51)))
    assert 2 == len(await history(database, number(51)))


async def test_whoever_is_known_is_left(database: Database) -> None:
    """Nothing is written of them; everybody else is written."""
    await bring(database, yes(9))
    before = await history(database)
    assert {digest(NUMBER)} == await write(database, yes(5, address=OTHER), no(3), yes(2))
    assert before == await history(database)
    assert 1 == len(await history(database, OTHER))
    # All of them, and nobody at all.
    assert {digest(NUMBER), digest(OTHER)} == await write(database, no(3), no(3, address=OTHER))
    assert set() == await write(database, replace(yes(address=number(57)), actor=""))


async def test_whoever_had_it_before_is_asked_first(database: Database) -> None:
    """A number that was released, and one of somebody forgotten, are left."""
    await bring(database, yes(9), yes(9, address=OTHER), freed(2))
    wanted = Forgetting(brand="lmt", address=OTHER, reason="asked", actor="cli:dpo", at=NOW)
    await SqlLedger(database, VAULT).forget(wanted, parting(wanted, SystemEntropy()))
    before = rows(database, schema.decisions)
    left = await write(database, yes(5), yes(1, address=OTHER))
    assert {digest(NUMBER), digest(OTHER)} == left
    assert before == rows(database, schema.decisions)


async def test_of_two_who_name_the_same_id_the_second_is_left(database: Database) -> None:
    """The first is found by it; so is whoever has it in the store already."""
    named = [replace(yes(9, address=number(i)), names=(CRM,)) for i in range(50, 53)]
    assert {digest(number(51))} == await write(database, *named[:2])
    assert {digest(number(52))} == await write(database, named[2])
    (found,) = [r for r in rows(database, schema.addresses) if r.kind == "crm_id"]
    assert (await history(database, number(50)))[0].customer == found.customer_id
    assert [Refusal.CRM_ID_OF_ANOTHER] == await bring(database, named[1])


async def test_under_a_key_that_was_replaced_nothing_is_written(database: Database) -> None:
    """What was sealed for another root key than the store wraps with is left."""
    other = Vault(b"o" * 32, index=VAULT.index)
    found = prepare(other, SystemEntropy(), Moulds(), [yes(9)], WORK)
    assert {digest(NUMBER)} == await SqlBatches(database, VAULT).record_strangers(found)
    assert [] == rows(database, schema.customers)


async def test_prepared_twice_is_written_once(database: Database) -> None:
    """Of two processes that bring in the same, the second finds everybody known."""
    entries = [yes(9, address=number(i)) for i in range(5)]
    assert set() == await write(database, *entries)
    assert {digest(number(i)) for i in range(5)} == await write(database, *entries)
    assert 5 == len(rows(database, schema.decisions))


def test_a_kind_has_one_mould() -> None:
    """Number, moment, document and actor make no kind; notice, method and order do."""
    moulds = Moulds()
    first = moulds.of([yes(9)], WORK)
    assert first is not None
    like = replace(yes(2, address=OTHER), actor="shop 3", document="y")
    assert first is moulds.of([like], WORK)
    assert first is not moulds.of([replace(yes(9), method="phone")], WORK)
    both = moulds.of([yes(9), no(5, about=SMS)], WORK)
    assert both is not None
    assert both is moulds.of([like, no(1, address=OTHER, about=SMS)], WORK)
    assert both is not moulds.of([yes(3), no(5, about=SMS)], WORK)


@pytest.mark.parametrize(
    "entries",
    [
        pytest.param([replace(yes(9), notice=None)], id="refused"),
        pytest.param([replace(no(9), said_at=None)], id="no-moment"),
        pytest.param([replace(yes(9), actor="a@b")], id="who-is-sealed"),
        pytest.param([yes(9), yes(8), yes(7), no(8)], id="two-at-once"),
        pytest.param([yes(9), yes(8, about=SMS), no(7)], id="more-follows"),
        pytest.param([no(days) for days in range(9)], id="many"),
        pytest.param(
            [replace(no(9), subject=SERVICE, action=Action.ENDED), yes(2)], id="service-ended"
        ),
    ],
)
def test_what_stands_by_itself_has_no_mould(entries: list[Entry]) -> None:
    """It is decided on as ever."""
    assert None is Moulds().of(entries, WORK)


def test_nobody_is_taken_for_somebody_who_said_it_in_another_order() -> None:
    """A yes after a no counts for one customer; the same two words turned about do not."""
    moulds, said = Moulds(), [no(9), yes(1)]
    turned = [no(1, address=OTHER), yes(9, address=OTHER)]
    both = [prepare(VAULT, SystemEntropy(), moulds, mine, WORK) for mine in (said, turned)]
    assert [{}, {1: Fate(refusal=Refusal.NOT_LATER_THAN_NO)}] == [found.fates for found in both]


def test_moulds_do_not_pile_up() -> None:
    """A file in which every row is of another kind takes no more memory than others."""
    moulds = Moulds()
    for i in range(1_100):
        moulds.of([replace(no(9), method=f"form {i}")], WORK)
    assert len(moulds._made) <= 1_000
