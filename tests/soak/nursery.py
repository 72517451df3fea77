"""Servers that are born in an instant, to be killed by the hundred.

`python -m tests.soak.nursery` loads the program and all words once. For every line `serve` it
prints the id of a child that runs `consent serve` from its first line on: settings, store, doors,
courier, relay; only files of words are not read again. For every line `bury` it waits for the
last child's death.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys
from collections.abc import Callable
from typing import Any

from app import composition, serving
from locales import ROOT
from locales.catalogue_source import load_catalogue
from locales.lexicon import load_lexicon
from locales.wording import load_texts

#: Loaded by every server sooner or later.
_LATER = (
    "aiosqlite",
    "asyncpg",
    "sqlalchemy.dialects.postgresql.asyncpg",
    "sqlalchemy.dialects.sqlite.aiosqlite",
    "sqlalchemy.dialects.sqlite.pysqlite",
    "storage.postgres",
    "storage.sqlite",
    "uvicorn.lifespan.on",
    "uvicorn.loops.auto",
    "uvicorn.protocols.http.auto",
)


def main() -> None:
    """Load everything, then do as told until there is nothing more to read."""
    catalogue, texts = load_catalogue(ROOT), load_texts(ROOT)
    lexicon = load_lexicon(ROOT, texts.catalogue)
    for module, name, found in (
        (serving, "load_catalogue", catalogue),
        (composition, "load_texts", texts),
        (composition, "load_lexicon", lexicon),
    ):
        setattr(module, name, _known(found))
    for name in _LATER:
        importlib.import_module(name)
    gc.freeze()
    print("ready", flush=True)  # noqa: T201
    child = 0
    # Not by iteration, which reads ahead: a child would be born with what was read.
    while line := sys.stdin.readline():
        if line.strip() == "bury":
            print(os.waitpid(child, 0)[1], flush=True)  # noqa: T201
            continue
        child = os.fork()
        if not child:
            _live()
        print(child, flush=True)  # noqa: T201


def _known(found: object) -> Callable[..., Any]:
    def load(*_: object) -> object:
        return found

    return load


def _live() -> None:
    """Be a server; what it says goes where its complaints go."""
    os.dup2(2, 1)
    try:
        serving.run_server()
    finally:
        os._exit(1)


if __name__ == "__main__":
    main()
