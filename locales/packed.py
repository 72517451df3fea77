"""Files of bytes behind a line of JSON that says what they are: what was learnt from examples.

They are mapped, not copied into memory: what nobody asks for stays on the disk, and several
processes share the rest. So they are replaced, never written over.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

from consent.errors import CatalogueBroken

_BROKEN = (OSError, ValueError, KeyError, TypeError, OverflowError, MemoryError)


def map_file(path: Path) -> mmap:
    """Return a file, mapped; whatever happens to its name later.

    :raises OSError: it cannot be read.
    :raises ValueError: it is empty.
    """
    with path.open("rb") as stream:
        return mmap(stream.fileno(), 0, access=ACCESS_READ)


def facts_of(mapped: mmap) -> dict[str, Any]:
    """Return what the first line says; what follows it is read next.

    :raises ValueError: it says nothing, or something else about the size of the file.
    :raises KeyError: it does not say the size.
    """
    mapped.seek(0)
    head = mapped.readline()
    facts: dict[str, Any] = json.loads(head)
    length = len(mapped) - len(head)
    if length != facts["bytes"]:
        raise ValueError(f"{length} bytes instead of {facts['bytes']}")
    return facts


@contextmanager
def reading(name: str, made_by: str) -> Iterator[None]:
    """Refuse a file that is missing or broken.

    :raises CatalogueBroken: what is read inside is.
    """
    try:
        yield
    except FileNotFoundError:
        raise CatalogueBroken(name, "-", f"the file is missing; `{made_by}` makes it") from None
    except _BROKEN as fault:
        raise CatalogueBroken(name, "-", f"not readable: {fault}") from fault
