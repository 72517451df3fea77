"""`/api/v1/cases`: what is due, seen and answered by the systems of one brand."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar.exceptions import ClientException

from app.api_pages import cursor_of, place_of
from consent.access import TokenScope
from consent.delivery import Outcome
from consent.ports import Address, AddressKind
from storage.moments import from_store
from tests.marketing.stage import DAY, Stage, number, staged
from tests.store.servers import Server

URL = "/api/v1/cases"
WORDS = "I want to talk to a person about my bill"
WHY = {"reason": "to answer"}
_LAST = 253_402_300_799_999_999


@dataclass(slots=True)
class Desk:
    """A CRM with a token for cases."""

    stage: Stage
    headers: dict[str, str]

    async def opened(self, index: int = 0, brand: str = "lmt") -> str:
        """Let a customer ask for a person; return the case."""
        await self.stage.says(number(index), WORDS, f"m{index}{brand}", brand=brand)
        waiting = await self.stage.store.cases.waiting(brand)
        (newest,) = [x for x in waiting if x.case.opened_at == self.stage.clock.now()]
        return newest.case.id

    async def get(self, path: str = "", **query: str) -> httpx.Response:
        """Ask for a list or a case."""
        return await self.stage.client.get(URL + path, params=query, headers=self.headers)

    async def page(self, **query: str) -> tuple[list[str], str | None]:
        """Return the references of a page, and its cursor."""
        answer = await self.get(**query)
        assert 200 == answer.status_code, answer.text
        said = answer.json()
        return [case["reference"] for case in said["cases"]], said["cursor"]

    async def post(
        self, case: str, act: str, body: dict[str, Any], **headers: str
    ) -> httpx.Response:
        """Do something with a case."""
        sent = self.headers | headers
        return await self.stage.client.post(f"{URL}/{case}/{act}", json=body, headers=sent)

    async def answer(
        self, case: str, text: str = "Piezvanīsim.", **headers: str
    ) -> httpx.Response:
        """Answer a case."""
        return await self.post(case, "answer", {"text": text, "by": "A. Kalna"}, **headers)

    async def carry(self) -> list[str]:
        """Let what waits leave, as a courier does; return the texts."""
        said, now = [], self.stage.clock.now()
        outbox = self.stage.store.outbox
        for item in await outbox.claim("sms", "lmt", now + timedelta(minutes=1)):
            assert await outbox.depart(item, now)
            params = item.reply.messages[0].params
            said.append(str(params.get("answer") or params.get("reason")))
            await outbox.settle(item, now, Outcome.SENT)
        return said


@pytest.fixture
async def desk(stage: Stage) -> Desk:
    """Return a CRM that may see and answer cases."""
    token = await stage.token("crm", TokenScope.CASES, TokenScope.ANSWERS, days=400)
    return Desk(stage, token)


async def test_open_cases_are_listed_by_what_is_due(desk: Desk) -> None:
    """With kind, dates, door and language; no word, no number, nobody noted."""
    case = await desk.opened()
    answer = await desk.get()
    assert (200, "no-store") == (answer.status_code, answer.headers["cache-control"])
    assert '"cases";q=600;w=60' == answer.headers["ratelimit-policy"]
    assert {
        "cases": [
            {
                "reference": case,
                "kind": "contact",
                "purpose": None,
                "state": "open",
                "opened_at": "2026-11-22T10:00:00Z",
                "due_at": "2026-12-22T21:59:59.999999Z",
                "overdue": False,
                "closed_at": None,
                "door": "sms",
                "language": "en",
                "by": None,
            }
        ],
        "cursor": None,
    } == answer.json()
    assert [] == await desk.stage.looks()


async def test_pages_go_on_where_the_last_one_ended(desk: Desk) -> None:
    """Also where a case that was on it has been closed, or got more time, since."""
    cases = []
    for index in range(5):
        cases.append(await desk.opened(index))
        desk.stage.clock.wait(24)
    first, cursor = await desk.page(limit="2")
    assert cases[:2] == first
    assert cursor is not None
    assert 200 == (await desk.post(cases[1], "close", {"reason": "by phone"})).status_code
    second, cursor = await desk.page(limit="2", after=cursor)
    assert cases[2:4] == second
    assert (cases[4:], None) == await desk.page(limit="2", after=cursor or "")
    assert ([cases[0], *cases[2:]], None) == await desk.page()


async def test_what_is_over_is_listed_last_first(desk: Desk) -> None:
    """Answered, or closed without an answer, and who has done it."""
    desk.stage.clock.wait(1)
    cases = [await desk.opened(0)]
    desk.stage.clock.wait(1)
    cases.append(await desk.opened(1))
    await desk.answer(cases[0])
    await desk.carry()
    desk.stage.clock.wait(1)
    await desk.post(cases[1], "close", {"reason": "by phone", "by": "A. Kalna"})
    assert ([], None) == await desk.page()
    said = (await desk.get(state="closed")).json()["cases"]
    assert [
        (cases[1], "closed", "A. Kalna (system:crm)"),
        (cases[0], "answered", "A. Kalna (system:crm)"),
    ] == [(case["reference"], case["state"], case["by"]) for case in said]
    one, cursor = await desk.page(state="closed", limit="1")
    assert cases[1:] == one
    assert (cases[:1], None) == await desk.page(state="closed", limit="1", after=cursor or "")


async def test_what_is_overdue_can_be_asked_for(desk: Desk) -> None:
    """Of open cases those over time; of closed ones those that ended too late."""
    late = await desk.opened(0)
    desk.stage.clock.wait(20 * 24)
    fresh = await desk.opened(1)
    desk.stage.clock.wait(20 * 24)
    assert ([late], None) == await desk.page(overdue="true")
    assert [True, False] == [c["overdue"] for c in (await desk.get()).json()["cases"]]
    for case in (late, fresh):
        await desk.post(case, "close", {"reason": "by phone"})
    desk.stage.clock.wait(30 * 24)
    assert ([late], None) == await desk.page(overdue="true", state="closed")
    assert ([], None) == await desk.page(kind="access", state="closed")


async def test_a_case_is_shown_for_a_reason_that_is_noted(desk: Desk) -> None:
    """Words, and numbers only where they were asked for; the customer can read who looked."""
    case = await desk.opened()
    for asked in ({}, {"reason": ""}, {"reason": " \u00a0"}, {"reason": "a\0b"}):
        assert 400 == (await desk.get(f"/{case}", **asked)).status_code
    assert [] == await desk.stage.looks()
    said = (await desk.get(f"/{case.lower()}", **WHY)).json()
    assert (case, "open", True, None) == (
        said["reference"],
        said["state"],
        said["reachable"],
        said["numbers"],
    )
    assert WORDS in said["words"]
    (look,) = await desk.stage.looks()
    assert ("system:crm", "to answer", f"case {case}") == (
        look.viewer,
        look.reason_of_look,
        look.question,
    )
    said = (await desk.get(f"/{case}", **WHY, numbers="true")).json()
    assert [number()] == said["numbers"]
    assert 2 == len(await desk.stage.looks())


async def test_an_answer_leaves_and_ends_the_case(desk: Desk) -> None:
    """By the door it came by; the same words again are the same answer, others are refused."""
    case = await desk.opened()
    answer = await desk.answer(case)
    assert (202, {"reference": case, "again": False, "leaves_as": "an SMS"}) == (
        answer.status_code,
        answer.json(),
    )
    again, other = await desk.answer(case), await desk.answer(case, "Nē.")
    assert (202, True) == (again.status_code, again.json()["again"])
    assert (409, "CONFLICT") == (other.status_code, other.json()["code"])
    assert ["Piezvanisim." in said or "Piezvanīsim." in said for said in await desk.carry()] == [
        True
    ]
    said = (await desk.get(f"/{case}", **WHY)).json()
    assert ("answered", "sent", "A. Kalna (system:crm)") == (
        said["state"],
        said["answer"]["outcome"],
        said["answer"]["by"],
    )
    assert [] == await desk.carry()


async def test_a_key_gives_the_same_answer(desk: Desk) -> None:
    """Twenty at once are one; another body under the key is refused."""
    case, key = await desk.opened(), {"idempotency-key": "k1"}
    answers = await asyncio.gather(*(desk.answer(case, **key) for _ in range(20)))
    assert {(202, False)} == {(one.status_code, one.json()["again"]) for one in answers}
    reused = await desk.answer(case, "Nē.", **key)
    assert (422, True) == (reused.status_code, "Idempotency-Key" in reused.json()["detail"])
    assert 1 == len(await desk.carry())


async def test_more_time_is_taken_once(desk: Desk) -> None:
    """The customer is told why; then the date moves, and there is no third month more."""
    case = await desk.opened()
    first = await desk.post(case, "extend", {"reason": "Jāmeklē arhīvā."})
    again = await desk.post(case, "extend", {"reason": "Jāmeklē arhīvā."})
    assert [(202, False), (202, True)] == [
        (x.status_code, x.json()["again"]) for x in (first, again)
    ]
    assert 1 == len(await desk.carry())
    (listed,) = (await desk.get()).json()["cases"]
    assert "2027-02-22T21:59:59.999999Z" == listed["due_at"]
    refused = await desk.post(case, "extend", {"reason": "Vēl."})
    assert (409, True) == (refused.status_code, "once" in refused.json()["detail"])


async def test_a_closed_case_is_closed_once(desk: Desk) -> None:
    """Why is kept; nothing can be answered any more."""
    case = await desk.opened()
    assert 400 == (await desk.post(case, "close", {"reason": "  "})).status_code
    done = [await desk.post(case, "close", {"reason": "by phone"}) for _ in range(2)]
    assert [(200, False), (200, True)] == [(x.status_code, x.json()["again"]) for x in done]
    said = (await desk.get(f"/{case}", **WHY)).json()
    assert ("closed", "by phone", "system:crm") == (said["state"], said["reason"], said["by"])
    assert 409 == (await desk.answer(case)).status_code


@pytest.mark.parametrize(
    ("text", "status", "named"),
    [
        ("", 400, "text"),
        ("\u200b \n", 422, "no words"),
        ("ā" * 500, 422, "SMS parts"),
        ("a" * 10_001, 400, "text"),
    ],
    ids=["none", "unseen", "too-long", "endless"],
)
async def test_words_that_cannot_be_sent_are_refused(
    desk: Desk, text: str, status: int, named: str
) -> None:
    """With what to mend; the case stays open and nothing leaves."""
    case = await desk.opened()
    answer = await desk.answer(case, text)
    assert (status, True) == (answer.status_code, named in answer.json()["detail"])
    assert ([], [case]) == (await desk.carry(), (await desk.page())[0])


async def test_who_cannot_be_told_keeps_the_case_open(desk: Desk) -> None:
    """Why is said to staff, and is a conflict."""
    case = await desk.opened()
    await desk.stage.block(number(), "sms")
    said = (await desk.get(f"/{case}", **WHY)).json()
    assert (False, "blocked") == (said["reachable"], said["trouble"])
    answer = await desk.answer(case)
    assert (409, True) == (answer.status_code, "blocked" in answer.json()["detail"])


async def test_the_other_brand_s_cases_do_not_exist(desk: Desk) -> None:
    """Neither in a list nor by name, and their cursors are none."""
    theirs = await desk.opened(0, brand="amigo")
    desk.stage.clock.wait(1)
    ours = await desk.opened(1)
    assert ([ours], None) == await desk.page()
    assert 404 == (await desk.get(f"/{theirs}", **WHY)).status_code
    for act, body in (("answer", {"text": "a"}), ("extend", WHY), ("close", WHY)):
        assert 404 == (await desk.post(theirs, act, body)).status_code
    cursor = cursor_of("cases/open", "amigo", (desk.stage.clock.now(), theirs))
    assert 400 == (await desk.get(after=cursor or "")).status_code
    assert [] == await desk.stage.looks()


async def test_who_sees_may_not_answer(desk: Desk) -> None:
    """Reading and answering are two scopes."""
    case = await desk.opened()
    desk.headers = await desk.stage.token("reader", TokenScope.CASES)
    assert 403 == (await desk.answer(case)).status_code
    desk.headers = await desk.stage.token("writer", TokenScope.ANSWERS)
    assert 403 == (await desk.get(f"/{case}", **WHY)).status_code


async def test_the_forgotten_have_no_words_left(desk: Desk) -> None:
    """A closed case outlives its customer, without a word."""
    case = await desk.opened()
    await desk.post(case, "close", {"reason": "by phone"})
    await desk.stage.forget(number())
    said = (await desk.get(f"/{case}", **WHY, numbers="true")).json()
    assert ("", [], None, "forgotten") == (
        said["words"],
        said["numbers"],
        said["reason"],
        said["trouble"],
    )
    assert ([case], None) == await desk.page(state="closed")


async def test_without_the_store_nothing_is_shown_or_sent(desk: Desk) -> None:
    """A problem that says when to come again; then it is done once."""
    case = await desk.opened()
    file = desk.stage.store.database.file  # type: ignore[attr-defined]
    away = file.with_suffix(".away")
    file.rename(away)
    answers = [await desk.get(), await desk.get(f"/{case}", **WHY), await desk.answer(case)]
    assert [(503, "10")] * 3 == [(x.status_code, x.headers["retry-after"]) for x in answers]
    away.rename(file)
    assert 202 == (await desk.answer(case)).status_code
    assert 1 == len(await desk.carry())


@pytest.mark.parametrize(
    "query", [{"state": "old"}, {"limit": "0"}, {"limit": "501"}, {"kind": "x"}, {"after": "ab"}]
)
async def test_bad_questions_are_problems(desk: Desk, query: dict[str, str]) -> None:
    """As is a filter that there is none: it would widen what is shown."""
    assert 400 == (await desk.get(**query)).status_code
    misspelt = await desk.get(overdu="true")
    assert (400, True) == (misspelt.status_code, "overdue" in misspelt.json()["detail"])


@given(moment=st.integers(0, _LAST), name=st.from_regex("[A-Z0-9-]{1,40}", fullmatch=True))
def test_a_cursor_names_its_place(moment: int, name: str) -> None:
    """Exactly, in its own list of its own brand, and nowhere else."""
    place = (from_store(moment), name)
    cursor = cursor_of("cases/open", "lmt", place) or ""
    assert place == place_of("cases/open", "lmt", cursor)
    for listed, brand in (("cases/closed", "lmt"), ("cases/open", "amigo")):
        with pytest.raises(ClientException):
            place_of(listed, brand, cursor)


@given(st.one_of(st.text(min_size=1), st.binary(min_size=1).map(lambda b: b.decode("latin-1"))))
def test_what_is_no_cursor_is_refused(text: str) -> None:
    """Whatever it is, in one way."""
    with pytest.raises(ClientException):
        place_of("cases/open", "lmt", text)


async def test_on_postgres_it_is_the_same(postgres: Server, tmp_path: Path) -> None:
    """The statements of both lists, and of a look, suit it too."""
    async with staged(tmp_path, database_url=postgres.fresh()) as stage:
        desk = Desk(stage, await stage.token("crm", days=400))
        cases = []
        for index in range(3):
            cases.append(await desk.opened(index))
            stage.clock.wait(24)
        first, cursor = await desk.page(limit="2")
        assert (cases[2:], None) == await desk.page(limit="2", after=cursor or "")
        assert cases[:2] == first
        await desk.answer(cases[0])
        await desk.carry()
        assert ([cases[0]], None) == await desk.page(state="closed", limit="1")
        assert WORDS in (await desk.get(f"/{cases[1]}", **WHY)).json()["words"]
        address = Address(AddressKind.MSISDN, number(1))
        data = await stage.store.own_data.of_address("lmt", address, stage.clock.now() + DAY)
        assert data is not None
        assert ["system:crm"] == [look.viewer for look in data.looks]
