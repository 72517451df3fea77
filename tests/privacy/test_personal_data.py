"""Nothing personal stands in clear where it need not: logs, errors, files, proofs, other systems.

Everything that customers, providers and systems can do is done, right and wrong, with names,
numbers and words that can be recognised; then all that was left behind is searched for them.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Row, Table, select, update

from app.forget_command import run_forget
from app.import_command import run_import
from app.proof_commands import run_export
from app.whom import whom
from consent.desk import ConsentDesk
from consent.errors import SealBroken
from consent.ports import Inbound
from consent.replies import Reply
from storage import schema
from storage.vault import bound_key
from tests.doors.import_stage import as_csv, no, row
from tests.privacy.ear import Ear, listening
from tests.privacy.house import House, open_house
from tests.privacy.marks import (
    BROUGHT,
    CRM_ID,
    CRM_REJECTED,
    EMAIL,
    FIRST,
    LAST,
    NONSENSE,
    REJECTED,
    STOPS,
    STRAY,
    TALKS,
    WORDS,
    found_in,
)
from tests.sms.fake_twilio_api import Fault, Slip
from tests.sms.fake_twilio_stage import OLD_WAYS
from tests.sms.sms_stage import LMT, MINUTE, NUMBERS

pytestmark = OLD_WAYS


@pytest.fixture
def ear() -> Any:  # noqa: ANN401 - a generator of an ear
    """Hear all that is logged."""
    with listening() as found:
        yield found


@pytest.fixture
async def house(tmp_path: Path, ear: Ear, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    """Return the assistant, which is also what commands find."""
    monkeypatch.setenv("CONSENT_DATABASE_URL", f"sqlite:///{tmp_path}/sms.db")
    monkeypatch.setenv("CONSENT_ROOT_KEY_FILE", f"{tmp_path}/root.key")
    monkeypatch.chdir(tmp_path)
    async with open_house(tmp_path, ear) as found:
        yield found


async def _talk(house: House) -> None:
    """Consents given, proven by code and withdrawn; nonsense, a case, and a late answer."""
    says = house.sms.says
    await says("AGREE 1", "AGREE", "SMS", WORDS, "STATUS", "AGREE 3", "AGREE 47", phone=STOPS)
    assert {"offers given", "offers withdrawn", "profiling given"} <= set(
        await house.sms.ledger(STOPS)
    )
    await says(NONSENSE, "STOP 4", "HUMAN", f"{FIRST} {LAST}, {EMAIL}", phone=TALKS)
    assert 1 == len(await house.sms.rows(schema.cases))
    await house.sms.loses(f"STOP 2 {FIRST}", "STATUS", phone=TALKS)
    await house.sms.catches_up()
    house.sms.twilio.fail_next(Fault.refused(21614), Fault.refused(20003), Fault.broken())
    for _ in range(4):
        await house.sms.carries(phone=TALKS)
        house.sms.clock.move(MINUTE)


async def _misuse(house: House) -> None:
    """Forged, broken and foreign messages, reports and calls; each is refused."""
    sender = ("From", STOPS), ("To", NUMBERS[LMT]), ("Body", WORDS)
    await house.sms.says(WORDS, phone=STOPS, slip=Slip(forged=True))
    await house.posts(*sender)
    await house.posts(("MessageSid", "SM1"), ("MessageSid", "SM2"), *sender)
    await house.posts(("MessageSid", "SM1"), *sender[:1], ("To", TALKS), *sender[2:])
    await house.posts(raw=WORDS.encode())
    await house.posts(*sender, raw=b"Body=" + b"x" * 70_000 + STOPS.encode())
    await house.asks("POST", "/sms/bite/inbound", WORDS.encode())
    await house.asks("GET", "/sms/lmt/inbound")
    await house.asks("POST", "/sms/lmt/status", f"To={STOPS}&Body={FIRST}".encode())
    await house.sms.reports({"To": STOPS, "MessageStatus": FIRST, "ErrorMessage": WORDS}, "")
    await house.posts(
        ("MessageSid", "SMstray"), ("From", STRAY), ("To", NUMBERS[LMT]), ("Body", NONSENSE)
    )
    entry = {"brand": LMT, "number": STOPS, "action": WORDS, "door": "crm", "about": FIRST}
    for said in (
        {"decisions": [entry]},
        {"decisions": [entry | {"about": {"kind": "purpose", "id": EMAIL}}]},
        {"decisions": [entry | {"number": int(STOPS[1:])}]},
        WORDS.encode(),
        b'{"decisions": [{"number": "' + STOPS.encode(),
    ):
        await house.calls("/api/v1/decisions", said)
    named = entry | {"action": "withdrawn", "door": "shop", "crm_id": CRM_ID, "email": EMAIL}
    await house.calls("/api/v1/decisions", {"decisions": [named | {"crm_id": CRM_ID * 9}]})
    event = {"brand": LMT, "event": "crm_id_released", "door": CRM_REJECTED, "crm_id": CRM_ID}
    await house.calls("/api/v1/service-events", {"events": [event]})
    await house.calls("/api/v1/check", {"crm_id": CRM_ID, "purposes": ["offers"]})
    await house.calls("/api/v1/check", {"crm_id": f"{CRM_ID}\n", "purposes": [CRM_REJECTED]})
    await house.calls("/api/v1/check", {"crm_id": CRM_ID, "email": EMAIL, "purposes": ["offers"]})
    await house.calls("/api/v1/check", {"number": f"{STOPS} {FIRST}", "purposes": [EMAIL]})
    await house.calls("/api/v1/check", {"number": STOPS, "purposes": ["offers"], "channel": FIRST})
    await house.calls("/consent-info/v0.2/retrieve", {"phoneNumber": STOPS, "purpose": FIRST})
    for path in (f"/api/v1/feed?after={EMAIL}", f"/r/{STOPS}", f"/my/{EMAIL}", f"/x?{STOPS}"):
        await house.knocks(path)
    await house.asks("GET", "/api/v1/feed", headers={"authorization": f"Bearer {EMAIL}"})
    house.gather()
    assert {400, 401, 403, 404, 405, 413} <= set(house.statuses)


async def _break(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The store goes, a conversation is ruined, and the program itself has a fault."""
    back = house.sms.lose_store()
    await house.sms.says(WORDS, phone=STOPS)
    await house.asks("GET", "/readyz")
    await house.calls("/api/v1/check", {"number": STOPS, "purposes": ["offers"]})
    back()
    await _ruin(house)
    await house.sms.says(NONSENSE, "STATUS", phone=TALKS)

    async def fails(_self: ConsentDesk, inbound: Inbound) -> Reply:
        raise ValueError(f"{inbound} {inbound.address.value} said {inbound.text}")

    with monkeypatch.context() as broken:
        broken.setattr(ConsentDesk, "handle", fails)
        await house.sms.says(WORDS, phone=STOPS)
        await house.sms.loses(NONSENSE, phone=TALKS)
        await house.sms.catches_up()
    house.gather()
    assert 503 in house.statuses
    assert any("ValueError at" in line for line in house.ear.of("consent"))
    assert any("a conversation begins anew" in line for line in house.ear.of("consent"))


