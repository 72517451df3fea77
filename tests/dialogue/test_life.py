"""The life of a customer over the years, moved by one clock (meaning.md, "Life of a customer")."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from consent.batches import Release
from consent.decisions import SERVICE, Action
from consent.dialogue.step import step
from consent.intents import Intent, IntentName, Page
from consent.replies import Option
from consent.verdicts import Reason
from storage import schema
from storage.migration import migrate
from storage.sqlite import SqliteDatabase
from tests.builders import START, given, said, scene, session
from tests.store.stores import OLD, in_chat, rows, share
from tests.store.term_stage import DAY, LEFT, OVER, TICK, World
from tests.store.test_ledger import NUMBER

BOTH = ("loyalty", "loyalty_offers")
RESTORE = Option(name="restore")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Return an embedded store in which nothing has been said."""
    database = SqliteDatabase(f"sqlite:///{tmp_path}/life.db")
    migrate(database)
    yield World(database)
    await database.close()


async def test_two_years_to_the_end_of_the_day(world: World) -> None:
    """Loyalty stands the day before, on the last day to its last instant, and then no more."""
    await world.gave(*BOTH, "offers")
    await world.service(Action.ENDED)
    assert Reason.SERVICE_ENDED is await world.reason("offers")
    for moment, expected in (
        (OVER - DAY, Reason.ALLOWED),
        (OVER - TICK, Reason.ALLOWED),
        (OVER, Reason.EXPIRED),
        (OVER + DAY, Reason.EXPIRED),
    ):
        world.clock.at = moment
        assert [expected] * 2 == [await world.reason(p) for p in BOTH]


async def test_left_on_29_february(world: World) -> None:
    """Two years later the last of February is the last day."""
    world.clock.at = datetime(2028, 2, 29, 12, 0, tzinfo=UTC)
    await world.gave("loyalty")
    await world.service(Action.ENDED)
    end = datetime(2030, 2, 28, 22, 0, tzinfo=UTC)
    world.clock.at = end - TICK
    assert Reason.ALLOWED is await world.reason("loyalty")
    world.clock.at = end
    assert Reason.EXPIRED is await world.reason("loyalty")


async def test_who_comes_back_in_time_keeps_everything(world: World) -> None:
    """The clock stops; leaving again begins two whole years anew."""
    await world.gave("loyalty", "offers")
    await world.service(Action.ENDED)
    world.clock.at = OVER - TICK
    await world.service(Action.RESTARTED)
    world.clock.at = OVER + 400 * DAY
    assert [Reason.ALLOWED] * 2 == [await world.reason(p) for p in ("loyalty", "offers")]
    await world.service(Action.ENDED)
    world.clock.move(729 * DAY)
    assert Reason.ALLOWED is await world.reason("loyalty")
    world.clock.move(3 * DAY)
    assert Reason.EXPIRED is await world.reason("loyalty")


async def test_who_comes_back_too_late_is_asked_anew(world: World) -> None:
    """What ran out stays so; the others stand as they did. Nobody restores anything unasked."""
    await world.gave("loyalty", "offers")
    await world.service(Action.ENDED)
    world.clock.at = OVER
    await world.service(Action.RESTARTED)
    assert Reason.EXPIRED is await world.reason("loyalty")
    assert Reason.ALLOWED is await world.reason("offers")
    assert [] == rows(world.database, schema.cases)


async def test_what_ends_after_leaving_is_said_once(world: World) -> None:
    """Of 6 alone, of 7 alone; again, nothing is said again. The other stays as it is."""
    await world.gave(*BOTH)
    await world.service(Action.ENDED)
    world.clock.move(DAY)
    first = await world.says("стоп 6")
    assert 1 == first.ids.count("loyalty.ends")
    assert "loyalty.ends" not in (await world.says("стоп 6")).ids
    assert Reason.ALLOWED is await world.reason("loyalty_offers")
    second = await world.says("стоп 7")
    assert [["loyalty_offers"]] == [
        m.params["purposes"] for m in second.messages if m.id == "loyalty.ends"
    ]
    assert "loyalty.ends" not in (await world.says("стоп")).ids


async def test_what_ends_while_a_customer_is_not_about_loyalty(world: World) -> None:
    """Who has not left, or is back, hears nothing of it."""
    await world.gave(*BOTH)
    assert "loyalty.ends" not in (await world.says("стоп 6")).ids
    await world.service(Action.ENDED)
    world.clock.move(DAY)
    await world.service(Action.RESTARTED)
    assert "loyalty.ends" not in (await world.says("стоп 7")).ids


