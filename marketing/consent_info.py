"""CAMARA ConsentInfo r2.3: its scopes and purposes as our questions, our verdicts as its answer.

Whoever asks names one purpose of the Data Privacy Vocabulary and some scopes; which consent and
channel each pair stands for is in the catalogue (`dpv`, `camara_scope`, `camara_scopes`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from consent.catalogue import Catalogue
from consent.verdicts import Question, Verdict
from marketing.reasons import OPEN, CamaraReason, camara_reason


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusInfo:
    """One item of the answer: scopes that stand alike."""

    scopes: tuple[str, ...]
    valid: bool
    reason: CamaraReason | None
    #: When what is valid will end, or what has expired did.
    expires: datetime | None


def questions_of(
    catalogue: Catalogue, brand: str, purpose: str, scopes: Sequence[str]
) -> dict[str, Question] | None:
    """Return what each scope asks for this purpose; none if they do not belong together."""
    known = _known(catalogue, brand, purpose)
    asked = dict.fromkeys(scopes)
    return {s: known[s] for s in asked} if asked and asked.keys() <= known.keys() else None


def _known(catalogue: Catalogue, brand: str, dpv: str) -> dict[str, Question]:
    channels = {c.camara_scope: c.id for c in catalogue.channels}
    return {
        scope: Question(brand=brand, purpose=purpose.id, channel=channels.get(scope))
        for purpose in catalogue.purposes
        if purpose.dpv == dpv
        for scope in purpose.camara_scopes
    }


def statuses(verdicts: Mapping[str, Verdict]) -> tuple[StatusInfo, ...]:
    """Return the items of the answer: scopes that stand alike stand together."""
    groups: dict[tuple[CamaraReason | None, datetime | None], list[str]] = {}
    for scope, verdict in verdicts.items():
        reason = camara_reason(verdict)
        dated = reason in {None, CamaraReason.EXPIRED}
        groups.setdefault((reason, verdict.until if dated else None), []).append(scope)
    return tuple(
        StatusInfo(scopes=tuple(scopes), valid=reason is None, reason=reason, expires=expires)
        for (reason, expires), scopes in groups.items()
    )


def open_scopes(verdicts: Mapping[str, Verdict]) -> tuple[str, ...]:
    """Return the scopes that the customer could still say yes to when asked."""
    return tuple(scope for scope, v in verdicts.items() if camara_reason(v) in OPEN)
