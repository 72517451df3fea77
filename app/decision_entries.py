"""What other systems tell of decisions and service events, and what became of each of them.

Types and names are strict: a body that is none of ours is refused whole, before anything of it is
recorded. What an entry *says* is judged by itself, so that one mistake does not hold up a STOP.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Literal

import msgspec

from app.import_file import COLUMNS
from app.import_rows import MEANINGS, Fault, RowReader
from consent.batches import Fate, Item
from consent.catalogue import Catalogue
from consent.notices import NoticeShelf

#: Entries of one request: one transaction.
MOST = 500
_SAID = ("given", "refused", "withdrawn", "paused", "on", "off")
_HAPPENED = (
    "service_ended",
    "service_restarted",
    "number_released",
    "numbers_joined",
    "customer_identified",
    "crm_id_released",
    "email_released",
)
_ANOTHER_BRAND = "another_brand"
_MEANINGS = MEANINGS | {
    _ANOTHER_BRAND: "this token is another brand's",
    Fault.UNKNOWN_ACTION: f"write one of: {', '.join(_SAID)}; of events: {', '.join(_HAPPENED)}",
}

_Word = Annotated[str, msgspec.Meta(max_length=64)]
_Words = Annotated[str, msgspec.Meta(max_length=1000)]
#: Where it was said: customers are told so.
_Door = Literal["shop", "portal", "call_centre"]
_MOMENT = "Like 2026-11-22T10:00:00+02:00; without an offset as in Riga."
_Moment = Annotated[str, msgspec.Meta(max_length=64, description=_MOMENT)]
_Brand = Annotated[str, msgspec.Meta(max_length=64, description="The token's own.")]
_Number = Annotated[str, msgspec.Meta(max_length=64, description="Like +37120000000.")]
_Actor = Annotated[
    str,
    msgspec.Meta(max_length=64, description="`customer`, staff or a system: no name, no number."),
]
#: Longer than one can be, so that a mistake in one entry does not hold up the others.
_CrmId = Annotated[
    str,
    msgspec.Meta(max_length=256, description="What else the customer is found by; 64 at most."),
]
_Email = Annotated[str, msgspec.Meta(max_length=320, description="As `crm_id`, an e-mail.")]


class WhatAbout(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What a decision is about."""

    kind: Literal["purpose", "channel", "topic"]
    id: _Word


