"""Whom somebody asks about: a number or an e-mail address as people write them, or a CRM id."""

from __future__ import annotations

from app.numbers import parse_number
from consent.addresses import crm_id
from consent.errors import AddressBroken, ConsentError
from consent.ports import Address, AddressKind
from marketing.addresses import mailbox


class NobodyMeant(AddressBroken):
    """Say whom: a phone number like +37120000000, an e-mail address, or a CRM id."""


class NobodyKnown(ConsentError):
    """Nobody is known by this."""

    code = "nobody"


def whom(text: str, key: str = "") -> Address:
    """Return the address that a number or an e-mail address is, or a CRM id where there is one.

    A CRM id can look like anything, so nobody guesses that a text is one.

    :param key: the CRM id.
    :raises AddressBroken: it is none, or both are given, or neither.
    """
    if bool(text.strip()) == bool(key.strip()):
        raise NobodyMeant
    try:
        if key:
            return Address(AddressKind.CRM_ID, crm_id(key))
        if "@" in text:
            return Address(AddressKind.EMAIL, mailbox(text))
    except AddressBroken as fault:
        raise NobodyMeant from fault
    return Address(AddressKind.MSISDN, parse_number(text))
