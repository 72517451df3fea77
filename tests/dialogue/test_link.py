"""Before the number is known, and words meant for the other brand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from consent.dialogue.session import Awaiting, Session
from consent.dialogue.step import resume, step
from consent.intents import Intent, IntentName, Scope, Wish
from consent.replies import Option
from tests.builders import (
    AMIGO,
    LMT,
    Outcome,
    given,
    grant_pending,
    intent,
    lens,
    outcome,
    pending,
    scene,
    session,
)

STOP = Intent(name=IntentName.WITHDRAW_ALL, scope=Scope.MARKETING)
UNLINKED = scene(linked=False, proof_level=0)
DECIDING = [
    (STOP, "link.stop"),
    (intent(IntentName.WITHDRAW, "credit"), "link.stop"),
    (intent(IntentName.GRANT, "offers"), "link.ask"),
    (intent(IntentName.PAUSE), "link.ask"),
    (intent(IntentName.STATUS), "link.ask"),
    (intent(IntentName.HUMAN), "link.ask"),
    (intent(IntentName.YES), "link.ask"),
    (intent(IntentName.NO), "link.ask"),
]
IDS = [wish.name.value for wish, _ in DECIDING]


@pytest.mark.parametrize(("wish", "message"), DECIDING, ids=IDS)
def test_before_the_number_is_known_nothing_is_decided(wish: Intent, message: str) -> None:
    """Without a number nothing is written or shown; the number is asked for, honestly."""
    turn = step(UNLINKED, session(), wish)
    assert ((message,), (), "link") == outcome(turn)
    assert [Option(name="contact")] == turn.options


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        pytest.param(
            STOP,
            (
                ("link.done", "withdrawn.marketing", "stop.rest"),
                ("offers withdrawn", "loyalty_offers refused"),
                "scope",
            ),
            id="stop",
        ),
        pytest.param(
            intent(IntentName.WITHDRAW, "credit"),
            (
                ("link.done", "refused", "alternative.other_proof_of_credit"),
                ("credit refused",),
                None,
            ),
            id="withdraw",
        ),
        pytest.param(
            intent(IntentName.GRANT, "traffic"),
            (("link.done", "page.state", "notice", "ask.grant"), ("traffic asked",), "grant"),
            id="a-grant-still-only-shows-its-notice",
        ),
        pytest.param(
            Intent(name=IntentName.GRANT, channels=("sms",)),
            (("link.done", "switches", "switches.topics"), (), None),
            id="a-channel-is-only-shown-with-its-switch",
        ),
        pytest.param(
            Intent(name=IntentName.GRANT, topics=("news",)),
            (("link.done", "switches", "switches.topics"), (), None),
            id="a-topic-is-only-shown-with-its-switch",
        ),
        pytest.param(
            Intent(
                name=IntentName.GRANT,
                actions=(
                    Wish(name=IntentName.GRANT, channels=("sms",)),
                    Wish(name=IntentName.WITHDRAW, purposes=("offers",)),
                ),
            ),
            (("link.done", "withdrawn", "switches.none"), ("offers withdrawn",), None),
            id="a-channel-beside-a-withdrawal",
        ),
        pytest.param(
            intent(IntentName.STATUS),
            (("link.done", "status", "status.no_channels"), (), None),
            id="status",
        ),
        pytest.param(
            intent(IntentName.YES), (("link.done", "menu"), (), None), id="yes-to-nothing"
        ),
        pytest.param(
            Intent(name=IntentName.PAUSE, purposes=("location",), hours=3),
            (("link.done", "paused"), ("location paused",), None),
            id="a-pause",
        ),
        pytest.param(intent(IntentName.NO), (("link.done", "menu"), (), None), id="no-to-nothing"),
    ],
)
def test_the_wish_is_carried_out_when_the_number_is_shared(
    wish: Intent, expected: Outcome
) -> None:
    """What waited for the number is carried out at the share without asking again."""
    waiting = step(UNLINKED, session(), wish).session
    assert expected == outcome(resume(scene(*given("offers", "location")), waiting))


def test_a_channel_wished_for_before_the_share_waits_for_its_consent() -> None:
    """Without a consent to contact there is nothing to switch; nothing is decided."""
    waiting = step(UNLINKED, session(), Intent(name=IntentName.GRANT, channels=("sms",))).session
    turn = resume(scene(), waiting)
    assert (("link.done", "switches.none"), (), None) == outcome(turn)
    assert [Option(name="explain", purpose="offers"), Option(name="menu")] == turn.options


@pytest.mark.parametrize(
    "before",
    [
        pytest.param(session(), id="nothing-pending"),
        pytest.param(session(grant_pending()), id="another-question-pending"),
        pytest.param(session(pending(Awaiting.LINK)), id="nothing-wanted"),
    ],
)
def test_a_number_shared_out_of_the_blue_opens_the_menu(before: Session) -> None:
    """Sharing the number answers no other question and gives nothing."""
    expected = (("link.done", "menu"), (), None)
    assert expected == outcome(resume(scene(), before))


@pytest.mark.parametrize(
    "after",
    [
        intent(IntentName.YES),
        intent(IntentName.NO),
        intent(IntentName.STATUS),
        intent(IntentName.HUMAN),
        intent(IntentName.GRANT, "offers"),
        intent(IntentName.EXPLAIN, "offers"),
        intent(IntentName.HELP),
        intent(IntentName.UNCLEAR),
        Intent(name=IntentName.STATUS, brand=AMIGO),
    ],
    ids=lambda wish: f"{wish.name.value}-{wish.brand}" if wish.brand else wish.name.value,
)
def test_a_stop_that_waits_is_not_lost_to_later_words(after: Intent) -> None:
    """Whatever is said between a STOP and the share, the STOP is carried out."""
    said = replace(UNLINKED, words="STOP", message_id="m-1")
    waiting = step(said, session(), STOP).session
    later = step(replace(UNLINKED, words="…", message_id="m-2"), waiting, after).session
    assert later.pending is not None
    assert ("STOP", "m-1") == (later.pending.words, later.pending.message_id)
    expected = ("offers withdrawn", "loyalty_offers refused")
    assert expected == outcome(resume(scene(*given("offers")), later))[1]


def test_stops_that_wait_are_all_carried_out() -> None:
    """A second withdrawal before the share joins the first; said twice, it counts once."""
    waiting = step(UNLINKED, session(), STOP).session
    for wish in (intent(IntentName.WITHDRAW, "traffic"), STOP):
        waiting = step(UNLINKED, waiting, wish).session
    turn = resume(scene(*given("offers", "traffic")), waiting)
    expected = ("offers withdrawn", "loyalty_offers refused", "traffic withdrawn")
    assert expected == outcome(turn)[1]
    assert ("link.done", "withdrawn.marketing", "stop.rest", "withdrawn") == turn.reply().ids


def test_another_wish_that_waits_makes_way_for_the_next() -> None:
    """Of wishes that only lead to a page the last one counts."""
    waiting = step(UNLINKED, session(), intent(IntentName.GRANT, "offers")).session
    waiting = step(UNLINKED, waiting, intent(IntentName.STATUS)).session
    assert ("link.done", "status", "status.no_channels") == resume(
        scene(*given("offers")), waiting
    ).reply().ids


def test_after_the_share_the_conversation_goes_on_in_its_language() -> None:
    """The share itself has no language; the conversation's is kept."""
    waiting = step(UNLINKED, session(), replace(STOP, language="ru")).session
    assert "ru" == resume(scene(), waiting).reply().language


