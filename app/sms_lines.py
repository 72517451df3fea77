"""What the SMS door does of its own accord: sending what waits, fetching what was missed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from app.composition import Assistant
from app.settings import Settings
from app.sms_door import gate_of
from app.store import Store
from consent.catalogue import BrandId
from consent.ports import Outgoing
from sms.carrier import Carrier
from sms.catch_up import CatchUp
from sms.courier import Courier
from sms.gateway_carrier import Gateway, GatewayCarrier
from sms.statuses import ABOUT, OUTGOING
from sms.twilio_carrier import TwilioAccount, TwilioCarrier


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsLine:
    """One brand's line to its carrier."""

    carrier: Carrier
    courier: Courier
    #: None for a sender that nobody can write to.
    catch_up: CatchUp | None


def open_lines(assistant: Assistant, store: Store, settings: Settings) -> tuple[SmsLine, ...]:
    """Return a line for every brand that can send; nothing is sent or fetched yet."""
    return tuple(_line(assistant, store, settings, brand) for brand in sorted(settings.texting))


@asynccontextmanager
async def running(lines: tuple[SmsLine, ...]) -> AsyncGenerator[None]:
    """Carry and catch up until left; what is being handed over comes to its end or is dropped."""
    jobs = [line.courier.run() for line in lines]
    jobs += [line.catch_up.run() for line in lines if line.catch_up]
    tasks = [asyncio.create_task(job) for job in jobs]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for line in lines:
            await line.carrier.aclose()


def _line(assistant: Assistant, store: Store, settings: Settings, brand: str) -> SmsLine:
    twilio, carrier = settings.twilio[brand], _carrier(settings, brand)
    shown = assistant.sms_form(brand)
    now = assistant.clock.now

    def status_url(outgoing: Outgoing) -> str | None:
        if not settings.public_url:
            return None
        about = f"&{ABOUT}={outgoing.answers}" if outgoing.answers else ""
        return f"{settings.public_url}/sms/{brand}/status?{OUTGOING}={outgoing.id}{about}"

    courier = Courier(
        brand=brand,
        sender=twilio.sender,
        outbox=store.outbox,
        carrier=carrier,
        voices=lambda language, form: assistant.wording(brand, language, form),
        now=now,
        default_language=assistant.catalogue.brands[BrandId(brand)].default_language,
        default_form=shown,
        status_url=status_url,
        handle=assistant.desk.handle,
    )
    catch_up = CatchUp(
        gate=gate_of(assistant, settings, brand),
        shown=shown,
        carrier=carrier,
        handle=assistant.desk.handle,
        strays=store.strays,
        watermarks=store.watermarks,
        now=now,
    )
    return SmsLine(carrier=carrier, courier=courier, catch_up=catch_up if twilio.hears else None)


def _carrier(settings: Settings, brand: str) -> Carrier:
    twilio, gateway = settings.twilio[brand], settings.gateways[brand]
    if gateway.present:
        return GatewayCarrier(Gateway(url=gateway.url, token=gateway.token, sender=twilio.sender))
    return TwilioCarrier(
        TwilioAccount(
            account_sid=twilio.account_sid,
            auth_token=twilio.auth_token,
            sender=twilio.sender,
            api_url=settings.twilio_api_url,
        )
    )
