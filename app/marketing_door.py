"""What marketing and its systems may call: checks, counts, CAMARA, and how reasons are ranked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from litestar import MediaType, Request, Response, get
from litestar.params import QueryParameter
from litestar.types import ControllerRouterHandler

from app.audience_routes import audience_routes
from app.camara_routes import CamaraDoor, OwnTokens
from app.capture_page import Captures, capture_routes
from app.check_routes import CheckDesk, check_routes
from app.composition import Assistant
from app.consent_info import ConsentInfo
from app.list_check_keeping import open_list_desk
from app.list_check_routes import list_check_routes
from app.marketing.opening import staff_routes
from app.rate_limits import Quotas, RateLimits
from app.settings import Settings
from app.store import Store
from app.system_access import system_guard
from consent.access import TokenScope
from consent.states import Lens
from marketing.audience import Audience
from marketing.reasons_page import HEADERS, reasons_page
from storage.audience import SqlCrowd
from storage.checking import SqlChecking
from storage.tickets import SealedTickets

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

    from app.camara_routes import Bearers

_Language = Annotated[str, QueryParameter(name="lang", max_length=10)]


def marketing_routes(
    assistant: Assistant,
    store: Store,
    settings: Settings,
    *,
    quotas: Quotas | None = None,
    bearers: Bearers | None = None,
) -> list[ControllerRouterHandler]:
    """Return all routes of this door.

    :param bearers: who can tell whose a token is; our own tokens unless said otherwise.
    """
    clock, catalogue, most = assistant.clock, assistant.catalogue, quotas or Quotas()
    limits = RateLimits(clock.now)
    checking = SqlChecking(store.database, store.vault)

    def lens(brand: str) -> Lens:
        return assistant.house.lens(brand, clock.now())

    info = ConsentInfo(
        checking=checking,
        catalogue=catalogue,
        lens=lens,
        captures=_captures(assistant, store, settings, checking),
        callbacks=settings.callbacks,
    )
    whose = bearers or OwnTokens(store.tokens, clock)
    door = CamaraDoor(whose, limits, most.consent_info, info.retrieve)
    asks = system_guard(store.tokens, clock, TokenScope.CHECK)
    counts = system_guard(store.tokens, clock, TokenScope.AUDIENCE)
    desk = CheckDesk(consulting=checking, catalogue=catalogue, lens=lens)
    crowd = Audience(SqlCrowd(store.database), lens)
    lists = open_list_desk(assistant, store, settings)
    single, batch = [asks, limits.guard(most.check)], [asks, limits.guard(most.batch)]
    return [
        *check_routes(desk, single=single, batch=batch),
        *audience_routes(crowd, catalogue, guards=[counts, limits.guard(most.audience)]),
        *list_check_routes(lists, [asks, limits.guard(most.lists)]),
        *door.routes(),
        *capture_routes(info.captures),
        reasons_route(assistant),
        *staff_routes(assistant, store, settings, lists),
    ]


def _captures(
    assistant: Assistant, store: Store, settings: Settings, checking: SqlChecking
) -> Captures:
    return Captures(
        assistant=assistant,
        consulting=checking,
        tickets=SealedTickets(store.vault),
        # The numbers that customers can write to.
        senders={
            brand: twilio.sender
            for brand, twilio in settings.twilio.items()
            if twilio.sender and twilio.hears
        },
    )


def reasons_route(assistant: Assistant) -> HTTPRouteHandler:
    """Return the public page of reasons."""
    strings = assistant.texts.strings
    names = {one: strings[one]["chat"].say(f"language.{one}") for one in strings}

    @get("/marketing/reasons", include_in_schema=False)
    async def reasons(request: Request[Any, Any, Any], language: _Language = "") -> Response[str]:
        chosen = language if language in names else _preferred(request, [*names])
        page = reasons_page(chosen, strings[chosen]["reasons"].say, names)
        return Response(page, media_type=MediaType.HTML, headers=HEADERS)

    return reasons


def _preferred(request: Request[Any, Any, Any], languages: list[str]) -> str:
    """Return the first of the reader's languages that there is, else the first there is."""
    said = request.headers.get("accept-language", "").lower().split(",")
    wanted = [part.partition(";")[0].strip().partition("-")[0] for part in said]
    return next((one for one in wanted if one in languages), languages[0])
