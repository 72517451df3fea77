"""Hashing: argon2id at the price that was set, in turns, and never more than the memory holds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from argon2 import extract_parameters
from argon2.low_level import Type

from app.marketing.tries import Tries, address_of
from consent.staff import LOCKED_FOR, login_of, wait_after, word_of
from marketing.passwords import refusal_of
from storage.passwords import Passwords, TooBusy
from tests.journeys.set_clock import SetClock
from tests.marketing.staff_stage import CHEAP, LOGIN, PASSWORD, StaffStage, fault, staffed


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[StaffStage]:
    """Return a staff door on this machine."""
    async with staffed(tmp_path) as found:
        yield found


async def test_the_price_is_that_of_the_standard() -> None:
    """Argon2id with 64 MiB, three passes, four lanes: RFC 9106's second recommendation."""
    async with Passwords().turn() as turn:
        kept = await turn.hashed(PASSWORD)
        assert await turn.is_right(PASSWORD, kept)
        assert not await turn.is_right(PASSWORD, None)
    found = extract_parameters(kept)
    assert (Type.ID, 65_536, 3, 4) == (
        found.type,
        found.memory_cost,
        found.time_cost,
        found.parallelism,
    )


@pytest.mark.parametrize("kept", ["", "plain", "$argon2id$v=19$broken", "ā"])
async def test_a_broken_hash_is_no_password(kept: str) -> None:
    """Whatever stands in the store, a password is never right by accident."""
    async with Passwords(CHEAP).turn() as turn:
        assert not await turn.is_right("\ud800", kept)


async def test_two_work_eight_wait_the_rest_is_sent_away() -> None:
    """The eleventh is not even counted; when one has gone there is a place again."""
    passwords, done = Passwords(CHEAP), asyncio.Event()
    working = 0
    most = 0

    async def work() -> None:
        nonlocal working, most
        async with passwords.turn():
            working += 1
            most = max(most, working)
            await done.wait()
            working -= 1

    crowd = [asyncio.create_task(work()) for _ in range(10)]
    await asyncio.sleep(0)
    with pytest.raises(TooBusy):
        async with passwords.turn():
            pass
    done.set()
    await asyncio.gather(*crowd)
    async with passwords.turn():
        assert 2 == most


async def test_a_crowd_at_the_door(stage: StaffStage) -> None:
    """Of many at once some are told to come back; nothing was tried for them."""
    await stage.account()
    async with stage.browsing(x_forwarded_for="203.0.113.7") as browser:
        csrf = await browser.csrf()
        before = len(await stage.log())
        tries = [browser.post(LOGIN, csrf=csrf, login="anna", word="wrong") for _ in range(25)]
        answers = await asyncio.gather(*tries)
    turned_away = [a for a in answers if a.status_code == 503]
    assert turned_away
    assert {403, 503} == {a.status_code for a in answers}
    assert all("Nothing was tried" in fault(a) for a in turned_away)
    assert len(answers) - len(turned_away) == len(await stage.log()) - before
    (row,) = await stage.rows("staff")
    # At most those that came before the first wait count; the others were not compared.
    assert 3 == row.misses


async def test_many_at_once_are_as_slow_as_one_by_one(stage: StaffStage) -> None:
    """The right password among many wrong ones at the same moment is not found."""
    await stage.account()
    async with stage.browsing() as browser:
        for _ in range(3):
            await browser.log_in(word="a wrong password")
        csrf = await browser.csrf()
        words = ["wrong one", "wrong two", PASSWORD, "wrong three"]
        tries = [browser.post(LOGIN, csrf=csrf, login="anna", word=word) for word in words]
        assert {403} == {answer.status_code for answer in await asyncio.gather(*tries)}


@pytest.mark.parametrize(
    ("misses", "seconds"), [(0, 0), (2, 0), (3, 1), (4, 2), (9, 64), (10, 900), (10**6, 900)]
)
def test_waits_grow(misses: int, seconds: int) -> None:
    """From the third miss each doubles the wait; from the tenth it is a quarter of an hour."""
    assert timedelta(seconds=seconds) == wait_after(misses) <= LOCKED_FOR


@pytest.mark.parametrize(
    ("said", "login"),
    [
        (" Anna.Kalna@LMT.lv ", "anna.kalna@lmt.lv"),
        ("a1", "a1"),
        ("a", None),
        ("", None),
        ("-anna", None),
        ("аnna", None),
        ("anna kalna", None),
        ("a" * 65, None),
    ],
)
def test_logins_are_plain(said: str, login: str | None) -> None:
    """Small letters without look-alikes; whatever else is typed is nobody's."""
    assert login == login_of(said)


def test_an_invitation_is_read_as_it_was_meant() -> None:
    """Case, spaces and dashes do not matter."""
    assert "K7M294QX" == word_of(" k7m2 – 94qx\n") == word_of("K7M2-94QX")


def test_common_passwords_are_known_in_any_case() -> None:
    """Capital letters make no password."""
    assert "common" == refusal_of("PaSSword1234")
    assert refusal_of("three plain words") is None


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        pytest.param("203.0.113.7", "", "203.0.113.7", id="direct"),
        pytest.param("203.0.113.7", "1.2.3.4", "203.0.113.7", id="direct, pretending"),
        pytest.param("127.0.0.1", "", "127.0.0.1", id="this machine"),
        pytest.param("127.0.0.1", "1.2.3.4, 203.0.113.7", "203.0.113.7", id="a proxy's word"),
        pytest.param("127.0.0.1", "1.2.3.4, nonsense", "127.0.0.1", id="a proxy's nonsense"),
        pytest.param("2001:db8:1:2:3::4", "", "2001:db8:1:2::/64", id="a household"),
        pytest.param("", "", "", id="a socket of files"),
    ],
)
def test_addresses_are_told_apart(peer: str, forwarded: str, address: str) -> None:
    """By the nearest machine that is not ours, whatever else is said."""
    assert address == address_of(peer, forwarded)


def test_counting_addresses_takes_bounded_memory() -> None:
    """Beyond ten thousand they share one count; those that are over are forgotten."""
    clock = SetClock()
    tries = Tries(clock.now)
    for index in range(10_030):
        assert 0 == tries.take(f"address {index}")
    assert tries.take("one more")
    assert 0 == tries.take("address 1")
    clock.moment += timedelta(minutes=15)
    assert 0 == tries.take("one more")
