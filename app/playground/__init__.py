"""The playground at `/`: two phones in a browser, through the real doors' code, on a demo store.

It exists only where nothing real is set (`Settings.is_trial`), writes to the demo store alone and
talks to nobody: what the messenger is told to show comes back as the answer of the request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.playground.pages import page_routes
from app.playground.phones import Phones
from app.playground.talk import talk_routes

if TYPE_CHECKING:
    from litestar.types import ControllerRouterHandler

    from app.composition import Assistant
    from app.store import Store


class Playground:
    """The page, its phones and their store."""

    def __init__(self, assistant: Assistant, store: Store) -> None:
        """Serve an assistant that was composed on the demo store."""
        self._store = store
        self._phones = Phones(assistant, store)

    def routes(self) -> list[ControllerRouterHandler]:
        """Return the page and what its phones talk to."""
        return [*page_routes(), *talk_routes(self._phones)]

    async def close(self) -> None:
        """Let go of the demo store."""
        await self._store.database.close()
