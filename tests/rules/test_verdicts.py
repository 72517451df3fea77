"""May we? Precedence, contact, topics and the proof: meaning.md, "Verdict"."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from consent.catalogue import BrandId, Catalogue
from consent.decisions import Action, Decision
from consent.notices import NoticeShelf
from consent.verdicts import Question, Reason, Verdict, judge, unknown
from tests.builders import (
    AMIGO,
    CATALOGUE,
    DAY,
    HOUR,
    LMT,
    SHELF,
    START,
    given,
    lens,
    notice,
    said,
    shelf,
    standing,
    subject,
)

#: meaning.md, "Verdict", with the end of the service where a use stops by default.
ORDER = [
    Reason.BRAND_MISMATCH,
    Reason.UNKNOWN_ADDRESS,
    Reason.ERASED,
    Reason.WITHDRAWN,
    Reason.REFUSED,
    Reason.PAUSED,
    Reason.EXPIRED,
    Reason.SERVICE_ENDED,
    Reason.OUTDATED,
    Reason.ASKED,
    Reason.NEVER_ASKED,
    Reason.CHANNEL_BLOCKED,
    Reason.CHANNEL_OFF,
    Reason.CHANNEL_UNSET,
    Reason.TOPIC_OFF,
    Reason.ALLOWED,
]
LEFT = said("service", Action.ENDED, at=START - 3 * 365 * DAY)
JUST_LEFT = said("service", Action.ENDED, at=START - HOUR)
ON_SMS = given("sms")
LOYAL = given("loyalty_offers")
OLD_TEXT = shelf(notice("traffic", major=2), notice("loyalty_offers", major=2))
NEWS_OFF = said("news", Action.OFF)


def _ask(  # noqa: PLR0913
    purpose: str,
    *entries: Decision,
    channel: str | None = "sms",
    topic: str | None = None,
    blocked: str = "",
    on: NoticeShelf = SHELF,
    catalogue: Catalogue = CATALOGUE,
) -> Verdict:
    question = Question(brand=LMT, purpose=purpose, channel=channel, topic=topic)
    eyes = lens(on=on, catalogue=catalogue)
    return judge(question, standing(*entries), eyes, blocked=frozenset({blocked} - {""}))


def test_the_order_of_reasons_is_written_once() -> None:
    """The most restrictive reason stands first, `allowed` last."""
    assert ORDER == list(Reason)


NO_TRAFFIC, NO_OFFERS = said("traffic", Action.REFUSED), said("offers", Action.REFUSED)
GAVE_UP = (*given("offers"), said("offers", Action.WITHDRAWN))
PAUSING = (*given("location"), said("location", Action.PAUSED, until=START + HOUR))
OLD_LOYAL = given("loyalty_offers", at=LEFT.said_at - DAY)
ASKED_TRAFFIC = said("traffic", Action.ASKED)


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        pytest.param(
            _ask("traffic", NO_TRAFFIC, *GAVE_UP), Reason.WITHDRAWN, id="withdrawn-refused"
        ),
        pytest.param(_ask("location", *PAUSING, NO_OFFERS), Reason.REFUSED, id="refused-paused"),
        pytest.param(
            _ask("location", *PAUSING, *OLD_LOYAL, LEFT), Reason.PAUSED, id="paused-expired"
        ),
        pytest.param(
            _ask("traffic", *given("traffic"), *OLD_LOYAL, LEFT),
            Reason.EXPIRED,
            id="expired-service-ended",
        ),
        pytest.param(
            _ask("traffic", *given("traffic"), *OLD_LOYAL, LEFT, on=OLD_TEXT),
            Reason.EXPIRED,
            id="expired-outdated",
        ),
        pytest.param(
            _ask("research", *given("research"), *LOYAL, JUST_LEFT, on=OLD_TEXT),
            Reason.SERVICE_ENDED,
            id="service-ended-outdated",
        ),
        pytest.param(
            _ask("traffic", *given("traffic"), said("offers", Action.ASKED), on=OLD_TEXT),
            Reason.OUTDATED,
            id="outdated-asked",
        ),
        pytest.param(_ask("traffic", ASKED_TRAFFIC), Reason.ASKED, id="asked-never-asked"),
        pytest.param(
            _ask("traffic", *given("traffic"), blocked="sms"),
            Reason.NEVER_ASKED,
            id="never-asked-blocked",
        ),
        pytest.param(
            _ask("offers", *given("offers"), said("sms", Action.OFF), blocked="sms"),
            Reason.CHANNEL_BLOCKED,
            id="blocked-off",
        ),
        pytest.param(
            _ask("offers", *given("offers"), blocked="sms"),
            Reason.CHANNEL_BLOCKED,
            id="blocked-unset",
        ),
        pytest.param(
            _ask("offers", *given("offers"), said("sms", Action.OFF), NEWS_OFF, topic="news"),
            Reason.CHANNEL_OFF,
            id="off-topic-off",
        ),
        pytest.param(
            _ask("offers", *given("offers"), NEWS_OFF, topic="news"),
            Reason.CHANNEL_UNSET,
            id="unset-topic-off",
        ),
        pytest.param(
            _ask("offers", *given("offers"), *ON_SMS, NEWS_OFF, topic="news"),
            Reason.TOPIC_OFF,
            id="topic-off-allowed",
        ),
        pytest.param(
            _ask("offers", *given("offers"), *ON_SMS, topic="news"), Reason.ALLOWED, id="allowed"
        ),
    ],
)
def test_of_two_reasons_the_more_restrictive_wins(verdict: Verdict, expected: Reason) -> None:
    """Where two neighbours in the order both apply, the first is the answer."""
    assert expected is verdict.reason
    assert (expected is Reason.ALLOWED) is verdict.allowed


def test_the_table_covers_each_neighbour() -> None:
    """The order has no gap: each reason after `erased` is followed by the next one."""
    ranks = [list(Reason).index(reason) for reason in ORDER]
    assert all(later - earlier == 1 for earlier, later in pairwise(ranks))


def test_another_brand_is_refused_before_anything_is_read() -> None:
    """A question about the other brand is not answered from this one's standing (law 7)."""
    question = Question(brand=AMIGO, purpose="offers")
    verdict = judge(question, standing(*given("offers")), lens())
    assert (Reason.BRAND_MISMATCH, None) == (verdict.reason, verdict.decision)


