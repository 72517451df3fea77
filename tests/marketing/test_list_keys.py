"""Whom a row means, by which column: number, e-mail or CRM id, and the same verdict for all."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.list_check_source import ListSource
from app.rate_limits import Quota, Quotas
from consent.batches import Naming
from consent.decisions import Action
from consent.ports import Address, AddressKind
from marketing.list_addresses import Seen
from marketing.list_columns import ListUnclear, Told, key_columns
from marketing.listing import Rejection
from tests.marketing.list_stage import READER, Lists, holds
from tests.marketing.stage import DAY, Stage, number, staged

LARGE = 1 << 30
CRM = AddressKind.CRM_ID


def read(folder: Path, text: str, *wanted: str) -> tuple[tuple[str, ...], list[tuple[str, str]]]:
    """Return the columns that were found, and of each row the cell and what its column holds."""
    file = folder / "list"
    file.write_text(text)
    with ListSource(file, holds, largest=LARGE, wanted=wanted) as source:
        rows = [row for batch in source.batches() for row in batch]
        return source.shape.columns, [(c or "", k.value if k else "") for _, c, k, _ in rows]


def mail(index: int) -> str:
    """Return the e-mail address of one of many customers."""
    return f"Klients{index}@example.lv"


def crm_id(index: int) -> str:
    """Return the CRM id of one of many; it looks like a phone number, of somebody else."""
    return f"{26000000 + index + 1}"


@pytest.mark.parametrize(
    ("text", "wanted", "columns"),
    [
        pytest.param("crm_id;n\n21000001;a\n", (), ("crm_id",), id="named"),
        pytest.param("Klienta ID,n\nC-1,a\n", (), ("Klienta ID",), id="named-in-latvian"),
        pytest.param("ID клиента,n\nC-1,a\n", (), ("ID клиента",), id="named-in-russian"),
        pytest.param('{"customer_id": "C-1"}\n', (), ("customer_id",), id="json"),
        pytest.param("crm_id,phone\n21000001,26123456\n", (), ("phone",), id="numbers-first"),
        pytest.param("n;kods\n1;C-1\n", ("kods=crm_id",), ("kods=crm_id",), id="told"),
        pytest.param("1;C-1\n2;C-2\n", ("2=crm_id",), ("2=crm_id",), id="told-by-place"),
        pytest.param("crm_id;n\nC-1;a\n", ("1=crm_id",), ("crm_id",), id="header-by-place"),
        pytest.param(
            "a=b;n\n26123456;1\n", ("a=b=number",), ("a=b=number",), id="a-name-with-a-sign"
        ),
    ],
)
def test_the_column_of_ids_is_found(
    tmp_path: Path, text: str, wanted: tuple[str, ...], columns: tuple[str, ...]
) -> None:
    """By its name or as told, never by content; told again as it was found, it is the same."""
    found, rows = read(tmp_path, text, *wanted)
    assert columns == found
    assert (found, rows) == read(tmp_path, text, *found)


def test_ids_that_look_like_numbers_are_no_numbers(tmp_path: Path) -> None:
    """A column of ids is not read as somebody else's phone numbers."""
    assert [("21000001", "crm_id")] == read(tmp_path, "crm_id\n21000001\n")[1]
    with pytest.raises(ListUnclear, match="no column"):
        read(tmp_path, "crm_id\n21000001\n", "phone")
    with pytest.raises(ListUnclear, match="Several columns could be meant: crm_id, CRM key"):
        read(tmp_path, "crm_id,CRM key\nC-1,C-2\n")


@pytest.mark.parametrize(
    "text",
    [
        "phone;mail;id\n26123456;;C-1\n;a@b.lv;C-2\n ; ;C-3\n;;\n",
        '{"phone": 26123456, "id": "C-1"}\n{"mail": "a@b.lv"}\n{"mail":" ","id":"C-3"}\n{}\n',
    ],
    ids=["CSV", "JSON Lines"],
)
def test_of_several_columns_the_first_that_speaks_counts(tmp_path: Path, text: str) -> None:
    """In the order in which they were told, with what each of them holds."""
    told = ("phone=number", "mail=email", "id=crm_id")
    cells = [("26123456", "msisdn"), ("a@b.lv", "email"), ("C-3", "crm_id"), ("", "msisdn")]
    found = read(tmp_path, text, *told)
    assert told == found[0]
    assert cells == [(cell.strip(), kind) for cell, kind in found[1]]
    with pytest.raises(ListUnclear, match="named twice"):
        read(tmp_path, text, "phone", "phone=crm_id")


