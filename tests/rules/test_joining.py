"""Two customers who turn out to be one: nothing is allowed that was not of both (law 6)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given as forall
from hypothesis import strategies as st

from consent.batch_ports import Deeds, Held
from consent.batches import Entry, Joining, Refusal, admit, admit_release
from consent.chain import digest, verify
from consent.decisions import Action, CustomerId, Decision, DecisionId, Subject
from consent.joining import unite
from consent.notices import Form
from consent.ports import Address
from consent.standing import Standing
from consent.states import Lens
from consent.verdicts import Question, judge
from tests.builders import (
    CHANNELS,
    DAY,
    HOUR,
    LMT,
    NUMBER,
    PURPOSES,
    SHELF,
    START,
    CountedEntropy,
    given,
    lens,
    notice,
    said,
    standing,
)
from tests.rules.histories import QUICK, histories

OTHER = Address(NUMBER.kind, "+37120000002")
ITEM = Joining(brand=LMT, address=NUMBER, other=OTHER, said_at=START, actor="crm", door="import")
YEAR = timedelta(days=365)
#: From the join on: at once, after every pause, and up to years later.
SOON = START + timedelta(seconds=1)
LATER = (
    SOON,
    *(START + n * HOUR for n in range(1, 6)),
    *(START + n * YEAR / 2 for n in range(1, 9)),
)
LEFT = said("service", Action.ENDED, at=START - DAY)


def held(history: Sequence[Decision], name: str = "customer-1") -> Held:
    """Return what the store knows of a customer with this history."""
    return Held(
        customer=CustomerId(name), standing=standing(*history), head="a" * 64, length=len(history)
    )


def joined(kept: Sequence[Decision], other: Sequence[Decision], now: datetime = START) -> Deeds:
    """Return what the join of two histories appends to the first."""
    through = lens(now)
    return unite(ITEM, held(kept), held(other, "customer-2"), through, CountedEntropy())


def after(kept: Sequence[Decision], other: Sequence[Decision]) -> Standing:
    """Return what stands after the join of two histories."""
    return standing(*kept).with_decisions(joined(kept, other).decisions)


def said_of(deeds: Deeds) -> list[str]:
    """Return what was appended in short."""
    return [f"{d.subject.id} {d.action.value}" for d in deeds.decisions]


def questions() -> Iterator[Question]:
    """Yield everything that marketing could ask."""
    for purpose in PURPOSES:
        for channel in (None, *CHANNELS):
            for topic in (None, "news", "tariffs"):
                yield Question(brand=LMT, purpose=purpose, channel=channel, topic=topic)


def allowed(found: Standing, through: Lens) -> set[Question]:
    """Return all that is allowed."""
    return {question for question in questions() if judge(question, found, through).allowed}


@QUICK
@forall(histories(most=16), histories(most=16), st.sampled_from(LATER))
def test_nothing_is_allowed_that_was_not_of_both(
    kept: list[Decision], other: list[Decision], now: datetime
) -> None:
    """Whatever the two histories, at the join and at any later moment."""
    found = allowed(after(kept, other), lens(now))
    both = allowed(standing(*kept), lens(now)) & allowed(standing(*other), lens(now))
    assert set() == found - both


@QUICK
@forall(histories(most=16), histories(most=16))
def test_it_does_not_matter_who_goes_on(kept: list[Decision], other: list[Decision]) -> None:
    """Whichever chain goes on, nothing that is allowed was denied by the other order's parts."""
    one, two = after(kept, other), after(other, kept)
    soon = lens(SOON)
    both = allowed(standing(*kept), soon) & allowed(standing(*other), soon)
    assert allowed(one, soon) <= both
    assert allowed(two, soon) <= both


@QUICK
@forall(histories(most=16), histories(most=16))
def test_a_second_join_of_the_same_says_nothing_new(
    kept: list[Decision], other: list[Decision]
) -> None:
    """What was appended already covers all that the other chain ever said."""
    first = joined(kept, other).decisions
    again = joined([*kept, *first], other, START + HOUR).decisions
    assert [] == [d for d in again if d.subject.kind.value != "service"]


