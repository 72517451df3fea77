"""A bot introduces itself and says where its updates go; only its token can stop it."""

from __future__ import annotations

import logging
import traceback
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest
from aiogram import Bot

from bot.messenger import Undelivered
from bot.profile import Profile, TokenRefused, WebhookRefused
from bot.transport.profile import introduce, open_webhook
from bot.transport.requests import open_bot
from bot.updates import KINDS
from consent.errors import SettingBroken
from tests.telegram.fake_api import FakeBot, FakeTelegram, Fault, Kind

_TOKEN = "7000001:hunter2"
_URL, _SECRET = "https://consent.example/telegram/lmt", "s3cret_-"
_PROFILE = Profile(
    default="lv",
    commands={
        "lv": (("sakt", "Sākt"), ("stop", "Atsaukt visu")),
        "ru": (("stop", "Отозвать всё"),),
        "en": (("stop", "Withdraw everything"),),
    },
    descriptions={"lv": "Jūsu piekrišanas", "ru": "Ваши согласия", "en": "Your consents"},
    short_descriptions={"lv": "Piekrišanas", "ru": "Согласия", "en": "Consents"},
)


@dataclass
class _Stage:
    """One bot and its client."""

    bot: FakeBot
    client: Bot
    stranger: Bot


@pytest.fixture
async def stage() -> AsyncIterator[_Stage]:
    """Return a bot Telegram knows, and a client whose token it does not know."""
    async with FakeTelegram() as telegram:
        bot = telegram.add_bot(_TOKEN, username="lmt_bot")
        clients = [open_bot(t, telegram.url, timeout=0.2) for t in (_TOKEN, "7000002:hunter2")]
        yield _Stage(bot, *clients)
        for client in clients:
            if (session := getattr(client.session, "_session", None)) is not None:
                await session.close()


async def test_texts_in_each_language_and_for_all_others(stage: _Stage) -> None:
    """Customers of each language see their own texts, all others those of the default."""
    assert "lmt_bot" == await introduce(stage.client, _PROFILE)
    for language in ("lv", "ru", "en", "de"):
        known = language if language in _PROFILE.commands else "lv"
        assert dict(_PROFILE.commands[known]) == stage.bot.commands(language)
        assert _PROFILE.descriptions[known] == stage.bot.description(language)
        assert _PROFILE.short_descriptions[known] == stage.bot.short_description(language)
    assert [] == stage.bot.violations


async def test_commands_are_for_private_chats(stage: _Stage) -> None:
    """Groups, where the bot says nothing, are offered no commands."""
    await introduce(stage.client, _PROFILE)
    assert {"all_private_chats"} == {scope for scope, _ in stage.bot.profile.commands}


async def test_a_profile_may_be_incomplete(stage: _Stage) -> None:
    """A text that is missing, even in the default language, is left as it was."""
    await introduce(stage.client, replace(_PROFILE, descriptions={"ru": "Ваши согласия"}))
    assert ("", "Ваши согласия") == (stage.bot.description("lv"), stage.bot.description("ru"))


@pytest.mark.parametrize("status", [401, 404])
async def test_a_token_that_is_not_known(stage: _Stage, status: int) -> None:
    """An unknown token is a broken setting; the message names the bot, never the token."""
    stage.bot.fail_next("getMe", Fault(Kind.REFUSE, status, "Unauthorized"))
    with pytest.raises(TokenRefused, match="7000001") as caught:
        await introduce(stage.client, _PROFILE)
    with pytest.raises(SettingBroken):
        await introduce(stage.stranger, _PROFILE)
    with pytest.raises(TokenRefused):
        await open_webhook(stage.stranger, _URL, _SECRET)
    assert "hunter2" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    "fault",
    [Fault.broken(), Fault.broken(502, html=True), Fault.reset(), Fault.hang(), Fault.too_many()],
)
async def test_telegram_out_of_reach_may_be_tried_later(stage: _Stage, fault: Fault) -> None:
    """Without an answer at the start the caller may try later; no error carries the token."""
    stage.bot.fail_next("getMe", fault)
    stage.bot.fail_next("setWebhook", fault)
    with pytest.raises(Undelivered) as caught:
        await introduce(stage.client, _PROFILE)
    assert "hunter2" not in "".join(traceback.format_exception(caught.value))
    with pytest.raises(Undelivered):
        await open_webhook(stage.client, _URL, _SECRET)


@pytest.mark.parametrize("fault", [Fault.too_many(600), Fault.broken(), Fault.reset()])
async def test_texts_can_wait(
    stage: _Stage, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    """If Telegram takes no more texts now, the bot serves with those it has, and one warning."""
    stage.bot.fail_next("setMyCommands", fault)
    assert "lmt_bot" == await introduce(stage.client, _PROFILE)
    assert ["getMe", "setMyCommands"] == [call.method for call in stage.bot.calls]
    assert [logging.WARNING] == [record.levelno for record in caplog.records]
    assert "hunter2" not in caplog.text


async def test_one_bad_text_spoils_no_other(
    stage: _Stage, caplog: pytest.LogCaptureFixture
) -> None:
    """A text Telegram refuses is named by language; the others are set."""
    texts = {**_PROFILE.descriptions, "ru": "х" * 513}
    await introduce(stage.client, replace(_PROFILE, descriptions=texts))
    assert ["setMyDescription (ru) was not taken: too_long"] == caplog.messages
    assert ("Your consents", "Согласия") == (
        stage.bot.description("en"),
        stage.bot.short_description("ru"),
    )


async def test_updates_come_to_the_webhook(stage: _Stage) -> None:
    """The webhook is set with its secret and our kinds of updates; what waits is kept."""
    stage.bot.text(FakeTelegram().user(7), "STOP")
    await open_webhook(stage.client, _URL, _SECRET)
    hook = stage.bot.webhook
    assert (_URL, _SECRET, list(KINDS), 40) == (
        hook.url,
        hook.secret_token,
        hook.allowed_updates,
        hook.max_connections,
    )
    assert 1 == len(stage.bot.queue.pending)


@pytest.mark.parametrize(("url", "secret"), [("ftp://x", _SECRET), (_URL, "two words")])
async def test_a_webhook_telegram_does_not_take(stage: _Stage, url: str, secret: str) -> None:
    """An address or secret of the wrong kind is a broken setting; the secret is not shown."""
    with pytest.raises(WebhookRefused, match="7000001") as caught:
        await open_webhook(stage.client, url, secret)
    assert secret not in str(caught.value)