OTHERS = [wish for wish, _ in DECIDING]


@pytest.mark.parametrize("wish", OTHERS, ids=IDS)
def test_words_for_the_other_brand_change_nothing_here(wish: Intent) -> None:
    """Hearing "Amigo off", LMT writes nothing and says how to reach Amigo."""
    before = session(grant_pending())
    turn = step(scene(*given("offers")), before, replace(wish, brand=AMIGO))
    assert (("brand.other",), (), "grant") == outcome(turn)
    expected = {"other": AMIGO}
    assert expected == turn.messages[0].params


def test_words_that_name_this_brand_are_carried_out() -> None:
    """Saying "LMT off" to LMT is a STOP; the same said to Amigo is not."""
    off = replace(STOP, brand=LMT)
    here = step(scene(*given("offers")), session(), off)
    there = step(scene(through=lens(brand=AMIGO)), session(), off)
    assert ("offers withdrawn", "loyalty_offers refused") == outcome(here)[1]
    assert (("brand.other",), (), None) == outcome(there)


def test_reading_about_the_other_brand_is_reading() -> None:
    """A mere question is answered here, whichever brand it names."""
    turn = step(scene(), session(), Intent(name=IntentName.HELP, brand=AMIGO))
    assert ("help",) == turn.reply().ids


def test_a_certain_stop_after_a_doubtful_one_is_certain() -> None:
    """A doubt said first does not make the STOP after it doubtful."""
    waiting = step(UNLINKED, session(), replace(STOP, certain=False)).session
    waiting = step(UNLINKED, waiting, STOP).session
    assert "offers withdrawn" in outcome(resume(scene(*given("offers")), waiting))[1]


def test_a_number_nobody_has_widens_no_stop_that_waits() -> None:
    """Waiting for the number, "1-" and "12-" end consent 1 alone."""
    waiting = step(UNLINKED, session(), intent(IntentName.WITHDRAW, "offers")).session
    odd = Intent(name=IntentName.WITHDRAW, unknown_number=12)
    waiting = step(UNLINKED, waiting, odd).session
    seen = scene(*given("offers", "loyalty_offers"))
    assert ("offers withdrawn",) == outcome(resume(seen, waiting))[1]
