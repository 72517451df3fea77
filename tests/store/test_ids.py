"""Ids and chance: of the right form, in the order of time, and nothing is given out twice."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import RFC_4122, UUID
from zoneinfo import ZoneInfo

from storage.chance import chance
from storage.ids import SystemEntropy, uuid7

NOW = datetime(2026, 11, 22, 12, 0, 0, 123456, tzinfo=UTC)


def test_ids_are_uuids_of_version_7() -> None:
    """Any library reads them, and their moment in milliseconds."""
    for _ in range(200):
        found = UUID(uuid7(NOW))
        assert (7, RFC_4122) == (found.version, found.variant)
        assert int(NOW.timestamp() * 1000) == found.int >> 80


def test_ids_are_in_the_order_of_time() -> None:
    """Newer rows lie beside newer rows; an hour that comes twice is two hours."""
    first = datetime(2026, 10, 25, 3, 30, tzinfo=ZoneInfo("Europe/Riga"))
    later = [first, first.replace(fold=1), NOW, NOW + timedelta(milliseconds=1)]
    ids = [uuid7(moment) for moment in later]
    assert sorted(ids) == ids


def test_every_bit_of_an_id_is_drawn() -> None:
    """All of the 74 bits that are left to chance take both values."""
    drawn = [UUID(uuid7(NOW)).int for _ in range(400)]
    ever = always = drawn[0]
    for value in drawn:
        ever |= value
        always &= value
    assert 74 == (ever & ~always).bit_count()


def test_no_bytes_are_given_twice() -> None:
    """Neither to one thread nor to several at once, in pieces of any length."""

    def draw(_: int) -> list[bytes]:
        return [chance(12) for _ in range(2_000)]

    with ThreadPoolExecutor(max_workers=8) as threads:
        found = [piece for pieces in threads.map(draw, range(16)) for piece in pieces]
    assert len(found) == len(set(found)) == 32_000
    assert {12} == set(map(len, found))
    assert 4_096 == len(chance(4_096))


def test_a_process_that_forks_draws_its_own() -> None:
    """What was fetched and not given out yet is not given out by two."""
    chance(8)
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.write(writing, chance(16))
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reading, 16) != chance(16)
    os.close(reading)
    os.close(writing)


def test_salts_are_sixteen_bytes() -> None:
    """As hex, and never the same."""
    salts = {SystemEntropy().salt() for _ in range(100)}
    assert 100 == len(salts)
    assert {16} == {len(bytes.fromhex(salt)) for salt in salts}
