"""A small stage for tests: a Twilio, one account with its real client, and a webhook."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

import pytest
from aiohttp import web
from multidict import CIMultiDictProxy, MultiDict
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.request_validator import (
    SIGNATURE_HEADER,
    SIGNATURE_SETTINGS_HEADER,
    RequestValidator,
    get_signature_algorithm,
)
from twilio.rest import Client

from tests.sms.fake_twilio_api import Account, FakeTwilio, Handset, Patience, Sender

#: For tests in which Twilio's client runs: it speaks to the newest aiohttp in an old way.
OLD_WAYS = [
    pytest.mark.filterwarnings(f"ignore:{words}:DeprecationWarning")
    for words in ("BasicAuth is deprecated", "The 'auth' parameter is deprecated")
]
OURS, THEIRS = "+37129202010", "+37120000000"
TOKEN = "token of the account"
SILENCE = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


def spoken(text: str) -> str:
    """Return an answer that says one thing."""
    return f"<Response><Message>{text}</Message></Response>"


@dataclass(slots=True, kw_only=True)
class Saying:
    """How the webhook answers once."""

    body: str = SILENCE
    status: int = 200
    kind: str = "text/xml"
    #: Seconds until it answers.
    after: float = 0.0
    #: Opened when it may answer.
    gate: asyncio.Event | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """One call as it came in."""

    url: str
    form: MultiDict[str]
    headers: CIMultiDictProxy[str]

    def is_signed(self, secret: str) -> bool:
        """Say whether Twilio's own library takes it as signed with this secret."""
        algorithm = get_signature_algorithm(self.headers.get(SIGNATURE_SETTINGS_HEADER))
        signature = self.headers[SIGNATURE_HEADER]
        return bool(RequestValidator(secret).validate(self.url, self.form, signature, algorithm))


@dataclass(eq=False, slots=True)
class Listener:
    """A webhook that keeps what it hears and says what it is told to say."""

    url: str = ""
    heard: list[Heard] = field(default_factory=list)
    sayings: deque[Saying] = field(default_factory=deque)

    async def answer(self, request: web.Request) -> web.Response:
        """Answer one call."""
        form = MultiDict(parse_qsl((await request.read()).decode(), keep_blank_values=True))
        self.heard.append(Heard(str(request.url), form, request.headers))
        saying = self.sayings.popleft() if self.sayings else Saying()
        await asyncio.sleep(saying.after)
        if saying.gate is not None:
            await saying.gate.wait()
        return web.Response(text=saying.body, status=saying.status, content_type=saying.kind)

    def says(self, *sayings: Saying | str) -> None:
        """Answer the next calls so, one after the other."""
        self.sayings.extend(s if isinstance(s, Saying) else Saying(body=s) for s in sayings)

    async def hears(self, count: int) -> None:
        """Return when so many calls have come in."""
        async with asyncio.timeout(10):
            while len(self.heard) < count:
                await asyncio.sleep(0.01)

    def fields(self, name: str, path: str = "/inbound") -> list[str]:
        """Return a field of everything heard at a path, in order."""
        return [h.form.get(name, "") for h in self.heard if h.url == self.url + path]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What a test of the fake needs."""

    twilio: FakeTwilio
    account: Account
    sender: Sender
    listener: Listener
    api: Client
    anna: Handset


@asynccontextmanager
async def listening() -> AsyncIterator[Listener]:
    """Return a webhook on a port of its own."""
    listener = Listener()
    app = web.Application()
    app.router.add_post("/{path}", listener.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    listener.url = f"http://{host}:{port}"
    yield listener
    await runner.cleanup()


@asynccontextmanager
async def client(
    twilio: FakeTwilio, account: Account, token: str | None = None
) -> AsyncIterator[Client]:
    """Return Twilio's real client of an account, pointed at the fake."""
    async with AsyncTwilioHttpClient() as http:
        found = Client(account.sid, token or account.auth_token, http_client=http)
        found.api.base_url = twilio.url
        yield found


@asynccontextmanager
async def open_stage() -> AsyncIterator[Stage]:
    """Return a Twilio with one account, one sender in the default mode, and Anna."""
    async with listening() as listener, FakeTwilio() as twilio:
        account = twilio.add_account(TOKEN)
        webhook = f"{listener.url}/inbound"
        sender = account.add(Sender(number=OURS, webhook=webhook, patience=Patience(seconds=2.0)))
        async with client(twilio, account) as api:
            yield Stage(
                twilio=twilio,
                account=account,
                sender=sender,
                listener=listener,
                api=api,
                anna=twilio.customer(THEIRS),
            )
