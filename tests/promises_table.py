"""Every promise with the tests that show it: read `promises.toml`, print it as Markdown.

`python -m tests.promises_table` prints the table.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TABLE = Path(__file__).with_name("promises.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """One promise: in a few words, and who shows it."""

    id: str
    says: str
    tests: tuple[str, ...] = ()
    not_ours: str | None = None
    missing: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Where promises come from."""

    title: str
    promises: tuple[Promise, ...]


def sources() -> tuple[Source, ...]:
    """Return all promises by their source, in the order of the file.

    :raises TypeError: an entry has a key that is none of ours, or lacks `says`.
    """
    read = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return tuple(
        Source(
            part["title"],
            tuple(
                Promise(**entry | {"id": name, "tests": tuple(entry.get("tests", ()))})
                for name, entry in part["promises"].items()
            ),
        )
        for part in read.values()
    )


def markdown() -> Iterator[str]:
    """Return the lines of the table: a heading and a table a source, and the sum of it all."""
    every = [promise for source in sources() for promise in source.promises]
    shown = sum(bool(promise.tests) for promise in every)
    lacking = sum(bool(promise.missing) for promise in every)
    yield f"{len(every)} promises: {shown} shown by tests, {lacking} with something missing."
    for source in sources():
        yield ""
        yield f"## {source.title}"
        yield ""
        yield "| id | promise | shown by | not ours | missing |"
        yield "|---|---|---|---|---|"
        yield from map(_row, source.promises)


def _row(promise: Promise) -> str:
    tests = "<br>".join(f"`{test.removeprefix('tests/')}`" for test in promise.tests)
    cells = (promise.id, promise.says, tests, promise.not_ours or "", promise.missing or "")
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    print("\n".join(markdown()))  # noqa: T201