async def _ruin(house: House) -> None:
    """Leave in every conversation what another version may have written there."""
    vault, table, owners = house.sms.store.vault, schema.sessions, schema.customers
    ruined = json.dumps({"pending": {"awaiting": WORDS, "asked_at": NONSENSE}}).encode()

    def body(connection: Any) -> None:  # noqa: ANN401 - of SQLAlchemy
        joined = table.join(owners, owners.c.customer_id == table.c.customer_id)
        query = select(table, owners.c.wrapped_key).select_from(joined)
        for found in connection.execute(query).all():
            seal = vault.data_key(found.customer_id, found.wrapped_key)
            sealed = seal.close(ruined, f"session:{found.customer_id}")
            mine = update(table).where(table.c.customer_id == found.customer_id)
            connection.execute(mine.values(sealed_session=sealed))

    await house.sms.store.database.write(body)


async def _bring_in(folder: Path) -> list[str]:
    """Bring in a file with good and bad rows; return what is said, and the list of the bad."""
    rows = [
        no(BROUGHT, document=f"{FIRST} {LAST}, {EMAIL}", actor=EMAIL, method=EMAIL),
        no(STOPS, actor="shop 12"),
        row(REJECTED, notice="AAAAAAAAAA", document=WORDS),
        row(REJECTED, said_at=FIRST),
        row(f"{REJECTED} {EMAIL}"),
        no(BROUGHT, crm_id=CRM_ID, email=EMAIL),
        no(TALKS, crm_id=CRM_ID),
        no(TALKS, crm_id=CRM_REJECTED * 5, email=EMAIL),
        row(REJECTED, crm_id=CRM_REJECTED, email=f"{EMAIL}@{EMAIL}"),
        row(REJECTED, action=CRM_REJECTED),
    ]
    file = folder / "crm.csv"
    file.write_bytes(as_csv(rows))
    clean, lines = await asyncio.to_thread(run_import, file, brand=LMT)
    assert not clean
    # It names rows, not people: the operator has them in their own file.
    return [*lines, (folder / "crm.csv.rejected.csv").read_text(encoding="utf-8")]


