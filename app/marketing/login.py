"""`/marketing/login` and `/marketing/logout`: the only pages that show themselves to anybody.

Before the log-in a form has a secret of its own in the cookie, so that nobody can be logged in
from elsewhere; it opens nothing, and the session gets a new one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from litestar import Request, Response, get, post
from litestar.exceptions import PermissionDeniedException
from litestar.params import FromPath, QueryParameter

from app.marketing.forms import token_of
from app.marketing.frame import HOME, link, sections_of
from app.marketing.reception import Entered, Invited, Reception, Refused
from app.marketing.session import LOGIN, Asking, Staff, StaffDoor, fresh, going, staff_of
from app.marketing.tries import Tries, address_of
from consent.access import digest_of
from marketing.passwords import LONGEST, SHORTEST, Refusal
from storage.passwords import TooBusy

if TYPE_CHECKING:
    from litestar.types import ControllerRouterHandler

PASSWORD = "/marketing/login/password"  # noqa: S105 – a path
#: A log-in is short.
_LARGEST = 8_192
_WRONG, _MANY, _BUSY, _AGAIN = 403, 429, 503, 422
_Next = Annotated[str, QueryParameter(name="next", max_length=1000)]
_Back = Annotated[str, QueryParameter(name="back", max_length=1000)]


@dataclass(frozen=True, slots=True)
class _Form:
    """What was typed."""

    login: str = ""
    word: str = ""
    password: str = ""
    back: str = ""


class LoginPages:
    """The log-in, in every state."""

    def __init__(self, door: StaffDoor, reception: Reception) -> None:
        """Let people in at this door."""
        self._door, self._reception = door, reception
        self._tries = Tries(door.clock.now)

    async def show(self, request: Asking, back: str) -> Response[Any]:
        """Show the log-in; whoever is in already goes on."""
        if await self._door.seated(request):
            return going(_inside(back))
        return await self.page(request, _Form(back=back))

    async def enter(self, request: Asking) -> Response[Any]:
        """Let in by a password; on an invitation ask for one."""
        form = await self._sent(request)
        if isinstance(form, Response):
            return form
        try:
            found = await self._reception.enter(form.login, form.word)
        except TooBusy:
            return await self.page(request, form, _BUSY, "busy")
        if isinstance(found, Invited):
            self._tries.give_back(self._address(request))
            return await self.page(request, form, choosing=True)
        return await self._done(request, form, found)

    async def choose(self, request: Asking) -> Response[Any]:
        """Keep a chosen password, and let in."""
        form = await self._sent(request)
        if isinstance(form, Response):
            return form
        try:
            found = await self._reception.choose(form.login, form.word, form.password)
        except TooBusy:
            return await self.page(request, form, _BUSY, "busy", choosing=True)
        if isinstance(found, Refusal):
            self._tries.give_back(self._address(request))
            return await self.page(request, form, _AGAIN, f"password.{found}", choosing=True)
        return await self._done(request, form, found)

    async def leave(self, request: Asking) -> Response[Any]:
        """End the session of whoever asks."""
        secret, staff = self._door.secret_of(request), staff_of(request)
        if secret:
            await self._reception.leave(digest_of(secret), staff.login)
        return going(LOGIN, self._door.dropped())

    async def page(
        self,
        request: Asking,
        form: _Form,
        status: int = 200,
        fault: str = "",
        *,
        choosing: bool = False,
    ) -> Response[Any]:
        """Return the log-in, or the choice of a password."""
        door = self._door
        secret = door.secret_of(request) or fresh()
        is_safe = door.is_safe(request)
        answer = door.frame.render(
            "password.html" if choosing else "login.html",
            door.language(request),
            status if is_safe else _WRONG,
            here=LOGIN,
            form=form,
            fault=fault if is_safe else "unsafe",
            csrf=token_of(secret),
            is_empty=await self._reception.staff.is_empty(),
            shortest=SHORTEST,
            longest=LONGEST,
        )
        if is_safe:
            answer.set_cookie(door.kept(secret))
        return answer

    async def _sent(self, request: Asking) -> _Form | Response[Any]:
        """Return what was typed, or why it is not even looked at."""
        said = await request.form()
        values = {name: str(said.get(name, "")) for name in _Form.__dataclass_fields__}
        form = _Form(**values)
        try:
            await self._door.check_form(request, self._door.secret_of(request) or "")
        except PermissionDeniedException:
            return await self.page(request, form, _WRONG, "stale")
        if not self._door.is_safe(request):
            return await self.page(request, form, _WRONG)
        wait = self._tries.take(self._address(request))
        if wait:
            answer = await self.page(request, form, _MANY, "many")
            answer.headers["retry-after"] = str(wait)
            return answer
        return form

    async def _done(self, request: Asking, form: _Form, found: Entered | Refused) -> Response[Any]:
        if not isinstance(found, Entered):
            return await self.page(request, form, _WRONG, "wrong")
        self._tries.give_back(self._address(request))
        return going(_inside(form.back), self._door.kept(found.secret))

    def _address(self, request: Asking) -> str:
        peer = request.client.host if request.client else ""
        return address_of(peer, request.headers.get("x-forwarded-for", ""))


def login_routes(door: StaffDoor, reception: Reception) -> list[ControllerRouterHandler]:
    """Return the log-in, the way out, the choice of a language, and what stands before all."""
    pages = LoginPages(door, reception)
    languages = tuple(door.frame.languages)

    @get(LOGIN, include_in_schema=False)
    async def show(request: Request[Any, Any, Any], back: _Next = "") -> Response[Any]:
        return await pages.show(request, back)

    @post(LOGIN, status_code=200, include_in_schema=False, request_max_body_size=_LARGEST)
    async def enter(request: Request[Any, Any, Any]) -> Response[Any]:
        return await pages.enter(request)

    @post(PASSWORD, status_code=200, include_in_schema=False, request_max_body_size=_LARGEST)
    async def choose(request: Request[Any, Any, Any]) -> Response[Any]:
        return await pages.choose(request)

    @get(PASSWORD, include_in_schema=False)
    async def begin_again() -> Response[Any]:
        return going(LOGIN)

    @get("/marketing/language/{code:str}", include_in_schema=False)
    async def speak(code: FromPath[str], back: _Back = "") -> Response[Any]:
        chosen = [door.spoken(code)] if code in languages else []
        return going(_inside(back), *chosen)

    @get(HOME)
    async def home(staff: Staff) -> Response[Any]:
        return going(link(staff, sections_of(staff)[0].path))

    @post("/marketing/logout", status_code=200)
    async def leave(request: Request[Any, Any, Any]) -> Response[Any]:
        return await pages.leave(request)

    return [show, enter, choose, begin_again, speak, door.router(home, leave)]


def _inside(back: str) -> str:
    """Return where to go on: a page of ours, whatever the address says."""
    is_ours = back == HOME or back.startswith((f"{HOME}/", f"{HOME}?"))
    is_plain = back.isascii() and back.isprintable() and "\\" not in back and "//" not in back
    return back if is_ours and is_plain else HOME