@pytest.mark.parametrize(
    ("cell", "kind", "found"),
    [
        pytest.param(" C-017a ", CRM, Address(CRM, "C-017a"), id="case-kept"),
        pytest.param("+37126123456", CRM, Address(CRM, "+37126123456"), id="no-number"),
        pytest.param("", CRM, Rejection.EMPTY, id="empty"),
        pytest.param("x" * 65, CRM, Rejection.NO_ADDRESS, id="too-long"),
        pytest.param("C\u200b1", CRM, Rejection.NO_ADDRESS, id="invisible"),
        pytest.param("1,23457E+11", CRM, Rejection.SPREADSHEET_NUMBER, id="spoilt"),
        pytest.param("12E4567", CRM, Address(CRM, "12E4567"), id="not-spoilt"),
        pytest.param("a@b.lv", AddressKind.MSISDN, Rejection.NO_ADDRESS, id="no-mail-here"),
        pytest.param("26123456", AddressKind.EMAIL, Rejection.NO_ADDRESS, id="no-number-here"),
    ],
)
def test_a_cell_is_what_its_column_holds(
    cell: str, kind: AddressKind, found: Address | Rejection
) -> None:
    """And nothing else that it looks like."""
    assert found == READER.read(cell, kind)


def test_an_id_that_looks_like_a_number_is_not_its_duplicate() -> None:
    """Both are asked about; the second of either is a duplicate."""
    seen, value = Seen(), "+37126123456"
    both = [Address(AddressKind.MSISDN, value), Address(CRM, value)]
    digests = ["a" * 64, "b" * 64]
    found = [seen.again(a, d) for _ in range(2) for a, d in zip(both, digests, strict=True)]
    assert [False, False, True, True] == found


def test_a_told_column_says_itself_again() -> None:
    """Whatever it is called."""
    for text in ("phone", "2", "id=crm_id", "a=b", "x=number", "=email", "a = b=email"):
        assert Told.read(text) == Told.read(str(Told.read(text)))
    assert "C" == Told.read("C=crm_id").name
    assert ("=email", None) == (Told.read("=email").name, Told.read("=email").kind)
    assert CRM is key_columns(["Crm Nr", "n"], [["1", "2"]], holds)[0].kind


@pytest.fixture
async def lists(tmp_path: Path) -> AsyncIterator[Lists]:
    """Return a door with customers who are found by number, e-mail and CRM id."""
    quotas = Quotas(lists=Quota(name="lists", most=10**6))
    async with staged(tmp_path, quotas=quotas) as stage:
        await _customers(stage)
        yield Lists(stage, await stage.token(), tmp_path / "lists")


STATES: list[dict[str, Action]] = [
    {"offers": Action.GIVEN, "sms": Action.ON},
    {"offers": Action.GIVEN},
    {"offers": Action.REFUSED},
    {"offers": Action.GIVEN, "sms": Action.OFF, "traffic": Action.GIVEN},
    {"offers": Action.GIVEN, "sms": Action.ON, "news": Action.OFF, "traffic": Action.GIVEN},
    {"loyalty_offers": Action.GIVEN, "sms": Action.ON, "service": Action.ENDED},
    {"offers": Action.GIVEN, "sms": Action.ON},
    {"offers": Action.GIVEN, "sms": Action.ON},
]
#: Of the last two, one is blocked by the provider and one was forgotten.
BLOCKED, FORGOTTEN = len(STATES) - 2, len(STATES) - 1


async def _customers(stage: Stage) -> None:
    for index, state in enumerate(STATES):
        await stage.decide(number(index), state)
    fates = await stage.assistant.desk.record_batch(
        [
            Naming(
                brand="lmt",
                address=Address(AddressKind.MSISDN, number(index)),
                names=(
                    Address(AddressKind.EMAIL, mail(index).lower()),
                    Address(CRM, crm_id(index)),
                ),
                said_at=stage.clock.now() - DAY,
                actor="crm",
                door="import",
            )
            for index in range(len(STATES))
        ]
    )
    assert {None} == {fate.refusal for fate in fates}
    await stage.block(number(BLOCKED), "sms")
    await stage.forget(number(FORGOTTEN))


