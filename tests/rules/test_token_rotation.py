"""A token's successor opens the same for as long; the old one ends, never later than it would."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.access import Token, TokenScope
from consent.staff import Entry
from consent.token_rotation import NotRotated, Replacing, Rotation, rotated

MADE = datetime(2026, 1, 1, tzinfo=UTC)
LIFE = timedelta(days=90)
OLD = Token(
    id="old",
    brand="lmt",
    holder="campaign tool",
    scopes=frozenset({TokenScope.CHECK, TokenScope.FEED}),
    created_at=MADE,
    expires_at=MADE + LIFE,
    used_at=MADE,
)
DAY = timedelta(days=1)


def asking(
    after: timedelta = 80 * DAY,
    grace: timedelta = DAY,
    brand: str | None = "lmt",
    new: str = "new",
) -> Replacing:
    """Return a wish to replace the token, some time after it was made."""
    return Replacing(
        token="old",
        brand=brand,
        successor=new,
        digest="secret digest",
        grace=grace,
        entry=Entry(MADE + after, "staff:anna", "rotated a token", ""),
    )


def test_the_successor_is_for_the_same() -> None:
    """Same brand, holder, scopes and life; it says what it replaces, and was never used."""
    found = rotated(OLD, (), asking())
    assert isinstance(found, Rotation)
    now = MADE + 80 * DAY
    assert found.new == replace(
        OLD, id="new", created_at=now, expires_at=now + LIFE, replaces="old", used_at=None
    )
    assert found.old == replace(OLD, expires_at=now + DAY)
    assert "secret" not in repr(asking())


@given(
    st.timedeltas(timedelta(), LIFE - timedelta(seconds=1)), st.timedeltas(timedelta(), 2 * LIFE)
)
def test_both_work_until_the_grace_ends(after: timedelta, grace: timedelta) -> None:
    """Whenever it is replaced: the old one ends with the grace, and never later than its day."""
    found = rotated(OLD, (), asking(after, grace))
    assert isinstance(found, Rotation)
    at = MADE + after
    assert found.old.expires_at == min(at + grace, OLD.expires_at)
    assert found.old.is_good(at) == (grace > timedelta())
    assert found.new.is_good(at)
    assert not found.old.is_good(at + grace)


@pytest.mark.parametrize(
    ("old", "ask", "why"),
    [
        pytest.param(None, asking(), "unknown", id="none"),
        pytest.param(OLD, asking(brand="amigo"), "unknown", id="another brand's"),
        pytest.param(OLD, asking(LIFE), "ended", id="expired"),
        pytest.param(replace(OLD, revoked_at=MADE), asking(), "ended", id="revoked"),
    ],
)
def test_what_is_not_replaced(old: Token | None, ask: Replacing, why: str) -> None:
    """What is not there, another brand's, or of no use to anybody."""
    assert NotRotated(why) == rotated(old, (), ask)


def test_whoever_runs_the_store_names_no_brand() -> None:
    """Without a brand any token is meant."""
    assert isinstance(rotated(OLD, (), asking(brand=None)), Rotation)


def test_one_successor_at_a_time_with_its_whole_life() -> None:
    """It is replaced once; if that one was revoked, again, and for no shorter time."""
    first = rotated(OLD, (), asking())
    assert isinstance(first, Rotation)
    again = asking(80 * DAY + timedelta(hours=1), new="third")
    assert NotRotated.REPLACED == rotated(first.old, (first.new,), again)
    lost = replace(first.new, revoked_at=again.entry.at)
    second = rotated(first.old, (lost,), again)
    assert isinstance(second, Rotation)
    assert LIFE == second.new.expires_at - second.new.created_at
    assert second.old.expires_at == first.old.expires_at
    # And the successor can be replaced in its turn.
    chained = replace(again, token="third", successor="fourth")
    assert isinstance(rotated(second.new, (), chained), Rotation)
