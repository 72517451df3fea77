"""A Twilio of our own: serves the API over HTTP, so that the real client can be tested.

A program sends real requests and gets the refusals and failures the real server has; customers
write, and their words reach its webhook signed as Twilio signs. Whatever a careful program
would never ask ends up in `FakeTwilio.violations`.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from base64 import b64decode
from binascii import Error as NoBase64
from collections.abc import Awaitable, Callable
from contextlib import suppress
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl

from aiohttp import web

from tests.sms.fake_twilio_carrier import Carrier, Inside, Network
from tests.sms.fake_twilio_contract import answer_breaches
from tests.sms.fake_twilio_errors import Refused
from tests.sms.fake_twilio_faults import Fate, Fault, Kind, Operation, Slip
from tests.sms.fake_twilio_handset import Handset, Text
from tests.sms.fake_twilio_inbound import Inbound
from tests.sms.fake_twilio_keywords import Filtering, Keywords, OptOut
from tests.sms.fake_twilio_listing import list_messages
from tests.sms.fake_twilio_rules import check_request, check_send
from tests.sms.fake_twilio_signing import SharedKey
from tests.sms.fake_twilio_state import VERSION, Account, Call, Fields, Json, Patience, Sender, Sms

__all__ = [
    "Account",
    "FakeTwilio",
    "Fate",
    "Fault",
    "Filtering",
    "Handset",
    "Inside",
    "Keywords",
    "Network",
    "OptOut",
    "Patience",
    "Sender",
    "SharedKey",
    "Slip",
    "Sms",
    "Text",
]

_DESCRIBED = {"create": "CreateMessage", "list": "ListMessage", "fetch": "FetchMessage"}
_MESSAGES = f"/{VERSION}/Accounts/{{AccountSid}}/Messages"
_PAGE = "<html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"
_CREATED = 201


class FakeTwilio(Inbound):
    """Accounts and customers behind one address; use it as a context."""

    def __init__(
        self,
        *,
        wall: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        carrier: Carrier | None = None,
    ) -> None:
        """Set up an empty Twilio; the wall clock dates messages, `sleep` is how it waits."""
        super().__init__(wall=wall, sleep=sleep, carrier=carrier or Network())
        self.url = ""
        self._closing = asyncio.Event()
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        """Serve on a free port of this machine alone."""
        app = web.Application()
        app.router.add_route("*", f"{_MESSAGES}.json", self._messages)
        app.router.add_route("*", f"{_MESSAGES}/{{Sid}}.json", self._message)
        app.router.add_route("*", "/{rest:.*}", self._nowhere)
        self._runner = web.AppRunner(
            app, handler_cancellation=True, shutdown_timeout=1.0, access_log=None
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let nobody wait any longer, and close."""
        self._closing.set()
        await self.abandon()
        if self._runner is not None:
            await self._runner.cleanup()
        if error is None:
            self.complain()

    async def _messages(self, request: web.Request) -> web.StreamResponse:
        operations: dict[str, Operation] = {"POST": "create", "GET": "list"}
        return await self._serve(request, operations)

    async def _message(self, request: web.Request) -> web.StreamResponse:
        return await self._serve(request, {"GET": "fetch"})

    async def _nowhere(self, request: web.Request) -> web.StreamResponse:
        return self._refusal(request, Refused(20404, request.path))

    async def _serve(
        self, request: web.Request, operations: dict[str, Operation]
    ) -> web.StreamResponse:
        operation = operations.get(request.method)
        if operation is None:
            return self._refusal(request, Refused(20004))
        form: Fields = []
        if request.content_type == "application/x-www-form-urlencoded":
            form = parse_qsl(await request.text(), keep_blank_values=True)
        try:
            account = self._account(request)
            check_request(
                _DESCRIBED[operation],
                path=request.match_info.items(),
                query=request.query.items(),
                form=form,
            )
        except Refused as refused:
            return self._refusal(request, refused)
        fault = self.plan.fault(operation)
        if fault is None:
            return self._carry_out(request, account, operation, form)
        return await self._fail(request, account, operation, form, fault)

    def _account(self, request: web.Request) -> Account:
        """Return the account a request is for, if it proves to be that account's."""
        name, token = _credentials(request.headers.get("Authorization", ""))
        account = self.accounts.get(name)
        if account is None or account.auth_token != token:
            raise Refused(20003)
        if request.match_info["AccountSid"] != name:
            raise Refused(20404, request.path)
        return account

    def _carry_out(
        self, request: web.Request, account: Account, operation: Operation, form: Fields
    ) -> web.Response:
        try:
            status, body = self._result(request, account, operation, form)
        except Refused as refused:
            return self._refusal(request, refused)
        broken = answer_breaches(_DESCRIBED[operation], status, body)
        if broken:
            raise AssertionError(f"the fake breaks the description: {broken}")
        self._note(operation, request, form, status)
        return web.json_response(body, status=status)

    def _result(
        self, request: web.Request, account: Account, operation: Operation, form: Fields
    ) -> tuple[int, Json]:
        if operation == "create":
            wanted = dict(form)
            return _CREATED, self.accept(account, check_send(account, wanted), wanted).as_json()
        if operation == "list":
            return 200, list_messages(account, request.query)
        found = account.message(request.match_info["Sid"])
        if found is None:
            raise Refused(20404, request.path)
        return 200, found.as_json()

    async def _fail(
        self,
        request: web.Request,
        account: Account,
        operation: Operation,
        form: Fields,
        fault: Fault,
    ) -> web.StreamResponse:
        if fault.takes_effect:
            with suppress(Refused):
                self._result(request, account, operation, form)
        refused = Refused(fault.code)
        spoken = fault.kind in {Kind.REFUSE, Kind.LOSE}
        self._note(operation, request, form, fault.page or refused.status if spoken else 0, fault)
        if not spoken:
            if fault.kind in {Kind.HANG, Kind.SWALLOW}:
                await self._closing.wait()
            return _reset(request)
        if fault.page:
            text = _PAGE.format(fault.page)
            return web.Response(status=fault.page, text=text, content_type="text/html")
        return web.json_response(refused.as_json(), status=refused.status)

    def _refusal(self, request: web.Request, refused: Refused) -> web.Response:
        if refused.violation:
            self.violations.append(f"{request.method} {request.path}: {refused}")
        self._note("refused", request, [], refused.status)
        return web.json_response(refused.as_json(), status=refused.status)

    def _note(
        self,
        operation: str,
        request: web.Request,
        form: Fields,
        status: int,
        fault: Fault | None = None,
    ) -> None:
        params = dict(form) or dict(request.query)
        self.calls.append(
            Call(operation=operation, params=params, at=self.now(), status=status, fault=fault)
        )


def _credentials(header: str) -> tuple[str, str]:
    """Return name and password of a request; blank ones if it has none."""
    kind, _, value = header.partition(" ")
    if kind.lower() != "basic":
        return "", ""
    try:
        name, _, token = b64decode(value, validate=True).decode().partition(":")
    except (NoBase64, UnicodeDecodeError):
        return "", ""
    return name, token


def _reset(request: web.Request) -> web.Response:
    """Close the connection the hard way, so that the client sees it reset."""
    if request.transport is not None:
        line = request.transport.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()
    return web.Response(status=500)
