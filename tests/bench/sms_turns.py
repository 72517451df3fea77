"""How many SMS turns `consent serve` answers a second, beside a floor that does the same writing.

`python -m tests.bench.sms_turns [--seconds N] [--rounds N]`: both servers run in folders of their
own on the same disk and are driven in turn by sixteen customers at a time, who write from new
numbers all the while. The floor answers with as many letters and writes as many rows, as long, in
one commit a message; so the ratio says what deciding, proving and rendering cost, and the disk
does not. What the product writes later of its own accord, like the feed for other systems, the
floor does not; no account is set, so nothing is sent.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from tests.bench import meters
from tests.bench.durable_rows import counted
from tests.bench.sms_customers import CALLERS, PATH, Answers, call, conversation
from tests.bench.sms_plan import Plan, learned
from tests.bench.sms_sides import Side, floor, product

_HOME = Path(__file__).parents[2]
#: More than a server answers in a minute of people never heard of before.
_NEWCOMERS = 160
#: Below are those that use up the answers to newcomers.
_FIRST = 100_000
#: From here on the customers' own process may be what is measured.
_TOO_BUSY = 0.8
#: Seconds; nobody is stopped by it.
_LONG = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One run against one side."""

    answers: Answers
    counted: meters.Reading
    #: New rows in all tables, whoever wrote them.
    rows: int

    @property
    def rate(self) -> float:
        """Turns a second."""
        return self.answers.turns / self.answers.seconds

    @property
    def others(self) -> float:
        """The share of one processor that anything else on this machine used meanwhile."""
        used = self.counted.machine - self.counted.process
        return max(used / self.answers.seconds - self.answers.busy, 0.0)


class Bench:
    """Both sides, and what they are to write."""

    def __init__(self, sides: Sequence[Side], plan: Plan, first: int = _FIRST) -> None:
        """Begin with the first customer who has not written yet."""
        self.sides = sides
        self.plan = plan
        self._next = first

    def round(self, seconds: float) -> dict[str, Round]:
        """Drive one side after the other with the same customers.

        :raises AssertionError: an answer was not 200, or rows are missing or too many.
        """
        found = {side.name: self._drive(side, seconds) for side in self.sides}
        self._next += max(run.answers.turns for run in found.values()) + CALLERS
        return found

    def _drive(self, side: Side, seconds: float) -> Round:
        rows = counted(side.file)
        with customers(side.url, seconds, self._next) as write:
            before = meters.read(side.pid, side.file)
            answers = write()
            after = meters.read(side.pid, side.file)
        assert not answers.refused, f"{side.name} refused: {answers.refused}"
        grown = counted(side.file)
        grown.subtract(rows)
        expected = self.plan.inserted(answers.answered)
        found = {table: grown[table] for table in expected}
        assert expected == found, f"{side.name} wrote {found}, not {dict(expected)}"
        return Round(answers=answers, counted=after.since(before), rows=grown.total())


@contextmanager
def customers(url: str, seconds: float, first: int) -> Iterator[Callable[[], Answers]]:
    """Start customers in a process of their own; they write once they are called."""
    program = [sys.executable, "-m", "tests.bench.sms_customers", url]
    program += ["--seconds", str(seconds), "--first", str(first)]
    pipe = subprocess.PIPE
    with subprocess.Popen(program, cwd=_HOME, stdin=pipe, stdout=pipe) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"signed\n"
        yield lambda: msgspec.json.decode(process.communicate(b"\n")[0], type=Answers)


@contextmanager
def opened(folder: Path) -> Iterator[Bench]:
    """Start both sides; the floor is told what a turn of the product writes."""
    folders = [folder / name for name in ("learning", "product", "floor")]
    for one in folders:
        one.mkdir()
    plan = learned(folders[0])
    with product(folders[1]) as ours, floor(folders[2], plan) as theirs:
        strangers = [conversation(n)[:1] for n in range(_FIRST - _NEWCOMERS, _FIRST)]
        asyncio.run(call(f"{ours.url}{PATH}", _LONG, strangers))
        yield Bench((ours, theirs), plan)


