"""Rows of whole commands measure what they say, on stores far too small to say how fast."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from app.bench_scope import Place, Scope, Size
from consent.standing import Record
from tests.bench import growth_row, import_row, list_row, ready_row, verify_row
from tests.bench.commands import run
from tests.bench.floors.list_check import Hashes
from tests.bench.many_customers import grow, number, records
from tests.bench.stores import counted, home
from tests.builders import START

SQLITE = Place(name="SQLite")


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def place(request: pytest.FixtureRequest, place_of: Callable[[str], Place]) -> Place:
    """Return where stores are made, each kind in turn."""
    return place_of(request.param)


def _scope(folder: Path, place: Place) -> Scope:
    return Scope(size=Size.QUICK, places=(place,), folder=folder, rounds=1)


def test_a_list_is_checked_alike(place: Place, tmp_path: Path) -> None:
    """Both sides allow and block the same rows, and note as many looks."""
    listed = tmp_path / "list.csv"
    list_row.write_list(listed, 400, 800)
    with home(place, tmp_path) as stores:
        store, key = stores.fresh(), tmp_path / "root.key"
        index = grow(store, key, 800)
        stage = list_row.Stage(store=store, key=key, index=index, listed=listed, folder=tmp_path)
        looked = []
        for check in (stage.floor, stage.product):
            before = counted(store, "list_looks")["list_looks"]
            cost = check()
            assert 0 < cost.processor
            assert cost.peak > 10e6
            looked.append(counted(store, "list_looks")["list_looks"] - before)
        stage.require_same_rows()
        assert looked[0] == looked[1] > 0
        with (tmp_path / "floor-yes.csv").open() as stream:
            assert 100 < sum(1 for _ in csv.reader(stream)) < 400


def test_stores_are_filled_with_records_as_the_product_writes_them() -> None:
    """Written out by hand, and letter by letter what the product would have written."""
    for n in range(10):
        for _kind, _subject, written in records(n, START, "f" * 64):
            record = msgspec.json.decode(written, type=Record)
            assert written == msgspec.json.encode(record).decode()
            assert record.yes or record.no


def test_rows_that_differ_are_noticed(tmp_path: Path) -> None:
    """One row more on one side, and there is no figure."""
    for side in ("floor", "product"):
        for name in ("yes", "no"):
            (tmp_path / f"{side}-{name}.csv").write_text("id,phone,name,segment\n1,2,3,4\n")
    stage = list_row.Stage(store="", key=tmp_path, index=b"", listed=tmp_path, folder=tmp_path)
    stage.require_same_rows()
    (tmp_path / "floor-no.csv").write_text("id,phone,name,segment\n")
    with pytest.raises(AssertionError, match="differ"):
        stage.require_same_rows()


def test_the_floor_hashes_as_the_store_does(tmp_path: Path) -> None:
    """A number is found however it is spaced; the product's vault gives the same hash."""
    with home(SQLITE, tmp_path) as stores:
        store = stores.fresh()
        index = grow(store, tmp_path / "root.key", 1)
        assert 1 == counted(store, "addresses")["addresses"]
    spaced = f"{number(0)[4:6]} {number(0)[6:]}"
    assert Hashes(index).of(number(0)) == Hashes(index).of(spaced)


def test_every_row_of_an_import_is_a_decision(place: Place, tmp_path: Path) -> None:
    """What the row writes is taken whole; one that is refused ends the run."""
    file = tmp_path / "rows.csv"
    import_row.write_rows(file, 60)
    with home(place, tmp_path) as stores:
        assert import_row.import_once(stores, tmp_path, file, 60).seconds > 0
        file.write_text(file.read_text() + "+37120000000,offers,given,,,,,,\n")
        with pytest.raises(AssertionError, match="import"):
            import_row.import_once(stores, tmp_path, file, 61)


def test_a_proof_is_checked_whole(tmp_path: Path) -> None:
    """The decisions that were written are those that are checked; a changed byte is no figure."""
    file, public = tmp_path / "proof.jsonl", tmp_path / "public.pem"
    count = verify_row.write_proof(file, public, 20)
    assert 20 * verify_row.LENGTH == count
    assert verify_row.check_once(file, public, count) > 0
    file.write_bytes(file.read_bytes().replace(b'"given"', b'"asked"', 1))
    with pytest.raises(AssertionError):
        verify_row.check_once(file, public, count)


def test_growth_compares_two_sizes(place: Place, tmp_path: Path) -> None:
    """A verdict and a turn, each in a large store beside the small one."""
    found = list(growth_row.on(place, tmp_path, (100, 300), 2))
    assert ["verdict", "turn"] == [figure.row.split()[0] for figure in found]
    for figure in found:
        assert (2, 2) == (len(figure.tries), len(figure.floor))
        assert figure.ratio is not None


def test_readiness_and_memory(tmp_path: Path) -> None:
    """A start takes some time, and load takes no less memory than idling."""
    scope = _scope(tmp_path, SQLITE)
    readiness, idle, loaded = ready_row.ready(scope)
    assert readiness.value is not None
    assert readiness.value > 1e8
    assert idle.value is not None
    assert loaded.value is not None
    assert 30e6 < idle.value <= loaded.value


def test_the_memory_of_a_command_is_its_own() -> None:
    """What the process that measures holds is not counted."""
    held = b"x" * 200_000_000
    cost = run([sys.executable, "-c", "import time; time.sleep(0.1)"], {})
    assert cost.peak < len(held)


def test_a_command_that_fails_is_no_figure() -> None:
    """Its own words are in the error."""
    with pytest.raises(AssertionError, match="no such thing"):
        run([sys.executable, "-c", "raise SystemExit('no such thing')"], {})
