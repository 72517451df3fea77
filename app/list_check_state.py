"""How far a list check is, as a server keeps it beside the list."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from marketing.listing import ListCheck

#: The file that says so.
STATE = "state.json"


class State(msgspec.Struct, kw_only=True):
    """How far a list check is."""

    id: str
    brand: str
    #: Who began it: rows of the list are theirs alone.
    viewer: str = ""
    #: `waiting`, `running`, `finished`, `failed` or `stopped`.
    status: str
    valid_until: datetime
    rows: int = 0
    share: float = 0.0
    #: What went wrong.
    detail: str | None = None
    summary: dict[str, Any] | None = None
    files: tuple[str, ...] = ()
    #: How those with rows end.
    suffix: str = ".csv"
    columns: tuple[str, ...] = ()


def waiting_state(check: ListCheck) -> State:
    """Return how far a check is that has just been taken."""
    return State(
        id=check.id,
        brand=check.question.brand,
        viewer=check.viewer,
        status="waiting",
        valid_until=check.valid_until,
    )


def files_for(viewer: str, state: State) -> tuple[str, ...]:
    """Return what somebody may fetch: rows are for whoever sent them, counts for the brand."""
    return tuple(n for n in state.files if n == "summary" or viewer == state.viewer)


def read_state(folder: Path) -> State | None:
    """Read how far a check is; none where nothing is kept of it."""
    try:
        return msgspec.json.decode((folder / STATE).read_bytes(), type=State)
    except (OSError, msgspec.DecodeError):
        return None
