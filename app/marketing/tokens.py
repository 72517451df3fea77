"""Tokens: the ways in of other systems at this brand, issued, replaced and ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote
from uuid import UUID

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, QueryParameter

from app.composition import Assistant
from app.marketing.accounts import LARGEST
from app.marketing.confirming import Confirming
from app.marketing.frame import link
from app.marketing.session import Asking, Staff, StaffDoor, going, needs
from app.marketing.terms import Terms
from consent.access import Token, TokenScope, digest_of
from consent.staff import Entry
from consent.token_rotation import ROTATED, NotRotated, Replacing
from marketing.access import Right, StaffSession
from storage.ids import fresh_secret, uuid7
from storage.token_changes import SqlTokenChanges

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

PATH = "/marketing/tokens"
LONGEST_HOLDER = 80
#: Days a new token may be good, and hours a replaced one may go on.
DAYS, USUAL_DAYS = (30, 90, 180, 366), 90
GRACES, USUAL_GRACE = (0, 1, 24, 168), 24
_STATUS = {"": 200, "unknown": 404, "password": 403, "busy": 503, "holder": 400, "scope": 400}
_CLASH = 409
_Done = Annotated[str, QueryParameter(name="done", max_length=20)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What a form said; no page shows its password again."""

    holder: str = ""
    scopes: frozenset[TokenScope] = frozenset()
    days: int = USUAL_DAYS
    grace: int = USUAL_GRACE
    #: The id of the token to be: a form that is sent twice makes one.
    once: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class TokenPages:
    """The list, a token, and what can be done with it."""

    door: StaffDoor
    assistant: Assistant
    changes: SqlTokenChanges
    confirming: Confirming

    def routes(self) -> list[HTTPRouteHandler]:
        """Return the routes of these pages."""
        guards = [needs(Right.TOKENS)]

        @get(PATH, guards=guards)
        async def all_of_them(staff: Staff) -> Response[str]:
            return await self._list(staff)

        @post(PATH, guards=guards, status_code=200, request_max_body_size=LARGEST)
        async def issue(request: Asking, staff: Staff) -> Response[str]:
            return await self._issue(staff, _read(await request.form()))

        @get(f"{PATH}/{{token:str}}", guards=guards)
        async def one(staff: Staff, token: FromPath[str], done: _Done = "") -> Response[str]:
            return await self._one(staff, token, done=done)

        @post(
            f"{PATH}/{{token:str}}/{{act:str}}",
            guards=guards,
            status_code=200,
            request_max_body_size=LARGEST,
        )
        async def change(
            request: Asking, staff: Staff, token: FromPath[str], act: FromPath[str]
        ) -> Response[str]:
            acts = {"rotation": self._rotate, "end": self._revoke}
            if act not in acts:
                raise NotFoundException("There is no such page.")
            return await acts[act](staff, token, _read(await request.form()))

        return [all_of_them, issue, one, change]

    async def _list(
        self, staff: StaffSession, *, fault: str = "", filled: Filled | None = None
    ) -> Response[str]:
        now = self.assistant.clock.now()
        found = await self.changes.listed(staff.brand)
        return self.door.frame.page(
            staff,
            "tokens.html",
            section="tokens",
            status=_STATUS.get(fault, _CLASH),
            terms=Terms(self.assistant, staff),
            good=[one for one in found if one.is_good(now)],
            ended=[one for one in reversed(found) if not one.is_good(now)],
            known={one.id: one for one in found},
            heirs=_heirs(found),
            at=now,
            fault=fault,
            filled=filled or Filled(),
            once=uuid7(now),
            scopes=tuple(TokenScope),
            days=DAYS,
            longest=LONGEST_HOLDER,
        )

    async def _one(
        self, staff: StaffSession, token: str, *, fault: str = "", done: str = ""
    ) -> Response[str]:
        found = await self.changes.listed(staff.brand)
        known = {one.id: one for one in found}
        if token not in known:
            return await self._list(staff, fault="unknown")
        now = self.assistant.clock.now()
        return self.door.frame.page(
            staff,
            "token.html",
            section="tokens",
            status=_STATUS.get(fault, _CLASH),
            terms=Terms(self.assistant, staff),
            here=_path(token),
            token=known[token],
            is_good=known[token].is_good(now),
            known=known,
            heir=_heirs(found).get(token),
            at=now,
            fault=fault,
            done=done == "ended",
            graces=GRACES,
            usual=USUAL_GRACE,
        )

    async def _issue(self, staff: StaffSession, filled: Filled) -> Response[str]:
        fault = "holder" if not filled.holder else "" if filled.scopes else "scope"
        fault = fault or await self.confirming.fault(staff, filled.password)
        if fault:
            return await self._list(staff, fault=fault, filled=filled)
        now, secret = self.assistant.clock.now(), fresh_secret()
        token = Token(
            id=filled.once or uuid7(now),
            brand=staff.brand,
            holder=filled.holder,
            scopes=filled.scopes,
            created_at=now,
            expires_at=now + timedelta(days=filled.days),
        )
        entry = Entry(now, staff.viewer, "issued a token", "")
        if not await self.changes.issue(token, digest_of(secret), entry):
            return await self._list(staff, fault="twice")
        return self._secret(staff, token, secret)

    async def _rotate(self, staff: StaffSession, token: str, filled: Filled) -> Response[str]:
        fault = await self.confirming.fault(staff, filled.password)
        if fault:
            return await self._one(staff, token, fault=fault)
        now, secret = self.assistant.clock.now(), fresh_secret()
        asked = Replacing(
            token=token,
            brand=staff.brand,
            successor=uuid7(now),
            digest=digest_of(secret),
            grace=timedelta(hours=filled.grace),
            entry=Entry(now, staff.viewer, ROTATED, ""),
        )
        found = await self.changes.rotate(asked)
        if isinstance(found, NotRotated):
            return await self._one(staff, token, fault=found)
        return self._secret(staff, found.new, secret, old_ends=found.old.expires_at)

    async def _revoke(self, staff: StaffSession, token: str, _filled: Filled) -> Response[str]:
        # No password: a token in the wrong hands is to end at once.
        entry = Entry(self.assistant.clock.now(), staff.viewer, "revoked a token", "")
        if await self.changes.revoke(token, entry, staff.brand) is None:
            return await self._one(staff, token, fault=NotRotated.ENDED)
        return going(link(staff, _path(token), done="ended"))

    def _secret(
        self,
        staff: StaffSession,
        token: Token,
        secret: str,
        *,
        old_ends: datetime | None = None,
    ) -> Response[str]:
        return self.door.frame.page(
            staff,
            "issued.html",
            section="tokens",
            terms=Terms(self.assistant, staff),
            token=token,
            secret=secret,
            old_ends=old_ends,
            is_over=old_ends is not None and old_ends <= token.created_at,
        )


def _heirs(tokens: tuple[Token, ...]) -> dict[str, Token]:
    """Return by token what has replaced it; what was revoked has replaced nothing."""
    return {one.replaces: one for one in tokens if one.replaces and not one.revoked_at}


def _read(form: FormMultiDict) -> Filled:
    said = {str(scope) for scope in form.getall("scope", [])}
    return Filled(
        holder=" ".join(str(form.get("holder", "")).split())[:LONGEST_HOLDER],
        scopes=frozenset(scope for scope in TokenScope if scope in said),
        days=_number(form.get("days"), DAYS, USUAL_DAYS),
        grace=_number(form.get("grace"), GRACES, USUAL_GRACE),
        once=_id(str(form.get("once", ""))),
        password=str(form.get("password", "")),
    )


def _number(said: object, known: tuple[int, ...], usual: int) -> int:
    return next((one for one in known if str(one) == said), usual)


def _id(said: str) -> str:
    """Return an id as we make them; nothing for anything else."""
    try:
        return str(UUID(said)) if len(said) == len(str(UUID(int=0))) else ""
    except ValueError:
        return ""


def _path(token: str) -> str:
    return f"{PATH}/{quote(token, safe='')}"
