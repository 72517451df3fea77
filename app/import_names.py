"""What a row says that a customer is found by besides the number: a CRM id, an e-mail address."""

from __future__ import annotations

from collections.abc import Callable

from consent.addresses import crm_id as as_crm_id
from consent.batches import Refusal
from consent.errors import AddressBroken
from consent.ports import Address, AddressKind
from marketing.addresses import mailbox

_Read = tuple[AddressKind, Callable[[str], str], Refusal]
_CRM_ID: _Read = (AddressKind.CRM_ID, as_crm_id, Refusal.CRM_ID_UNREADABLE)
_EMAIL: _Read = (AddressKind.EMAIL, mailbox, Refusal.EMAIL_UNREADABLE)


def names_of(crm_id: str, email: str) -> tuple[tuple[Address, ...], Refusal | None]:
    """Return what a customer is found by, or none of it and why one of the two cannot be read.

    What is empty says nothing.
    """
    found: list[Address] = []
    for text, (kind, read, unreadable) in ((crm_id, _CRM_ID), (email, _EMAIL)):
        if not text:
            continue
        try:
            found.append(Address(kind, read(text)))
        except AddressBroken:
            return (), unreadable
    return tuple(found), None
