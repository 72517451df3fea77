"""The messenger at Telegram: what customers see, and what happens when Telegram says no."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from aiohttp import web

from bot.messenger import Bubble, Key, Keyboard, Messenger, Refused, Undelivered, Unreachable
from bot.pacing import Pace
from bot.profile import TokenRefused
from bot.transport.client import TelegramMessenger
from bot.transport.requests import Fate, GetMe, attempt, close_bot, open_bot
from tests.telegram.fake_api import FakeBot, FakeTelegram, FakeUser, Fault, Kind
from tests.telegram.virtual_time import VirtualTime

_TOKEN = "7000001:hunter2"
_SECRET_TEXT = "Numurs 37120000000"
_ASKING = Bubble(
    html="<b>Jautājums</b>", rows=((Key("Jā", "y"), Key("Nē", "n")), (Key("?", "h"),))
)
_PLAIN = Bubble(html=_SECRET_TEXT)
Act = Callable[[Messenger], Awaitable[object]]


@dataclass
class _Stage:
    """A customer, whose id is 7, and the bot that writes to them."""

    bot: FakeBot
    messenger: TelegramMessenger
    clock: VirtualTime
    anna: FakeUser

    @property
    def texts(self) -> list[str]:
        """What the customer reads."""
        return [shown.text for shown in self.bot.screens(7)]


@asynccontextmanager
async def _messenger(url: str, clock: VirtualTime) -> AsyncIterator[TelegramMessenger]:
    """Return a messenger; its line is closed without the pause the client makes for TLS."""
    bot = open_bot(_TOKEN, url, timeout=0.2)
    try:
        yield TelegramMessenger(bot, Pace(clock), clock)
    finally:
        if (session := getattr(bot.session, "_session", None)) is not None:
            await session.close()


@pytest.fixture
async def stage() -> AsyncIterator[_Stage]:
    """Return a customer who has opened the bot."""
    clock = VirtualTime()
    async with FakeTelegram(clock=clock.now) as telegram:
        bot, anna = telegram.add_bot(_TOKEN), telegram.user(7)
        bot.opens(anna)
        async with _messenger(telegram.url, clock) as messenger:
            yield _Stage(bot, messenger, clock, anna)


async def test_a_message_with_buttons(stage: _Stage) -> None:
    """A message arrives as HTML, with its buttons row by row and without a preview."""
    number = await stage.messenger.send(7, _ASKING)
    shown = stage.bot.last_message(7)
    assert (shown.id, "Jautājums", "bold") == (number, shown.text, shown.entities[0]["type"])
    assert (("Jā", "Nē"), ("?",)) == shown.labels
    assert {"Jā": "y", "Nē": "n", "?": "h"} == shown.buttons
    assert {"is_disabled": True} == stage.bot.calls[-1].params["link_preview_options"]
    assert [] == stage.bot.violations


async def test_the_button_that_shares_the_contact(stage: _Stage) -> None:
    """A message can bring the button that shares the contact, and take it away again."""
    asking = Bubble(html="Numurs?", keyboard=Keyboard.SHARE, share="Dalīties")
    await stage.messenger.send(7, asking)
    assert "Dalīties" == stage.bot.keyboard(7)
    markup = stage.bot.calls[-1].params["reply_markup"]
    assert (True, True) == (markup["resize_keyboard"], markup["one_time_keyboard"])
    await stage.messenger.send(7, _PLAIN)
    assert "Dalīties" == stage.bot.keyboard(7)
    await stage.messenger.send(7, Bubble(html="Paldies", keyboard=Keyboard.REMOVE))
    assert stage.bot.keyboard(7) is None


async def test_buttons_and_keyboard_exclude_each_other(stage: _Stage) -> None:
    """What Telegram cannot show as one message is never sent."""
    both = Bubble(html="?", rows=((Key("Jā", "y"),),), keyboard=Keyboard.REMOVE)
    with pytest.raises(ValueError, match="not both"):
        await stage.messenger.send(7, both)
    assert [] == stage.bot.calls


async def test_a_message_is_changed_in_place(stage: _Stage) -> None:
    """An edit changes words and buttons of the same message; doing it twice is fine."""
    number = await stage.messenger.send(7, _ASKING)
    for _ in range(2):
        assert number == await stage.messenger.edit(7, number, Bubble(html="Atsaukts"))
    assert ["Atsaukts"] == stage.texts
    assert {} == stage.bot.last_message(7).buttons


@pytest.mark.parametrize(
    "fault",
    [
        Fault.bad_request("message to edit not found"),
        Fault.bad_request("message can't be edited"),
        Fault.bad_request("MESSAGE_ID_INVALID"),
        Fault.bad_request("there is no text in the message to edit"),
    ],
)
async def test_what_cannot_be_edited_is_sent_anew(stage: _Stage, fault: Fault) -> None:
    """A message that can no longer be edited is sent anew, and its new id returned."""
    number = await stage.messenger.send(7, _ASKING)
    stage.bot.fail_next("editMessageText", fault)
    again = await stage.messenger.edit(7, number, Bubble(html="Atsaukts"))
    assert number != again
    assert "Atsaukts" == stage.bot.chat(7).messages[again].text


async def test_an_edit_with_another_keyboard_is_sent_anew(stage: _Stage) -> None:
    """As no edit can change the keyboard, the message comes anew."""
    number = await stage.messenger.send(7, _PLAIN)
    again = await stage.messenger.edit(7, number, Bubble(html="!", keyboard=Keyboard.REMOVE))
    assert [_SECRET_TEXT, "!"] == stage.texts
    assert number != again


async def test_buttons_are_taken_off(stage: _Stage) -> None:
    """Buttons vanish and words stay; a message without any, or deleted, is left alone."""
    number = await stage.messenger.send(7, _ASKING)
    await stage.messenger.strip(7, number)
    await stage.messenger.strip(7, number)
    assert ("Jautājums", {}) == (stage.texts[0], stage.bot.last_message(7).buttons)
    stage.bot.erase(stage.anna, number)
    await stage.messenger.strip(7, number)
    assert [] == stage.bot.violations


async def test_a_press_is_answered(stage: _Stage) -> None:
    """A press is answered with words that vanish; one that is too old is left alone."""
    number = await stage.messenger.send(7, _ASKING)
    press = stage.bot.press(stage.anna, number, "y")["callback_query"]["id"]
    await stage.messenger.answer(press, "Pieņemts")
    await stage.messenger.answer(press, "Pieņemts")
    await stage.messenger.answer("0")
    assert (True, "Pieņemts") == (stage.bot.presses[press].answered, stage.bot.presses[press].text)


@pytest.mark.parametrize(
    "fault",
    [
        Fault.too_many(),
        Fault.broken(),
        Fault.reset(),
        Fault.hang(),
        Fault.forbidden(),
        Fault.bad_request("MESSAGE_TOO_LONG"),
    ],
)
async def test_answering_a_press_never_fails(stage: _Stage, fault: Fault) -> None:
    """Whatever goes wrong with the answer to a press, what follows it is not in danger."""
    stage.bot.fail_next("answerCallbackQuery", fault)
    await stage.messenger.answer("p1")
    assert [] == stage.clock.slept


async def test_messages_leave_at_telegrams_pace(stage: _Stage) -> None:
    """Ten messages at once to one chat leave three at once, then one a second."""
    await asyncio.gather(*(stage.messenger.send(7, _PLAIN) for _ in range(10)))
    assert 4 == stage.bot.meter.most_within(1.1, 7)
    assert 10 == len(stage.texts)


async def test_too_fast_means_wait(stage: _Stage) -> None:
    """When Telegram asks for patience, the chat's messages wait so long and then arrive."""
    stage.bot.opens(FakeUser(8))
    stage.bot.fail_next("sendMessage", Fault.too_many(7), Fault.too_many(3))
    start = stage.clock.now()
    await stage.messenger.send(7, _PLAIN)
    assert 10 <= stage.bot.meter.times(7)[-1] - start < 13
    assert [_SECRET_TEXT] == stage.texts


