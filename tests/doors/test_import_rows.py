"""What rows of imported files are read as."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.import_file import COLUMNS
from app.import_rows import MEANINGS, Fault, RowReader
from consent.batches import Entry, Item, Refusal, Release
from consent.decisions import SERVICE, Action, Subject
from tests.doors.import_stage import CATALOGUE, NUMBER, SEEN, SHELF, no, row


def reader() -> RowReader:
    """Return what understands LMT's rows."""
    return RowReader("lmt", CATALOGUE, SHELF)


def read(**fields: str) -> Item | Fault | Refusal:
    """Read one row."""
    return reader().read(tuple(fields.get(name, "") for name in COLUMNS))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (row(said_at="2026-11-22"), "2026-11-21T22:00:00"),
        (no(said_at="2026-11-22"), "2026-11-22T21:59:59.999999"),
        (row(said_at="2026-11-22T10:00"), "2026-11-22T08:00:00"),
        (row(said_at="2026-11-22 10:00:00Z"), "2026-11-22T10:00:00"),
        (row(said_at="2026-10-25T03:30:00"), "2026-10-25T00:30:00"),
        (no(said_at="2026-10-25T03:30:00"), "2026-10-25T01:30:00"),
    ],
    ids=["yes of a day", "no of a day", "local", "UTC", "yes of an hour twice", "no of it"],
)
def test_an_inexact_time_is_read_as_what_allows_less(fields: dict[str, str], said: str) -> None:
    """A yes at its earliest, a no at its latest; without a zone it is the catalogue's."""
    entry = read(**fields)
    assert isinstance(entry, Entry)
    assert datetime.fromisoformat(f"{said}+00:00") == entry.said_at


def test_a_pause_lasts_to_the_end_of_its_last_day() -> None:
    """Only a pause has an end; of another row it is not looked at."""
    pause = read(**no(subject="location", action="paused", until="2026-11-22"))
    assert isinstance(pause, Entry)
    assert datetime(2026, 11, 22, 21, 59, 59, 999999, UTC) == pause.until
    withdrawn = read(**no(until="never"))
    assert isinstance(withdrawn, Entry)
    assert withdrawn.until is None
    assert Fault.UNREADABLE_TIME is read(**no(action="paused", until="never"))


@pytest.mark.parametrize("text", ["31.12.2025", "0001-01-01T00:00", "2026-13-01", "yesterday"])
def test_a_no_is_not_lost_for_its_time(text: str) -> None:
    """It counts from when it is recorded; a yes of no readable time is rejected."""
    entry = read(**no(said_at=text))
    assert isinstance(entry, Entry)
    assert entry.said_at is None
    assert Fault.UNREADABLE_TIME is read(**row(said_at=text))


@pytest.mark.parametrize(
    ("name", "subject"),
    [
        ("offers", Subject.purpose("offers")),
        ("8", Subject.purpose("research")),
        ("purpose:loyalty", Subject.purpose("loyalty")),
        ("sms", Subject.channel("sms")),
        ("channel:email", Subject.channel("email")),
        ("surveys", Subject.topic("surveys")),
    ],
)
def test_subjects_go_by_name_or_number(name: str, subject: Subject) -> None:
    """By id, with or without its kind, or by the number of the consent."""
    entry = read(**no(subject=name))
    assert isinstance(entry, Entry)
    assert subject == entry.subject


def test_events_need_no_subject() -> None:
    """The service and the number are named by what happened to them."""
    ended = read(number=NUMBER, action="service_ended", said_at="2026-05-01", actor="billing")
    back = read(number=NUMBER, action="service_restarted", said_at="2026-05-01", actor="billing")
    assert isinstance(ended, Entry)
    assert isinstance(back, Entry)
    assert (SERVICE, Action.ENDED, Action.RESTARTED) == (ended.subject, ended.action, back.action)
    freed = read(number=NUMBER, action="number_released", said_at="2026-05-01", actor="billing")
    assert isinstance(freed, Release)
    assert datetime(2026, 4, 30, 21, tzinfo=UTC) == freed.said_at


def test_a_notice_goes_by_code_or_fingerprint() -> None:
    """Both name the same text; what nobody knows is left to be refused by name."""
    found = [read(**row(notice=name)) for name in (SEEN.code.lower(), SEEN.fingerprint.upper())]
    assert [SEEN.fingerprint] * 2 == [e.notice for e in found if isinstance(e, Entry)]
    for unknown in ("AAAAAAAAAA", "f" * 64):
        entry = read(**row(notice=unknown))
        assert isinstance(entry, Entry)
        assert unknown == entry.notice


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        (no("12"), Fault.UNREADABLE_NUMBER),
        (no(""), Fault.UNREADABLE_NUMBER),
        (no("+888 1234567"), Fault.UNREADABLE_NUMBER),
        (no(action="granted"), Fault.UNKNOWN_ACTION),
        (no(action=""), Fault.UNKNOWN_ACTION),
        (no(action="asked"), Fault.UNKNOWN_ACTION),
        (no(subject="spam"), Refusal.UNKNOWN_SUBJECT),
        (no(subject=""), Refusal.UNKNOWN_SUBJECT),
    ],
)
def test_what_cannot_be_read_is_named(fields: dict[str, str], fault: Fault | Refusal) -> None:
    """Number, action or subject."""
    assert fault is read(**fields)


def test_every_reason_is_explained() -> None:
    """The list of rejected rows has a sentence for each reason there is."""
    assert {*Fault, *Refusal} == set(MEANINGS)
