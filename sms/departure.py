"""Whether a request has left this machine: what has not can be sent again without a thought."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from aiohttp import ClientSession, TraceConfig


class Departure:
    """One request on its way out."""

    #: It has left, or may have.
    left = False


_current: ContextVar[Departure] = ContextVar("departure")


@contextmanager
def departing() -> Iterator[Departure]:
    """Return the departure of the one request that is made within."""
    departure = Departure()
    before = _current.set(departure)
    try:
        yield departure
    finally:
        _current.reset(before)


def watching() -> TraceConfig:
    """Return what a session must be opened with so that departures are seen."""
    watch = TraceConfig()
    watch.on_request_headers_sent.append(_leave)
    return watch


async def _leave(_session: ClientSession, _context: object, _headers: object) -> None:
    _current.get().left = True
