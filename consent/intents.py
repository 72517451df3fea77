"""What a message asks for, however it was said: the border between understanding and dialogue."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class IntentName(StrEnum):
    """The kinds of wish (language.md, section 1)."""

    WITHDRAW_ALL = "withdraw_all"
    WITHDRAW = "withdraw"
    GRANT = "grant"
    PAUSE = "pause"
    STATUS = "status"
    EXPLAIN = "explain"
    HELP = "help"
    HUMAN = "human"
    LANGUAGE = "language"
    YES = "yes"
    NO = "no"
    UNCLEAR = "unclear"


class Page(StrEnum):
    """What exactly is to be shown, where an intent's name leaves it open."""

    #: The list of consents, without the commands beside it.
    MENU = "menu"
    #: The customer's rights and who is responsible.
    PRIVACY = "privacy"
    #: Channels and topics.
    SWITCHES = "switches"
    #: What is on file about the customer, and who looked at it.
    MY_DATA = "my_data"
    #: A review of an automated decision, rather than just a person.
    REVIEW = "review"
    #: A copy of everything on file, rather than just a person.
    COPY = "copy"
    #: Something on file is wrong.
    CORRECTION = "correction"
    #: Creditworthiness is to be shown in another way.
    OTHER_PROOF = "other_proof"
    #: Loyalty as it was before the service ended.
    RESTORE = "restore"
    #: How to let this chat know one's number.
    LINK = "link"


class Scope(StrEnum):
    """How much "all" means (meaning.md, "Words customers send")."""

    MARKETING = "marketing"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One thing asked for in a message that asks for several."""

    name: IntentName
    purposes: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    scope: Scope | None = None
    certain: bool = True
    #: A number on screen that no purpose has, said beside the rest.
    unknown_number: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """What one message was read as. `certain` false: ask, change nothing."""

    name: IntentName
    purposes: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    scope: Scope | None = None
    #: A brand named in the message, none if it names none.
    brand: str | None = None
    #: The language the words belong to, if to one alone.
    language: str | None = None
    confidence: float = 1.0
    certain: bool = True
    #: Every wish of the message, the first included; each can be in doubt by itself.
    actions: tuple[Wish, ...] = ()
    #: The two digits after a yes that prove the SMS was read (meaning.md, "Proof").
    code: str | None = None
    #: A number on screen that no purpose has.
    unknown_number: int | None = None
    #: Hours asked for with a pause.
    hours: int | None = None
    #: The language asked for.
    wanted_language: str | None = None
    page: Page | None = None
    #: The code of the notice whose button was pressed; none for words.
    notice: str | None = None

    @property
    def wishes(self) -> tuple[Wish, ...]:
        """The wishes to carry out, one after the other."""
        if self.actions:
            return self.actions
        return (
            Wish(
                name=self.name,
                purposes=self.purposes,
                channels=self.channels,
                topics=self.topics,
                scope=self.scope,
                certain=self.certain,
                unknown_number=self.unknown_number,
            ),
        )
