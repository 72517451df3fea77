"""`consent serve`: all doors in one process, one ASGI application."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from litestar import Litestar, MediaType, Request, Response, get
from litestar.exceptions import HTTPException
from litestar.plugins import PluginProtocol
from litestar.plugins.core import MsgspecDIPlugin
from litestar.types import ControllerRouterHandler

from app.api_document import OPENAPI, StrictBodies
from app.composition import Assistant, register_notices
from app.list_check_keeping import keeping_lists
from app.marketing_door import marketing_routes
from app.notice_page import notice_routes
from app.own_data_routes import own_data_routes
from app.problems import place_of
from app.proof_schedule import proving
from app.receipt_page import receipt_routes
from app.settings import Settings
from app.sms_door import sms_routes
from app.sms_lines import open_lines, running
from app.store import Store
from app.system_door import system_routes
from app.term_sweep import informing
from consent.errors import StoreUnavailable
from storage.proofs import SqlProofs

if TYPE_CHECKING:
    from app.playground import Playground
    from app.telegram_door import Bots

_log = logging.getLogger("consent.server")


class _Server(Litestar):
    """Litestar without what it loads for models of Pydantic and attrs.

    Both are installed for others' sake; nothing here uses them (60 ms, 4 MB of every start).
    """

    @staticmethod
    def _get_default_plugins(plugins: list[PluginProtocol]) -> list[PluginProtocol]:
        return [*plugins, MsgspecDIPlugin()]


def build_server(
    assistant: Assistant,
    store: Store,
    settings: Settings,
    bots: Bots | None = None,
    playground: Playground | None = None,
) -> Litestar:
    """Return the application; the stores are closed when it shuts down."""

    @asynccontextmanager
    async def lifespan(_app: Litestar) -> AsyncIterator[None]:
        await register_notices(assistant, store.ledger)
        async with (
            bots.running() if bots else nullcontext(),
            running(open_lines(assistant, store, settings)),
            informing(store.database, store.hooks, assistant),
            keeping_lists(settings, assistant.clock),
            proving(settings.proofs, assistant.clock.now),
        ):
            yield
        await store.database.close()
        if playground:
            await playground.close()

    routes: list[ControllerRouterHandler] = [
        *sms_routes(assistant, store, settings),
        *(bots.routes() if bots else ()),
        *(playground.routes() if playground else ()),
        *notice_routes(assistant),
        *receipt_routes(assistant, SqlProofs(store.database)),
        *own_data_routes(assistant, store.copies),
        *system_routes(assistant, store, settings),
        *marketing_routes(assistant, store, settings),
        _alive,
        _ready_route(store),
    ]
    return _Server(
        routes,
        lifespan=[lifespan],
        openapi_config=OPENAPI,
        plugins=[StrictBodies()],
        exception_handlers={**_FAULTS},
    )


@get("/healthz", media_type=MediaType.TEXT, include_in_schema=False)
async def _alive() -> str:
    return "ok\n"


def _ready_route(store: Store) -> ControllerRouterHandler:
    @get("/readyz", media_type=MediaType.TEXT, include_in_schema=False)
    async def ready() -> str:
        await store.ledger.ping()
        return "ready\n"

    return ready


def _unavailable(_request: object, fault: StoreUnavailable) -> Response[str]:
    _log.error("the store cannot be reached: %s", fault.detail)
    headers = {"retry-after": "10"}
    return Response(
        "The store cannot be reached. Nothing was changed.\n",
        status_code=503,
        media_type=MediaType.TEXT,
        headers=headers,
    )


def _refused(_request: object, fault: HTTPException) -> Response[str]:
    """Answer in one plain line: no traceback, nothing of what was sent."""
    return Response(f"{fault.detail}\n", status_code=fault.status_code, media_type=MediaType.TEXT)


def _failed(request: Request[Any, Any, Any], fault: Exception) -> Response[str]:
    """Say that nothing was done and let the sender try again; log where, never what."""
    place = place_of(fault)
    # A link to somebody's data is a secret.
    path = "/my/…" if request.url.path.startswith("/my/") else request.url.path
    _log.error("failed: path=%s, %s at %s", path, type(fault).__name__, place)
    return Response(
        "Something went wrong here. Nothing was changed.\n",
        status_code=503,
        media_type=MediaType.TEXT,
        headers={"retry-after": "10"},
    )


_FAULTS: dict[int | type[Exception], Callable[[Request[Any, Any, Any], Any], Response[Any]]] = {
    StoreUnavailable: _unavailable,
    HTTPException: _refused,
    Exception: _failed,
}
