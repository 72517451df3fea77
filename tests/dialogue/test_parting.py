"""One account a number: who links it last has it, and the others are told."""

from __future__ import annotations

from dataclasses import replace

from consent.ports import Address, AddressKind
from consent.replies import Option
from tests.builders import AMIGO, CHAT, DAY, LMT, NUMBER, START, inbound
from tests.dialogue.talks import Talk

NEW_CHAT = Address(AddressKind.TELEGRAM, "1002")


async def test_an_account_that_loses_the_number_is_told_within_a_day() -> None:
    """The farewell goes to the old account, in its language; a day later it is no news."""
    talk = Talk()
    await talk.link()
    await talk.say(choice=Option(name="language", language="ru"), address=CHAT)
    await talk.link(account=NEW_CHAT)
    (sent,) = talk.ledger.outgoing
    assert (LMT, "telegram", START + DAY) == (sent.brand, sent.kind, sent.not_after)
    assert (CHAT, "ru", ("link.ended",)) == (sent.to, sent.reply.language, sent.reply.ids)


async def test_an_account_that_never_said_its_language_is_told_in_the_brand_s() -> None:
    """An unknown language is left empty, for the door to fill in."""
    talk = Talk()
    await talk.link()
    await talk.link(account=NEW_CHAT)
    assert [""] == [sent.reply.language for sent in talk.ledger.outgoing]


async def test_each_loss_is_told_once() -> None:
    """Linking again from where the number is tells nobody; taking it back tells the other."""
    talk = Talk()
    for account in (CHAT, NEW_CHAT, NEW_CHAT, CHAT):
        await talk.link(account=account)
    assert [CHAT, NEW_CHAT] == [sent.to for sent in talk.ledger.outgoing]
    assert 2 == len({sent.id for sent in talk.ledger.outgoing})


async def test_a_share_delivered_again_tells_nobody_again() -> None:
    """The same message is one message, its farewell one farewell (law 5)."""
    talk = Talk()
    await talk.link()
    shared = inbound(
        choice=Option(name="contact"), message_id="x", address=NEW_CHAT, contact=NUMBER
    )
    await talk.send(shared)
    await talk.send(shared)
    assert 1 == len(talk.ledger.outgoing)


async def test_the_other_brand_keeps_its_account() -> None:
    """Linking at Amigo parts nobody at LMT (law 7)."""
    talk = Talk()
    await talk.link()
    await talk.link(brand=AMIGO, account=NEW_CHAT)
    assert () == talk.ledger.outgoing
    assert "status" in (await talk.say("statuss", address=CHAT)).ids


async def test_a_parted_account_sees_nothing_and_decides_nothing() -> None:
    """What the old account says no longer reaches the customer, and shows nothing of them."""
    talk = Talk()
    await talk.link()
    await talk.say("dot 8", address=CHAT)
    await talk.link(account=NEW_CHAT)
    late_yes = await talk.say("JĀ", address=CHAT)
    stop = await talk.say("STOP", address=CHAT)
    menu = await talk.say("izvēlne", address=CHAT)
    assert [("link.ask",), ("link.stop",), ("menu",)] == [late_yes.ids, stop.ids, menu.ids]
    rows = menu.messages[0].params["overview"]
    assert isinstance(rows, list)
    assert {None} == {row["state"] for row in rows}
    assert ("research asked",) == await talk.ledgered() == await talk.ledgered(NEW_CHAT)
    assert () == await talk.ledgered(CHAT)


async def test_a_parted_account_that_shares_again_has_its_number_back() -> None:
    """A STOP said in between is carried out at the share, and the other account is parted."""
    talk = Talk()
    await talk.link()
    await talk.link(account=NEW_CHAT)
    await talk.say("STOP", address=CHAT)
    shared = await talk.link()
    other = await talk.say("statuss", address=NEW_CHAT)
    assert ("link.done", "withdrawn.marketing", "stop.rest") == shared.ids
    assert ("link.ask",) == other.ids


async def test_consents_stay_as_they_were() -> None:
    """Moving to another account changes nothing that was decided."""
    talk = Talk()
    await talk.link()
    await talk.say("dot 8", address=CHAT)
    await talk.say("JĀ", address=CHAT)
    await talk.link(account=NEW_CHAT)
    assert ("research asked", "research given") == await talk.ledgered(NEW_CHAT)
    assert (await talk.may("research")).allowed


async def test_a_farewell_is_in_the_language_of_the_conversation() -> None:
    """Words of a language are remembered, the door's mere belief is not."""
    talk = Talk()
    await talk.link()
    await talk.send(replace(inbound("palīdzība", message_id="w", address=CHAT), language="ru"))
    await talk.link(account=NEW_CHAT)
    assert ["lv"] == [sent.reply.language for sent in talk.ledger.outgoing]
