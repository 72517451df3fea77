"""What is passed around does not spell out whom it is about: a repr can end up in any log."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from app.check_routes import CheckQuestion
from app.decision_entries import ServiceEvent, TakenDecision, WhatAbout
from app.numbers import parse_number
from bot.events import Said, Shared
from bot.updates import parse
from consent.addresses import e164
from consent.batches import Entry
from consent.case_ports import Opened, Reach, Sending
from consent.cases import Case
from consent.decisions import Action, CustomerId, Subject
from consent.delivery import Report, Stray
from consent.dialogue.session import Awaiting, Pending, Session
from consent.errors import SealBroken
from consent.feed import Entry as Told
from consent.forgetting import Forgetting
from consent.hooks import Shipment
from consent.ports import Address, AddressKind, Displaced, Look, Outgoing, Snapshot, Writing
from consent.replies import Message, Reply
from marketing.capture import Errand
from sms.carrier import Received, Sms
from storage import schema
from storage.migration import migrate
from storage.rows import open_session
from storage.sqlite import SqliteDatabase
from storage.vault import Root, Seal, Vault
from tests.builders import START, evidence, inbound
from tests.privacy.marks import (
    ACCOUNT,
    EMAIL,
    FIRST,
    LAST,
    NONSENSE,
    STOPS,
    STRAY,
    WORDS,
    found_in,
)

PIN = "471193"
NUMBER = Address(AddressKind.MSISDN, STOPS)
CHAT = Address(AddressKind.TELEGRAM, str(ACCOUNT))
REPLY = Reply(language="lv", messages=(Message("case.answer", {"answer": NONSENSE, "pin": PIN}),))
CASE = Case(id="K7M2-94QX", kind="contact", opened_at=START, words=NONSENSE)
PENDING = Pending(awaiting=Awaiting.LINK, asked_at=START, code=PIN, words=WORDS)
SESSION = Session(pending=PENDING, cases=(CASE,))
OUTGOING = Outgoing(id="o1", brand="lmt", kind="sms", to=NUMBER, reply=REPLY)
EVENT = Told(position=1, customer="c1", event={"id": "e1", "data": {"numbers": [STOPS]}})
ANSWER = Sending(text=NONSENSE, by="staff 12", at=START)


def _writing() -> Writing:
    return Writing(
        customer=CustomerId("c1"),
        new_customer=True,
        decisions=(),
        records={},
        head="",
        length=0,
        session=SESSION,
        reply=REPLY,
        cases=(CASE,),
        outgoing=(OUTGOING,),
    )


def _entry() -> Entry:
    return Entry(
        brand="lmt",
        address=NUMBER,
        subject=Subject.purpose("offers"),
        action=Action.WITHDRAWN,
        door="crm",
        actor=EMAIL,
        document=WORDS,
    )


def _report() -> Report:
    return Report(
        brand="lmt",
        to=NUMBER,
        reference="o1",
        provider_id="SM1",
        status="sent",
        stage=1,
        error="",
        at=START,
    )


def _stray() -> Stray:
    return Stray(
        brand="lmt",
        door="sms",
        message_id="SM1",
        sender=STRAY,
        text=NONSENSE,
        received_at=START,
    )


def _decision() -> TakenDecision:
    return TakenDecision(
        brand="lmt",
        number=STOPS,
        about=WhatAbout(kind="purpose", id="offers"),
        action="withdrawn",
        door="shop",
        actor=EMAIL,
        document=WORDS,
    )


def _event() -> ServiceEvent:
    return ServiceEvent(
        brand="lmt", number=STOPS, event="ended", door="shop", at="", actor=EMAIL, document=WORDS
    )


def _shipment() -> Shipment:
    return Shipment(
        hook="h1",
        url="https://crm.lmt.lv",
        secret=f"whsec_{PIN}",
        entries=(EVENT,),
        position=1,
        failures=0,
        claim=1,
    )


def _errand() -> Errand:
    return Errand(
        brand="lmt",
        number=STOPS,
        purpose="offers",
        scopes=(),
        open=(),
        viewer="crm",
        callback=None,
        until=START,
    )


THINGS: list[object] = [
    NUMBER,
    inbound(WORDS, address=NUMBER, contact=CHAT),
    OUTGOING,
    Displaced(address=CHAT),
    evidence(WORDS),
    PENDING,
    SESSION,
    CASE,
    REPLY,
    Snapshot(session=SESSION, displaced=(Displaced(address=NUMBER),)),
    _writing(),
    Look(brand="lmt", address=NUMBER, viewer="crm", purpose_of_look="check", at=START),
    Forgetting(brand="lmt", address=NUMBER, reason="request", actor="cli:dpo", at=START),
    _stray(),
    _report(),
    Sms(brand="lmt", sender="LMT", to=STOPS, text=WORDS),
    Received(id="SM1", sender=STOPS, to="LMT", text=WORDS, sent_at=START),
    EVENT,
    _shipment(),
    _entry(),
    ANSWER,
    Reach(door="sms", to=NUMBER, language="lv"),
    Said(update=1, user=ACCOUNT, reference="1", text=WORDS),
    Shared(update=1, user=ACCOUNT, reference="1", number=STOPS, owner=ACCOUNT, forwarded=False),
    _decision(),
    _event(),
    CheckQuestion(number=STOPS, email=EMAIL, purposes=["offers"]),
    _errand(),
    Vault(PIN.encode().ljust(32)),
    Root(PIN.encode().ljust(32)),
]


@pytest.mark.parametrize("thing", THINGS, ids=lambda thing: type(thing).__name__)
def test_a_repr_names_nobody(thing: object) -> None:
    """Neither number nor account, words, name or code: with repr, str and in a format."""
    for shown in (repr(thing), str(thing), f"{thing!r:>3}", repr([{"one": thing}])):
        assert type(thing).__name__ in shown
        assert [] == found_in(shown)
        assert PIN not in shown


def test_a_case_shown_to_staff_hides_in_its_repr() -> None:
    """What was said, the numbers and the answer are for the page, not for logs."""
    assert {"words", "numbers", "reason"} <= {
        name for name, field in Opened.__dataclass_fields__.items() if not field.repr
    }


def _wrong_number() -> object:
    return e164(f"{STOPS} {EMAIL}")


def _wrong_argument() -> object:
    return parse_number(f"{FIRST} {LAST}")


def _wrong_key() -> object:
    return Vault(b"x" * 32).data_key("c1", WORDS.encode())


def _wrong_session() -> object:
    return open_session(WORDS.encode(), Seal(b"x" * 32), CustomerId("c1"))


def _wrong_update() -> object:
    content = {"text": [WORDS], "chat": {"id": ACCOUNT, "type": "private"}, "from": FIRST}
    return parse({"update_id": 7, "message": content | {"message_id": EMAIL}})


def _wrong_sms() -> object:
    short = timedelta(0).seconds
    return Sms(brand="lmt", sender="LMT", to=STOPS, text=WORDS, valid_for=short)


@pytest.mark.parametrize(
    "deed",
    [_wrong_number, _wrong_argument, _wrong_key, _wrong_session, _wrong_update, _wrong_sms],
)
def test_an_error_names_nobody(deed: Callable[[], object]) -> None:
    """What is raised about somebody says what is wrong, never with whom; causes included."""
    with pytest.raises(Exception) as caught:  # noqa: PT011 - whatever it is
        deed()
    assert [] == found_in("".join(traceback.format_exception(caught.value)))
    assert [] == found_in(repr(caught.value))


async def test_an_error_of_the_database_names_nobody(tmp_path: Path) -> None:
    """A statement that fails is told of without its values."""
    database = SqliteDatabase(f"sqlite:///{tmp_path}/ledger.db")
    await asyncio.to_thread(migrate, database)
    row: dict[str, object] = {"token_id": STOPS, "brand": WORDS, "holder": EMAIL, "scopes": FIRST}
    row |= {"digest": None, "created_at": 1, "expires_at": 1}

    def body(connection: Connection) -> None:
        connection.execute(schema.tokens.insert(), row)

    with pytest.raises(Exception, match="NOT NULL") as caught:
        await database.write(body)
    assert [] == found_in("".join(traceback.format_exception(caught.value)))
    await database.close()


def test_a_broken_seal_names_a_pseudonym_alone() -> None:
    """Which customer's key it was, so that an operator can look for it."""
    with pytest.raises(SealBroken, match="key:c1"):
        _wrong_key()
