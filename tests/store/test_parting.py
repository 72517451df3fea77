"""One account a number, on memory and on SQLite: who loses it keeps nothing of the customer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Table

from consent.desk import ConsentDesk
from consent.dialogue.session import Session
from consent.intents import IntentName
from consent.ports import Address, Displaced, Inbound, Ledger, Snapshot, Writing
from consent.replies import Option
from storage import schema
from storage.database import Database
from tests.store.stores import NEW, OLD, VAULT, in_chat, rows, share, sql_ledger
from tests.store.test_ledger import NUMBER, OTHER, desk, message

MENU, STATUS = Option(name="menu"), Option(name="status")
RUSSIAN = Option(name="language", language="ru")
THIRD = replace(NEW, value="999")


class Watched:
    """A desk that lets a test see what the store handed to it."""

    def __init__(self, ledger: Ledger) -> None:
        """Sit before a ledger."""
        self._ledger = ledger
        self._desk: ConsentDesk = desk(ledger)

    async def handle(self, inbound: Inbound) -> Snapshot:
        """Answer a message and return the snapshot it was answered from."""
        seen: list[Snapshot] = []

        def work(snapshot: Snapshot) -> Writing:
            seen.append(snapshot)
            return self._desk._work(inbound, snapshot)

        await self._ledger.turn(inbound, work)
        return seen[0]


async def _linked(ledger: Ledger, *accounts: Address) -> Watched:
    office = Watched(ledger)
    for number, account in enumerate(accounts):
        await office.handle(share(f"s{number}", account=account))
    return office


async def test_the_account_that_had_the_number_is_told_once(ledger: Ledger) -> None:
    """The share that takes the number names the account that lost it; no later message does."""
    office = await _linked(ledger, OLD)
    await office.handle(in_chat("r", RUSSIAN))
    first = await office.handle(share("n", account=NEW))
    later = [
        await office.handle(share("n2", account=NEW)),
        await office.handle(in_chat("n3", STATUS, account=NEW)),
        await office.handle(in_chat("o", MENU)),
    ]
    assert (Displaced(address=OLD, language="ru"),) == first.displaced
    assert [()] * 3 == [snapshot.displaced for snapshot in later]


async def test_nobody_is_parted_from_a_number_of_their_own(ledger: Ledger) -> None:
    """Another number, another brand, or the number's own SMS part no account."""
    office = await _linked(ledger, OLD)
    others = [
        await office.handle(share("n", account=NEW, number=OTHER)),
        await office.handle(replace(share("a", account=NEW), brand="amigo")),
        await office.handle(message("m", MENU)),
    ]
    assert [()] * 3 == [snapshot.displaced for snapshot in others]
    assert await ledger.customer_of("lmt", OLD) == await ledger.customer_of("lmt", NUMBER)


async def test_a_parted_account_is_nobody_again(ledger: Ledger) -> None:
    """It has a customer without a number, a standing or decisions, and no proof."""
    office = await _linked(ledger, OLD)
    await office.handle(in_chat("x", Option(name="withdraw_all", scope="all")))
    await office.handle(share("n", account=NEW))
    seen = await office.handle(in_chat("o", MENU))
    owner = await ledger.customer_of("lmt", NUMBER)
    assert owner is not None
    assert owner == await ledger.customer_of("lmt", NEW)
    assert seen.customer not in {None, owner}
    assert (False, 0, 0) == (seen.linked, seen.length, len(seen.standing.records))
    assert seen.proof is not None
    assert ("none", 0) == (seen.proof.kind, seen.proof.level)
    assert 8 == len(await ledger.history(owner))


