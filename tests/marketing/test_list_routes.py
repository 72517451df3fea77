"""`/api/v1/list-checks`: lists streamed in, answers streamed out, everybody's look noted."""

from __future__ import annotations

import asyncio
import csv
import hashlib
import sys
from asyncio.subprocess import PIPE
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from app.list_check_state import read_state
from consent.access import TokenScope
from consent.decisions import Action
from consent.ports import Address, AddressKind
from tests.marketing.list_stage import URL, Lists, held_up
from tests.marketing.stage import DAY, Stage, number


@pytest.fixture
async def lists(stage: Stage, tmp_path: Path) -> Lists:
    """Return a system with a token, and three customers of whom one may be contacted."""
    await stage.give(number(0), "offers", "sms")
    await stage.give(number(1), "offers")
    await stage.decide(number(2), {"offers": Action.REFUSED})
    return Lists(stage, await stage.token("tool", TokenScope.CHECK), tmp_path / "lists")


def listed(*indexes: int) -> str:
    """Return a list with these numbers."""
    return "name,phone\n" + "".join(f"N{i},{number(i)}\n" for i in indexes)


async def test_rows_are_allowed_or_blocked_with_reasons(lists: Lists) -> None:
    """The same columns; what is not allowed says why and since when, as a single check does."""
    said = await lists.checked(listed(0, 1, 2, 3))
    assert ("finished", 4, 1.0) == (said["status"], said["rows"], said["share"])
    assert [f"N0,{number(0)}"] == await lists.rows(said, "allowed")
    since = (lists.stage.clock.now() - DAY).strftime("%Y-%m-%dT%H:%M:%S.000000Z")
    assert [
        f"N1,{number(1)},channel_unset,",
        f"N2,{number(2)},refused,{since}",
        f"N3,{number(3)},unknown_address,",
    ] == await lists.rows(said, "blocked")
    counts = {"allowed": 1, "channel_unset": 1, "refused": 1, "unknown_address": 1}
    assert counts == said["summary"]["by_reason"]
    for name in ("allowed", "blocked", "rejected"):
        content = (await lists.file(said["id"], name)).content
        assert hashlib.sha256(content).hexdigest() == said["summary"]["sha256"][name]


async def test_a_customer_reads_who_checked_a_list(lists: Lists) -> None:
    """Who, when, what for, what was asked and answered: in the copy of one's own data."""
    begun = lists.stage.clock.now()
    await lists.checked(listed(0, 1, 3), reason="summer letter")
    for index, answer in ((0, "allowed"), (1, "channel_unset"), (2, None)):
        address = Address(AddressKind.MSISDN, number(index))
        data = await lists.stage.store.own_data.of_address("lmt", address, begun)
        if data is None:
            # Known by import alone: nobody has proven the number yet.
            await lists.stage.says(number(index), "STATUS", f"s{index}")
            data = await lists.stage.store.own_data.of_address("lmt", address, begun)
        assert data is not None
        found = [(k.at, k.viewer, k.reason, k.question, k.answer) for k in data.looks]
        mine = (begun, "system:tool", "summer letter", "offers/sms", answer)
        assert found == ([mine] if answer else [])


async def test_duplicates_are_answered_once(lists: Lists) -> None:
    """However the number is written the second time."""
    content = f"phone\n{number(0)}\n{number(0)[4:]}\n371 {number(0)[4:]}\n"
    said = await lists.checked(content)
    assert [number(0)] == await lists.rows(said, "allowed")
    assert 2 == said["summary"]["duplicates"]


async def test_bad_rows_are_listed_by_number_and_reason(lists: Lists) -> None:
    """Nothing of what they say is repeated, and the good rows are answered."""
    content = f"phone;n\n{number(0)};a\n2.0000001E+07;b\n=1+1;c\n;d\n"
    content += f"{number(1)}\n{number(1)};e;f\n"
    said = await lists.checked(content)
    rows = [row[:2] for row in csv.reader(await lists.rows(said, "rejected"))]
    assert rows == [
        ["3", "spreadsheet_number"],
        ["4", "no_address"],
        ["5", "empty"],
        ["6", "columns"],
        ["7", "columns"],
    ]
    assert 1 == said["summary"]["allowed"]