@QUICK
@forall(histories(most=16), histories(most=16))
def test_never_a_yes(kept: list[Decision], other: list[Decision]) -> None:
    """A join only ever takes away."""
    raising = {Action.GIVEN, Action.ON, Action.RESTARTED, Action.ASKED}
    assert set() == raising & {d.action for d in joined(kept, other).decisions}


@QUICK
@forall(histories(most=16), histories(most=16))
def test_what_was_said_before_cannot_come_back(
    kept: list[Decision], other: list[Decision]
) -> None:
    """An old yes of either, brought in again, gives nothing that the join took away (law 6)."""
    found, through = after(kept, other), lens(START + HOUR)
    before = allowed(found, through)
    for old in (d for d in (*kept, *other) if d.action in {Action.GIVEN, Action.ON}):
        shown = SHELF.find(old.notice) if old.notice else notice()
        entry = Entry(
            brand=LMT,
            address=OTHER,
            subject=old.subject,
            action=old.action,
            said_at=old.said_at,
            notice=shown.fingerprint if shown else None,
            language="lv",
            actor="staff",
            door="import",
            method="paper",
        )
        if admit(entry, found, through) is None:
            assert allowed(found.with_decisions([old]), through) <= before


def test_both_gave_it_and_it_stands() -> None:
    """Two yeses to the same thing need no word."""
    both = given("offers", "sms", "loyalty", at=START - DAY)
    assert [] == said_of(joined(both, both))


@pytest.mark.parametrize(
    ("kept", "other", "expected"),
    [
        pytest.param(given("offers"), (), ["offers withdrawn"], id="one-never-asked"),
        pytest.param((), given("offers"), ["offers refused"], id="the-other-gave-it"),
        pytest.param(
            (),
            (said("offers", Action.REFUSED, at=START - DAY),),
            ["offers refused"],
            id="a-no-comes-along",
        ),
        pytest.param(
            given("offers", "sms"),
            (*given("offers", "sms"), said("sms", Action.OFF, at=START - HOUR)),
            ["sms off"],
            id="a-channel-off",
        ),
        pytest.param(
            given("offers", "sms"), given("offers"), ["sms unset"], id="a-channel-never-chosen"
        ),
        pytest.param(
            given("offers", "sms"),
            given("sms"),
            ["offers withdrawn", "sms unset"],
            id="no-contact-left",
        ),
        pytest.param(
            given("offers"),
            (*given("offers"), said("news", Action.OFF, at=START - HOUR)),
            ["news off"],
            id="a-topic-off",
        ),
        pytest.param(
            given("loyalty"),
            (*given("loyalty"), LEFT),
            ["service ended"],
            id="one-of-them-has-left",
        ),
        pytest.param(
            given("offers", "loyalty_offers", "sms"),
            (*given("loyalty_offers", "sms"), LEFT),
            ["service ended", "offers withdrawn"],
            id="contact-stood-on-its-own-consent-for-each",
        ),
        pytest.param(
            (*given("offers", "loyalty_offers", "sms"), LEFT),
            given("loyalty_offers", "sms"),
            ["offers withdrawn", "loyalty_offers withdrawn", "sms unset"],
            id="contact-stood-on-another-consent",
        ),
    ],
)
def test_the_most_restrictive_of_each(
    kept: Sequence[Decision], other: Sequence[Decision], expected: list[str]
) -> None:
    """What only one of them had ends, and every no comes along."""
    assert expected == said_of(joined(kept, other))


def test_the_longer_pause_counts() -> None:
    """Until neither has paused it, it is paused."""
    gave = given("location")
    short = said("location", Action.PAUSED, at=START - HOUR, until=START + HOUR)
    long = said("location", Action.PAUSED, at=START - HOUR, until=START + DAY)
    (pause,) = joined([*gave, short], [*gave, long]).decisions
    assert (Action.PAUSED, START + DAY) == (pause.action, pause.until)
    assert [] == said_of(joined([*gave, long], [*gave, short]))