async def test_a_parted_account_keeps_its_language_and_nothing_else(ledger: Ledger) -> None:
    """Language and greeting stay; an open question, cases and wrong codes are gone."""
    office = await _linked(ledger, OLD)
    await office.handle(in_chat("r", RUSSIAN))
    await office.handle(in_chat("h", Option(name="human")))
    await office.handle(in_chat("g", Option(name="grant", purpose="traffic")))
    before = await office.handle(in_chat("e", MENU))
    await office.handle(share("n", account=NEW))
    after = await office.handle(in_chat("o", MENU))
    assert before.session is not None
    assert before.session.pending is not None
    assert Session(language="ru", chosen=True, greeted=True) == after.session


@pytest.mark.parametrize(
    "choice",
    [MENU, STATUS, Option(name="my_data"), Option(name="explain", purpose="traffic")],
    ids=lambda choice: choice.name,
)
async def test_nothing_of_the_customer_is_shown_to_it(ledger: Ledger, choice: Option) -> None:
    """Whatever it opens is what a stranger sees."""
    office = desk(ledger)
    await _linked(ledger, OLD)
    await office.handle(in_chat("g", Option(name="grant", purpose="traffic")))
    await office.handle(in_chat("x", Option(name="withdraw_all", scope="all")))
    await office.handle(share("n", account=NEW))
    stranger = await office.handle(in_chat("first", MENU, account=THIRD))
    expected = await office.handle(in_chat("a", choice, account=THIRD))
    assert stranger.messages
    assert expected == await office.handle(in_chat("b", choice))


async def test_what_it_says_no_longer_reaches_the_customer(ledger: Ledger) -> None:
    """A yes and a STOP of the old account decide nothing for the number it had."""
    office = desk(ledger)
    await _linked(ledger, OLD)
    page = await office.handle(in_chat("g", Option(name="grant", purpose="traffic")))
    agree = next(option for option in page.options if option.name == "agree")
    await office.handle(share("n", account=NEW))
    for number, choice in enumerate((agree, Option(name="withdraw_all", scope="marketing"))):
        await office.handle(in_chat(f"o{number}", choice))
    owner = await ledger.customer_of("lmt", NUMBER)
    assert owner is not None
    assert ["asked"] == [d.action.value for d in await ledger.history(owner)]


async def test_its_old_messages_are_still_the_same_messages(ledger: Ledger) -> None:
    """Delivered again after the parting, each gets the answer it had and decides nothing."""
    office = desk(ledger)
    sent = [share("s"), in_chat("x", Option(name="withdraw_all", scope="all")), in_chat("m", MENU)]
    answers = [await office.handle(one) for one in sent]
    await office.handle(share("n", account=NEW))
    again = [await office.handle(one) for one in sent]
    owner = await ledger.customer_of("lmt", NUMBER)
    assert owner is not None
    assert answers == again
    assert owner == await ledger.customer_of("lmt", NEW)
    assert 8 == len(await ledger.history(owner))


async def test_it_can_share_its_number_again(ledger: Ledger) -> None:
    """Taking the number back parts the other; a wish said in between is carried out."""
    office = await _linked(ledger, OLD, NEW)
    await office.handle(in_chat("x", Option(name="withdraw_all", scope="marketing")))
    back = await office.handle(share("b"))
    owner = await ledger.customer_of("lmt", NUMBER)
    assert owner is not None
    assert (Displaced(address=NEW, language=None),) == back.displaced
    assert back.session is not None
    assert back.session.pending is not None
    assert back.session.pending.intent is not None
    assert IntentName.WITHDRAW_ALL is back.session.pending.intent.name
    assert owner == await ledger.customer_of("lmt", OLD) != await ledger.customer_of("lmt", NEW)
    assert 2 == len(await ledger.history(owner))


async def test_an_account_that_moves_on_parts_the_next_number_too(ledger: Ledger) -> None:
    """Each account has one number, each number one account, whatever the order."""
    office = await _linked(ledger, OLD)
    await office.handle(share("n", account=NEW, number=OTHER))
    moved = await office.handle(share("o", number=OTHER))
    owners: dict[str, Any] = {
        name: await ledger.customer_of("lmt", address)
        for name, address in (("old", OLD), ("new", NEW), ("number", NUMBER), ("other", OTHER))
    }
    assert (Displaced(address=NEW, language=None),) == moved.displaced
    assert owners["old"] == owners["other"]
    assert 3 == len(set(owners.values()))