async def test_coming_back_restores_loyalty(world: World) -> None:
    """A case for a person, due by the law; the customer is told once, with its name."""
    await world.gave(*BOTH)
    await world.service(Action.ENDED)
    world.clock.move(100 * DAY)
    await world.service(Action.RESTARTED)
    (case,) = rows(world.database, schema.cases)
    assert ("loyalty", "loyalty", None) == (case.kind, case.purpose, case.closed_at)
    assert case.due_at > case.opened_at
    reply = await world.says("инфо 2")
    (told,) = [m for m in reply.messages if m.id == "loyalty.under_way"]
    assert case.case_id == told.params["case"]
    assert "loyalty.under_way" not in (await world.says("инфо 2")).ids


async def test_nothing_is_said_beside_a_no(world: World) -> None:
    """A withdrawal is confirmed and nothing else; the next reply tells it."""
    await world.gave("loyalty", "traffic")
    await world.service(Action.ENDED)
    world.clock.move(DAY)
    await world.service(Action.RESTARTED)
    assert "loyalty.under_way" not in (await world.says("стоп 2")).ids
    assert "loyalty.under_way" in (await world.says("инфо 1")).ids


async def test_the_same_news_again_opens_no_second_case(world: World) -> None:
    """Nor does a restart without an end, or without a consent under which loyalty is kept."""
    await world.gave("offers")
    await world.service(Action.ENDED)
    world.clock.move(DAY)
    await world.service(Action.RESTARTED)
    assert [] == rows(world.database, schema.cases)
    await world.gave("loyalty")
    back = world.entry(SERVICE, Action.RESTARTED)
    world.clock.move(DAY)
    await world.record(world.entry(SERVICE, Action.RESTARTED))
    assert [] == rows(world.database, schema.cases)
    world.clock.move(DAY)
    await world.service(Action.ENDED)
    world.clock.move(DAY)
    again = world.entry(SERVICE, Action.RESTARTED)
    await world.record(again, again, back)
    assert 1 == len(rows(world.database, schema.cases))


@pytest.mark.parametrize(
    "words", ["restore my loyalty", "возобновить лояльность", "atjaunot lojalitāti"]
)
async def test_loyalty_can_be_asked_for(world: World, words: str) -> None:
    """In words or by a button; asked twice, it is the same case."""
    await world.gave("loyalty")
    await world.service(Action.ENDED)
    world.clock.move(DAY)
    first = await world.says(words)
    assert ("human.loyalty",) == first.ids
    (case,) = rows(world.database, schema.cases)
    assert "loyalty" == case.kind
    world.clock.move(5 * DAY)
    again = await world.presses(RESTORE)
    assert first.messages[0].params["case"] == again.messages[0].params["case"]
    assert 1 == len(rows(world.database, schema.cases))


async def test_asked_for_while_under_way_is_told_once(world: World) -> None:
    """The case that the restart opened is the answer to the customer's own wish."""
    await world.gave("loyalty")
    await world.service(Action.ENDED)
    world.clock.move(DAY)
    await world.service(Action.RESTARTED)
    assert ("human.loyalty",) == (await world.says("restore my loyalty")).ids
    assert 1 == len(rows(world.database, schema.cases))


async def test_loyalty_that_nobody_keeps(world: World) -> None:
    """Without 6 or 7, nothing is promised: both can be read, or a person asked."""
    reply = await world.says("restore my loyalty")
    assert ("loyalty.not_kept",) == reply.ids
    assert [] == rows(world.database, schema.cases)
    world.clock.at = OVER
    await world.gave("loyalty")
    await world.record(replace(world.entry(SERVICE, Action.ENDED), said_at=LEFT))
    assert ("loyalty.not_kept",) == (await world.says("restore my loyalty")).ids


@pytest.mark.parametrize(
    ("past", "offered"),
    [
        pytest.param((), False, id="never-left"),
        pytest.param((said("service", Action.ENDED, at=START - DAY),), True, id="left"),
    ],
)
def test_the_button_stands_where_it_means_something(
    past: tuple[object, ...], *, offered: bool
) -> None:
    """On the pages of 6 and 7, for those who have left or come back."""
    seen = scene(*given("loyalty"), *past)  # type: ignore[arg-type]
    wish = Intent(name=IntentName.EXPLAIN, purposes=("loyalty",))
    names = {option.name for option in step(seen, session(), wish).options}
    assert offered is ("restore" in names)