async def test_nothing_personal_is_left_in_clear(
    house: House, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Logs at their most talkative, standard error, refusals, health, disk, proof, events."""
    await _talk(house)
    await _misuse(house)
    async with house.telling():
        await _break(house, monkeypatch)
    told = await _bring_in(house.sms.folder)
    shown = [(await house.asks("GET", path)).text for path in ("/healthz", "/readyz", "/metrics")]
    proof = house.sms.folder / "proof.jsonl"
    assert (await asyncio.to_thread(run_export, proof))[0]
    assert 10 < len(proof.read_bytes().splitlines())
    events = [_unnamed(event, BROUGHT, STOPS, TALKS) for event in await house.told()]
    captured = capfd.readouterr()
    places: dict[str, str | bytes] = {
        "logs": house.ear.text,
        "standard error": captured.err,
        "standard output": captured.out,
        "refusals": "\n".join(house.refusals),
        "health": "\n".join(shown),
        "database": house.on_disk(),
        "proof": proof.read_bytes(),
        "feed": json.dumps(events, ensure_ascii=False),
        "hooks": json.dumps(
            [_unnamed(one.event, BROUGHT, STOPS, TALKS) for one in house.receiver.taken]
        ),
        "import": "\n".join(told),
    }
    assert {} == {place: found for place, said in places.items() if (found := found_in(said))}
    # Each of them was there to be searched.
    assert [] == [place for place, said in places.items() if not said and "standard" not in place]
    for logger in ("consent", "sqlalchemy", "aiosqlite", "uvicorn", "httpx"):
        assert house.ear.of(logger)


async def test_nothing_opens_any_more_of_whoever_was_forgotten(house: House) -> None:
    """Not the key, not one sealed value, not the number: neither in the file nor in its log."""
    await house.sms.says("AGREE 1", "AGREE", "SMS", WORDS, "STATUS", phone=STOPS)
    await house.sms.says("STOP", phone=TALKS)
    sealed = await _sealed(house)
    assert len(sealed["customers"]) == 2
    await _bring_in(house.sms.folder)
    why = "request of 3 March, DPO"
    said = await asyncio.to_thread(run_forget, whom(STOPS), brand=LMT, reason=why)
    left, disk = await _sealed(house), house.on_disk()
    gone = [value for table, values in sealed.items() for value in values - left[table]]
    assert len(gone) > 8
    assert [] == [value for value in gone if value in disk]
    assert [] == found_in(disk) + found_in(said) + found_in(house.ear.text)
    (owner,) = [r for r in await house.sms.rows(schema.customers) if r.wrapped_key is None]
    vault = house.sms.store.vault
    for wrapped in sealed["customers"]:
        with pytest.raises(SealBroken):
            vault.wrap.open(wrapped, f"{bound_key(owner.customer_id)} again")
    for event in await house.told():
        if event["subject"] == owner.customer_id:
            assert [] == event["data"]["numbers"]
            assert [] == found_in(json.dumps(event))
    assert 0 == await _rows_of(house, owner.customer_id)


async def _sealed(house: House) -> dict[str, set[bytes]]:
    """Return every value that is sealed under a customer's key, and those keys."""
    kept: dict[Table, Callable[[Row[Any]], bytes | None]] = {
        schema.customers: lambda found: found.wrapped_key,
        schema.addresses: lambda found: found.sealed_address,
        schema.decisions: lambda found: found.sealed_evidence,
        schema.sessions: lambda found: found.sealed_session,
        schema.inbound: lambda found: found.sealed_reply,
    }
    return {
        table.name: {value for found in await house.sms.rows(table) if (value := read(found))}
        for table, read in kept.items()
    }


async def _rows_of(house: House, customer: str) -> int:
    """Return how many rows still lead from a customer to whoever that was."""
    tables = (schema.addresses, schema.sessions, schema.inbound, schema.deliveries, schema.copies)
    rows = [found for table in tables for found in await house.sms.rows(table)]
    return sum(found.customer_id == customer for found in rows)


def _unnamed(event: Any, *known: str) -> dict[str, Any]:  # noqa: ANN401 - as JSON has it
    """Return an event without the numbers that its reader is promised, and no others."""
    data = dict(event["data"])
    assert set(data.pop("numbers")) <= set(known)
    return dict(event) | {"data": data}


def test_the_ear_hears() -> None:
    """A number in a log, at whatever level and in a traceback, would be found."""
    with listening() as ear:
        logging.getLogger("sqlalchemy.engine").debug("parameters %s", (STOPS,))
        try:
            int(EMAIL)
        except ValueError:
            logging.getLogger("consent.any").exception("failed")
    assert {STOPS, "e-mail"} == {found.partition(" ")[0] for found in found_in(ear.text)}