@pytest.mark.parametrize(
    ("content", "named"),
    [
        pytest.param(b"", "empty", id="empty"),
        pytest.param(b"\xef\xbb\xbf \n", "empty", id="mark-alone"),
        pytest.param(b"PK\x03\x04" + b"x" * 99, "ZIP", id="zip"),
        pytest.param(b"\x1f\x8b\x08" + b"x" * 99, "gzip", id="gzip"),
        pytest.param(b"phone\n+37120000000\n\0\0\0\n", "zero bytes", id="binary"),
        pytest.param(b"phone^name\n+37120000000^A\n", "delimiter", id="delimiter"),
        pytest.param(b"[{}]", "one JSON list", id="json-list"),
        pytest.param(b",".join([b"a"] * 5_000) + b"\n", "columns", id="columns"),
        pytest.param(b"phone," + b"a" * (2 << 20), "line", id="endless-line"),
        pytest.param(b"phone,mobile\n20000000,20000001\n", "Several columns", id="two-columns"),
    ],
)
async def test_bad_files_are_refused_with_a_reason(
    lists: Lists, content: bytes, named: str
) -> None:
    """As problem details; nobody was looked at, and nothing of the file is kept."""
    answer = await lists.send(content)
    assert 400 == answer.status_code
    assert named in answer.json()["detail"]
    assert [] == [*lists.spool.glob("*")]


async def test_a_quote_that_never_closes_fails_the_check(lists: Lists) -> None:
    """Rows that it swallows could not be told: the whole list fails, with the row's number."""
    content = f'phone,n\n{number(1)},"a\n' + f"{number(0)},b\n" * 9_000
    said = await lists.checked(content)
    assert "failed" == said["status"]
    assert "Row 2: a quote" in said["detail"]
    assert [] == said["files"]


async def test_what_changed_since_is_told_alone(lists: Lists) -> None:
    """Who is not allowed any more and who newly is; of all others not a word."""
    await lists.stage.give(number(4), "offers", "sms")
    lists.stage.clock.wait(1)
    said = await lists.checked(listed(0, 1, 2, 3, 4))
    lists.stage.clock.wait(1)
    await lists.stage.decide(number(0), {"offers": Action.WITHDRAWN}, ago=timedelta())
    await lists.stage.give(number(1), "sms", ago=timedelta())
    await lists.stage.decide(number(4), {"research": Action.REFUSED}, ago=timedelta())
    answer = await lists.changes(said["id"])
    changed = await lists.done(answer)
    rows = [row[:3] for row in csv.reader(await lists.rows(changed, "changed"))]
    assert [["N0", number(0), "withdrawn"], ["N1", number(1), "allowed"]] == rows
    assert said["id"] == changed["summary"]["since_check"]


async def test_who_was_forgotten_or_blocked_since_is_told(lists: Lists) -> None:
    """Also what comes without a decision: a provider's block, a number without its customer."""
    await lists.stage.give(number(5), "offers", "sms")
    said = await lists.checked(listed(0, 5, 6))
    lists.stage.clock.wait(1)
    await lists.stage.forget(number(5))
    await lists.stage.block(number(0), "sms")
    answer = await lists.changes(said["id"])
    rows = await lists.rows(await lists.done(answer), "changed")
    assert ["channel_blocked", "erased"] == [row.split(",")[2] for row in rows]


async def test_after_its_time_an_answer_is_gone(lists: Lists) -> None:
    """Neither files nor changes are told any more, and a sweep deletes them."""
    said = await lists.checked(listed(0), valid_hours=1)
    lists.stage.clock.wait(2)
    assert 410 == (await lists.file(said["id"], "allowed")).status_code
    answer = await lists.changes(said["id"])
    assert 410 == answer.status_code
    assert 1 == lists.sweep()
    assert 404 == (await lists.file(said["id"], "allowed")).status_code


async def test_brands_and_scopes_are_kept_apart(lists: Lists) -> None:
    """Another brand's token finds no such check; one of another scope is refused."""
    said = await lists.checked(listed(0))
    other = lists.also(await lists.stage.token("amigo", TokenScope.CHECK, brand="amigo"))
    assert 404 == (await other.file(said["id"], "allowed")).status_code
    assert [number(0)] == [
        row.split(",")[1] for row in await other.rows(await other.checked(listed(0)), "blocked")
    ]
    feed = lists.also(await lists.stage.token("feed", TokenScope.FEED))
    assert 403 == (await feed.send(listed(0))).status_code
    assert 401 == (await lists.also({}).send(listed(0))).status_code


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"purpose": "weather"}, 400),
        ({"channel": "fax"}, 400),
        ({"topic": "weather"}, 400),
        ({"reason": ""}, 400),
        ({"reason": "   "}, 400),
        ({"column": "nothing"}, 400),
        ({"valid_hours": 1_000}, 400),
    ],
)
async def test_bad_questions_are_problems(
    lists: Lists, asked: dict[str, str | int], status: int
) -> None:
    """What cannot be asked is refused before anybody is looked at."""
    answer = await lists.send(listed(0), **asked)
    assert status == answer.status_code
    assert answer.json()["detail"]


