"""What customers send besides plain words: forwards, edits, pictures, commands, old yeses."""

from __future__ import annotations

import pytest

from app.telegram_profile import _COMMANDS
from tests.telegram.door_stage import DoorStage
from tests.telegram.fake_api import FakeUser, Fault, Json

_STRANGER = FakeUser(999, "Eve", "en")


def _forwarded(door: DoorStage, text: str) -> Json:
    update = door.bot.text(door.anna, text)
    update["message"]["forward_origin"] = {
        "type": "user",
        "date": 1_700_000_000,
        "sender_user": _STRANGER.as_json(),
    }
    return update


@pytest.mark.parametrize("kind", ["sticker", "photo", "voice"])
async def test_what_has_no_words_gets_one_friendly_line(linked: DoorStage, kind: str) -> None:
    """A sticker, photo or voice message is answered in one line and changes nothing."""
    before = len(linked.texts())
    update = getattr(linked.bot, kind)(linked.anna)
    assert "We can read text only. Nothing was changed." in await linked.does(update)
    assert (before + 1, {}) == (len(linked.texts()), await linked.states())


async def test_a_sticker_leaves_the_question_open(linked: DoorStage) -> None:
    """A picture between a notice and its yes takes nothing away."""
    await linked.says("AGREE 2")
    await linked.does(linked.bot.sticker(linked.anna))
    assert "given" in await linked.says("AGREE")


async def test_words_under_a_photo_count(linked: DoorStage) -> None:
    """STOP as the caption of a photo is a STOP."""
    shown = await linked.does(linked.bot.photo(linked.anna, caption="STOP"))
    assert "Consents 1 and 7 do not apply" in shown
    assert "refused" == (await linked.states())["offers"]


async def test_a_forwarded_photo_counts_for_nothing(linked: DoorStage) -> None:
    """The caption of a photo that was passed on is somebody else's."""
    update = linked.bot.photo(linked.anna, caption="STOP")
    update["message"]["forward_origin"] = {"type": "hidden_user", "date": 1}
    assert "was forwarded" in await linked.does(update)
    assert {} == await linked.states()


@pytest.mark.parametrize("text", ["да", "AGREE", "JĀ", "STOP", "STOP ALL", "/stop", "EN"])
async def test_forwarded_words_count_for_nothing(linked: DoorStage, text: str) -> None:
    """A yes or STOP that somebody else wrote changes nothing, and the customer is told why."""
    await linked.says("AGREE 2")
    before = await linked.states()
    shown = await linked.does(_forwarded(linked, text))
    assert "This message was forwarded, so it does not count as your own words." in shown
    assert before == await linked.states()
    assert "given" in await linked.says("AGREE")


@pytest.mark.parametrize("text", ["STOP", "AGREE"])
async def test_an_edit_changes_nothing(linked: DoorStage, text: str) -> None:
    """A message changed after it was sent is not read again; the customer is told so."""
    await linked.says("AGREE 2")
    before = await linked.states()
    shown = await linked.does(linked.bot.edited_text(linked.anna, text))
    assert "Your edit changed nothing" in shown
    assert before == await linked.states()


async def test_a_message_longer_than_telegram_allows_is_not_read(linked: DoorStage) -> None:
    """What no Telegram could have sent changes nothing, and says so."""
    shown = await linked.says("STOP " + "x" * 9000)
    assert "too long" in shown
    assert {} == await linked.states()


async def test_the_longest_message_there_is_is_read(linked: DoorStage) -> None:
    """A text of 4096 characters is answered like any other."""
    assert await linked.says("ы" * 4096)


@pytest.mark.parametrize(
    "text", ["<b>STOP", "&amp;", "</b><a href='x'>", "\x00", "\u202eSTOP", "😀"]
)
async def test_no_text_breaks_the_door(linked: DoorStage, text: str) -> None:
    """Markup, controls and signs that a customer types are answered, never repeated raw."""
    assert await linked.says(text)
    assert [] == linked.bot.violations


async def test_every_command_offered_is_understood(linked: DoorStage) -> None:
    """What stands in Telegram's list of commands is never answered with "not understood"."""
    for command in _COMMANDS:
        for text in (f"/{command}", f"/{command}@lmt_bot"):
            assert "did not understand" not in await linked.says(text), text


_LINKS = (
    ("", "LMT consents:"),
    ("status", "You have given 0 consents"),
    ("switches", "LMT sends you no offers"),
    ("my_data", "Your data with this assistant"),
    ("privacy", "LMT customer consents"),
    ("help", "You can type:"),
    ("traffic", "Now: not given"),
    ("nonsense", "LMT consents:"),
    ("agree", "LMT consents:"),
    ("STOP", "LMT consents:"),
    ("offers STOP", "LMT consents:"),
)


