"""A copy of one's data: at once where it can be, by a person where it cannot, never too often."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from consent.copy_links import CopyWays, credentials_of, digest_of
from consent.desk import House
from consent.dialogue.copies import PAUSE
from consent.dialogue.scene import Scene
from consent.dialogue.step import step
from consent.intents import Intent, IntentName, Page
from consent.notices import Form
from consent.ports import Inbound, Snapshot, Work, Writing
from consent.replies import Option, Reply
from storage.memory import MemoryLedger
from tests.builders import CHAT, DAY, NUMBER, START, lens, scene, session
from tests.dialogue.talks import HOUSE, Talk

COPY = Intent(name=IntentName.HUMAN, page=Page.COPY)
MY_DATA = Intent(name=IntentName.EXPLAIN, page=Page.MY_DATA)
WAYS = CopyWays(files=True, links=True, secret=lambda: "ab" * 16)
PUBLIC: House = replace(HOUSE, public=True)
ASKED = Option(name="copy")


class _KeptWritings(MemoryLedger):
    """A ledger that shows what was written."""

    def __init__(self) -> None:
        super().__init__()
        self.writings: list[Writing] = []

    async def turn(self, inbound: Inbound, work: Work) -> Reply:
        """Keep what is written."""

        def kept(snapshot: Snapshot) -> Writing:
            self.writings.append(work(snapshot))
            return self.writings[-1]

        return await super().turn(inbound, kept)


@pytest.fixture
def kept() -> _KeptWritings:
    """Return a ledger that shows what was written."""
    return _KeptWritings()


@pytest.fixture
def talk(kept: _KeptWritings) -> Talk:
    """Return a house with a public address."""
    return Talk(ledger=kept, house=PUBLIC)


def _by_sms(ways: CopyWays = WAYS) -> Scene:
    return replace(scene(form=Form.SMS), copies=ways)


def test_by_sms_a_link_is_given() -> None:
    """The answer carries a fresh secret, and opens no case."""
    turn = step(_by_sms(), session(), COPY)
    assert ("copy.link",) == turn.reply().ids
    assert {"own_link": "ab" * 16} == turn.messages[0].params
    assert [] == turn.cases


def test_by_sms_my_data_is_the_copy() -> None:
    """There is no page of one's data by SMS; asked what is on file, all of it is given."""
    assert ("copy.link",) == step(_by_sms(), session(), MY_DATA).reply().ids


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(scene(form=Form.SMS), id="no-public-address"),
        pytest.param(replace(scene(), copies=CopyWays(links=True)), id="no-files-here"),
        pytest.param(replace(scene(proof_level=0), copies=WAYS), id="not-proven"),
    ],
)
def test_where_it_cannot_be_given_a_person_gives_it(seen: Scene) -> None:
    """A request for access, as it was before there were copies at once."""
    turn = step(seen, session(), COPY)
    assert ("human.copy",) == turn.reply().ids
    assert ["access"] == [case.kind for case in turn.cases]
    assert turn.session.copied_at is None


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        pytest.param(timedelta(0), "copy.too_soon", id="at-once"),
        pytest.param(PAUSE - timedelta(seconds=1), "copy.too_soon", id="nearly"),
        pytest.param(PAUSE, "copy.files", id="in-time"),
        pytest.param(-DAY, "copy.files", id="clock-set-back"),
    ],
)
def test_once_in_ten_minutes(later: timedelta, expected: str) -> None:
    """Too soon, it is said when the next can be had."""
    first = step(replace(scene(), copies=WAYS), session(), COPY)
    assert ("copy.files",) == first.reply().ids
    then = replace(scene(through=lens(START + later)), copies=WAYS)
    second = step(then, first.session, COPY)
    assert (expected,) == second.reply().ids
    if expected == "copy.too_soon":
        assert {"at": "2025-03-10T09:10:00.000000Z"} == second.messages[0].params


