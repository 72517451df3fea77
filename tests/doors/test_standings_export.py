"""`consent export-standings`: a CRM gets what a verdict says; each customer sees who looked."""

from __future__ import annotations

import csv
import json
import os
import sqlite3
import tracemalloc
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.check_command import Wanted as Asked
from app.check_command import run_check
from app.forget_command import run_forget
from app.import_command import run_import
from app.standings_export import ExportRefused, Wanted, run_export
from app.whom import whom
from consent.errors import SettingBroken
from tests.doors.import_stage import CATALOGUE, NUMBER, as_csv, no, put, row

_SOON = datetime.now(UTC) + timedelta(days=30)
#: Somebody in every state that a file can bring about.
DAY = [
    row("+37120000001"),
    row("+37120000001", subject="sms", action="on"),
    row("+37120000002"),
    no("+37120000002"),
    no("+37120000003", subject="research"),
    row("+37120000004"),
    {"number": "+37120000004", "action": "service_ended", "said_at": "2026-05-01", "actor": "b"},
    row("+37120000005"),
    no("+37120000005", subject="topic:news", action="off"),
    row("+37120000006"),
    {
        "number": "+37120000006",
        "subject": "location",
        "action": "paused",
        "until": _SOON.isoformat(),
    },
]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder, with no setting but the defaults."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("CONSENT_")]:
        monkeypatch.delenv(name)
    return tmp_path


def _bring(home: Path, rows: list[dict[str, str]], brand: str = "lmt") -> None:
    file = put(home, as_csv(rows), f"{len(list(home.iterdir()))}.csv")
    clean, lines = run_import(file, brand=brand)
    assert clean, lines