async def test_one_chat_too_fast_holds_up_no_other(stage: _Stage) -> None:
    """A chat that must wait waits alone; when a second is told to, the whole bot pauses."""
    for user in (8, 9):
        stage.bot.opens(FakeUser(user))
    stage.bot.fail_next("sendMessage", Fault.too_many(3600))
    with pytest.raises(Undelivered):
        await stage.messenger.send(7, _PLAIN)
    start = stage.clock.now()
    await stage.messenger.send(8, _PLAIN)
    assert start == stage.bot.meter.times(8)[0]
    stage.bot.fail_next("sendMessage", Fault.too_many(20))
    await stage.messenger.send(8, _PLAIN)
    assert 20 <= stage.bot.meter.times(8)[-1] - start


@pytest.mark.parametrize("waits", [(31,), (20, 20), (3600,)])
async def test_nobody_waits_longer_than_half_a_minute(
    stage: _Stage, waits: tuple[int, ...]
) -> None:
    """If Telegram asks for more than half a minute, the message is given back instead."""
    stage.bot.fail_next("sendMessage", *(Fault.too_many(seconds) for seconds in waits))
    with pytest.raises(Undelivered):
        await stage.messenger.send(7, _PLAIN)
    assert sum(stage.clock.slept) <= 30
    assert len(waits) == len(stage.bot.calls)


