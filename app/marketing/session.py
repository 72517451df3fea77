"""Who is asking: the session behind a cookie, what they may, and that their forms are their own.

The cookie carries 256 random bits; the store knows their SHA-256. Rights are read with every
request, so disabling an account or taking a role works at once.
"""

from __future__ import annotations

import hmac
import secrets
from typing import Any
from urllib.parse import urlencode, urlsplit

from litestar import MediaType, Request, Response, Router
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.di import NamedDependency, Provide
from litestar.exceptions import NotAuthorizedException, PermissionDeniedException
from litestar.handlers import BaseRouteHandler
from litestar.types import ControllerRouterHandler

from app.composition import Assistant
from app.marketing.forms import is_from_us, token_of
from app.marketing.frame import HEADERS, HOME, Frame, language_of
from app.settings import OWN_MACHINE, Settings
from app.system_access import Guard
from consent.access import digest_of
from consent.staff import ABSOLUTE, Seated
from marketing.access import Right, StaffSession
from storage.staff_sessions import SqlStaffSessions

LOGIN = "/marketing/login"
_LANGUAGE = "consent_language"
_YEAR = 365 * 24 * 60 * 60
#: Under this name whoever asks is kept with the request.
_STATE = "staff"
_SAFE = frozenset({"GET", "HEAD"})
_FORM = "application/x-www-form-urlencoded"

Asking = Request[Any, Any, Any]
#: What a page behind the door asks for, under the name `staff`.
Staff = NamedDependency[StaffSession]


def needs(right: Right) -> Guard:
    """Return what lets in whoever has a right at the brand they ask about."""

    async def guard(
        connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler
    ) -> None:
        if not staff_of(connection).may(right):
            raise PermissionDeniedException("This is not among your rights.")

    return guard


def staff_of(connection: ASGIConnection[Any, Any, Any, Any]) -> StaffSession:
    """Return who asks, once the door has let them in.

    :raises NotAuthorizedException: nobody who has logged in.
    """
    found = connection.state.get(_STATE)
    if not isinstance(found, StaffSession):
        raise NotAuthorizedException("Nobody has logged in.")
    return found


async def _provided(request: Asking) -> StaffSession:
    return staff_of(request)


