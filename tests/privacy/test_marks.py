"""The search itself: it finds what it must find, and nothing where there is nothing."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.privacy.marks import EMAIL, FIRST, LAST, STOPS, found_in


@pytest.mark.parametrize(
    "hidden",
    [
        pytest.param(STOPS.encode(), id="plain"),
        pytest.param(b"From=%2B" + STOPS[1:].encode(), id="form"),
        pytest.param(b"zvanit 26 604 417 vakara", id="spaced"),
        pytest.param(f"{FIRST} {LAST}".encode("utf-16-le"), id="utf-16"),
        pytest.param(FIRST.encode().hex().encode(), id="hex"),
        pytest.param(quote(LAST).encode(), id="quoted"),
        pytest.param(json.dumps({"said": LAST}).encode(), id="json"),
        pytest.param(repr(LAST.encode()).encode(), id="repr-of-bytes"),
        *(
            pytest.param(
                base64.b64encode(b"x" * skip + f"to {EMAIL} now".encode()), id=f"b64-{skip}"
            )
            for skip in range(3)
        ),
        *(
            pytest.param(base64.b64encode(b"x" * skip + STOPS.encode()), id=f"b64-number-{skip}")
            for skip in range(3)
        ),
    ],
)
def test_what_is_written_in_clear_is_found(hidden: bytes) -> None:
    """However a program spells it, and whatever stands around it."""
    assert found_in(b"before " + hidden + b" after")


def test_nothing_is_found_where_there_is_nothing() -> None:
    """Our own sources, with all their numbers, hold none of it."""
    own = Path(__file__).parents[2]
    assert [] == found_in((own / "README.md").read_bytes())
    assert [] == found_in((own / "requirements" / "run.txt").read_bytes())