@pytest.mark.parametrize("muted", [True, False])
def test_where_nothing_arrives_nothing_is_told(*, muted: bool) -> None:
    """Late, or to a number that is blocked, it waits."""
    past = [said("service", a, at=START - n * DAY) for a, n in _LEFT_AND_BACK]
    seen = replace(
        scene(*given("loyalty", at=START - 9 * DAY), *past), muted=muted, late=not muted
    )
    turn = step(seen, session(), Intent(name=IntentName.HELP))
    assert turn.session.back_at is None


_LEFT_AND_BACK = ((Action.ENDED, 3), (Action.RESTARTED, 2))


def test_a_case_that_is_closed_is_not_told() -> None:
    """Where a person has done it already, nothing is under way."""
    past = [said("service", a, at=START - n * DAY) for a, n in _LEFT_AND_BACK]
    seen = scene(*given("loyalty", at=START - 9 * DAY), *past)
    turn = step(seen, session(), Intent(name=IntentName.HELP))
    assert "loyalty.under_way" not in turn.reply().ids
    assert START - 2 * DAY == turn.session.back_at


def test_restoring_is_a_wish_for_a_person() -> None:
    """As a button it is read like the words."""
    wish = Intent(name=IntentName.HUMAN, page=Page.RESTORE)
    turn = step(scene(), session(), wish)
    assert ("loyalty.not_kept",) == turn.reply().ids


async def _released(world: World) -> None:
    world.clock.move(DAY)
    freed = Release(
        brand="lmt",
        address=NUMBER,
        said_at=world.clock.now(),
        actor="billing",
        door="import",
    )
    await world.record(freed)
    world.clock.move(DAY)


async def test_the_new_owner_answers_no_question_of_the_old(world: World) -> None:
    """A yes to what the old owner was asked gives nothing, and shows nothing (law 7)."""
    shown = await world.says("ДА 1")
    assert "notice" in shown.ids
    await _released(world)
    reply = await world.says("да")
    assert not {"granted", "notice"} & set(reply.ids)
    assert Reason.NEVER_ASKED is await world.reason("offers")


async def test_the_old_chat_stays_with_its_person(world: World) -> None:
    """It shows what its person gave, reaches no number, and is told that no code can be sent."""
    await world.desk.handle(world.arrived(share("s")))
    await world.gave("traffic")
    await _released(world)
    await world.says("статус")
    status = await world.desk.handle(world.arrived(in_chat("t", Option(name="status"))))
    (lines,) = [m.params["states"] for m in status.messages if m.id == "status"]
    assert "given" in {row["state"] for row in lines}  # type: ignore[union-attr, index]
    assert Reason.NEVER_ASKED is await world.reason("traffic")
    withdrawn = await world.desk.handle(
        world.arrived(in_chat("w", Option(name="withdraw", purpose="traffic")))
    )
    assert "withdrawn" in withdrawn.ids
    assert Reason.NEVER_ASKED is await world.reason("traffic")


async def test_no_code_is_promised_to_a_number_that_is_gone(world: World) -> None:
    """Where there is no number left to text, the answer names another way."""
    world.desk._house = replace(world.desk._house, texting=frozenset({"lmt"}))
    await world.desk.handle(world.arrived(share("s")))
    await _released(world)
    page = await world.desk.handle(
        world.arrived(in_chat("g", Option(name="explain", purpose="credit")))
    )
    agree = next((o for o in page.options if o.name.startswith("agree")), None)
    if agree is not None:
        page = await world.desk.handle(world.arrived(in_chat("y", agree)))
    assert "code.sent" not in page.ids
    assert "proof.needed" in page.ids


async def test_other_systems_learn_that_the_number_is_gone(world: World) -> None:
    """An event of the old owner names the numbers that are left to them."""
    await world.gave("traffic")
    await _released(world)
    (event,) = await world.told()
    assert ("number_released", []) == (event["data"]["action"], event["data"]["numbers"])


async def test_a_message_of_the_old_owner_that_comes_again(world: World) -> None:
    """Delivered once more after the release, it gives the new owner nothing."""
    old = replace(world.arrived(in_chat("x", Option(name="menu"))), address=OLD)
    await world.desk.handle(old)
    first = await world.says("ДА 1")
    assert "notice" in first.ids
    await _released(world)
    world.sent -= 1
    assert Reason.NEVER_ASKED is not await world.reason("offers")
    await world.says("ДА 1")
    assert Reason.ALLOWED is not await world.reason("offers")
