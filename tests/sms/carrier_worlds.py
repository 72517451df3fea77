"""The providers whose carriers are held against one contract, each behind the same face."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from enum import Enum

from sms.carrier import Carrier
from sms.gateway_carrier import Gateway, GatewayCarrier
from sms.twilio_carrier import TwilioAccount, TwilioCarrier
from tests.sms.fake_gateway import FakeGateway, Mishap, open_gateway
from tests.sms.fake_twilio_api import Account, FakeTwilio, Fault, Sender

#: Seconds after which an answer that never comes is no longer waited for.
SOON = 0.5
OURS, OTHERS, THEIRS = "+37129202010", "+37129202011", "+37120000000"
TOKEN = "hunter2"
MORNING = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


class Wrong(Enum):
    """What goes wrong with one message."""

    REFUSED = "refused"
    BLOCKED = "blocked"
    UNREACHABLE = "unreachable"
    TOO_MANY = "too many"
    CLOSED = "closed for a while"
    #: The server fails before sending, and after: nobody can tell which.
    BROKEN = "broken"
    LOST = "lost"
    #: The same without any answer.
    HANG = "hang"
    SWALLOWED = "swallowed"
    CUT = "cut"

    @property
    def answered(self) -> bool:
        """Whether something comes back."""
        return self not in {Wrong.HANG, Wrong.SWALLOWED}


class World(ABC):
    """A provider, and ways to reach it."""

    @abstractmethod
    def carrier(self, *, token: str = TOKEN, url: str = "", timeout: float = 10.0) -> Carrier:
        """Return a carrier; a wrong token or address makes it one of somebody lost."""

    @abstractmethod
    def goes_wrong(self, wrong: Wrong) -> None:
        """Let the next message go wrong."""

    @abstractmethod
    def reading_fails(self) -> None:
        """Let the next reading go wrong."""

    @abstractmethod
    def writes(self, text: str, at: datetime, to: str = OURS) -> None:
        """Let a customer write."""

    @property
    @abstractmethod
    def accepted(self) -> list[tuple[str, str, str]]:
        """Sender, receiver and text of what the provider sends."""


class _TwilioWorld(World):
    _FAULTS = {  # noqa: RUF012 - a table
        Wrong.REFUSED: Fault.refused(21617),
        Wrong.BLOCKED: Fault.unsubscribed(),
        Wrong.UNREACHABLE: Fault.refused(21614),
        Wrong.TOO_MANY: Fault.too_many(),
        Wrong.CLOSED: Fault.broken(503),
        Wrong.BROKEN: Fault.broken(),
        Wrong.LOST: Fault.lost(),
        Wrong.HANG: Fault.hang(),
        Wrong.SWALLOWED: Fault.swallowed(),
        Wrong.CUT: Fault.cut(),
    }

    def __init__(self, twilio: FakeTwilio, account: Account, hands: list[datetime]) -> None:
        self._twilio, self._account, self._hands = twilio, account, hands

    def carrier(self, *, token: str = TOKEN, url: str = "", timeout: float = 10.0) -> Carrier:
        return TwilioCarrier(
            TwilioAccount(
                account_sid=self._account.sid,
                auth_token=token,
                sender=OURS,
                api_url=url or self._twilio.url,
                timeout=timeout,
            )
        )

    def goes_wrong(self, wrong: Wrong) -> None:
        self._twilio.fail_next(self._FAULTS[wrong])

    def reading_fails(self) -> None:
        self._twilio.fail_next(Fault.broken(), on="list")

    def writes(self, text: str, at: datetime, to: str = OURS) -> None:
        self._hands[0] = at
        self._twilio.customer(THEIRS).writes(text, to=to)

    @property
    def accepted(self) -> list[tuple[str, str, str]]:
        return [(m.origin or "", m.to, m.body) for m in self._account.of("outbound-api")]


class _GatewayWorld(World):
    _MISHAPS = {  # noqa: RUF012 - a table
        Wrong.REFUSED: Mishap(status=422),
        Wrong.BLOCKED: Mishap(status=409, error="blocked"),
        Wrong.UNREACHABLE: Mishap(status=400, error="unreachable"),
        Wrong.TOO_MANY: Mishap(status=429),
        Wrong.CLOSED: Mishap(status=503),
        Wrong.BROKEN: Mishap(status=500),
        Wrong.LOST: Mishap(status=500, accepts=True),
        Wrong.HANG: Mishap(),
        Wrong.SWALLOWED: Mishap(accepts=True),
        Wrong.CUT: Mishap(accepts=True, cuts=True),
    }

    def __init__(self, gateway: FakeGateway) -> None:
        self._gateway = gateway

    def carrier(self, *, token: str = TOKEN, url: str = "", timeout: float = 10.0) -> Carrier:
        address = url or self._gateway.url
        return GatewayCarrier(Gateway(url=address, token=token, sender=OURS, timeout=timeout))

    def goes_wrong(self, wrong: Wrong) -> None:
        self._gateway.mishaps.append(self._MISHAPS[wrong])

    def reading_fails(self) -> None:
        self._gateway.reading_fails = True

    def writes(self, text: str, at: datetime, to: str = OURS) -> None:
        self._gateway.writes(text, at, to=to, sender=THEIRS)

    @property
    def accepted(self) -> list[tuple[str, str, str]]:
        return [(m["from"], m["to"], m["text"]) for m in self._gateway.accepted]


@asynccontextmanager
async def twilio_world() -> AsyncIterator[World]:
    """Return a Twilio at which nothing careless was asked in the end."""
    hands = [MORNING]

    def now() -> float:
        return hands[0].timestamp()

    async with FakeTwilio(wall=now) as twilio:
        account = twilio.add_account(TOKEN)
        account.add(Sender(number=OURS))
        account.add(Sender(number=OTHERS))
        yield _TwilioWorld(twilio, account, hands)
        await twilio.settled()
        assert [] == [words for words in twilio.violations if "Authenticate" not in words]


@asynccontextmanager
async def gateway_world() -> AsyncIterator[World]:
    """Return a gateway."""
    async with open_gateway(TOKEN) as gateway:
        yield _GatewayWorld(gateway)
