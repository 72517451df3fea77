"""Judging by shape: always what the rules say of the customer in person."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st

from consent.decisions import Action, Decision
from consent.standing import Standing
from consent.verdicts import Question, judge
from marketing.list_verdicts import ListJudge, subjects_of
from tests.builders import LMT, START, lens, notice, said, shelf, standing

QUESTIONS = [
    Question(brand=LMT, purpose="offers"),
    Question(brand=LMT, purpose="offers", channel="sms"),
    Question(brand=LMT, purpose="offers", channel="email", topic="news"),
    Question(brand=LMT, purpose="location", also=("offers",), channel="call"),
    Question(brand=LMT, purpose="loyalty"),
    Question(brand=LMT, purpose="traffic", also=("research", "offers")),
]
ACTIONS = {
    "offers": (Action.ASKED, Action.GIVEN, Action.REFUSED, Action.WITHDRAWN),
    "loyalty_offers": (Action.GIVEN, Action.WITHDRAWN),
    "loyalty": (Action.ASKED, Action.GIVEN, Action.WITHDRAWN),
    "location": (Action.GIVEN, Action.PAUSED, Action.WITHDRAWN),
    "traffic": (Action.ASKED, Action.GIVEN, Action.REFUSED),
    "research": (Action.ASKED, Action.GIVEN),
    "sms": (Action.ON, Action.OFF, Action.UNSET),
    "email": (Action.ON, Action.OFF, Action.UNSET),
    "call": (Action.ON, Action.OFF),
    "news": (Action.ON, Action.OFF),
    "service": (Action.ENDED, Action.RESTARTED),
}
STEP = timedelta(days=200)


def _itself(shown: Standing) -> Standing:
    return shown


@st.composite
def _said(draw: st.DrawFn) -> Decision:
    rare = ["service"] if draw(st.integers(0, 9)) == 0 else []
    name = draw(st.sampled_from([*(n for n in ACTIONS if n != "service"), *rare]))
    action = draw(st.sampled_from(ACTIONS[name]))
    at = START - draw(st.integers(0, 4)) * STEP
    until = START + draw(st.integers(-1, 1)) * STEP if action is Action.PAUSED else None
    return said(name, action, at=at, until=until)


@settings(max_examples=300)
@given(
    st.lists(st.lists(_said(), max_size=8), min_size=1, max_size=12),
    st.sampled_from(QUESTIONS),
)
def test_a_shape_is_judged_as_each_of_its_customers(
    customers: list[list[Decision]], question: Question
) -> None:
    """Reason and since of every customer, whoever of the same shape was judged before."""
    seen = lens()
    lists = ListJudge(question, seen)
    wanted = {*subjects_of(question, seen)}
    for decisions in customers:
        for shown in (standing(*decisions), standing(*reversed(decisions))):
            for blocked in (frozenset[str](), frozenset({"sms"})):
                slim = {
                    (subject.kind.value, subject.id): record
                    for subject, record in shown.records.items()
                    if subject in wanted
                }
                found = lists.answer(slim, blocked, partial(_itself, shown))
                alone = judge(question, shown, seen, blocked=blocked)
                since = None if alone.allowed else alone.since
                assert (alone.reason, since) == (found.reason, found.since)


def test_an_older_text_is_another_shape() -> None:
    """Of two who differ in the text of their yes alone, one is outdated and one is not."""
    newer = notice("offers", major=2)
    seen = lens(on=shelf(newer))
    lists = ListJudge(QUESTIONS[0], seen)
    answers = []
    for shown in (notice("offers"), newer):
        mine = standing(said("offers", Action.GIVEN, at=START - STEP, shown=shown))
        slim = {(s.kind.value, s.id): record for s, record in mine.records.items()}
        answers.append(lists.answer(slim, frozenset(), partial(_itself, mine)).reason.value)
    assert ["outdated", "allowed"] == answers
