"""Whatever fails, a customer is told only what is committed, and in the end is told it."""

from __future__ import annotations

import logging

import pytest

from consent.ports import Inbound
from consent.replies import Reply
from tests.telegram.conftest import Heard
from tests.telegram.door_stage import SECRETS, TOKENS, DoorStage
from tests.telegram.fake_api import Fault, Kind

_MARKETING = {"offers": "refused", "loyalty_offers": "refused"}
_GONE = "Consents 1 and 7 do not apply"


async def test_without_the_store_nothing_is_promised(linked: DoorStage) -> None:
    """While the store is away the answer is 503 and silence; back again, STOP is carried out."""
    update, before = linked.bot.text(linked.anna, "STOP"), linked.texts()
    bring_back = linked.lose_store()
    assert [503, 503] == [await linked.deliver(update), await linked.deliver(update)]
    assert before == linked.texts()
    bring_back()
    assert _GONE in await linked.does(update)
    assert 200 == await linked.deliver(update)
    assert 2 == len(await linked.decisions())


async def test_a_press_survives_the_store(linked: DoorStage) -> None:
    """A yes pressed while the store is away is given once it is back, and once only."""
    await linked.says("AGREE 2")
    update = linked.press("agree")
    bring_back = linked.lose_store()
    assert 503 == await linked.deliver(update)
    bring_back()
    assert "given" in await linked.does(update)
    assert ["asked", "given"] == [d.action.value for d in await linked.decisions()]


@pytest.mark.parametrize(
    "fault",
    [
        Fault.broken(),
        Fault.broken(502, html=True),
        Fault.reset(),
        Fault.too_many(60),
        Fault(Kind.REFUSE, 401, "Unauthorized"),
    ],
)
async def test_an_answer_that_telegram_did_not_take_comes_later(
    linked: DoorStage, fault: Fault
) -> None:
    """A withdrawal is committed at once; its answer is delivered again until it is shown."""
    update = linked.bot.text(linked.anna, "STOP")
    linked.bot.fail_next("sendMessage", *[fault] * 4)
    assert 503 == await linked.deliver(update)
    assert _MARKETING == await linked.states()
    linked.bot.planned.clear()
    linked.times.pace.advance(120)
    assert _GONE in await linked.does(update)
    assert 2 == len(await linked.decisions())


async def test_telegram_asks_for_patience(linked: DoorStage) -> None:
    """A short wait that Telegram asks for is waited out within the same delivery."""
    linked.bot.fail_next("sendMessage", Fault.too_many(3))
    assert _GONE in await linked.says("STOP")


async def test_a_telegram_that_hangs_is_not_waited_for_for_ever(linked: DoorStage) -> None:
    """If Telegram never answers, the delivery fails in time and the next one shows the reply."""
    linked.house.bots._bots["lmt"].line._bot.session.timeout = 0.1
    update = linked.bot.text(linked.anna, "STOP")
    linked.bot.fail_next("sendMessage", *[Fault.hang()] * 4)
    assert 503 == await linked.deliver(update)
    assert _MARKETING == await linked.states()
    assert _GONE in await linked.does(update)


async def test_what_telegram_will_never_take_holds_up_nothing(linked: DoorStage) -> None:
    """An answer refused for good counts as given, so that what follows is answered."""
    linked.bot.fail_next("sendMessage", *[Fault.bad_request("can't parse entities")] * 9)
    assert 200 == await linked.deliver(linked.bot.text(linked.anna, "STOP"))
    assert _MARKETING == await linked.states()
    linked.bot.planned.clear()
    assert "You have given 0 consents" in await linked.says("STATUS")


@pytest.mark.parametrize(
    "why",
    [
        "MESSAGE_AUTHOR_REQUIRED",
        "not enough rights",
        "something that Telegram says from tomorrow on",
    ],
)
async def test_old_buttons_that_stay_cost_nobody_an_answer(linked: DoorStage, why: str) -> None:
    """If an old screen's buttons cannot be taken off, the new answer is shown all the same."""
    linked.bot.fail_next("editMessageReplyMarkup", *[Fault.bad_request(why)] * 4)
    assert _GONE in await linked.says("STOP")


async def test_a_screen_that_cannot_be_changed_is_shown_anew(linked: DoorStage) -> None:
    """If a page cannot be edited for a reason we do not know, the customer still sees it."""
    linked.bot.fail_next("editMessageText", *[Fault.bad_request("something new")] * 4)
    assert "Now: not given" in await linked.presses("explain", purpose="traffic")


class _Broken:
    """A desk that fails for no reason we know, so often."""

    def __init__(self, door: DoorStage, times: int) -> None:
        self.left = times
        self._handle = door.house.bots._bots["lmt"].door._handle

    async def handle(self, inbound: Inbound) -> Reply:
        if self.left:
            self.left -= 1
            raise RuntimeError("unforeseen")
        return await self._handle(inbound)


def _break(door: DoorStage, times: int) -> None:
    door.house.bots._bots["lmt"].door._handle = _Broken(door, times).handle


async def test_an_unforeseen_fault_that_passes_leaves_no_trace(linked: DoorStage) -> None:
    """Four failures for no known reason are redelivered; the fifth delivery is answered."""
    _break(linked, 4)
    update = linked.bot.text(linked.anna, "STOP")
    assert [503] * 4 + [200] == await linked.bot.deliver_until_accepted(update)
    assert _GONE in linked.fresh(linked.anna.id)


async def test_an_unforeseen_fault_that_stays_ends_with_an_apology(
    linked: DoorStage, heard: Heard
) -> None:
    """After five failures the customer is told, nothing was changed, and the queue moves on."""
    _break(linked, 5)
    update = linked.bot.text(linked.anna, "STOP")
    assert [503] * 4 + [200] == await linked.bot.deliver_until_accepted(update)
    assert "80768076" in linked.fresh(linked.anna.id)
    assert {} == await linked.states()
    assert ["given up: brand=lmt, RuntimeError"] == heard.levels(logging.CRITICAL)
    assert 200 == await linked.deliver(update)


async def test_an_apology_is_in_the_customers_language(linked: DoorStage) -> None:
    """Who has chosen a language is apologised to in it."""
    await linked.says("EN")
    _break(linked, 5)
    await linked.bot.deliver_until_accepted(linked.bot.text(linked.anna, "STOP"))
    assert "Something went wrong on our side" in linked.fresh(linked.anna.id)


async def test_an_apology_that_telegram_refuses_ends_too(linked: DoorStage) -> None:
    """If even the apology can never be shown, the update is done with."""
    _break(linked, 9)
    linked.bot.fail_next("sendMessage", *[Fault.bad_request("can't parse entities")] * 9)
    update = linked.bot.text(linked.anna, "STOP")
    assert 200 == (await linked.bot.deliver_until_accepted(update, attempts=6))[-1]


async def test_failures_tell_no_secret(linked: DoorStage, heard: Heard) -> None:
    """Whatever goes wrong with store, Telegram or desk, no log line holds secrets or words."""
    linked.bot.fail_next("sendMessage", *[Fault.broken()] * 4)
    await linked.deliver(linked.bot.text(linked.anna, "STOP zxcv"))
    bring_back = linked.lose_store()
    await linked.deliver(linked.bot.text(linked.anna, "STOP zxcv"))
    bring_back()
    _break(linked, 5)
    await linked.bot.deliver_until_accepted(linked.bot.text(linked.anna, "STOP zxcv"))
    told = [w for w in (TOKENS["lmt"], SECRETS["lmt"], "20000000", "zxcv") if w in heard.text]
    assert [] == told
