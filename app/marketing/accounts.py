"""Accounts: who may look at this brand, as its administrators see and change it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote

from litestar import Response, get, post
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.params import FromPath, QueryParameter

from app.composition import Assistant
from app.invitations import fresh_word
from app.marketing.account_forms import Filled, read, standing, status_of
from app.marketing.confirming import Confirming
from app.marketing.frame import link
from app.marketing.session import Asking, Staff, StaffDoor, going, needs
from app.marketing.terms import Terms
from consent.access import digest_of
from consent.administration import Asked, NotChanged, is_shared, state_of
from consent.staff import INVITED_FOR, Account, Entry, Role, login_of, word_of
from marketing.access import Right, StaffSession
from storage.ids import uuid7
from storage.staff_changes import SqlStaffChanges

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

PATH = "/marketing/accounts"
LARGEST = 8_192
_DONE = frozenset({"roles", "locked", "gone"})
_Done = Annotated[str, QueryParameter(name="done", max_length=20)]


@dataclass(frozen=True, slots=True)
class AccountPages:
    """The list, an account, and what can be done with it."""

    door: StaffDoor
    assistant: Assistant
    changes: SqlStaffChanges
    confirming: Confirming

    def routes(self) -> list[HTTPRouteHandler]:
        """Return the routes of these pages."""
        guards = [needs(Right.STAFF)]

        @get(PATH, guards=guards)
        async def all_of_them(staff: Staff, done: _Done = "") -> Response[str]:
            return await self._list(staff, done=done if done in _DONE else "")

        @post(PATH, guards=guards, status_code=200, request_max_body_size=LARGEST)
        async def add(request: Asking, staff: Staff) -> Response[str]:
            return await self._add(staff, read(await request.form()))

        @get(f"{PATH}/{{login:str}}", guards=guards)
        async def one(staff: Staff, login: FromPath[str], done: _Done = "") -> Response[str]:
            return await self._one(staff, login, done=done if done in _DONE else "")

        @post(
            f"{PATH}/{{login:str}}/{{act:str}}",
            guards=guards,
            status_code=200,
            request_max_body_size=LARGEST,
        )
        async def change(
            request: Asking, staff: Staff, login: FromPath[str], act: FromPath[str]
        ) -> Response[str]:
            acts = {"roles": self._set_roles, "invitation": self._invite, "lock": self._lock}
            if act not in acts:
                raise NotFoundException("There is no such page.")
            return await acts[act](staff, login, read(await request.form()))

        return [all_of_them, add, one, change]

    async def _list(
        self, staff: StaffSession, *, fault: str = "", done: str = "", filled: Filled | None = None
    ) -> Response[str]:
        now = self.assistant.clock.now()
        found = await self.changes.of_brand(staff.brand)
        return self.door.frame.page(
            staff,
            "accounts.html",
            section="accounts",
            status=status_of(fault),
            terms=Terms(self.assistant, staff),
            accounts=[(one, standing(one, now)) for one in found],
            at=now,
            fault=fault,
            done=done,
            filled=filled or Filled(),
            Role=Role,
        )

    async def _one(
        self,
        staff: StaffSession,
        login: str,
        *,
        fault: str = "",
        done: str = "",
        filled: Filled | None = None,
    ) -> Response[str]:
        account = await self.changes.find(staff.brand, login)
        if account is None:
            return await self._list(staff, fault=NotChanged.UNKNOWN)
        has = account.roles[staff.brand]
        return self.door.frame.page(
            staff,
            "account.html",
            section="accounts",
            status=status_of(fault),
            terms=Terms(self.assistant, staff),
            here=_path(account.login),
            account=account,
            standing=standing(account, self.assistant.clock.now()),
            has=has,
            chosen=filled.roles if filled and fault != NotChanged.STALE else has,
            seen=state_of(account, staff.brand),
            is_own=account.id == staff.staff_id,
            is_whole=_is_whole(staff, account),
            fault=fault,
            done=done,
            Role=Role,
        )

    async def _add(self, staff: StaffSession, filled: Filled) -> Response[str]:
        login = login_of(filled.login)
        fault = "login" if login is None else "" if filled.roles else NotChanged.NO_ROLE
        fault = fault or await self.confirming.fault(staff, filled.password)
        if fault or login is None:
            return await self._list(staff, fault=fault, filled=filled)
        word, now = fresh_word(), self.assistant.clock.now()
        account = Account(
            id=uuid7(now),
            login=login,
            created_at=now,
            invitation=digest_of(word_of(word)),
            invited_until=now + INVITED_FOR,
            roles={staff.brand: filled.roles},
        )
        about = f"{login} {staff.brand} {' '.join(sorted(filled.roles))}"
        asked = self._asked(staff, login, filled, Entry(now, staff.viewer, "added", about))
        refused = await self.changes.add(asked, account)
        if refused:
            _forbid(refused)
            return await self._list(staff, fault=refused, filled=filled)
        return self._secret(staff, login, word, now)

    async def _set_roles(self, staff: StaffSession, login: str, filled: Filled) -> Response[str]:
        def change(asked: Asked) -> Awaitable[NotChanged | None]:
            return self.changes.set_roles(asked, filled.roles)

        fault = await self.confirming.fault(staff, filled.password)
        fault = fault or await self._changed(staff, login, filled, "granted", change)
        if fault:
            return await self._one(staff, login, fault=fault, filled=filled)
        if not filled.roles:
            return going(link(staff, PATH, done="gone"))
        return going(link(staff, _path(login), done="roles"))

    async def _invite(self, staff: StaffSession, login: str, filled: Filled) -> Response[str]:
        word, now = fresh_word(), self.assistant.clock.now()

        def change(asked: Asked) -> Awaitable[NotChanged | None]:
            return self.changes.invite(asked, digest_of(word_of(word)), now + INVITED_FOR)

        fault = await self.confirming.fault(staff, filled.password)
        fault = fault or await self._changed(staff, login, filled, "reset", change)
        if fault:
            return await self._one(staff, login, fault=fault)
        return self._secret(staff, login, word, now)

    async def _lock(self, staff: StaffSession, login: str, filled: Filled) -> Response[str]:
        # No password: locking somebody out is sometimes urgent, and gives nobody anything.
        fault = await self._changed(staff, login, filled, "disabled", self.changes.lock)
        if fault:
            return await self._one(staff, login, fault=fault)
        return going(link(staff, _path(login), done="locked"))

    async def _changed(
        self,
        staff: StaffSession,
        login: str,
        filled: Filled,
        action: str,
        change: Callable[[Asked], Awaitable[NotChanged | None]],
    ) -> str:
        entry = Entry(self.assistant.clock.now(), staff.viewer, action, login)
        refused = await change(self._asked(staff, login, filled, entry))
        _forbid(refused)
        return refused or ""

    def _asked(self, staff: StaffSession, login: str, filled: Filled, entry: Entry) -> Asked:
        return Asked(
            by=staff.staff_id, brand=staff.brand, login=login, seen=filled.seen, entry=entry
        )

    def _secret(self, staff: StaffSession, login: str, word: str, now: datetime) -> Response[str]:
        return self.door.frame.page(
            staff,
            "invitation.html",
            section="accounts",
            terms=Terms(self.assistant, staff),
            login=login,
            word=word,
            until=now + INVITED_FOR,
            account=_path(login),
        )


def _is_whole(staff: StaffSession, account: Account) -> bool:
    """Say whether somebody may lock an account: wherever it has roles, they are administrator."""
    if not is_shared(account, staff.brand):
        return True
    return all(staff.may(Right.STAFF, brand) for brand, roles in account.roles.items() if roles)


def _path(login: str) -> str:
    return f"{PATH}/{quote(login, safe='')}"


def _forbid(refused: NotChanged | None) -> None:
    """Treat who has lost the right meanwhile as anybody without it."""
    if refused is NotChanged.RIGHT:
        raise PermissionDeniedException("This is not among your rights.")
