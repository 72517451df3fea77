"""`consent bench`: what it prints and how it exits; never how fast anything is."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from app import bench_command, bench_plan
from app.bench_command import run_bench
from app.bench_figures import Aim, Figure, Unit, show
from app.bench_plan import NAMES, PLAN, Entry
from app.bench_scope import Place, Scope, Size, scope_of
from app.bench_words import free_wording, keyword_message, subject_of
from app.cli import app
from app.fresh_process import fresh_process
from app.hostile_text import LONGEST, hostile_messages
from consent.errors import SettingBroken
from locales import ROOT
from locales.catalogue_source import load_catalogue
from locales.lexicon import load_lexicon

_HERE = "tests.doors.test_bench"


def known(_scope: Scope) -> Iterator[Figure]:
    """Yield a figure with a floor: 1.5 times as fast, within its aim."""
    yield Figure(
        row="known",
        tries=(150.0, 300.0, 210.0),
        floor=(100.0, 200.0, 140.0),
        unit=Unit.A_SECOND,
        aim=Aim(least=1.2, of_ratio=True),
        note="made up",
        details=("a detail",),
    )


def missed(_scope: Scope) -> Iterator[Figure]:
    """Yield a figure that misses its aim."""
    yield Figure(row="missed", tries=(25_000.0,), aim=Aim(most=24_999.0))


def failing(_scope: Scope) -> Iterator[Figure]:
    """Yield nothing: what it measured is worthless."""
    yield from ()
    raise AssertionError("rows are missing")


def _entries(*names: str) -> list[Entry]:
    return [Entry(name=name, about=f"about {name}", place=f"{_HERE}:{name}") for name in names]


def _run(*names: str, entries: Sequence[Entry] = (), **words: Any) -> tuple[bool, list[str]]:  # noqa: ANN401
    said: list[str] = []
    plan = entries or _entries(*names)
    reached = run_bench(said.append, size=Size.QUICK, store="sqlite", entries=plan, **words)
    return reached, said


def test_json_is_a_row_a_line() -> None:
    """Every figure with its tries, floor, ratio, aim and whether it is reached."""
    reached, said = _run("known", "missed", as_json=True)
    first, second = map(json.loads, said)
    assert not reached
    assert {
        "row": "known",
        "figure": 210.0,
        "unit": "a second",
        "tries": [150.0, 300.0, 210.0],
        "floor": 140.0,
        "floor_tries": [100.0, 200.0, 140.0],
        "ratio": 1.5,
        "aim": "≥ 1.2 × floor",
        "reached": True,
        "note": "made up",
        "details": ["a detail"],
    } == first
    assert ("missed", None, False) == (second["row"], second["ratio"], second["reached"])


def test_the_table_shows_machine_figures_and_aims() -> None:
    """The machine and its fsync first; then a line a row, what belongs to it below."""
    _, said = _run("known", "missed")
    heading = next(at for at, line in enumerate(said) if line.split()[:1] == ["median"])
    machine = "\n".join(said[:heading])
    assert all(word in machine for word in ("cores", "Python", "SQLite", "fsync", "commit"))
    assert ["median", "floor", "ratio", "aim", "reached"] == said[heading].split()
    first, spread, detail, second = said[heading + 1], *said[heading + 3 :]
    assert ["known", "210", "/s", "140", "/s", "1.50", "×"] == first.split()[:7]
    assert "yes" == first.split()[-1]
    assert "spread 150 /s – 300 /s; floor 100 /s – 200 /s" == spread.strip()
    assert "a detail" == detail.strip()
    assert ["missed", "25.0", "µs", "≤", "25.0", "µs", "NO"] == second.split()


def test_the_ratio_is_that_of_each_round() -> None:
    """A minute in which everything was slow counts for both sides, not for one."""
    figure = Figure(row="a", tries=(100.0, 10.0, 100.0), floor=(200.0, 20.0, 100.0))
    assert [0.5, 0.5, 1.0] == figure.ratios
    assert 0.5 == figure.ratio
    assert figure.ratio is not None
    alone = Figure(row="a", tries=(100.0,))
    assert (None, []) == (alone.ratio, alone.ratios)


@pytest.mark.parametrize(
    ("aim", "reached"),
    [
        pytest.param(Aim(most=100.0), True, id="at most, just"),
        pytest.param(Aim(most=99.0), False, id="too much"),
        pytest.param(Aim(least=100.0), True, id="at least, just"),
        pytest.param(Aim(least=101.0), False, id="too little"),
        pytest.param(Aim(least=0.5, of_ratio=True), True, id="ratio, just"),
        pytest.param(Aim(most=0.4, of_ratio=True), False, id="ratio too high"),
    ],
)
def test_an_aim_is_about_figure_or_ratio(aim: Aim, reached: bool) -> None:  # noqa: FBT001
    """It is reached at the limit, missed beyond it, and missed where nothing was measured."""
    figure = Figure(row="a", tries=(100.0,), floor=(200.0,), aim=aim)
    assert (reached, not reached) == (figure.reached, figure.failed)
    assert Figure(row="a", aim=aim).failed


def test_a_row_that_fails_leaves_the_others() -> None:
    """It is named with its reason; the rest is measured, and a check fails."""
    reached, said = _run("failing", "known", as_json=True)
    first, second = map(json.loads, said)
    assert not reached
    assert ("about failing", None) == (first["row"], first["figure"])
    assert "failed: AssertionError: rows are missing" == first["note"]
    assert "known" == second["row"]


def test_without_the_checkout_floors_are_missing_and_said_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where there are no tests, rows that need them say it, and the others are measured."""
    monkeypatch.setattr(bench_plan, "_TESTS", "tests.bench_that_is_not_there.")
    away = Entry(name="sms", about="SMS turn", place="tests.bench_that_is_not_there.row:sms")
    reached, said = _run(entries=[away, *_entries("known")], as_json=True)
    first, second = map(json.loads, said)
    assert not reached
    assert "not measured: needs the checkout (tests/bench)" == first["note"]
    assert second["reached"]


