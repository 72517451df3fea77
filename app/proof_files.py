"""Proofs as files: read a line at a time, with a bar on a terminal, and what is said of them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import typer

from consent.errors import ConsentError
from consent.examination import Report, examine
from consent.findings import Finding, shown
from consent.growth import compare
from consent.proof import LONGEST_LINE, Signed

#: Told how much more was done.
Tick = Callable[[int], None]
_TOLD_EVERY = 1 << 20


class ProofRefused(ConsentError):
    """The proof was not written, or cannot be read; the reason is named here."""

    code = "proof"


def check_file(file: Path, trusted: Mapping[str, Signed]) -> Report:
    """Examine a proof.

    :raises ProofRefused: the file cannot be read.
    """
    with reading(file), bar(f"Checking {file.name}", file.stat().st_size) as tick:
        return examine(partial(lines_of, file, tick), trusted)


def compare_files(older: Path, newer: Path) -> tuple[Finding, ...]:
    """Name what a proof does not hold of an earlier one.

    :raises ProofRefused: a file cannot be read.
    """
    with reading(older), bar(f"Comparing {older.name}", older.stat().st_size) as tick:
        return compare(lines_of(older, tick), lines_of(newer))


@contextmanager
def reading(file: Path) -> Generator[None]:
    """Turn what the system says of a file into an error for operators.

    :raises ProofRefused: in place of any `OSError`.
    """
    try:
        yield
    except OSError as fault:
        raise ProofRefused(f"{file}: {fault.strerror or fault}") from fault


def lines_of(file: Path, tick: Tick | None = None) -> Iterator[bytes]:
    """Return the lines of a file; an endless one comes in pieces."""
    done = told = 0
    with file.open("rb", buffering=1 << 18) as stream:
        for line in iter(partial(stream.readline, LONGEST_LINE), b""):
            done += len(line)
            if tick and done - told >= _TOLD_EVERY:
                tick(done - told)
                told = done
            yield line


@contextmanager
def bar(label: str, length: int) -> Generator[Tick]:
    """Show how far something is, where standard error is a terminal."""
    if not sys.stderr.isatty():
        yield _nothing
        return
    with typer.progressbar(length=length, label=label, file=sys.stderr) as shown_bar:
        yield shown_bar.update


def _nothing(_count: int) -> None:
    return


def verdict_on(file: Path, report: Report) -> list[str]:
    """Return what is to be said about a proof: one line if it is whole, else one a finding."""
    if not report.whole:
        return [f"broken: {file.name}, {finding}" for finding in report.findings]
    brands = ", ".join(map(shown, report.brands))
    held = f"decisions: {report.decisions}, customers: {report.chains}, brands: {brands}"
    return [f"whole: {file.name}, as of {shown(report.begun_at)}; {held}"]