def _export(home: Path, **changes: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    fields = {"brand": "lmt", "by": "CRM", "reason": "monthly sync", "shape": "jsonl"}
    file = home / f"out-{len(list(home.iterdir()))}"
    run_export(Wanted(**(fields | changes)), file)
    return [json.loads(line) for line in file.read_text().splitlines()]


def _allowed(number: str, purpose: str, channel: str | None = None) -> bool:
    channels = [channel] if channel else []
    return run_check(whom(number), Asked(brand="lmt", purposes=[purpose], channels=channels))[0]


def test_what_is_exported_is_what_a_verdict_says(home: Path) -> None:
    """`given` where a check says allowed, for every customer and purpose; else its reason."""
    _bring(home, DAY)
    found = {one["numbers"][0]: one for one in _export(home)}
    assert {f"+3712000000{n}" for n in range(1, 7)} == found.keys()
    for number, one in found.items():
        for purpose, state in one["purposes"].items():
            assert (state["state"] == "given") is _allowed(number, purpose), (number, purpose)
    states = {number[-1]: one["purposes"]["offers"]["state"] for number, one in found.items()}
    assert {
        "1": "given",
        "2": "withdrawn",
        "3": "never_asked",
        "4": "service_ended",
        "5": "given",
        "6": "given",
    } == states
    assert "on" == found["+37120000001"]["channels"]["sms"]["state"]
    assert "unset" == found["+37120000001"]["channels"]["call"]["state"]
    assert "2026-03-01T10:00:00.000000Z" == found["+37120000001"]["purposes"]["offers"]["since"]
    assert "off" == found["+37120000005"]["topics"]["news"]["state"]
    assert "on" == found["+37120000001"]["topics"]["news"]["state"]


def test_brought_in_as_noes_it_allows_nothing_more(home: Path) -> None:
    """What a CRM held to be no is no everywhere else, too."""
    _bring(home, DAY)
    exported = _export(home)
    (home / "var").rename(home / "old")
    noes = [
        no(number, subject=purpose, said_at=one["as_of"])
        for one in exported
        for number in one["numbers"]
        for purpose, state in one["purposes"].items()
        if state["state"] != "given"
    ]
    _bring(home, noes)
    for one in exported:
        for purpose, state in one["purposes"].items():
            assert not _allowed(one["numbers"][0], purpose)
            if state["state"] != "given":
                again = next(o for o in _export(home) if o["numbers"] == one["numbers"])
                assert again["purposes"][purpose]["state"] in {"refused", "withdrawn"}
                break


def test_csv_says_the_same(home: Path) -> None:
    """A header and one row a customer, for spreadsheets and loaders."""
    _bring(home, DAY)
    run_export(Wanted(brand="lmt", by="CRM", reason="sync"), home / "out.csv")
    with (home / "out.csv").open(encoding="utf-8", newline="") as stream:
        rows = {r["number"]: r for r in csv.DictReader(stream)}
    for one in _export(home):
        line = rows[one["numbers"][0]]
        for kind, prefix in (("purposes", ""), ("channels", "channel_"), ("topics", "topic_")):
            for name, state in one[kind].items():
                assert state["state"] == line[f"{prefix}{name}"]
                assert (state["since"] or "") == line[f"{prefix}{name}_since"]
    assert 0o600 == (home / "out.csv").stat().st_mode & 0o777


def test_each_customer_can_read_who_looked(home: Path) -> None:
    """One line each, with who and what for (law 9); every export is another look."""
    _bring(home, DAY)
    _export(home)
    _export(home, by="auditor", reason="yearly check")
    with sqlite3.connect(home / "var" / "consent.db") as connection:
        looks = connection.execute(
            "SELECT customer_id, viewer, reason_of_look, question FROM read_log"
        ).fetchall()
        customers = {c for (c,) in connection.execute("SELECT customer_id FROM customers")}
    assert customers == {look[0] for look in looks if look[2] == "monthly sync"}
    assert customers == {look[0] for look in looks if look[2] == "yearly check"}
    assert 12 == len(looks)
    assert {"all standings"} == {look[3] for look in looks}
    assert all(look[1].startswith(("CRM (cli:", "auditor (cli:")) for look in looks)


def test_brands_are_sealed_from_each_other(home: Path) -> None:
    """The same number at the other brand is in neither the file nor the log (law 7)."""
    _bring(home, [row()])
    _bring(home, [no(), no("+37126000001")], brand="amigo")
    assert ["given"] == [one["purposes"]["offers"]["state"] for one in _export(home)]
    assert 2 == len(_export(home, brand="amigo"))
    with sqlite3.connect(home / "var" / "consent.db") as connection:
        looks = connection.execute("SELECT count(*) FROM read_log").fetchone()
    assert (3,) == looks


def test_the_forgotten_are_nobody_s(home: Path) -> None:
    """They are left out of a full export; what changed says of their pseudonym: erased."""
    _bring(home, DAY)
    before = datetime.now(UTC)
    known = {one["numbers"][0]: one["customer"] for one in _export(home)}
    run_forget(whom(NUMBER), brand="lmt", reason="request")
    assert NUMBER not in {number for one in _export(home) for number in one["numbers"]}
    (gone,) = _export(home, changed_since=before.isoformat())
    assert (known[NUMBER], []) == (gone["customer"], gone["numbers"])
    assert {"erased"} == {state["state"] for state in gone["purposes"].values()}
    assert {"unset"} == {state["state"] for state in gone["channels"].values()}


def test_only_what_changed_is_written(home: Path) -> None:
    """By a word, or by a number that changed hands, since the moment."""
    _bring(home, DAY)
    since = datetime.now(UTC).isoformat()
    assert [] == _export(home, changed_since=since)
    _bring(home, [no("+37120000001"), row("+37126000009")])
    released = {"number": "+37120000003", "action": "number_released", "actor": "billing"}
    _bring(home, [released | {"said_at": datetime.now(UTC).isoformat()}])
    found = _export(home, changed_since=since)
    assert {"+37120000001", "+37126000009"} == {n for one in found for n in one["numbers"]}
    (gone,) = [one for one in found if not one["numbers"]]
    assert {"unknown_address"} == {state["state"] for state in gone["purposes"].values()}


def test_what_the_clock_changed_is_written(home: Path) -> None:
    """A pause that ended and a consent that ran out need no word, and are told all the same."""
    # Brought in today, of days long past: nothing is touched from here on.
    ended = {"action": "service_ended", "said_at": "2024-11-01", "actor": "billing"}
    paper = {"said_at": "2024-03-01T12:00:00+02:00"}
    _bring(home, [row(**paper), {"number": NUMBER, **ended}])
    with sqlite3.connect(home / "var" / "consent.db") as connection:
        connection.execute("UPDATE decisions SET recorded_at = said_at")
        connection.execute("UPDATE addresses SET proven_at = 0")
    assert ["service_ended"] == [o["purposes"]["offers"]["state"] for o in _export(home)]
    assert [] == _export(home, changed_since="2026-06-01")
    # Before that day they were a customer still.
    assert 1 == len(_export(home, changed_since="2024-10-01"))


@pytest.mark.parametrize(
    "changes",
    [
        {"brand": "bite"},
        {"by": " "},
        {"reason": ""},
        {"changed_since": "yesterday"},
        {"changed_since": "9999-99-99"},
    ],
    ids=str,
)
def test_a_question_half_asked_is_refused(home: Path, changes: dict[str, str]) -> None:
    """Nothing is written, and nobody has looked."""
    _bring(home, [row()])
    with pytest.raises(SettingBroken):
        _export(home, **changes)
    with sqlite3.connect(home / "var" / "consent.db") as connection:
        assert (0,) == connection.execute("SELECT count(*) FROM read_log").fetchone()
    assert [] == [path for path in home.iterdir() if path.name.startswith((".out", "out"))]


def test_a_file_that_is_there_is_kept(home: Path) -> None:
    """An older export is never written over."""
    _bring(home, [row()])
    (home / "out.csv").write_text("older")
    with pytest.raises(ExportRefused, match="already"):
        run_export(Wanted(brand="lmt", by="CRM", reason="sync"), home / "out.csv")
    assert "older" == (home / "out.csv").read_text()


def test_memory_does_not_grow_with_customers(home: Path) -> None:
    """Four times the customers, the same peak: a page at a time."""
    peaks = []
    for first, last in ((0, 1_200), (1_200, 4_800)):
        _bring(home, [no(f"+3712{n:07}") for n in range(first, last)])
        _export(home)
        tracemalloc.start()
        run_export(Wanted(brand="lmt", by="CRM", reason="sync"), home / f"peak-{last}")
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.3 * peaks[0]
    assert 4_801 == (home / "peak-4800").read_text().count("\n")


def test_every_name_of_the_catalogue_has_its_column(home: Path) -> None:
    """A purpose, channel or topic more is a column more, by data alone."""
    _bring(home, [row()])
    (one,) = _export(home)
    assert [p.id for p in CATALOGUE.purposes] == list(one["purposes"])
    assert [c.id for c in CATALOGUE.channels] == list(one["channels"])
    assert [t.id for t in CATALOGUE.topics] == list(one["topics"])