def test_the_report_has_a_row_for_each_figure(tmp_path: Path) -> None:
    """A table in Markdown with machine, load by others, spread and what was missed."""
    file = tmp_path / "BENCHMARKS.md"
    _run("known", "missed", write=file)
    text = file.read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert ["measure", "---", "known", "missed"] == [row.split(" | ")[0][2:] for row in rows]
    assert "| 150 /s – 300 /s | 140 /s | 1.50 × | ≥ 1.2 × floor | yes |" in rows[2]
    assert "**no**" in rows[3]
    assert all(word in text for word in ("fsync", "commit", "others used", "consent bench"))


def test_every_row_is_there_to_be_loaded() -> None:
    """Each name leads to something that measures."""
    assert len(set(NAMES)) == len(NAMES)
    assert all(callable(entry.row()) for entry in PLAN)


@pytest.mark.parametrize(("status", "words"), [(1, ["--check"]), (0, [])], ids=["check", "bare"])
def test_the_exit_status_is_that_of_the_check(
    monkeypatch: pytest.MonkeyPatch, status: int, words: list[str]
) -> None:
    """With an aim that is missed the command exits 1 if checked; its table says so."""
    missing = partial(run_bench, entries=_entries("missed"))
    monkeypatch.setattr(bench_command, "run_bench", missing)
    done = CliRunner().invoke(app, ["bench", "--quick", *words])
    assert status == done.exit_code
    (row,) = [line for line in done.stdout.splitlines() if line.startswith("missed")]
    assert " NO" in row


