"""`POST /api/v1/decisions` and `/service-events` over real HTTP semantics, on a whole server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.decision_entries import Outcome, Outcomes
from app.idempotency import Answers, KeyReused
from consent.access import Token, TokenScope, digest_of
from consent.chain import verify
from consent.decisions import Decision, Kind
from consent.errors import StoreUnavailable
from consent.notices import Form
from consent.ports import Address, AddressKind
from tests.journeys.harness import NUMBER, House, open_house

DECISIONS, EVENTS = "/api/v1/decisions", "/api/v1/service-events"
ABOUT = {"kind": "purpose", "id": "offers"}


@dataclass(eq=False, slots=True)
class Stage:
    """A served assistant, and a shop's system that talks to it."""

    house: House

    async def post(
        self, path: str, body: object, *, who: str = "till", **headers: str
    ) -> httpx.Response:
        """Send a body with a token."""
        allowed = {"authorization": f"Bearer cst_{who}"} if who else {}
        return await self.house.client.post(path, json=body, headers=allowed | headers)

    async def tell(self, *entries: dict[str, Any], **headers: str) -> list[dict[str, Any]]:
        """Tell decisions; return what became of each."""
        answer = await self.post(DECISIONS, {"decisions": list(entries)}, **headers)
        assert 200 == answer.status_code, answer.text
        return list(answer.json()["outcomes"])

    async def happens(self, event: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401
        """Tell a service event; return what became of it."""
        bare = {"brand": "lmt", "number": NUMBER, "event": event, "door": "shop"}
        bare |= {"at": "2026-11-20T10:00:00+02:00", "actor": "billing"}
        answer = await self.post(EVENTS, {"events": [bare | changes]})
        assert 200 == answer.status_code, answer.text
        (outcome,) = answer.json()["outcomes"]
        return dict(outcome)

    def yes(self, **changes: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return a proven yes."""
        notice = self.house.assistant.house.notices.current("lmt", "offers", "lv", Form.CHAT)
        return no() | {
            "action": "given",
            "said_at": "2026-11-21T12:00:00+02:00",
            "notice": notice.fingerprint,
            "language": "lv",
            "actor": "shop 12",
            "method": "paper",
            "document": "form 4711",
        } | changes  # fmt: skip


def no(**changes: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return a no, with nothing but what it needs."""
    bare = {"brand": "lmt", "number": NUMBER, "about": ABOUT, "action": "withdrawn"}
    return bare | {"door": "shop"} | changes


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """Return a served assistant with a token for decisions, one of Amigo's, and another one."""
    house = open_house(tmp_path, "lmt")
    async with house.client:
        for name, brand, scope in (
            ("till", "lmt", TokenScope.DECISIONS),
            ("portal", "lmt", TokenScope.DECISIONS),
            ("amigo", "amigo", TokenScope.DECISIONS),
            ("feed", "lmt", TokenScope.FEED),
        ):
            token = Token(
                id=name,
                brand=brand,
                holder=f"{name} system",
                scopes=frozenset({scope}),
                created_at=house.clock.now(),
                expires_at=house.clock.now() + timedelta(days=1),
            )
            await house.store.tokens.add(token, digest_of(f"cst_{name}"))
        yield Stage(house)


def _short(outcomes: list[dict[str, Any]]) -> list[str]:
    return [one["code"] or one["outcome"] for one in outcomes]


async def _kept(stage: Stage) -> tuple[Decision, ...]:
    ledger = stage.house.store.ledger
    customer = await ledger.customer_of("lmt", Address(AddressKind.MSISDN, NUMBER))
    if customer is None:
        return ()
    found = await ledger.history(customer)
    assert len(found) == verify(found, await ledger.head_of(customer))
    return found


async def test_what_is_answered_is_in_the_ledger(stage: Stage) -> None:
    """A yes with its evidence counts, under the id that was answered."""
    (outcome,) = await stage.tell(stage.yes())
    (decision,) = await _kept(stage)
    assert {
        "outcome": "recorded",
        "decision": decision.id,
        "code": None,
        "meaning": None,
    } == outcome
    assert ("shop", "shop 12", "paper") == (decision.door, decision.actor, decision.method)
    assert decision.evidence is not None
    assert "form 4711" == decision.evidence.words
    assert "channel_unset" == await stage.house.verdict("offers sms")
    assert "allowed" == await stage.house.verdict("offers")


async def test_a_no_needs_no_evidence(stage: Stage) -> None:
    """Lowering permission is always accepted, even with a time that nobody can read."""
    await stage.tell(stage.yes())
    assert ["recorded"] == _short(await stage.tell(no(said_at="last Tuesday")))
    assert "withdrawn" == await stage.house.verdict("offers")


async def test_the_same_entry_is_recorded_once(stage: Stage) -> None:
    """Whatever key it comes under; the answer names the same decision."""
    (first,) = await stage.tell(stage.yes())
    for headers in ({}, {"idempotency-key": "another"}, {"who": "portal"}):
        (again,) = await stage.tell(stage.yes(), **headers)
        assert ("already_there", first["decision"]) == (again["outcome"], again["decision"])
    assert 1 == len(await _kept(stage))


async def test_each_entry_has_its_own_outcome(stage: Stage) -> None:
    """What cannot count is refused with code and words; it holds up no STOP beside it."""
    told = await stage.tell(
        stage.yes(notice=""),
        stage.yes(actor="+37120000000"),
        no(number="12"),
        no(brand="amigo"),
        no(action="service_ended"),
        no(about={"kind": "purpose", "id": "horoscopes"}),
        stage.yes(said_at="tomorrow"),
        stage.yes(said_at="2027-01-01T00:00:00Z"),
        no(),
        no(),
    )
    assert [
        "notice_missing",
        "actor_missing",
        "unreadable_number",
        "another_brand",
        "unknown_action",
        "unknown_subject",
        "unreadable_time",
        "said_after_recorded",
        "recorded",
        "already_there",
    ] == _short(told)
    assert all(one["meaning"] for one in told[:8])
    assert {None} == {one["decision"] for one in told[:8]}
    assert ["withdrawn"] == [decision.action.value for decision in await _kept(stage)]


async def test_a_no_is_never_passed_by_an_older_yes(stage: Stage) -> None:
    """What a customer said by SMS since then stands (law 6)."""
    await stage.house.sms("STOP", "SM1")
    assert ["not_later_than_no"] == _short(await stage.tell(stage.yes()))
    assert "refused" == await stage.house.verdict("offers")


@pytest.mark.parametrize(
    ("door", "actor", "said"),
    [
        ("shop", "shop 12", "veikalā"),
        ("portal", "customer", "klientu portālā"),
        ("call_centre", "agent 7", "pa tālruni"),
        ("call_centre", "staff 7", "klientu apkalpošanas centrā"),
    ],
)
async def test_the_next_reply_shows_the_source(
    stage: Stage, door: str, actor: str, said: str
) -> None:
    """Customers see through whom their consent came, in their words."""
    await stage.tell(stage.yes(door=door, actor=actor))
    shown = await _status(stage)
    assert f"{said})" in next(line for line in shown.splitlines() if "1. " in line)


async def _status(stage: Stage) -> str:
    await stage.house.terminal.open()
    return await stage.house.terminal.type("statuss")


async def test_service_events_start_and_stop_the_clock(stage: Stage) -> None:
    """After the end of the service the usual purposes are not allowed; a restart mends it."""
    await stage.tell(stage.yes())
    ended = await stage.happens("service_ended")
    assert ("recorded", "service_ended") == (
        ended["outcome"],
        await stage.house.verdict("offers"),
    )
    again = await stage.happens("service_ended")
    assert ("already_there", ended["decision"]) == (again["outcome"], again["decision"])
    await stage.happens("service_restarted", at="2026-11-21T10:00:00+02:00")
    assert "allowed" == await stage.house.verdict("offers")
    assert 2 == sum(d.subject.kind is Kind.SERVICE for d in await _kept(stage))


async def test_a_released_number_carries_nothing(stage: Stage) -> None:
    """Its next owner begins with nothing (law 7); the same news again changes nothing."""
    await stage.tell(stage.yes())
    at = "2026-11-22T11:00:00+02:00"
    released = await stage.happens("number_released", at=at)
    assert ("recorded", None) == (released["outcome"], released["decision"])
    assert "unknown_address" == await stage.house.verdict("offers")
    assert "already_there" == (await stage.happens("number_released", at=at))["outcome"]
    assert ["said_before_release"] == _short(await stage.tell(stage.yes(document="other")))


async def test_two_numbers_become_one_customer(stage: Stage) -> None:
    """What only one of them was given ends (law 6); the same news again changes nothing."""
    other = "+37126123499"
    await stage.tell(stage.yes())
    await stage.tell(no(number=other))
    said = {"at": "2026-11-22T11:00:00+02:00", "other": other}
    assert "recorded" == (await stage.happens("numbers_joined", **said))["outcome"]
    assert "withdrawn" == await stage.house.verdict("offers")
    assert "already_there" == (await stage.happens("numbers_joined", **said))["outcome"]
    assert "refused" == (await stage.happens("numbers_joined", at=said["at"]))["outcome"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"event": "given"}, "unknown_action"),
        ({"at": ""}, "time_missing"),
        ({"at": "2027-01-01T00:00:00Z"}, "said_after_recorded"),
        ({"actor": ""}, "actor_missing"),
        ({"brand": "amigo"}, "another_brand"),
        ({"number": "call me"}, "unreadable_number"),
        ({"event": "numbers_joined"}, "second_number_missing"),
        ({"event": "numbers_joined", "other": "12"}, "unreadable_second_number"),
    ],
)
async def test_events_owe_evidence_too(stage: Stage, changes: dict[str, str], code: str) -> None:
    """Who says so and when; another brand's are none of theirs."""
    event, rest = changes.get("event", "number_released"), {**changes}
    rest.pop("event", None)
    assert code == (await stage.happens(event, **rest))["code"]


