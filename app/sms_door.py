"""The SMS door in HTTP: `/sms/{brand}/inbound`, answered in TwiML."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from litestar import Request, Response, post
from litestar.exceptions import ClientException, NotFoundException
from litestar.params import FromPath

from app.composition import Assistant
from app.settings import OptOut, Settings
from consent.catalogue import BrandId
from consent.errors import StoreUnavailable
from consent.notices import Form
from sms.render import render
from sms.webhook import (
    LARGEST_BODY,
    SIGNATURE,
    SIGNATURE_SETTINGS,
    Forged,
    Gate,
    Malformed,
    Unanswerable,
    twiml,
)

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

_log = logging.getLogger("consent.sms")
_XML = "text/xml"


def sms_routes(assistant: Assistant, settings: Settings) -> list[HTTPRouteHandler]:
    """Return the routes by which the provider delivers messages."""
    gates = {brand: _gate(settings, brand) for brand in assistant.catalogue.brands}

    @post(
        "/sms/{brand:str}/inbound",
        status_code=200,
        media_type=_XML,
        request_max_body_size=LARGEST_BODY,
        include_in_schema=False,
    )
    async def inbound(request: Request[Any, Any, Any], brand: FromPath[str]) -> Response[bytes]:
        gate = gates.get(BrandId(brand))
        if gate is None:
            raise NotFoundException
        body = await request.body()
        signature = request.headers.get(SIGNATURE, "")
        settings_said = request.headers.get(SIGNATURE_SETTINGS, "")
        return await _answer(assistant, gate, body, (signature, settings_said))

    return [inbound]


def _gate(settings: Settings, brand: str) -> Gate:
    twilio = settings.twilio[brand]
    return Gate(
        brand=brand,
        auth_token=twilio.auth_token,
        shared_key=twilio.shared_key,
        sender=twilio.sender,
        url=f"{settings.link_base}/sms/{brand}/inbound",
        filters_by_word=twilio.opt_out is OptOut.DEFAULT,
        filters_by_type=twilio.opt_out is OptOut.ADVANCED,
    )


async def _answer(
    assistant: Assistant, gate: Gate, body: bytes, signed: tuple[str, str]
) -> Response[bytes]:
    """Authenticate, parse, decide, render. Nothing of a refused message is logged."""
    shown = _form(assistant, gate.brand)
    try:
        form = gate.authenticate(body, *signed)
        message = gate.parse(form, now=assistant.clock.now(), shown=shown)
        reply = await assistant.desk.handle(message)
    except Forged:
        _log.warning("refused a message without a valid signature: brand=%s", gate.brand)
        return Response(b"", status_code=403, media_type=_XML)
    except Malformed as fault:
        _log.warning("refused a malformed message: brand=%s, %s", gate.brand, fault.detail)
        raise ClientException(str(fault)) from fault
    except Unanswerable:
        return Response(twiml(""), media_type=_XML)
    except StoreUnavailable as fault:
        _log.error("the store cannot be reached: %s", fault.detail)
        return Response(b"", status_code=503, media_type=_XML, headers={"retry-after": "10"})
    if not reply.messages:
        return Response(twiml(""), media_type=_XML)
    voice = assistant.wording(gate.brand, reply.language, shown)
    return Response(twiml(render(reply, voice, shown)), media_type=_XML)


def _form(assistant: Assistant, brand: str) -> Form:
    full = assistant.catalogue.brands[BrandId(brand)].sms_diacritics
    return Form.SMS if full else Form.SMS_PLAIN