def test_an_address_nobody_knows_is_not_allowed() -> None:
    """Unknown means not allowed (law 8)."""
    verdict = unknown(Question(brand=LMT, purpose="offers"))
    assert (Reason.UNKNOWN_ADDRESS, False) == (verdict.reason, verdict.allowed)


@pytest.mark.parametrize(
    "question",
    [
        pytest.param(Question(brand=LMT, purpose="weather"), id="purpose"),
        pytest.param(Question(brand=LMT, purpose="offers", channel="fax"), id="channel"),
        pytest.param(Question(brand=LMT, purpose="offers", topic="weather"), id="topic"),
    ],
)
def test_what_the_catalogue_does_not_know_is_an_error(question: Question) -> None:
    """A misspelt question is refused, never answered."""
    with pytest.raises(KeyError):
        judge(question, standing(*given("offers")), lens())


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        pytest.param(_ask("traffic", *given("traffic"), channel=None), Reason.ALLOWED, id="use"),
        pytest.param(
            _ask("traffic", *given("traffic"), *ON_SMS), Reason.NEVER_ASKED, id="use-is-no-contact"
        ),
        pytest.param(
            _ask("traffic", *given("traffic", "offers"), *ON_SMS), Reason.ALLOWED, id="both"
        ),
        pytest.param(
            _ask("loyalty_offers", *LOYAL, *ON_SMS),
            Reason.NEVER_ASKED,
            id="loyalty-offers-do-not-carry-a-customer",
        ),
        pytest.param(
            _ask("loyalty_offers", *LOYAL, *ON_SMS, JUST_LEFT), Reason.ALLOWED, id="former"
        ),
        pytest.param(
            _ask("loyalty", *given("loyalty", "offers"), *ON_SMS, JUST_LEFT),
            Reason.NEVER_ASKED,
            id="offers-do-not-carry-a-former-customer",
        ),
        pytest.param(
            _ask("offers", *given("offers"), channel=None, topic="tariffs"),
            Reason.ALLOWED,
            id="a-topic-unset-is-a-yes",
        ),
    ],
)
def test_contact_stands_on_offers_or_for_former_customers_on_loyalty_offers(
    verdict: Verdict, expected: Reason
) -> None:
    """2, 3 and 5 permit use; sending always needs 1 or 7 and a channel."""
    assert expected is verdict.reason