async def test_a_key_gets_the_very_same_answer(stage: Stage) -> None:
    """A request that is sent again, even at the same moment, is answered as the first was."""
    body, key = {"decisions": [stage.yes(), no(number="12")]}, {"idempotency-key": "k-1"}
    answers = await asyncio.gather(*(stage.post(DECISIONS, body, **key) for _ in range(4)))
    answers.append(await stage.post(DECISIONS, body, **key))
    assert {(200, answers[0].text)} == {(a.status_code, a.text) for a in answers}
    assert "recorded" == answers[-1].json()["outcomes"][0]["outcome"]
    assert 1 == len(await _kept(stage))


async def test_a_key_is_for_one_body(stage: Stage) -> None:
    """Another body under it is refused whole; another system's key is another key."""
    await stage.tell(stage.yes(), **{"idempotency-key": "k-1"})
    body, key = {"decisions": [no()]}, {"idempotency-key": "k-1"}
    answer = await stage.post(DECISIONS, body, **key)
    assert (422, "application/problem+json", "INVALID_ARGUMENT") == (
        answer.status_code,
        answer.headers["content-type"],
        answer.json()["code"],
    )
    assert "Idempotency-Key" in answer.json()["detail"]
    assert "allowed" == await stage.house.verdict("offers")
    assert 200 == (await stage.post(DECISIONS, body, who="portal", **key)).status_code


