"""`consent forget --list` and `--reapply`: so that a restored backup forgets again."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec

from app.check_command import viewer
from app.settings import load_settings
from app.store import Store, with_store
from locales import ROOT
from locales.catalogue_source import load_catalogue
from storage.durable import fresh_file
from storage.ids import SystemEntropy
from storage.reapplying import Gone, Heading, ListBroken, SqlForgotten


def write_list(file: Path) -> str:
    """Write who was forgotten and which numbers changed hands; return what is to be said.

    :raises ListBroken: the file is there already, or cannot be written.
    """

    async def read(store: Store) -> list[Gone | Heading]:
        found = SqlForgotten(store.database, store.vault)
        return [found.heading, *await found.list()]

    lines = with_store(load_settings(load_catalogue(ROOT)), read)
    try:
        with fresh_file(file) as stream:
            stream.writelines(msgspec.json.encode(line) + b"\n" for line in lines)
    except OSError as fault:
        raise ListBroken(f"{file}: {fault.strerror or fault}") from fault
    return (
        f"{len(lines) - 1} listed in {file}. Keep it apart from the backups, and newer than them."
    )


def reapply_list(file: Path) -> str:
    """Forget again whoever a list names and the store still knows; return what was done.

    :raises ListBroken: the file cannot be read, or is another store's; nothing was done.
    """
    heading, lines = _read(file)

    async def reapply(store: Store) -> tuple[int, int]:
        found = SqlForgotten(store.database, store.vault)
        if heading != found.heading:
            raise ListBroken(f"{file} is another store's, or of another version")
        forgotten = released = 0
        for gone in lines:
            done = await found.reapply(gone, viewer(), datetime.now(UTC), SystemEntropy())
            forgotten, released = forgotten + done.forgotten, released + done.released
        await found.scrub()
        return forgotten, released

    forgotten, released = with_store(load_settings(load_catalogue(ROOT)), reapply)
    return (
        f"Lines: {len(lines)}; people forgotten again: {forgotten}; numbers taken off whoever had "
        f"them before: {released}. The rest was so already."
    )


def _read(file: Path) -> tuple[Heading, list[Gone]]:
    try:
        first, *rest = file.read_bytes().splitlines()
        heading = msgspec.json.decode(first, type=Heading)
        # In the order in which it happened: a number can have had several owners.
        lines = sorted((msgspec.json.decode(x, type=Gone) for x in rest), key=lambda x: x.at)
    except OSError as fault:
        raise ListBroken(f"{file}: {fault.strerror or fault}") from fault
    except (ValueError, TypeError) as fault:
        raise ListBroken(f"{file}: {fault}") from fault
    return heading, lines
