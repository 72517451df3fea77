"""`consent import`: files of every shape, rejected rows, rehearsals, and going on after a kill."""

from __future__ import annotations

import asyncio
import csv
import io
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import pytest

import app.import_crew
from app.composition import compose
from app.import_command import run_import
from app.import_file import FileBroken, ImportFile
from app.settings import load_settings
from app.store import open_store
from consent.errors import SettingBroken, StoreUnavailable
from consent.notices import Form
from consent.ports import Address, AddressKind, Inbound, Proof
from consent.replies import Option
from locales import ROOT
from storage.batches import SqlBatches
from tests.doors.import_stage import CATALOGUE, NUMBER, SHELF, as_csv, as_json, no, put, row

_COUNT = "SELECT count(*) FROM decisions"
_OF_THE_FIRST = """SELECT subject, action, language, actor, method FROM decisions
    WHERE customer_id = (SELECT customer_id FROM customers WHERE length = 5) ORDER BY position"""
_ALL = ("SELECT * FROM decisions", "SELECT * FROM standing", "SELECT * FROM addresses")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder, with no setting but the defaults."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("CONSENT_")]:
        monkeypatch.delenv(name)
    return tmp_path


ROWS = [
    row(),
    row(subject="sms", action="on"),
    row("2000 0002"),
    row("+37120000003", actor=""),
    no("12"),
    no(said_at="2026-04-01"),
    {"number": NUMBER, "action": "service_ended", "said_at": "2026-05-01", "actor": "billing"},
]


def ask(home: Path, query: str) -> list[tuple[object, ...]]:
    """Look into the store from outside."""
    with sqlite3.connect(home / "var" / "consent.db") as connection:
        return connection.execute(query).fetchall()


def listed(file: Path) -> list[list[str]]:
    """Return the rejected rows of a file: number and reason."""
    with file.with_name(f"{file.name}.rejected.csv").open(encoding="utf-8") as stream:
        return [line[:2] for line in csv.reader(stream)][1:]


_SHAPES = {
    "commas": as_csv(ROWS),
    "semicolons": as_csv(ROWS, ";"),
    "tabs": as_csv(ROWS, "\t"),
    "byte order mark": b"\xef\xbb\xbf" + as_csv(ROWS, ";"),
    "other order and capitals": as_csv([dict(reversed(r.items())) for r in ROWS]).replace(
        b"number", b"NUMBER", 1
    ),
    "empty lines": as_csv(ROWS).replace(b"\r\n", b"\r\n\r\n"),
    "JSON Lines": as_json(ROWS),
    "JSON Lines with a byte order mark": b"\xef\xbb\xbf" + as_json(ROWS) + b"\n\n",
}


@pytest.mark.parametrize("content", _SHAPES.values(), ids=_SHAPES)
def test_every_shape_of_a_file_says_the_same(home: Path, content: bytes) -> None:
    """Delimiter, mark, order of columns and format make no difference."""
    clean, lines = run_import(put(home, content), brand="lmt")
    assert (False, "7 rows: 5 recorded, 0 there already, 2 rejected") == (clean, lines[0])
    assert [
        ("offers", "given", "lv", "shop 12", "paper"),
        ("sms", "on", "lv", "shop 12", "paper"),
        ("offers", "withdrawn", "lv", "import", "document"),
        ("sms", "unset", "lv", "import", "document"),
        ("service", "ended", "lv", "billing", "document"),
    ] == ask(home, _OF_THE_FIRST)
    assert [(6,)] == ask(home, _COUNT)


def test_rejected_rows_are_listed_without_a_word_of_them(home: Path) -> None:
    """Row as a spreadsheet counts, and why; no number, and for the owner's eyes alone."""
    file = put(home, as_csv(ROWS))
    run_import(file, brand="lmt")
    rejected = home / "crm.csv.rejected.csv"
    assert [["5", "actor_missing"], ["6", "unreadable_number"]] == listed(file)
    assert NUMBER not in rejected.read_text(encoding="utf-8")
    assert 0o600 == rejected.stat().st_mode & 0o777


def test_where_nothing_is_rejected_nothing_is_listed(home: Path) -> None:
    """A clean file leaves no list behind, wherever it was to be."""
    elsewhere = home / "elsewhere.csv"
    clean, lines = run_import(put(home, as_csv([row()])), brand="lmt", rejected=elsewhere)
    assert (True, ["1 rows: 1 recorded, 0 there already, 0 rejected"]) == (clean, lines)
    assert {"crm.csv", "var"} == {path.name for path in home.iterdir()}


def test_the_same_file_twice_changes_nothing(home: Path) -> None:
    """The second time every row is there already; the store stays byte for byte what it says."""
    file = put(home, as_csv(ROWS))
    run_import(file, brand="lmt")
    before = [ask(home, query) for query in _ALL]
    clean, lines = run_import(file, brand="lmt")
    assert "7 rows: 0 recorded, 5 there already, 2 rejected" == lines[0]
    assert before == [ask(home, query) for query in _ALL]
    assert not clean