@pytest.mark.parametrize("key", ["", "ā".encode().decode("latin-1"), "a b", "x" * 256])
async def test_a_key_that_is_none_is_refused(stage: Stage, key: str) -> None:
    """Visible ASCII, at most 255 of it."""
    headers = [
        (b"idempotency-key", key.encode("latin-1")),
        (b"authorization", b"Bearer cst_till"),
    ]
    body = {"decisions": [no()]}
    answer = await stage.house.client.post(DECISIONS, json=body, headers=headers)
    assert (400, "application/problem+json") == (
        answer.status_code,
        answer.headers["content-type"],
    )
    assert () == await _kept(stage)


BROKEN: dict[str, tuple[object, str]] = {
    "no list": ({"decisions": no()}, "decisions"),
    "none": ({"decisions": []}, "decisions"),
    "too many": ({"decisions": [no()] * 501}, "decisions"),
    "another door": ({"decisions": [no(door="sms")]}, "door"),
    "no door": ({"decisions": [{k: v for k, v in no().items() if k != "door"}]}, "door"),
    "unknown field": ({"decisions": [no(consent=True)]}, "consent"),
    "number as number": ({"decisions": [no(number=37120000000)]}, "number"),
    "service": ({"decisions": [no(about={"kind": "service", "id": "service"})]}, "kind"),
    "endless words": ({"decisions": [no(document="x" * 1001)]}, "document"),
    "beside it": ({"decisions": [no()], "dry_run": True}, "dry_run"),
}


