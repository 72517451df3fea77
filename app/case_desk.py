"""What systems do with cases: read them, answer, extend and close, each once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from litestar.exceptions import ClientException, HTTPException, NotFoundException

from app.api_pages import Place, cursor_of, place_of
from app.api_terms import AnyRequest
from app.case_entries import (
    CaseAnswer,
    CaseClosing,
    CaseDone,
    CaseExtension,
    CaseList,
    ShownCase,
    listed_case,
    shown_case,
)
from app.case_text import Measure
from app.composition import Assistant
from app.idempotency import Answers
from app.system_access import token_of
from consent.case_ports import (
    CaseQuery,
    Cases,
    Named,
    Told,
    more_time,
)
from consent.case_refusals import CaseRefused, CaseUnfit, CaseUnknown

_T = TypeVar("_T")
_Said = TypeVar("_Said", CaseAnswer, CaseExtension, CaseClosing)


class _Conflict(HTTPException):
    """The case is not in a state for that."""

    status_code = 409


class _Unfit(HTTPException):
    """These words cannot be sent."""

    status_code = 422


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDesk:
    """Does with cases what systems ask for."""

    cases: Cases
    assistant: Assistant
    answers: Answers[CaseDone] = field(default_factory=Answers)

    async def listed(self, wanted: CaseQuery) -> CaseList:
        """Return a page of the list."""
        catalogue, now = self.assistant.catalogue, self.assistant.clock.now()
        page = await self.cases.listed(wanted)
        return CaseList(
            cases=[listed_case(filed, catalogue, now) for filed in page.cases],
            cursor=cursor_of(_name_of(wanted.over), wanted.brand, page.after),
        )

    async def shown(self, named: Named, why: str, *, numbers: bool) -> ShownCase:
        """Return a case in full, once the look is noted."""
        opened = await _done(partial(self.cases.show, named, _words(why)))
        found = opened.numbers if numbers else None
        return shown_case(opened, self.assistant.catalogue, named.at, found)

    async def answer(self, named: Named, said: CaseAnswer) -> CaseDone:
        """Let an answer leave."""
        measure = self._measure(named)
        told = await _done(partial(self.cases.answer, named, measure.draft(said.text)))
        return _told(named, told, measure)

    async def extend(self, named: Named, said: CaseExtension) -> CaseDone:
        """Let the customer know that it takes longer."""
        measure = self._measure(named)
        until = partial(more_time, now=named.at, zone=self.assistant.catalogue.timezone)
        draft = measure.draft(said.reason)
        told = await _done(partial(self.cases.extend, named, until, draft))
        return _told(named, told, measure)

    async def close(self, named: Named, said: CaseClosing) -> CaseDone:
        """End a case without an answer."""
        ended = await _done(partial(self.cases.close, named, _words(said.reason)))
        return CaseDone(reference=named.case, again=not ended)

    def named(self, request: AnyRequest, reference: str, who: str = "") -> Named:
        """Return which case is meant, and who wants something of it."""
        token = token_of(request)
        system, person = f"system:{token.holder}", " ".join(who.split())
        return Named(
            brand=token.brand,
            case=reference.upper(),
            by=f"{person} ({system})" if person else system,
            at=self.assistant.clock.now(),
        )

    def wish(
        self,
        request: AnyRequest,
        reference: str,
        said: _Said,
        act: Callable[[Named, _Said], Awaitable[CaseDone]],
    ) -> Callable[[], Awaitable[CaseDone]]:
        """Return what does with a case what somebody wants, once it is called."""
        return partial(act, self.named(request, reference, said.by), said)

    async def once(
        self, request: AnyRequest, key: str | None, work: Callable[[], Awaitable[CaseDone]]
    ) -> CaseDone:
        """Do something; what comes again under the same key gets the same answer.

        :raises KeyReused: the key came with another body.
        """
        if key is None:
            return await work()
        token = token_of(request)
        name = f"{token.id} {request.url.path} {key}"
        return await self.answers.once(name, await request.body(), 1, work)

    def _measure(self, named: Named) -> Measure:
        return Measure(texts=self.assistant.texts, brand=named.brand)


def case_place(brand: str, cursor: str, *, over: bool) -> Place | None:
    """Return the place in a list of cases that a cursor names.

    :raises ClientException: it is no cursor of this list.
    """
    return place_of(_name_of(over), brand, cursor)


def _name_of(over: bool) -> str:  # noqa: FBT001
    return "cases/closed" if over else "cases/open"


def _words(text: str) -> str:
    words = " ".join(text.split())
    if not words:
        raise ClientException("reason: say why, in words")
    return words


async def _done(work: Callable[[], Awaitable[_T]]) -> _T:
    """Return what was asked of the store; say as HTTP does why it was refused."""
    try:
        return await work()
    except CaseUnknown as fault:
        raise NotFoundException("There is no such case.") from fault
    except CaseUnfit as fault:
        raise _Unfit(fault.detail or str(fault)) from fault
    except CaseRefused as fault:
        raise _Conflict(fault.detail or str(fault)) from fault


def _told(named: Named, told: Told, measure: Measure) -> CaseDone:
    leaves = None
    if told.message is not None and told.reach is not None:
        leaves = measure.size(told.message, told.reach)
    return CaseDone(reference=named.case, again=told.again, leaves_as=leaves)
