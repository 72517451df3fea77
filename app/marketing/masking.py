"""Numbers and e-mail addresses as staff see them who may not see whose they are."""

from __future__ import annotations

import phonenumbers

from consent.ports import Address, AddressKind

_DOT = "•"
#: Digits shown at the end, and of how many nothing more than these is shown.
_TAIL, _SHORT = 2, 5


def masked(address: Address) -> str:
    """Return enough to see which of one's own numbers was meant: `+371 2•••••56`."""
    if address.kind is AddressKind.EMAIL:
        name, _, host = address.value.partition("@")
        return f"{name[:1]}{_DOT * 3}@{_DOT * 3}.{host.rpartition('.')[2]}"
    if address.kind is not AddressKind.MSISDN:
        return _DOT * max(0, len(address.value) - _TAIL) + address.value[-_TAIL:]
    code, digits = _parts(address.value)
    head = digits[:1] if len(digits) > _SHORT else ""
    hidden = _DOT * (len(digits) - len(head) - _TAIL)
    return f"{code} {head}{hidden}{digits[-_TAIL:]}"


def in_full(address: Address) -> str:
    """Return it as it is read out: the country, then the number."""
    if address.kind is not AddressKind.MSISDN:
        return address.value
    return " ".join(_parts(address.value))


def _parts(number: str) -> tuple[str, str]:
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        # A range that is no country's.
        return number[:4], number[4:]
    digits = phonenumbers.national_significant_number(parsed)
    return f"+{parsed.country_code}", digits
