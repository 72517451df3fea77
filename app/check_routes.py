"""`POST /api/v1/check` and `/check/batch`: may we contact them, over which channel, and why.

Whoever asks is in the read log of each customer before the answer leaves (law 9). A token asks of
its own brand alone. Errors are problem details (RFC 9457).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import msgspec
from litestar import Response, post
from litestar.exceptions import ClientException
from litestar.params import JSONBody

from app import api_examples
from app.api_terms import AnyRequest, fresh, terms
from app.numbers import parse_number
from app.system_access import refuse_other_brands, token_of
from consent.access import Token
from consent.addresses import crm_id
from consent.catalogue import Catalogue
from consent.errors import AddressBroken
from consent.ports import Address, AddressKind
from consent.states import Lens
from consent.verdicts import Question, Reason, Verdict, check_question
from marketing.addresses import mailbox
from marketing.checking import Asked, Consulting, check_all
from marketing.reasons import CamaraReason, camara_reason

if TYPE_CHECKING:
    from collections.abc import Callable

    from litestar.handlers import HTTPRouteHandler
    from litestar.types import Guard

#: Questions at once, and of how many bytes.
MOST = 1_000
_LARGEST, _LARGEST_BATCH = 16 * 1024, 1024 * 1024
_AWAY = "Nobody looked; ask again."
_NAMED = 10


class CheckQuestion(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Whom it is about, by number, e-mail or CRM id, and what is to be done.

    With a channel: may we contact them over it. Without: may we use the data. Of several
    purposes, all must allow it.
    """

    purposes: Annotated[list[str], msgspec.Meta(min_length=1, max_length=20)]
    number: str | None = None
    email: str | None = None
    #: A CRM's own key of the customer, as it was brought in beside their number.
    crm_id: str | None = None
    channel: str | None = None
    topic: str | None = None
    #: For whoever asks for several brands: must be the token's own.
    brand: str | None = None

    def __repr__(self) -> str:
        """Name nobody: it could stand in a log."""
        return type(self).__name__


