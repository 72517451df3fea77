"""Phone numbers as people write them, as E.164."""

from __future__ import annotations

import phonenumbers

from consent.addresses import e164
from consent.errors import AddressBroken

#: The country of a number written without `+`.
_HOME = "LV"
_LONGEST = 40


def parse_number(text: str) -> str:
    """Return a number written by a person, like `2000 0000` or `+371 20000000`, in E.164.

    :raises AddressBroken: not a possible phone number.
    """
    if len(text) > _LONGEST:
        raise AddressBroken
    try:
        number = phonenumbers.parse(text, _HOME)
    except phonenumbers.NumberParseException as fault:
        raise AddressBroken from fault
    if not phonenumbers.is_possible_number(number):
        raise AddressBroken
    return e164(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
