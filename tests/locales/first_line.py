"""Files of bytes behind a line of JSON, with that line edited."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

Facts = dict[str, Any]
#: Of all that a file holds.
Edit = Callable[[bytes], bytes]


def facts(edit: Callable[[Facts], object]) -> Edit:
    """Return an edit of the first line alone."""

    def edited(raw: bytes) -> bytes:
        head, _, packed = raw.partition(b"\n")
        found = json.loads(head)
        edit(found)
        return json.dumps(found).encode() + b"\n" + packed

    return edited
