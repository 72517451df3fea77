"""The shipped words, loaded once for all tests of this folder."""

from __future__ import annotations

import pytest

from locales.wording import Texts
from tests.locales.voices import open_texts


@pytest.fixture(scope="session")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Texts:
    """Load the shipped words under a lock entered just now."""
    return open_texts(tmp_path_factory.mktemp("locales"))
