"""A customer's phone: what it got, and what is written with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import smsutil

from tests.sms.fake_twilio_faults import Fate, Slip
from tests.sms.fake_twilio_state import Sender, Sms


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One text as the phone shows it."""

    sender: str
    body: str

    @property
    def parts(self) -> int:
        """How many messages it came in."""
        return parts(self.body)


class Write(Protocol):
    """Takes what a customer writes."""

    def __call__(self, number: str, text: str, to: Sender | str | None, slip: Slip | None) -> Sms:
        """Return the message as Twilio got it."""
        ...


@dataclass(eq=False, slots=True)
class Handset:
    """The phone of one number."""

    number: str
    _write: Write = field(repr=False)
    #: What becomes of messages sent here, such as `Fate(code=30003)` for a phone that is off.
    fate: Fate = field(default_factory=Fate)
    #: What it got, oldest first.
    texts: list[Text] = field(default_factory=list)

    def writes(
        self, text: str, *, to: Sender | str | None = None, slip: Slip | None = None
    ) -> Sms:
        """Write to a sender: whoever texted last, else the first there is, unless one is named.

        It is delivered in the background; `settled` waits for that.
        """
        return self._write(self.number, text, to or self._correspondent(), slip)

    def gets(self, sender: str, body: str) -> None:
        """Show a text."""
        self.texts.append(Text(sender=sender, body=body))

    @property
    def received(self) -> list[str]:
        """The texts it got, oldest first."""
        return [text.body for text in self.texts]

    @property
    def parts(self) -> list[int]:
        """In how many messages each of these texts came."""
        return [text.parts for text in self.texts]

    def _correspondent(self) -> str | None:
        return self.texts[-1].sender if self.texts else None


def parts(text: str) -> int:
    """Return how many messages a text takes, as a library that is not ours counts."""
    return len(smsutil.split(text).parts)