@pytest.mark.parametrize(("body", "named"), BROKEN.values(), ids=BROKEN)
async def test_a_body_that_is_none_of_ours_changes_nothing(
    stage: Stage, body: object, named: str
) -> None:
    """It is refused whole, and the problem names the field."""
    answer = await stage.post(DECISIONS, body)
    assert (400, "INVALID_ARGUMENT") == (answer.status_code, answer.json()["code"])
    assert named in answer.json()["detail"]
    assert NUMBER not in answer.text
    assert () == await _kept(stage)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"\xff", b'{"decisions":["\\ud800"]}'])
async def test_no_json_is_a_problem(stage: Stage, body: bytes) -> None:
    """Never a fault of ours."""
    headers = {"authorization": "Bearer cst_till", "content-type": "application/json"}
    answer = await stage.house.client.post(DECISIONS, content=body, headers=headers)
    assert (400, "INVALID_ARGUMENT") == (answer.status_code, answer.json()["code"])


async def test_a_giant_body_is_refused(stage: Stage) -> None:
    """Whoever has more sends several."""
    answer = await stage.post(DECISIONS, {"decisions": ["x" * 3_000_000]})
    assert (413, "application/problem+json") == (
        answer.status_code,
        answer.headers["content-type"],
    )


async def test_five_hundred_long_entries_are_taken(stage: Stage) -> None:
    """The most that is allowed fits, in any alphabet, in one transaction."""
    entries = [
        no(number=f"+3712{n:07}", document="Ж" * 1000, said_at="2026-11-01") for n in range(500)
    ]
    assert ["recorded"] * 500 == _short(await stage.tell(*entries))


@pytest.mark.parametrize("path", [DECISIONS, EVENTS])
@pytest.mark.parametrize(
    ("token", "status", "code"),
    [
        ("", 401, "UNAUTHENTICATED"),
        ("nobody", 401, "UNAUTHENTICATED"),
        ("feed", 403, "PERMISSION_DENIED"),
    ],
)
async def test_only_who_has_a_token_for_it_may_tell(
    stage: Stage, path: str, token: str, status: int, code: str
) -> None:
    """The guards decide before anything is parsed, and refuse in the same form."""
    answer = await stage.post(path, {"decisions": "?"}, who=token)
    assert (status, code, "application/problem+json") == (
        answer.status_code,
        answer.json()["code"],
        answer.headers["content-type"],
    )


async def test_brands_are_sealed_from_each_other(stage: Stage) -> None:
    """Amigo's token records Amigo's decisions, and LMT knows nothing of them (law 7)."""
    answer = await stage.post(DECISIONS, {"decisions": [no(brand="amigo"), no()]}, who="amigo")
    assert ["recorded", "another_brand"] == _short(answer.json()["outcomes"])
    assert () == await _kept(stage)


