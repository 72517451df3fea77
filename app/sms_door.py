"""The SMS door in HTTP: `/sms/{brand}/inbound`, answered in TwiML, and `/sms/{brand}/status`."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from litestar import Request, Response, post
from litestar.exceptions import ClientException, NotFoundException
from litestar.params import FromPath
from multidict import MultiDict

from app.composition import Assistant
from app.settings import OptOut, Settings
from app.store import Store
from consent.catalogue import BrandId
from consent.delivery import Stray
from consent.errors import StoreUnavailable
from consent.ports import Address, Inbound
from sms.render import render
from sms.statuses import ABOUT, OUTGOING, StatusDesk
from sms.webhook import (
    LARGEST_BODY,
    SIGNATURE,
    SIGNATURE_SETTINGS,
    Forged,
    Gate,
    Malformed,
    twiml,
)

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

_log = logging.getLogger("consent.sms")
_XML = "text/xml"


class SmsDoor:
    """Takes one brand's messages and reports."""

    def __init__(self, assistant: Assistant, store: Store, settings: Settings, brand: str) -> None:
        """Open the door of a brand; without a secret it lets nobody in."""
        self._assistant = assistant
        self._store = store
        self._brand = brand
        self.gate = gate_of(assistant, settings, brand)
        self._reports = f"{settings.link_base}/sms/{brand}/status"
        #: Without a public address the provider cannot reach us.
        self._asks_for_reports = bool(settings.public_url)
        self._statuses = StatusDesk(
            brand=brand,
            deliveries=store.deliveries,
            outbox=store.outbox,
            handle=assistant.desk.handle,
            is_known=self._is_known,
            now=assistant.clock.now,
        )

    async def _is_heard(self, message: Inbound) -> bool:
        """Say whether the provider has our answer already: said again, it would arrive twice."""
        return await self._store.deliveries.is_on_its_way(
            self._brand, message.address, message.message_id
        )

    async def _is_known(self, address: Address) -> bool:
        return await self._store.ledger.customer_of(self._brand, address) is not None

    async def inbound(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """Authenticate, parse, decide, render. Nothing of a refused message is logged."""
        form = await self._authenticated(request, self.gate.url)
        if form is None:
            return Response(b"", status_code=403, media_type=_XML)
        try:
            return Response(await self._answer(form), media_type=_XML)
        except Malformed as fault:
            _log.warning("refused a malformed message: brand=%s, %s", self._brand, fault.detail)
            raise ClientException(str(fault)) from fault
        except StoreUnavailable as fault:
            return _away(fault)

    async def status(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """Note what the provider reports about one of our messages."""
        query = str(request.scope["query_string"], "latin-1")
        url = f"{self._reports}?{query}" if query else self._reports
        form = await self._authenticated(request, url)
        if form is None:
            return Response(b"", status_code=403, media_type=_XML)
        about = request.query_params.get(ABOUT, "")
        outgoing = request.query_params.get(OUTGOING, "")
        try:
            await self._statuses.take(form, about, outgoing)
        except StoreUnavailable as fault:
            return _away(fault)
        return Response(b"", media_type=_XML)

    async def _authenticated(
        self, request: Request[Any, Any, Any], url: str
    ) -> MultiDict[str] | None:
        body = await request.body()
        signature = request.headers.get(SIGNATURE, "")
        signed = request.headers.get(SIGNATURE_SETTINGS, "")
        try:
            return self.gate.authenticate(body, signature, signed, url=url)
        except Forged:
            _log.warning("refused a message without a valid signature: brand=%s", self._brand)
            return None

    async def _answer(self, form: MultiDict[str]) -> bytes:
        shown = self._assistant.sms_form(self._brand)
        message = self.gate.parse(form, now=self._assistant.clock.now(), shown=shown)
        if isinstance(message, Stray):
            await self._store.strays.keep(message)
            return twiml("")
        reply = await self._assistant.desk.handle(message)
        if not reply.messages or (reply.repeated and await self._is_heard(message)):
            return twiml("")
        written = reply.form or shown
        voice = self._assistant.wording(self._brand, reply.language, written)
        reports = f"{self._reports}?{ABOUT}={message.message_id}" if self._asks_for_reports else ""
        return twiml(render(reply, voice, written), reports)


def sms_routes(assistant: Assistant, store: Store, settings: Settings) -> list[HTTPRouteHandler]:
    """Return the routes by which the provider delivers messages and reports."""
    doors = {
        brand: SmsDoor(assistant, store, settings, brand) for brand in assistant.catalogue.brands
    }

    @post(
        "/sms/{brand:str}/inbound",
        status_code=200,
        media_type=_XML,
        request_max_body_size=LARGEST_BODY,
        include_in_schema=False,
    )
    async def inbound(request: Request[Any, Any, Any], brand: FromPath[str]) -> Response[bytes]:
        return await _door(doors, brand).inbound(request)

    @post(
        "/sms/{brand:str}/status",
        status_code=200,
        media_type=_XML,
        request_max_body_size=LARGEST_BODY,
        include_in_schema=False,
    )
    async def status(request: Request[Any, Any, Any], brand: FromPath[str]) -> Response[bytes]:
        return await _door(doors, brand).status(request)

    return [inbound, status]


def _door(doors: dict[BrandId, SmsDoor], brand: str) -> SmsDoor:
    door = doors.get(BrandId(brand))
    if door is None:
        raise NotFoundException
    return door


def gate_of(assistant: Assistant, settings: Settings, brand: str) -> Gate:
    """Return a brand's way in."""
    twilio = settings.twilio[brand]
    return Gate(
        brand=brand,
        auth_token=twilio.auth_token,
        shared_key=twilio.shared_key,
        sender=twilio.sender,
        url=f"{settings.link_base}/sms/{brand}/inbound",
        filters_by_word=twilio.opt_out is OptOut.DEFAULT,
        filters_by_type=twilio.opt_out is OptOut.ADVANCED,
        answers_to=assistant.catalogue.brands[BrandId(brand)].sms_answers_to,
    )


def _away(fault: StoreUnavailable) -> Response[bytes]:
    _log.error("the store cannot be reached: %s", fault.detail)
    return Response(b"", status_code=503, media_type=_XML, headers={"retry-after": "10"})
