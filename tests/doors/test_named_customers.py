"""CRM ids and e-mail addresses as files and systems bring them in, and as they are asked by."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from app.check_command import Wanted, run_check
from app.import_command import run_import
from app.import_file import COLUMNS
from app.import_rows import MEANINGS, Fault, RowReader
from app.whom import NobodyMeant, whom
from consent.batches import Entry, Naming, Refusal, Release
from consent.errors import AddressBroken
from consent.ports import Address, AddressKind
from tests.doors.import_stage import CATALOGUE, NUMBER, SHELF, as_csv, as_json, no, put, row
from tests.doors.test_commands import consent
from tests.doors.test_decision_routes import Stage, _short, stage
from tests.doors.test_decision_routes import no as told_no

__all__ = ["stage"]

OTHER = "+37120000002"
CRM, MAIL = AddressKind.CRM_ID, AddressKind.EMAIL
SAID = {"said_at": "2026-05-01T12:00:00+03:00", "actor": "crm"}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder, with no setting but the defaults."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("CONSENT_")]:
        monkeypatch.delenv(name)
    return tmp_path


def _read(**fields: str) -> object:
    reader = RowReader("lmt", CATALOGUE, SHELF)
    return reader.read(tuple(fields.get(name, "") for name in COLUMNS))


def _identified(number: str = NUMBER, **names: str) -> dict[str, str]:
    return {"number": number, "action": "customer_identified", **SAID, **names}


def test_a_row_may_name_its_customer() -> None:
    """By a CRM id, kept as it is, and an e-mail address in one spelling."""
    said = _read(**row(crm_id="C-017a", email="Anna@Example.LV"))
    assert isinstance(said, Entry)
    assert (Address(CRM, "C-017a"), Address(MAIL, "anna@example.lv")) == said.names
    plain = _read(**row())
    assert isinstance(plain, Entry)
    assert ((), None) == (plain.names, plain.unnamed)


def test_a_no_is_not_lost_for_a_name_that_cannot_be_read() -> None:
    """The name is left out and told of; a yes is refused by the rules then."""
    for names, why in (
        ({"crm_id": "x" * 65}, Refusal.CRM_ID_UNREADABLE),
        ({"crm_id": "C-1", "email": "nobody"}, Refusal.EMAIL_UNREADABLE),
    ):
        said = _read(**no(**names))
        assert isinstance(said, Entry)
        assert ((), why) == (said.names, said.unnamed)


def test_rows_may_say_nothing_else() -> None:
    """Who a number's customer is, and what is a customer's no longer."""
    named = _read(**_identified(crm_id="C-1", email="a@b.lv"))
    assert isinstance(named, Naming)
    assert (NUMBER, "crm", 2) == (named.address.value, named.actor, len(named.names))
    for action, field, value, kind in (
        ("crm_id_released", "crm_id", "C-1", CRM),
        ("email_released", "email", "a@b.lv", MAIL),
    ):
        freed = _read(action=action, **SAID, **{field: value})
        assert isinstance(freed, Release)
        assert Address(kind, value) == freed.address
        assert Refusal.NAME_MISSING is _read(action=action, **SAID)
    assert Refusal.CRM_ID_UNREADABLE is _read(action="crm_id_released", **SAID, crm_id="a\0b")
    assert Refusal.EMAIL_UNREADABLE is _read(**_identified(email="a"))
    assert Fault.UNREADABLE_TIME is _read(action="crm_id_released", said_at="soon", crm_id="C")
    assert Fault.UNREADABLE_NUMBER is _read(**_identified("twelve", crm_id="C"))
    assert {*Refusal} <= MEANINGS.keys()


@pytest.mark.parametrize("write", [as_csv, as_json], ids=["CSV", "JSON Lines"])
def test_a_file_brings_names_in(home: Path, write: object) -> None:
    """They are asked by then; a conflict is listed, the no in it stands, twice changes nothing."""
    rows = [
        row(crm_id="C-001", email="anna@example.lv"),
        row(OTHER, crm_id="C-001"),
        no(OTHER, crm_id="C-001"),
        _identified("+37120000009", crm_id="C-9"),
    ]
    file = put(home, write(rows))  # type: ignore[operator]
    rehearsed = run_import(file, brand="lmt", dry_run=True)[1]
    whole, lines = run_import(file, brand="lmt")
    assert lines == rehearsed[1:]
    assert not whole
    assert "4 rows: 2 recorded, 0 there already, 2 rejected" == lines[0]
    assert "1 stand, but not under the CRM id or e-mail that they name:" in lines
    listed = (home / "crm.csv.rejected.csv").read_text().splitlines()[1:]
    reasons = [line.split(",")[1] for line in listed]
    assert ["crm_id_of_another", "crm_id_of_another", "number_unknown"] == reasons
    assert "C-001" not in "".join([*listed, *lines])
    wanted = Wanted(brand="lmt", purposes=["offers"])
    for text, key, allowed in (
        (NUMBER, "", True),
        ("Anna@example.lv", "", True),
        ("", " C-001 ", True),
        ("", "c-001", False),
        (OTHER, "", False),
    ):
        assert allowed is run_check(whom(text, key), wanted)[0]
    assert "4 rows: 0 recorded, 2 there already, 2 rejected" == run_import(file, brand="lmt")[1][0]


def test_somebody_must_be_meant() -> None:
    """One of a number, an e-mail address and a CRM id, and not two."""
    for text, key in (("", ""), (NUMBER, "C-1"), ("", "a\nb"), ("a@", ""), ("  ", "  ")):
        with pytest.raises(NobodyMeant):
            whom(text, key)
    with pytest.raises(AddressBroken, match="phone number"):
        whom("hello")


def test_several_purposes_and_channels_at_once(home: Path) -> None:
    """All purposes must allow it; each channel has a verdict of its own, as of one moment."""
    brought = [row(), row(subject="channel:sms", action="on"), no(subject="traffic")]
    run_import(put(home, as_csv(brought)), brand="lmt")
    asked = ("check", NUMBER, "--brand", "lmt", "--purpose", "offers")
    ways = ("--channel", "sms", "--channel", "call", "--topic", "news", "--topic", "surveys")
    done = consent(home, *asked, *ways, "--json")
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert 3 == done.returncode
    assert [
        ("sms", "news", True),
        ("sms", "surveys", True),
        ("call", "news", False),
        ("call", "surveys", False),
    ] == [(one["channel"], one["topic"], one["allowed"]) for one in said]
    words = consent(home, *asked, *ways[:4])
    assert ["sms: allowed", "call: not allowed"] == [
        line[: line.index("allowed") + 7] for line in words.stdout.splitlines() if ":" in line
    ]
    both = consent(home, *asked, "--purpose", "traffic", "--json")
    (one,) = [json.loads(line) for line in both.stdout.splitlines()]
    assert (3, "refused", ["offers", "traffic"]) == (
        both.returncode,
        one["reason"],
        one["purposes"],
    )
    assert 0 == consent(home, *asked, "--channel", "sms").returncode
    nobody = consent(home, "check", "--brand", "lmt", "--purpose", "offers")
    assert (1, 1) == (nobody.returncode, nobody.stderr.count("\n"))
    assert "CRM id" in nobody.stderr


def test_the_commands_for_one_customer_take_them_all(home: Path) -> None:
    """`history`, `export` and `forget` find by an e-mail address or a CRM id what numbers find."""
    run_import(put(home, as_csv([row(crm_id="C-001", email="anna@example.lv")])), brand="lmt")
    lmt, who = ("--brand", "lmt"), ("--by", "DPO", "--reason", "GDPR 15")
    keys = ((NUMBER,), ("Anna@example.lv",), ("--crm-id", "C-001"))
    told = [consent(home, "history", *key, *lmt) for key in keys]
    assert [(0, told[0].stdout)] * 3 == [(one.returncode, one.stdout) for one in told]
    assert 1 == told[0].stdout.count("\n")
    for turn, key in enumerate(keys[1:]):
        (home / f"out-{turn}").mkdir()
        done = consent(home, "export", *key, *lmt, *who, "-o", f"out-{turn}")
        assert 0 == done.returncode, done.stderr
        (file,) = (home / f"out-{turn}").glob("*.json")
        assert NUMBER in file.read_text(encoding="utf-8")
    gone = consent(home, "forget", *keys[2], *lmt, "--reason", "their wish")
    assert (0, True) == (gone.returncode, gone.stdout.startswith("Forgotten."))
    again = [consent(home, "forget", *key, *lmt, "--reason", "x") for key in keys]
    assert [1] * 3 == [one.returncode for one in again]
    assert {True} == {"Forgotten already" in one.stderr for one in again}


@pytest.mark.parametrize(
    ("whom_said", "told"),
    [
        pytest.param(("--crm-id", "C-404"), "Nobody is known by this.", id="unknown"),
        pytest.param(("no@body.lv",), "Nobody is known by this.", id="unknown e-mail"),
        pytest.param(("--crm-id", "C" * 65), "Say whom", id="no CRM id"),
        pytest.param(("anna@",), "Say whom", id="no e-mail"),
        pytest.param((NUMBER, "--crm-id", "C-001"), "Say whom", id="two"),
        pytest.param(("C-001",), "not a phone number", id="a CRM id as a number"),
    ],
)
def test_nobody_found_by_a_command(home: Path, whom_said: tuple[str, ...], told: str) -> None:
    """One line says why, with exit status 1; the other brand's customer is nobody's."""
    run_import(put(home, as_csv([row(crm_id="C-001")])), brand="lmt")
    reason = ("--reason", "x")
    for words in (("history",), ("export", "--by", "DPO", *reason), ("forget", *reason)):
        done = consent(home, *words, *whom_said, "--brand", "lmt")
        assert (1, "", 1) == (done.returncode, done.stdout, done.stderr.count("\n")), words
        assert told in done.stderr
        other = consent(home, *words, "--crm-id", "C-001", "--brand", "amigo")
        assert (1, True) == (other.returncode, "Nobody is known by this." in other.stderr)
    assert 2 == consent(home, "forget", "--crm-id", "C-001", "--list", "x").returncode


async def test_systems_name_customers_with_a_decision(stage: Stage) -> None:
    """A conflict refuses a yes; a no is recorded, with the reason why it is not found by it."""
    first = stage.yes(crm_id="C-1", email="anna@example.lv")
    assert ["recorded"] == _short(await stage.tell(first))
    assert ["already_there"] == _short(await stage.tell(first))
    other = {"number": OTHER, "crm_id": "C-1"}
    assert ["crm_id_of_another"] == _short(await stage.tell(stage.yes(**other)))
    (outcome,) = await stage.tell(told_no(**other))
    assert ("recorded", "crm_id_of_another") == (outcome["outcome"], outcome["code"])
    assert outcome["decision"]
    assert "another customer" in outcome["meaning"]
    (outcome,) = await stage.tell(told_no(number=OTHER, email="x" * 300))
    assert ("already_there", "email_unreadable") == (outcome["outcome"], outcome["code"])


async def test_systems_identify_and_release(stage: Stage) -> None:
    """Told by itself, again, of nobody, and taken back; a number is not needed for that."""
    named = {"crm_id": "C-1"}
    assert "number_unknown" == (await stage.happens("customer_identified", **named))["code"]
    await stage.tell(stage.yes(), told_no(number=OTHER))
    for expected in ("recorded", "already_there"):
        said = await stage.happens("customer_identified", **named)
        assert expected == said["outcome"]
    said = await stage.happens("customer_identified", number=OTHER, **named)
    assert "crm_id_of_another" == said["code"]
    freed = {"number": "", "at": "2026-11-21T10:00:00+02:00"}
    for expected in ("recorded", "already_there"):
        said = await stage.happens("crm_id_released", **freed, **named)
        assert expected == said["outcome"]
    assert "name_missing" == (await stage.happens("email_released", **freed))["code"]
    late = {"number": OTHER, "at": "2026-11-21T11:00:00+02:00"}
    assert (
        "said_before_release"
        == (await stage.happens("customer_identified", number=OTHER, **named))["code"]
    )
    assert "recorded" == (await stage.happens("customer_identified", **late, **named))["outcome"]
    owner = await stage.house.store.ledger.customer_of("lmt", Address(CRM, "C-1"))
    assert owner == await stage.house.store.ledger.customer_of(
        "lmt", Address(AddressKind.MSISDN, OTHER)
    )
