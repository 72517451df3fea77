"""Buttons mean what the same words mean."""

from __future__ import annotations

import pytest

from consent.choices import intent_of, is_offered
from consent.intents import Intent, IntentName, Page, Scope, Wish
from consent.replies import Option
from tests.builders import CATALOGUE

NAMES = [
    ("agree", IntentName.YES),
    ("agree.automated", IntentName.YES),
    ("refuse", IntentName.NO),
    ("withdraw", IntentName.WITHDRAW),
    ("withdraw_all", IntentName.WITHDRAW_ALL),
    ("grant", IntentName.GRANT),
    ("channel_on", IntentName.GRANT),
    ("channel_off", IntentName.WITHDRAW),
    ("topic_on", IntentName.GRANT),
    ("topic_off", IntentName.WITHDRAW),
    ("explain", IntentName.EXPLAIN),
    ("privacy", IntentName.EXPLAIN),
    ("menu", IntentName.HELP),
    ("help", IntentName.HELP),
    ("link", IntentName.HELP),
    ("status", IntentName.STATUS),
    ("switches", IntentName.STATUS),
    ("my_data", IntentName.EXPLAIN),
    ("human", IntentName.HUMAN),
    ("review", IntentName.HUMAN),
    ("copy", IntentName.HUMAN),
    ("language", IntentName.LANGUAGE),
    ("pause", IntentName.PAUSE),
    ("contact", IntentName.HELP),
    ("", IntentName.UNCLEAR),
    ("AGREE", IntentName.UNCLEAR),
    ("drop table", IntentName.UNCLEAR),
]


@pytest.mark.parametrize(("name", "expected"), NAMES, ids=[n or "empty" for n, _ in NAMES])
def test_an_option_is_an_intent(name: str, expected: IntentName) -> None:
    """Each option means one intent; an unknown one means nothing."""
    assert expected is intent_of(Option(name=name)).name


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        pytest.param(
            Option(name="agree", purpose="offers", notice="ABCDEFGHIJ"),
            Intent(name=IntentName.YES, purposes=("offers",), notice="ABCDEFGHIJ"),
            id="a-yes-names-its-notice",
        ),
        pytest.param(
            Option(name="channel_off", channel="sms"),
            Intent(name=IntentName.WITHDRAW, channels=("sms",)),
            id="channel",
        ),
        pytest.param(
            Option(name="topic_on", topic="news"),
            Intent(name=IntentName.GRANT, topics=("news",)),
            id="topic",
        ),
        pytest.param(
            Option(name="withdraw_all", scope="all"),
            Intent(name=IntentName.WITHDRAW_ALL, scope=Scope.ALL),
            id="everything",
        ),
        pytest.param(
            Option(name="withdraw_all", scope="marketing"),
            Intent(name=IntentName.WITHDRAW_ALL, scope=Scope.MARKETING),
            id="marketing",
        ),
        pytest.param(
            Option(name="language", language="ru"),
            Intent(name=IntentName.LANGUAGE, wanted_language="ru"),
            id="language",
        ),
        pytest.param(
            Option(name="review"), Intent(name=IntentName.HUMAN, page=Page.REVIEW), id="review"
        ),
        pytest.param(Option(name="human"), Intent(name=IntentName.HUMAN), id="just-a-person"),
        pytest.param(Option(name="help"), Intent(name=IntentName.HELP), id="what-to-type"),
        pytest.param(Option(name="language"), Intent(name=IntentName.LANGUAGE), id="which"),
        pytest.param(
            Option(name="privacy", purpose="credit"),
            Intent(name=IntentName.EXPLAIN, purposes=("credit",), page=Page.PRIVACY),
            id="rights-from-a-page",
        ),
        pytest.param(
            Option(name="withdraw", purpose="credit", notice="ABCDEFGHIJ"),
            Intent(name=IntentName.WITHDRAW, purposes=("credit",), notice="ABCDEFGHIJ"),
            id="a-withdrawal-names-the-page-it-stands-on",
        ),
    ],
)
def test_an_option_carries_what_it_is_about(option: Option, expected: Intent) -> None:
    """Everything an option names is in its intent, and nothing else."""
    assert expected == intent_of(option)


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        pytest.param(Option(name="menu"), True, id="bare"),
        pytest.param(Option(name="agree", purpose="offers"), True, id="purpose"),
        pytest.param(Option(name="channel_on", channel="sms"), True, id="channel"),
        pytest.param(Option(name="topic_off", topic="news"), True, id="topic"),
        pytest.param(Option(name="withdraw_all", scope="all"), True, id="scope"),
        pytest.param(Option(name="drop table"), False, id="unknown-name"),
        pytest.param(Option(name="withdraw", purpose="sms"), False, id="unknown-purpose"),
        pytest.param(Option(name="channel_on", channel="pigeon"), False, id="unknown-channel"),
        pytest.param(Option(name="topic_on", topic=""), False, id="empty-topic"),
        pytest.param(Option(name="withdraw_all", scope="most"), False, id="unknown-scope"),
    ],
)
def test_only_what_could_have_been_offered_is_taken(option: Option, *, expected: bool) -> None:
    """An option is ours if its name is, and all that it names is in the catalogue."""
    assert expected is is_offered(option, CATALOGUE)


@pytest.mark.parametrize("page", list(Page))
def test_every_page_has_a_button(page: Page) -> None:
    """A page is opened by the option of its name, and by no unknown one."""
    opened = intent_of(Option(name=page.value))
    assert page is opened.page
    assert IntentName.UNCLEAR is not opened.name
    assert is_offered(Option(name=page.value), CATALOGUE)


def test_one_wish_is_the_message_itself() -> None:
    """A message with one wish has that wish."""
    wish = Intent(name=IntentName.WITHDRAW, purposes=("credit",), scope=Scope.MARKETING)
    expected = Wish(name=IntentName.WITHDRAW, purposes=("credit",), scope=Scope.MARKETING)
    assert (expected,) == wish.wishes


def test_several_wishes_are_kept_in_order() -> None:
    """A message with several wishes has exactly those."""
    wishes = (
        Wish(name=IntentName.WITHDRAW, purposes=("offers",)),
        Wish(name=IntentName.GRANT, channels=("sms",)),
    )
    assert wishes == Intent(name=IntentName.WITHDRAW, actions=wishes).wishes
