"""The words Twilio itself acts on, and what it answers the customer, in English."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

_STOP = frozenset("STOP STOPALL UNSUBSCRIBE CANCEL END QUIT REVOKE OPTOUT".split())  # noqa: SIM905
_STOPPED = (
    "You have successfully been unsubscribed. You will not receive any more messages from this "
    "number. Reply START to resubscribe."
)
_STARTED = (
    "You have successfully been re-subscribed to messages from this number. Reply HELP for help. "
    "Reply STOP to unsubscribe. Msg&Data Rates May Apply."
)
_FALSE_CAPITALS = {"ſ", "ı"}  # they become S and I, and are none
_HELPED = "Reply STOP to unsubscribe. Msg&Data Rates May Apply."


class Filtering(StrEnum):
    """How Twilio treats these words when they come to a sender."""

    #: It blocks and answers, and does not tell the webhook.
    DEFAULT = "default"
    #: It blocks and answers, and tells the webhook in `OptOutType`.
    ADVANCED = "advanced"
    #: It does nothing.
    OFF = "off"


class OptOut(StrEnum):
    """What a word asks of Twilio, as `OptOutType` names it."""

    STOP = "STOP"
    START = "START"
    HELP = "HELP"


@dataclass(frozen=True, slots=True, kw_only=True)
class Keywords:
    """The words of a sender and their answers; only the advanced mode can have other ones."""

    words: dict[OptOut, frozenset[str]] = field(
        default_factory=lambda: {
            OptOut.STOP: _STOP,
            OptOut.START: frozenset({"START", "YES", "UNSTOP"}),
            OptOut.HELP: frozenset({"HELP", "INFO"}),
        }
    )
    answers: dict[OptOut, str] = field(
        default_factory=lambda: {
            OptOut.STOP: _STOPPED,
            OptOut.START: _STARTED,
            OptOut.HELP: _HELPED,
        }
    )

    def asked(self, text: str) -> OptOut | None:
        """Return what a message asks for; it has to be one word and nothing else."""
        if set(text) & _FALSE_CAPITALS:
            return None
        word = text.strip().upper()
        return next((kind for kind, words in self.words.items() if word in words), None)

    def also(self, kind: OptOut, *words: str, answer: str = "") -> Keywords:
        """Return the same with more words, and another answer if one is given."""
        more = frozenset(word.upper() for word in words)
        return Keywords(
            words=self.words | {kind: self.words[kind] | more},
            answers=self.answers | ({kind: answer} if answer else {}),
        )
