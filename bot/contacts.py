"""Whether a shared contact proves the sender's number (messaging.md, 3.3; meaning.md, "Proof")."""

from __future__ import annotations

import re

import phonenumbers

from bot.events import Shared
from consent.addresses import e164
from consent.errors import AddressBroken
from consent.ports import Address, AddressKind, Remark

#: The brands' customers have Latvian mobile numbers; +888 is no country's (Fragment).
_COUNTRY = 371
_MOBILE = frozenset(
    {phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE}
)
_LONGEST = 32
#: As Telegram writes numbers: digits, at most with spaces or hyphens between; no extension.
_WRITTEN = re.compile(r"\+?[0-9][0-9 -]*")


def judge_contact(shared: Shared) -> Address | Remark:
    """Return the sender's own number in E.164, or why this is none.

    Telegram itself sets the user a contact belongs to, so only that is believed; the number's
    writing is not.
    """
    if shared.forwarded:
        return Remark.CONTACT_FORWARDED
    if shared.owner != shared.user:
        return Remark.CONTACT_FOREIGN
    number = _number(shared.number)
    return Address(AddressKind.MSISDN, number) if number else Remark.CONTACT_UNUSABLE


def _number(written: str) -> str | None:
    if len(written) > _LONGEST or not _WRITTEN.fullmatch(written.strip()):
        return None
    digits = written.strip().removeprefix("+")
    try:
        parsed = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return None
    if parsed.country_code != _COUNTRY or not phonenumbers.is_valid_number(parsed):
        return None
    if phonenumbers.number_type(parsed) not in _MOBILE:
        return None
    try:
        return e164(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))
    except AddressBroken:
        return None
