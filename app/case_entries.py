"""What other systems are told of cases, and what they say of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

import msgspec

from app.case_lines import due_at
from consent.case_ports import Filed, Opened, Reach, Sending
from consent.case_refusals import Trouble
from consent.catalogue import Catalogue

#: What of a case is the same wherever it is shown.
_State = Literal["open", "answered", "closed"]
_TROUBLES = {one: one.name.lower() for one in Trouble}
_WHO = "Who it is at the system that tells; kept with the case."
_Who = Annotated[
    str, msgspec.Meta(max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$", description=_WHO)
]


class ListedCase(msgspec.Struct, kw_only=True):
    """A case without a word of the customer's, and without their number."""

    reference: str
    #: `review`, `access`, `correction`, `contact`, `other_proof` or `loyalty`.
    kind: str
    purpose: str | None
    state: _State
    opened_at: datetime
    due_at: datetime
    overdue: bool
    closed_at: datetime | None
    #: Where it was asked; in which language an answer is expected.
    door: str | None
    language: str | None
    #: Who has answered or closed it, or is answering.
    by: str | None


class CaseList(msgspec.Struct, kw_only=True):
    """Some cases, and what to go on `after`; none: that is all."""

    cases: list[ListedCase]
    cursor: str | None


class SentAnswer(msgspec.Struct, kw_only=True):
    """What was last sent, or tried, in answer."""

    text: str
    by: str
    at: datetime
    #: How it ended; none: it is on its way.
    outcome: str | None
    #: What the provider has said of it since.
    report: str | None


class ShownCase(ListedCase, kw_only=True):
    """A case with what the customer said; who looked is in their read log."""

    words: str
    #: Only where they were asked for.
    numbers: list[str] | None
    answer: SentAnswer | None
    #: Why it was closed without an answer.
    reason: str | None
    #: Whether an answer can be sent, or why not.
    reachable: bool
    trouble: str | None

    def __repr__(self) -> str:
        """Name nobody: it could stand in a log."""
        return type(self).__name__


class CaseAnswer(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """An answer in the customer's language; it leaves over the door the case came by."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=10_000)]
    by: _Who = ""


class CaseExtension(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Why it takes two months more, in the customer's language: they are told (GDPR 12(3))."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=10_000)]
    by: _Who = ""


class CaseClosing(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Why nothing is answered from here; kept with the case."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    by: _Who = ""


class CaseDone(msgspec.Struct, kw_only=True):
    """What became of it; what leaves ends, or extends, the case when it has left."""

    reference: str
    #: It was so before; nothing is done twice.
    again: bool
    #: How it leaves: `an SMS of 2 parts`.
    leaves_as: str | None = None


def listed_case(filed: Filed, catalogue: Catalogue, now: datetime) -> ListedCase:
    """Return a case for a list."""
    case, due = filed.case, due_at(filed, catalogue)
    ended = filed.closed_at or now
    return ListedCase(
        reference=case.id,
        kind=case.kind,
        purpose=case.purpose,
        state=filed.state.value,
        opened_at=case.opened_at,
        due_at=due,
        overdue=due < ended,
        closed_at=filed.closed_at,
        door=filed.door or None,
        language=case.language or None,
        by=filed.by or None,
    )


def shown_case(
    opened: Opened, catalogue: Catalogue, now: datetime, numbers: Sequence[str] | None
) -> ShownCase:
    """Return a case in full."""
    listed = listed_case(opened.filed, catalogue, now)
    is_reachable = isinstance(opened.reach, Reach)
    return ShownCase(
        **msgspec.structs.asdict(listed),
        words=opened.words,
        numbers=None if numbers is None else list(numbers),
        answer=_sent(opened.answer) if opened.answer else None,
        reason=opened.reason or None,
        reachable=is_reachable,
        trouble=None if isinstance(opened.reach, Reach) else _TROUBLES[opened.reach],
    )


def _sent(sending: Sending) -> SentAnswer:
    return SentAnswer(
        text=sending.text,
        by=sending.by,
        at=sending.at,
        outcome=sending.outcome.value if sending.outcome else None,
        report=sending.report or None,
    )
