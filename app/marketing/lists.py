"""Check a list: taken from a browser, checked in the background, fetched when it is done."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
from litestar import Response, get, post
from litestar.datastructures import FormMultiDict, UploadFile
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import File

from app.composition import Assistant
from app.list_check_desk import ListDesk
from app.list_check_opening import ListGone, ListsBusy, Wanted
from app.list_check_state import State, files_for
from app.marketing.charts import thousands
from app.marketing.frame import HEADERS, link
from app.marketing.session import Asking, Staff, StaffDoor, going, needs
from app.marketing.terms import Terms
from consent.verdicts import Question, Reason, check_question
from marketing.access import Right, StaffSession
from marketing.list_columns import KINDS, ListUnclear, Told
from marketing.listing import Rejection
from storage.list_checks import Begun

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

_PATH = "/marketing/list"
_PIECE = 1 << 18
_LONGEST_REASON = 200
_FIELDS = ("channel", "topic", "reason", "column", "holds")
#: Beside the file itself: the other fields, and what stands between them.
_AROUND = 1 << 16
_MEDIA = {".csv": "text/csv", ".jsonl": "application/x-ndjson", ".json": "application/json"}
_OWN_SUFFIX = {"summary": ".json", "rejected": ".csv"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """One check of the past, as the list of them shows it."""

    id: str
    at: str
    viewer: str
    question: str
    reason: str
    #: Rows, allowed, not allowed; none where it never came to an end.
    counts: tuple[str, str, str] | None
    is_valid: bool


@dataclass(frozen=True, slots=True)
class ListPages:
    """The form, a check on its way, and what came of it."""

    door: StaffDoor
    assistant: Assistant
    desk: ListDesk

    def routes(self) -> list[HTTPRouteHandler]:
        """Return the routes of these pages."""
        return [*self._taking(), *self._telling()]

    def _taking(self) -> list[HTTPRouteHandler]:
        guards = [needs(Right.LISTS)]
        largest = self.desk.largest + _AROUND

        @get(_PATH, guards=guards)
        async def ask(staff: Staff) -> Response[str]:
            return await self._form(staff, FormMultiDict({}))

        @post(_PATH, guards=guards, status_code=200, request_max_body_size=largest)
        async def take(request: Asking, staff: Staff) -> Response[str]:
            form = await request.form()
            return await self._take(staff, form)

        @post(f"{_PATH}/{{check:str}}/changes", guards=guards, status_code=200)
        async def again(request: Asking, staff: Staff, check: FromPath[str]) -> Response[str]:
            reason = _line((await request.form()).get("reason", ""))
            return await self._changes(staff, check, reason)

        return [ask, take, again]

    def _telling(self) -> list[HTTPRouteHandler]:
        guards = [needs(Right.LISTS)]

        @get(f"{_PATH}/{{check:str}}", guards=guards)
        async def show(staff: Staff, check: FromPath[str]) -> Response[str]:
            return self._shown(staff, check)

        @get(f"{_PATH}/{{check:str}}/state", guards=guards)
        async def state(staff: Staff, check: FromPath[str]) -> Response[dict[str, Any]]:
            found = self._state(staff, check)
            said = {
                "status": found.status,
                "share": round(found.share, 3),
                "words": self._progress(found, Terms(self.assistant, staff)),
            }
            return Response(said, headers=HEADERS)

        @get(f"{_PATH}/{{check:str}}/files/{{name:str}}", guards=guards)
        async def fetch(staff: Staff, check: FromPath[str], name: FromPath[str]) -> File:
            found = self._state(staff, check)
            try:
                file = self.desk.file(staff.brand, staff.viewer, check, name)
            except ListGone:
                file = None
            if file is None:
                raise NotFoundException("There is no such file, or it is not valid any more.")
            suffix = _OWN_SUFFIX.get(name, found.suffix)
            return File(
                file,
                filename=f"{name}-{check[-8:]}{suffix}",
                media_type=_MEDIA.get(suffix, "application/octet-stream"),
                headers=HEADERS,
            )

        return [show, state, fetch]

    async def _take(self, staff: StaffSession, form: FormMultiDict) -> Response[str]:
        purposes = [str(purpose) for purpose in form.getall("purpose", [])]
        said = {name: _line(form.get(name, "")) for name in _FIELDS}
        file = form.get("list")
        is_file = isinstance(file, UploadFile) and bool(file.filename)
        wrong = "" if said["reason"] else "list.wrong.reason"
        question = None
        if not purposes:
            wrong = "number.wrong.purpose"
        elif not is_file:
            wrong = "list.wrong.file"
        elif said["holds"] and not said["column"]:
            wrong = "list.wrong.column"
        else:
            question = _question(staff.brand, purposes, said)
            try:
                check_question(question, self.assistant.catalogue)
            except KeyError:
                wrong = "number.wrong.purpose"
        if wrong or question is None or not isinstance(file, UploadFile):
            return await self._form(staff, form, wrong=wrong)
        wanted = Wanted(
            question=question,
            viewer=staff.viewer,
            reason=said["reason"],
            columns=_columns(said["column"], said["holds"]),
        )
        try:
            begun = await self.desk.take(wanted, _pieces(file))
        except (ListsBusy, ListUnclear) as fault:
            return await self._form(staff, form, refusal=str(fault))
        finally:
            await file.close()
        return going(link(staff, f"{_PATH}/{begun.id}"))

    async def _changes(self, staff: StaffSession, check: str, reason: str) -> Response[str]:
        question = Question(brand=staff.brand, purpose="")
        wanted = Wanted(question=question, viewer=staff.viewer, reason=reason, since=check)
        try:
            begun = await self.desk.take_changes(wanted)
        except (ListGone, ListsBusy, ListUnclear) as fault:
            return await self._form(staff, FormMultiDict({}), refusal=str(fault))
        return going(link(staff, f"{_PATH}/{begun.id}"))

    async def _form(
        self, staff: StaffSession, form: FormMultiDict, *, wrong: str = "", refusal: str = ""
    ) -> Response[str]:
        catalogue, terms = self.assistant.catalogue, Terms(self.assistant, staff)
        chosen = [str(purpose) for purpose in form.getall("purpose", [])]
        now = self.assistant.clock.now()
        return self.door.frame.page(
            staff,
            "lists.html",
            section="list",
            status=400 if wrong or refusal else 200,
            terms=terms,
            wrong=wrong,
            refusal=refusal,
            action=link(staff, _PATH, csrf=staff.csrf),
            chosen=chosen or [str(catalogue.opening.id)],
            said={name: str(form.get(name, "")) for name in _FIELDS},
            holds=[*KINDS],
            purposes=[p.id for p in catalogue.purposes],
            channels=[c.id for c in catalogue.channels],
            topics=[t.id for t in catalogue.topics],
            largest=thousands(self.desk.largest >> 20),
            longest=_LONGEST_REASON,
            past=[_past(begun, terms, now) for begun in await self.desk.past(staff.brand)],
        )

    def _shown(self, staff: StaffSession, check: str) -> Response[str]:
        found, terms = self._state(staff, check), Terms(self.assistant, staff)
        now = self.assistant.clock.now()
        return self.door.frame.page(
            staff,
            "list.html",
            section="list",
            here=f"{_PATH}/{found.id}",
            terms=terms,
            state=found,
            files=files_for(staff.viewer, found),
            is_own=found.viewer == staff.viewer,
            words=self._progress(found, terms),
            is_going=found.status in {"waiting", "running"},
            is_valid=now < found.valid_until,
            counts=_counts(found.summary, terms) if found.summary else (),
            longest=_LONGEST_REASON,
        )

    def _state(self, staff: StaffSession, check: str) -> State:
        found = self.desk.state(staff.brand, check)
        if found is None:
            raise NotFoundException("There is no such list check, or its files are gone.")
        return found

    def _progress(self, state: State, terms: Terms) -> str:
        share = f"{state.share:.0%}"
        return terms.say(f"list.status.{state.status}", rows=thousands(state.rows), share=share)


async def _pieces(file: UploadFile) -> AsyncIterator[bytes]:
    while piece := await file.read(_PIECE):
        yield piece


def _question(brand: str, purposes: list[str], said: dict[str, str]) -> Question:
    return Question(
        brand=brand,
        purpose=purposes[0],
        also=tuple(purposes[1:]),
        channel=said["channel"] or None,
        topic=said["topic"] or None,
    )


def _columns(name: str, holds: str) -> tuple[str, ...]:
    """Return the column that was named, as a check is told it."""
    return (str(Told(name, KINDS.get(holds))),) if name else ()


def _line(text: object) -> str:
    return " ".join(str(text).split())[:_LONGEST_REASON]


def _past(begun: Begun, terms: Terms, now: datetime) -> Past:
    question = begun.question
    about = [", ".join(map(terms.purpose, question.purposes))]
    about += [terms.channel(question.channel)] if question.channel else []
    about += [terms.topic(question.topic)] if question.topic else []
    summary = msgspec.json.decode(begun.summary) if begun.summary else None
    counts = None
    if summary is not None:
        rows, allowed, blocked = (
            thousands(int(summary[name])) for name in ("rows", "allowed", "blocked")
        )
        counts = (rows, allowed, blocked)
    return Past(
        id=begun.id,
        at=terms.moment(begun.at),
        viewer=begun.viewer,
        question=" · ".join(about),
        reason=begun.reason,
        counts=counts,
        is_valid=now < begun.valid_until,
    )


def _counts(summary: dict[str, Any], terms: Terms) -> list[tuple[str, str]]:
    """Return what became of the rows: of a list, so small numbers point at nobody new."""
    rows = [(terms.say("list.rows"), summary["rows"])]
    rows += [(terms.reason(Reason(r)), n) for r, n in summary["by_reason"].items()]
    rows.append((terms.say("list.duplicates"), summary["duplicates"]))
    rows += [
        (terms.say(f"list.rejected.{Rejection(r).value}"), n)
        for r, n in summary["rejected_by_reason"].items()
    ]
    return [(name, thousands(int(count))) for name, count in rows]
