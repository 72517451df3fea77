"""What is a phone number once it is inside."""

from __future__ import annotations

import pytest

from consent.addresses import e164
from consent.errors import AddressBroken


@pytest.mark.parametrize(
    "number",
    [
        pytest.param("+37120000000", id="latvian-mobile"),
        pytest.param("+1234567", id="shortest"),
        pytest.param("+123456789012345", id="longest"),
        pytest.param("+88612345678", id="taiwan-is-not-an-anonymous-number"),
    ],
)
def test_a_number_in_e164_is_taken_as_it_is(number: str) -> None:
    """A number in E.164 comes back unchanged."""
    assert number == e164(number)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("37120000000", id="no-plus"),
        pytest.param("0037120000000", id="two-zeros"),
        pytest.param("+0123456789", id="leading-zero"),
        pytest.param("+123456", id="too-short"),
        pytest.param("+1234567890123456", id="too-long"),
        pytest.param("+371 20000000", id="space"),
        pytest.param("+37120000000\n", id="line-end"),
        pytest.param("+3712000000a", id="letter"),
        pytest.param("+٣٧١٢٠٠٠٠٠٠٠", id="digits-of-another-script"),
        pytest.param("+88800000001", id="anonymous-number-of-a-messenger"),
        pytest.param("LMT", id="sender-name"),
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    """What is no E.164 number, or belongs to no telephone, is refused."""
    with pytest.raises(AddressBroken):
        e164(text)
