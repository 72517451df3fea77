"""What can be done with rows before the store is asked: reading, deciding, hashing, sealing.

Rows about strangers, most of a first import, need no more; see `storage.strangers`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec

from app.import_file import Row
from app.import_rows import Fault, RowReader
from consent.batches import Entry, Item
from consent.settling import work_at
from consent.states import Lens
from storage.ids import SystemEntropy
from storage.moulds import Moulds
from storage.strangers import Prepared, prepare
from storage.vault import Vault


class Ready(msgspec.Struct, array_like=True, frozen=True):
    """Rows that were prepared."""

    #: By place among the rows: why one says nothing that could be recorded.
    faults: dict[int, str]
    #: The others in their order. None: among them is what the order of rows matters for.
    prepared: Prepared | None


class Preparer:
    """Prepares rows as though nobody in them were known."""

    def __init__(
        self,
        reader: RowReader,
        vault: Vault,
        lens: Callable[[str, datetime], Lens],
        now: Callable[[], datetime],
    ) -> None:
        """Take what rows are read, judged, sealed and dated with."""
        self._reader, self._vault, self._lens, self._now = reader, vault, lens, now
        self._entropy, self._moulds = SystemEntropy(), Moulds()

    def prepare(self, rows: Sequence[Row]) -> Ready:
        """Read rows and decide on them."""
        faults, said = read_rows(self._reader, rows)
        entries = [item for item in said if isinstance(item, Entry)]
        if len(entries) < len(said):
            return Ready(faults=faults, prepared=None)
        work = work_at(self._now(), self._lens, self._entropy)
        return Ready(
            faults=faults,
            prepared=prepare(self._vault, self._entropy, self._moulds, entries, work),
        )


def read_rows(reader: RowReader, rows: Sequence[Row]) -> tuple[dict[int, str], list[Item]]:
    """Return what rows say, in their order, and by place why one says nothing."""
    faults: dict[int, str] = {}
    said: list[Item] = []
    for place, (_, values) in enumerate(rows):
        item = Fault.UNREADABLE_ROW if values is None else reader.read(values)
        if isinstance(item, str):
            faults[place] = item
        else:
            said.append(item)
    return faults, said
