"""A shared contact proves a Latvian mobile number of the sender's own, and nothing else."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.contacts import judge_contact
from bot.events import Shared
from consent.ports import Address, AddressKind, Remark

_OWN = Address(AddressKind.MSISDN, "+37120000000")


def _judge(number: str, owner: int | None = 7, *, forwarded: bool = False) -> Address | Remark:
    return judge_contact(
        Shared(update=1, user=7, reference="m1", number=number, owner=owner, forwarded=forwarded)
    )


@pytest.mark.parametrize(
    "number",
    [
        "37120000000",
        "+37120000000",
        "+371 2000 0000",
        "371 20 000 000",
        "371-2000-0000",
        " 37120000000 ",
        "37120000000\n",
    ],
)
def test_the_writing_of_a_number_does_not_matter(number: str) -> None:
    """With or without plus, spaces and dashes it is the same number."""
    assert _judge(number) == _OWN


@pytest.mark.parametrize(
    "number",
    [
        pytest.param("", id="nothing"),
        pytest.param("+", id="only-a-plus"),
        pytest.param("0037120000000", id="a-dialling-prefix"),
        pytest.param("20000000", id="without-its-country"),
        pytest.param("+88812345678", id="anonymous"),
        pytest.param("88812345678", id="anonymous-without-plus"),
        pytest.param("+37067000000", id="lithuanian"),
        pytest.param("37255500000", id="estonian"),
        pytest.param("79161234567", id="russian"),
        pytest.param("+37167000000", id="a-fixed-line"),
        pytest.param("37180000000", id="a-free-call"),
        pytest.param("37190000000", id="a-premium-number"),
        pytest.param("3712000000", id="a-digit-short"),
        pytest.param("371200000000", id="a-digit-long"),
        pytest.param("112", id="an-emergency"),
        pytest.param("abc", id="letters"),
        pytest.param("9" * 200, id="two-hundred-digits"),
        pytest.param("371" + " " * 60 + "20000000", id="spread-wide"),
        pytest.param("\u200f37120000000", id="right-to-left-before"),
        pytest.param("37120000000\u200f", id="right-to-left-after"),
        pytest.param("\u202e00000002173", id="turned-round"),
        pytest.param("３７１２０００００００", id="full-width"),
        pytest.param("٣٧١٢٠٠٠٠٠٠٠", id="arabic-digits"),
        pytest.param("tel:+37120000000", id="a-link"),
        pytest.param("20000000;phone-context=+371", id="a-context"),
        pytest.param("37120000000\x0037120000001", id="two-numbers"),
        pytest.param("37120000000/37120000001", id="two-more"),
    ],
)
def test_what_is_no_latvian_mobile_number_is_no_proof(number: str) -> None:
    """Foreign, fixed, anonymous, incomplete or disguised numbers link nobody."""
    assert Remark.CONTACT_UNUSABLE == _judge(number)


@pytest.mark.parametrize(
    "number",
    ["3712000ABCD", "37120000000;ext=1", "37120000000 ext 5", "37120000000#1", "37120000000,,1"],
)
def test_signs_that_numbers_do_not_have_make_none(number: str) -> None:
    """Letters and extensions are not read as digits or left out: nobody has that number."""
    assert Remark.CONTACT_UNUSABLE == _judge(number)


@pytest.mark.parametrize("owner", [None, 8, 0, -7])
def test_anybody_elses_contact_is_no_proof(owner: int | None) -> None:
    """Only a contact that Telegram says is the sender's own counts; without an owner it is not."""
    assert Remark.CONTACT_FOREIGN == _judge("37120000000", owner)


@pytest.mark.parametrize("owner", [7, 8, None])
def test_a_forwarded_contact_is_no_proof(owner: int | None) -> None:
    """A contact that was passed on proves nothing, even the sender's own."""
    assert Remark.CONTACT_FORWARDED == _judge("37120000000", owner, forwarded=True)


@given(st.text(alphabet="0123456789+ -()./\u200f\u0661", max_size=40))
def test_no_writing_links_a_number_that_was_not_written(written: str) -> None:
    """Whatever is sent, a number that is linked has exactly the digits that were written."""
    found = _judge(written)
    if isinstance(found, Address):
        assert re.sub(r"\D", "", written) == found.value.removeprefix("+")


@given(st.integers(20_000_000, 29_999_999))
def test_most_numbers_that_begin_with_two_are_taken(number: int) -> None:
    """A Latvian mobile number is linked as it is, or not at all."""
    found = _judge(f"371{number}")
    assert found in {Address(AddressKind.MSISDN, f"+371{number}"), Remark.CONTACT_UNUSABLE}
