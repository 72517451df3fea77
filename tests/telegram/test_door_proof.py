"""Before the number is proven nothing is shown; one account a number; brands apart."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.telegram.door_stage import NUMBER, DoorStage, open_door
from tests.telegram.fake_api import FakeUser, Fault

_OTHER = "+37120000001"


async def _carry(door: DoorStage, brand: str = "lmt") -> None:
    await door.house.bots._bots[brand].courier.carry()


@pytest.fixture
def peter(door: DoorStage) -> FakeUser:
    """Return another customer, whose Telegram is in Russian."""
    return door.telegram.user(5151, language_code="ru", first_name="Pēteris")


async def test_stop_before_the_number_is_honest(door: DoorStage) -> None:
    """STOP from an unknown account says that nothing was changed, and shows the button."""
    shown = await door.says("STOP")
    assert shown.startswith("Nothing has been changed yet, because we do not know your number.")
    assert "Share my number" == door.bot.keyboard(door.anna.id)
    assert () == await door.decisions()


async def test_stop_is_carried_out_at_the_share(door: DoorStage) -> None:
    """Once the number is shared the STOP is carried out without asking again."""
    await door.says("STOP")
    shown = await door.shares()
    assert "Consents 1 and 7 do not apply" in shown
    assert {"offers": "refused", "loyalty_offers": "refused"} == await door.states()
    assert door.bot.keyboard(door.anna.id) is None
    decision = (await door.decisions())[0]
    assert decision.evidence is not None
    assert "STOP" == decision.evidence.words


@pytest.mark.parametrize("between", ["STATUS", "AGREE 2", "hm?", "/start", "NO", "AGREE", "EN"])
async def test_a_waiting_stop_is_not_lost(door: DoorStage, between: str) -> None:
    """Whatever is said between a STOP and the share, the STOP is carried out."""
    await door.says("STOP")
    await door.says(between)
    await door.does(door.bot.sticker(door.anna))
    await door.shares()
    assert "refused" == (await door.states())["offers"]


async def test_a_waiting_stop_survives_a_wrong_contact(door: DoorStage) -> None:
    """After a foreign and a forwarded contact the right one still carries the STOP out."""
    await door.says("STOP 4")
    bot = door.bot
    foreign = bot.share_contact(door.anna, _OTHER, owner=999)
    assert "This is not your own contact" in await door.does(foreign)
    forwarded = bot.share_contact(door.anna, NUMBER, forwarded=True)
    assert "A forwarded contact does not show" in await door.does(forwarded)
    nobody = bot.share_contact(door.anna, NUMBER, omit_owner=True)
    assert "This is not your own contact" in await door.does(nobody)
    assert () == await door.decisions()
    assert "Share my number" == bot.keyboard(door.anna.id)
    await door.shares()
    assert {"credit": "refused"} == await door.states()


@pytest.mark.parametrize("number", ["+88812345678", "+37067000000", "37167000000", "9" * 200])
async def test_a_number_that_cannot_be_linked_says_so(door: DoorStage, number: str) -> None:
    """A foreign, fixed or anonymous number is refused with a way on; nothing is written."""
    await door.says("STOP")
    shown = await door.shares(number=number)
    assert "not on a Latvian mobile number" in shown
    assert "80768076" in shown
    assert () == await door.decisions()


@pytest.mark.parametrize("text", ["STATUS", "/mydata", "/channels", "AGREE 2", "STOP SMS"])
async def test_before_the_number_nothing_is_shown(door: DoorStage, text: str) -> None:
    """Whose consents they are nobody knows yet, so no state of any is shown."""
    await door.house.sms("STOP ALL", "SM1")
    shown = await door.says(text)
    for word in ("refused", "given", "2026", "Receipt"):
        assert word not in shown


async def test_texts_may_be_read_before_the_number(door: DoorStage) -> None:
    """Anybody may read a notice; it has neither a state nor a button to agree."""
    await door.says("/start")
    shown = await door.presses("explain", purpose="traffic")
    assert "share your number first" in shown
    assert "Now:" not in shown
    labels = [label for row in door.live()[-1].labels for label in row]
    assert "I agree" not in labels


async def test_an_account_learns_what_its_number_has_decided(door: DoorStage) -> None:
    """After the share the decisions made by SMS are shown."""
    await door.house.sms("STOP 2", "SM1")
    await door.shares()
    assert "refused" in await door.says("STATUS")


async def test_the_second_account_ends_the_first(door: DoorStage, peter: FakeUser) -> None:
    """The first account is told once, loses all it could do, and sees nothing any more."""
    await door.shares()
    await door.says("EN")
    await door.says("AGREE 2")
    press = door.press("agree")
    await door.shares(peter)
    door.fresh(door.anna.id)
    await _carry(door)
    await _carry(door)
    told = door.fresh(door.anna.id)
    assert told.startswith("Your number is now linked to another Telegram account")
    assert "We do not know your number yet" in await door.does(press)
    assert "asked" == (await door.states())["traffic"]
    assert "We do not know your number yet" in await door.says("STATUS")
    assert "Nothing has been changed yet" in await door.says("STOP")
    assert "asked" == (await door.states())["traffic"]
    assert [told] == [t for t in door.texts() if "another Telegram account" in t]


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("/start",),
        ("STOP",),
        ("RU",),
    ],
    ids=str,
)
async def test_the_first_account_is_told_in_its_own_language(
    door: DoorStage, peter: FakeUser, words: tuple[str, ...]
) -> None:
    """Who was answered in Russian all along is told in Russian that the link has ended."""
    assert "связан" in await door.shares(peter)
    for text in words:
        await door.says(text, peter)
    await door.shares(door.anna)
    door.fresh(peter.id)
    await _carry(door)
    assert "Telegram" in (told := door.fresh(peter.id))
    assert "Ваш номер" in told


async def test_the_courier_tells_by_itself(door: DoorStage, peter: FakeUser) -> None:
    """Nobody has to ask: what is queued is told within moments by the running process."""
    await door.shares()
    await door.says("EN")
    await door.shares(peter)
    await door.restart()
    async with asyncio.timeout(5):
        while "another Telegram account" not in door.texts()[-1]:
            await asyncio.sleep(0.02)


async def test_linking_back_works(door: DoorStage, peter: FakeUser) -> None:
    """The first account can take its number back, and then the second is told."""
    await door.shares()
    await door.says("STOP 2")
    await door.shares(peter)
    assert "Your number is now linked to this chat" in await door.shares()
    assert "refused" in await door.says("STATUS")
    door.fresh(peter.id)
    await _carry(door)
    assert "Telegram" in door.fresh(peter.id)
    assert "2026" not in await door.says("статус", peter)


async def test_an_old_share_does_not_link_again(door: DoorStage, peter: FakeUser) -> None:
    """A repeated delivery of the first account's share leaves the number with the second."""
    share = door.bot.share_contact(door.anna, NUMBER)
    await door.does(share)
    await door.shares(peter)
    await door.restart()
    await door.deliver(share)
    assert "We do not know your number yet" in await door.says("STATUS")
    assert "2." in await door.says("статус", peter)


