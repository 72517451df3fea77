"""The SMS door over real HTTP semantics: signed forms in, TwiML out, nothing forged gets by."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from httpx import Response
from twilio.request_validator import RequestValidator

from consent.chain import verify
from consent.errors import ChainBroken
from consent.ports import Address, AddressKind, Look
from tests.journeys.harness import NUMBER, TOKEN, House, open_house

URL = "https://piekrisana.lv/sms/lmt/inbound"
FORM = {"MessageSid": "SM1", "From": NUMBER, "To": "+37120009999", "Body": "Стоп!", "FromCity": ""}


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """Return a served assistant of LMT on a store of its own."""
    found = open_house(tmp_path, "lmt")
    async with found.client:
        yield found


async def _post(
    house: House,
    body: str | bytes,
    signature: str | None = None,
    path: str = "/sms/lmt/inbound",
) -> Response:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    if signature is not None:
        headers["x-twilio-signature"] = signature
    return await house.client.post(path, content=body, headers=headers)


def _signed(form: dict[str, str], url: str = URL, token: str = TOKEN) -> str:
    return str(RequestValidator(token).compute_signature(url, form))


async def test_a_signed_stop_is_answered_in_its_language(house: House) -> None:
    """`Стоп!` ends the offers at once and is answered in Russian."""
    answer = await _post(house, urlencode(FORM), _signed(FORM))
    assert answer.status_code == 200
    assert "text/xml" in answer.headers["content-type"]
    assert "СТОП ВСЁ" in answer.text
    assert await house.verdict("offers sms") == "refused"


async def test_the_same_delivery_gets_the_same_answer(house: House) -> None:
    """A message delivered again is answered alike, and decided once."""
    first = await _post(house, urlencode(FORM), _signed(FORM))
    again = await _post(house, urlencode(FORM), _signed(FORM))
    assert first.content == again.content
    assert len(await house.decisions()) == 2


@pytest.mark.parametrize(
    "signature",
    [None, "", "nonsense", _signed(FORM, token="other"), _signed(FORM, url=URL + "?"), "é"],
)
async def test_a_forged_message_changes_and_reveals_nothing(
    house: House, signature: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    """Without this brand's signature: 403, nothing written, nothing of it in the log."""
    caplog.set_level(logging.DEBUG)
    sent = signature.encode("latin-1").decode("latin-1") if signature else signature
    if sent == "é":
        sent = "\u00e9".encode().decode("ascii", "replace").replace("\ufffd", "?")
    answer = await _post(house, urlencode(FORM), sent)
    assert answer.status_code == 403
    assert answer.content == b""
    assert await house.verdict("offers") == "unknown_address"
    for secret in ("20000000", "Стоп", TOKEN):
        assert secret not in caplog.text


async def test_a_changed_body_is_a_forged_one(house: House) -> None:
    """One letter more than was signed is somebody else's message."""
    answer = await _post(house, urlencode(FORM | {"Body": "Стоп! "}), _signed(FORM))
    assert answer.status_code == 403


async def test_blank_fields_count(house: House) -> None:
    """Blank fields are part of what is signed; dropping one is noticed."""
    kept = {k: v for k, v in FORM.items() if k != "FromCity"}
    assert (await _post(house, urlencode(kept), _signed(FORM))).status_code == 403
    assert (await _post(house, urlencode(kept), _signed(kept))).status_code == 200


@pytest.mark.parametrize(
    "body", [b"", b"\xff\xfe", b"Body", b"a=1&" * 300 + b"b=2", b"Body=%FF%FE"], ids=repr
)
async def test_a_malformed_body_is_refused(house: House, body: bytes) -> None:
    """What is no form gets a 4xx in one line, without a traceback."""
    answer = await _post(house, body, "signature")
    assert 400 <= answer.status_code < 500
    assert "Traceback" not in answer.text


async def test_a_signed_message_without_an_id_is_refused(house: House) -> None:
    """Signed, but not what the provider's documentation promises: 400, nothing written."""
    form = {"From": NUMBER, "Body": "Стоп"}
    assert (await _post(house, urlencode(form), _signed(form))).status_code == 400
    assert await house.verdict("offers") == "unknown_address"


async def test_a_giant_body_is_refused(house: House) -> None:
    """A body no provider would send is refused before it is looked at."""
    answer = await _post(house, "Body=" + "x" * 200_000, "signature")
    assert answer.status_code == 413


async def test_an_unknown_brand_is_not_there(house: House) -> None:
    """There is no door for a brand that is not in the catalogue."""
    answer = await _post(house, urlencode(FORM), _signed(FORM), path="/sms/tele2/inbound")
    assert answer.status_code == 404


async def test_a_brand_without_a_token_lets_nobody_in(house: House) -> None:
    """A brand whose token is not set is closed, not open."""
    url = "https://piekrisana.lv/sms/amigo/inbound"
    answer = await _post(
        house, urlencode(FORM), _signed(FORM, url, token=""), path="/sms/amigo/inbound"
    )
    assert answer.status_code == 403


