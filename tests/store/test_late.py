"""A message that arrives late, on memory and on SQLite: it may only lower permission."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from consent.decisions import Action
from consent.ports import Address, Inbound, Ledger
from consent.replies import Option, Reply
from tests.store.stores import OLD, in_chat, share
from tests.store.test_ledger import CLOCK, NUMBER, OTHER, desk

STOP = Option(name="withdraw_all", scope="marketing")
TRAFFIC = Option(name="grant", purpose="traffic")
SMS_ON, SMS_OFF = (Option(name=f"channel_{way}", channel="sms") for way in ("on", "off"))
DAY = timedelta(days=1)


def _nth(order: int, choice: Option, *, at: timedelta = timedelta(0)) -> Inbound:
    """Return a button pressed in the chat, with the provider's number."""
    pressed = in_chat(f"n{order}", choice)
    return replace(pressed, order=order, received_at=CLOCK.now() + at)


def _share(order: int, *, number: Address = NUMBER) -> Inbound:
    return replace(share(f"n{order}", number=number), order=order)


async def _actions(ledger: Ledger, subject: str, *, account: Address = OLD) -> list[Action]:
    customer = await ledger.customer_of("lmt", account)
    assert customer is not None
    return [d.action for d in await ledger.history(customer) if d.subject.id == subject]


async def _give_offers(ledger: Ledger) -> None:
    """Link, and agree to offers, as messages 1 to 3."""
    office = desk(ledger)
    await office.handle(_share(1))
    page = await office.handle(_nth(2, Option(name="explain", purpose="offers")))
    await office.handle(_nth(3, _agree(page)))


def _agree(page: Reply) -> Option:
    return next(option for option in page.options if option.name == "agree")


async def test_a_late_yes_gives_nothing_once_another_notice_was_shown(ledger: Ledger) -> None:
    """A bare yes to the first notice, overtaken by the second, agrees to neither (law 1)."""
    office = desk(ledger)
    await office.handle(_share(1))
    await office.handle(_nth(2, Option(name="explain", purpose="offers")))
    await office.handle(_nth(4, TRAFFIC))
    late = await office.handle(_nth(3, Option(name="agree")))
    after = await office.handle(_nth(5, Option(name="agree")))
    assert ("yes.nothing",) == late.ids == after.ids
    assert [Action.ASKED] == await _actions(ledger, "offers") == await _actions(ledger, "traffic")


async def test_a_late_agree_shows_its_page_again(ledger: Ledger) -> None:
    """The button names its notice: it is shown anew, and only a yes to that gives."""
    office = desk(ledger)
    await office.handle(_share(1))
    page = await office.handle(_nth(2, Option(name="explain", purpose="offers")))
    await office.handle(_nth(4, TRAFFIC))
    late = await office.handle(_nth(3, _agree(page)))
    assert ("button.stale", "page.state", "notice", "ask.grant") == late.ids
    assert [Action.ASKED] == await _actions(ledger, "offers")
    await office.handle(_nth(5, _agree(late)))
    assert [Action.ASKED, Action.GIVEN] == await _actions(ledger, "offers")


async def test_a_late_stop_still_counts(ledger: Ledger) -> None:
    """Whatever was answered in between, a withdrawal is carried out."""
    await _give_offers(ledger)
    await desk(ledger).handle(_nth(5, Option(name="menu")))
    late = await desk(ledger).handle(_nth(4, STOP))
    assert ("withdrawn.marketing", "stop.rest") == late.ids
    assert Action.WITHDRAWN is (await _actions(ledger, "offers"))[-1]


@pytest.mark.parametrize(
    ("order", "later", "on"),
    [
        pytest.param(4, timedelta(0), False, id="late"),
        pytest.param(4, DAY - timedelta(microseconds=1), False, id="late-to-the-last-instant"),
        pytest.param(4, DAY, True, id="a-day-later-the-provider-counts-anew"),
        pytest.param(6, timedelta(0), True, id="said-afterwards"),
    ],
)
async def test_a_late_press_on_a_switch_leaves_it_off(
    ledger: Ledger, order: int, later: timedelta, *, on: bool
) -> None:
    """SMS switched on, then off, arriving the other way round: off, with the switches shown."""
    await _give_offers(ledger)
    await desk(ledger).handle(_nth(5, SMS_OFF))
    reply = await desk(ledger).handle(_nth(order, SMS_ON, at=later))
    assert (("channel.on",) if on else ("switches", "switches.topics")) == reply.ids
    expected = Action.ON if on else Action.OFF
    assert expected is (await _actions(ledger, "sms"))[-1]


async def test_a_late_message_does_not_make_the_next_one_late(ledger: Ledger) -> None:
    """The highest number counts, not the last: what follows it is in time."""
    await _give_offers(ledger)
    for order in (7, 4, 5):
        await desk(ledger).handle(_nth(order, Option(name="menu")))
    late, timely = [await desk(ledger).handle(_nth(order, SMS_ON)) for order in (6, 8)]
    assert [("switches", "switches.topics"), ("channel.on",)] == [late.ids, timely.ids]


async def test_a_late_wish_from_before_another_number_is_late(ledger: Ledger) -> None:
    """Pressed under the old number, it switches nothing on for the new one."""
    await _give_offers(ledger)
    office = desk(ledger)
    await office.handle(_share(6, number=OTHER))
    page = await office.handle(_nth(7, Option(name="explain", purpose="offers")))
    await office.handle(_nth(8, _agree(page)))
    await office.handle(_nth(5, SMS_ON))
    assert await ledger.customer_of("lmt", OLD) == await ledger.customer_of("lmt", OTHER)
    assert [] == await _actions(ledger, "sms")


async def test_a_stop_that_waits_survives_a_late_message(ledger: Ledger) -> None:
    """Before the number is known, a late word drops no withdrawal."""
    office = desk(ledger)
    await office.handle(_nth(2, STOP))
    await office.handle(_nth(1, Option(name="status")))
    shared = await office.handle(_share(3))
    assert ("link.done", "withdrawn.marketing", "stop.rest") == shared.ids
