"""Every promise is in the table, and every test that the table names is there."""

from __future__ import annotations

import ast
import os
import re
from collections import Counter
from functools import cache
from itertools import chain
from pathlib import Path

import pytest

from tests.promises_table import Promise, markdown, sources

ROOT = Path(__file__).parents[2]
_PER_CONSENT = {1: 5, 2: 4, 3: 3, 4: 5, 5: 2, 6: 2, 7: 2, 8: 4}
#: Articles as they stand in the first column of standards.md 6.1.
_GDPR = [
    "GDPR 4(11)",
    "GDPR 5(2), 7(1); EDPB 05/2020 para 107–108",
    "EDPB 05/2020 para 110–111",
    "GDPR 7(2), 7(4)",
    "GDPR 7(3)",
    "GDPR 12(3)",
    "GDPR 15(1), 15(3)",
    "GDPR 17(1)(b), 17(3)(b),(e)",
    "GDPR 20",
    "GDPR 21(2)–(4)",
    "GDPR 22(1), 22(2)(c), 22(3)",
    "GDPR 30",
    "GDPR 8",
]
IDS = {
    *(f"A{n}" for n in range(1, 11)),
    *(f"G{n}" for n in range(1, 14)),
    *(f"{n}.{fact}" for n, most in _PER_CONSENT.items() for fact in range(1, most + 1)),
    *(f"R{n}" for n in range(1, 25)),
    *(f"Q{n}" for n in range(1, 21)),
    *_GDPR,
    *(f"ePrivacy {article}" for article in ("13(1)", "13(2)", "6(3)", "6(5)", "9(1)", "9(2)")),
    *(f"ISPL {article}" for article in ("9(1)", "9(2)", "9(3)", "9(4)", "9(6)", "8")),
    *(f"FCC {n}" for n in range(1, 6)),
    *(f"Law {n}" for n in range(1, 11)),
}
#: How an id stands at the beginning of a line of seeds.md.
_SEED = re.compile(r"^(?:\| ([AGRQ]\d+) \||- (\d\.\d) )", re.MULTILINE)


def _promises() -> list[Promise]:
    return [promise for source in sources() for promise in source.promises]


def test_every_promise_is_in_the_table_once() -> None:
    """No promise lacks its line, none has two, and no line is about nothing."""
    found = Counter(promise.id for promise in _promises())
    assert set() == IDS - found.keys()
    assert set() == found.keys() - IDS
    assert [] == [name for name, times in found.items() if times > 1]


@pytest.mark.parametrize("promise", _promises(), ids=lambda p: p.id)
def test_a_promise_is_shown_or_accounted_for(promise: Promise) -> None:
    """It has tests, or a reason why it is not ours, or says what is missing; nothing is empty."""
    said = (promise.says, promise.not_ours, promise.missing)
    assert all(words.strip() for words in said if words is not None)
    assert promise.tests or promise.not_ours or promise.missing
    assert len(promise.tests) == len(set(promise.tests))


def test_every_test_that_is_named_exists() -> None:
    """A test that was renamed or removed shows nothing any more."""
    named = {test for promise in _promises() for test in promise.tests}
    assert [] == sorted(test for test in named if not _exists(test))


@pytest.mark.parametrize(
    "name",
    [
        "tests/rules/test_laws.py::test_brands_are_not_sealed",
        "tests/rules/test_flaws.py::test_brands_are_sealed",
        "tests/rules/histories.py::histories",
        "tests/rules/test_laws.py",
    ],
)
def test_what_is_no_test_is_none(name: str) -> None:
    """Another name, another file, a helper or a file alone would be found out."""
    assert not _exists(name)


def _exists(test: str) -> bool:
    file, _, name = test.partition("::")
    return (ROOT / file).is_file() and name in _tests(ROOT / file)


@cache
def _tests(file: Path) -> frozenset[str]:
    """Return what pytest would collect: functions, classes, and names that are given to one."""
    names: set[str] = set()
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return frozenset(n for n in names if n.startswith(("test_", "Test")))


def test_the_table_is_printed_whole() -> None:
    """Each promise is a row of the Markdown, with every test that it names."""
    rows = [line for line in markdown() if line.startswith("| ")]
    for promise in _promises():
        (row,) = [line for line in rows if line.startswith(f"| {promise.id} | ")]
        assert promise.says in row
        assert all(test.removeprefix("tests/") in row for test in promise.tests)


def _facts() -> dict[str, str]:
    """Return the three files by name, or nothing if one is not there."""
    folder = Path(os.environ.get("CONSENT_FACTS", ROOT.parent / "shared" / "facts"))
    files = (
        folder / "seeds.md",
        folder / "standards.md",
        folder.parent / "design" / "architecture.md",
    )
    if not all(file.is_file() for file in files):
        return {}
    return {file.stem: file.read_text(encoding="utf-8") for file in files}


def test_the_facts_have_no_other_promise() -> None:
    """What the files of facts say is in the table; they lie beside the repository, or nowhere."""
    facts = _facts()
    if not facts:
        pytest.skip("no facts beside the repository: CONSENT_FACTS names the folder of seeds.md")
    laws = _between(facts["architecture"], "## Laws", "\n## ")
    found = {next(filter(None, groups)) for groups in _SEED.findall(facts["seeds"])}
    found |= _of_law(facts["standards"])
    found |= {f"Law {n}" for n in re.findall(r"^(\d+)\. \*\*", laws, re.MULTILINE)}
    assert set() == found - {promise.id for promise in _promises()}
    assert set() == IDS - found


def _between(text: str, first: str, last: str) -> str:
    return text.partition(first)[2].partition(last)[0]


def _of_law(text: str) -> set[str]:
    """Return the ids of section 6: rows of its table, articles, paragraphs and points."""
    table = _between(text, "### 6.1", "### 6.2")
    cells = re.findall(r"^\| (\d[^|]*|EDPB[^|]*) \|", table, re.MULTILINE)
    bare = (re.sub(r" ?(?:\[\w+\]|\(not re-read\))", "", cell) for cell in cells)
    directive = re.findall(r"\b\d+\(\d\)", _between(text, "### 6.2", "### 6.3"))
    latvia = _between(text, "### 6.3", "### 6.4").partition("\n")[2]
    points = re.findall(r"^- ", _between(text, "### 6.4", "\n## "), re.MULTILINE)
    return set(
        chain(
            (cell if cell.startswith("EDPB") else f"GDPR {cell}" for cell in bare),
            (f"ePrivacy {article}" for article in directive),
            (f"ISPL 9({n})" for n in re.findall(r"(?<!\d)\((\d)\) ", latvia)),
            (f"ISPL {n}" for n in re.findall(r"^- Section (\d+)", latvia, re.MULTILINE)),
            (f"FCC {n}" for n, _ in enumerate(points, 1)),
        )
    )
