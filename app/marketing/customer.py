"""One customer, for the privacy officer: everything on file with its evidence, a copy, an end.

Whoever was found goes by the pseudonym: no form or address carries a number, and nobody else is
meant if the number changes hands meanwhile. Each look is noted before it is answered.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict

from app.composition import Assistant
from app.marketing.customer_view import CustomerView
from app.marketing.frame import HEADERS
from app.marketing.masking import in_full, masked
from app.marketing.number import address_of
from app.marketing.session import Asking, Staff, StaffDoor, needs
from app.marketing.terms import Terms
from app.own_data_files import copy_file
from consent.copying import FORMS
from consent.decisions import CustomerId
from consent.forgetting import Erasure, ForgettingRefused, parting
from consent.one_customer import Remains, Shown, Sight
from consent.own_data import OwnData
from consent.ports import Address, AddressKind
from marketing.access import Right, StaffSession
from storage.ids import SystemEntropy
from storage.one_customer import SqlOneCustomer

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

_PATH = "/marketing/customer"
_LONGEST = 200
_LARGEST = 16 * 1024
_PSEUDONYM = re.compile(r"[0-9a-f-]{36}")
#: So many digits of a number say whose it is; a shorter CRM id can be any word.
_TELLING, _SHORT = 7, 4
_POST: dict[str, Any] = {"status_code": 200, "request_max_body_size": _LARGEST}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A form as it was filled in."""

    whom: Address | CustomerId | None = field(repr=False, default=None)
    reason: str = field(repr=False, default="")
    #: What is wrong with it, by field: names of texts.
    wrong: dict[str, str] = field(default_factory=dict)
    is_unknown: bool = False


@dataclass(frozen=True, slots=True)
class CustomerPages:
    """The form, what was found, its copy, and how it ends."""

    door: StaffDoor
    assistant: Assistant
    customers: SqlOneCustomer

    def routes(self) -> list[HTTPRouteHandler]:
        """Return the routes of these pages."""
        return [*self._looking(), *self._ending()]

    def _looking(self) -> list[HTTPRouteHandler]:
        @get(_PATH, guards=[needs(Right.HISTORY)])
        async def ask(staff: Staff) -> Response[str]:
            return self._ask(staff, Asked())

        @post(_PATH, guards=[needs(Right.HISTORY)], **_POST)
        async def show(request: Asking, staff: Staff) -> Response[str]:
            form = await request.form()
            is_full = bool(form.get("numbers")) and staff.may(Right.NUMBERS)
            shown = Shown.NUMBERS if is_full else Shown.HISTORY
            asked = _asked(form)
            found = await self._open(staff, asked, shown)
            if not isinstance(found, OwnData):
                return self._nothing(staff, asked, found)
            values = self._values(staff, found, asked, is_full=is_full)
            return self.door.frame.page(staff, "customer.html", **values)

        @post(f"{_PATH}/copy", guards=[needs(Right.EXPORT)], **_POST)
        async def copy(request: Asking, staff: Staff) -> Response[bytes] | Response[str]:
            form = await request.form()
            asked, kind = _asked(form), str(form.get("form", ""))
            kind = kind if kind in FORMS else next(iter(FORMS))
            found = await self._open(staff, asked, Shown.COPY)
            if not isinstance(found, OwnData):
                return self._nothing(staff, asked, found)
            file = copy_file(self.assistant, found, kind, str(form.get("language", "")))
            attached = {"content-disposition": f'attachment; filename="{file.name}"'}
            return Response(file.content, media_type=file.media_type, headers=HEADERS | attached)

        return [ask, show, copy]

    def _ending(self) -> list[HTTPRouteHandler]:
        guards = [needs(Right.HISTORY), needs(Right.FORGET)]

        @post(f"{_PATH}/erase", guards=guards, **_POST)
        async def confirm(request: Asking, staff: Staff) -> Response[str]:
            asked = _asked(await request.form())
            found = await self._open(staff, asked)
            if not isinstance(found, OwnData):
                return self._nothing(staff, asked, found)
            return self._confirm(staff, asked, found, {}, status=200)

        @post(f"{_PATH}/erased", guards=guards, **_POST)
        async def erase(request: Asking, staff: Staff) -> Response[str]:
            form = await request.form()
            return await self._erase(staff, _asked(form), form)

        return [confirm, erase]

    async def _open(
        self, staff: StaffSession, asked: Asked, shown: Shown = Shown.HISTORY
    ) -> OwnData | Remains | None:
        sight = self._sight(staff, asked, shown)
        return await self.customers.open(sight) if sight else None

    def _sight(
        self, staff: StaffSession, asked: Asked, shown: Shown = Shown.HISTORY
    ) -> Sight | None:
        if asked.whom is None or asked.wrong:
            return None
        return Sight(
            brand=staff.brand,
            whom=asked.whom,
            viewer=staff.viewer,
            reason=asked.reason,
            at=self.assistant.clock.now(),
            shown=shown,
        )

    async def _erase(
        self, staff: StaffSession, asked: Asked, form: FormMultiDict
    ) -> Response[str]:
        found, sight = await self._open(staff, asked), self._sight(staff, asked)
        if not isinstance(found, OwnData) or sight is None:
            return self._nothing(staff, asked, found)
        why = _line(str(form.get("why", "")))
        wrong = _wrong(why, found, is_sure=bool(form.get("sure")))
        if wrong:
            return self._confirm(staff, asked, found, wrong | {"why": why}, status=400)
        wanted = Erasure(brand=staff.brand, reason=why, actor=staff.viewer, at=sight.at)
        try:
            left = await self.customers.forget(sight, wanted, parting(wanted, SystemEntropy()))
        except ForgettingRefused:
            # Looked at anew, the page says what is in the way.
            found = await self._open(staff, asked)
            if not isinstance(found, OwnData):
                return self._nothing(staff, asked, found)
            return self._confirm(staff, asked, found, {"why": why}, status=409)
        return self._remains(staff, left, is_new=True)

    def _confirm(
        self, staff: StaffSession, asked: Asked, found: OwnData, said: dict[str, str], status: int
    ) -> Response[str]:
        """Say plainly what goes and what stays, before anything does."""
        values = self._values(staff, found, asked)
        values["said"] = {"why": "", "wrong_why": "", "wrong_sure": ""} | said
        return self.door.frame.page(staff, "erase.html", status=status, **values)

    def _values(
        self, staff: StaffSession, data: OwnData, asked: Asked, *, is_full: bool = False
    ) -> dict[str, Any]:
        """Return what a page about somebody shows; numbers are masked unless they are wanted."""
        terms = Terms(self.assistant, staff)
        lens = self.assistant.house.lens(staff.brand, data.made_at)
        return {
            "section": "customer",
            "terms": terms,
            "view": CustomerView(data, lens, terms, in_full if is_full else masked),
            "reason": asked.reason,
            "is_full": is_full,
            "longest": _LONGEST,
        }

    def _ask(self, staff: StaffSession, asked: Asked, status: int = 200) -> Response[str]:
        return self.door.frame.page(
            staff,
            "customer_ask.html",
            section="customer",
            status=status,
            asked=asked,
            longest=_LONGEST,
        )

    def _nothing(
        self, staff: StaffSession, asked: Asked, found: OwnData | Remains | None
    ) -> Response[str]:
        if isinstance(found, Remains):
            return self._remains(staff, found)
        if asked.wrong:
            return self._ask(staff, asked, status=400)
        return self._ask(staff, Asked(reason=asked.reason, is_unknown=True))

    def _remains(
        self, staff: StaffSession, left: Remains, *, is_new: bool = False
    ) -> Response[str]:
        terms = Terms(self.assistant, staff)
        return self.door.frame.page(
            staff, "erased.html", section="customer", terms=terms, left=left, is_new=is_new
        )