ROWS = st.lists(
    st.tuples(st.integers(0, len(STATES)), st.sampled_from(["phone", "mail", "crm_id"])),
    min_size=1,
    max_size=12,
    unique=True,
)
WAYS = st.sampled_from(
    [
        {"purpose": "offers", "channel": "sms"},
        {"purpose": "traffic", "channel": "email"},
        {"purpose": "offers", "channel": "sms", "topic": "news"},
        {"purpose": "loyalty_offers", "channel": "sms"},
    ]
)
WRITTEN = {"phone": number, "mail": mail, "crm_id": crm_id}
FIELDS = {"phone": "number", "mail": "email", "crm_id": "crm_id"}


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=ROWS, way=WAYS)
async def test_a_list_says_what_single_checks_say(
    lists: Lists, rows: list[tuple[int, str]], way: dict[str, str]
) -> None:
    """Of the same customer by number, e-mail and CRM id, known, blocked, forgotten or unknown."""
    out = io.StringIO()
    writer = csv.DictWriter(out, ["crm_id", "mail", "phone"])
    writer.writeheader()
    writer.writerows({column: WRITTEN[column](who)} for who, column in rows)
    columns = ["crm_id", "phone", "mail=email"]
    said = await lists.checked(out.getvalue(), **way, column=columns)  # type: ignore[arg-type]
    assert ("finished", len(rows), 0) == (
        said["status"],
        said["rows"],
        said["summary"]["duplicates"] + said["summary"]["rejected"],
    )
    allowed, blocked = await lists.rows(said, "allowed"), await lists.rows(said, "blocked")
    answered = {line.rsplit(",", 2)[0]: line.rsplit(",", 2)[1:] for line in blocked}
    answered |= {line: ["allowed", ""] for line in allowed}
    asked = {k: v for k, v in way.items() if k != "purpose"} | {"purposes": [way["purpose"]]}
    questions = [{FIELDS[column]: WRITTEN[column](who), **asked} for who, column in rows]
    alone = await lists.stage.client.post(
        "/api/v1/check/batch", json={"questions": questions}, headers=lists.token
    )
    for (who, column), answer in zip(rows, alone.json()["answers"], strict=True):
        line = ",".join(WRITTEN[c](who) if c == column else "" for c in writer.fieldnames)
        reason, since = answered[line]
        assert answer["reason"] == reason
        if not answer["allowed"] and since:
            assert since[:19] == answer["since"][:19]
    by_customer: dict[int, set[str]] = {}
    for (who, _), answer in zip(rows, alone.json()["answers"], strict=True):
        by_customer.setdefault(who, set()).add(answer["reason"])
    assert {1} == {len(reasons) for reasons in by_customer.values()}


async def test_changes_are_asked_by_the_same_columns(lists: Lists) -> None:
    """Nobody names them again; whoever is found by a CRM id and says STOP is told."""
    listed = "kods;n\n" + "".join(f"{crm_id(n)};{n}\n" for n in range(3))
    first = await lists.checked(listed, column="kods=crm_id")
    assert ["kods=crm_id"] == first["columns"] == first["summary"]["columns"]
    assert [f"{crm_id(0)};0"] == await lists.rows(first, "allowed")
    await lists.stage.says(number(0), "STOP", "m1")
    changed = await lists.done(await lists.changes(first["id"]))
    (row,) = await lists.rows(changed, "changed")
    assert row.startswith(f"{crm_id(0)};0;withdrawn;")


async def test_who_is_named_meanwhile_is_told(lists: Lists) -> None:
    """An id that found nobody finds somebody now: a row that is allowed is news."""
    first = await lists.checked("crm_id\nC-new\n")
    assert ["C-new,unknown_address,"] == await lists.rows(first, "blocked")
    naming = Naming(
        brand="lmt",
        address=Address(AddressKind.MSISDN, number(0)),
        names=(Address(CRM, "C-new"),),
        said_at=lists.stage.clock.now(),
        actor="crm",
        door="import",
    )
    await lists.stage.assistant.desk.record_batch([naming])
    changed = await lists.done(await lists.changes(first["id"]))
    assert ["C-new,allowed,"] == await lists.rows(changed, "changed")


async def test_a_look_by_an_id_is_in_the_log(lists: Lists) -> None:
    """Of a single check and of a list, at the customer whom it found; nobody else's."""
    answer = await lists.stage.check(lists.token, number=..., crm_id=f" {crm_id(0)} ")
    assert (200, "allowed") == (answer.status_code, answer.json()["reason"])
    (look,) = await lists.stage.looks()
    owner = await lists.stage.store.ledger.customer_of(
        "lmt", Address(AddressKind.MSISDN, number(0))
    )
    assert owner == look.customer_id


@pytest.mark.parametrize(
    "asked",
    [
        {"crm_id": "C-1"},
        {"number": ..., "crm_id": "C-1", "email": "a@b.lv"},
        {"number": ..., "crm_id": " "},
        {"number": ..., "crm_id": "x" * 65},
        {"number": ..., "crm_id": "a\nb"},
        {"number": ..., "email": "nobody"},
        {"number": ...},
    ],
    ids=["two", "two others", "empty", "long", "invisible", "no mail", "none"],
)
async def test_a_question_about_nobody_is_refused(lists: Lists, asked: dict[str, object]) -> None:
    """Or about two: with the field that is wrong, and without what was in it."""
    answer = await lists.stage.check(lists.token, **asked)
    assert 400 == answer.status_code
    assert "crm_id" in answer.text or "email" in answer.text
    assert "C-1" not in answer.text


async def test_the_other_brand_s_ids_find_nobody(lists: Lists) -> None:
    """The same id at two brands is two customers, or one and nobody (law 7)."""
    other = await lists.stage.token("other", brand="amigo")
    answer = await lists.stage.check(other, number=..., crm_id=crm_id(0))
    assert "unknown_address" == answer.json()["reason"]
