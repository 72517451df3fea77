"""What a page shows of everything on file about one customer: lines of words, numbers masked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from app.marketing.standings import standing_rows
from app.marketing.terms import Terms
from consent.chain import verify
from consent.decisions import Decision
from consent.errors import ChainBroken
from consent.forgetting import ends
from consent.notices import code_of
from consent.own_data import HeldLook, HeldText, OwnData
from consent.ports import Address, AddressKind
from consent.states import Lens

#: Decisions, and looks, that a page shows; the copy has all of them.
_MOST, _LOOKS = 200, 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One decision with its evidence."""

    heading: str
    at: str
    until: str
    door: str
    #: Who said it, if not the customer.
    actor: str
    #: What the words are: `words`, `button` or `document`; and the words.
    said: str
    words: str = field(repr=False)
    proof: str
    #: What the words were read as, and what that went by.
    read_as: str
    #: By their numbers below: the text that was shown, and the full one that it linked to.
    text: int | None
    linked: int | None
    receipt: str
    is_erased: bool


class CustomerView:
    """One customer for one member of staff."""

    def __init__(
        self, data: OwnData, lens: Lens, terms: Terms, show: Callable[[Address], str]
    ) -> None:
        """Show addresses in this way: masked or in full."""
        self.data = data
        self._lens, self._terms, self._show = lens, terms, show
        self._numbers = {text.fingerprint: n for n, text in enumerate(data.texts, 1)}
        self._imported = frozenset(decision.id for decision in data.imported)

    @property
    def addresses(self) -> list[str]:
        """Numbers and accounts, the phone number first."""
        kinds = list(AddressKind)
        held = sorted(self.data.addresses, key=lambda one: kinds.index(AddressKind(one.kind)))
        return [self.shown(one.kind, one.value) for one in held]

    def shown(self, kind: str, value: str) -> str:
        """Return a number or account as it may be seen."""
        return self._show(Address(AddressKind(kind), value))

    @property
    def is_whole(self) -> bool:
        """Whether every chain still verifies."""
        try:
            for chain in self.data.chains:
                verify(chain.decisions, chain.head)
        except ChainBroken:
            return False
        return True

    @property
    def count(self) -> int:
        """How many decisions there are."""
        return sum(len(chain.decisions) for chain in self.data.chains)

    @property
    def standings(self) -> list[tuple[str, str, str, str]]:
        """How everything stands."""
        return standing_rows(self._lens, self.data.standing, self._terms)

    @property
    def lines(self) -> list[Line]:
        """What was decided, newest first."""
        return [self._line(decision) for decision in reversed(self.data.history[-_MOST:])]

    @property
    def older(self) -> tuple[int, int]:
        """How many decisions and looks are left out here; the copy has them."""
        data = self.data
        return max(0, len(data.history) - _MOST), max(0, len(data.looks) - _LOOKS)

    @property
    def texts(self) -> list[tuple[int, str, HeldText]]:
        """Texts that were shown: their numbers here, what they are, and word for word."""
        return [(self._numbers[t.fingerprint], self._about(t), t) for t in self.data.texts]

    @property
    def looks(self) -> list[HeldLook]:
        """Who has looked, newest first."""
        return list(reversed(self.data.looks[-_LOOKS:]))

    @property
    def waiting(self) -> list[str]:
        """Cases that wait for an answer."""
        return [case.id for case in self.data.cases if case.closed_at is None]

    @property
    def ending(self) -> list[str]:
        """What forgetting the customer would end."""
        # Consents bear their numbers in front.
        return sorted(self._terms.subject(about) for about, _ in ends(self.data.standing))

    @property
    def traces(self) -> int:
        """Conversations, answers and messages that are on file."""
        data = self.data
        return len(data.talks) + len(data.messages) + len(data.sendings)

    def _line(self, decision: Decision) -> Line:
        terms, found = self._terms, decision.evidence
        until = terms.say("until", moment=terms.moment(decision.until)) if decision.until else ""
        return Line(
            heading=terms.heading(decision),
            at=terms.moment(decision.said_at),
            until=until,
            door=terms.door(decision.door),
            actor="" if decision.actor == "customer" else decision.actor,
            said=self._said(decision),
            words=found.words if found else "",
            proof=terms.code("proof", found.proof_kind) if found else "",
            read_as=" · ".join((found.intent, *found.went_by)) if found and found.went_by else "",
            text=self._numbers.get(decision.notice or ""),
            linked=self._numbers.get(decision.linked_notice or ""),
            receipt=code_of(decision.hash),
            is_erased=found is None,
        )

    def _said(self, decision: Decision) -> str:
        if decision.method == "button":
            return "button"
        is_theirs = decision.id not in self._imported and decision.actor == "customer"
        return "words" if is_theirs else "document"

    def _about(self, text: HeldText) -> str:
        terms = self._terms
        version = terms.say("texts.version", version=text.version)
        parts = (terms.purpose(text.purpose), version, terms.spoken(text.language))
        return " · ".join((*parts, code_of(text.fingerprint)))