async def test_while_telegram_is_closed_nothing_is_sent(stage: _Stage) -> None:
    """When Telegram has asked for an hour, the chat is left alone without asking it again."""
    stage.bot.fail_next("sendMessage", Fault.too_many(3600))
    for _ in range(2):
        with pytest.raises(Undelivered):
            await stage.messenger.send(7, _PLAIN)
    assert 1 == len(stage.bot.calls)
    stage.clock.advance(3600)
    await stage.messenger.send(7, _PLAIN)
    assert [_SECRET_TEXT] == stage.texts


async def test_too_fast_without_a_figure_means_a_second(stage: _Stage) -> None:
    """When Telegram does not say for how long, the chat waits a second, and then its turn."""
    stage.bot.fail_next("sendMessage", *[Fault(Kind.REFUSE, 429, "Too Many Requests")] * 6)
    start = stage.clock.now()
    await stage.messenger.send(7, _PLAIN)
    assert 6 <= stage.clock.now() - start <= 12


async def test_long_requests_are_not_repeated_for_ever(stage: _Stage) -> None:
    """What failed after half a minute is given back, however few tries there were."""

    def slow() -> float:
        stage.clock.advance(16)
        return stage.clock.now()

    stage.bot.meter.clock = slow
    stage.bot.fail_next("sendMessage", *[Fault.broken()] * 4)
    with pytest.raises(Undelivered):
        await stage.messenger.send(7, _PLAIN)
    assert 2 == len(stage.bot.calls)


_FAILURES = [
    Fault.broken(500),
    Fault.broken(502, html=True),
    Fault.reset(),
    Fault.hang(),
    Fault(Kind.REFUSE, 418, "I am a teapot"),
]


@pytest.mark.parametrize("fault", _FAILURES)
async def test_a_broken_line_is_tried_again(stage: _Stage, fault: Fault) -> None:
    """Three failures in a row delay a message by moments only; it arrives once."""
    stage.bot.fail_next("sendMessage", fault, fault, fault)
    await stage.messenger.send(7, _PLAIN)
    assert [_SECRET_TEXT] == stage.texts
    assert [0.5, 1, 2] == [pause for pause in stage.clock.slept if pause in {0.5, 1, 2}]


@pytest.mark.parametrize("fault", _FAILURES)
async def test_a_dead_line_gives_the_message_back(stage: _Stage, fault: Fault) -> None:
    """After four failures in a row the message is given back."""
    stage.bot.fail_next("sendMessage", *[fault] * 4)
    with pytest.raises(Undelivered):
        await stage.messenger.send(7, _PLAIN)
    assert 4 == len(stage.bot.calls)


@pytest.mark.parametrize("fault", [Fault.lost(), Fault.cut()])
async def test_an_edit_that_took_effect_unseen_counts(stage: _Stage, fault: Fault) -> None:
    """If only the answer was lost, the repeated edit finds its work done."""
    number = await stage.messenger.send(7, _ASKING)
    stage.bot.fail_next("editMessageText", fault)
    assert number == await stage.messenger.edit(7, number, _PLAIN)
    assert [_SECRET_TEXT] == stage.texts


_ACTS: list[Act] = [
    lambda messenger: messenger.send(7, _PLAIN),
    lambda messenger: messenger.edit(7, 1, _PLAIN),
    lambda messenger: messenger.strip(7, 1),
]
_METHODS = ("sendMessage", "editMessageText", "editMessageReplyMarkup")
_LOST_CUSTOMERS = [
    Fault.forbidden(),
    Fault.forbidden("user is deactivated"),
    Fault.bad_request("chat not found"),
    Fault.bad_request("user is deactivated"),
    Fault.bad_request("PEER_ID_INVALID"),
]


@pytest.mark.parametrize("act", _ACTS)
@pytest.mark.parametrize("fault", _LOST_CUSTOMERS)
async def test_who_is_gone_is_unreachable(stage: _Stage, act: Act, fault: Fault) -> None:
    """A customer who blocked the bot or left is unreachable; that is asked only once."""
    for method in _METHODS:
        stage.bot.fail_next(method, fault)
    with pytest.raises(Unreachable):
        await act(stage.messenger)
    assert 1 == len(stage.bot.calls)


