"""Which column of a list says whom a row means: by its name in three languages, or by content.

A CRM id can look like anything, a phone number too: a column holds them only if it is named so, or
whoever asks has said so. Several columns can be told; the first that says anything counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from consent.errors import ConsentError
from consent.ports import AddressKind

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
_CRM_IDS = (
    *("crm", "customerid", "customerkey", "clientid"),
    *("klientaid", "klientakod", "klientaidentif"),
    *("idклиента", "idабонента", "кодклиента", "кодабонента"),
)
#: What columns can be told to hold, as whoever asks says it.
KINDS: Mapping[str, AddressKind] = {
    "number": AddressKind.MSISDN,
    "email": AddressKind.EMAIL,
    "crm_id": AddressKind.CRM_ID,
}
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


def is_crm_name(name: str) -> bool:
    """Say whether a column of this name should hold a CRM's ids."""
    return _plain(name).startswith(_CRM_IDS)


def is_key_name(name: str) -> bool:
    """Say whether a column of this name should say whom a row means."""
    return is_number_name(name) or is_mail_name(name) or is_crm_name(name)


@dataclass(frozen=True, slots=True)
class Key:
    """A column that says whom rows mean."""

    place: int
    #: What it holds; none: numbers or e-mail addresses, as each cell says.
    kind: AddressKind | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """A column as somebody names it: by name or number, and what it holds (`klients=crm_id`)."""

    name: str
    kind: AddressKind | None = None

    @classmethod
    def read(cls, text: str) -> Told:
        """Read what somebody has said."""
        name, _, kind = text.rpartition("=")
        return cls(name, KINDS[kind]) if name and kind in KINDS else cls(text)

    def __str__(self) -> str:
        """Say it again."""
        kinds = {kind: name for name, kind in KINDS.items()}
        return f"{self.name}={kinds[self.kind]}" if self.kind else self.name


def _plain(name: str) -> str:
    return _SIGNS.sub("", name.casefold())


def has_header(first: Sequence[str], holds: Holds) -> bool:
    """Say whether a first row names columns: no cell of it is an address, or a spoilt one."""
    digits = max((sum(map(str.isdecimal, cell)) for cell in first), default=0)
    return bool(first) and digits <= _FEW and not any(map(holds, first))


def is_like_others(first: Sequence[str], wanted: Sequence[str]) -> bool:
    """Say whether a first row names nothing, though there is no number in it.

    That of a column told by its place: CRM ids look like names.
    """
    names = {cell.strip().casefold() for cell in first}
    by_place = [
        told.name
        for told in map(Told.read, wanted)
        if told.kind is AddressKind.CRM_ID and told.name.casefold() not in names
    ]
    places = [int(name[:6]) - 1 for name in by_place if name.isdecimal()]
    return any(0 <= at < len(first) and not is_key_name(first[at]) for at in places)


def share_of(rows: Sequence[Sequence[str]], column: int, holds: Holds) -> float:
    """Return in how many of the rows that say anything in a column it is an address."""
    cells = [row[column] for row in rows if column < len(row) and row[column].strip()]
    return sum(map(holds, cells)) / len(cells) if cells else 0.0


def key_columns(
    names: Sequence[str],
    rows: Sequence[Sequence[str]],
    holds: Holds,
    wanted: Sequence[str] = (),
) -> tuple[Key, ...]:
    """Return the column that says whom each row means; of several, the first that says anything.

    Of those with the right name the one whose content fits; else the only one that fits. Numbers
    come before e-mail addresses, both before CRM ids. Nothing is guessed where two could be meant.

    :param names: of the columns; where nothing names them, as many empty names.
    :param rows: the first of the list.
    :param wanted: their names or numbers, where whoever asks has said so (see `Told`).
    :raises ListUnclear: there is none, or there are several.
    """
    if not wanted:
        place = _key_column(names, rows, holds)
        return (Key(place, _named_kind(names[place])),)
    told = [Told.read(one) for one in wanted]
    places = [_said(names, one.name) for one in told]
    if len({*places}) < len(places):
        raise ListUnclear("A column is named twice.")
    return tuple(
        Key(place, one.kind or _named_kind(names[place]))
        for place, one in zip(places, told, strict=True)
    )


def _named_kind(name: str) -> AddressKind | None:
    return AddressKind.CRM_ID if is_crm_name(name) else None


def _key_column(names: Sequence[str], rows: Sequence[Sequence[str]], holds: Holds) -> int:
    """Return the place of the only column that can be meant."""
    # Its ids could be numbers, of somebody else.
    open_to_all = [i for i, name in enumerate(names) if not is_crm_name(name)]
    fitting = [i for i in open_to_all if share_of(rows, i, holds) >= _HALF]
    for is_named in (is_number_name, is_mail_name):
        named = [i for i, name in enumerate(names) if is_named(name)]
        found = [i for i in named if i in fitting]
        if found:
            return _only(found, names)
    if fitting:
        return _only(fitting, names)
    crm = [i for i, name in enumerate(names) if is_crm_name(name)]
    if crm:
        return _only(crm, names)
    named = [i for i, name in enumerate(names) if is_number_name(name) or is_mail_name(name)]
    # Nothing in it can be used: every row is going to be told why.
    if named and len(names) > 1:
        return _only(named, names)
    if len(names) == 1 and all(_FIGURES.fullmatch(row[0]) for row in rows if row):
        return 0
    raise ListUnclear(
        "No column holds phone numbers or e-mail addresses, and none is named as that of a CRM's "
        "ids. Is the delimiter one of , ; tab | ?"
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
