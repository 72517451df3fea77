"""Between the code by SMS and its digits: what else is said, where, when and by whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from consent.ports import Address, AddressKind
from consent.replies import Option
from consent.verdicts import Reason
from tests.builders import CHAT, DAY, HOUR, NUMBER, notice, shelf
from tests.dialogue.talks import TEXTING, Talk
from tests.dialogue.test_codes_by_sms import ASKED, agree, code_talk, codes_sent

OTHER = Address(AddressKind.MSISDN, "+37120000002")
NEW_CHAT = Address(AddressKind.TELEGRAM, "1002")
#: What is said in place of the code, and what it must leave in the ledger.
INSTEAD: dict[str, tuple[str | Option, str | None]] = {
    "stop": ("STOP", None),
    "stop-everything": ("STOP visu", "credit refused"),
    "no": ("nē", "credit refused"),
    "its-own-number": ("atsaukt 4", "credit refused"),
    "the-button": (Option(name="refuse", purpose="credit"), "credit refused"),
    "another-notice": ("dot 2", "traffic asked"),
}


async def test_a_new_code_replaces_the_one_before() -> None:
    """Opened anew, the notice gets its own code: the older one is mistyped now."""
    talk = await code_talk()
    await agree(talk)
    await agree(talk)
    first, second = codes_sent(talk)
    assert ("code.mistyped",) == (await talk.say(first, address=CHAT)).ids
    assert ("granted",) == (await talk.say(second, address=CHAT)).ids


async def test_digits_with_no_code_pending_give_nothing() -> None:
    """Four digits in a chat that waits for none are what they always were."""
    talk = await code_talk()
    before = (await talk.say("1010", address=CHAT)).ids
    await talk.say("dot 4", address=CHAT)
    during = (await talk.say("1010", address=CHAT)).ids
    assert (("unclear",), ("unclear.pending",)) == (before, during)
    assert ("credit asked",) == await talk.ledgered()


async def test_the_code_counts_only_where_it_was_asked_for() -> None:
    """Sent back by SMS, or typed by an account that took over the number, it proves nothing."""
    talk = await code_talk()
    await agree(talk)
    (code,) = codes_sent(talk)
    await talk.say(code)
    await talk.link(account=NEW_CHAT)
    for account in (NEW_CHAT, CHAT):
        await talk.say(code, address=account)
    assert ("credit asked",) == await talk.ledgered()


async def test_the_code_of_one_number_gives_nothing_for_another() -> None:
    """A chat that changes its number takes no open code along (law 7)."""
    talk = await code_talk()
    await agree(talk)
    await talk.link(OTHER)
    await talk.say(codes_sent(talk)[0], address=CHAT)
    assert () == await talk.ledgered(OTHER)
    assert ("credit asked",) == await talk.ledgered(NUMBER)


async def test_another_customer_s_code_is_a_miss() -> None:
    """Two chats wait at the same time; each code is good for its own alone."""
    talk = await code_talk()
    await talk.link(OTHER, account=NEW_CHAT)
    await agree(talk)
    await agree(talk, address=NEW_CHAT)
    mine, theirs = codes_sent(talk)
    assert [NUMBER, OTHER] == [item.to for item in talk.ledger.outgoing]
    assert ("code.mistyped",) == (await talk.say(theirs, address=CHAT)).ids
    assert ("granted",) == (await talk.say(mine, address=CHAT)).ids
    assert ("credit asked",) == await talk.ledgered(OTHER)


@pytest.mark.parametrize("name", INSTEAD)
async def test_whatever_is_said_instead_ends_the_waiting(name: str) -> None:
    """A withdrawal, a no or another question closes this one: the code then gives nothing."""
    talk = await code_talk()
    await agree(talk)
    said, expected = INSTEAD[name]
    button = said if isinstance(said, Option) else None
    await talk.say(None if button else str(said), choice=button, address=CHAT)
    await talk.say(codes_sent(talk)[0], address=CHAT)
    assert not [entry for entry in await talk.ledgered() if entry.endswith("given")]
    assert expected is None or expected in await talk.ledgered()


async def test_reading_something_else_leaves_the_code_waiting() -> None:
    """Help and status ask nothing, so the code is still good."""
    talk = await code_talk()
    await agree(talk)
    for words in ("palīdzība", "statuss"):
        await talk.say(words, address=CHAT)
    assert ("granted",) == (await talk.say(codes_sent(talk)[0], address=CHAT)).ids


async def test_a_notice_that_changed_in_between_is_shown_anew() -> None:
    """The code proves the number, not a text that is no longer the one (law 1)."""
    talk = await code_talk()
    await agree(talk)
    newer = replace(TEXTING, notices=shelf(notice("credit", minor=1)))
    after = Talk(ledger=talk.ledger, clock=talk.clock, house=newer, sent=talk.sent)
    reply = await after.say(codes_sent(talk)[0], address=CHAT)
    assert ("notice.changed", *ASKED) == reply.ids
    assert ("credit asked",) == await talk.ledgered()


async def test_a_no_at_another_door_in_between_wins() -> None:
    """Refused by SMS while the code was on its way, the consent is asked for once more."""
    talk = await code_talk()
    await agree(talk)
    talk.clock.move(HOUR)
    await talk.say("atsaukt 4")
    reply = await talk.say(codes_sent(talk)[0], address=CHAT)
    assert ("button.stale", *ASKED) == reply.ids
    assert Reason.REFUSED is (await talk.may("credit")).reason


async def test_a_code_is_counted_from_when_it_was_sent() -> None:
    """A notice read yesterday and agreed to today leaves a day for the code."""
    talk = await code_talk()
    await talk.say("dot 4", address=CHAT)
    talk.clock.move(DAY - HOUR)
    await talk.say("jā", address=CHAT)
    talk.clock.move(2 * HOUR)
    assert ("granted",) == (await talk.say(codes_sent(talk)[0], address=CHAT)).ids


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        pytest.param(DAY - HOUR, ("granted",), id="the-same-day"),
        pytest.param(DAY + HOUR, ("notice.again", *ASKED), id="a-day-later"),
    ],
)
async def test_a_code_is_good_for_a_day(later: timedelta, expected: tuple[str, ...]) -> None:
    """As any yes: after a day the notice is shown again."""
    talk = await code_talk()
    await agree(talk)
    talk.clock.move(later)
    assert expected == (await talk.say(codes_sent(talk)[0], address=CHAT)).ids