def test_a_rehearsal_says_it_beforehand(home: Path) -> None:
    """The same figures and the same list, and nothing in the store."""
    file = put(home, as_csv(ROWS))
    _, rehearsed = run_import(file, brand="lmt", dry_run=True)
    early = listed(file)
    assert [] == ask(home, "SELECT * FROM customers") + ask(home, "SELECT * FROM imports")
    _, done = run_import(file, brand="lmt")
    assert ["Rehearsed: nothing was recorded.", *done] == rehearsed
    assert early == listed(file)


def test_the_customer_sees_where_it_came_from(home: Path) -> None:
    """Status names our staff, and earlier records, as the source of what was brought in."""
    by_staff = row(subject="2", notice=SHELF.current("lmt", "traffic", "lv", Form.CHAT).code)
    run_import(put(home, as_csv([row(), by_staff | {"actor": "staff 7"}])), brand="lmt")
    settings = load_settings(CATALOGUE)
    store = open_store(settings)
    assistant = compose(ROOT, store.ledger, settings.link_base)
    inbound = Inbound(
        brand="lmt",
        door="telegram",
        address=Address(AddressKind.MSISDN, NUMBER),
        message_id="m1",
        received_at=datetime.now(UTC),
        proof=Proof(kind="contact", level=1),
        form=Form.CHAT,
        choice=Option(name="status"),
        language="en",
    )

    async def say() -> str:
        reply = await assistant.desk.handle(inbound)
        await store.database.close()
        voice = assistant.wording("lmt", reply.language, Form.CHAT)
        return "\n".join(voice.message(message) for message in reply.messages)

    text = asyncio.run(say())
    assert "from our earlier records" in text
    assert "by our service centre" in text


_BROKEN = {
    "nothing": (b"", "empty"),
    "only spaces": (b" \r\n \n", "empty"),
    "another encoding": (as_csv([row()]).decode().encode("utf-16"), "UTF-16"),
    "letters of Windows": (as_csv([row(document="X")]).replace(b"X", b"\xee"), "Line 2 is not"),
    "no header": (b"+37120000001,offers,withdrawn\n", "first row must name"),
    "an unknown column": (b"number,action,notic\n", "notic"),
    "no action": (b"number,subject\n", "action"),
    "a column twice": (b"number,action,number\n", "twice"),
    "an open quotation mark": (as_csv([no()]) + b'"+3712,given,offers\n', "After row 2"),
    "one JSON list": (b'[{"number": "1"}]', "one object a line"),
}


@pytest.mark.parametrize(("content", "hint"), _BROKEN.values(), ids=_BROKEN)
def test_a_broken_file_says_what_is_wrong(home: Path, content: bytes, hint: str) -> None:
    """One line that names the place or the column."""
    with pytest.raises(FileBroken, match=hint):
        run_import(put(home, content), brand="lmt")


def test_what_stands_before_a_fault_is_recorded(home: Path) -> None:
    """A no is not lost because the file breaks further down."""
    content = as_csv([no(), no("+37120000002")]) + b"\xff\n"
    with pytest.raises(FileBroken, match="Line 4"):
        run_import(put(home, content), brand="lmt")
    assert [(2,)] == ask(home, _COUNT)


def test_settings_that_make_no_sense_are_refused(home: Path) -> None:
    """An unknown brand, a list over the file itself, a folder that is not there."""
    file = put(home, as_csv([no("12")]))
    with pytest.raises(SettingBroken, match="lmt, amigo"):
        run_import(file, brand="bite")
    with pytest.raises(SettingBroken, match="the file itself"):
        run_import(file, brand="lmt", rejected=home / "." / "crm.csv")
    with pytest.raises(SettingBroken, match="rejected rows cannot be listed"):
        run_import(file, brand="lmt", rejected=home / "nowhere" / "list.csv")
    with pytest.raises(FileBroken, match=r"missing\.csv: No such file"):
        run_import(home / "missing.csv", brand="lmt")
    assert as_csv([no("12")]) == file.read_bytes()


class _Screen(io.StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        """Say that somebody looks."""
        return True


def test_progress_is_shown_to_those_who_look(home: Path) -> None:
    """A bar on a terminal, wiped at the end; nothing where nobody looks."""
    file = put(home, as_csv([no(f"+3712{i:07d}") for i in range(1200)]))
    screen, pipe = _Screen(), io.StringIO()
    run_import(file, brand="lmt", screen=screen)
    run_import(file, brand="lmt", screen=pipe)
    assert "500 rows" in screen.getvalue()
    assert screen.getvalue().endswith("\r\x1b[K")
    assert "" == pipe.getvalue()


def test_rows_of_another_shape_are_rejected(home: Path) -> None:
    """Too many fields, too few, or no JSON object of known names; the others are recorded."""
    lines = as_csv([no(), no(), no("+37120000002")]).splitlines()
    lines[1:3] = [b"a,b,c,d", b"+37120000001"]
    file = put(home, b"\n".join(lines))
    run_import(file, brand="lmt")
    assert [["2", "unreadable_row"], ["3", "unreadable_row"]] == listed(file)
    objects = [b'{"number": 5}', b"{", b'{"nummer": "x"}', b"null", as_json([no()])]
    other = put(home, b"\n".join([as_json([no()]), *objects]), "crm.jsonl")
    run_import(other, brand="lmt")
    assert [[str(n), "unreadable_row"] for n in (2, 3, 4, 5)] == listed(other)


def test_fields_may_hold_lines_and_delimiters(home: Path) -> None:
    """Quoted fields are one field, and rows are counted as a spreadsheet counts them."""
    rows = [row(document='said: "yes;\nindeed"'), no("12")]
    file = put(home, as_csv(rows, ";"))
    run_import(file, brand="lmt")
    assert [["3", "unreadable_number"]] == listed(file)


def test_a_long_file_is_never_in_memory(home: Path) -> None:
    """Ten times the rows take no more memory to read."""
    peaks = []
    for count in (4_000, 40_000):
        file = put(home, as_csv([row(f"+3712{i:07d}") for i in range(count)]), f"{count}.csv")
        tracemalloc.start()
        with ImportFile(file) as source:
            assert count == sum(1 for _ in source.rows())
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0]


