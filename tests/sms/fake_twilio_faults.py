"""How Twilio misbehaves, on purpose or at random.

Three things go wrong in different ways: a request to the API (`Fault`), the delivery of what a
customer wrote (`Slip`), and a message on its way to the customer (`Fate`). Random ones come
from a seed, so that a red run is red again.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from random import Random
from typing import Literal

Operation = Literal["create", "list", "fetch"]


class Kind(Enum):
    """In which way a request goes wrong."""

    #: An answer that says no; the request has no effect.
    REFUSE = "refuse"
    #: No answer at all; the request has no effect.
    HANG = "hang"
    #: The connection is reset; the request has no effect.
    RESET = "reset"
    #: The request takes effect, no answer comes: who asks again sends twice.
    SWALLOW = "swallow"
    #: The request takes effect, the answer says it did not.
    LOSE = "lose"
    #: The request takes effect, the connection is reset before the answer.
    CUT = "cut"


@dataclass(frozen=True, slots=True)
class Fault:
    """One way for a request to fail; made by the methods below."""

    kind: Kind
    code: int = 20500
    #: A page as a proxy shows it, with this status, instead of Twilio's JSON.
    page: int = 0

    @property
    def takes_effect(self) -> bool:
        """Whether what was asked for happens all the same."""
        return self.kind in {Kind.SWALLOW, Kind.LOSE, Kind.CUT}

    @classmethod
    def too_many(cls) -> Fault:
        """Return 429 with code 20429: not processed."""
        return cls(Kind.REFUSE, 20429)

    @classmethod
    def broken(cls, status: Literal[500, 502, 503, 504] = 500) -> Fault:
        """Return an error of the server: 502 and 504 as a page a proxy would show."""
        page = status if status in {502, 504} else 0
        return cls(Kind.REFUSE, 20503 if status == 503 else 20500, page)

    @classmethod
    def refused(cls, code: int) -> Fault:
        """Return the refusal that has this code, such as 21611 for a full queue."""
        return cls(Kind.REFUSE, code)

    @classmethod
    def unsubscribed(cls) -> Fault:
        """Return 400 with code 21610, though nobody here knows of a STOP."""
        return cls(Kind.REFUSE, 21610)

    @classmethod
    def hang(cls) -> Fault:
        """Do nothing and never answer."""
        return cls(Kind.HANG)

    @classmethod
    def reset(cls) -> Fault:
        """Reset the connection before anything is done."""
        return cls(Kind.RESET)

    @classmethod
    def swallowed(cls) -> Fault:
        """Accept the message and never answer."""
        return cls(Kind.SWALLOW)

    @classmethod
    def lost(cls, status: Literal[500, 502, 503, 504] = 500) -> Fault:
        """Accept the message, then answer that something failed."""
        refusal = cls.broken(status)
        return cls(Kind.LOSE, refusal.code, refusal.page)

    @classmethod
    def cut(cls) -> Fault:
        """Accept the message, then reset the connection."""
        return cls(Kind.CUT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """What goes wrong when a customer's message is delivered; several things can."""

    #: How many more times it is delivered: the same SID, the same words.
    again: int = 0
    #: All of these deliveries at the same moment.
    at_once: bool = False
    #: Seconds by which it comes late; later messages do not wait for it.
    late: float = 0.0
    #: The customer's next message comes first; without one it comes when all is settled.
    overtaken: bool = False
    #: The connection is closed after sending, whatever was begun; then tried again.
    cut: bool = False
    #: It was answered, and nobody heard the answer; then tried again.
    unheard: bool = False
    #: Signed with a token that is not the account's.
    forged: bool = False
    #: The words come as base64, as some carriers send a message of several parts.
    base64: bool = False
    #: It is never delivered; only the list of messages shows it.
    lost: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What becomes of an accepted message, and how the status callbacks tell it."""

    #: Why it does not reach the customer, such as 30003; none if it does.
    code: int = 0
    #: The last status: `delivered`, or with a code `undelivered`, unless another is named.
    final: Literal["", "sent", "delivered", "undelivered", "failed"] = ""
    #: Seconds until anything happens.
    late: float = 0.0
    #: How many more times each callback comes.
    again: int = 0
    #: The last callback comes first.
    backwards: bool = False
    #: Callbacks for messages nobody sent.
    strangers: int = 0
    #: No callback at all.
    silent: bool = False

    @property
    def last(self) -> str:
        """The last status."""
        return self.final or ("undelivered" if self.code else "delivered")

    @property
    def arrives(self) -> bool:
        """Whether the customer gets the message."""
        return self.last in {"sent", "delivered"}


Mishap = Fault | Slip | Fate
_Heap = Literal["create", "list", "fetch", "slip", "fate"]


@dataclass(slots=True)
class Plan:
    """What goes wrong next, and how often something does at random."""

    _next: dict[_Heap, deque[Mishap]] = field(default_factory=lambda: defaultdict(deque))
    _rates: Mapping[Mishap, float] = field(default_factory=dict)
    _operations: frozenset[Operation] = frozenset()
    _dice: dict[_Heap, Random] = field(default_factory=dict)

    def add(self, *mishaps: Mishap, on: Operation = "create") -> None:
        """Let the next thing of each kind go wrong: a request, a delivery, a message."""
        for mishap in mishaps:
            self._next[_heap(mishap, on)].append(mishap)

    def misbehave(
        self, seed: int, rates: Mapping[Mishap, float], operations: frozenset[Operation]
    ) -> None:
        """Fail at random from now on; each kind has dice of its own, which always fall alike."""
        self._rates, self._operations = rates, operations
        heaps: tuple[_Heap, ...] = ("create", "list", "fetch", "slip", "fate")
        self._dice = {h: Random(f"{seed} {h}") for h in heaps}  # noqa: S311 - a repeatable run

    def behave(self) -> None:
        """Stop failing at random; what was told to come next still comes."""
        self._rates = {}

    def fault(self, operation: Operation) -> Fault | None:
        """Return how a request goes wrong; mostly it does not."""
        found = self._take(operation, Fault if operation in self._operations else None)
        return found if isinstance(found, Fault) else None

    def slip(self) -> Slip:
        """Return how a delivery goes wrong."""
        found = self._take("slip", Slip)
        return found if isinstance(found, Slip) else Slip()

    def fate(self) -> Fate | None:
        """Return what becomes of a message, if that is not up to the customer's phone."""
        found = self._take("fate", Fate)
        return found if isinstance(found, Fate) else None

    def _take(self, heap: _Heap, kind: type[Mishap] | None) -> Mishap | None:
        if self._next[heap]:
            return self._next[heap].popleft()
        if kind is None or not self._rates:
            return None
        thrown, reached = self._dice[heap].random(), 0.0
        for mishap, rate in self._rates.items():
            if isinstance(mishap, kind):
                reached += rate
                if thrown < reached:
                    return mishap
        return None


def _heap(mishap: Mishap, on: Operation) -> _Heap:
    if isinstance(mishap, Slip):
        return "slip"
    return on if isinstance(mishap, Fault) else "fate"
