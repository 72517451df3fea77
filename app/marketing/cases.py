"""Cases: what waits for a person at the brand, the first due first, and the answers they give."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, QueryParameter

from app.case_lines import due_at
from app.case_text import Measure
from app.composition import Assistant
from app.marketing.frame import link
from app.marketing.masking import in_full
from app.marketing.session import Asking, Staff, StaffDoor, going, needs
from app.marketing.terms import Terms
from consent.case_ports import Cases, Filed, Named, Opened, Reach, more_time
from consent.case_refusals import CaseRefused, Trouble, Why
from consent.cases import CaseState
from consent.ports import Address, AddressKind
from marketing.access import Right, StaffSession

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

_PAGE = 50
_LARGEST = 64 * 1024
_PATH = "/marketing/cases"
#: What was done, as the list says once it is.
_DONE = frozenset({"answer", "again", "extend", "close"})
_After = Annotated[str, QueryParameter(name="after", max_length=40)]
_Done = Annotated[str, QueryParameter(name="done", max_length=20)]
_Which = Annotated[str, QueryParameter(name="case", max_length=40)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Until when a case is to be answered, in days from today; negative: since when not."""

    filed: Filed
    at: datetime
    days: int
    is_over: bool


@dataclass(frozen=True, slots=True)
class CasePages:
    """The list, a case, and what can be done with it."""

    door: StaffDoor
    assistant: Assistant
    cases: Cases

    def routes(self) -> list[HTTPRouteHandler]:
        """Return the routes of these pages."""
        guards = [needs(Right.CASES)]

        @get(_PATH, guards=guards)
        async def waiting(
            staff: Staff, after: _After = "", done: _Done = "", which: _Which = ""
        ) -> Response[str]:
            return await self._list(staff, after, (done if done in _DONE else "", which))

        @get(f"{_PATH}/{{case:str}}", guards=guards)
        async def ask_why(staff: Staff, case: FromPath[str]) -> Response[str]:
            # Nothing is shown before a reason was said: looking at this address is no look.
            return self._page(staff, case, None)

        @post(
            f"{_PATH}/{{case:str}}", guards=guards, status_code=200, request_max_body_size=_LARGEST
        )
        async def show(request: Asking, staff: Staff, case: FromPath[str]) -> Response[str]:
            form = await request.form()
            return await self._shown(staff, case, _line(str(form.get("reason", ""))))

        @post(
            f"{_PATH}/{{case:str}}/{{act:str}}",
            guards=guards,
            status_code=200,
            request_max_body_size=_LARGEST,
        )
        async def act(
            request: Asking, staff: Staff, case: FromPath[str], act: FromPath[str]
        ) -> Response[str]:
            form = await request.form()
            said = {name: str(form.get(name, "")).strip() for name in ("words", "reason")}
            return await self._act(staff, case, act, said)

        return [waiting, ask_why, show, act]

    async def _list(self, staff: StaffSession, after: str, done: tuple[str, str]) -> Response[str]:
        try:
            found = await self.cases.waiting(
                staff.brand, after=_name(after) if after else None, most=_PAGE + 1
            )
        except CaseRefused:
            found = await self.cases.waiting(staff.brand, most=_PAGE + 1)
        now = self.assistant.clock.now()
        shown = [self._due(filed, now) for filed in found[:_PAGE]]
        return self.door.frame.page(
            staff,
            "cases.html",
            section="cases",
            terms=Terms(self.assistant, staff),
            cases=shown,
            overdue=sum(one.is_over for one in shown),
            more=shown[-1].filed.case.id if len(found) > _PAGE else "",
            done=done[0],
            which=_name(done[1]),
            at=now,
        )

    def _due(self, filed: Filed, now: datetime) -> Due:
        at, zone = due_at(filed, self.assistant.catalogue), self.assistant.catalogue.timezone
        days = (at.astimezone(zone).date() - now.astimezone(zone).date()).days
        return Due(filed=filed, at=at, days=days, is_over=at < now)

    async def _shown(
        self, staff: StaffSession, case: str, reason: str, **trouble: str
    ) -> Response[str]:
        if not reason:
            return self._page(staff, case, None, status=400, missing="reason")
        try:
            opened = await self.cases.show(self._named(staff, case), reason)
        except CaseRefused as fault:
            told = _refusal(fault, Terms(self.assistant, staff))
            return self._page(staff, case, None, status=404, refusal=told)
        status = 409 if trouble else 200
        return self._page(staff, case, opened, status=status, reason=reason, **trouble)

    def _page(
        self,
        staff: StaffSession,
        case: str,
        opened: Opened | None,
        *,
        status: int = 200,
        **said: str,
    ) -> Response[str]:
        reach = opened.reach if opened else None
        numbers = [Address(AddressKind.MSISDN, x) for x in opened.numbers] if opened else []
        return self.door.frame.page(
            staff,
            "case.html",
            section="cases",
            status=status,
            terms=Terms(self.assistant, staff),
            here=f"{_PATH}/{quote(_name(case), safe='')}",
            case=_name(case),
            opened=opened,
            due=self._due(opened.filed, self.assistant.clock.now()) if opened else None,
            numbers=[in_full(number) for number in numbers],
            is_open=bool(opened and opened.filed.state is CaseState.OPEN),
            reach=reach if isinstance(reach, Reach) else None,
            trouble=reach.name.lower() if reach and not isinstance(reach, Reach) else "",
            said={"reason": "", "words": "", "refusal": "", "missing": ""} | said,
        )

    async def _act(
        self, staff: StaffSession, case: str, act: str, said: dict[str, str]
    ) -> Response[str]:
        measure = Measure(texts=self.assistant.texts, brand=staff.brand)
        named, words = self._named(staff, case), said["words"]
        acts: dict[str, Callable[[], Awaitable[bool]]] = {
            "answer": partial(self._answer, named, words, measure),
            "extend": partial(self._extend, named, words, measure),
            "close": partial(self._close, named, words),
        }
        if act not in acts:
            raise NotFoundException("There is no such page.")
        try:
            again = await acts[act]()
        except CaseRefused as fault:
            # They see the case again, with what they wrote: one more look, for the same reason.
            refusal = _refusal(fault, Terms(self.assistant, staff))
            why = _line(said["reason"])
            return await self._shown(staff, case, why, refusal=refusal, words=words)
        asked = {"done": "again" if again else act, "case": named.case}
        return going(link(staff, _PATH, **asked))

    async def _answer(self, named: Named, words: str, measure: Measure) -> bool:
        return (await self.cases.answer(named, measure.draft(words))).again

    async def _extend(self, named: Named, words: str, measure: Measure) -> bool:
        zone = self.assistant.catalogue.timezone
        until = partial(more_time, now=named.at, zone=zone)
        return (await self.cases.extend(named, until, measure.draft(words))).again

    async def _close(self, named: Named, words: str) -> bool:
        why = _line(words)
        if not why:
            raise CaseRefused(Why.NO_REASON, "Say why nothing is answered.")
        return not await self.cases.close(named, why)

    def _named(self, staff: StaffSession, case: str) -> Named:
        now = self.assistant.clock.now()
        return Named(brand=staff.brand, case=_name(case), by=staff.viewer, at=now)


def _refusal(fault: CaseRefused, terms: Terms) -> str:
    """Return why something was not done, in the language of the page."""
    group = "trouble" if isinstance(fault.why, Trouble) else "refused"
    facts = {
        name: terms.day_of(fact) if isinstance(fact, datetime) else fact
        for name, fact in fault.facts.items()
    }
    return terms.say(f"cases.{group}.{fault.why.name.lower()}", **facts)


def _name(case: str) -> str:
    return case.strip().upper()[:40]


def _line(text: str) -> str:
    return " ".join(text.split())[:200]