#: What is shown of a round besides its turns a second.
_SHOWN: tuple[tuple[str, Callable[[Round], float]], ...] = (
    ("processor a turn, ms", lambda run: 1e3 * run.counted.process / run.answers.turns),
    ("server's processor, %", lambda run: 100 * run.counted.process / run.answers.seconds),
    ("customers' own, %", lambda run: 100 * run.answers.busy),
    ("KiB to disk a turn", lambda run: run.counted.written / 1024 / run.answers.turns),
    ("disk flushes a turn", lambda run: run.counted.flushes / run.answers.turns),
    ("new rows a turn", lambda run: run.rows / run.answers.turns),
    ("answered silently, %", lambda run: 100 * run.answers.silent / run.answers.turns),
)


def report(bench: Bench, rounds: Sequence[dict[str, Round]]) -> Iterator[str]:
    """Yield what was found, line by line."""
    names = [side.name for side in bench.sides]
    yield f"{'':24}" + "".join(f"{name:>18}" for name in names) + f"{'ratio':>10}"
    for number, found in enumerate(rounds, 1):
        yield _round(f"round {number}, turns/s", [found[name] for name in names])
    runs = [[found[name] for found in rounds] for name in names]
    medians = [statistics.median(run.rate for run in mine) for mine in runs]
    yield _row("median", [f"{median:.1f}" for median in medians], medians)
    yield _row("spread", [_spread([run.rate for run in mine]) for mine in runs])
    quietest = min(rounds, key=lambda found: max(run.others for run in found.values()))
    yield _round("quietest round", [quietest[name] for name in names])
    for name, of in _SHOWN:
        yield _row(name, [_median(map(of, mine)) for mine in runs])
    yield _row("peak memory, MB", [f"{meters.peak_memory(side.pid):.0f}" for side in bench.sides])
    busiest = max(run.answers.busy for mine in runs for run in mine)
    if busiest > _TOO_BUSY:
        yield f"The customers' process was busy for {busiest:.0%}: figures are lower bounds."


def _round(name: str, runs: Sequence[Round]) -> str:
    """Show a round, and how much of a processor was used by what is none of it."""
    rates = [run.rate for run in runs]
    others = ", ".join(f"{run.others:.0%}" for run in runs)
    return f"{_row(name, [f'{rate:.1f}' for rate in rates], rates)}   others {others}"


def _row(name: str, shown: Sequence[str], values: Sequence[float] = ()) -> str:
    ratio = f"{values[0] / values[1]:>10.2f}" if values else ""
    return f"{name:24}" + "".join(f"{one:>18}" for one in shown) + ratio


def _median(values: Iterable[float]) -> str:
    return f"{statistics.median(values):.2f}"


def _spread(values: Sequence[float]) -> str:
    return f"{min(values):.1f} – {max(values):.1f}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.sms_turns")
    parser.add_argument("--seconds", type=float, default=10.0, help="of each side and round")
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sms-turns-") as name:
        folder = Path(name)
        load, syncs = os.getloadavg()[0], meters.sync_times(folder)
        print(f"{CALLERS} customers at a time, {os.cpu_count()} processors, load {load:.1f}")  # noqa: T201
        median, high = statistics.median(syncs), syncs[int(len(syncs) * 0.95)]
        print(f"fsync of a page: median {median:.2f} ms, 95 % {high:.2f} ms")  # noqa: T201
        with opened(folder) as bench:
            print("synchronous=FULL, journal_mode=WAL on both sides")  # noqa: T201
            bench.round(1.0)
            rounds = [bench.round(chosen.seconds) for _ in range(chosen.rounds)]
            print("\n".join(report(bench, rounds)))  # noqa: T201


if __name__ == "__main__":
    main()