def many(count: int) -> list[dict[str, str]]:
    """Return rows of which every seventh is rejected, and some are about somebody before."""
    rows = [row(f"+3712{i // 2:07d}", document=f"form {i}") for i in range(count)]
    for i in range(0, count, 7):
        rows[i]["actor"] = ""
    return rows


def test_an_unreachable_store_is_told_with_the_row(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was recorded stays; the same command goes on there, and lists every reject once."""
    file = put(home, as_csv(many(7_000)))
    real, calls = SqlBatches.record, iter(range(99))

    async def fail(self: SqlBatches, *given: object) -> object:
        if next(calls) >= 12:
            raise StoreUnavailable("(no more)")
        return await real(self, *given)  # type: ignore[arg-type]

    with monkeypatch.context() as failing:
        # What others prepare is recorded otherwise: see `test_import_crew`.
        failing.setattr(app.import_crew, "WORTH_IT", 10**9)
        failing.setattr(SqlBatches, "record", fail)
        with pytest.raises(StoreUnavailable, match="row 6001; the same command goes on"):
            run_import(file, brand="lmt")
    _, lines = run_import(file, brand="lmt")
    assert "Gone on after row 5001, where it had been stopped." == lines[0]
    _whole(home, file)


def _whole(home: Path, file: Path) -> None:
    """Check that every row is recorded or listed, each once."""
    expected = [[str(i + 2), "actor_missing"] for i in range(0, 7_000, 7)]
    assert expected == listed(file)
    recorded = 7_000 - len(expected)
    assert [(recorded,)] == ask(home, "SELECT count(*) FROM decisions")
    assert [(recorded,)] == ask(home, "SELECT sum(length) FROM customers")
    finished = "SELECT rows_done, rows_rejected FROM imports WHERE finished_at IS NOT NULL"
    assert {(7_001, len(expected))} == {*ask(home, finished)}


def test_without_its_list_a_file_begins_anew(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list of rejected rows that is gone or was changed can only be made from the start."""
    test_an_unreachable_store_is_told_with_the_row(home, monkeypatch)
    file = home / "crm.csv"
    with sqlite3.connect(home / "var" / "consent.db") as connection:
        connection.execute("UPDATE imports SET finished_at = NULL, rows_done = 5001")
    for damage in (b"\xff", b"row,reason,meaning\n2,x,y\n"):
        (home / "crm.csv.rejected.csv").write_bytes(damage)
        with sqlite3.connect(home / "var" / "consent.db") as connection:
            connection.execute("UPDATE imports SET finished_at = NULL, rows_rejected = 700")
        _, lines = run_import(file, brand="lmt")
        assert lines[0].startswith("7000 rows: 0 recorded")
        _whole(home, file)


def test_a_killed_import_goes_on(home: Path) -> None:
    """Killed at any moment, the same command ends with each row recorded or listed once."""
    file = put(home, as_csv(many(7_000)))
    chance = random.Random(1)  # noqa: S311 - no secret
    program = [str(Path(sys.executable).parent / "consent"), "import", str(file), "--brand", "lmt"]
    kills = [_killed(home, program, chance.random() / 4) for _ in range(2)]
    done = subprocess.run(program, check=False, capture_output=True, text=True)
    assert any(kills)
    assert (3, "") == (done.returncode, done.stderr)
    _whole(home, file)


def _killed(home: Path, program: list[str], wait: float) -> bool:
    """Start it, let it record something and go on for a while; say whether it was killed then."""
    before = _recorded(home)
    running = subprocess.Popen(program, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while running.poll() is None and _recorded(home) == before:
        time.sleep(0.02)
    try:
        running.wait(wait)
    except subprocess.TimeoutExpired:
        running.send_signal(signal.SIGKILL)
        running.wait()
        return True
    return False


def _recorded(home: Path) -> list[tuple[object, ...]]:
    try:
        return [r for r in ask(home, _COUNT) if r != (0,)]
    except sqlite3.OperationalError:
        return []
