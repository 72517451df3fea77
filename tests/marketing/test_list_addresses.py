"""Cells of lists: whom they mean, however customers and spreadsheets write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.numbers import parse_number
from consent.errors import AddressBroken
from consent.ports import Address, AddressKind
from marketing.list_addresses import Seen, regular
from marketing.listing import Rejection
from tests.marketing.list_stage import READER


@pytest.mark.parametrize(
    "cell",
    [
        "+37126123456",
        "37126123456",
        "26123456",
        " 26 123 456 ",
        "+371 26-123-456",
        "(+371) 26123456",
        "0037126123456",
        "'+37126123456",
        "26\u00a0123\u00a0456",
        "26.123.456",
    ],
)
def test_one_number_is_one_number(cell: str) -> None:
    """However it is spaced, with or without the country, and as spreadsheets mark text."""
    assert Address(AddressKind.MSISDN, "+37126123456") == READER.read(cell)


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("", Rejection.EMPTY),
        ("  ", Rejection.EMPTY),
        ("2.6123456E+07", Rejection.SPREADSHEET_NUMBER),
        ("2,6123456e7", Rejection.SPREADSHEET_NUMBER),
        ("26123456.0", Rejection.SPREADSHEET_NUMBER),
        ("2612345.6", Rejection.SPREADSHEET_NUMBER),
        ("37126123456,00", Rejection.SPREADSHEET_NUMBER),
        ("=26123456", Rejection.NO_ADDRESS),
        ('=HYPERLINK("x")', Rejection.NO_ADDRESS),
        ("2612345", Rejection.NO_ADDRESS),
        ("26123456 26123457", Rejection.NO_ADDRESS),
        ("26123456/7", Rejection.NO_ADDRESS),
        ("26123456 Anna", Rejection.NO_ADDRESS),
        ("22.11.2026", Rejection.NO_ADDRESS),
        ("2026-11-22", Rejection.NO_ADDRESS),
        ("anna@", Rejection.NO_ADDRESS),
        ("٢٦١٢٣٤٥٦", Rejection.NO_ADDRESS),
        ("26123456\0", Rejection.NO_ADDRESS),
        ("9" * 5_000, Rejection.NO_ADDRESS),
        ("a@b.lv" * 500, Rejection.NO_ADDRESS),
    ],
    ids=lambda value: ascii(value)[:30],
)
def test_nothing_is_guessed(cell: str, why: Rejection) -> None:
    """What could be a spoilt number, two numbers, a date or a formula is rejected by name."""
    assert why is READER.read(cell)


def test_mail_addresses_are_addresses() -> None:
    """In whatever case they are written."""
    assert Address(AddressKind.EMAIL, "anna@example.lv") == READER.read(" Anna@Example.LV ")


@given(st.text(alphabet="0123456789+() -.", max_size=18) | st.from_regex(r"\+?371[ 0-9]{8,10}"))
def test_the_quick_way_reads_as_the_long_way(cell: str) -> None:
    """A number that is read by hand is the very number that everybody else reads."""
    quick = regular(cell)
    if quick is not None:
        assert parse_number(cell.removeprefix("'")) == quick


@given(st.integers(0, 99_999_999))
def test_a_regular_number_needs_no_long_way(local: int) -> None:
    """All Latvian numbers that begin with 2 or 6 are read by hand, and no others are wrong."""
    cell = f"{local:08}"
    try:
        wanted = parse_number(cell)
    except AddressBroken:
        wanted = None
    found = regular(cell)
    assert found == wanted if cell[0] in "26" else found in {None, wanted}


def test_addresses_are_remembered_exactly() -> None:
    """Neighbours, foreign numbers and mail addresses are told apart; the second time is again."""
    seen = Seen()
    values = ["+37120000000", "+37120000001", "+37199999999", "+37060000001", "+37120000008"]
    found = [Address(AddressKind.MSISDN, value) for value in values]
    found += [Address(AddressKind.EMAIL, f"a{n}@example.lv") for n in range(3)]
    for again in (False, True):
        assert [again] * len(found) == [
            seen.again(address, f"{n:064x}"[::-1]) for n, address in enumerate(found)
        ]
