"""What is remembered of a conversation from one message to the next."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from consent.cases import Case
from consent.intents import Intent


class Awaiting(StrEnum):
    """What kind of answer is pending."""

    #: A yes or no to the notice of a purpose.
    GRANT = "grant"
    #: Which channels may be used.
    CHANNELS = "channels"
    #: Whether everything else is to end too.
    SCOPE = "scope"
    #: Whether these purposes, channels or topics are to end.
    WITHDRAW = "withdraw"
    #: The number: the intent is carried out when it is proven.
    LINK = "link"
    #: More words for the case whose name `words` is; nobody has to say any.
    CASE = "case"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """One question that the next message may answer."""

    awaiting: Awaiting
    asked_at: datetime
    purposes: tuple[str, ...] = ()
    #: WITHDRAW only: the channels and topics that are to be switched off.
    channels: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    #: Fingerprints of the notice shown and of the full one it linked to.
    notice: str | None = None
    linked_notice: str | None = None
    #: Two digits that the yes must repeat.
    code: str | None = field(default=None, repr=False)
    #: The message that this was asked in answer to.
    message_id: str = ""
    #: When the same was first asked, if it was asked again since.
    since: datetime | None = None
    #: LINK only: what is carried out once the number is known, and the words that prove it.
    intent: Intent | None = None
    words: str = field(default="", repr=False)
    #: The answer came so late that a yes counts no more.
    lapsed: bool = False

    def is_open(self, now: datetime, hours: int) -> bool:
        """Say whether an answer is one to it; what waits for a number waits on."""
        return self.awaiting is Awaiting.LINK or now - self.asked_at <= timedelta(hours=hours)

    def is_fresh(self, now: datetime, hours: int) -> bool:
        """Say whether a yes to it still gives something."""
        return not self.lapsed and self.is_open(now, hours)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How often somebody was answered lately, so that no machine is kept talking."""

    #: Answers since `since`, and those of them that changed nothing.
    answers: int = 0
    idle: int = 0
    since: datetime
    #: That it is enough for now was said.
    told: bool = False
    #: A digest of the last message, when it came, and how often it came again.
    last: str = ""
    last_at: datetime
    repeats: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What is remembered of a conversation, keyed (brand, door, address)."""

    language: str | None = None
    #: The customer chose the language; keywords of another do not change it.
    chosen: bool = False
    greeted: bool = False
    pending: Pending | None = None
    #: The newest case of each kind: asking twice does not open two.
    cases: tuple[Case, ...] = ()
    #: Codes answered wrongly, and when last; asking for the notice again does not forget them.
    misses: int = 0
    missed_at: datetime | None = None
    #: Codes sent by SMS, and when the first of the day was: they cost money and patience.
    codes: int = 0
    codes_since: datetime | None = None
    #: With (true) or without diacritics in SMS; none: as the brand has it.
    diacritics: bool | None = None
    #: What was answered lately.
    tally: Tally | None = None
    #: The highest number among the provider's messages, and when it came.
    newest: int = 0
    newest_at: datetime | None = None
    #: The restart of the service after which it was said that the loyalty is being restored.
    back_at: datetime | None = None
    #: When a copy of the data was last given.
    copied_at: datetime | None = None
