"""`POST /api/v1/decisions` and `/service-events`: what a till, a portal or a call centre tells.

They owe the same evidence as an import, and are judged by the same rules. One request is one
transaction: what is answered is committed. Errors are problem details (RFC 9457).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from litestar import Response, post
from litestar.params import JSONBody

from app import api_examples
from app.api_terms import AnyRequest, Key, fresh, terms
from app.decision_entries import (
    EntryReader,
    Outcomes,
    ServiceEvent,
    ServiceEvents,
    TakenDecision,
    TakenDecisions,
    outcomes,
)
from app.idempotency import Answers
from app.system_access import token_of
from consent.access import Token
from consent.desk import ConsentDesk, House

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler
    from litestar.types import Guard

_log = logging.getLogger("consent.decisions")

#: 500 entries with long documents.
LARGEST_BODY = 2 * 1024 * 1024
_AWAY = "Send the same again: what was recorded after all comes back as already_there."


def decision_routes(
    desk: ConsentDesk, house: House, guards: Sequence[Guard]
) -> list[HTTPRouteHandler]:
    """Return the routes by which other systems tell what customers decided there.

    :param guards: who may tell; they leave the token, and what is left, with the request.
    """
    office = _Office(desk, house)
    decisions = terms(guards, _AWAY, 413, 422, shown=api_examples.DECISIONS)
    events = terms(guards, _AWAY, 413, 422, shown=api_examples.SERVICE_EVENTS)

    @post(
        "/api/v1/decisions",
        status_code=200,
        request_max_body_size=LARGEST_BODY,
        summary="Tell decisions that customers took elsewhere",
        **decisions,
    )
    async def tell_decisions(
        request: AnyRequest, data: JSONBody[TakenDecisions], key: Key = None
    ) -> Response[Outcomes]:
        told = await office.take(request, data.decisions, key)
        return Response(told, headers=fresh(request))

    @post(
        "/api/v1/service-events",
        status_code=200,
        request_max_body_size=LARGEST_BODY,
        summary="Tell that a service ended or began again, or whose a number is",
        **events,
    )
    async def tell_service_events(
        request: AnyRequest, data: JSONBody[ServiceEvents], key: Key = None
    ) -> Response[Outcomes]:
        told = await office.take(request, data.events, key)
        return Response(told, headers=fresh(request))

    return [tell_decisions, tell_service_events]


class _Office:
    """Takes what is told to the desk."""

    def __init__(self, desk: ConsentDesk, house: House) -> None:
        self._desk = desk
        self._answers: Answers[Outcomes] = Answers()
        self._readers = {
            brand: EntryReader(brand, house.catalogue, house.notices)
            for brand in map(str, house.catalogue.brands)
        }

    async def take(
        self, request: AnyRequest, told: Sequence[TakenDecision | ServiceEvent], key: str | None
    ) -> Outcomes:
        """Record what is told; return what became of each entry.

        :raises StoreUnavailable: nothing was recorded, or nobody can tell.
        :raises KeyReused: the key came with another body.
        """
        token = token_of(request)
        work = partial(self._record, token, told)
        if key is None:
            return await work()
        name = f"{token.id} {request.url.path} {key}"
        return await self._answers.once(name, await request.body(), len(told), work)

    async def _record(
        self, token: Token, told: Sequence[TakenDecision | ServiceEvent]
    ) -> Outcomes:
        read = [self._readers[token.brand].read(entry) for entry in told]
        entries = [said for said in read if not isinstance(said, str)]
        fates = await self._desk.record_batch(entries)
        refused = len(read) - sum(fate.refusal is None for fate in fates)
        _log.info(
            "told by %s (token %s): %d entries, %d refused",
            token.holder,
            token.id,
            len(read),
            refused,
        )
        return outcomes(read, fates)
