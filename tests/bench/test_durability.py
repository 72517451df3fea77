"""Nothing is measured on a connection that does not wait for the disk, on either side."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from storage import sqlite
from tests.bench.floors.raw import (
    NotDurable,
    connect,
    open_connections,
    open_file,
    require_file,
    require_server,
)
from tests.bench.stores import FileHome, ServerHome, require_durable
from tests.store.servers import Server


@pytest.mark.parametrize(
    "statement",
    ["PRAGMA synchronous=NORMAL", "PRAGMA synchronous=OFF", "PRAGMA journal_mode=DELETE"],
)
def test_a_file_that_promises_less_is_refused(tmp_path: Path, statement: str) -> None:
    """The floor's own connection is good; one that was told to hurry is not."""
    with closing(open_file(tmp_path / "floor.db")) as store:
        require_file(store, "the floor")
        store.execute(statement)
        with pytest.raises(NotDurable, match="the floor"):
            require_file(store, "the floor")


@pytest.mark.parametrize("value", ["off", "local"])
def test_a_server_that_promises_less_is_refused(postgres: Server, value: str) -> None:
    """The same on PostgreSQL, whatever its default is set to."""

    async def run() -> None:
        (good,) = await open_connections(postgres.url, 1)
        await good.close()
        hurried = await connect(postgres.url)
        await hurried.execute(f"SET synchronous_commit = {value}")
        try:
            with pytest.raises(NotDurable, match="synchronous_commit"):
                await require_server(hurried, "the floor")
        finally:
            await hurried.close()

    asyncio.run(run())


def test_a_product_that_promises_less_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lower what the product asks of SQLite, and there is no benchmark of it."""
    store = FileHome(tmp_path).fresh()
    require_durable(store)
    set_up = sqlite._set_up

    def lowered(connection: sqlite3.Connection, record: object) -> None:
        set_up(connection, record)
        connection.execute("PRAGMA synchronous=NORMAL")

    monkeypatch.setattr(sqlite, "_set_up", lowered)
    with pytest.raises(NotDurable, match="the product"):
        require_durable(store)


def test_the_product_waits_on_a_server(postgres: Server) -> None:
    """Even where the server's default is not to wait."""
    home = ServerHome(postgres)
    store = home.fresh()
    name = store.partition("?")[0].rpartition("/")[2]
    postgres.run(f"ALTER DATABASE {name} SET synchronous_commit = off")
    require_durable(store)
    home.drop()
