"""What the assistant answers: message ids, parameters and options; no wording, no markup."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from consent.notices import Form

#: One line of a list: ids, states and moments.
Row = Mapping[str, str | int | None]
#: A parameter a renderer understands: see `Message`.
Param = str | int | bool | None | Sequence[str | Row]


@dataclass(frozen=True, slots=True)
class Message:
    """One text to be said.

    Parameters are ids and moments, never words: `purpose`, `purposes`, `channel`, `topic`,
    `at` (RFC 3339), `notice` (fingerprint), … The locale turns them into words.
    """

    id: str
    params: dict[str, Param] = field(default_factory=dict, repr=False)
    #: A receipt: it confirms a change, and the customer keeps it.
    kept: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """Something the customer may choose; a button where the medium has any.

    `name` is an intent's name or a page; the rest says about what. `notice` is the code of
    the notice it answers, so that a stale button can be told from a fresh one.
    """

    name: str
    purpose: str | None = None
    channel: str | None = None
    topic: str | None = None
    language: str | None = None
    scope: str | None = None
    notice: str | None = None


class Repeated(StrEnum):
    """How a message that comes again stands to the others of its sender."""

    #: Nothing came after it: the stored reply is still the last word.
    LATEST = "latest"
    #: Later messages were answered since: what it says of states may have changed.
    OVERTAKEN = "overtaken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Everything said in answer to one message, in one language."""

    language: str
    messages: tuple[Message, ...] = ()
    options: tuple[Option, ...] = ()
    #: The form its notices have, where the customer chose; none: the door's own.
    form: Form | None = None
    #: The message was answered before; none the first time. The same reply all the same.
    repeated: Repeated | None = field(default=None, compare=False)

    @property
    def ids(self) -> tuple[str, ...]:
        """The message ids, in order."""
        return tuple(m.id for m in self.messages)


#: Nothing is said: the provider answers in our place, or nobody would read it.
SILENCE = Reply(language="")
