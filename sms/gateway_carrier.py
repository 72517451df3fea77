"""Any provider as a carrier that speaks a few lines of JSON (see `sms.carrier.Carrier`).

    POST {url}                 {"from", "to", "text", "reference"[, "valid_for", "status_url"]}
        2xx                    {"id"[, "status"]}
        else                   {"error"}: refused, blocked, unreachable, filtered or busy;
                               without it the status decides
    GET {url}/inbound?since=…[&after={id}]
        200                    {"messages": [{"id", "from", "to", "text", "sent_at"}]}

Both carry `Authorization: Bearer {token}`. A gateway that has accepted a `reference` already
answers with the same id and sends nothing. Moments are RFC 3339 with an offset. A list is
oldest first and may end early: what comes `after` its last message is asked for next, until
there is nothing new.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, TypeVar
from uuid import uuid4

import msgspec

from sms.carrier import (
    Blocked,
    Busy,
    CarrierFault,
    Filtered,
    Misconfigured,
    Received,
    Refused,
    Sent,
    Sms,
    Unreachable,
    Unsure,
    http_fault,
)

if TYPE_CHECKING:
    from sms.gateway_line import GatewayLine

_OK, _REDIRECTED = 200, 300
_LONGEST_ANSWER = 64 * 1024
_LONGEST_LIST = 8 * 1024 * 1024
_NAMED: dict[str, type[CarrierFault]] = {
    kind.code: kind for kind in (Refused, Blocked, Unreachable, Filtered, Busy)
}
_Id = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{1,64}\Z")]
_Word = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z_-]{1,32}\Z")]
_Aware = Annotated[datetime, msgspec.Meta(tz=True)]
_Kind = TypeVar("_Kind")


class _Accepted(msgspec.Struct):
    id: _Id
    status: _Word = "accepted"


class _Refusal(msgspec.Struct):
    error: str


class _Message(msgspec.Struct, rename={"sender": "from"}):
    id: _Id
    sender: str
    to: str
    text: str
    sent_at: _Aware

    def __repr__(self) -> str:
        """Name nobody: it could stand in a log."""
        return type(self).__name__

    def __post_init__(self) -> None:
        """Tell the time as everybody does here."""
        self.sent_at = self.sent_at.astimezone(UTC)


class _Inbound(msgspec.Struct):
    messages: list[_Message]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """One brand's way into a gateway."""

    url: str
    token: str = field(repr=False)
    #: Our number that customers write to.
    sender: str
    #: Seconds one request may take.
    timeout: float = 10.0


class GatewayCarrier:
    """Sends by a gateway, and reads what the gateway has received."""

    def __init__(self, gateway: Gateway) -> None:
        """Speak to this gateway; nothing is opened yet."""
        self._gateway = gateway
        self._url = gateway.url.rstrip("/")
        self._opened: GatewayLine | None = None

    async def send(self, sms: Sms) -> Sent:
        """Hand over one message (see `Carrier`)."""
        answer = await self._line().post(self._url, _body(sms), _LONGEST_ANSWER)
        if not _OK <= answer.status < _REDIRECTED:
            raise _named(answer.body, answer.status)(str(answer.status))
        accepted = _decode(answer.body, _Accepted)
        if accepted is None:
            raise Unsure("no id")
        return Sent(id=accepted.id, status=accepted.status)

    async def received_since(self, moment: datetime) -> AsyncIterator[Received]:
        """Return what customers wrote, oldest first, list after list."""
        since = moment.astimezone(UTC).replace(microsecond=0)
        asked = {"since": since.isoformat().replace("+00:00", "Z")}
        seen: set[str] = set()
        while True:
            fresh = {m.id: m for m in await self._listed(asked) if m.id not in seen}
            if not fresh:
                return
            seen.update(fresh)
            asked["after"] = list(fresh)[-1]
            for message in sorted(fresh.values(), key=lambda one: one.sent_at):
                if message.to == self._gateway.sender and message.sent_at >= since:
                    yield _received(message)

    async def aclose(self) -> None:
        """Close the connections; another message would open them anew."""
        if self._opened is not None:
            line, self._opened = self._opened, None
            await line.close()

    def _line(self) -> GatewayLine:
        if self._opened is None:
            from sms.gateway_line import GatewayLine  # noqa: PLC0415 - as heavy as Twilio's

            self._opened = GatewayLine(self._gateway.token, self._gateway.timeout)
        return self._opened

    async def _listed(self, asked: dict[str, str]) -> list[_Message]:
        """Return one list.

        :raises Busy: it cannot be read, or not all of it.
        """
        answer = await self._line().get(f"{self._url}/inbound", asked, _LONGEST_LIST)
        if answer.status != _OK:
            shut = http_fault(answer.status) is Misconfigured
            raise (Misconfigured if shut else Busy)(str(answer.status))
        inbound = _decode(answer.body, _Inbound)
        if inbound is None:
            raise Busy("unreadable")
        return inbound.messages


def _body(sms: Sms) -> bytes:
    fields: dict[str, object] = {
        "from": sms.sender,
        "to": sms.to,
        "text": sms.text,
        "reference": sms.reference or str(uuid4()),
    }
    if sms.valid_for is not None:
        fields["valid_for"] = sms.valid_for
    if sms.status_url is not None:
        fields["status_url"] = sms.status_url
    try:
        return msgspec.json.encode(fields)
    except UnicodeEncodeError as fault:
        reason = type(fault).__name__
    raise Refused(reason)


def _decode(body: bytes, kind: type[_Kind]) -> _Kind | None:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, OverflowError, RecursionError):
        return None


def _named(body: bytes, status: int) -> type[CarrierFault]:
    """Return what the gateway says went wrong, by name or else by status."""
    refusal = _decode(body, _Refusal)
    named = _NAMED.get(refusal.error) if refusal else None
    return named or http_fault(status)


def _received(message: _Message) -> Received:
    return Received(
        id=message.id,
        sender=message.sender,
        to=message.to,
        text=message.text,
        sent_at=message.sent_at,
    )