async def test_a_link_into_the_bot_only_opens(linked: DoorStage) -> None:
    """`/start` with whatever behind it opens a page; it decides nothing."""
    for payload, shown in _LINKS:
        assert shown in await linked.says(f"/start {payload}"), payload
    assert set() == set((await linked.states()).values()) - {"asked"}


async def test_start_does_not_answer_a_question(linked: DoorStage) -> None:
    """`/start` while a notice waits for its yes is no yes."""
    await linked.says("AGREE 2")
    await linked.says("/start")
    assert "asked" == (await linked.states())["traffic"]


async def test_the_customers_telegram_names_the_language(door: DoorStage) -> None:
    """A newcomer is greeted in the language of their Telegram, others in the brand's."""
    russian, german = door.telegram.user(1, "ru"), door.telegram.user(2, "de")
    assert "согласи" in await door.says("/start", russian)
    assert "piekrišan" in await door.says("/start", german)


async def test_a_late_yes_does_not_undo_a_no(linked: DoorStage) -> None:
    """A yes said before a STOP by SMS, but delivered after it, gives nothing (laws 4 and 6)."""
    await linked.says("AGREE 2")
    late = linked.bot.text(linked.anna, "AGREE")
    bring_back = linked.lose_store()
    assert 503 == await linked.deliver(late)
    bring_back()
    linked.times.clock.wait(0.1)
    await linked.house.sms("STOP 2", "SM1")
    linked.times.clock.wait(0.1)
    assert 200 == await linked.deliver(late)
    assert "given" != (await linked.states())["traffic"]


async def test_a_late_press_does_not_undo_a_no(linked: DoorStage) -> None:
    """A press made before a STOP by SMS, but delivered after it, gives nothing (law 6)."""
    await linked.says("AGREE 2")
    late = linked.press("agree")
    bring_back = linked.lose_store()
    assert 503 == await linked.deliver(late)
    bring_back()
    linked.times.clock.wait(0.1)
    await linked.house.sms("STOP 2", "SM1")
    linked.times.clock.wait(0.1)
    assert 200 == await linked.deliver(late)
    assert "given" != (await linked.states())["traffic"]


async def test_a_stop_that_waited_for_hours_is_carried_out(linked: DoorStage) -> None:
    """A STOP that reaches us hours after it was said counts (law 4)."""
    late = linked.bot.text(linked.anna, "STOP")
    linked.times.clock.wait(23)
    assert "Consents 1 and 7 do not apply" in await linked.does(late)
    assert "refused" == (await linked.states())["offers"]


async def test_a_yes_repeated_to_an_unfinished_answer_is_one(linked: DoorStage) -> None:
    """Text and button for the same notice are one yes; the second is told it is given."""
    await linked.says("AGREE 2")
    press = linked.press("agree")
    assert "given" in await linked.says("AGREE")
    assert "already gave" in await linked.does(press)
    assert ["asked", "given"] == [d.action.value for d in await linked.decisions()]


async def test_albums_are_answered_once(linked: DoorStage) -> None:
    """Ten photos sent as one album are one thing without words, not ten."""
    before = len(linked.texts())
    for _ in range(10):
        update = linked.bot.photo(linked.anna)
        update["message"]["media_group_id"] = "A1"
        assert 200 == await linked.deliver(update)
    assert before + 1 == len(linked.texts())


async def test_a_message_by_way_of_another_bot_is_not_the_customers(linked: DoorStage) -> None:
    """Words that another bot put into the chat are no yes of the customer's own."""
    await linked.says("AGREE 2")
    update = linked.bot.text(linked.anna, "AGREE")
    update["message"]["via_bot"] = {"id": 99, "is_bot": True, "first_name": "Gif"}
    await linked.does(update)
    assert "asked" == (await linked.states())["traffic"]


async def test_an_answer_to_stop_survives_refusals(linked: DoorStage) -> None:
    """A STOP whose first delivery Telegram half carried out is confirmed with the same number."""
    update = linked.bot.text(linked.anna, "STOP")
    linked.bot.fail_next("sendMessage", *[Fault.cut()] * 4)
    assert 503 == await linked.deliver(update)
    await linked.does(update)
    numbers = {text.rpartition("Receipt ")[2][:10] for text in linked.texts() if "Receipt" in text}
    assert 1 == len(numbers)
