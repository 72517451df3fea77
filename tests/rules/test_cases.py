"""By when a case is due: a calendar month, never more, and once two months longer."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from consent.case_ports import is_about_case, more_time
from consent.case_refusals import CaseRefused, Trouble, unreachable
from consent.cases import Case, CaseKind, due_of, extended_end, lawful_end
from consent.catalogue import BrandId
from consent.errors import CatalogueBroken
from consent.ports import Outgoing
from consent.replies import Message, Reply
from locales import ROOT
from locales.catalogue_source import load_catalogue
from tests.builders import CATALOGUE, CHAT, LMT

RIGA = ZoneInfo("Europe/Riga")
BRAND = CATALOGUE.brands[BrandId(LMT)]
_TICK = timedelta(microseconds=1)
_MOMENTS = some.datetimes(
    min_value=datetime(2020, 1, 1),  # noqa: DTZ001
    max_value=datetime(2060, 1, 1),  # noqa: DTZ001
    timezones=some.just(UTC),
)


def _local(day: str) -> datetime:
    """Return noon of a day in Riga."""
    return datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=RIGA)


@pytest.mark.parametrize(
    ("opened", "due"),
    [
        pytest.param("2026-11-22", "2026-12-22", id="same-day"),
        pytest.param("2027-01-31", "2027-02-28", id="shorter-month"),
        pytest.param("2028-01-31", "2028-02-29", id="leap-year"),
        pytest.param("2026-12-31", "2027-01-31", id="over-the-year"),
        pytest.param("2027-02-28", "2027-03-28", id="not-the-last-of-march"),
        pytest.param("2027-03-20", "2027-04-20", id="summer-time"),
    ],
)
def test_a_case_is_due_a_calendar_month_later(opened: str, due: str) -> None:
    """The last moment of the same day of the next month, or of its last day (GDPR 12(3))."""
    end = due_of(CaseKind.ACCESS, _local(opened), BRAND, RIGA)
    assert datetime.fromisoformat(due).date() == end.astimezone(RIGA).date()
    assert (end + _TICK).astimezone(RIGA).time() == datetime.min.time()


def test_the_day_is_that_of_the_customer() -> None:
    """Half past midnight in Riga is the next day there, whatever it is in London."""
    opened = datetime(2026, 11, 22, 22, 30, tzinfo=UTC)
    assert "2026-12-23" == f"{lawful_end(opened, RIGA).astimezone(RIGA):%Y-%m-%d}"


@pytest.mark.parametrize(
    ("days", "due"),
    [
        pytest.param(3, "2026-11-25", id="sooner"),
        pytest.param(0, "2026-11-22", id="today"),
        pytest.param(90, "2026-12-22", id="never-later-than-the-law"),
    ],
)
def test_the_operator_may_promise_less(days: int, due: str) -> None:
    """Days in the brand's data shorten the time of a kind, and of that kind alone."""
    brand = replace(BRAND, answer_within_days={"contact": days})
    ends = [due_of(kind, _local("2026-11-22"), brand, RIGA) for kind in ("contact", "access")]
    assert [due, "2026-12-22"] == [f"{end.astimezone(RIGA):%Y-%m-%d}" for end in ends]


@given(_MOMENTS)
def test_a_month_has_28_to_31_days_and_an_extension_is_later(opened: datetime) -> None:
    """Whatever the moment: due within a month, extended within three, at the end of a day."""
    due, later = lawful_end(opened, RIGA), extended_end(opened, RIGA)
    first = opened.astimezone(RIGA).date()
    assert 28 <= (due.astimezone(RIGA).date() - first).days <= 31
    assert 89 <= (later.astimezone(RIGA).date() - first).days <= 92
    assert opened < due < later


@pytest.mark.parametrize(
    ("setting", "days"),
    [
        pytest.param("{ contact = 3 }", {"contact": 3}, id="call-backs-sooner"),
        pytest.param("{ contact = 32 }", None, id="later-than-the-law"),
        pytest.param("{ contact = -1 }", None, id="before-it-was-asked"),
        pytest.param("{ gossip = 3 }", None, id="no-such-kind"),
    ],
)
def test_the_promise_is_a_line_of_the_catalogue(
    tmp_path: Path, setting: str, days: dict[str, int] | None
) -> None:
    """An operator sets it without Python; what makes no sense is refused at start, by its key."""
    shutil.copytree(ROOT / "catalogue", tmp_path / "catalogue")
    file = tmp_path / "catalogue" / "brands.toml"
    brands = file.read_text(encoding="utf-8")
    line = f'name = "LMT"\nanswer_within_days = {setting}'
    file.write_text(brands.replace('name = "LMT"', line, 1), encoding="utf-8")
    if days is None:
        with pytest.raises(CatalogueBroken, match="answer_within_days"):
            load_catalogue(tmp_path)
    else:
        brand = load_catalogue(tmp_path).brands[BrandId(LMT)]
        assert days == brand.answer_within_days


def _case(opened: datetime, due: datetime | None) -> Case:
    return Case(id="K7M2-94QX", kind="access", opened_at=opened, due_at=due)


def test_two_months_more_can_be_had_once() -> None:
    """From the month on; a second time the law does not know."""
    opened = _local("2026-11-22")
    until = more_time(_case(opened, lawful_end(opened, RIGA)), opened, RIGA)
    assert "2027-02-22" == f"{until.astimezone(RIGA):%Y-%m-%d}"
    assert until == more_time(_case(opened, None), opened, RIGA)
    with pytest.raises(CaseRefused, match="once"):
        more_time(_case(opened, until), opened, RIGA)


def test_more_time_is_asked_for_within_the_month() -> None:
    """The customer learns of it within a month of asking, or it does not count."""
    opened = _local("2026-11-22")
    end = lawful_end(opened, RIGA)
    assert more_time(_case(opened, end), end, RIGA)
    with pytest.raises(CaseRefused, match="over"):
        more_time(_case(opened, end), end + _TICK, RIGA)


@pytest.mark.parametrize(
    ("message", "expected"),
    [("case.answer", True), ("case.extended", True), ("link.ended", False)],
)
def test_what_staff_say_is_told_from_other_news(message: str, expected: bool) -> None:  # noqa: FBT001
    """Only answers and extensions must never be sent a second time."""
    reply = Reply(language="lv", messages=(Message(message),))
    outgoing = Outgoing(id="1", brand=LMT, kind="telegram", to=CHAT, reply=reply)
    assert expected is is_about_case(outgoing)


@pytest.mark.parametrize("trouble", Trouble)
def test_an_answer_that_would_not_arrive_says_why(trouble: Trouble) -> None:
    """Whoever answers is told what stands in the way, and that the case stays open."""
    refused = unreachable(trouble)
    assert trouble is refused.why
    assert f"The customer cannot be told: {trouble.value}. The case stays open." == refused.detail
