"""The house stays easy to read: sizes, annotations and who may import whom."""

from __future__ import annotations

import ast
import statistics
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("app", "bot", "consent", "locales", "marketing", "sms", "storage")
Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def _modules() -> dict[str, ast.Module]:
    files = [f for p in PACKAGES for f in sorted((ROOT / p).rglob("*.py"))]
    kept = [f for f in files if "migrations" not in f.parts]
    return {str(f.relative_to(ROOT)): ast.parse(f.read_text(encoding="utf-8")) for f in kept}


@cache
def _functions() -> dict[str, Function]:
    return {
        f"{name}:{node.name}": node
        for name, tree in _modules().items()
        for node in ast.walk(tree)
        if isinstance(node, Function)
    }


def _lines(node: Function) -> int:
    return (node.end_lineno or 0) - node.lineno + 1


def _percentile(values: list[int], share: float) -> int:
    return sorted(values)[int(len(values) * share)]


def test_modules_are_small() -> None:
    """A module has at most 350 lines; the median at most 110, nine in ten at most 250."""
    sizes = {n: (ROOT / n).read_text(encoding="utf-8").count("\n") for n in _modules()}
    values = list(sizes.values())
    assert {name: size for name, size in sizes.items() if size > 350} == {}
    assert statistics.median(values) <= 110
    assert _percentile(values, 0.9) <= 250


def test_functions_are_small() -> None:
    """A function has at most 45 lines; the median at most 9, nine in ten at most 25."""
    sizes = {name: _lines(node) for name, node in _functions().items()}
    assert {name: size for name, size in sizes.items() if size > 45} == {}
    assert statistics.median(sizes.values()) <= 9
    assert _percentile(list(sizes.values()), 0.9) <= 25


def test_everything_public_is_documented() -> None:
    """Every module says why it is there; every public function says what it promises."""
    silent = [name for name, tree in _modules().items() if not ast.get_docstring(tree)]
    assert silent == []
    assert [name for name, node in _public() if not ast.get_docstring(node)] == []


def _public() -> list[tuple[str, Function]]:
    """Return public functions of modules and methods of public classes."""
    found: list[tuple[str, Function]] = []
    for name, tree in _modules().items():
        classes = [n for n in tree.body if isinstance(n, ast.ClassDef) and n.name[0] != "_"]
        bodies = [tree.body, *(c.body for c in classes)]
        for body in bodies:
            found += [(f"{name}:{n.name}", n) for n in body if isinstance(n, Function)]
    return [(n, f) for n, f in found if not f.name.startswith("_") and not f.decorator_list]


def test_everything_is_annotated() -> None:
    """Every function says what it returns and what each parameter is."""
    bare = [
        name
        for name, node in _functions().items()
        if node.returns is None
        or any(
            a.annotation is None
            for a in (*node.args.args, *node.args.kwonlyargs)
            if a.arg not in {"self", "cls"}
        )
    ]
    assert bare == []


def test_top_level_is_what_was_asked_for() -> None:
    """The user's folders are there, the three we added, and no further package."""
    wanted = {"bot", "sms", "locales", "storage", "tests"} | {"app", "consent", "marketing"}
    found = {
        f.name
        for f in ROOT.iterdir()
        if f.is_dir() and any(f.rglob("*.py")) and not f.name.startswith(".")
    }
    assert wanted == found - {"build"}