def _asked(form: FormMultiDict) -> Asked:
    """Read who is meant, by pseudonym or by what they are known by, and what for."""
    name = str(form.get("customer", "")).strip()
    whom: Address | CustomerId | None = CustomerId(name) if _PSEUDONYM.fullmatch(name) else None
    whom = whom or address_of(str(form.get("address", "")), str(form.get("crm_id", "")))
    reason = _line(str(form.get("reason", "")))
    wrong = {} if whom else {"address": "number.wrong.address"}
    if not reason:
        wrong["reason"] = "number.wrong.reason"
    return Asked(whom=whom, reason=reason, wrong=wrong)


def _wrong(why: str, data: OwnData, *, is_sure: bool) -> dict[str, str]:
    """Return what keeps the form from being carried out: names of texts."""
    wrong = {} if is_sure else {"wrong_sure": "erase.wrong.sure"}
    if not why:
        wrong["wrong_why"] = "erase.wrong.why"
    elif _names(why, data):
        wrong["wrong_why"] = "erase.wrong.number"
    return wrong


def _names(why: str, data: OwnData) -> bool:
    """Say whether a reason says whom it is about: it stays on file when they are gone."""
    digits = re.sub(r"\D", "", why)
    for held in data.addresses:
        tail = re.sub(r"\D", "", held.value)[-_TELLING:]
        is_told = len(tail) == _TELLING and tail in digits
        if is_told or ("@" in held.value and held.value.lower() in why.lower()):
            return True
        if held.kind == AddressKind.CRM_ID and len(held.value) >= _SHORT:
            word = rf"(?<!\w){re.escape(held.value)}(?!\w)"
            if re.search(word, why, re.IGNORECASE):
                return True
    return False


def _line(text: str) -> str:
    return " ".join(text.split())[:_LONGEST]