async def test_a_chat_gets_both_files_by_the_outbox(talk: Talk, kept: _KeptWritings) -> None:
    """Each is queued by itself, in the transaction of the answer, for this very chat."""
    await talk.link()
    reply = await talk.say(choice=ASKED, address=CHAT, files=True)
    assert ("copy.files",) == reply.ids
    queued = kept.writings[-1].outgoing
    assert ["html", "json"] == [item.reply.messages[0].params["form"] for item in queued]
    assert {("telegram", CHAT)} == {(item.kind, item.to) for item in queued}
    assert len({item.id for item in queued}) == len(queued)
    assert {START + DAY} == {item.not_after for item in queued}


async def test_a_wish_for_a_copy_waits_for_the_number(talk: Talk, kept: _KeptWritings) -> None:
    """Asked for before the number is known, it is carried out at the share."""
    asked = await talk.say(choice=ASKED, address=CHAT, files=True)
    assert (("link.ask",), ()) == (asked.ids, kept.outgoing)
    shared = await talk.say(
        choice=Option(name="contact"), address=CHAT, contact=NUMBER, files=True
    )
    assert ("link.done", "copy.files") == shared.ids
    assert 2 == len(kept.outgoing)


async def test_a_link_is_kept_by_its_hash(talk: Talk, kept: _KeptWritings) -> None:
    """What is said opens what is kept; what is kept opens nothing."""
    reply = await talk.sms(choice=ASKED)
    (link,) = kept.writings[-1].links
    part = str(reply.messages[0].params["own_link"])
    customer, digest = credentials_of(part)
    assert (await kept.customer_of("lmt", NUMBER), link.digest) == (customer, digest)
    assert (START, START + DAY) == (link.created_at, link.expires_at)
    assert digest_of(b"") != link.digest
    assert part not in repr(link)


async def test_each_link_has_a_secret_of_its_own(talk: Talk) -> None:
    """Two customers, two links; one customer's next link is another."""
    first = await talk.sms(choice=ASKED)
    talk.clock.move(PAUSE)
    second = await talk.sms(choice=ASKED)
    assert first.messages[0].params != second.messages[0].params


@pytest.mark.parametrize(
    "door",
    [
        pytest.param("unanswerable", id="a-number-not-answered"),
        pytest.param("silent", id="the-provider-answers"),
    ],
)
async def test_a_link_nobody_would_read_is_not_made(
    talk: Talk, kept: _KeptWritings, door: str
) -> None:
    """Where no answer is sent, a person gives the copy."""
    await talk.sms(choice=ASKED, silent=door == "silent", unanswerable=door != "silent")
    assert () == kept.writings[-1].links
    assert ["access"] == [case.kind for case in kept.writings[-1].cases]


async def test_a_message_too_old_for_an_answer_opens_a_case(
    talk: Talk, kept: _KeptWritings
) -> None:
    """Fetched hours later, the link could not be sent any more."""
    await talk.fetch(choice=ASKED, ago=timedelta(hours=3))
    assert () == kept.writings[-1].links
    assert ["access"] == [case.kind for case in kept.writings[-1].cases]


async def test_a_fetched_message_gets_its_link_by_the_outbox(
    talk: Talk, kept: _KeptWritings
) -> None:
    """What leaves by the outbox is the link that is kept."""
    await talk.fetch(choice=ASKED, ago=timedelta(minutes=1))
    (link,), (sent,) = kept.writings[-1].links, kept.writings[-1].outgoing
    part = str(sent.reply.messages[0].params["own_link"])
    assert link.digest == credentials_of(part)[1]


async def test_a_link_that_was_held_back_does_not_use_up_the_pause(
    talk: Talk, kept: _KeptWritings
) -> None:
    """After a flood that is not answered any more, the copy can be had at once."""
    for number in range(30):
        await talk.sms(f"hm {number}")
    held = await talk.sms(choice=ASKED)
    assert ("copy.link",) != held.ids
    assert () == kept.writings[-1].links
    talk.clock.move(timedelta(hours=1))
    assert ("copy.link",) == (await talk.sms(choice=ASKED)).ids


async def test_the_same_message_again_gets_the_same_link(talk: Talk, kept: _KeptWritings) -> None:
    """Delivered twice, it is answered once (law 5)."""
    first = await talk.sms(choice=ASKED)
    talk.sent -= 1
    again = await talk.sms(choice=ASKED)
    assert (first.messages, 1) == (again.messages, len(kept.writings))
