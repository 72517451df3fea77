"""A consent that needs surer proof: its code arrives on the SMS phone beside the messenger."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.playground.served import Served
from tests.playground.test_requests import CHAT, STORE, someone

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def client(served: Served) -> AsyncIterator[httpx.AsyncClient]:
    """Return a client of the server."""
    async with httpx.AsyncClient(base_url=served.url) as opened:
        yield opened


async def _does(client: httpx.AsyncClient, who: dict[str, str], **deed: object) -> dict[str, Any]:
    answer = await client.post(CHAT, json=who | deed)
    assert 200 == answer.status_code
    found: dict[str, Any] = answer.json()
    return found


async def test_a_code_arrives_by_sms_and_gives_the_consent(client: httpx.AsyncClient) -> None:
    """Agreeing to location sends four digits to the number alone; typed in the chat, they give."""
    who, other = someone(), someone()
    await _does(client, who, share=True)
    await _does(client, who, text="5")
    sent = await _does(client, who, text="AGREE")
    (text,) = sent["texts"]
    (code,) = re.findall(r"\b[0-9]{4}\b", text["text"])
    assert (1, "GSM-7") == (text["parts"], text["encoding"])
    assert not any(code in str(op) for op in sent["ops"])
    assert [] == (await _does(client, other, open=True))["texts"]
    assert [] == (await _does(client, who, text="STATUS"))["texts"]
    await _does(client, who, text=code)
    kept = await client.get(STORE, params=who)
    assert "given" == kept.json()["decisions"][-1]["action"]
