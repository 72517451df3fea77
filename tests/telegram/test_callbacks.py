"""What a button carries fits, comes back as itself, and is nothing else when it was forged."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.callbacks import Press, check_ids, pack, unpack
from consent.catalogue import BrandId, ChannelId, PurposeId, TopicId
from consent.choices import _NAMES
from consent.errors import CatalogueBroken
from consent.intents import Scope
from consent.replies import Option
from tests.builders import AMIGO, CATALOGUE, CHANNELS, LMT, PURPOSES, TOPICS

_CODE = "4AD86B149F"


def _abouts() -> list[Option]:
    """Return everything a button could be about."""
    plain = [Option(name="?")]
    purposes = [Option(name="?", purpose=p, notice=n) for p in PURPOSES for n in (None, _CODE)]
    switches = [Option(name="?", channel=c) for c in CHANNELS]
    switches += [Option(name="?", topic=t) for t in TOPICS]
    languages = [Option(name="?", language=x) for x in CATALOGUE.languages]
    return plain + purposes + switches + languages + [Option(name="?", scope=s) for s in Scope]


@pytest.mark.parametrize("name", sorted(_NAMES))
def test_every_option_fits_and_comes_back_as_itself(name: str) -> None:
    """Any option, of any brand, under a screen or receipt: 64 bytes at most, and unchanged."""
    for about, brand, kept in product(_abouts(), (LMT, AMIGO), (False, True)):
        option = replace(about, name=name)
        data = pack(option, brand, on_receipt=kept)
        assert len(data.encode()) <= 64
        assert Press(brand=brand, option=option, on_receipt=kept) == unpack(data)


@pytest.mark.parametrize(
    "data",
    [
        "",
        "s",
        "::::",
        "s:lmt:agree:Poffers",
        "s:lmt:agree:Poffers:X:",
        "x:lmt:agree:Poffers:X",
        "S:lmt:agree:Poffers:X",
        "s:lmt:agree:P:X",
        "s:lmt:agree:Zoffers:X",
        "s:lmt:agree:offers:X",
        "agree",
        '{"agree": 1}',
    ],
)
def test_what_is_none_of_ours_is_nothing(data: str) -> None:
    """Truncated, longer or otherwise shaped data carries nothing."""
    assert unpack(data) is None


@given(st.text(max_size=64))
def test_no_data_breaks_the_reader(data: str) -> None:
    """Whatever comes back is read as a press or as nothing, never as a fault."""
    found = unpack(data)
    assert found is None or data == pack(found.option, found.brand, on_receipt=found.on_receipt)


@pytest.mark.parametrize(
    "option",
    [
        Option(name="explain", purpose="a:b"),
        Option(name="a:b"),
        Option(name="explain", purpose="x" * 60),
        Option(name="explain", purpose="ā" * 28),
        Option(name="agree", purpose="offers", notice="x" * 60),
    ],
)
def test_what_does_not_fit_is_never_sent(option: Option) -> None:
    """An id with a colon or beyond 64 bytes is refused before Telegram refuses it."""
    with pytest.raises(ValueError, match=r".+"):
        pack(option, LMT, on_receipt=False)


def test_the_catalogue_is_checked_at_the_start() -> None:
    """The shipped ids fit; one that is too long is named before anybody meets its button."""
    check_ids(CATALOGUE)
    first, *others = CATALOGUE.purposes
    long = replace(first, id=PurposeId("x" * 60))
    with pytest.raises(CatalogueBroken, match="x" * 60):
        check_ids(replace(CATALOGUE, purposes=(long, *others)))


@pytest.mark.parametrize("bad", ["y" * 60, "a:b"])
def test_new_channels_and_topics_are_checked_too(bad: str) -> None:
    """A channel or topic whose id fits no button is refused at the start."""
    channel, topic = CATALOGUE.channels[0], CATALOGUE.topics[0]
    for odd in (
        replace(CATALOGUE, channels=(replace(channel, id=ChannelId(bad)),)),
        replace(CATALOGUE, topics=(replace(topic, id=TopicId(bad)),)),
    ):
        with pytest.raises(CatalogueBroken):
            check_ids(odd)


def test_a_brand_with_a_long_name_is_checked_with_every_id() -> None:
    """What fits for a short brand and not for a long one is found at the start."""
    long = BrandId("a-brand-with-quite-a-long-name")
    brands = {**CATALOGUE.brands, long: replace(CATALOGUE.brands[BrandId(LMT)], id=long)}
    with pytest.raises(CatalogueBroken):
        check_ids(replace(CATALOGUE, brands=brands))
