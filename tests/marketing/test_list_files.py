"""Lists as people and programs save them: recognised, read in pieces, and written as they came."""

from __future__ import annotations

import csv
import io
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.list_check_files import Outputs
from app.list_check_source import ListSource
from marketing.list_columns import ListUnclear
from marketing.listing import Rejection
from tests.marketing.list_stage import holds

LARGE = 1 << 30


def read(folder: Path, content: bytes, **asked: str) -> tuple[str, list[str | Rejection | None]]:
    """Return the column that was found, and the cell or the rejection of each row."""
    file = folder / "list"
    file.write_bytes(content)
    wanted = [asked["column"]] if "column" in asked else []
    with ListSource(file, holds, largest=LARGE, wanted=wanted) as source:
        rows = [row for batch in source.batches(3) for row in batch]
        found = [cell if cell is not None else row for _, cell, _, row in rows]
        return ", ".join(source.shape.columns), found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1257"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encodings_and_delimiters_are_recognised(
    tmp_path: Path, encoding: str, delimiter: str
) -> None:
    """A Latvian list comes out of every program the same."""
    rows = [["vārds", "Tālruņa nr.", "summa"], ["Jānis Bērziņš", "26123456", "1.5"]] * 1
    rows += [["Žanna Ķēniņa", "+371 29 000 001", "2"], ["Ūdris", "29000002", "3"]]
    text = "\r\n".join(delimiter.join(row) for row in rows)
    column, cells = read(tmp_path, text.encode(encoding))
    assert "Tālruņa nr." == column
    assert ["26123456", "+371 29 000 001", "29000002"] == cells


def test_russian_lists_are_recognised(tmp_path: Path) -> None:
    """In Windows-1251, with the column named in Russian."""
    text = "имя;Телефон\nАнна Петрова;26123456\nПётр Щукин;26123457\n"
    assert "Телефон" == read(tmp_path, text.encode("cp1251"))[0]


@pytest.mark.parametrize(
    ("text", "column"),
    [
        pytest.param("id,kontakts\n1,26123456\n2,26123457\n", "kontakts", id="by-content"),
        pytest.param("1,26123456\n2,26123457\n", "2", id="without-header"),
        pytest.param("26123456\n26123457", "1", id="numbers-alone"),
        pytest.param("number,phone\n1,26123456\n", "phone", id="named-but-a-count"),
        pytest.param("e-pasts;numurs\na@b.lv;26123456\n", "numurs", id="numbers-before-mail"),
        pytest.param("name,E-mail\nA,a@b.lv\n", "E-mail", id="mail"),
        pytest.param('"a,b",phone\n"c,d",26123456\n', "phone", id="quoted"),
        pytest.param("phone,date\n26123456,22.11.2026\n", "phone", id="dates-are-none"),
        pytest.param('{"x": 1, "phone": 37126123456}\n', "phone", id="json"),
        pytest.param('{"who": "26123456"}\n{"y": 2}\n', "who", id="json-by-content"),
    ],
)
def test_the_column_is_found(tmp_path: Path, text: str, column: str) -> None:
    """By its name in three languages or by what is in it, in any order."""
    assert column == read(tmp_path, text.encode())[0]


def test_a_column_can_be_named(tmp_path: Path) -> None:
    """Where two could be meant, whoever asks must say which, by name or number."""
    text = b"phone,mobile\n26123456,29000001\n"
    with pytest.raises(ListUnclear, match="phone, mobile"):
        read(tmp_path, text)
    assert ["29000001"] == read(tmp_path, text, column="Mobile")[1]
    assert ["26123456"] == read(tmp_path, text, column="1")[1]


