"""`consent bench`: what it prints and how it exits; never how fast anything is."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from app import bench_command
from app.bench_command import run_bench
from app.bench_rows import LIMITS, Figure, Subject, free_wording, keyword_message
from app.cli import app
from app.fresh_process import fresh_process
from app.hostile_text import LONGEST, hostile_messages
from locales import ROOT
from locales.catalogue_source import load_catalogue
from locales.lexicon import load_lexicon


def _known(_subject: Subject) -> Iterator[Figure]:
    yield Figure(row="known", value=25_000.0, note="made up")


def _unknown(_subject: Subject) -> Iterator[Figure]:
    yield Figure(row="unknown", value=None, note="made up")


def _lines(printed: list[str]) -> dict[str, dict[str, Any]]:
    return {line["row"]: line for line in map(json.loads, printed)}


def test_every_row_is_measured() -> None:
    """The whole command ends well; each row has a figure and its ratio to the floor."""
    program = [str(Path(sys.executable).parent / "consent"), "bench", "--json", "--repeats", "1"]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    assert (0, "") == (done.returncode, done.stderr)
    lines = _lines(done.stdout.splitlines())
    assert ["floor", *LIMITS] == list(lines)
    assert [] == [name for name, line in lines.items() if not line["figure"] > 0]
    assert [] == [name for name, line in lines.items() if not line["ratio"] > 0]
    assert 1.0 == lines["floor"]["ratio"]
    assert LIMITS == {name: line["limit"] for name, line in lines.items() if name in LIMITS}
    assert "slowest of" in lines["hostile text"]["note"]


@pytest.mark.parametrize(
    ("over", "limits"),
    [
        pytest.param({"known"}, {"known": 24_999.0}, id="over"),
        pytest.param({"unknown"}, {"unknown": 24_999.0}, id="not measured"),
        pytest.param(set(), {"known": 25_000.0}, id="at the limit"),
        pytest.param(set(), {}, id="no limit"),
    ],
)
def test_only_a_check_fails(over: set[str], limits: dict[str, float]) -> None:
    """A figure over its limit, or none where there is a limit, fails a check and nothing else."""
    run = partial(run_bench, repeats=1, as_json=True, limits=limits, rows=(_known, _unknown))
    checked, printed = run(check=True)
    unchecked, _ = run(check=False)
    assert (int(bool(over)), 0) == (checked, unchecked)
    assert over == {name for name, line in _lines(printed).items() if line["over"]}


@pytest.mark.parametrize(("status", "words"), [(1, ["--check"]), (0, [])], ids=["check", "bare"])
def test_the_exit_status_is_that_of_the_check(
    monkeypatch: pytest.MonkeyPatch, status: int, words: list[str]
) -> None:
    """With a limit that nothing can keep the command exits 1 if checked; its table says so."""
    strict = partial(run_bench, limits={"keyword message": 0.001}, rows=(keyword_message,))
    monkeypatch.setattr(bench_command, "run_bench", strict)
    done = CliRunner().invoke(app, ["bench", "--repeats", "1", *words])
    assert status == done.exit_code
    (row,) = [line for line in done.stdout.splitlines() if line.startswith("keyword message")]
    assert " over " in row


def test_the_table_shows_figure_ratio_and_limit() -> None:
    """One line a row under a heading; what has no limit shows none."""
    _, printed = run_bench(repeats=1, limits={"unknown": 2_000_000.0}, rows=(_known, _unknown))
    heading, floor, known, unknown = printed
    assert ["median", "×", "floor", "limit"] == heading.split()
    assert ["floor", "1.0"] == [floor.split()[0], floor.split()[-1]]
    assert ["known", "25.0", "µs"] == known.split()[:3]
    assert ["made", "up"] == known.split()[4:]
    assert ["unknown", "not", "measured", "2.00", "ms", "made", "up"] == unknown.split()


def test_missing_examples_are_said(tmp_path: Path) -> None:
    """Without the examples free wording is not measured, and the line says what is missing."""
    root = tmp_path / "locales"
    shutil.copytree(ROOT, root, ignore=shutil.ignore_patterns("examples.tsv"))
    _, printed = run_bench(repeats=1, as_json=True, rows=(free_wording,), root=root)
    line = _lines(printed)["free wording"]
    assert (None, None) == (line["figure"], line["ratio"])
    assert "there is no locales/lv/lexicon/examples.tsv" == line["note"]


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
