"""What counts as a phone number once it is inside, strict E.164, and what as a CRM id."""

from __future__ import annotations

import re

from consent.errors import AddressBroken

_E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
#: Anonymous numbers of a messenger: they belong to no telephone (messaging.md, 3.3).
_NOT_A_TELEPHONE = "+888"
_LONGEST_ID = 64


def e164(text: str) -> str:
    """Return the number, which must already be in E.164.

    :raises AddressBroken: anything else, and numbers that belong to no telephone.
    """
    if not _E164.fullmatch(text) or text.startswith(_NOT_A_TELEPHONE):
        raise AddressBroken
    return text


def crm_id(text: str) -> str:
    """Return a CRM's key of a customer: opaque, without spaces around it, its case kept.

    :raises AddressBroken: nothing, too long, or with letters that nobody can see.
    """
    found = text.strip()
    if not 0 < len(found) <= _LONGEST_ID or not found.isprintable():
        raise AddressBroken
    return found