@pytest.mark.parametrize(
    "words",
    [["--only", "nothing"], ["--quick", "--full"], ["--store", "mysql://here"]],
    ids=["row", "size", "store"],
)
def test_bad_words_are_refused(words: list[str]) -> None:
    """No such row, two sizes, a store of another kind: nothing is measured."""
    done = CliRunner().invoke(app, ["bench", *words])
    assert 0 != done.exit_code
    assert "median" not in done.output


def test_a_store_says_where_to_measure(tmp_path: Path) -> None:
    """Both kinds without a word; a file's own disk; a server by its URL."""
    with scope_of(Size.QUICK, "") as scope:
        assert ["SQLite", "PostgreSQL"] == [place.name for place in scope.places]
    with scope_of(Size.QUICK, f"sqlite:///{tmp_path}/any.db") as scope:
        assert tmp_path == scope.folder.parent
        folder = scope.folder
    assert not folder.exists()
    url = "postgresql://somebody@somewhere/db"
    with scope_of(Size.FULL, url, rounds=2) as scope:
        assert (Place(name="PostgreSQL", url=url),) == scope.places
        assert 2 == scope.pace.rounds
    with (
        pytest.raises(SettingBroken, match="no folder"),
        scope_of(Size.QUICK, "sqlite:////no/where/x"),
    ):
        pass


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (900.0, Unit.NANOSECONDS, "0.9 µs"),
        (1_500_000.0, Unit.NANOSECONDS, "1.50 ms"),
        (2.5e9, Unit.NANOSECONDS, "2.50 s"),
        (12_345.6, Unit.A_SECOND, "12 346 /s"),
        (250e6, Unit.BYTES, "250.0 MB"),
        (None, Unit.BYTES, "not measured"),
    ],
)
def test_figures_are_shown_as_people_read_them(
    value: float | None, unit: Unit, shown: str
) -> None:
    """Units grow with the figure."""
    assert shown == show(value, unit)


def test_words_are_measured_without_the_checkout() -> None:
    """The whole command on the rows that need nothing else: each has a figure."""
    program = [str(Path(sys.executable).parent / "consent"), "bench", "--json", "--rounds", "1"]
    program += ["--only", "understanding", "--only", "words", "--only", "turn"]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    assert (0, "") == (done.returncode, done.stderr)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert 7 == len(lines)
    assert [] == [line["row"] for line in lines if not line["figure"] > 0]
    assert "slowest of" in lines[3]["note"]


def test_missing_examples_are_said(tmp_path: Path) -> None:
    """Without the examples free wording is not measured, and the line says what is missing."""
    root = tmp_path / "locales"
    shutil.copytree(ROOT, root, ignore=shutil.ignore_patterns("examples.tsv"))
    subject = subject_of(root, 1)
    figure = free_wording(subject)
    assert (None, True) == (figure.value, figure.failed)
    assert "there is no locales/lv/lexicon/examples.tsv" == figure.note
    assert keyword_message(subject).value


def test_hostile_messages_are_long_and_the_same_each_time() -> None:
    """Several dozen different messages of full length; two runs measure the same ones."""
    lexicon = load_lexicon(ROOT, load_catalogue(ROOT))
    messages = hostile_messages(lexicon)
    assert messages == hostile_messages(lexicon)
    assert {LONGEST} == {len(text) for _, text in messages}
    assert len(messages) == len({text for _, text in messages}) > 36


def test_the_memory_of_a_new_process_is_its_own(tmp_path: Path) -> None:
    """The peak counts what the work takes, not what the process that measures it holds."""
    held = b"x" * 100_000_000
    _, bare = fresh_process("", bytecode=tmp_path)
    taking = "held = b'x' * int(sys.argv[1])"
    _, peak = fresh_process(taking, str(len(held)), bytecode=tmp_path)
    assert bare < len(held) < peak


def test_a_new_process_finds_its_modules_compiled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Compiling is no part of a start, even where the environment forbids to keep bytecode."""
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    fresh_process("import consent.intents", bytecode=tmp_path)
    assert [] != list(tmp_path.rglob("intents.*.pyc"))
