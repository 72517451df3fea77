"""Lists in Parquet, where its library is installed; a plain sentence where it is not."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from app.list_check_source import ListSource
from marketing.list_columns import ListUnclear
from marketing.listing import Rejection
from tests.marketing.list_stage import holds

LARGE = 1 << 30


def test_without_the_library_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is an extra: nobody who has no such lists carries it."""
    monkeypatch.setitem(__import__("sys").modules, "pyarrow.parquet", None)
    file = tmp_path / "list.parquet"
    file.write_bytes(b"PAR1" + b"x" * 100)
    with pytest.raises(ListUnclear, match=r"consent-assistant\[parquet\]"):
        ListSource(file, holds, largest=LARGE)


@pytest.mark.skipif(importlib.util.find_spec("pyarrow") is None, reason="pyarrow is an extra")
def test_rows_are_read_and_come_out_as_csv(tmp_path: Path) -> None:
    """Numbers as text or integers; decimals are rejected, half a file is an error."""
    arrow: Any = pytest.importorskip("pyarrow")
    parquet: Any = pytest.importorskip("pyarrow.parquet")
    file = tmp_path / "list.parquet"
    table = {"name": ["A", "B", "C"], "phone": ["26123456", None, "x"]}
    parquet.write_table(arrow.table(table), file)
    with ListSource(file, holds, largest=LARGE) as source:
        rows = [row for batch in source.batches() for row in batch]
        assert ["26123456", "", "x"] == [cell for _, cell, _, _ in rows]
        assert b"name,phone\r\nA,26123456\r\n" == source.shape.head(
            added=False
        ) + source.shape.lines([(rows[0][3], ())])
    parquet.write_table(arrow.table({"phone": [37126123456.0, 37126123457.0]}), file)
    with ListSource(file, holds, largest=LARGE, wanted=["phone"]) as source:
        rows = [row for batch in source.batches() for row in batch]
        assert [(None, Rejection.SPREADSHEET_NUMBER)] * 2 == [(row[1], row[3]) for row in rows]
    file.write_bytes(file.read_bytes()[:-20])
    with pytest.raises(ListUnclear, match="cannot be read"):
        ListSource(file, holds, largest=LARGE)