@pytest.mark.parametrize(
    ("purpose", "expected"),
    [
        pytest.param("offers", Reason.SERVICE_ENDED, id="1"),
        pytest.param("traffic", Reason.SERVICE_ENDED, id="2"),
        pytest.param("profiling", Reason.SERVICE_ENDED, id="3"),
        pytest.param("credit", Reason.SERVICE_ENDED, id="4"),
        pytest.param("location", Reason.SERVICE_ENDED, id="5"),
        pytest.param("loyalty", Reason.ALLOWED, id="6"),
        pytest.param("loyalty_offers", Reason.ALLOWED, id="7"),
        pytest.param("research", Reason.SERVICE_ENDED, id="8"),
    ],
)
def test_after_the_service_only_the_loyalty_consents_run_on(
    purpose: str, expected: Reason
) -> None:
    """1 to 5 and 8 end with the service unless the brand says otherwise."""
    brand = CATALOGUE.brands[BrandId(LMT)]
    used_on = replace(CATALOGUE, brands={BrandId(LMT): replace(brand, use_after_service=True)})
    entries = (*given(purpose), JUST_LEFT)
    assert expected is _ask(purpose, *entries, channel=None).reason
    assert Reason.ALLOWED is _ask(purpose, *entries, channel=None, catalogue=used_on).reason


@pytest.mark.parametrize(
    ("topic", "channel", "expected"),
    [
        pytest.param("news", "sms", Reason.TOPIC_OFF, id="for-every-channel"),
        pytest.param("tariffs", "email", Reason.TOPIC_OFF, id="its-own-channel"),
        pytest.param("tariffs", "sms", Reason.ALLOWED, id="not-its-channel"),
        pytest.param("tariffs", None, Reason.TOPIC_OFF, id="no-channel-asked"),
    ],
)
def test_a_topic_off_is_a_no_where_it_applies(
    topic: str, channel: str | None, expected: Reason
) -> None:
    """E-mail topics apply to e-mail; the others to every channel."""
    entries = (*given("offers", "sms", "email"), said(topic, Action.OFF))
    assert expected is _ask("offers", *entries, channel=channel, topic=topic).reason


def test_a_verdict_names_its_proof() -> None:
    """Every verdict says why, about what, since when and from which decision (law 8)."""
    yes, off = said("offers", Action.GIVEN, at=START - DAY), said("sms", Action.OFF)
    allowed = _ask("offers", yes, channel=None)
    refused = _ask("offers", yes, off)
    assert (yes.id, START - DAY, subject("offers")) == (
        allowed.decision,
        allowed.since,
        allowed.about,
    )
    assert (off.id, START, subject("sms")) == (refused.decision, refused.since, refused.about)


@pytest.mark.parametrize(
    "verdict",
    [
        pytest.param(_ask("offers", channel=None), id="never-asked"),
        pytest.param(_ask("offers", *given("offers"), blocked="sms"), id="blocked"),
    ],
)
def test_where_nothing_was_said_no_proof_is_made_up(verdict: Verdict) -> None:
    """A verdict from silence, or from the provider's block, names no decision."""
    assert (None, None) == (verdict.decision, verdict.since)


def test_a_verdict_says_until_when() -> None:
    """A pause is answered with its end."""
    assert START + HOUR == _ask("location", *PAUSING, channel=None).until


def test_an_allowed_contact_says_when_the_first_of_its_consents_runs_out() -> None:
    """Of a use and a contact that both end, the earlier end is named."""
    first = said("loyalty_offers", Action.GIVEN, at=START - 300 * DAY)
    entries = (LEFT, first, said("loyalty", Action.GIVEN, at=START - HOUR), *ON_SMS)
    alone = _ask("loyalty_offers", *entries, channel=None)
    both = _ask("loyalty", *entries)
    assert both.allowed
    assert alone.until is not None
    assert alone.until == both.until


def test_an_operator_without_loyalty_contacts_on_what_there_is() -> None:
    """With one purpose that allows contact, it carries former customers too."""
    alone = tuple(p for p in CATALOGUE.purposes if p.id != "loyalty_offers")
    small = replace(CATALOGUE, purposes=alone)
    entries = (*given("loyalty", "offers"), *ON_SMS, JUST_LEFT)
    assert Reason.SERVICE_ENDED is _ask("loyalty", *entries, catalogue=small).reason