async def test_a_stop_blocks_in_every_chunk_that_begins_after_it(lists: Lists) -> None:
    """A customer who stops while the list is checked is told as allowed only before."""
    stage = lists.stage
    content = listed(*range(100, 12_000)) + f"last,{number(0)}\n"
    answer = await lists.send(content)
    await stage.says(number(0), "STOP", "stop-1")
    said = await lists.done(answer)
    # The first chunks may have begun before; the last, with this customer, certainly after.
    assert 0 == said["summary"]["allowed"]
    assert 1 == said["summary"]["by_reason"]["withdrawn"]


async def test_changes_are_asked_since_the_first_check(lists: Lists) -> None:
    """A check of changes has looked at few: who stopped since would be left out of its own."""
    await lists.stage.give(number(4), "offers", "sms")
    first = await lists.checked(listed(0, 4))
    lists.stage.clock.wait(1)
    await lists.stage.decide(number(4), {"offers": Action.WITHDRAWN}, ago=timedelta())
    second = await lists.done(await lists.changes(first["id"]))
    lists.stage.clock.wait(1)
    await lists.stage.decide(number(0), {"offers": Action.WITHDRAWN}, ago=timedelta())
    answer = await lists.changes(second["id"])
    assert 400 == answer.status_code
    assert f"Ask since the first check: {first['id']}" in answer.json()["detail"]
    third = await lists.done(await lists.changes(first["id"]))
    assert 2 == len(await lists.rows(third, "changed"))


async def test_rows_are_for_whoever_sent_them(lists: Lists) -> None:
    """Another system of the brand has the counts, neither the rows nor what changed in them."""
    said = await lists.checked(listed(0, 1))
    other = lists.also(await lists.stage.token("other", TokenScope.CHECK))
    theirs = await other.checked(listed(2))
    for name in ("allowed", "blocked", "rejected"):
        nothing = (await lists.file(said["id"], "changed")).json()
        answer = await other.file(said["id"], name)
        assert (404, nothing) == (answer.status_code, answer.json())
    assert 404 == (await other.changes(said["id"])).status_code
    assert 200 == (await other.file(said["id"], "summary")).status_code
    assert 200 == (await other.file(theirs["id"], "blocked")).status_code


async def test_a_ninth_unfinished_list_is_refused(
    lists: Lists, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the time to come again; once one is finished there is place."""
    go = held_up(monkeypatch)
    taken = [await lists.send(listed(0)) for _ in range(8)]
    refused = await lists.send(listed(0))
    assert 429 == refused.status_code
    assert "60" == refused.headers["retry-after"]
    assert 8 == len([*lists.spool.iterdir()])
    go.set()
    for answer in taken:
        assert "finished" == (await lists.done(answer))["status"]
    assert 202 == (await lists.send(listed(0))).status_code


async def _status(lists: Lists, check: str) -> str:
    answer = await lists.stage.client.get(f"{URL}/{check}", headers=lists.token)
    return str(answer.json()["status"])


@pytest.mark.parametrize("status", ["waiting", "running"])
async def test_what_its_process_was_killed_at_is_told_as_lost(lists: Lists, status: str) -> None:
    """While a process holds the list it waits or runs; killed, it is lost at once."""
    said = await lists.checked(listed(0))
    folder = lists.spool / said["id"]
    state = read_state(folder)
    assert state is not None
    state.status = status
    (folder / "state.json").write_bytes(msgspec.json.encode(state))
    holding = "import sys, pathlib, app.list_check_life as life\n"
    holding += "held = life.Life(pathlib.Path(sys.argv[1])); print('held', flush=True)\n"
    holding += "sys.stdin.read()"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", holding, str(folder), stdin=PIPE, stdout=PIPE
    )
    assert process.stdout is not None
    assert b"held\n" == await process.stdout.readline()
    lists.stage.clock.wait(12)
    assert status == await _status(lists, said["id"])
    process.kill()
    await process.wait()
    answer = await lists.stage.client.get(f"{URL}/{said['id']}", headers=lists.token)
    assert ("stopped", True) == (answer.json()["status"], "again" in answer.json()["detail"])


async def test_a_list_that_waits_for_its_place_is_told_as_waiting(
    lists: Lists, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long the lists before it take."""
    go = held_up(monkeypatch)
    taken = [await lists.send(listed(0)) for _ in range(3)]
    lists.stage.clock.wait(12)
    assert "waiting" == await _status(lists, taken[-1].json()["id"])
    go.set()
    assert "finished" == (await lists.done(taken[-1]))["status"]
    for answer in taken:
        await lists.done(answer)