@pytest.mark.parametrize("act", _ACTS)
@pytest.mark.parametrize(
    "why",
    [
        f'can\'t parse entities: Unsupported start tag "{_SECRET_TEXT}"',
        "message is too long",
        f"inline keyboard button URL '{_SECRET_TEXT}' is invalid",
    ],
)
async def test_what_will_never_be_taken_is_refused(stage: _Stage, act: Act, why: str) -> None:
    """A message at fault itself is refused at once, so that it holds up nothing."""
    for method in _METHODS:
        stage.bot.fail_next(method, Fault.bad_request(why))
    with pytest.raises(Refused):
        await act(stage.messenger)
    assert 1 == len(stage.bot.calls)


async def test_half_a_character_is_refused(stage: _Stage) -> None:
    """A text that cannot even be written down is refused before it is sent."""
    with pytest.raises(Refused):
        await stage.messenger.send(7, Bubble(html="\ud83d"))
    assert [] == stage.bot.calls


async def test_a_token_that_is_revoked_is_reported_once(
    stage: _Stage, caplog: pytest.LogCaptureFixture
) -> None:
    """Without a valid token messages are given back, and the log says so once."""
    unauthorized = Fault(Kind.REFUSE, 401, "Unauthorized")
    stage.bot.fail_next("sendMessage", unauthorized, unauthorized)
    for _ in range(2):
        with pytest.raises(Undelivered):
            await stage.messenger.send(7, _PLAIN)
    assert ["Telegram does not accept the token of bot 7000001 any more"] == caplog.messages


@pytest.mark.parametrize(
    "fault",
    [
        *_FAILURES,
        *_LOST_CUSTOMERS,
        Fault.too_many(99),
        Fault(Kind.REFUSE, 401, "Unauthorized"),
        Fault.bad_request(f"something new about {_SECRET_TEXT}"),
    ],
)
async def test_failures_keep_secrets(
    stage: _Stage, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither a log line nor a traceback of a failure holds token, text or number."""
    caplog.set_level(logging.DEBUG)
    stage.bot.fail_next("sendMessage", *[fault] * 4)
    with pytest.raises((Undelivered, Unreachable, Refused)) as caught:
        await stage.messenger.send(7, _PLAIN)
    told = caplog.text + "".join(traceback.format_exception(caught.value))
    assert [] == [w for w in ("hunter2", "37120000000", "Numurs") if w in told]
    assert caught.value.__context__ is None


@pytest.mark.parametrize("status", [200, 500])
@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"\xff\xfe", b'{"ok":false}', b'{"ok":true}', b'{"result":1}']
)
async def test_answers_that_make_no_sense_are_no_answers(status: int, body: bytes) -> None:
    """Whatever stands between us and Telegram says, a message is given back at worst."""
    clock = VirtualTime()

    async def nonsense(_: web.Request) -> web.Response:
        return web.Response(status=status, body=body, content_type="text/plain", charset="utf-8")

    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", nonsense)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    async with _messenger(f"http://{host}:{port}", clock) as messenger:
        with pytest.raises(Undelivered):
            await messenger.send(7, _PLAIN)
    await runner.cleanup()


async def test_no_server_at_all() -> None:
    """A machine that nobody answers on gives the message back."""
    clock = VirtualTime()
    async with _messenger("http://127.0.0.1:9", clock) as messenger:
        with pytest.raises(Undelivered):
            await messenger.send(7, _PLAIN)


@pytest.mark.parametrize("token", ["", "hunter2", "7 7:hunter2", ":hunter2", "x:hunter2"])
def test_what_cannot_be_a_token_is_refused(token: str) -> None:
    """A token of the wrong shape is refused before anything is sent, and not repeated."""
    with pytest.raises(TokenRefused) as caught:
        open_bot(token, None)
    assert "hunter2" not in "".join(traceback.format_exception(caught.value))


async def test_closing_ends_the_line() -> None:
    """A client can be closed before and after it spoke, and leaves no connection open."""
    async with FakeTelegram() as telegram:
        telegram.add_bot(_TOKEN)
        bot = open_bot(_TOKEN, telegram.url)
        await close_bot(bot)
        assert Fate.DONE is (await attempt(bot, GetMe())).fate
        await close_bot(bot)
