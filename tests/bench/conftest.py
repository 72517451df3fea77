"""One server for all benchmarks of a run; each makes databases of its own on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from app.bench_scope import Place
from tests.store.servers import Server, server


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """Return a server of our own."""
    with server(durable=True) as running:
        yield running


@pytest.fixture(scope="session")
def place_of(request: pytest.FixtureRequest) -> Callable[[str], Place]:
    """Return what says where a kind of store is; the server is started for those who ask."""

    def find(name: str) -> Place:
        if name == "SQLite":
            return Place(name=name)
        running: Server = request.getfixturevalue("postgres")
        return Place(name=name, url=running.url)

    return find
