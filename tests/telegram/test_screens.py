"""What customers see: one message that changes, receipts that stay, the way back last."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from consent.notices import code_of
from tests.telegram.door_stage import DoorStage, carried, open_door
from tests.telegram.fake_api import Shown

#: Words that open every page there is, or lead to every kind of question.
_SAID = {
    "en": (
        "/start",
        "/help",
        "/status",
        "/channels",
        "/privacy",
        "/mydata",
        "/human",
        "/language",
        "INFO 1",
        "INFO 3",
        "INFO 5",
        "INFO 6",
        "INFO 99",
        "INFO 1 2 3",
        "AGREE 1",
        "AGREE",
        "SMS",
        "STATUS",
        "INFO 1",
        "STOP NEWS",
        "STOP SMS",
        "NO",
        "AGREE",
        "AGREE 2",
        "hm?",
        "AGREE",
        "INFO 2",
        "INFO 7",
        "STOP",
        "STOP",
        "STOP ALL",
        "STOP ALL",
        "REVIEW",
        "AGREE 3",
        "AGREE ALL",
        "NO 4",
        "Amigo off",
        "pause 5",
        "I may want to stop everything",
    ),
    "lv": ("/start", "statuss", "JĀ 1", "JĀ", "kanāli", "SMS", "STOP SMS", "STOP", "palīdzība"),
    "ru": ("/start", "статус", "да 1", "да", "каналы", "смс", "стоп смс", "стоп всё", "помощь"),
}
_PEOPLE = [(b, x, True) for b in ("lmt", "amigo") for x in _SAID]
_PEOPLE += [("lmt", x, False) for x in _SAID]
#: What no customer should read.
_RAW = ("{", "}", "None", "loyalty_offers", "!", "<b>")


def _names(shown: Shown) -> list[list[str]]:
    return [[carried(button.data).name for button in row] for row in shown.rows]


@pytest.fixture(params=_PEOPLE, ids=lambda p: f"{p[0]}-{p[1]}-{'linked' if p[2] else 'new'}")
async def tour(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[tuple[DoorStage, list[tuple[str, Shown]]]]:
    """Return everything one customer was shown who has said all there is to say."""
    brand, language, known = request.param
    found = list[tuple[str, Shown]]()
    async with open_door(tmp_path, (brand,), language=language) as door:
        if known:
            await door.shares()
        for words in _SAID[language]:
            await door.says(words)
            found.append((words, door.bot.last_message(door.anna.id)))
            # What it looked like then: it loses its buttons with the next message.
            rows = found[-1][1].rows
            found[-1] = (words, _frozen(found[-1][1], rows))
        yield door, found


def _frozen(shown: Shown, rows: object) -> Shown:
    copy = Shown(id=shown.id, date=shown.date, by_bot=True, html=shown.html, text=shown.text)
    copy.rows = rows  # type: ignore[assignment] # as it was
    return copy


async def test_every_screen_keeps_the_rules(
    tour: tuple[DoorStage, list[tuple[str, Shown]]],
) -> None:
    """At most eight rows, short labels, no button twice, the way back last, no raw ids."""
    door, screens = tour
    assert [] == door.bot.violations
    for words, shown in screens:
        assert len(shown.rows) <= 8, words
        labels = [label for row in shown.labels for label in row]
        assert [] == [label for label in labels if len(label) > 24], words
        data = [button.data for row in shown.rows for button in row]
        assert len(set(data)) == len(data), words
        assert _ends_with_the_way_back(_names(shown)), words
        assert [] == [sign for sign in _RAW if sign in shown.text], words


def _ends_with_the_way_back(names: list[list[str]]) -> bool:
    """Say whether the way back is last, alone; the list itself needs none."""
    is_list = sum(name == "explain" for row in names for name in row) == 8
    return not names or is_list or names[-1] == ["menu"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("/language", id="the-choice-of-language"),
        pytest.param("hm?", id="not-understood"),
        pytest.param("SMS+", id="a-channel-too-early"),
        pytest.param("/human", id="a-person"),
        pytest.param("/mydata", id="my-data"),
        pytest.param("AGREE 3", id="what-needs-more-proof"),
    ],
)
async def test_every_page_ends_with_the_way_back(linked: DoorStage, text: str) -> None:
    """Who came to a page by mistake finds the way back where it always is: last, alone."""
    await linked.says(text)
    assert ["menu"] == _names(linked.live()[-1])[-1]


async def test_two_wishes_share_one_way_back(linked: DoorStage) -> None:
    """A message with two wishes is answered with one set of buttons, the way back last."""
    for text in ("AGREE 1", "AGREE", "SMS"):
        await linked.says(text)
    await linked.says("STOP 2 3, SMS")
    names = [name for row in _names(linked.live()[-1]) for name in row]
    assert (1, "menu") == (names.count("menu"), names[-1])


@pytest.mark.parametrize("text", ["STOP ALL?", "стоп всё?"])
async def test_an_unsure_wish_to_stop_everything_fits(linked: DoorStage, text: str) -> None:
    """Asked whether all eight should end, the customer still has at most eight rows."""
    await linked.says(text)
    assert len(linked.live()[-1].rows) <= 8
    assert [] == linked.bot.violations


async def test_pages_change_in_place(linked: DoorStage) -> None:
    """Going from page to page by buttons changes one message; no scroll of them."""
    start, before = linked.live()[-1].id, len(linked.texts())
    await linked.presses("explain", purpose="traffic")
    await linked.presses("menu")
    await linked.presses("status")
    await linked.presses("menu")
    await linked.presses("my_data")
    await linked.presses("privacy")
    await linked.presses("menu")
    assert (before, start) == (len(linked.texts()), linked.live()[-1].id)


async def test_a_new_screen_takes_the_buttons_of_the_old(linked: DoorStage) -> None:
    """After a typed question only the newest message has buttons."""
    for text in ("INFO 1", "STATUS", "AGREE 2", "STOP", "/start"):
        await linked.says(text)
        assert [linked.bot.last_message(linked.anna.id).id] == [s.id for s in linked.live()]


async def test_an_old_button_answers_where_the_customer_looks(linked: DoorStage) -> None:
    """A press that comes after a newer screen leaves only one screen with buttons: the newest."""
    press = linked.press("explain", purpose="traffic")
    await linked.says("STATUS")
    await linked.does(press)
    assert [linked.bot.last_message(linked.anna.id).id] == [s.id for s in linked.live()]


async def test_a_confirmation_is_a_new_message(linked: DoorStage) -> None:
    """What was agreed to on a page is confirmed in a message of its own."""
    await linked.presses("explain", purpose="traffic")
    page = linked.live()[-1]
    await linked.presses("agree")
    receipt = linked.bot.last_message(linked.anna.id)
    assert receipt.id > page.id
    assert not receipt.edited
    assert "Do you agree?" in linked.bot.chat(linked.anna.id).messages[page.id].text


async def test_confirmations_are_never_changed_later(linked: DoorStage) -> None:
    """Whatever the customer does next, by words or buttons, every receipt keeps its words."""
    kept: dict[int, str] = {}
    for deed in ("AGREE 2", "AGREE", "STOP 2", "AGREE 1", "AGREE", "SMS", "STOP", "STOP ALL"):
        await linked.says(deed)
        for shown in linked.bot.screens(linked.anna.id):
            if "Receipt " in shown.text:
                assert kept.setdefault(shown.id, shown.html) == shown.html
        for live in linked.live():
            data = next(iter(live.buttons.values()))
            await linked.does(linked.bot.press(linked.anna, live.id, data))
    assert 6 <= len(kept)
    now = {s.id: s.html for s in linked.bot.screens(linked.anna.id)}
    assert kept == {number: now[number] for number in kept}


async def test_a_receipt_carries_a_code_of_the_ledger(linked: DoorStage) -> None:
    """The number under each confirmation is that of the newest link of the customer's chain."""
    for text in ("AGREE 2", "AGREE", "STOP 2", "STOP", "STOP ALL"):
        shown = await linked.says(text)
        if "Receipt" not in shown:
            continue
        newest = (await linked.decisions())[-1]
        assert f"Receipt {code_of(newest.hash)}" in shown