class StaffDoor:
    """Everything between a browser and the pages."""

    def __init__(
        self,
        assistant: Assistant,
        sessions: SqlStaffSessions,
        settings: Settings,
    ) -> None:
        """Let staff in on the store's accounts."""
        self.frame = Frame(assistant)
        self.clock = assistant.clock
        self.sessions = sessions
        self._languages = tuple(assistant.texts.strings)
        self._brands = tuple(map(str, assistant.catalogue.brands))
        self._public = settings.public_url
        self._is_secure = settings.public_url.startswith("https://")
        #: Browsers take `__Host-` from https alone, and from no neighbour.
        self.cookie = "__Host-consent_staff" if self._is_secure else "consent_staff"

    def router(self, *handlers: ControllerRouterHandler) -> Router:
        """Return pages behind the log-in; each may ask for `staff: Staff`.

        Whatever is not a GET must come from a form of the same session: its field `csrf`, or,
        where the body is a file, the header `x-csrf-token` or `?csrf=`.
        """

        # Functions, for Litestar copies what it is given, and a door is not to be copied.
        async def enter(
            connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler
        ) -> None:
            await self.enter(connection)

        def to_login(request: Asking, fault: NotAuthorizedException) -> Response[Any]:
            return self._to_login(request, fault)

        def forbidden(request: Asking, fault: PermissionDeniedException) -> Response[Any]:
            return self._forbidden(request, fault)

        return Router(
            path="/",
            route_handlers=list(handlers),
            guards=[enter],
            dependencies={"staff": Provide(_provided)},
            exception_handlers={
                NotAuthorizedException: to_login,
                PermissionDeniedException: forbidden,
            },
            include_in_schema=False,
        )

    async def enter(self, connection: ASGIConnection[Any, Any, Any, Any]) -> None:
        """Let in whoever has a session, and no form but their own."""
        secret = self.secret_of(connection)
        seated = await self.seated(connection)
        if secret is None or seated is None:
            raise NotAuthorizedException("Nobody has logged in.")
        brands = [brand for brand in self._brands if seated.roles.get(brand)]
        if not brands:
            raise NotAuthorizedException("Nobody has logged in.")
        asked = connection.query_params.get("brand", brands[0])
        connection.state[_STATE] = StaffSession(
            staff_id=seated.staff_id,
            login=seated.login,
            roles={brand: seated.roles[brand] for brand in brands},
            brand=asked if asked in brands else brands[0],
            language=self.language(connection),
            csrf=token_of(secret),
        )
        if asked not in brands:
            raise PermissionDeniedException("This brand is not among yours.")
        if isinstance(connection, Request) and connection.method not in _SAFE:
            await self.check_form(connection, secret)

    async def seated(self, connection: ASGIConnection[Any, Any, Any, Any]) -> Seated | None:
        """Return whose session a cookie is; nobody's if it is none, over or disabled."""
        secret = self.secret_of(connection)
        if secret is None:
            return None
        return await self.sessions.find(digest_of(secret), self.clock.now())

    async def check_form(self, request: Asking, secret: str) -> None:
        """Let through what a page of ours has sent in this session.

        :raises PermissionDeniedException: another site's form, or another session's.
        """
        said = request.headers.get("x-csrf-token") or str(request.query_params.get("csrf", ""))
        if request.headers.get("content-type", "").startswith(_FORM):
            said = str((await request.form()).get("csrf", said))
        is_right = hmac.compare_digest(said.encode(), token_of(secret).encode())
        if not (is_right and is_from_us(request, self._public)):
            raise PermissionDeniedException("This form is not from this session.")

    def is_safe(self, connection: ASGIConnection[Any, Any, Any, Any]) -> bool:
        """Say whether a password may travel: over https, or within this machine."""
        name = urlsplit(f"//{connection.headers.get('host', '')}").hostname
        return self._is_secure or name in OWN_MACHINE

    def secret_of(self, connection: ASGIConnection[Any, Any, Any, Any]) -> str | None:
        """Return what the cookie carries, if that can be a secret of ours."""
        found = connection.cookies.get(self.cookie, "")
        return found if len(found) == len(fresh()) and found.isascii() else None

    def language(self, connection: ASGIConnection[Any, Any, Any, Any]) -> str:
        """Return the language to answer in."""
        return language_of(connection, self._languages, _LANGUAGE)

    def kept(self, secret: str) -> Cookie:
        """Return the cookie of a session, or of a form that may become one."""
        return self._cookie(self.cookie, secret, int(ABSOLUTE.total_seconds()))

    def dropped(self) -> Cookie:
        """Return what makes a browser forget its session."""
        return self._cookie(self.cookie, "", 0)

    def spoken(self, language: str) -> Cookie:
        """Return what makes a browser remember its language."""
        return self._cookie(_LANGUAGE, language, _YEAR)

    def _cookie(self, name: str, value: str, seconds: int) -> Cookie:
        return Cookie(
            key=name,
            value=value,
            max_age=seconds,
            path="/",
            secure=self._is_secure,
            httponly=True,
            samesite="strict",
        )

    def _to_login(self, request: Asking, _fault: NotAuthorizedException) -> Response[Any]:
        """Send whoever is nobody to the log-in, and back afterwards."""
        if wants_json(request):
            return Response({"detail": "Nobody has logged in."}, status_code=401, headers=HEADERS)
        path = request.url.path
        wanted = f"{path}?{request.url.query}" if request.url.query else path
        back = {"next": wanted} if request.method in _SAFE and path != HOME else {}
        return going(f"{LOGIN}?{urlencode(back)}" if back else LOGIN)

    def _forbidden(self, request: Asking, fault: PermissionDeniedException) -> Response[Any]:
        """Say that this is not among somebody's rights, and nothing of what it would have been."""
        staff = request.state.get(_STATE)
        if wants_json(request) or not isinstance(staff, StaffSession):
            return Response({"detail": fault.detail}, status_code=403, headers=HEADERS)
        return self.frame.page(staff, "forbidden.html", status=403)


def wants_json(request: Asking) -> bool:
    """Say whether a script asks, which can do nothing with a page."""
    return "application/json" in request.headers.get("accept", "")


def going(address: str, *cookies: Cookie) -> Response[Any]:
    """Return what sends a browser on to another page of ours."""
    headers = HEADERS | {"location": address}
    return Response(
        "", status_code=303, headers=headers, media_type=MediaType.TEXT, cookies=list(cookies)
    )


def fresh() -> str:
    """Return a new secret of 256 bits."""
    return secrets.token_urlsafe(32)