def test_broken_rows_are_rejected_one_by_one(tmp_path: Path) -> None:
    """Half a row, stray quotes, broken JSON, decimals: the others are read."""
    text = 'phone,n\n26123456,a\n26123457\n"26123458"x,b\n26123459,"c\n'
    bad = [Rejection.COLUMNS, Rejection.UNREADABLE, Rejection.UNREADABLE]
    assert ["26123456", *bad] == read(tmp_path, text.encode())[1]
    lines = b'{"phone": "26123456"}\n{"phone": 2.6e7}\n{"phone": null}\n{"phone": "26\n[1]\n'
    assert [
        "26123456",
        Rejection.SPREADSHEET_NUMBER,
        "",
        Rejection.UNREADABLE,
        Rejection.UNREADABLE,
    ] == read(tmp_path, lines)[1]


def test_a_file_over_the_limit_is_refused(tmp_path: Path) -> None:
    """By its size, whatever is in it."""
    file = tmp_path / "list"
    file.write_bytes(b"26123456\n" * 200_000)
    with pytest.raises(ListUnclear, match="larger than 1 MiB"):
        ListSource(file, holds, largest=1 << 20)


def test_a_file_that_changes_is_refused(tmp_path: Path) -> None:
    """What was hashed must be what was read."""
    file = tmp_path / "list"
    file.write_bytes(b"26123456\n" * 3)
    with ListSource(file, holds, largest=LARGE) as source:
        batches = source.batches(2)
        next(batches)
        with file.open("ab") as stream:
            stream.write(b"26123457\n")
        with pytest.raises(ListUnclear, match="changed"):
            list(batches)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b'{"phone": "26123456"}\r' * 99_999, id="json-carriage-returns"),
        pytest.param(("phone,n\n26123456," + "\u0d0a" * 9_999_999).encode("utf-16"), id="utf-16"),
        pytest.param(b"phone,n\n26123456," + b'"a\n",' * 999_999, id="row-of-many-lines"),
    ],
)
def test_no_line_is_held_that_is_too_long(tmp_path: Path, content: bytes) -> None:
    """Whatever its ends look like to whoever counts bytes: refused, in little memory."""
    file = tmp_path / "list"
    file.write_bytes(content)
    tracemalloc.start()
    try:
        with (
            pytest.raises(ListUnclear, match="longer than"),
            ListSource(file, holds, largest=LARGE) as source,
        ):
            list(source.batches())
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
    finally:
        tracemalloc.stop()


@settings(max_examples=150, deadline=None)
@given(content=st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
def test_no_bytes_are_a_crash(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    """Whatever a file holds, it is refused or its rows are."""
    folder = tmp_path_factory.mktemp("bytes")
    try:
        read(folder, b"phone,x\n26123456,a\n" + content)
        read(folder, content)
    except ListUnclear as fault:
        assert fault.detail  # noqa: PT017


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=9), max_size=9))
def test_rows_come_out_as_they_went_in(
    tmp_path_factory: pytest.TempPathFactory, cells: list[str]
) -> None:
    """Whatever stands beside the number, formulas above all, stands there afterwards."""
    text = io.StringIO()
    rows = [["phone", "n"], ["26123456", "=1+1"], *(["26123457", cell] for cell in cells)]
    csv.writer(text).writerows(rows)
    file = tmp_path_factory.mktemp("rows") / "list"
    file.write_bytes(text.getvalue().encode())
    with ListSource(file, holds, largest=LARGE) as source:
        shape = source.shape
        found = [(row, ()) for batch in source.batches() for _, _, _, row in batch]
        assert text.getvalue().encode() == shape.head(added=False) + shape.lines(found)


def test_outputs_appear_together_or_not_at_all(tmp_path: Path) -> None:
    """What did not appear leaves nothing, not even a temporary name; nothing is replaced."""
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    with Outputs() as outputs:
        outputs.begin("a", first)
        outputs.write("a", b"1\n")
    assert [] == [*tmp_path.iterdir()]
    with Outputs() as outputs:
        outputs.begin("a", first)
        outputs.begin("b", second)
        outputs.write("a", b"1\n")
        second.write_bytes(b"mine")
        with pytest.raises(ListUnclear, match=r"b\.csv"):
            outputs.appear()
    assert [second] == [*tmp_path.iterdir()]
    assert b"mine" == second.read_bytes()
