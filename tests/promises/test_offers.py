"""Offers: the customer's channels, the customer's topics, and nothing without both (1.2-1.4)."""

from __future__ import annotations

from pathlib import Path

import pytest

from consent.ports import Address, AddressKind
from consent.verdicts import Question
from marketing.checking import check
from tests.journeys.harness import NUMBER
from tests.promises.customer import Customer, customer


async def _may(anna: Customer, channel: str, topic: str) -> str:
    house = anna.house
    question = Question(brand=house.brand, purpose="offers", channel=channel, topic=topic)
    lens = house.assistant.house.lens(house.brand, house.clock.now())
    address = Address(AddressKind.MSISDN, NUMBER)
    return (await check(house.ledger, lens, question, address, "campaign")).reason.value


@pytest.mark.parametrize(
    ("topic", "words"),
    [("news", "news"), ("greetings", "greetings"), ("surveys", "surveys")],
)
async def test_each_use_goes_by_the_channels_of_consent_1_and_can_be_switched_off(
    topic: str, words: str, tmp_path: Path
) -> None:
    """On with the channel, off by one word, and the consent and the other uses stay."""
    async with customer(tmp_path) as anna:
        await anna.gives(1)
        assert "channel_unset" == await _may(anna, "sms", topic)
        await anna.says("SMS")
        assert ["allowed", "channel_unset", "channel_unset"] == [
            await _may(anna, channel, topic) for channel in ("sms", "email", "call")
        ]
        await anna.says(f"STOP {words}")
        assert "topic_off" == await _may(anna, "sms", topic)
        others = {"news", "greetings", "surveys"} - {topic}
        assert {"allowed"} == {await _may(anna, "sms", other) for other in others}
        assert "allowed" == await anna.house.verdict("offers")


async def test_channels_wanted_and_not_wanted_are_the_customer_s(tmp_path: Path) -> None:
    """Some on, some off, each by its own word; a no to one says nothing about the others."""
    async with customer(tmp_path) as anna:
        await anna.gives(1)
        await anna.says("EMAIL")
        await anna.says("SMS+")
        await anna.says("STOP calls")
        asked = ("offers email", "offers sms", "offers call")
        assert ["allowed", "allowed", "channel_off"] == [
            await anna.house.verdict(channel) for channel in asked
        ]
        await anna.says("STOP SMS")
        assert ["allowed", "channel_off", "channel_off"] == [
            await anna.house.verdict(channel) for channel in asked
        ]


@pytest.mark.parametrize("number", [2, 3, 5])
async def test_data_may_be_used_and_still_nothing_sent(number: int, tmp_path: Path) -> None:
    """Consents 2, 3 and 5 speak of offers, and open no channel without consent 1 (Q7)."""
    purpose = {2: "traffic", 3: "profiling", 5: "location"}[number]
    async with customer(tmp_path) as anna:
        await anna.gives(number)
        assert "allowed" == await anna.house.verdict(purpose)
        assert "never_asked" == await anna.house.verdict(f"{purpose} sms")
        await anna.gives(1)
        assert "channel_unset" == await anna.house.verdict(f"{purpose} sms")
        await anna.says("SMS")
        assert "allowed" == await anna.house.verdict(f"{purpose} sms")


@pytest.mark.parametrize(("one", "other"), [(6, 7), (7, 6)])
async def test_the_loyalty_consents_do_not_need_each_other(
    one: int, other: int, tmp_path: Path
) -> None:
    """Each can be given, and withdrawn, with or without the other (Q14)."""
    names = {6: "loyalty", 7: "loyalty_offers"}
    async with customer(tmp_path) as anna:
        await anna.gives(one)
        assert ["allowed", "never_asked"] == [
            await anna.house.verdict(names[n]) for n in (one, other)
        ]
        await anna.gives(other)
        await anna.says(f"STOP {one}")
        assert ["withdrawn", "allowed"] == [
            await anna.house.verdict(names[n]) for n in (one, other)
        ]
