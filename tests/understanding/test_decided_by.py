"""What decided a reading: the recogniser that had one."""

from __future__ import annotations

import pytest

from consent.understanding import decided_by
from tests.understanding import LEXICON


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("STOP", "keyword", id="a-keyword"),
        pytest.param("/stop", "keyword", id="a-command"),
        pytest.param("1-", "signed", id="a-signed-number"),
        pytest.param("xyzzy", None, id="nothing"),
    ],
)
def test_the_recogniser_that_read_a_message_is_named(text: str, expected: str | None) -> None:
    """Whoever maintains the words sees which of the rules was the first to answer."""
    assert expected == decided_by(text, LEXICON)