async def test_without_a_store_nothing_is_answered_as_done(stage: Stage) -> None:
    """503 with what to do; the same request is then recorded once, under the same key too."""
    await stage.tell(no(number="+37126000001"))
    file = stage.house.store.database.name
    away = Path(file).with_suffix(".away")
    Path(file).rename(away)
    body, key = {"decisions": [stage.yes()]}, {"idempotency-key": "k-1"}
    answer = await stage.post(DECISIONS, body, **key)
    assert (503, "UNAVAILABLE", "10", "application/problem+json") == (
        answer.status_code,
        answer.json()["code"],
        answer.headers["retry-after"],
        answer.headers["content-type"],
    )
    away.rename(file)
    answer = await stage.post(DECISIONS, body, **key)
    assert ["recorded"] == _short(answer.json()["outcomes"])


_PLACES = ("number", "action", "said_at", "notice", "language", "actor", "method", "until")


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    place=st.sampled_from(_PLACES),
    word=st.text(max_size=64),
    action=st.sampled_from(["given", "withdrawn", "paused"]),
)
async def test_whatever_is_said_is_judged(
    stage: Stage, place: str, word: str, action: str
) -> None:
    """No word brings the server down, and none makes a yes of what is not proven."""
    entry = stage.yes(number="+37126000009", action=action) | {place: word}
    entry = {
        k: v.encode("utf-8", "replace").decode() if k == place else v for k, v in entry.items()
    }
    (outcome,) = await stage.tell(entry)
    assert outcome["outcome"] in {"recorded", "already_there", "refused"}
    if place == "notice" and action == "given":
        assert "refused" == outcome["outcome"]


async def test_the_routes_are_described(stage: Stage) -> None:
    """OpenAPI names the entries, the header, the outcomes and the problems."""
    described = (await stage.house.client.get("/api/v1/openapi.json")).json()
    schemas = described["components"]["schemas"]
    for path, name, fields in (
        (DECISIONS, "TakenDecision", {"brand", "number", "about", "action", "door"}),
        (EVENTS, "ServiceEvent", {"brand", "event", "door", "at", "actor"}),
    ):
        operation = described["paths"][path]["post"]
        assert fields == set(schemas[name]["required"])
        assert ["Idempotency-Key"] == [p["name"] for p in operation["parameters"]]
        assert not operation["parameters"][0].get("required")
        statuses = {"200", "400", "401", "403", "413", "422", "429", "500", "503"}
        assert statuses == operation["responses"].keys()
        assert ["application/problem+json"] == [*operation["responses"]["422"]["content"]]
    assert {"outcome", "decision", "code", "meaning"} == schemas["Outcome"]["properties"].keys()


ONE = Outcomes(outcomes=[Outcome(outcome="recorded")])


async def test_what_failed_is_done_again() -> None:
    """An answer that was none is not remembered."""
    answers: Answers[Outcomes] = Answers()
    tries = 0

    async def work() -> Outcomes:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise StoreUnavailable
        return ONE

    with pytest.raises(StoreUnavailable):
        await answers.once("k", b"x", 1, work)
    assert ONE is await answers.once("k", b"x", 1, work)
    assert ONE is await answers.once("k", b"x", 1, work)
    assert 2 == tries


async def test_the_oldest_answers_are_forgotten_first() -> None:
    """What is remembered has a limit; a forgotten key may come with another body."""
    answers: Answers[Outcomes] = Answers(most=3)

    async def work() -> Outcomes:
        return ONE

    for key in ("a", "b", "c"):
        await answers.once(key, b"x", 1, work)
    await answers.once("d", b"x", 1, work)
    await asyncio.sleep(0)
    await answers.once("a", b"y", 1, work)
    with pytest.raises(KeyReused):
        await answers.once("d", b"y", 1, work)


async def test_who_hangs_up_takes_no_answer_along() -> None:
    """Another request under the same key still gets it."""
    answers: Answers[Outcomes] = Answers()
    go = asyncio.Event()

    async def work() -> Outcomes:
        await go.wait()
        return ONE

    first = asyncio.ensure_future(answers.once("k", b"x", 1, work))
    second = asyncio.ensure_future(answers.once("k", b"x", 1, work))
    await asyncio.sleep(0)
    first.cancel()
    go.set()
    assert ONE is await second