class TakenDecision(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One decision that was taken elsewhere, with its evidence.

    A yes needs the notice that was shown, its language, when it was said, who expressed it, and
    how or which document shows it; a no needs none of that.
    """

    brand: _Brand
    number: _Number
    about: WhatAbout
    action: Annotated[str, msgspec.Meta(max_length=64, description=" · ".join(_SAID))]
    door: _Door
    said_at: _Moment = ""
    #: The fingerprint, or the code, of the notice that was shown.
    notice: Annotated[str, msgspec.Meta(max_length=64, description="Its fingerprint or code.")] = (
        ""
    )
    language: _Word = ""
    actor: _Actor = ""
    method: Annotated[str, msgspec.Meta(max_length=64, description="Like paper, phone, web.")] = ""
    document: Annotated[
        str, msgspec.Meta(max_length=1000, description="Where the proof is, or words; sealed.")
    ] = ""
    until: Annotated[str, msgspec.Meta(max_length=64, description="End of a pause.")] = ""
    crm_id: _CrmId = ""
    email: _Email = ""

    def __repr__(self) -> str:
        """Name nobody: it could stand in a log."""
        return type(self).__name__


class ServiceEvent(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A customer's service ended or began again, or whose a number, CRM id or e-mail is.

    A number is nobody's now, two are one customer's, or a customer is to be found by more.
    """

    brand: _Brand
    #: Of all but crm_id_released and email_released.
    number: _Number = ""
    event: Annotated[str, msgspec.Meta(max_length=64, description=" · ".join(_HAPPENED))]
    door: _Door
    at: _Moment
    actor: _Actor
    document: _Words = ""
    other: Annotated[
        str, msgspec.Meta(max_length=64, description="Of numbers_joined: the second number.")
    ] = ""
    crm_id: _CrmId = ""
    email: _Email = ""

    def __repr__(self) -> str:
        """Name nobody: it could stand in a log."""
        return type(self).__name__


class TakenDecisions(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Decisions of any customers of one brand, judged in this order."""

    decisions: Annotated[list[TakenDecision], msgspec.Meta(min_length=1, max_length=MOST)]


class ServiceEvents(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Service events of any customers of one brand, judged in this order."""

    events: Annotated[list[ServiceEvent], msgspec.Meta(min_length=1, max_length=MOST)]


class Outcome(msgspec.Struct, kw_only=True):
    """What became of one entry. What is said here is committed."""

    outcome: Literal["recorded", "already_there", "refused"]
    #: In the ledger; a released number leaves none.
    decision: str | None = None
    #: Why it was refused, for programs and for people; or, if it was recorded, why its customer is
    #: not to be found by the crm_id or email that it gave.
    code: str | None = None
    meaning: str | None = None


class Outcomes(msgspec.Struct, kw_only=True):
    """What became of each entry, in the order in which they were sent."""

    outcomes: list[Outcome]


class EntryReader:
    """Understands what systems of one brand tell."""

    def __init__(self, brand: str, catalogue: Catalogue, notices: NoticeShelf) -> None:
        """Take the names that entries may use."""
        self._brand = brand
        self._rows = RowReader(brand, catalogue, notices)

    def read(self, told: TakenDecision | ServiceEvent) -> Item | str:
        """Return what an entry says, or the code of why it says nothing."""
        if told.brand != self._brand:
            return _ANOTHER_BRAND
        values = _of_event(told) if isinstance(told, ServiceEvent) else _of_decision(told)
        if values is None:
            return Fault.UNKNOWN_ACTION
        said = self._rows.read(tuple(values.get(name, "").strip() for name in COLUMNS))
        return said if isinstance(said, str) else replace(said, door=told.door)


def _of_decision(told: TakenDecision) -> dict[str, str] | None:
    """Return it by the names of `app.import_file.COLUMNS`."""
    if told.action not in _SAID:
        return None
    evidence = ("said_at", "notice", "language", "actor", "method", "document", "until")
    names = ("crm_id", "email")
    return {
        "number": told.number,
        "subject": f"{told.about.kind}:{told.about.id}",
        "action": told.action,
    } | {name: getattr(told, name) for name in (*evidence, *names)}


def _of_event(told: ServiceEvent) -> dict[str, str] | None:
    if told.event not in _HAPPENED:
        return None
    return {
        "number": told.number,
        "action": told.event,
        "said_at": told.at,
        "actor": told.actor,
        "document": told.document,
        "other": told.other,
        "crm_id": told.crm_id,
        "email": told.email,
    }


def outcomes(read: Sequence[Item | str], fates: Sequence[Fate]) -> Outcomes:
    """Return what became of each entry.

    :param read: the entries, or the codes of why they say nothing.
    :param fates: of those that say something, in the same order.
    """
    rest = iter(fates)
    found = [_refused(said) if isinstance(said, str) else _outcome(next(rest)) for said in read]
    return Outcomes(outcomes=found)


def _outcome(fate: Fate) -> Outcome:
    if fate.refusal is not None:
        return _refused(fate.refusal)
    return Outcome(
        outcome="already_there" if fate.again else "recorded",
        decision=fate.decision,
        code=fate.unnamed,
        meaning=_MEANINGS[fate.unnamed] if fate.unnamed else None,
    )


def _refused(code: str, meanings: Mapping[str, str] = _MEANINGS) -> Outcome:
    return Outcome(outcome="refused", code=str(code), meaning=meanings[code])
