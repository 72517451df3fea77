"""Which column of a list says whom a row means: by its name in three languages, or by content."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from consent.errors import ConsentError

#: Beginnings of the names of such columns, without spaces and signs.
_NUMBERS = (
    *("msisdn", "phone", "customerphone", "contactnumber", "number", "mob", "tel", "cell", "gsm"),
    *("numur", "talrun", "tālrun", "kontakttālr", "kontakttalr"),
    *("номер", "телефон", "моб", "сотов", "тел", "контактныйтел"),
)
_MAILS = (
    *("email", "mail", "epast", "meil"),
    *("электронн", "элпочт", "почта", "емейл", "имейл", "майл"),
)
_SIGNS = re.compile(r"[\W_]+")
_FIGURES = re.compile(r"[0-9eE+.,\s-]*")
_HALF = 0.5
_NAMED = 60
#: Digits in the name of a column at most.
_FEW = 4

#: Says whether a cell holds a number or an e-mail address.
Holds = Callable[[str], bool]


class ListUnclear(ConsentError):
    """The list was not checked, and no file was written."""

    code = "list"


def is_number_name(name: str) -> bool:
    """Say whether a column of this name should hold phone numbers."""
    return _plain(name).startswith(_NUMBERS)


def is_mail_name(name: str) -> bool:
    """Say whether a column of this name should hold e-mail addresses."""
    return _plain(name).startswith(_MAILS)


def _plain(name: str) -> str:
    return _SIGNS.sub("", name.casefold())


def has_header(first: Sequence[str], holds: Holds) -> bool:
    """Say whether a first row names columns: no cell of it is an address, or a spoilt one."""
    digits = max((sum(map(str.isdecimal, cell)) for cell in first), default=0)
    return bool(first) and digits <= _FEW and not any(map(holds, first))


def share_of(rows: Sequence[Sequence[str]], column: int, holds: Holds) -> float:
    """Return in how many of the rows that say anything in a column it is an address."""
    cells = [row[column] for row in rows if column < len(row) and row[column].strip()]
    return sum(map(holds, cells)) / len(cells) if cells else 0.0


def key_column(
    names: Sequence[str], rows: Sequence[Sequence[str]], holds: Holds, wanted: str | None = None
) -> int:
    """Return the place of the column that says whom each row means.

    Of those with the right name the one whose content fits; else the only one that fits. Numbers
    come before e-mail addresses. Nothing is guessed where two could be meant.

    :param names: of the columns; where nothing names them, as many empty names.
    :param rows: the first of the list.
    :param wanted: its name or number, where whoever asks has said so.
    :raises ListUnclear: there is none, or there are several.
    """
    if wanted is not None:
        return _said(names, wanted)
    fitting = [i for i in range(len(names)) if share_of(rows, i, holds) >= _HALF]
    for is_named in (is_number_name, is_mail_name):
        named = [i for i, name in enumerate(names) if is_named(name)]
        found = [i for i in named if i in fitting]
        if found:
            return _only(found, names)
    if fitting:
        return _only(fitting, names)
    named = [i for i, name in enumerate(names) if is_number_name(name) or is_mail_name(name)]
    # Nothing in it can be used: every row is going to be told why.
    if named and len(names) > 1:
        return _only(named, names)
    if len(names) == 1 and all(_FIGURES.fullmatch(row[0]) for row in rows if row):
        return 0
    raise ListUnclear(
        "No column holds phone numbers or e-mail addresses. Is the delimiter one of , ; tab | ?"
    )


def _said(names: Sequence[str], wanted: str) -> int:
    found = [i for i, name in enumerate(names) if name.strip().casefold() == wanted.casefold()]
    if not found and wanted.isdecimal() and 0 < int(wanted[:6]) <= len(names):
        found = [int(wanted[:6]) - 1]
    if len(found) != 1:
        raise ListUnclear(f"There is no column {wanted[:_NAMED]!r}, or more than one.")
    return found[0]


def _only(found: Sequence[int], names: Sequence[str]) -> int:
    if len(found) > 1:
        said = ", ".join(names[i][:_NAMED] or f"{i + 1}" for i in found[:5])
        raise ListUnclear(f"Several columns could be meant: {said}. Name one (--column).")
    return found[0]