class CheckQuestions(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Many questions; the answers come in their order."""

    questions: Annotated[list[CheckQuestion], msgspec.Meta(min_length=1, max_length=MOST)]


class CheckedSubject(msgspec.Struct, kw_only=True):
    """What the reason is about: a purpose, channel or topic."""

    kind: str
    id: str


class CheckAnswer(msgspec.Struct, kw_only=True):
    """A verdict: allowed or not, why, since when, and the decision that proves it.

    `reason` is the most restrictive that applies, in the order of `/marketing/reasons`.
    """

    allowed: bool
    reason: Reason
    #: The same as CAMARA ConsentInfo says it; none where it is allowed.
    camara_reason: CamaraReason | None
    about: CheckedSubject | None
    since: datetime | None
    #: When what is allowed ends, a pause ends, or what has expired did.
    until: datetime | None
    decision: str | None
    #: The moment this was so.
    asked_at: datetime


class CheckAnswers(msgspec.Struct, kw_only=True):
    """The verdicts, one for each question, in their order."""

    answers: list[CheckAnswer]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckDesk:
    """Answers what systems of marketing ask."""

    consulting: Consulting
    catalogue: Catalogue
    #: Reads a brand's standings as of now.
    lens: Callable[[str], Lens]

    async def answer(self, token: Token, asked: Sequence[Asked]) -> list[CheckAnswer]:
        """Return the answers, noted with each customer by then."""
        lens = self.lens(token.brand)
        found = await check_all(self.consulting, lens, asked, f"system:{token.holder}")
        return [answer_of(verdict, lens.now) for verdict in found]

    def asked(self, brand: str, said: CheckQuestion) -> Asked:
        """Return a question that can be answered.

        :raises ClientException: it cannot.
        """
        first, *also = said.purposes
        question = Question(
            brand=brand, purpose=first, also=tuple(also), channel=said.channel, topic=said.topic
        )
        try:
            check_question(question, self.catalogue)
        except KeyError as fault:
            raise ClientException("there is no such purpose, channel or topic") from fault
        return Asked(question=question, address=_address(said))


def check_routes(
    desk: CheckDesk, single: Sequence[Guard], batch: Sequence[Guard]
) -> list[HTTPRouteHandler]:
    """Return the routes by which systems ask before they send.

    :param single: who may ask one question, leaving the token and what is left with the request.
    :param batch: the same for many at once.
    """

    @post(
        "/api/v1/check",
        status_code=200,
        request_max_body_size=_LARGEST,
        summary="Ask whether a customer may be contacted, or their data used",
        **terms(single, _AWAY, 413, shown=api_examples.CHECK),
    )
    async def check(request: AnyRequest, data: JSONBody[CheckQuestion]) -> Response[CheckAnswer]:
        token = token_of(request)
        (answer,) = await desk.answer(token, [_read(desk, request, data)])
        return Response(answer, headers=fresh(request))

    @post(
        "/api/v1/check/batch",
        status_code=200,
        request_max_body_size=_LARGEST_BATCH,
        summary="Ask up to 1 000 questions at once",
        **terms(batch, _AWAY, 413, shown=api_examples.BATCH),
    )
    async def check_batch(
        request: AnyRequest, data: JSONBody[CheckQuestions]
    ) -> Response[CheckAnswers]:
        token = token_of(request)
        answers = await desk.answer(token, _read_all(desk, request, data.questions))
        return Response(CheckAnswers(answers=answers), headers=fresh(request))

    return [check, check_batch]


def answer_of(verdict: Verdict, at: datetime) -> CheckAnswer:
    """Return a verdict as other systems read it."""
    about = verdict.about
    return CheckAnswer(
        allowed=verdict.allowed,
        reason=verdict.reason,
        camara_reason=camara_reason(verdict),
        about=CheckedSubject(kind=about.kind.value, id=about.id) if about else None,
        since=verdict.since,
        until=verdict.until,
        decision=verdict.decision,
        asked_at=at,
    )


def _read(desk: CheckDesk, request: AnyRequest, said: CheckQuestion) -> Asked:
    token = token_of(request)
    if said.brand is not None:
        refuse_other_brands(request, said.brand)
    return desk.asked(token.brand, said)


def _read_all(desk: CheckDesk, request: AnyRequest, said: Sequence[CheckQuestion]) -> list[Asked]:
    """Read all questions, or say which of them cannot be answered: then none is."""
    for brand in {one.brand for one in said if one.brand is not None}:
        refuse_other_brands(request, brand)
    asked, wrong = [], []
    for index, one in enumerate(said):
        try:
            asked.append(desk.asked(token_of(request).brand, one))
        except ClientException as fault:
            wrong.append(f"questions[{index}]: {fault.detail}")
    if wrong:
        more = f"; and {len(wrong) - _NAMED} more" if len(wrong) > _NAMED else ""
        raise ClientException("; ".join(wrong[:_NAMED]) + more)
    return asked


def _address(said: CheckQuestion) -> Address:
    given = (said.number, said.email, said.crm_id)
    found = [(text, *way) for text, way in zip(given, _WAYS, strict=True) if text is not None]
    if len(found) != 1:
        raise ClientException("number, email or crm_id: one of them says whom it is about")
    ((text, kind, read, broken),) = found
    try:
        return Address(kind, read(text))
    except AddressBroken as fault:
        raise ClientException(broken) from fault


#: How `number`, `email` and `crm_id` are read, and what is said where they cannot be.
_WAYS = (
    (AddressKind.MSISDN, parse_number, "number: no phone number"),
    (AddressKind.EMAIL, mailbox, "email: no e-mail address"),
    (AddressKind.CRM_ID, crm_id, "crm_id: 1 to 64 visible letters"),
)