@pytest.mark.parametrize("text", ["STATUS", "INFO 2", "hm?", "AGREE 2", "/help", "EN"])
async def test_what_changes_nothing_has_no_receipt(linked: DoorStage, text: str) -> None:
    """A page, a question or a remark carries no number: there is nothing to keep."""
    assert "Receipt" not in await linked.says(text)


async def test_a_page_says_first_how_things_stand(linked: DoorStage) -> None:
    """The state comes before the text, in words as well as in a sign."""
    await linked.says("AGREE 2")
    await linked.presses("agree")
    shown = await linked.says("INFO 2")
    assert shown.startswith("✓ Now: given (22 Nov 2026, on Telegram)")


async def test_a_change_by_sms_shows_on_the_next_page(linked: DoorStage) -> None:
    """What was decided by SMS shows in the next answer, with where it was said."""
    await linked.house.sms("STOP 2", "SM1")
    assert "Now: refused (22 Nov 2026, by SMS)" in await linked.presses(
        "explain", purpose="traffic"
    )


async def test_the_language_changes_the_whole_screen(linked: DoorStage) -> None:
    """After the choice of a language the list and its buttons are in it."""
    shown = await linked.says("RU")
    assert "по-русски" in shown
    assert any("Мои согласия" in row for row in linked.live()[-1].labels)
