"""Which rows `consent bench` has, and where each is measured.

Rows with a floor need the checkout: floors are programs of `tests/bench/floors`, and no part of
what is installed. A row yields figures; it is loaded when it is run.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from app.bench_figures import Figure
from app.bench_scope import Scope

Row = Callable[[Scope], Iterator[Figure]]
_CHECKOUT = Path(__file__).parents[1]
_TESTS = "tests.bench."
#: Letters of an error.
_LONGEST = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row, or several that are measured together."""

    #: As `--only` names it.
    name: str
    #: What it measures, in a few words.
    about: str
    #: Module and function.
    place: str

    def row(self) -> Row:
        """Load what measures it.

        :raises ModuleNotFoundError: it needs the checkout, or a tool of the tests.
        """
        module, _, name = self.place.partition(":")
        if module.startswith(_TESTS):
            _reach_checkout()
        row: Row = getattr(import_module(module), name)
        return row


PLAN = (
    Entry(name="understanding", about="understanding", place="app.bench_words:understanding"),
    Entry(name="words", about="loading all words", place="app.bench_words:words"),
    Entry(name="turn", about="dialogue turn, in process", place="app.bench_turn:turn"),
    Entry(name="sms", about="SMS turn", place=f"{_TESTS}sms_row:sms"),
    Entry(name="telegram", about="Telegram update", place=f"{_TESTS}telegram_row:telegram"),
    Entry(name="check", about="single check", place=f"{_TESTS}check_row:check"),
    Entry(name="list", about="list check", place=f"{_TESTS}list_row:list_check"),
    Entry(name="import", about="import", place=f"{_TESTS}import_row:importing"),
    Entry(name="verify", about="verify", place=f"{_TESTS}verify_row:verify"),
    Entry(name="growth", about="growth", place=f"{_TESTS}growth_row:growth"),
    Entry(name="ready", about="ready after start, memory", place=f"{_TESTS}ready_row:ready"),
)
NAMES = tuple(entry.name for entry in PLAN)


def chosen(only: Sequence[str]) -> tuple[Entry, ...]:
    """Return the rows of these names, all of them without any."""
    return tuple(entry for entry in PLAN if not only or entry.name in only)


def measured(entry: Entry, scope: Scope) -> Iterator[Figure]:
    """Measure a row; where it cannot be, or what it measured is worth nothing, say why."""
    try:
        yield from entry.row()(scope)
    except ModuleNotFoundError as fault:
        what = fault.name or "?"
        why = "needs the checkout (tests/bench)" if what.startswith("tests") else f"needs {what}"
        yield Figure(row=entry.about, note=f"not measured: {why}", broken=True)
    except Exception as fault:  # noqa: BLE001 - the other rows are measured all the same
        words = f"{type(fault).__name__}: {fault}"[:_LONGEST]
        yield Figure(row=entry.about, note=f"failed: {words}", broken=True)


def _reach_checkout() -> None:
    """Let the tests be found wherever the command is started, if they are there."""
    if (_CHECKOUT / "tests" / "bench").is_dir() and str(_CHECKOUT) not in sys.path:
        sys.path.insert(0, str(_CHECKOUT))
