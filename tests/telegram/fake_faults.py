"""How Telegram misbehaves, on purpose or at random, and how fast a bot talks to it.

What a bot does when the network fails is where consents get lost, so each way of failing can
be asked for; random ones come from a seed, so that a red run is red again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import Enum
from random import Random


class Kind(Enum):
    """In which way a call goes wrong."""

    #: An answer that says no; the call has no effect.
    REFUSE = "refuse"
    #: No answer at all until the other side closes; the call has no effect.
    HANG = "hang"
    #: The connection is reset; the call has no effect.
    RESET = "reset"
    #: The call takes effect, the answer says it did not.
    LOSE = "lose"
    #: The call takes effect, the connection is reset before the answer.
    CUT = "cut"
    #: getUpdates gives updates again that were confirmed.
    REPEAT = "repeat"
    #: getUpdates gives a batch in another order.
    SHUFFLE = "shuffle"


@dataclass(frozen=True, slots=True)
class Fault:
    """One way of failing; made by the methods below."""

    kind: Kind
    status: int = 500
    description: str = ""
    html: bool = False
    retry_after: int | None = None

    @classmethod
    def too_many(cls, retry_after: int = 1) -> Fault:
        """Return 429: too fast, wait that many seconds."""
        words = f"Too Many Requests: retry after {retry_after}"
        return cls(Kind.REFUSE, 429, words, retry_after=retry_after)

    @classmethod
    def forbidden(cls, why: str = "bot was blocked by the user") -> Fault:
        """Return 403."""
        return cls(Kind.REFUSE, 403, f"Forbidden: {why}")

    @classmethod
    def bad_request(cls, why: str) -> Fault:
        """Return 400 with these words."""
        return cls(Kind.REFUSE, 400, f"Bad Request: {why}")

    @classmethod
    def broken(cls, status: int = 500, *, html: bool = False) -> Fault:
        """Return 500 or 502, in JSON or as a page a proxy would show."""
        words = {500: "Internal Server Error", 502: "Bad Gateway"}.get(status, "Server Error")
        return cls(Kind.REFUSE, status, words, html=html)

    @classmethod
    def hang(cls) -> Fault:
        """Never answer."""
        return cls(Kind.HANG)

    @classmethod
    def reset(cls) -> Fault:
        """Reset the connection before anything is done."""
        return cls(Kind.RESET)

    @classmethod
    def lost(cls, status: int = 500, *, html: bool = False) -> Fault:
        """Do what was asked, then answer that it failed."""
        return cls(Kind.LOSE, status, "Internal Server Error", html=html)

    @classmethod
    def cut(cls) -> Fault:
        """Do what was asked, then reset the connection."""
        return cls(Kind.CUT)

    @classmethod
    def repeat(cls) -> Fault:
        """Give updates again that were already confirmed."""
        return cls(Kind.REPEAT)

    @classmethod
    def shuffle(cls) -> Fault:
        """Give the updates of one batch in another order."""
        return cls(Kind.SHUFFLE)

    def suits(self, method: str) -> bool:
        """Say whether a method can fail in this way."""
        return method == "getUpdates" or self.kind not in {Kind.REPEAT, Kind.SHUFFLE}


@dataclass(slots=True)
class Whims:
    """Random misbehaviour: each fault with the share of calls it hits."""

    seed: int
    rates: Mapping[Fault, float]
    #: Names of methods; none for all of them.
    methods: Collection[str] | None = None
    dice: Random = field(init=False)

    def __post_init__(self) -> None:
        """Set the dice, which then always fall alike."""
        self.dice = Random(self.seed)  # noqa: S311 - nothing secret: a repeatable run

    def draw(self, method: str) -> Fault | None:
        """Return what goes wrong with a call; mostly nothing."""
        if self.methods is not None and method not in self.methods:
            return None
        thrown, reached = self.dice.random(), 0.0
        for fault, rate in self.rates.items():
            if fault.suits(method):
                reached += rate
                if thrown < reached:
                    return fault
        return None


@dataclass(slots=True)
class RateMeter:
    """When a bot sent or changed messages, and to whom."""

    clock: Callable[[], float]
    marks: list[tuple[float, int]] = field(default_factory=list)

    def mark(self, chat: int) -> None:
        """Note that a message goes out now."""
        self.marks.append((self.clock(), chat))

    def times(self, chat: int | None = None) -> list[float]:
        """Return when messages went out: to one chat, or to all of them."""
        return sorted(at for at, to in self.marks if chat is None or chat == to)

    def most_within(self, seconds: float, chat: int | None = None) -> int:
        """Return the most messages that went out in any stretch that is shorter than this."""
        times = self.times(chat)
        return max((sum(at <= t < at + seconds for t in times) for at in times), default=0)
