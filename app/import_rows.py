"""What a row of an imported file says: its words as an entry, or why they are none."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime, time
from enum import StrEnum

from app.import_names import names_of
from app.numbers import parse_number
from consent.batches import Entry, Item, Joining, Naming, Refusal, Release
from consent.catalogue import Catalogue
from consent.decisions import NO, SERVICE, Action, Kind, Subject
from consent.errors import AddressBroken
from consent.notices import NoticeShelf
from consent.ports import Address, AddressKind

#: The door of everything that comes in by a file.
DOOR = "import"
#: Latvian numbers as they are nearly always written here; others are looked at more closely.
_PLAIN_NUMBER = re.compile(r"\+371[26][0-9]{7}", re.ASCII)
_RELEASED, _JOINED, _IDENTIFIED = "number_released", "numbers_joined", "customer_identified"
#: What besides a number can change hands, and in which column it stands.
_FREED = {"crm_id_released": "crm_id", "email_released": "email"}
_OF_NUMBERS = frozenset({_RELEASED, _JOINED, _IDENTIFIED})
_SERVICE = {"service_ended": Action.ENDED, "service_restarted": Action.RESTARTED}
_ACTIONS = _SERVICE | {
    action.value: action
    for action in (
        Action.GIVEN,
        Action.REFUSED,
        Action.WITHDRAWN,
        Action.PAUSED,
        Action.ON,
        Action.OFF,
    )
}
_LOWERS = NO | {Action.PAUSED}
_NO_NAMES: tuple[tuple[Address, ...], Refusal | None] = ((), None)
_DATE = len("2026-11-22")
_CODE = 10


class Fault(StrEnum):
    """Why a row says nothing that could be recorded."""

    UNREADABLE_ROW = "unreadable_row"
    UNREADABLE_NUMBER = "unreadable_number"
    #: Of a join.
    SECOND_NUMBER_MISSING = "second_number_missing"
    UNREADABLE_SECOND_NUMBER = "unreadable_second_number"
    UNKNOWN_ACTION = "unknown_action"
    UNREADABLE_TIME = "unreadable_time"


_A_NO = "; a no of this row was recorded for its number all the same"
#: What the operator can do about it.
MEANINGS: dict[str, str] = {
    Fault.UNREADABLE_ROW: "more or fewer fields than the header, or no JSON object of known names",
    Fault.UNREADABLE_NUMBER: "write the phone number like +37120000000",
    Fault.SECOND_NUMBER_MISSING: "a join needs two numbers: the second one stands in `other`",
    Fault.UNREADABLE_SECOND_NUMBER: "write the number in `other` like +37120000000",
    Fault.UNKNOWN_ACTION: (
        f"write one of: {', '.join([*_ACTIONS, _RELEASED, _JOINED, _IDENTIFIED, *_FREED])}"
    ),
    Fault.UNREADABLE_TIME: "write a time like 2026-11-22T10:00:00+02:00, or a date: 2026-11-22",
    Refusal.UNKNOWN_BRAND: "no such brand",
    Refusal.UNKNOWN_SUBJECT: "no such purpose, channel or topic in the catalogue",
    Refusal.UNFIT_ACTION: "purposes are given, refused, withdrawn or paused; others go on or off",
    Refusal.TIME_MISSING: "when it was said must be known",
    Refusal.SAID_AFTER_RECORDED: "it claims to have been said later than now",
    Refusal.PAUSE_WITHOUT_END: "a pause needs an end (until) after its beginning",
    Refusal.ACTOR_MISSING: "who expressed it: a word or name, no number and no address",
    Refusal.NOTICE_MISSING: "a yes needs the notice that was shown",
    Refusal.NOTICE_UNKNOWN: "nobody knows this notice; see: consent notice register",
    Refusal.NOTICE_OF_ANOTHER: "this notice is another brand's, or about something else",
    Refusal.LANGUAGE_MISSING: "the language it was shown in",
    Refusal.LANGUAGE_NOT_THE_NOTICES: "this notice is written in another language",
    Refusal.EXPRESSION_MISSING: "how it was expressed (method), or the document that shows it",
    Refusal.NOT_LATER_THAN_NO: "a no stands that was said later: only the customer can change it",
    Refusal.SAID_BEFORE_RELEASE: "the number, CRM id or e-mail was somebody else's then",
    Refusal.JOINED_WITH_ITSELF: "a join needs two numbers: the second stands in `other`",
    Refusal.NOBODY_KNOWN: "of one of these numbers nothing was ever said: nothing to join",
    Refusal.FORGOTTEN: "this person was forgotten; no import brings them back",
    Refusal.CRM_ID_UNREADABLE: f"a CRM id has 64 letters at most, all of them visible{_A_NO}",
    Refusal.EMAIL_UNREADABLE: f"write the e-mail address like anna@example.lv{_A_NO}",
    Refusal.CRM_ID_OF_ANOTHER: f"this CRM id is another customer's already{_A_NO}",
    Refusal.EMAIL_OF_ANOTHER: f"this e-mail address is another customer's already{_A_NO}",
    Refusal.NAME_MISSING: "the crm_id or email that this row is about is missing",
    Refusal.NUMBER_UNKNOWN: "of this number nothing was ever said: there is nobody to identify",
}


class RowReader:
    """Understands the rows of one brand's file."""

    def __init__(self, brand: str, catalogue: Catalogue, notices: NoticeShelf) -> None:
        """Take the names that rows may use."""
        self._brand = brand
        self._notices = notices
        self._zone = catalogue.timezone
        self._subjects = _names(catalogue)

    def read(self, values: tuple[str, ...]) -> Item | Fault | Refusal:
        """Return what a row says, or why it says nothing.

        :param values: in the order of `app.import_file.COLUMNS`.
        """
        try:
            if values[2] in _FREED:
                return self._freed(values)
            address = Address(AddressKind.MSISDN, _number(values[0]))
            return self._read(address, values)
        except AddressBroken:
            return Fault.UNREADABLE_NUMBER
        except (ValueError, OverflowError):
            return Fault.UNREADABLE_TIME

    def _read(self, address: Address, values: tuple[str, ...]) -> Item | Fault | Refusal:
        _, about, named, at, notice, language, actor, method, document, until, *_ = values
        if named in _OF_NUMBERS:
            return self._of_number(address, values)
        action = _ACTIONS.get(named)
        if action is None:
            return Fault.UNKNOWN_ACTION
        subject = SERVICE if named in _SERVICE else self._subjects.get(about)
        if subject is None:
            return Refusal.UNKNOWN_SUBJECT
        names, unnamed = names_of(*values[11:]) if values[11] or values[12] else _NO_NAMES
        return Entry(
            brand=self._brand,
            address=address,
            subject=subject,
            action=action,
            said_at=self._said_at(at, action),
            notice=self._fingerprint(notice),
            language=language,
            actor=actor,
            door=DOOR,
            method=method,
            document=document,
            until=self._moment(until, late=True) if action is Action.PAUSED else None,
            names=names,
            unnamed=unnamed,
        )

    def _freed(self, values: tuple[str, ...]) -> Item | Refusal:
        """Return what a row says of a CRM id or an e-mail that is a customer's no longer."""
        wanted = _FREED[values[2]]
        given = {"crm_id": values[11], "email": values[12]}
        names, unreadable = names_of(**{"crm_id": "", "email": "", wanted: given[wanted]})
        if not names:
            return unreadable or Refusal.NAME_MISSING
        at = self._moment(values[3], late=False)
        return Release(brand=self._brand, address=names[0], said_at=at, actor=values[6], door=DOOR)

    def _of_number(self, address: Address, values: tuple[str, ...]) -> Item | Fault | Refusal:
        """Return what a row says of a number itself: whose it is, or whose no longer."""
        named, at, actor, other = values[2], values[3], values[6], values[10]
        moment = self._moment(at, late=False)
        if named == _RELEASED:
            return Release(
                brand=self._brand, address=address, said_at=moment, actor=actor, door=DOOR
            )
        if named == _IDENTIFIED:
            names, unnamed = names_of(*values[11:])
            return unnamed or Naming(
                brand=self._brand,
                address=address,
                names=names,
                said_at=moment,
                actor=actor,
                door=DOOR,
            )
        second = _second(other)
        if isinstance(second, Fault):
            return second
        return Joining(
            brand=self._brand,
            address=address,
            other=second,
            said_at=moment,
            actor=actor,
            door=DOOR,
        )

    def _said_at(self, text: str, action: Action) -> datetime | None:
        """Return when it was said; a no is never lost for a time that nobody can read."""
        try:
            return self._moment(text, late=action in _LOWERS)
        except (ValueError, OverflowError):
            if action in NO:
                return None
            raise

    def _moment(self, text: str, *, late: bool) -> datetime | None:
        """Return a time; of a bare date, or an hour that comes twice, the safe end.

        :param late: whether the later moment is the one that allows less.
        """
        if not text:
            return None
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            if late and len(text) == _DATE:
                moment = datetime.combine(moment, time.max)
            moment = moment.replace(tzinfo=self._zone, fold=int(late))
        return moment.astimezone(UTC)

    def _fingerprint(self, text: str) -> str | None:
        """Return the fingerprint that a fingerprint or a notice's short code names."""
        if len(text) == _CODE:
            found = self._notices.by_code(text.upper())
            return found.fingerprint if found else text
        return text.lower() or None


def _second(text: str) -> Address | Fault:
    """Return the second number of a join, or what is wrong with that one."""
    if not text:
        return Fault.SECOND_NUMBER_MISSING
    try:
        return Address(AddressKind.MSISDN, _number(text))
    except AddressBroken:
        return Fault.UNREADABLE_SECOND_NUMBER


def _number(text: str) -> str:
    return text if _PLAIN_NUMBER.fullmatch(text) else parse_number(text)


def _names(catalogue: Catalogue) -> dict[str, Subject]:
    """Return what rows may call each subject: its id, with or without its kind; its number."""
    subjects = [
        *(Subject.purpose(p.id) for p in catalogue.purposes),
        *(Subject.channel(c.id) for c in catalogue.channels),
        *(Subject.topic(t.id) for t in catalogue.topics),
    ]
    often = Counter(subject.id for subject in subjects)
    plain = {s.id: s for s in subjects if often[s.id] == 1}
    numbered = {str(p.number): Subject(Kind.PURPOSE, p.id) for p in catalogue.purposes}
    return numbered | plain | {f"{s.kind.value}:{s.id}": s for s in subjects}