async def _spoil(
    database: Database, table: Table, account: Address, *, sealed: bytes | None = None
) -> None:
    """Make what is kept of an account's conversation, or of its answers, unreadable."""
    column = {"sessions": "sealed_session", "inbound": "sealed_reply"}[table.name]
    digest = VAULT.address_hash("lmt", account)
    value = b"spoilt" if sealed is None else sealed
    change = table.update().where(table.c.address_hash == digest).values({column: value})
    assert database.write_now(lambda c: c.execute(change).rowcount)


async def _nonsense(database: Database, account: Address) -> bytes:
    """Return a conversation that opens, but is none."""
    owner = await sql_ledger(database).customer_of("lmt", account)
    (row,) = [r for r in rows(database, schema.customers) if r.customer_id == owner]
    return VAULT.data_key(str(owner), row.wrapped_key).close(b"[]", f"session:{owner}")


STOP = Option(name="withdraw_all", scope="marketing")


@pytest.mark.parametrize("spoilt", ["conversation", "nonsense", "answers"])
async def test_what_cannot_be_read_of_the_old_account_blocks_no_stop(
    database: Database, spoilt: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The newcomer gets the number and is heard; the old account begins anew."""
    office = desk(sql_ledger(database))
    await office.handle(share("s"))
    await office.handle(in_chat("r", RUSSIAN))
    table = schema.inbound if spoilt == "answers" else schema.sessions
    junk = await _nonsense(database, OLD) if spoilt == "nonsense" else None
    await _spoil(database, table, OLD, sealed=junk)
    await office.handle(in_chat("x", STOP, account=NEW))
    shared = await office.handle(share("n", account=NEW))
    assert ("link.done", "withdrawn.marketing", "stop.rest") == shared.ids
    assert {"consent.ledger"} == {record.name for record in caplog.records}
    language = "ru" if spoilt == "answers" else None
    seen = await Watched(sql_ledger(database)).handle(in_chat("o", MENU))
    assert seen.session is not None
    assert (language, False) == (seen.session.language, seen.linked)


@pytest.mark.parametrize("table", [schema.sessions, schema.inbound], ids=lambda t: t.name)
async def test_what_cannot_be_read_of_an_account_does_not_keep_it_from_linking(
    database: Database, table: Table, caplog: pytest.LogCaptureFixture
) -> None:
    """Its conversation begins anew at the share, and a STOP after it is carried out."""
    office = desk(sql_ledger(database))
    await office.handle(in_chat("m", MENU))
    await _spoil(database, table, OLD)
    shared = await office.handle(share("s"))
    stop = await office.handle(in_chat("x", STOP))
    assert "link.done" == shared.ids[0]
    assert ("withdrawn.marketing", "stop.rest") == stop.ids
    assert {"consent.ledger"} == {record.name for record in caplog.records}


async def test_nothing_is_left_under_the_customer_s_key(database: Database) -> None:
    """Replies and conversation of the old account move to its new nobody, sealed anew."""
    office = desk(sql_ledger(database))
    await office.handle(share("s"))
    await office.handle(in_chat("m", MENU))
    owner = await sql_ledger(database).customer_of("lmt", NUMBER)
    await office.handle(share("n", account=NEW))
    nobody = await sql_ledger(database).customer_of("lmt", OLD)
    (old,) = [r for r in rows(database, schema.addresses) if r.customer_id == nobody]
    for table in (schema.sessions, schema.inbound):
        mine = {r.customer_id for r in rows(database, table) if r.address_hash == old.address_hash}
        assert {nobody} == mine
    assert ("none", 0) == (old.proof_kind, old.proof_level)
    assert nobody != owner
