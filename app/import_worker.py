"""A process that prepares rows for the one that writes; see `app.import_crew`.

It has neither store nor file: rows come in by a pipe and go out by it, and so do the keys, which
are nowhere but in its memory. It ends when the pipe does, so with whoever started it.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from datetime import UTC, datetime
from multiprocessing.connection import Connection

import msgspec

from app.import_file import Row
from app.import_preparing import Preparer, Ready
from app.import_rows import RowReader
from consent.notices import Notice
from consent.papers import WiderShelf
from consent.states import Lens
from locales import ROOT
from locales.catalogue_source import load_catalogue
from locales.notice_lock import read_lock
from storage.vault import Vault

#: Objects after which Python looks for rings of them: what is prepared has none.
_OBJECTS = 200_000
_MODESTY = 5

ROWS = msgspec.msgpack.Decoder(list[Row])
READY = msgspec.msgpack.Decoder(Ready)


class Briefing(msgspec.Struct, array_like=True, frozen=True):
    """What rows are read and sealed with."""

    brand: str
    root_key: bytes
    index: bytes
    papers: list[Notice]

    def __repr__(self) -> str:
        """Show no key."""
        return f"Briefing(brand={self.brand!r})"


BRIEFING = msgspec.msgpack.Decoder(Briefing)


def serve(link: Connection) -> None:
    """Prepare whatever comes, until nothing can come any more."""
    try:
        preparer = _preparer(BRIEFING.decode(link.recv_bytes()))
        gc.freeze()
        gc.set_threshold(_OBJECTS)
        while True:
            ready = preparer.prepare(ROWS.decode(link.recv_bytes()))
            link.send_bytes(msgspec.msgpack.encode(ready))
    except (EOFError, ConnectionError):
        return


def _preparer(briefing: Briefing) -> Preparer:
    catalogue = load_catalogue(ROOT)
    notices = WiderShelf(read_lock(ROOT), briefing.papers)
    reader = RowReader(briefing.brand, catalogue, notices)
    vault = Vault(briefing.root_key, index=briefing.index)
    return Preparer(
        reader,
        vault,
        lambda brand, now: Lens(brand=brand, catalogue=catalogue, notices=notices, now=now),
        lambda: datetime.now(UTC),
    )


if __name__ == "__main__":
    # Whoever interrupts means the program that was started; its end is this one's.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Customers who write meanwhile come first.
    os.nice(_MODESTY)
    serve(Connection(int(sys.argv[1])))
