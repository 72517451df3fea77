"""Switches of the test run."""

from __future__ import annotations

import gc
import sys
from dataclasses import replace
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from locales import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from consent.catalogue import Catalogue
    from consent.understanding import Lexicon
    from locales.wording import Texts

# The same examples each time: a red run is red again, and coverage does not depend on luck.
# `pytest --hypothesis-profile=default` draws new ones.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("steady")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--update-journeys`: write down what the assistant says now, to be reviewed."""
    parser.addoption("--update-journeys", action="store_true", default=False)


def pytest_collection_finish() -> None:
    """Look for garbage among what tests make alone: thousands of tests are none, all run long."""
    if composition := sys.modules.get("app.composition"):
        _read_once(composition)
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def _read_once(composition: ModuleType) -> None:
    """Let all assistants of a process share the shipped words: nearly every test opens one."""
    load_texts: Callable[[Path], Texts] = composition.load_texts
    load_lexicon: Callable[[Path, Catalogue], Lexicon] = composition.load_lexicon
    shipped_texts = cache(load_texts)
    shipped_lexicon = cache(lambda root: load_lexicon(root, shipped_texts(root).catalogue))

    def texts(root: Path) -> Texts:
        if root != ROOT:
            return load_texts(root)
        found = shipped_texts(root)
        # An assistant adds the texts that its store knows.
        return replace(found, notice_texts=dict(found.notice_texts))

    def lexicon(root: Path, catalogue: Catalogue) -> Lexicon:
        if root == ROOT and catalogue is shipped_texts(root).catalogue:
            return shipped_lexicon(root)
        return load_lexicon(root, catalogue)

    vars(composition).update(load_texts=texts, load_lexicon=lexicon)


@pytest.fixture
def update_journeys(request: pytest.FixtureRequest) -> bool:
    """Say whether snapshots are to be rewritten."""
    return bool(request.config.getoption("--update-journeys"))
