"""What the fake Twilio knows: accounts, their senders, and messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, Literal

from tests.sms.fake_twilio_errors import meaning
from tests.sms.fake_twilio_faults import Fault
from tests.sms.fake_twilio_keywords import Filtering, Keywords
from tests.sms.fake_twilio_signing import SharedKey

VERSION = "2010-04-01"
Json = dict[str, Any]
Fields = list[tuple[str, str]]
Direction = Literal["inbound", "outbound-api", "outbound-reply"]
#: Why a call to a webhook fails: no connection, no answer in time, or the answer's status.
Failure = Literal["ct", "rt", "4xx", "5xx"]


@dataclass(eq=False, slots=True, kw_only=True)
class Sms:
    """A message as Twilio keeps it."""

    sid: str
    account: str
    #: None as long as a Messaging Service has not chosen a number.
    origin: str | None
    to: str
    body: str
    direction: Direction
    status: str
    created: float
    updated: float
    sent: float | None = None
    segments: int = 0
    service: str | None = None
    code: int | None = None
    #: The form of the request, or nothing.
    params: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> Json:
        """Return the message as the API shows it."""
        uri = f"/{VERSION}/Accounts/{self.account}/Messages/{self.sid}"
        return {
            "account_sid": self.account,
            "api_version": VERSION,
            "body": self.body,
            "date_created": dated(self.created),
            "date_sent": None if self.sent is None else dated(self.sent),
            "date_updated": dated(self.updated),
            "direction": self.direction,
            "error_code": self.code,
            "error_message": meaning(self.code) if self.code else None,
            "from": self.origin,
            "messaging_service_sid": self.service,
            "num_media": "0",
            "num_segments": str(self.segments),
            "price": None,
            "price_unit": None,
            "sid": self.sid,
            "status": self.status,
            "subresource_uris": {"media": f"{uri}/Media.json"},
            "to": self.to,
            "uri": f"{uri}.json",
        }


@dataclass(slots=True, kw_only=True)
class Patience:
    """How long Twilio waits for a webhook, and when it tries again."""

    seconds: float = 15.0
    retries: int = 1
    #: Twilio's `rp`, whose default is not documented beyond doubt.
    retry_on: frozenset[Failure] = frozenset({"ct", "rt", "5xx"})


@dataclass(eq=False, slots=True, kw_only=True)
class Sender:
    """One number of an account: where its messages go, and who has stopped it."""

    number: str
    #: The address that is called and signed; no calls if it is empty.
    webhook: str = ""
    filtering: Filtering = Filtering.DEFAULT
    keywords: Keywords = field(default_factory=Keywords)
    #: Called about messages whose request names no address itself.
    status_callback: str = ""
    #: The Messaging Service it belongs to; the advanced mode needs one.
    service: str | None = None
    patience: Patience = field(default_factory=Patience)
    #: Customers who have stopped this sender: sending to them is refused with 21610.
    blocked: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Put a sender in the advanced mode into a service of its own, if it has none."""
        if self.filtering is Filtering.ADVANCED and self.service is None:
            self.service = f"MG{int(self.number.removeprefix('+')):032x}"


@dataclass(eq=False, slots=True, kw_only=True)
class Account:
    """One account; its token opens the API and signs what goes to webhooks."""

    sid: str
    auth_token: str = field(repr=False)
    senders: dict[str, Sender] = field(default_factory=dict)
    #: Alphanumeric senders that may be used.
    names: set[str] = field(default_factory=set)
    #: Calling codes of the countries that may be sent to.
    countries: set[int] = field(default_factory=lambda: {371})
    #: Signs instead of the token if there is one.
    shared_key: SharedKey | None = None
    #: Oldest first.
    messages: list[Sms] = field(default_factory=list)

    def add(self, sender: Sender) -> Sender:
        """Return a sender that now belongs to the account."""
        self.senders[sender.number] = sender
        return sender

    def message(self, sid: str) -> Sms | None:
        """Return the message with this SID."""
        return next((m for m in self.messages if m.sid == sid), None)

    def of(self, direction: Direction) -> list[Sms]:
        """Return the messages of one direction, oldest first."""
        return [m for m in self.messages if m.direction == direction]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """An entry of Twilio's error log."""

    code: int
    words: str
    #: The message during whose handling it happened.
    sid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request to the API, with what was done to it; a status of 0 is no answer."""

    operation: str
    params: Mapping[str, str]
    at: float
    status: int
    fault: Fault | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """One call of a webhook; a status of 0 is no answer."""

    kind: Literal["inbound", "status", "action"]
    url: str
    fields: Mapping[str, str]
    headers: Mapping[str, str]
    status: int


def dated(seconds: float) -> str:
    """Return a moment as Twilio writes it (RFC 2822)."""
    return format_datetime(datetime.fromtimestamp(seconds, UTC))