async def test_a_sender_that_is_no_number_is_not_answered(house: House) -> None:
    """An alphanumeric sender could be a machine that answers back: silence."""
    form = FORM | {"From": "INFOSMS"}
    answer = await _post(house, urlencode(form), _signed(form))
    assert answer.status_code == 200
    assert "<Message" not in answer.text


async def test_a_store_that_is_gone_is_said_so(house: House, tmp_path: Path) -> None:
    """Without the store nothing is promised: 503, so that the provider tries again."""
    for file in tmp_path.glob("journey.db*"):
        file.rename(tmp_path / f"away-{file.name}")
    answer = await _post(house, urlencode(FORM), _signed(FORM))
    assert answer.status_code == 503
    assert "<Message" not in answer.text


async def test_a_notice_is_shown_as_it_was_sent(house: House) -> None:
    """The link in an SMS opens the full text, with nothing from elsewhere."""
    text = await house.sms("да 2", "SM2")
    code = text.split("/n/")[1].split()[0]
    page = await house.client.get(f"/n/{code}")
    assert page.status_code == 200
    assert '<html lang="ru">' in page.text
    assert "СТОП 2" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert (await house.client.get("/n/AAAAAAAAAA")).status_code == 404


async def test_health_and_readiness(house: House, tmp_path: Path) -> None:
    """The process says it lives; it says it is ready only while the store answers."""
    assert 200 == (await house.client.get("/healthz")).status_code
    assert 200 == (await house.client.get("/readyz")).status_code
    (tmp_path / "journey.db").rename(tmp_path / "away.db")
    assert 503 == (await house.client.get("/readyz")).status_code
    (tmp_path / "away.db").rename(tmp_path / "journey.db")
    assert 200 == (await house.client.get("/readyz")).status_code


async def test_other_pages_are_not_there(house: House) -> None:
    """Unknown paths and wrong methods get a plain line."""
    assert (await house.client.get("/")).status_code == 404
    assert (await house.client.get("/sms/lmt/inbound")).status_code == 405


async def _as_customer(house: House, text: str, message_id: str) -> str:
    form = FORM | {"Body": text, "MessageSid": message_id}
    return (await _post(house, urlencode(form), _signed(form))).text


async def test_a_notice_that_was_not_delivered_cannot_be_agreed_to(tmp_path: Path) -> None:
    """While the provider blocks us, a yes is none; once it is lifted, all goes on (law 1)."""
    house = open_house(tmp_path, "lmt", opt_out="default")
    async with house.client:
        assert "<Message" not in await _as_customer(house, "END", "SM1")
        await _as_customer(house, "AGREE 2", "SM2")
        await _as_customer(house, "AGREE", "SM3")
        assert "never_asked" == await house.verdict("traffic")
        await _as_customer(house, "START", "SM4")
        await _as_customer(house, "AGREE 2", "SM5")
        await _as_customer(house, "AGREE", "SM6")
        assert "allowed" == await house.verdict("traffic")


async def test_a_damaged_conversation_does_not_stop_a_stop(house: House, tmp_path: Path) -> None:
    """A conversation that cannot be read begins anew; the withdrawal is carried out."""
    await house.sms("да 2", "SM1")
    with sqlite3.connect(tmp_path / "journey.db") as store:
        store.execute("UPDATE sessions SET sealed_session = x'00'")
    store.close()
    assert "СТОП ВСЁ" in await house.sms("Стоп!", "SM2")
    assert "refused" == await house.verdict("offers")


async def test_an_unforeseen_fault_is_logged_and_tried_again(
    house: House, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever breaks: no traceback for the sender, a line in the log, and a second delivery."""
    await house.sms("да 2", "SM9")
    with sqlite3.connect(tmp_path / "journey.db") as store:
        store.execute("UPDATE standing SET record = 'nonsense'")
    store.close()
    answer = await _post(house, urlencode(FORM), _signed(FORM))
    assert 503 == answer.status_code
    assert "Traceback" not in answer.text
    assert "DecodeError" in caplog.text


async def test_history_is_read_at_one_moment_and_noted(house: House, tmp_path: Path) -> None:
    """Decisions, hash and count belong together, and looking leaves a line in the read log."""
    await house.sms("Стоп!", "SM1")
    number = Address(AddressKind.MSISDN, NUMBER)
    look = Look(
        brand="lmt",
        address=number,
        viewer="lawyer",
        purpose_of_look="history",
        at=house.clock.now(),
    )
    decisions, head, length = await house.store.ledger.inspect(look)
    assert length == verify(decisions, head)
    with sqlite3.connect(tmp_path / "journey.db") as store:
        assert [("lawyer", "history")] == store.execute(
            "SELECT viewer, question FROM read_log"
        ).fetchall()
        store.execute("DELETE FROM decisions")
    store.close()
    wiped, head, length = await house.store.ledger.inspect(look)
    with pytest.raises(ChainBroken):
        verify(wiped, head)