def test_the_sooner_end_counts() -> None:
    """Of two who left, the term of the first runs; where it cannot be told, the consent ends."""
    gave = given("loyalty", at=START - 5 * YEAR)
    first, second = (said("service", Action.ENDED, at=START - n * DAY) for n in (9, 3))
    back = said("service", Action.RESTARTED, at=START - 5 * DAY)
    assert ["service ended"] == said_of(joined([*gave, second], [*gave, first]))
    assert [] == said_of(joined([*gave, first], [*gave, second]))
    long_ago = said("service", Action.ENDED, at=START - YEAR)
    found = said_of(joined([*gave, long_ago, back, second], [*gave, first]))
    assert ["loyalty withdrawn"] == found


def test_left_before_the_other_came_back() -> None:
    """Whoever has left counts as having left now where an older end would be passed."""
    back = said("service", Action.RESTARTED, at=START - HOUR)
    (ended,) = joined([back], [LEFT]).decisions
    assert START == ended.said_at


def test_a_join_comes_after_every_word() -> None:
    """Where a clock ran ahead, the no is still later than the yes that it takes back."""
    ahead = given("offers", at=START + HOUR)
    (no,) = joined(ahead, ()).decisions
    assert no.said_at > START + HOUR


def test_the_evidence_names_the_other_chain() -> None:
    """Who says so, and which chain came in up to which link; no number stands in clear."""
    deeds = joined(given("offers"), given("traffic"))
    for entry in deeds.decisions:
        assert ("crm", "import", "join") == (entry.actor, entry.door, entry.method)
        assert entry.evidence is not None
        assert f"customer-2: 1 decisions, {'a' * 64}" in entry.evidence.words
        assert NUMBER.value not in str(entry.evidence)
    one = deeds.decisions[0].evidence
    swapped = replace(ITEM, address=OTHER, other=NUMBER)
    kept, other = held(given("offers")), held((), "customer-2")
    two = unite(swapped, kept, other, lens(), CountedEntropy()).decisions[0].evidence
    assert one is not None
    assert two is not None
    assert one.message_id == two.message_id


def test_the_links_follow_the_chain() -> None:
    """Each names the one before; the head and the length are the last one's."""
    nobody = Held(customer=CustomerId("c"))
    deeds = unite(ITEM, nobody, held(given("offers", "sms")), lens(), CountedEntropy())
    assert 2 == verify(deeds.decisions, deeds.head) == deeds.length
    assert digest(deeds.decisions[-1]) == deeds.head
    assert DecisionId(deeds.decisions[0].id) == deeds.fates[0].decision
    assert {Subject.purpose("offers"), Subject.channel("sms")} == set(deeds.records)


def test_without_a_time_it_is_told_all_the_same() -> None:
    """What has no time has no stamp in its evidence."""
    item = replace(ITEM, said_at=None)
    deeds = unite(item, held(given("offers")), held(()), lens(), CountedEntropy())
    assert 1 == len(deeds.decisions)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        pytest.param({}, None, id="good"),
        pytest.param({"brand": "tele2"}, Refusal.UNKNOWN_BRAND, id="no-such-brand"),
        pytest.param({"other": NUMBER}, Refusal.JOINED_WITH_ITSELF, id="itself"),
        pytest.param({"said_at": None}, Refusal.TIME_MISSING, id="no-time"),
        pytest.param({"said_at": START + DAY}, Refusal.SAID_AFTER_RECORDED, id="the-future"),
        pytest.param({"actor": ""}, Refusal.ACTOR_MISSING, id="nobody-says-so"),
    ],
)
def test_what_a_join_must_say(changes: dict[str, object], refusal: Refusal | None) -> None:
    """Whose numbers, when and by whom; a number is not joined with itself."""
    item = replace(ITEM, **changes)  # type: ignore[arg-type]
    assert refusal is admit_release(item, lens())


def test_a_topic_that_is_unset_is_not_off() -> None:
    """Back to unset, a topic counts as wanted again: the other's off takes that away."""
    gave = given("offers")
    unset, off = (said("news", a, at=START - HOUR) for a in (Action.UNSET, Action.OFF))
    assert ["news off"] == said_of(joined([*gave, unset], [*gave, off]))


def test_forms_do_not_matter() -> None:
    """A yes by SMS and one in a chat are two yeses to the same consent."""
    by_sms = said("offers", Action.GIVEN, at=START - DAY, shown=notice(form=Form.SMS))
    assert [] == said_of(joined(given("offers"), [by_sms]))
