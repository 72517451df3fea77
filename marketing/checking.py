"""Questions and verdicts; whoever asks is written down before they are told (law 9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from consent.ports import Address, Circumstances, Judge, Ledger, Look
from consent.standing import Standing
from consent.states import Lens
from consent.verdicts import Question, Verdict, check_question, erased, judge, unknown

#: What a look is for, as the customer reads it in their own data.
CHECK = "check"


class Consulting(Protocol):
    """Where many standings are judged at once."""

    async def consult_all(self, asked: Sequence[tuple[Look, Judge]]) -> tuple[Verdict, ...]:
        """Judge in one transaction, in the order asked, with a read-log row for each customer.

        :raises StoreUnavailable: nobody looked.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question about one address."""

    question: Question
    address: Address


async def check(
    ledger: Ledger, lens: Lens, question: Question, address: Address, viewer: str
) -> Verdict:
    """Return the verdict on a question about one address.

    :param viewer: who asks; goes to the read log, which the customer can ask for.
    :raises KeyError: the catalogue has no such purpose, channel or topic.
    :raises StoreUnavailable: no verdict, and nobody looked.
    """
    asked = Asked(question=question, address=address)
    return await ledger.consult(*_prepared(lens, asked, viewer, CHECK))


async def check_all(
    consulting: Consulting,
    lens: Lens,
    asked: Sequence[Asked],
    viewer: str,
    purpose_of_look: str = CHECK,
) -> tuple[Verdict, ...]:
    """Return the verdicts on questions about many addresses, in their order.

    :raises KeyError: the catalogue has no such purpose, channel or topic; nobody looked.
    :raises StoreUnavailable: no verdict, and nobody looked.
    """
    return await consulting.consult_all(
        [_prepared(lens, one, viewer, purpose_of_look) for one in asked]
    )


def _prepared(lens: Lens, asked: Asked, viewer: str, purpose_of_look: str) -> tuple[Look, Judge]:
    check_question(asked.question, lens.catalogue)
    look = Look(
        brand=asked.question.brand,
        address=asked.address,
        viewer=viewer,
        purpose_of_look=purpose_of_look,
        at=lens.now,
    )
    return look, partial(_judge, asked.question, lens)


def _judge(
    question: Question, lens: Lens, standing: Standing | None, around: Circumstances
) -> Verdict:
    if around.forgotten:
        return erased(question)
    if standing is None:
        return unknown(question)
    return judge(question, standing, lens, blocked=around.blocked)
