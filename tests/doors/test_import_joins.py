"""Rows that say that two numbers are one customer's."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.check_command import Wanted, run_check
from app.import_command import run_import
from app.import_file import COLUMNS
from app.import_rows import MEANINGS, Fault, RowReader
from app.whom import whom
from consent.batches import Joining
from tests.doors.import_stage import CATALOGUE, NUMBER, SHELF, as_csv, no, put, row

OTHER = "+37120000002"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder, with no setting but the defaults."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("CONSENT_")]:
        monkeypatch.delenv(name)
    return tmp_path


def joined(**changes: str) -> dict[str, str]:
    """Return a row that joins two numbers."""
    bare = {"number": NUMBER, "action": "numbers_joined", "other": OTHER}
    return bare | {"said_at": "2026-05-01T12:00:00+03:00", "actor": "crm"} | changes


def _read(**fields: str) -> object:
    reader = RowReader("lmt", CATALOGUE, SHELF)
    return reader.read(tuple(fields.get(name, "") for name in COLUMNS))


def test_a_join_names_both_numbers() -> None:
    """However they are written, with when and by whom."""
    said = _read(**joined(other="2000 0002"))
    assert isinstance(said, Joining)
    assert (NUMBER, OTHER, "crm", "import") == (
        said.address.value,
        said.other.value,
        said.actor,
        said.door,
    )
    assert datetime(2026, 5, 1, 9, 0, tzinfo=UTC) == said.said_at


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        pytest.param({"other": ""}, Fault.SECOND_NUMBER_MISSING, id="none"),
        pytest.param({"other": "twelve"}, Fault.UNREADABLE_SECOND_NUMBER, id="words"),
        pytest.param({"other": "12"}, Fault.UNREADABLE_SECOND_NUMBER, id="short"),
        pytest.param({"number": "12"}, Fault.UNREADABLE_NUMBER, id="the-first"),
    ],
)
def test_a_join_needs_a_second_number(fields: dict[str, str], fault: Fault) -> None:
    """Which of the two is missing or cannot be read is told, and in which column it stands."""
    assert fault is _read(**joined(**fields))
    assert ("other" in MEANINGS[fault]) == ("other" in fields)


def test_a_file_can_join_numbers(home: Path) -> None:
    """Both numbers then answer the same, the no of either; the file twice changes nothing."""
    rows = [row(), no(OTHER, said_at="2026-04-01"), joined(), joined(other=NUMBER)]
    file = put(home, as_csv(rows))
    rehearsed = run_import(file, brand="lmt", dry_run=True)[1]
    whole, lines = run_import(file, brand="lmt")
    assert not whole
    told = "4 rows: 3 recorded, 0 there already, 1 rejected"
    assert [told, told] == [lines[0], rehearsed[1]]
    assert any("joined_with_itself" in line for line in lines)
    for number in (NUMBER, OTHER):
        _, (verdict,) = run_check(whom(number), Wanted(brand="lmt", purposes=["offers"]))
        assert "withdrawn" in verdict
    again = run_import(file, brand="lmt")[1]
    assert "4 rows: 0 recorded, 3 there already, 1 rejected" == again[0]