async def test_an_old_share_does_not_claim_to_be_linked(door: DoorStage, peter: FakeUser) -> None:
    """An account that has lost its number meanwhile is not told that it is linked now."""
    share = door.bot.share_contact(door.anna, NUMBER)
    door.bot.fail_next("sendMessage", *[Fault.broken()] * 4)
    assert 503 == await door.deliver(share)
    await door.shares(peter)
    door.fresh(door.anna.id)
    await door.deliver(share)
    assert "Your number is now linked to this chat" not in door.fresh(door.anna.id)


async def test_another_number_is_another_customer(door: DoorStage) -> None:
    """An account that moves to another number takes nothing of the old customer along."""
    await door.shares()
    await door.says("STOP 2")
    await door.says("AGREE 6")
    await door.shares(number=_OTHER)
    assert "refused" not in await door.says("STATUS")
    assert "given" not in await door.says("AGREE")
    assert {} == await door.states(_OTHER)
    assert {"traffic": "refused", "loyalty": "asked"} == await door.states()


async def test_brands_are_sealed_from_each_other(tmp_path: Path) -> None:
    """What is shared with and said to one brand is unknown to the other."""
    async with open_door(tmp_path, ("lmt", "amigo")) as door:
        await door.shares()
        await door.says("STOP ALL")
        assert "We do not know your number yet" in await door.says("STATUS", brand="amigo")
        await door.shares(brand="amigo")
        assert "refused" not in await door.says("STATUS", brand="amigo")
        assert {} == await door.states(brand="amigo")


async def test_the_same_update_number_at_two_brands_is_two_updates(tmp_path: Path) -> None:
    """Both bots count for themselves; an equal number and message is no repeat."""
    async with open_door(tmp_path, ("lmt", "amigo")) as door:
        for brand in door.brands:
            await door.shares(brand=brand)
        first = door.fakes["lmt"].text(door.anna, "STOP 2")
        second = door.fakes["amigo"].text(door.anna, "STOP 2")
        second["update_id"] = first["update_id"]
        second["message"]["message_id"] = first["message"]["message_id"]
        await door.does(first, "lmt")
        await door.does(second, "amigo")
        assert {"traffic": "refused"} == await door.states(brand="amigo")


async def test_one_brands_secret_does_not_open_the_other(tmp_path: Path) -> None:
    """LMT's secret at Amigo's address is a wrong one."""
    async with open_door(tmp_path, ("lmt", "amigo")) as door:
        update = door.fakes["amigo"].text(door.anna, "STOP")
        lmt = door.fakes["lmt"].webhook.secret_token
        assert 403 == await door.fakes["amigo"].deliver(update, secret=lmt)


async def test_what_needs_more_proof_says_where_to_go(linked: DoorStage) -> None:
    """Consents 3, 4 and 5 cannot be given here; they can be refused here all the same."""
    for number, purpose in ((3, "profiling"), (4, "credit"), (5, "location")):
        shown = await linked.says(f"AGREE {number}")
        assert "cannot be given in this chat" in shown
        await linked.says("AGREE")
        assert "you said no" in await linked.says(f"STOP {number}")
        assert "refused" == (await linked.states())[purpose]
