"""One question, one verdict; whoever asks is written down (law 9)."""

from __future__ import annotations

from functools import partial

from consent.ports import Address, Circumstances, Ledger, Look
from consent.standing import Standing
from consent.states import Lens
from consent.verdicts import Question, Verdict, check_question, erased, judge, unknown


async def check(
    ledger: Ledger, lens: Lens, question: Question, address: Address, viewer: str
) -> Verdict:
    """Return the verdict on a question about one address.

    :param viewer: who asks; goes to the read log, which the customer can ask for.
    :raises KeyError: the catalogue has no such purpose, channel or topic.
    :raises StoreUnavailable: no verdict, and nobody looked.
    """
    check_question(question, lens.catalogue)
    look = Look(
        brand=question.brand,
        address=address,
        viewer=viewer,
        purpose_of_look="check",
        at=lens.now,
    )
    return await ledger.consult(look, partial(_judge, question, lens))


def _judge(
    question: Question, lens: Lens, standing: Standing | None, around: Circumstances
) -> Verdict:
    if around.forgotten:
        return erased(question)
    if standing is None:
        return unknown(question)
    return judge(question, standing, lens, blocked=around.blocked)
