"""Whom a cell of a list means: numbers as customers and CRMs write them, e-mails, CRM ids.

Of a million cells nearly all are regular Latvian numbers, so these are read by hand; whatever else
could be a number goes to the same reader as everywhere, which takes forty times as long.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from consent.addresses import crm_id
from consent.errors import AddressBroken
from consent.ports import Address, AddressKind
from marketing.addresses import mailbox
from marketing.listing import Rejection

_HOME = "+371"
_LOCAL, _ABROAD, _WHOLE = 8, 11, 12
#: What people put between digits, besides plain spaces; and how spreadsheets mark text.
_FILLING = str.maketrans("", "", " -.()\t\u00a0\u202f\u2009\u2010\u2011\u2012\u2013")
_NUMBER = re.compile(r"[+(]?[0-9][0-9 ().\t\u00a0\u202f\u2009\u2010-\u2013-]{4,38}", re.ASCII)
#: What a spreadsheet makes of a number: 2.6123456E+07, 26123456.0.
_DECIMAL = re.compile(r"[0-9]+([.,][0-9]+)?[eE][+-]?[0-9]+|[+-]?[0-9]{7,}[.,][0-9]{1,2}", re.ASCII)
#: What it makes of a long id of digits.
_SPOILT_ID = re.compile(r"[0-9][.,][0-9]+E\+[0-9]{2}", re.ASCII)
#: 22.11.2026 and 2026-11-22 have eight digits and begin with a two.
_DATE = re.compile(
    r"[0-3]?[0-9][.-](0?[1-9]|1[0-2])[.-](19|20)[0-9]{2}|(19|20)[0-9]{2}[.-](0[1-9]|1[0-2])[.-][0-3][0-9]"
)
_LONGEST = 320


class AddressReader:
    """Reads cells."""

    def __init__(self, parse: Callable[[str], str]) -> None:
        """Take what reads numbers that are written in no regular way, to E.164."""
        self._parse = parse

    def read(self, cell: str, kind: AddressKind | None = None) -> Address | Rejection:
        """Return whom a cell means, or why nobody can tell.

        :param kind: what its column holds; none: numbers or e-mail addresses, as the cell says.
        """
        if kind is AddressKind.CRM_ID:
            return _crm_id(cell)
        found = self._read(cell)
        if kind is None or isinstance(found, Rejection) or found.kind is kind:
            return found
        return Rejection.NO_ADDRESS

    def _read(self, cell: str) -> Address | Rejection:
        number = regular(cell)
        if number is not None:
            return Address(AddressKind.MSISDN, number)
        text = cell.strip().removeprefix("'").strip()
        if not text:
            return Rejection.EMPTY
        if _DECIMAL.fullmatch(text):
            return Rejection.SPREADSHEET_NUMBER
        try:
            return self._irregular(text)
        except AddressBroken:
            return Rejection.NO_ADDRESS

    def _irregular(self, text: str) -> Address:
        if len(text) > _LONGEST or _DATE.fullmatch(text):
            raise AddressBroken
        if "@" in text:
            return Address(AddressKind.EMAIL, mailbox(text))
        if not _NUMBER.fullmatch(text):
            raise AddressBroken
        return Address(AddressKind.MSISDN, self._parse(text))


def _crm_id(cell: str) -> Address | Rejection:
    if not cell.strip():
        return Rejection.EMPTY
    if _SPOILT_ID.fullmatch(cell.strip()):
        return Rejection.SPREADSHEET_NUMBER
    try:
        return Address(AddressKind.CRM_ID, crm_id(cell))
    except AddressBroken:
        return Rejection.NO_ADDRESS


def regular(cell: str) -> str | None:
    """Return a regular Latvian number in E.164, however it is spaced; none for all else."""
    plain = cell.isdecimal() or cell[1:].isdecimal()
    digits = cell if plain else cell.removeprefix("'").translate(_FILLING)
    length = len(digits)
    if length == _LOCAL:
        local = digits
    elif length == _WHOLE and digits.startswith(_HOME):
        local = digits[4:]
    elif length == _ABROAD and digits.startswith("371"):
        local = digits[3:]
    else:
        return None
    if not (local[0] in "26" and local.isascii() and local.isdecimal()):
        return None
    # 2612345.6 and 2026-11-22 are no numbers, though they have eight digits.
    if not plain and (_DECIMAL.fullmatch(cell.strip()) or _DATE.fullmatch(cell.strip())):
        return None
    return _HOME + local


class Seen:
    """Which addresses have come before.

    Latvian numbers are a bit each, so that memory stays flat however long a list is; what else
    there is costs some seventy bytes each.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self._bits = bytearray(10**8 // 8)
        self._others: set[int] = set()

    def again(self, address: Address, digest: str) -> bool:
        """Say whether an address has come before, and remember it.

        :param digest: its keyed hash, hex: of two with the same first half, which nobody will
            ever see, the second would not be answered.
        """
        value = address.value
        is_number = address.kind is AddressKind.MSISDN
        if is_number and value.startswith(_HOME) and len(value) == _WHOLE:
            place, bit = divmod(int(value[4:]), 8)
            bit = 1 << bit
            if self._bits[place] & bit:
                return True
            self._bits[place] |= bit
            return False
        known = int(digest[:32], 16)
        if known in self._others:
            return True
        self._others.add(known)
        return False
