"""Buttons do what they say, once, and only while what they say still holds."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.callbacks import pack
from consent.chain import verify
from consent.replies import Option
from tests.telegram.door_stage import DoorStage, open_door
from tests.telegram.fake_api import Json


def _forge(door: DoorStage, data: str, message: int | None = None) -> Json:
    """Let Anna press what never stood under her newest message."""
    under = message or door.bot.last_message(door.anna.id).id
    return door.bot.press(door.anna, under, data, stale=True)


def _answered(door: DoorStage, update: Json) -> bool:
    return door.bot.presses[update["callback_query"]["id"]].answered


async def test_a_yes_is_one_tap_and_so_is_a_no(linked: DoorStage) -> None:
    """Agree on the page gives, Withdraw on the page ends: one tap each, each with a receipt."""
    await linked.presses("explain", purpose="traffic")
    assert "Consent 2, " in await linked.presses("agree")
    assert "given" == (await linked.states())["traffic"]
    await linked.presses("menu")
    await linked.presses("explain", purpose="traffic")
    assert "withdrawn" in await linked.presses("withdraw")
    assert "withdrawn" == (await linked.states())["traffic"]


@pytest.mark.parametrize(
    "data",
    [
        "",
        "agree",
        "s:lmt",
        "s:lmt:agree:Poffers",
        "s:amigo:agree:Poffers:4AD86B149F",
        "s:tele2:agree:Poffers:4AD86B149F",
        "v2:lmt:agree:offers:4AD86B149F:1",
        "x:lmt:agree:Poffers:4AD86B149F",
    ],
)
async def test_buttons_that_are_not_ours_do_nothing(linked: DoorStage, data: str) -> None:
    """Data truncated, of another brand or version: said so, answered, nothing changed."""
    await linked.says("AGREE 1")
    before = await linked.states()
    update = _forge(linked, data)
    if data:
        shown = await linked.does(update)
        assert "This button no longer works. Nothing was changed." in shown
    else:
        assert 200 == await linked.deliver(update)
    assert before == await linked.states()
    assert _answered(linked, update)
    assert "given" in await linked.says("AGREE")


_FORGED = (
    Option(name="agree"),
    Option(name="agree", purpose="everything"),
    Option(name="agree", purpose="offers", notice="AAAAAAAAAA"),
    Option(name="agree.automated", purpose="profiling"),
    Option(name="agree", purpose="traffic"),
    Option(name="channel_on", channel="fax"),
    Option(name="channel_on", channel="sms"),
    Option(name="channel_on"),
    Option(name="topic_on", topic="news"),
    Option(name="grant", purpose="offers"),
    Option(name="grant", scope="all"),
    Option(name="language", language="xx"),
    Option(name="contact"),
    Option(name="become_admin"),
    Option(name="pause", purpose="location"),
)


async def test_forged_buttons_give_nothing(linked: DoorStage) -> None:
    """No data, however well made, gives a consent or channel without its notice being shown."""
    for option in _FORGED:
        update = _forge(linked, pack(option, "lmt", on_receipt=False))
        assert 200 == await linked.deliver(update)
        assert set() == set((await linked.states()).values()) & {"given", "on"}, option
        assert _answered(linked, update)
        # Whatever it has shown, the question that is open now is about something else.
        await linked.says("INFO 8")
    assert [] == linked.bot.violations


async def test_an_older_text_cannot_be_agreed_to(linked: DoorStage) -> None:
    """Agree under an older version of a notice shows the present one and gives nothing."""
    await linked.says("AGREE 2")
    old = pack(
        Option(name="agree", purpose="traffic", notice="AAAAAAAAAA"), "lmt", on_receipt=False
    )
    shown = await linked.does(_forge(linked, old))
    assert "Do you agree?" in shown
    assert "asked" == (await linked.states())["traffic"]


async def test_a_page_that_was_left_cannot_be_agreed_to(linked: DoorStage) -> None:
    """Agree on page A after page B was opened shows A again; one more tap gives it."""
    await linked.says("AGREE 2")
    press = linked.press("agree")
    await linked.says("AGREE 6")
    assert "Do you agree?" in await linked.does(press)
    assert {"traffic": "asked", "loyalty": "asked"} == await linked.states()
    assert "given" in await linked.presses("agree", purpose="traffic")
    assert {"traffic": "given", "loyalty": "asked"} == await linked.states()


async def test_agreeing_to_what_was_given_by_sms_says_so(linked: DoorStage) -> None:
    """A page opened before the yes by SMS says that it is given; no second yes is written."""
    await linked.says("AGREE 2")
    press = linked.press("agree")
    await linked.house.sms("AGREE 2", "SM1")
    await linked.house.sms("AGREE", "SM2")
    assert "already gave" in await linked.does(press)
    assert 1 == sum(d.action.value == "given" for d in await linked.decisions())


async def test_agreeing_to_what_was_withdrawn_by_sms_shows_it_again(linked: DoorStage) -> None:
    """A page opened before a STOP by SMS shows what stands now; it takes one more tap."""
    await linked.says("AGREE 2")
    press = linked.press("agree")
    await linked.house.sms("STOP 2", "SM1")
    shown = await linked.does(press)
    assert "refused" == (await linked.states())["traffic"]
    assert "Now: refused" in shown


async def test_withdrawing_what_was_withdrawn_by_sms_says_so(linked: DoorStage) -> None:
    """Withdraw on a page that is out of date says since when it is withdrawn."""
    await linked.says("AGREE 2")
    await linked.presses("agree")
    await linked.says("INFO 2")
    press = linked.press("withdraw")
    await linked.house.sms("STOP 2", "SM1")
    written = len(await linked.decisions())
    assert "already withdrew" in await linked.does(press)
    assert written == len(await linked.decisions())


async def test_refusing_what_was_given_by_sms_withdraws_it(linked: DoorStage) -> None:
    """A no on an old page counts whatever has happened since: lowering is always accepted."""
    await linked.says("AGREE 2")
    press = linked.press("refuse")
    await linked.house.sms("AGREE 2", "SM1")
    await linked.house.sms("AGREE", "SM2")
    assert "withdrawn" in await linked.does(press)
    assert "withdrawn" == (await linked.states())["traffic"]


async def test_a_yes_by_sms_does_not_answer_a_page(linked: DoorStage) -> None:
    """A yes by SMS to nothing gives nothing, though a page is open on Telegram."""
    await linked.says("AGREE 2")
    await linked.house.sms("AGREE", "SM1")
    assert "asked" == (await linked.states())["traffic"]


@pytest.mark.parametrize("at_once", [True, False])
async def test_a_double_tap_acts_once(linked: DoorStage, *, at_once: bool) -> None:
    """Two taps on one button within two seconds are one wish with one answer."""
    await linked.says("AGREE 2")
    first = linked.press("agree")
    under, data = first["callback_query"]["message"]["message_id"], first["callback_query"]["data"]
    second = linked.bot.press(linked.anna, under, data, stale=True)
    before = len(linked.texts())
    assert [200, 200] == await linked.bot.deliver_all([first, second], at_once=at_once)
    assert before + 1 == len(linked.texts())
    assert 1 == sum(d.action.value == "given" for d in await linked.decisions())
    assert _answered(linked, first)
    assert _answered(linked, second)


async def test_a_switch_tapped_twice_stays_where_it_was_put(linked: DoorStage) -> None:
    """A double tap on a switch does not switch it back."""
    await linked.says("AGREE 1")
    await linked.presses("agree")
    first = linked.press("channel_on", channel="sms")
    under, data = first["callback_query"]["message"]["message_id"], first["callback_query"]["data"]
    second = linked.bot.press(linked.anna, under, data, stale=True)
    await linked.bot.deliver_all([first, second], at_once=True)
    assert "on" == (await linked.states())["sms"]


async def test_two_different_taps_are_two_wishes(linked: DoorStage) -> None:
    """Quick taps on different buttons are both carried out."""
    await linked.says("AGREE 1")
    await linked.presses("agree")
    under = linked.live()[-1]
    wanted = [
        pack(Option(name="channel_on", channel=c), "lmt", on_receipt=False)
        for c in ("sms", "call")
    ]
    updates = [linked.bot.press(linked.anna, under.id, data, stale=True) for data in wanted]
    await linked.bot.deliver_all(updates, at_once=True)
    states = await linked.states()
    assert ("on", "on") == (states["sms"], states["call"])


async def test_the_same_tap_a_minute_later_is_a_new_wish(linked: DoorStage) -> None:
    """A button pressed again after a while is answered again, truthfully."""
    await linked.says("AGREE 2")
    first = linked.press("refuse")
    await linked.does(first)
    under, data = first["callback_query"]["message"]["message_id"], first["callback_query"]["data"]
    linked.times.clock.wait(1 / 60)
    again = await linked.does(linked.bot.press(linked.anna, under, data, stale=True))
    assert "already said no" in again


async def test_a_button_on_a_receipt_leaves_the_receipt(linked: DoorStage) -> None:
    """The way back under a receipt opens a new screen; the receipt keeps its words."""
    await linked.says("AGREE 2")
    await linked.presses("agree")
    receipt = linked.bot.last_message(linked.anna.id)
    assert "Receipt " in receipt.text
    words = receipt.html
    await linked.presses("menu")
    kept = linked.bot.chat(linked.anna.id).messages[receipt.id]
    assert words == kept.html
    assert receipt.id != linked.bot.last_message(linked.anna.id).id


async def test_a_press_whose_message_is_gone_is_answered_anew(linked: DoorStage) -> None:
    """If Telegram no longer shows what a button stood under, the answer is a new message."""
    under = linked.live()[-1]
    data = pack(Option(name="explain", purpose="traffic"), "lmt", on_receipt=False)
    update = linked.bot.press(linked.anna, under.id, data, inaccessible=True)
    assert "Now: not given" in await linked.does(update)
    assert under.id != linked.bot.last_message(linked.anna.id).id


@pytest.mark.parametrize("how", ["erase", "freeze"])
async def test_a_screen_that_cannot_be_edited_is_followed_by_a_new_one(
    linked: DoorStage, how: str
) -> None:
    """A screen deleted or too old to be changed is replaced by a new message."""
    under = linked.live()[-1]
    update = linked.press("explain", purpose="traffic")
    getattr(linked.bot, how)(linked.anna, under.id)
    assert 200 == await linked.deliver(update)
    assert under.id != linked.bot.last_message(linked.anna.id).id
    assert "given" in await linked.presses("agree")


async def test_a_press_that_is_too_old_to_be_answered_still_counts(linked: DoorStage) -> None:
    """A withdrawal pressed long ago is carried out, though its spinner is past answering."""
    await linked.says("AGREE 2")
    await linked.presses("agree")
    await linked.says("INFO 2")
    update = linked.press("withdraw")
    linked.bot.expire(update)
    assert "withdrawn" in await linked.does(update)


async def test_a_blocked_spinner_is_freed_even_for_groups(linked: DoorStage) -> None:
    """A press in a group changes nothing, but its button does not turn for ever."""
    update = linked.press("explain", purpose="traffic")
    update["callback_query"]["message"]["chat"] = {"id": -1001, "type": "supergroup"}
    assert 200 == await linked.deliver(update)
    assert _answered(linked, update)


async def test_brands_do_not_take_each_others_buttons(tmp_path: Path) -> None:
    """Amigo's data pressed at LMT's bot, as Telegram would never send it, decides nothing."""
    async with open_door(tmp_path, ("lmt", "amigo")) as door:
        for brand in door.brands:
            await door.shares(brand=brand)
        await door.says("AGREE 2")
        await door.says("AGREE 2", brand="amigo")
        foreign = door.press("agree", brand="amigo")["callback_query"]["data"]
        assert "no longer works" in await door.does(_forge(door, foreign))
        assert "asked" == (await door.states())["traffic"]
        assert "asked" == (await door.states(brand="amigo"))["traffic"]


async def test_many_taps_at_once_keep_the_ledger_whole(linked: DoorStage) -> None:
    """Presses of everything at once are all answered and leave a ledger that verifies."""
    under = linked.live()[-1]
    updates = [
        linked.bot.press(linked.anna, under.id, data)
        for data in under.buttons.values()
        if data is not None
    ]
    statuses = await asyncio.wait_for(linked.bot.deliver_all(updates, at_once=True), 20)
    assert {200} == set(statuses)
    assert [] == linked.bot.violations
    decisions = await linked.decisions()
    assert len(decisions) == verify(decisions, decisions[-1].hash)
